"""A server on loopback that answers before it is asked twice: no framework, no parsing beyond the request's end.

``python -m benchmarks._server`` prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from typing import Final

from benchmarks._payload import VIEWER, Payloads, encode

__all__ = ["main"]


def _token(scope: str) -> str:
    """A JWT that expires long after, which is as far as clients read it."""
    parts = (
        {"alg": "none", "typ": "JWT"},
        {"scope": scope, "sub": VIEWER, "iat": 1780000000, "exp": 4000000000},
    )
    coded = [base64.urlsafe_b64encode(encode(part)).rstrip(b"=").decode() for part in parts]
    return ".".join([*coded, "c2lnbmF0dXJl"])


_SESSION: Final = {
    "accessJwt": _token("com.atproto.access"),
    "refreshJwt": _token("com.atproto.refresh"),
    "did": VIEWER,
    "handle": "member.example.com",
    "active": True,
}


def _answer(body: bytes) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n"
        "ratelimit-limit: 3000\r\nratelimit-remaining: 2998\r\nratelimit-reset: 1900000000\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Answers:
    def __init__(self) -> None:
        payloads = Payloads()
        self._by_method = {
            b"app.bsky.feed.getTimeline": _answer(encode(payloads.timeline())),
            b"app.bsky.actor.getProfile": _answer(encode(payloads.profile())),
            b"com.atproto.server.getSession": _answer(encode(_SESSION)),
            b"com.atproto.server.refreshSession": _answer(encode(_SESSION)),
            b"com.atproto.server.createSession": _answer(encode(_SESSION)),
        }

    def to(self, head: bytes) -> bytes:
        method = head.split(b" ", 2)[1].removeprefix(b"/xrpc/").partition(b"?")[0]
        return self._by_method[method]


class _Connection(asyncio.Protocol):
    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end]
            _, _, length = head.lower().partition(b"\r\ncontent-length:")
            whole = end + 4 + int(length.split(b"\r\n", 1)[0] or 0)
            if len(self._received) < whole:
                return
            self._received = self._received[whole:]
            self._transport.write(self._answers.to(head))


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    answers = _Answers()
    server = await loop.create_server(lambda: _Connection(answers), "127.0.0.1", backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
