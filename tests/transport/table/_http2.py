"""A server that speaks HTTP/2 over TLS, and answers each stream as a function says."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError

__all__ = ["Answer", "Http2Server", "Stream"]


@dataclass
class Stream:
    """A request, and the side of the server."""

    connection: H2Connection
    number: int
    headers: dict[bytes, bytes]
    body: bytearray = field(default_factory=bytearray)

    def head(self, status: int = 200, *headers: tuple[str, str | bytes], is_end: bool = False) -> None:
        """Send a head."""
        fields: list[tuple[str, str | bytes]] = [(":status", str(status)), *headers]
        # What is sent is for the client to refuse.
        self.connection.send_headers(self.number, fields, end_stream=is_end)  # type: ignore[arg-type]

    def data(self, data: bytes, *, is_end: bool = True) -> None:
        """Send a part of the body that fits into one frame."""
        self.connection.send_data(self.number, data, end_stream=is_end)


Answer = Callable[[Stream], None]


class Http2Server:
    """Plays an answer for each request; without one it sends the body, or else the path, back.

    Args:
        tls: What it speaks TLS with.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        tls.set_alpn_protocols(["h2"])
        self._tls = tls
        self._answers: list[Answer] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self.seen: list[Stream] = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @contextlib.contextmanager
    def playing(self, *answers: Answer) -> Iterator[list[Stream]]:
        """Answer the requests of this block, one with each."""
        self._answers, self.seen = list(answers), []
        yield self.seen
        self._answers = []

    def close(self) -> None:
        """Listen no more, and end what is open."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            plain,
            self._tls.wrap_socket(plain, server_side=True) as connection,
        ):
            self._open.add(connection)
            with contextlib.suppress(EOFError, ProtocolError):
                self._talk(connection)
            self._open.discard(connection)

    def _talk(self, connection: socket.socket) -> None:
        # What a server may not send is sent all the same.
        lax = H2Configuration(client_side=False, validate_outbound_headers=False)
        http = H2Connection(lax)
        http.initiate_connection()
        streams: dict[int, Stream] = {}
        while True:
            connection.sendall(http.data_to_send())
            data = connection.recv(65536)
            if not data:
                return
            for event in http.receive_data(data):
                match event:
                    case RequestReceived(stream_id=int(number), headers=headers):
                        streams[number] = Stream(http, number, dict(headers or ()))
                    case DataReceived(stream_id=int(number)):
                        streams[number].body += event.data or b""
                        http.acknowledge_received_data(event.flow_controlled_length or 0, number)
                    case StreamEnded(stream_id=int(number)):
                        self.seen.append(streams[number])
                        try:
                            (self._answers.pop(0) if self._answers else echo)(streams[number])
                        finally:
                            connection.sendall(http.data_to_send())
                    case ConnectionTerminated():
                        return
                    case _:
                        pass


def echo(stream: Stream) -> None:
    """A response with the body of its request, or its target."""
    text = bytes(stream.body) or stream.headers[b":path"]
    stream.head(200, ("content-type", "text/plain"), ("content-length", str(len(text))))
    stream.data(text)
