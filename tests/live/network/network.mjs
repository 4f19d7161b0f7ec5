// Runs PostgreSQL, Redis and the protocol's own servers until its standard input ends.
//
// The one argument is JSON: the folder that holds node_modules, the programs, who runs the database
// ({uid, gid}, or null for the current user), an empty folder for all data, and the file descriptor
// that gets the addresses, as JSON, once everything answers.
//
// The end of input is the signal to stop because it comes however the parent process ends; the data
// folder is removed here for the same reason.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, rm } from 'node:fs/promises'
import { closeSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer as createHttpServer } from 'node:http'
import { createServer, Server } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const HOST = '127.0.0.1'
const START_LIMIT_MS = 180_000
const CHAT_DID = 'did:web:api.bsky.chat'
const JSON_TYPE = 'application/json'

const settings = JSON.parse(process.argv[2])
const { folder } = settings
const running = []
// The database's user must be able to reach its own folder inside.
await chmod(folder, 0o711)
process.env.TMPDIR = folder

let stopping = false

async function stop(code) {
  if (stopping) return
  stopping = true
  // The servers complain when their database goes; nobody needs them any more.
  process.on('uncaughtException', () => {})
  await Promise.all(
    running.map(({ child, signal }) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      return once(child, 'exit')
    }),
  )
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}

// A crash of this process takes its children along.
process.on('exit', () => running.forEach(({ child, signal }) => child.kill(signal)))
process.stdin.on('close', () => stop(0)).resume()

async function ownFolder(name, owner) {
  const path = join(folder, name)
  await mkdir(path, { mode: 0o700 })
  if (owner) await chown(path, owner.uid, owner.gid)
  return path
}

function launch(program, args, { cwd, owner, signal }) {
  const child = spawn(program, args, { cwd, ...owner, stdio: ['ignore', 'pipe', 'pipe'] })
  running.push({ child, signal })
  child.stdout.pipe(process.stderr, { end: false })
  child.stderr.pipe(process.stderr, { end: false })
  return child
}

// Both PostgreSQL and Redis announce that they are ready with the same words.
function untilReady(child) {
  return new Promise((resolve, reject) => {
    const look = (text) => /ready to accept connections/i.test(text) && resolve()
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.on('error', reject)
    child.on('exit', (code) => {
      if (stopping) return
      console.error(`${child.spawnfile} ended with ${code}`)
      // During a run, too, this is the end of everything: the tests then fail on refused connections.
      stop(1)
    })
  })
}

async function freePorts(count) {
  const holders = Array.from({ length: count }, () => createServer().listen({ port: 0, host: HOST }))
  await Promise.all(holders.map((holder) => once(holder, 'listening')))
  const ports = holders.map((holder) => holder.address().port)
  await Promise.all(holders.map((holder) => once(holder.close(), 'close')))
  return ports
}

async function startPostgres(port) {
  const owner = settings.databaseOwner ?? undefined
  const cwd = await ownFolder('postgres', owner)
  const data = join(cwd, 'data')
  const options = { cwd, owner, signal: 'SIGQUIT' }
  const initdb = launch(
    settings.initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    options,
  )
  const [code] = await once(initdb, 'exit')
  if (code !== 0) throw new Error(`${settings.initdb} ended with ${code}`)
  const config = {
    listen_addresses: HOST,
    port,
    unix_socket_directories: '',
    fsync: 'off',
    // Every service brings pools of its own.
    max_connections: 300,
  }
  const args = Object.entries(config).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  await untilReady(launch(settings.postgres, ['-D', data, ...args], options))
}

async function startRedis(port) {
  const cwd = await ownFolder('redis')
  const args = ['--port', port, '--bind', HOST, '--save', '', '--appendonly', 'no', '--dir', cwd]
  await untilReady(launch(settings.redis, args.map(String), { cwd, signal: 'SIGTERM' }))
}

// The servers name only a port when they listen, which would open them to the machine's network.
function listenOnLoopbackOnly() {
  const { listen } = Server.prototype
  Server.prototype.listen = function (first, ...rest) {
    const portAlone = typeof first === 'number' && typeof rest[0] !== 'string'
    return listen.call(this, first, ...(portAlone ? [HOST] : []), ...rest)
  }
}

// The mock data is drawn at random; the tests compare figures between runs.
async function withFixedRandom(work) {
  const { random } = Math
  let state = 1
  Math.random = () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  try {
    await work()
  } finally {
    Math.random = random
  }
}

// Stands in for the one service that clients know by name, whose server isn't published. It checks the tokens
// of calls with the protocol's own library, and sends the calls on to the FakePds of _chat.py, as the account
// that the token names; the other members have to be logged in there to be known.
function startChat(port, backend, resolver, verifyJwt) {
  const { resolveNoCache } = resolver
  const service = { id: '#bsky_chat', type: 'BskyChatService', serviceEndpoint: `http://${HOST}:${port}` }
  resolver.resolveNoCache = async (did) =>
    did === CHAT_DID ? { id: did, service: [service] } : resolveNoCache.call(resolver, did)

  async function login(did) {
    const answer = await fetch(`${backend}/xrpc/com.atproto.server.createSession`, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE },
      body: JSON.stringify({ identifier: did, password: '' }),
    })
    return (await answer.json()).accessJwt
  }

  async function pass(request) {
    const { pathname, searchParams } = new URL(request.url, backend)
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
    const key = (did, again) => resolver.resolveAtprotoKey(did, again)
    const { iss } = await verifyJwt(token, CHAT_DID, pathname.split('/').at(-1), key)
    const [accessToken] = await Promise.all([iss, ...searchParams.getAll('members')].map(login))
    const body = Buffer.concat(await request.toArray())
    return fetch(backend + request.url, {
      method: request.method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        'atproto-proxy': CHAT_DID + service.id,
        'content-type': request.headers['content-type'] ?? JSON_TYPE,
      },
      body: request.method === 'POST' ? body : undefined,
    })
  }

  createHttpServer(async (request, response) => {
    const answer = await pass(request).catch((error) => {
      const { statusCode = 502, payload = { error: 'UpstreamFailure', message: `${error}` } } = error
      return Response.json(payload, { status: statusCode })
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') })
    response.end(Buffer.from(await answer.arrayBuffer()))
  }).listen(port, HOST)
}

async function start() {
  const [postgres, redis, plc, pds, appview, ozone, otherPds, chat, chatBackend] = await freePorts(9)
  await Promise.all([startPostgres(postgres), startRedis(redis)])
  process.env.REDIS_HOST = `${HOST}:${redis}`

  const entry = createRequire(join(settings.modules, 'package.json')).resolve('@atproto/dev-env')
  const { ADMIN_PASSWORD, JWT_SECRET, TestNetwork, TestPds } = await import(pathToFileURL(entry))
  // The package doesn't export its mock users.
  const { generateMockSetup } = await import(pathToFileURL(join(dirname(entry), 'mock', 'index.js')))
  const { verifyJwt } = await import(pathToFileURL(createRequire(entry).resolve('@atproto/xrpc-server')))

  listenOnLoopbackOnly()
  const network = await TestNetwork.create({
    dbPostgresUrl: `postgresql://postgres@${HOST}:${postgres}/postgres`,
    dbPostgresSchema: 'live',
    plc: { port: plc },
    pds: { port: pds, hostname: 'localhost', enableDidDocWithSession: true },
    bsky: { port: appview, publicUrl: `http://localhost:${appview}` },
    ozone: { port: ozone },
  })
  await withFixedRandom(() => generateMockSetup(network))
  await network.processAll(START_LIMIT_MS)
  startChat(chat, `http://${HOST}:${chatBackend}`, network.pds.ctx.idResolver.did, verifyJwt)
  const other = await TestPds.create({
    didPlcUrl: network.plc.url,
    port: otherPds,
    hostname: 'localhost',
    enableDidDocWithSession: true,
    rateLimitsEnabled: true,
  })

  return {
    plc: network.plc.url,
    pds: network.pds.url,
    other_pds: other.url,
    appview: network.bsky.url,
    ozone: network.ozone.url,
    chat: `http://${HOST}:${chat}`,
    chat_backend: chatBackend,
    appview_did: network.bsky.ctx.cfg.serverDid,
    ozone_did: network.ozone.ctx.cfg.service.did,
    admin_password: ADMIN_PASSWORD,
    jwt_secret: JWT_SECRET,
  }
}

const limit = setTimeout(() => {
  console.error(`not ready after ${START_LIMIT_MS / 1000} seconds`)
  stop(1)
}, START_LIMIT_MS)
try {
  const addresses = await start()
  clearTimeout(limit)
  writeSync(settings.ready, JSON.stringify(addresses))
  closeSync(settings.ready)
} catch (error) {
  if (!stopping) console.error(error)
  await stop(1)
}
