"""libcst's parser, on as many processes as the work is worth.

Parsing is half of a full build, and the parser holds the interpreter's lock. Helper processes therefore take the texts
while the rest is still being rendered. They are programs of their own and not `multiprocessing`'s, which would run the
caller's script again in each. A helper can only save time: whatever it doesn't finish is parsed here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Final, Self, TypeAlias, cast

__all__ = ["MANY_FILES", "Parsers"]

MANY_FILES: Final = 100
"""From how many files on helpers are worth their start."""

_MOST_HELPERS: Final = 4
_PROGRAM: Final = Path(__file__).with_name("_parse_texts.py")

_Text: TypeAlias = tuple[str, bytes]


class Parsers:
    """Parses texts with libcst; leaving the ``with`` block ends what is still at work."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[_Text | None] = SimpleQueue()
        self._count = 0
        self._helpers: list[_Helper] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for helper in self._helpers:
            helper.end()

    def start_helpers(self) -> None:
        """Starts the helper processes, if they aren't there and the machine has more than one processor."""
        processors = os.cpu_count() or 1
        if not sys.executable or self._helpers:
            return
        # One processor is this process's own. Where no other may be started, this one does the work.
        with suppress(OSError):
            for _ in range(min(processors - 1, _MOST_HELPERS)):
                self._helpers.append(_Helper(self._waiting))

    def take(self, path: str, data: bytes) -> None:
        """Takes a file to parse, and doesn't wait for it."""
        self._waiting.put((path, data))
        self._count += 1
        if self._count == MANY_FILES:
            self.start_helpers()

    def finish(self) -> tuple[str, Exception] | None:
        """Waits until everything is parsed.

        Returns:
            None, or a file that isn't Python, with libcst's error.
        """
        # Where much is left, loading libcst here as well takes less time than waiting.
        fault = self._parse_waiting() if self._waiting.qsize() >= MANY_FILES else None
        for _ in self._helpers:
            self._waiting.put(None)
        for helper in self._helpers:
            for text in helper.join():
                self._waiting.put(text)
        return fault or self._parse_waiting()

    def _parse_waiting(self) -> tuple[str, Exception] | None:
        while True:
            try:
                text = self._waiting.get_nowait()
            except Empty:
                return None
            if text is not None and (error := _fault(text[1])):
                return text[0], error


def _fault(data: bytes) -> Exception | None:
    # Loaded when something has changed: it takes a third of a build that finds nothing to do.
    import libcst

    try:
        libcst.parse_module(data.decode())
    except (libcst.ParserSyntaxError, RecursionError) as error:
        return error
    return None


class _Helper:
    """One helper process, and the thread that hands it texts from a queue, up to a None."""

    def __init__(self, waiting: SimpleQueue[_Text | None]) -> None:
        self._waiting = waiting
        self._given: list[_Text] = []
        self._process = subprocess.Popen(  # noqa: S603 - this Python, with a program of this package
            [sys.executable, "-P", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=32 * 1024,
        )
        self._thread = Thread(target=self._feed, daemon=True)
        self._thread.start()

    def join(self) -> list[_Text]:
        """Waits for the helper's end; gives the texts again that it got, if it could not parse them all."""
        self._thread.join()
        return self._given if self._process.wait() else []

    def end(self) -> None:
        """Ends the helper, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._waiting.put(None)
        self._thread.join()

    def _feed(self) -> None:
        # A helper that has ended takes no more.
        with suppress(OSError), cast("IO[bytes]", self._process.stdin) as pipe:
            for text in iter(self._waiting.get, None):
                self._given.append(text)
                pipe.write(len(text[1]).to_bytes(4) + text[1])
