"""A program whose calls fail in every way, and which says all that it can about it. Its secrets begin with ``S3CR3T``.

Run with the transport's name; ``tests/session/test_secrets.py`` looks for the secrets in what it prints.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import logging
import socket
import sys
import threading
import traceback

from atlex import AsyncPasswordSession, Issue, PasswordSession, SessionData
from atlex_sdk import AsyncClient, Client, com

# Assembled, so that the lines of this file that a traceback quotes don't hold it.
SECRET = "S3CR" + "3T"
FAULTS = {
    "refused": None,
    "nothing": b"",
    "garbage": b"garbage\r\n\r\n",
    "bad header": b"HTTP/1.1 200 OK\r\nbad header\0: x\r\n\r\n",
    "half": b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\ncontent-type: application/json\r\n\r\n{",
    "html": b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-type: text/html\r\n\r\n<p>",
    "redirect": b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: http://[\r\n\r\n",
    "gzip": b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-encoding: gzip\r\n\r\nabc",
    "wrong shape": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n[]",
    "tokens": b"",
}
for status in (400, 401, 403, 429, 500, 503):
    FAULTS[str(status)] = (
        b"HTTP/1.1 %d No\r\ncontent-type: application/json\r\ncontent-length: 32\r\n\r\n"
        b'{"error":"Custom","message":"N"}' % status
    )
_TOKENS = json.dumps({"accessJwt": f"{SECRET}-a", "refreshJwt": f"{SECRET}-r", "did": 1}).encode()
FAULTS["tokens"] = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_TOKENS)
    + _TOKENS
)


def serve(answer: bytes | None) -> str:
    """The URL of a server that gives this answer to everybody; that refuses connections for None."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    if answer is None:
        listener.close()
        return url

    def run() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                received = b""
                while b"\r\n\r\n" not in received:
                    received += connection.recv(65536)
                connection.sendall(answer)

    threading.Thread(target=run, daemon=True).start()
    return url


def show(value: object, seen: set[int]) -> None:
    """Print all that an exception says, and what it came from."""
    print(repr(value), str(value))
    if not isinstance(value, BaseException) or id(value) in seen:
        return
    seen.add(id(value))
    print(value.args, getattr(value, "__notes__", None))
    traceback.print_exception(value)
    for name in ("error", "message", "method", "headers", "issues"):
        print(name, getattr(value, name, None))
    for issue in getattr(value, "issues", ()):
        assert isinstance(issue, Issue)
        show(issue, seen)
    for origin in (value.__cause__, value.__context__):
        if origin is not None:
            show(origin, seen)


def attempt(work, *arguments) -> None:
    try:
        print(repr(work(*arguments)))
    except Exception as error:  # noqa: BLE001 - shows whatever comes
        show(error, set())
    else:
        print("no failure")


def data_for(url: str) -> SessionData:
    return SessionData.model_validate(
        {
            "service": url,
            "did": "did:plc:alice234alice234alice234",
            "handle": "alice.example",
            "accessJwt": f"{SECRET}-access",
            "refreshJwt": f"{SECRET}-refresh",
        }
    )


HEADERS = {"dpop": f"{SECRET}-dpop", "x-admin": f"{SECRET}-header"}


def fail_synchronously(url: str) -> None:
    with PasswordSession(data_for(url)) as session:
        client = Client(session, headers=HEADERS, retries=0, timeout=5)
        print(repr(client), repr(session), session, session.data)
        attempt(client.com.atproto.server.get_session)
        attempt(lambda: client.com.atproto.server.create_app_password(name="x"))
        attempt(lambda: client.com.atproto.repo.upload_blob(data=f"{SECRET}-body".encode()))
        attempt(lambda: client.stream(com.atproto.sync.get_blob.METHOD, params=BLOB).__enter__())
        attempt(session.refresh)
        attempt(session.logout)
    options = {"identifier": "alice.example", "password": f"{SECRET}-password"}
    attempt(lambda: PasswordSession.login(url, auth_factor_token=f"{SECRET}-factor", **options))
    attempt(lambda: PasswordSession.login(url, identifier="a", password=[f"{SECRET}-list"]))
    attempt(
        lambda: PasswordSession.login_from_url(f"http://alice:{SECRET}-url@{url.removeprefix('http://')}")
    )
    attempt(lambda: PasswordSession.login_from_url(f"http://alice:{SECRET}-url@/"))
    attempt(lambda: PasswordSession.create_account(url, handle="a", password=f"{SECRET}-new"))
    attempt(lambda: Client(f"http://alice:{SECRET}-service@host"))
    attempt(lambda: Client(url, headers={"authorization": f"Bearer {SECRET}\n"}))


async def fail_asynchronously(url: str, transport: str) -> None:
    async def attempt_async(work) -> None:
        try:
            print(repr(await work()))
        except Exception as error:  # noqa: BLE001 - shows whatever comes
            show(error, set())

    async with AsyncPasswordSession(data_for(url), transport=transport) as session:
        client = AsyncClient(session, headers=HEADERS, retries=0, timeout=5)
        print(repr(client), repr(session), session, session.data)
        await attempt_async(client.com.atproto.server.get_session)
        await attempt_async(lambda: client.com.atproto.server.create_app_password(name="x"))
        await attempt_async(lambda: client.com.atproto.repo.upload_blob(data=f"{SECRET}-body".encode()))
        await attempt_async(session.refresh)
        await attempt_async(session.logout)
    options = {"identifier": "alice.example", "password": f"{SECRET}-password", "transport": transport}

    async def log_in() -> AsyncPasswordSession:
        return await AsyncPasswordSession.login(url, auth_factor_token=f"{SECRET}-factor", **options)

    await attempt_async(log_in)


BLOB = {
    "did": "did:plc:alice234alice234alice234",
    "cid": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
}

if __name__ == "__main__":
    faulthandler.enable()
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
    for name, answer in FAULTS.items():
        print("===", name)
        address = serve(answer)
        if sys.argv[1] == "sync":
            fail_synchronously(address)
        else:
            asyncio.run(fail_asynchronously(address, sys.argv[1]), debug=True)
    faulthandler.dump_traceback(file=sys.stdout)
    # A last one that nobody catches.
    with PasswordSession(data_for(serve(b""))) as last:
        Client(last).com.atproto.server.get_session()
