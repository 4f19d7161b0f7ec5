"""Responses of a real server kept in a file, and given again without it."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from inspect import isawaitable
from pathlib import Path
from typing import Any, Final, TypeAlias, cast
from urllib.parse import parse_qsl, urlencode

from atlex._agent import Agent, AsyncAgent, Request, Response
from atlex.data import is_list, is_object
from atlex.errors import AtlexError, InputError

__all__ = ["AsyncRecordedAgent", "NotRecordedError", "RecordAnswers", "RecordedAgent"]

Source: TypeAlias = Agent | Callable[[], Agent]
AsyncSource: TypeAlias = AsyncAgent | Callable[[], AsyncAgent | Awaitable[AsyncAgent]]

_HOW: Final = "run pytest with --record-answers to record"
_REMOVED: Final = "(removed)"
_SECRET: Final = re.compile(r"password|jwt|token|secret|email|auth", re.IGNORECASE)
_KEPT_HEADERS: Final = re.compile(r"content-type|ratelimit-.*|retry-after|atproto-(?!proxy).*")


class NotRecordedError(AtlexError):
    """A test asks for a response that its file doesn't have."""


@dataclass
class _Tape:
    """The responses of one file: those to give, and those that came."""

    path: Path
    is_recording: bool
    is_loaded: bool = False
    did: str | None = None
    exchanges: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def load(self) -> None:
        if self.is_loaded:
            return
        try:
            kept = json.loads(self.path.read_bytes())
            self.did, self.exchanges = kept["did"], list(kept["exchanges"])
        except FileNotFoundError:
            raise NotRecordedError(f"There is no {self.path.name}: {_HOW}") from None
        except (KeyError, TypeError, ValueError):
            raise InputError(f"{self.path} doesn't hold recorded responses: delete it, and record") from None
        self.is_loaded = True

    def add(self, request: Request, response: Response) -> None:
        kept = {name: value for name, value in response.headers.items() if _KEPT_HEADERS.fullmatch(name)}
        answer = {"status": response.status, "headers": kept, **_written(response.content)}
        self.exchanges.append({"request": _asked(request), "response": answer})

    def take(self, request: Request) -> Response:
        asked = _asked(request)
        for index, exchange in enumerate(self.exchanges):
            if exchange["request"] == asked:
                kept = self.exchanges.pop(index)["response"]
                return Response(kept["status"], kept["headers"], _read(kept))
        raise NotRecordedError(
            f"{request.method} {request.nsid} isn't among the recorded responses of {self.path.name}: {_HOW}"
        )

    def save(self) -> None:
        if not self.is_recording:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"did": self.did, "exchanges": self.exchanges}
        self.path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


class RecordedAgent:
    """A synchronous agent that records what another gives, or gives what was recorded."""

    def __init__(self, tape: _Tape, agent: Agent | None) -> None:
        self._tape = tape
        self._agent = agent

    @property
    def did(self) -> str | None:
        """The account's DID, as it was when the responses were recorded."""
        return self._tape.did

    def send(self, request: Request, /) -> Response:
        """Send a request through the agent and record the response, or give the recorded one.

        Raises:
            NotRecordedError: There is none.
            AtlexError: The agent has no response.
        """
        if self._agent is None:
            return self._tape.take(request)
        response = self._agent.send(request)
        response.read()
        self._tape.add(request, response)
        return response


class AsyncRecordedAgent:
    """An asynchronous agent that records what another gives, or gives what was recorded."""

    def __init__(self, tape: _Tape, agent: AsyncAgent | None) -> None:
        self._tape = tape
        self._agent = agent

    @property
    def did(self) -> str | None:
        """The account's DID, as it was when the responses were recorded."""
        return self._tape.did

    async def send(self, request: Request, /) -> Response:
        """Do what `RecordedAgent.send` does, asynchronously."""
        if self._agent is None:
            return self._tape.take(request)
        response = await self._agent.send(request)
        await response.aread()
        self._tape.add(request, response)
        return response


class RecordAnswers:
    """Makes agents whose responses are recorded in one file, or come from it.

    Args:
        path: The file, JSON. It has no request headers; tokens, passwords and e-mail addresses in queries and in
            responses are replaced by a word that says so, and of a request's body it has the SHA-256.
        recording: Whether to ask the real server and write the file, or to read it.
    """

    def __init__(self, path: Path, *, recording: bool) -> None:
        self._tape = _Tape(path, recording)

    @property
    def recording(self) -> bool:
        """Whether the real server is asked."""
        return self._tape.is_recording

    def __call__(self, source: Source) -> RecordedAgent:
        """Make a synchronous agent.

        Args:
            source: A session or another agent; or a function that makes one, which is called only when
                responses are recorded, so that giving them needs neither a password nor a network.

        Raises:
            NotRecordedError: Nothing has been recorded.
            InputError: The file holds something else.
        """
        if not self.recording:
            self._tape.load()
            return RecordedAgent(self._tape, None)
        agent = cast("Any", source if hasattr(source, "send") else cast("Any", source)())
        self._tape.did = agent.did
        return RecordedAgent(self._tape, agent)

    async def asynchronous(self, source: AsyncSource) -> AsyncRecordedAgent:
        """Make an asynchronous agent.

        Args:
            source: As for the synchronous one; the function may be a coroutine function, or give what
                ``AsyncPasswordSession.login`` does.
        """
        if not self.recording:
            self._tape.load()
            return AsyncRecordedAgent(self._tape, None)
        agent: Any = source if hasattr(source, "send") else cast("Any", source)()
        if isawaitable(agent):
            agent = await agent
        self._tape.did = agent.did
        return AsyncRecordedAgent(self._tape, agent)

    def save(self) -> None:
        """Write the file, if responses are recorded."""
        self._tape.save()


def _asked(request: Request) -> dict[str, Any]:
    """What tells one request from another, without secrets."""
    query = [
        (name, _REMOVED if _SECRET.search(name) else value) for name, value in parse_qsl(request.query, True)
    ]
    body = request.body
    digest = sha256(_without_secrets_of(body)).hexdigest() if isinstance(body, bytes) else None
    return {"method": request.method, "nsid": request.nsid, "query": urlencode(query), "body": digest}


def _without_secrets_of(body: bytes) -> bytes:
    # A digest of a short password would give it away.
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return json.dumps(_without_secrets(value), sort_keys=True).encode()


def _without_secrets(value: Any) -> Any:
    if is_object(value):
        return {
            name: _REMOVED if isinstance(item, str) and _SECRET.search(name) else _without_secrets(item)
            for name, item in value.items()
        }
    return [_without_secrets(item) for item in value] if is_list(value) else value


def _written(content: bytes) -> dict[str, Any]:
    try:
        return {"json": _without_secrets(json.loads(content))} if content else {}
    except ValueError:
        return {"base64": b64encode(content).decode()}


def _read(kept: dict[str, Any]) -> bytes:
    if "json" in kept:
        return json.dumps(kept["json"], ensure_ascii=False).encode()
    return b64decode(kept.get("base64", ""))
