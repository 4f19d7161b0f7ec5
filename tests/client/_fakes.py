"""An agent that answers from a list, and one way to write a test for both twins of a client."""

from __future__ import annotations

import inspect
import json
from collections import deque
from contextlib import asynccontextmanager, contextmanager
from email.utils import formatdate
from urllib.parse import parse_qs

from tests.client import _package

from atlex import Response
from atlex.errors import XrpcFetchError

START = 1_800_000_000.0
"""When the clocks of tests begin."""

DID = "did:plc:alice234alice234alice234"


def answer(body=None, status=200, **headers):
    """A JSON answer."""
    return Response(status, {"content-type": "application/json", **headers}, json.dumps(body).encode())


def refusal(error, status=400, message="No", **headers):
    return answer({"error": error, "message": message}, status, **headers)


def things(*names, cursor=None):
    page = {"things": [{"name": name} for name in names]}
    return answer(page if cursor is None else {**page, "cursor": cursor})


def announcing(limit=5, remaining=0, reset=START + 30, policy="5;w=60", now=START, status=200, **headers):
    """An answer with the figures of a limit."""
    given = {
        "ratelimit-limit": limit,
        "ratelimit-remaining": remaining,
        "ratelimit-reset": None if reset is None else int(reset),
        "ratelimit-policy": policy,
        "date": None if now is None else formatdate(now, usegmt=True),
        **headers,
    }
    found = {name: str(value) for name, value in given.items() if value is not None}
    return Response(status, {"content-type": "application/json", **found}, things().content)


def sent(request):
    """The JSON body of a request."""
    return json.loads(request.body)


def query(request):
    """The parameters of a request, by name."""
    return {name: values[0] for name, values in parse_qs(request.query).items()}


def fetch_error():
    return XrpcFetchError("No connection to pds.example")


class Body:
    """A body on its way, for both twins."""

    def __init__(self, *chunks):
        self.chunks = chunks
        self.closed = False

    def __iter__(self):
        for chunk in self.chunks:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk

    async def __aiter__(self):
        for chunk in self:
            yield chunk

    def close(self):
        self.closed = True

    async def aclose(self):
        self.closed = True


class FakeAgent:
    """Gives its answers in turn, raising those that are exceptions, and keeps the requests."""

    def __init__(self, *answers, did=DID):
        self.did = did
        self.requests = []
        self.answers = deque(answers)

    def send(self, request, /):
        self.requests.append(request)
        given = self.answers.popleft()
        if isinstance(given, BaseException):
            raise given
        return given


class AsyncFakeAgent(FakeAgent):
    async def send(self, request, /):
        return super().send(request)


class Twin:
    """One of the two kinds of client. `do(x)` awaits what has to be awaited and passes on the rest."""

    def __init__(self, is_async):
        self.is_async = is_async
        self.Client = _package.AsyncClient if is_async else _package.Client
        self.Agent = AsyncFakeAgent if is_async else FakeAgent

    def client(self, *answers, did=DID, cls=None, **options):
        """A client over a fake agent. Its `requests` are the agent's; its `waits` the seconds that it would wait."""
        agent = self.Agent(*answers, did=did)
        client = _patient(cls or self.Client, is_async=self.is_async)(agent, **options)
        client.agent, client.requests, client.waits = agent, agent.requests, []
        return client

    async def do(self, value):
        return await value if inspect.isawaitable(value) else value

    async def all(self, items):
        return [item async for item in items] if self.is_async else list(items)

    async def first(self, items, count):
        """As many items as are asked for, and no more than these."""
        found = []
        if self.is_async:
            async for item in items:
                found.append(item)
                if len(found) == count:
                    break
        else:
            for item in items:
                found.append(item)
                if len(found) == count:
                    break
        return found

    @asynccontextmanager
    async def entered(self, manager):
        if self.is_async:
            async with manager as value:
                yield value
        else:
            with manager as value:
                yield value

    async def read(self, response):
        """The chunks of a response."""
        return await self.all(response.aiter_bytes() if self.is_async else response.iter_bytes())


def _patient(cls, *, is_async):
    """The class, with waits that are noted instead."""

    class Sync(cls):  # type: ignore[misc, valid-type]
        def _sleep(self, seconds):
            self.waits.append(seconds)

    class Async(cls):  # type: ignore[misc, valid-type]
        async def _sleep(self, seconds):
            self.waits.append(seconds)

    return Async if is_async else Sync


@contextmanager
def no_request(client):
    """Nothing is sent in here."""
    before = len(client.requests)
    yield
    assert len(client.requests) == before
