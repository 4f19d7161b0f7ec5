"""The face for everybody else: HTTP/1.1 on a loopback port."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable, Generator, Iterator
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Final, cast

from atlex._agent import Headers
from atlex.testing._server import Server
from atlex.testing._wire import Drop, WireRequest, WireResponse

__all__ = ["serving"]

_HOST: Final = "127.0.0.1"
_MAX_LINE: Final = 65536
# On, with no time to linger: closing resets the connection instead of ending it in good order.
_RESET: Final = struct.pack("ii", 1, 0)


class _BrokenRequestError(Exception):
    """The request can't be read to its end, so neither can anything after it on this connection."""


@contextlib.contextmanager
def serving(server: Server, sleep: Callable[[float], object], *, port: int = 0) -> Generator[str]:
    """Serve on a loopback port until the block ends, and give the server's URL.

    Args:
        server: Handles the requests.
        sleep: Waits out a delay.
        port: The port; 0 for any that is free.
    """
    http_server = _HttpServer(server, sleep, port)
    # The short poll only bounds how long leaving takes.
    thread = Thread(target=http_server.serve_forever, args=(0.02,), name="atlex-fake-pds", daemon=True)
    thread.start()
    try:
        yield f"http://{_HOST}:{http_server.server_port}"
    finally:
        http_server.shutdown()
        http_server.end_connections()
        http_server.server_close()
        thread.join()


class _HttpServer(ThreadingHTTPServer):
    # Threads are joined by server_close(), once their connections have been ended.
    daemon_threads = False
    request_queue_size = 1024
    # Two test servers must never share a port.
    allow_reuse_address = False

    def __init__(self, server: Server, sleep: Callable[[float], object], port: int) -> None:
        super().__init__((_HOST, port), _Handler)
        self.pds = server
        self.sleep = sleep
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        self._ended = False

    def server_bind(self) -> None:
        # The standard library's own looks up a host name here, which can take seconds.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = _HOST, self.server_address[1]

    def begin_connection(self, connection: socket.socket) -> None:
        """Remember a connection."""
        with self._lock:
            self._connections.add(connection)
            ended = self._ended
        if ended:
            _shut(connection)

    def forget_connection(self, connection: socket.socket) -> None:
        """Forget a connection that is going to be closed."""
        with self._lock:
            self._connections.discard(connection)

    def end_connections(self) -> None:
        """Wake the threads that wait for a next request on a connection that was kept."""
        with self._lock:
            self._ended = True
            for connection in self._connections:
                _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet: a client that goes away in the middle is part of many tests."""


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    connection: socket.socket

    @property
    def _owner(self) -> _HttpServer:
        return cast("_HttpServer", self.server)

    def setup(self) -> None:
        super().setup()
        self._owner.begin_connection(self.connection)

    def finish(self) -> None:
        self._owner.forget_connection(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Stay quiet: the server keeps its own log."""

    def _answer(self) -> None:
        try:
            request = WireRequest(
                method=self.command,
                target=self.path,
                headers=Headers(self.headers.items()),
                body=self._body(),
            )
        except _BrokenRequestError:
            self.close_connection = True
            return
        pds, sleep = self._owner.pds, self._owner.sleep
        planned = pds.plan(request)
        if seconds := planned.seconds("before"):
            sleep(seconds)
        outcome = pds.answer(request, planned)
        if seconds := planned.seconds("after"):
            sleep(seconds)
        if isinstance(outcome, Drop):
            self._reset()
        else:
            self._send(outcome)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _answer  # noqa: N815 - as above

    def do_HEAD(self) -> None:
        """Refuses: nothing here has headers worth asking for alone."""
        self._send(WireResponse(status=405))

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # Closed here and not by the server, which would take leave in good order first.
        self._owner.forget_connection(self.connection)
        self.rfile.close()
        self.connection.close()

    def _send(self, response: WireResponse) -> None:
        headers = {
            "date": self.date_time_string(),
            "content-length": str(len(response.body)),
            **response.headers,
        }
        if int(headers["content-length"]) != len(response.body):
            self.close_connection = True
        if self.close_connection:
            headers["connection"] = "close"
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + response.body)

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return b"".join(self._chunks())
        length = self.headers.get("content-length")
        if length is None:
            return None
        if not (length.isascii() and length.isdecimal()):
            raise _BrokenRequestError
        return self._read(int(length))

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = self.rfile.readline(_MAX_LINE).partition(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                raise _BrokenRequestError from None
            if length < 0:
                raise _BrokenRequestError
            if not length:
                break
            yield self._read(length)
            self.rfile.readline(_MAX_LINE)
        while self.rfile.readline(_MAX_LINE).strip():
            """Trailers follow the last chunk; nothing here reads them."""

    def _read(self, length: int) -> bytes:
        data = self.rfile.read(length)
        if len(data) < length:
            raise _BrokenRequestError
        return data
