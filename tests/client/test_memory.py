"""200 MB go up and down without being held: measured in a fresh process, against a server that keeps nothing."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from base64 import b32encode
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from atlex.syntax import Cid

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc"),
]

SIZE = 200 * 1000 * 1000
LIMIT = 60 * 1024 * 1024
CHUNK = bytes(range(256)) * 256
DID = "did:plc:alice234alice234alice234"

# What a fresh interpreter runs: the high-water mark of its own memory at the start and at the end. resource.getrusage
# would count the memory of the process that it was forked from.
_PROGRAM = """
import json, sys

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

start = peak()
url, what, path, cid = sys.argv[1:]
did, size = {did!r}, {size}

def chunks():
    for _ in range(size // 50_000):
        yield bytes(50_000)

async def chunks_async():
    for chunk in chunks():
        yield chunk

def passed(so_far, total):
    told[0] = (so_far, total)

told = [None]
{body}
print(json.dumps({{"above": peak() - start, "told": told[0]}}))
"""
_SYNC = """
from atlex_sdk import Client, com
with Client(url) as client:
    if what == "download":
        client.download_blob(did, cid, path, progress=passed)
    elif what == "stream":
        method, params = com.atproto.sync.get_repo.METHOD, {"did": did}
        with client.stream(method, params=params, progress=passed) as response:
            for chunk in response.iter_bytes():
                pass
    else:
        with open(path, "rb") as file:
            from pathlib import Path
            data = {"path": Path(path), "file": file, "iterable": chunks()}[what]
            client.com.atproto.repo.upload_blob(data=data)
"""
_ASYNC = """
import asyncio
from atlex_sdk import AsyncClient, com
async def main():
    async with AsyncClient(url) as client:
        if what == "download":
            await client.download_blob(did, cid, path, progress=passed)
        elif what == "stream":
            method, params = com.atproto.sync.get_repo.METHOD, {"did": did}
            async with client.stream(method, params=params, progress=passed) as response:
                async for chunk in response.aiter_bytes():
                    pass
        else:
            with open(path, "rb") as file:
                from pathlib import Path
                data = {"path": Path(path), "file": file, "iterable": chunks_async()}[what]
                await client.com.atproto.repo.upload_blob(data=data)
asyncio.run(main())
"""


class Handler(BaseHTTPRequestHandler):
    """Makes what is asked for and counts what comes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        kind = "application/vnd.ipld.car" if "getRepo" in self.path else "application/octet-stream"
        self.send_header("content-type", kind)
        self.send_header("content-length", str(SIZE))
        self.end_headers()
        left = SIZE
        while left:
            left -= self.wfile.write(CHUNK[:left])

    def do_POST(self):
        length = self.headers.get("content-length")
        received = self._chunked() if length is None else self._take(int(length))
        self.server.received.append(  # type: ignore[attr-defined]
            (length, self.headers["content-type"], received)
        )
        ref = {"$link": Cid.for_raw(b"").value}
        blob = {"$type": "blob", "ref": ref, "mimeType": self.headers["content-type"], "size": received}
        answer = json.dumps({"blob": blob}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _take(self, length):
        left = length
        while left:
            left -= len(self.rfile.read(min(left, 1 << 16)))
        return length

    def _chunked(self):
        received = 0
        while size := int(self.rfile.readline(), 16):
            received += self._take(size)
            self.rfile.readline()
        self.rfile.readline()
        return received

    def log_message(self, *_):
        """Keep the tests' output clean."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.received = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@cache
def whole_cid():
    """The CID of what the server sends."""
    digest = hashlib.sha256()
    for start in range(0, SIZE, len(CHUNK)):
        digest.update(CHUNK[: SIZE - start])
    return "b" + b32encode(b"\x01\x55\x12\x20" + digest.digest()).decode().rstrip("=").lower()


@pytest.fixture
def measured(server, record_property):
    """Run in a fresh process, and see that it stays small."""

    def run(kind, what, path="-", cid="-"):
        program = _PROGRAM.format(did=DID, size=SIZE, body=_SYNC if kind == "sync" else _ASYNC)
        url = f"http://127.0.0.1:{server.server_port}"
        done = subprocess.run(
            [sys.executable, "-c", program, url, what, str(path), cid],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        record_property("bytes above the start", found["above"])
        assert found["above"] < LIMIT
        return found

    return run


@pytest.mark.parametrize("kind", ["sync", "async"])
class TestMemory:
    @pytest.mark.parametrize("what", ["path", "file", "iterable"])
    def test_an_upload_isnt_held(self, kind, what, measured, server, tmp_path):
        path = tmp_path / "film.mp4"
        with path.open("wb") as file:
            file.truncate(SIZE)
        measured(kind, what, path)
        known = what != "iterable"
        assert server.received == [
            (str(SIZE) if known else None, "video/mp4" if known else "application/octet-stream", SIZE)
        ]

    def test_a_blob_is_written_and_checked_without_being_held(self, kind, measured, tmp_path):
        path = tmp_path / "blob"
        assert measured(kind, "download", path, whole_cid())["told"] == [SIZE, SIZE]
        assert path.stat().st_size == SIZE
        path.unlink()

    def test_a_repository_isnt_held(self, kind, measured):
        assert measured(kind, "stream")["told"] == [SIZE, SIZE]
