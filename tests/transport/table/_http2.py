"""A server that speaks HTTP/2 over TLS, and answers each stream as a function says."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError
from tests._listening import Listening

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


class Http2Server(Listening):
    """Plays an answer for each request; without one it sends the body, or else the path, back.

    Args:
        tls: What it speaks TLS with.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        tls.set_alpn_protocols(["h2"])
        self._tls = tls
        self._answers: list[Answer] = []
        self._open: set[socket.socket] = set()
        self.seen: list[Stream] = []
        self.connections = 0
        super().__init__()
        self.url = f"https://localhost:{self.port}"

    @contextlib.contextmanager
    def playing(self, *answers: Answer) -> Iterator[list[Stream]]:
        """Answer the requests of this block, one with each."""
        self._answers, self.seen = list(answers), []
        yield self.seen
        self._answers = []

    def close(self) -> None:
        """Listen no more, and end what is open."""
        super().close()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket) -> None:
        """Speak HTTP/2 with a client."""
        self.connections += 1
        with self._tls.wrap_socket(connection, server_side=True) as secured:
            self._open.add(secured)
            with contextlib.suppress(EOFError, ProtocolError):
                self._talk(secured)
            self._open.discard(secured)

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
