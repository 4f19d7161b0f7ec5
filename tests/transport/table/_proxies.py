"""Proxies: one that forwards, tunnels or refuses, and one of SOCKS 5."""

from __future__ import annotations

import selectors
import socket
from typing import cast

from tests._listening import Listening

__all__ = ["HttpProxy", "SocksProxy"]


class _Proxy(Listening):
    """A proxy, which notes what it is asked for."""

    scheme = ""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[bytes] = []
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"{self.scheme}://{self.place}"


class HttpProxy(_Proxy):
    """A proxy for HTTP.

    Args:
        reply: What it answers in place of doing as it is asked.
    """

    scheme = "http"

    def __init__(self, reply: bytes | None = None) -> None:
        super().__init__()
        self._reply = reply

    def serve(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received and (more := connection.recv(65536)):
            received += more
        self.asked.append(received)
        method, target, rest = received.split(b" ", 2)
        if self._reply is not None:
            connection.sendall(self._reply)
        elif method == b"CONNECT":
            with _connected(target) as there:
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                _pump(connection, there)
        else:
            place, slash, path = target.removeprefix(b"http://").partition(b"/")
            with _connected(place) as there:
                there.sendall(b" ".join((method, slash + path, rest)))
                _pump(connection, there)


class SocksProxy(_Proxy):
    """A proxy of SOCKS 5 (RFC 1928), which wants a user name and a password (RFC 1929) where they are given.

    Args:
        credentials: What it wants: user name and password.
        refusal: What it says in place of connecting.
    """

    scheme = "socks5"

    def __init__(self, credentials: tuple[bytes, bytes] | None = None, refusal: int = 0) -> None:
        super().__init__()
        self._credentials = credentials
        self._refusal = refusal

    def serve(self, connection: socket.socket) -> None:
        reader = connection.makefile("rb")
        methods = reader.read(reader.read(2)[1])
        wanted = 2 if self._credentials else 0
        if wanted not in methods:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(bytes([5, wanted]))
        if self._credentials:
            user = reader.read(reader.read(2)[1])
            password = reader.read(reader.read(1)[0])
            if (user, password) != self._credentials:
                connection.sendall(b"\x01\x01")
                return
            connection.sendall(b"\x01\x00")
        kind = reader.read(4)[3]
        host = socket.inet_ntoa(reader.read(4)).encode() if kind == 1 else reader.read(reader.read(1)[0])
        place = b"%s:%d" % (host, int.from_bytes(reader.read(2), "big"))
        self.asked.append(place)
        connection.sendall(bytes([5, self._refusal, 0, 1]) + bytes(6))
        if not self._refusal:
            with _connected(place) as there:
                _pump(connection, there)


def _connected(place: bytes) -> socket.socket:
    host, _, port = place.decode().rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)))


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Hand on what comes from either, until one ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while ready := selector.select(10):
            for key, _ in ready:
                data = cast("socket.socket", key.fileobj).recv(65536)
                if not data:
                    return
                key.data.sendall(data)
