// Answers what the official library makes of texts: JSON on standard input, JSON on standard output.
import { readFileSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [modules] = process.argv.slice(2)
const load = (name) => import(pathToFileURL(`${modules}/node_modules/@atproto/${name}/dist/index.js`))
const { AppBskyRichtextFacet, RichText } = await load('api')
const { isValidHandle } = await load('syntax')
const asked = JSON.parse(readFileSync(0, 'utf8'))

const checks = {
  did: isValidHandle,
  uri: (uri) => AppBskyRichtextFacet.validateLink({ $type: 'app.bsky.richtext.facet#link', uri }).success,
  tag: (tag) => AppBskyRichtextFacet.validateTag({ $type: 'app.bsky.richtext.facet#tag', tag }).success,
}

// What the library finds, and whether its own checks let it be used.
function detect(text) {
  const rich = new RichText({ text })
  rich.detectFacetsWithoutResolution()
  return (rich.facets ?? []).map(({ index, features: [feature] }) => {
    const kind = Object.keys(checks).find((name) => name in feature)
    const value = feature[kind]
    return [index.byteStart, index.byteEnd, kind, kind === 'did' ? value.toLowerCase() : value, checks[kind](value)]
  })
}

// The text in pieces, with the address that each leads to.
function pieces(rich) {
  return [...rich.segments()].map((segment) => [segment.text, segment.link?.uri ?? null])
}

const answers = {
  detect: asked.detect.map(detect),
  graphemes: asked.detect.map((text) => new RichText({ text }).graphemeLength),
  read: asked.read.map(([text, facets]) => pieces(new RichText({ text, facets }))),
  clean: asked.clean.map(([text, facets]) => pieces(new RichText({ text, facets }, { cleanNewlines: true }))),
  // Places are offsets in bytes here.
  edit: asked.edit.map(([text, facets, start, end, added]) =>
    pieces(new RichText({ text, facets }).delete(start, end).insert(start, added)),
  ),
}
const written = Buffer.from(JSON.stringify(answers))
for (let sent = 0; sent < written.length; ) sent += writeSync(1, written, sent)
