"""A server at two origins that answers with bytes as they are, by a script for each request."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from typing import TypeAlias


class Do(Enum):
    """What the server does to a connection, besides sending bytes."""

    PAUSE = auto()
    """Let what was sent arrive by itself."""
    READ = auto()
    """Read the request's body, which is else read before the script."""
    CLOSE = auto()
    """End the connection."""
    RESET = auto()
    """Break the connection."""
    HALF = auto()
    """Send no more, but read."""
    HANG = auto()
    """Do nothing until the client ends the connection."""


@dataclass(frozen=True)
class Again:
    """The same bytes as many times as given, or until the client ends the connection; slowly where it waits for time."""

    data: bytes
    times: int | None = None
    slowly: bool = False


@dataclass(frozen=True)
class Drip:
    """Bytes one by one, each in a packet of its own."""

    data: bytes


Step: TypeAlias = bytes | Do | Again | Drip
Script: TypeAlias = bytes | Sequence[Step]

# So many repetitions are taken for no end, so that a client that falls for them fails all the same.
_ENDLESS = 4000
_BREAK = struct.pack("ii", 1, 0)


@dataclass
class Seen:
    """A request as it came."""

    origin: str
    connection: int
    head: bytes
    body: bytes = b""

    @property
    def target(self) -> bytes:
        """The request target."""
        return self.head.split(b" ", 2)[1]

    def __contains__(self, text: bytes) -> bool:
        return text in self.head or text in self.body


@dataclass
class _Play:
    scripts: Sequence[Script]
    seen: list[Seen] = field(default_factory=list)


class RawServer:
    """Plays scripts; a request outside of a play gets its own query string back.

    Args:
        tls: What a third origin speaks TLS with.
        host: The address to listen at, or the path of a Unix socket.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._tls = tls
        self._play: _Play | None = None
        self._changed = threading.Condition()
        self._busy: set[int | str] = set()
        self._numbers = count()
        self._open: dict[int, socket.socket] = {}
        names = ("here", "there", *(["tls"] if tls else []))
        if host.startswith("/"):
            self._listeners = {"here": socket.socket(socket.AF_UNIX)}
            self._listeners["here"].bind(host)
            self._listeners["here"].listen(512)
            self.ports, self.url = {}, "http://pds.example"
        else:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._listeners = {
                name: socket.create_server((host, 0), family=family, backlog=512) for name in names
            }
            self.ports = {name: each.getsockname()[1] for name, each in self._listeners.items()}
            self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.ports['here']}"
        for name, listener in self._listeners.items():
            threading.Thread(target=self._accept, args=(name, listener), daemon=True).start()

    @contextlib.contextmanager
    def playing(self, *scripts: Script) -> Iterator[list[Seen]]:
        """Answer the requests of this block, the first with the first script; the last answers all that follow."""
        play = self._play = _Play(scripts)
        try:
            yield play.seen
        finally:
            self._play = None

    def settle(self) -> None:
        """Wait until no script is being played, and none is going to be for a request that is here already."""
        with self._changed:
            assert self._changed.wait_for(lambda: not (self._busy or self._is_spoken_to()), 10), (
                "a client keeps a connection that it can't use"
            )

    def _is_spoken_to(self) -> bool:
        """Whether something has come that no thread has looked at: on a busy machine a client may be gone by then."""
        everything = [*self._listeners.values(), *self._open.values()]
        return any(_has_come(each, 0) for each in everything if each.fileno() >= 0)

    def wait_for_no_connection(self) -> None:
        """Wait until the clients have ended all of their connections."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._open, 10), (
                "a client keeps a connection after its end"
            )

    def close(self) -> None:
        """Listen no more, and end what is open."""
        for listener in self._listeners.values():
            # Closing alone doesn't wake a thread in accept().
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._changed:
            for each in self._open.values():
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        self.wait_for_no_connection()

    def _accept(self, origin: str, listener: socket.socket) -> None:
        while True:
            try:
                _has_come(listener)
                self._busy.add(origin)
                connection, _ = listener.accept()
            except (OSError, ValueError):
                self._busy.discard(origin)
                return
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = next(self._numbers)
            with self._changed:
                self._open[number] = connection
                self._busy.discard(origin)
                self._changed.notify_all()
            threading.Thread(target=self._serve, args=(origin, connection, number), daemon=True).start()

    def _serve(self, origin: str, connection: socket.socket, number: int) -> None:
        # The client may have had enough.
        with contextlib.suppress(OSError):
            if origin == "tls" and self._tls is not None:
                with connection:
                    connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self._talk(origin, _Reader(connection), number)
        with self._changed:
            self._busy.discard(number)
            del self._open[number]
            self._changed.notify_all()

    def _talk(self, origin: str, reader: _Reader, number: int) -> None:
        while True:
            reader.wait()
            # Before anything is taken, so that it is known of at every moment.
            self._busy.add(number)
            head = reader.head()
            if not head or not self._answer(Seen(origin, number, head), reader):
                return
            with self._changed:
                self._busy.discard(number)
                self._changed.notify_all()

    def _answer(self, request: Seen, reader: _Reader) -> bool:
        """Answer one request; whether the connection goes on."""
        script = self._script(request)
        steps = [script] if isinstance(script, bytes) else script
        if Do.READ not in steps:
            request.body = reader.body(request.head)
        return all(self._act(step, request, reader) for step in steps)

    def _script(self, request: Seen) -> Script:
        play = self._play
        if play is None:
            return echo(request)
        play.seen.append(request)
        return play.scripts[min(len(play.seen), len(play.scripts)) - 1]

    def _act(self, step: Step, request: Seen, reader: _Reader) -> bool:
        connection = reader.connection
        match step:
            case bytes():
                connection.sendall(self._placed(step))
            case Drip(data):
                for byte in self._placed(data):
                    connection.sendall(bytes([byte]))
            case Again(data, times, slowly):
                for _ in range(times or _ENDLESS):
                    connection.sendall(data)
                    if slowly:
                        time.sleep(0.002)
                return times is not None
            case Do.PAUSE:
                time.sleep(0.002)
            case Do.READ:
                request.body = reader.body(request.head)
            case Do.CLOSE:
                return False
            case Do.RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _BREAK)
                return False
            case Do.HALF:
                connection.shutdown(socket.SHUT_WR)
            case Do.HANG:
                # What the client sends stays where it is, so that its side fills up; only its end is looked for.
                reader.wait_for_end()
                return False
        return True

    def _placed(self, data: bytes) -> bytes:
        for name, port in self.ports.items():
            data = data.replace(b"@%s@" % name.encode(), b"127.0.0.1:%d" % port)
        return data


class _Reader:
    """The client's side of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._held = b""

    def wait(self) -> None:
        """Wait until something has come, or the end."""
        pending = isinstance(self.connection, ssl.SSLSocket) and self.connection.pending()
        if not self._held and not pending:
            _has_come(self.connection)

    def head(self) -> bytes:
        while b"\r\n\r\n" not in self._held:
            # A client that begins with TLS waits for an answer.
            if not self._more() or self._held.startswith(b"\x16"):
                return b""
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n"

    def body(self, head: bytes) -> bytes:
        lower = head.lower()
        if b"\r\ntransfer-encoding: chunked" in lower:
            while not (self._held.endswith(b"0\r\n\r\n") and self._held[-6:-5] in {b"", b"\n"}):
                if not self._more():
                    break
            body, self._held = self._held, b""
            return body
        _, found, rest = lower.partition(b"\r\ncontent-length: ")
        length = int(rest.split(b"\r\n")[0]) if found else 0
        while len(self._held) < length and self._more():
            pass
        body, self._held = self._held[:length], self._held[length:]
        return body

    def wait_for_end(self) -> None:
        poll = select.poll()
        poll.register(self.connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        poll.poll(10_000)

    def _more(self) -> bool:
        more = self.connection.recv(65536)
        self._held += more
        return bool(more)


def _has_come(connection: socket.socket, milliseconds: int | None = None) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return any(event & select.POLLIN for _, event in poll.poll(milliseconds))


def echo(request: Seen) -> bytes:
    """A response with the query string of its request."""
    text = request.target.partition(b"?")[2]
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text)
