"""A fake entryway with a separate PDS, and one way to write a scenario for all three drivers.

A scenario is an ``async def`` test that gets `net` and `api`. It runs three times: with the blocking session, and with
the asynchronous one under asyncio and under trio. `api.do(x)` awaits what has to be awaited and passes on the rest.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from atlex import _agent
from atlex.session import AsyncPasswordSession, PasswordSession, SessionData
from atlex.session._sync_driver import Driver

ENTRYWAY = "https://entryway.example"
PDS = "https://pds.example"
OTHER_PDS = "https://other-pds.example"
PASSWORD = "SECRET-password123"
SECOND_FACTOR = "SECRET-2fa-token"


def did_doc(pds=PDS):
    return {"id": "did:example:alice", "service": [{"id": "#atproto_pds", "serviceEndpoint": pds}]}


class FakeSession:
    """A session as the fake server keeps it; its DID and handle come from the identifier."""

    def __init__(self, identifier):
        name = identifier.partition("@")[0].partition(".")[0]
        self.did = f"did:example:{name}"
        self.handle = f"{name}.example"
        self.active = True
        self.expired = False
        self.rotations = 0

    @property
    def access_jwt(self):
        return f"SECRET-access-{self.did}-{self.rotations}"

    @property
    def refresh_jwt(self):
        return f"SECRET-refresh-{self.did}-{self.rotations}"

    def rotate(self):
        self.rotations += 1
        self.expired = False

    def destroy(self):
        self.active = False


class Refused(Exception):  # noqa: N818 - what the server does, no error of the tests
    def __init__(self, status, error, message="No"):
        super().__init__(error)
        self.response = httpx.Response(status, json={"error": error, "message": message})
        self.error = error


class AuthVerifier:
    """Knows passwords, second factors and tokens."""

    def __init__(self):
        self.sessions = []

    def create(self, identifier, password, token=SECOND_FACTOR):
        if password != PASSWORD:
            raise Refused(401, "AuthenticationRequired", "Invalid identifier or password")
        if token != SECOND_FACTOR:
            raise Refused(401, "AuthFactorTokenRequired", "A sign in code has been sent")
        self.sessions.append(FakeSession(identifier))
        return self.sessions[-1]

    def by_access(self, authorization):
        session = self._find(authorization, "access_jwt")
        if session.expired:
            raise Refused(401, "ExpiredToken", "Token expired")
        return session

    def by_refresh(self, authorization):
        return self._find(authorization, "refresh_jwt")

    def _find(self, authorization, kind):
        for session in self.sessions:
            if authorization == f"Bearer {getattr(session, kind)}" and session.active:
                return session
        raise Refused(400, "ExpiredToken", "Token has been revoked")


@dataclass
class Seen:
    origin: str
    nsid: str
    token: str | None
    body: bytes
    request: httpx.Request

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Network(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The entryway and the PDS, as an httpx transport that counts and can be told to fail.

    `faults[nsid]` is a list of answers or exceptions to give first; `replies[nsid]` takes the place of the method;
    `gates[nsid]` holds requests back.
    """

    verifier: AuthVerifier = field(default_factory=AuthVerifier)
    seen: list[Seen] = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    replies: dict = field(default_factory=dict)
    gates: dict = field(default_factory=dict)
    wants_second_factor: bool = False
    pds: str = PDS

    def handle_request(self, request):
        request.read()
        seen = self._note(request)
        if gate := self.gates.get(seen.nsid):
            gate.stop()
        return self._answer(seen)

    async def handle_async_request(self, request):
        await request.aread()
        seen = self._note(request)
        if gate := self.gates.get(seen.nsid):
            await gate.stop()
        else:
            await anyio.lowlevel.checkpoint()
        return self._answer(seen)

    def count(self, nsid):
        return sum(seen.nsid.endswith(nsid) for seen in self.seen)

    def last(self, nsid):
        return [seen for seen in self.seen if seen.nsid.endswith(nsid)][-1]

    def expire(self):
        """Let every access token expire."""
        for session in self.verifier.sessions:
            session.expired = True

    def _note(self, request):
        url = urlsplit(str(request.url))
        nsid = url.path.removeprefix("/xrpc/")
        token = request.headers.get("authorization")
        self.seen.append(Seen(f"{url.scheme}://{url.netloc}", nsid, token, request.content, request))
        return self.seen[-1]

    def _answer(self, seen):
        name = seen.nsid.rpartition(".")[2]
        if self.faults.get(name):
            fault = self.faults[name].pop(0)
            if isinstance(fault, BaseException):
                raise fault
            if fault is not None:
                return fault
        try:
            if name in self.replies:
                return self.replies[name](seen)
            if seen.origin == ENTRYWAY:
                return getattr(self, name)(seen)
            return self._method(seen)
        except Refused as refused:
            return refused.response

    def createSession(self, seen):  # noqa: N802 - the method's name
        given = seen.json
        token = given.get("authFactorToken") if self.wants_second_factor else SECOND_FACTOR
        session = self.verifier.create(given["identifier"], given["password"], token)
        return httpx.Response(200, json=self._tokens(session) | {"didDoc": did_doc(self.pds)})

    def createAccount(self, seen):  # noqa: N802 - the method's name
        session = FakeSession(seen.json["handle"])
        self.verifier.sessions.append(session)
        return httpx.Response(200, json=self._tokens(session) | {"didDoc": did_doc(self.pds)})

    def refreshSession(self, seen):  # noqa: N802 - the method's name
        session = self.verifier.by_refresh(seen.token)
        session.rotate()
        # As upstream's fake: what is left out here is for getSession to say.
        return httpx.Response(200, json=self._tokens(session))

    def getSession(self, seen):  # noqa: N802 - the method's name
        session = self.verifier.by_access(seen.token)
        details = {
            "did": session.did,
            "handle": session.handle,
            "didDoc": did_doc(self.pds),
            "email": "SECRET-alice@mail.example",
            "emailConfirmed": True,
            "emailAuthFactor": False,
            "active": True,
        }
        return httpx.Response(200, json=details)

    def deleteSession(self, seen):  # noqa: N802 - the method's name
        self.verifier.by_refresh(seen.token).destroy()
        return httpx.Response(200)

    def _method(self, seen):
        if seen.token is None:
            headers = {"www-authenticate": 'Bearer realm="access token"'}
            return httpx.Response(401, headers=headers, json={"error": "AuthenticationRequired"})
        try:
            session = self.verifier.by_access(seen.token)
        except Refused:
            raise Refused(401, "ExpiredToken", "Token expired") from None
        return httpx.Response(200, json={"did": session.did})

    @staticmethod
    def _tokens(session):
        return {
            "accessJwt": session.access_jwt,
            "refreshJwt": session.refresh_jwt,
            "handle": session.handle,
            "did": session.did,
        }


class _Outcome:
    value: Any = None
    error: BaseException | None = None


class _ThreadGate:
    """Holds requests until it is opened, or until `parties` of them are there."""

    def __init__(self, parties=None):
        self._parties = parties
        self._there = 0
        self._lock = threading.Lock()
        self._arrived = threading.Event()
        self._opened = threading.Event()

    def stop(self):
        with self._lock:
            self._there += 1
            if self._there == self._parties:
                self._opened.set()
        self._arrived.set()
        assert self._opened.wait(20)

    async def arrived(self):
        assert self._arrived.wait(20)

    def open(self):
        self._opened.set()


class _TaskGate:
    def __init__(self, parties=None):
        self._parties = parties
        self._there = 0
        self._arrived = anyio.Event()
        self._opened = anyio.Event()

    async def stop(self):
        self._there += 1
        if self._there == self._parties:
            self._opened.set()
        self._arrived.set()
        with anyio.fail_after(20):
            await self._opened.wait()

    async def arrived(self):
        with anyio.fail_after(20):
            await self._arrived.wait()

    def open(self):
        self._opened.set()


# What a thread is in that waits: the session's lock, or a gate.
_WAITING = {Driver._perform.__code__, threading.Condition.wait.__code__}


class _Threads:
    def __init__(self):
        self._threads = []

    def start(self, work):
        outcome = _Outcome()

        def run():
            try:
                outcome.value = work()
            except BaseException as error:  # noqa: BLE001 - handed to the test
                outcome.error = error

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()
        return outcome

    async def until_blocked(self):
        """Wait until each of them waits for a lock or an event, or is done."""
        before, now = None, self._places()
        while before != now or not {code for code, _ in now} <= _WAITING:
            time.sleep(0.01)  # noqa: ASYNC251 - nothing else runs in this loop
            before, now = now, self._places()

    def _places(self):
        frames = sys._current_frames()
        at_work = [frames[thread.ident] for thread in self._threads if thread.ident in frames]
        return [(frame.f_code, frame.f_lasti) for frame in at_work]

    def join(self):
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()


class _Tasks:
    def __init__(self, group):
        self._group = group

    async def until_blocked(self):
        await anyio.wait_all_tasks_blocked()

    def start(self, work):
        outcome = _Outcome()

        async def run():
            try:
                outcome.value = await work()
            except Exception as error:  # noqa: BLE001 - handed to the test
                outcome.error = error

        self._group.start_soon(run)
        return outcome


class SyncApi:
    backend = "asyncio"
    is_async = False
    Session = PasswordSession
    Gate = _ThreadGate

    @staticmethod
    async def do(value):
        return value

    @staticmethod
    def hook(function):
        return function

    @staticmethod
    def client(transport):
        return httpx.Client(transport=transport)

    @staticmethod
    @asynccontextmanager
    async def entered(manager):
        with manager as session:
            yield session

    @staticmethod
    @asynccontextmanager
    async def group():
        threads = _Threads()
        yield threads
        threads.join()


class AsyncApi:
    is_async = True
    Session = AsyncPasswordSession
    Gate = _TaskGate

    def __init__(self, backend):
        self.backend = backend

    @staticmethod
    async def do(value):
        return await value if inspect.isawaitable(value) else value

    @staticmethod
    def hook(function):
        """The hook as a coroutine function."""

        async def hook(*arguments):
            await anyio.lowlevel.checkpoint()
            result = function(*arguments)
            return await result if inspect.isawaitable(result) else result

        return hook

    @staticmethod
    def client(transport):
        return httpx.AsyncClient(transport=transport)

    @staticmethod
    @asynccontextmanager
    async def entered(manager):
        async with manager as session:
            yield session

    @staticmethod
    @asynccontextmanager
    async def group():
        async with anyio.create_task_group() as group:
            yield _Tasks(group)


_no_trio = pytest.mark.skipif(importlib.util.find_spec("trio") is None, reason="trio isn't installed")
APIS = {"sync": SyncApi(), "asyncio": AsyncApi("asyncio"), "trio": AsyncApi("trio")}


@pytest.fixture(params=["sync", "asyncio", pytest.param("trio", marks=_no_trio)])
def api(request):
    return APIS[request.param]


@pytest.fixture(params=["asyncio", pytest.param("trio", marks=_no_trio)])
def async_api(request):
    return APIS[request.param]


@pytest.fixture
def asyncio_api():
    return APIS["asyncio"]


@pytest.fixture
def anyio_backend(api):
    return api.backend


class Journal(list):
    """The hooks of one session, writing down what they are told: (name, session, data[, error])."""

    def hooks(self, wrap=lambda hook: hook):
        names = ("on_updated", "on_update_failure", "on_deleted", "on_delete_failure")
        return {name: wrap(self._writer(name)) for name in names}

    def _writer(self, name):
        def write(*told):
            self.append((name, *told))

        return write

    @property
    def names(self):
        return [entry[0] for entry in self]


class SimulatedClock:
    """Time that passes when a test says so."""

    def __init__(self, now=1_700_000_000.0):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += seconds


@dataclass
class World:
    """Everything a scenario needs: the network, the driver, and a journal of hooks."""

    net: Network
    api: Any
    client: Any
    journal: Journal
    entryway: str = ENTRYWAY
    pds: str = PDS
    other_pds: str = OTHER_PDS
    password: str = PASSWORD
    second_factor: str = SECOND_FACTOR
    clock: SimulatedClock = field(default_factory=SimulatedClock)

    def __post_init__(self):
        self.do = self.api.do
        self.Session = self.api.Session

    @property
    def options(self):
        return {"http_client": self.client, "clock": self.clock, **self.journal.hooks()}

    @property
    def credentials(self):
        return {"identifier": "alice", "password": PASSWORD}

    def begin(self, **options):
        """`login()` with everything given, not yet awaited."""
        return self.Session.login(ENTRYWAY, **self.credentials, **(self.options | options))

    async def login(self, **options):
        return await self.do(self.begin(**options))

    async def call(self, session, nsid="app.example.customMethod", **parts):
        request = _agent.Request(**({"method": "GET", "nsid": nsid} | parts))
        return await self.do(session.send(request))

    @staticmethod
    def restore(session):
        """The session's data gone through a file."""
        return SessionData.model_validate_json(session.data.model_dump_json())


class MemoryStore:
    """A store that notes what is done to it, and can be told to fail: `faults[method]` is a list of exceptions."""

    def __init__(self):
        self.data = None
        self.done = []
        self.faults = {}
        self._lock = threading.Lock()

    @property
    def is_locked(self):
        return self._lock.locked()

    def load(self):
        self._note("load")
        return self.data

    def save(self, data):
        self._note("save")
        self.data = data

    def clear(self):
        self._note("clear")
        self.data = None

    @contextmanager
    def lock(self):
        assert self._lock.acquire(timeout=20)
        try:
            if self.faults.get("lock"):
                raise self.faults["lock"].pop(0)
            yield
        finally:
            self._lock.release()

    def _note(self, name):
        assert self.is_locked
        if self.faults.get(name):
            raise self.faults[name].pop(0)
        self.done.append(name)


@pytest.fixture
def memory_store():
    return MemoryStore()


def _start_redis(folder):
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server isn't installed: tests/live/install brings it"
        if os.environ.get("ATLEX_LIVE") == "1" or os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in server.stdout:
            if "eady to accept connections" in line:
                return server, f"redis://127.0.0.1:{port}/0"
        # Somebody else may have been given the port meanwhile.
        server.wait()
        server.stdout.close()
    pytest.fail("redis-server doesn't start", pytrace=False)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    """A real Redis on a loopback port."""
    server, url = _start_redis(tmp_path_factory.mktemp("redis"))
    # It says little, but a full pipe would stop it.
    reader = threading.Thread(target=server.stdout.read, daemon=True)
    reader.start()
    yield url
    server.terminate()
    server.wait(20)
    reader.join(20)
    server.stdout.close()


@pytest.fixture
def net():
    return Network()


@pytest.fixture
def world(net, api):
    return World(net, api, api.client(net), Journal())


@pytest.fixture
def fakes():
    """The fake server's parts, for the tests of the fake server."""
    return {"Session": FakeSession, "Verifier": AuthVerifier, "Refused": Refused}


@pytest.fixture
def data():
    return SessionData(
        service=ENTRYWAY,
        did="did:example:alice",
        handle="alice.example",
        access_jwt="SECRET-access",
        refresh_jwt="SECRET-refresh",
        did_doc=did_doc(),
    )
