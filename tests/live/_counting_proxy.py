"""An HTTP proxy in front of a server, which counts what the server gets and how it answers, by method."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import urlsplit

__all__ = ["CountingProxy"]

_PATIENCE_SECONDS: Final = 120
# What the proxy says anew: it passes a body on in one piece.
_FRAMING: Final = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


class CountingProxy:
    """Passes every request on to one server as it came, and counts.

    A client is told to use it (``httpx.Client(proxy=…)``), and not that it is the server, so that nothing gets past it
    wherever a DID document points. Requests for another server end with status 502.

    Args:
        upstream: The server's URL.

    Attributes:
        url: The proxy's own URL.
        came: How many requests have come, by NSID.
        answered: How many of them the server has answered, by NSID and status.
    """

    def __init__(self, upstream: str) -> None:
        self.came: Counter[str] = Counter()
        self.answered: Counter[tuple[str, int]] = Counter()
        self._changed = threading.Condition()
        self._holds: dict[str, Callable[[], bool]] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.upstream = urlsplit(upstream).netloc
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def begin(self, holds: dict[str, Callable[[], bool]] | None = None) -> None:
        """Count from nothing.

        Args:
            holds: What has to be true before a request goes on, by its NSID.
        """
        with self._changed:
            self.came.clear()
            self.answered.clear()
            self._holds = holds or {}

    def note_request(self, nsid: str) -> None:
        """Count a request, and wait until it may go on."""
        with self._changed:
            self.came[nsid] += 1
            self._changed.notify_all()
            hold = self._holds.get(nsid)
            if hold is not None and not self._changed.wait_for(hold, _PATIENCE_SECONDS):
                raise TimeoutError(f"{nsid} was held for {_PATIENCE_SECONDS} seconds")

    def note_answer(self, nsid: str, status: int) -> None:
        """Count an answer."""
        with self._changed:
            self.answered[nsid, status] += 1
            self._changed.notify_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    # A crowd connects at once.
    request_queue_size = 1024
    proxy: CountingProxy


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client, with a connection to the server of its own."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._upstream = HTTPConnection(self.server.proxy.upstream)

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def do_GET(self) -> None:
        proxy = self.server.proxy
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if target.netloc != proxy.upstream:
            self.send_error(502, f"This proxy stands in front of {proxy.upstream}")
            return
        nsid = target.path.rpartition("/")[2]
        proxy.note_request(nsid)
        self._upstream.putrequest(
            self.command,
            target._replace(scheme="", netloc="").geturl(),
            skip_host=True,
            skip_accept_encoding=True,
        )
        for name, value in self.headers.items():
            self._upstream.putheader(name, value)
        self._upstream.endheaders(body)
        answer = self._upstream.getresponse()
        content = answer.read()
        proxy.note_answer(nsid, answer.status)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _FRAMING:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *_: object) -> None:
        """Say nothing: http.server would write every request to the standard error."""
