"""A long run over each carrier against a server that misbehaves in half of its answers, in every way of the table.

``python -m tests.transport.table.soak [CALLS [CARRIER…]]``: 200,000 calls over each carrier, unless said otherwise.

Each call has to come out as the table says, and at the end there have to be as many descriptors, objects and tasks as
after the first quarter, and about as much memory.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from tests.transport.table import _bodies, _framing, _headers, _heads, _uploads
from tests.transport.table._columns import COLUMNS, agent
from tests.transport.table._rows import Answered, Row
from tests.transport.table._server import Again, Do, RawServer, Script, Seen, echo

import atlex
from atlex import AtlexError
from atlex._agent import Request

_TASKS = 50
_THREADS = 16
_LARGEST = 100_000


def _is_quick(row: Row) -> bool:
    """Whether a row takes neither time nor much data."""
    (script, *more) = row.scripts
    steps = [script] if isinstance(script, bytes) else script
    body = row.request.get("body", bytes)()
    return not (
        more
        or {"timeout", "deadline", "stream"} & row.request.keys()
        or not isinstance(body, bytes)
        or len(body) > _LARGEST
        # A connection is used again at once here, where nobody can tell two answers apart that come one by one.
        or any(isinstance(step, Again) or step in {Do.HANG, Do.HALF, Do.PAUSE} for step in steps)
        or sum(len(step) for step in steps if isinstance(step, bytes)) > _LARGEST
    )


ROWS = [
    row for part in (_heads, _headers, _framing, _bodies, _uploads) for row in part.ROWS if _is_quick(row)
]


class _Server(RawServer):
    """Plays the row whose number the query string gives."""

    def _script(self, request: Seen) -> Script:
        _, _, number = request.target.partition(b"?row=")
        return ROWS[int(number)].scripts[0] if number else echo(request)


def _serve(told: Connection) -> None:
    server = _Server()
    told.send(server.url)
    # The end of the other process ends this one.
    told.recv()


class Reading(NamedTuple):
    """What there is at a moment."""

    descriptors: int
    objects: int
    tasks: int
    mebibytes: float

    @classmethod
    def now(cls) -> Reading:
        """Count."""
        gc.collect()
        try:
            tasks = len(asyncio.all_tasks())
        except RuntimeError:
            tasks = 0
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        return cls(descriptors, len(gc.get_objects()), tasks, pages * os.sysconf("SC_PAGESIZE") / 2**20)


class Soak:
    """Calls over one carrier, of which each is counted by what came of it."""

    def __init__(self, way: str, carrier: str, url: str, calls: int) -> None:
        self.way = way
        self.outcomes: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self._random = random.Random(0)
        self._calls = calls
        self._agent: Any = agent(way, url, transport=carrier)

    def run(self) -> tuple[Reading, Reading]:
        """Make all calls; how things were after the first quarter and at the end."""
        if self.way == "async":
            return asyncio.run(self._run_later())
        with self._agent:
            readings = []
            for calls in (self._calls // 4, self._calls - self._calls // 4):
                left = iter(range(calls))

                def work(left: Any = left) -> None:
                    for _ in left:
                        self._call()

                with ThreadPoolExecutor(_THREADS) as pool:
                    for thread in [pool.submit(work) for _ in range(_THREADS)]:
                        thread.result()
                readings.append(Reading.now())
        return readings[0], readings[1]

    async def _run_later(self) -> tuple[Reading, Reading]:
        async with self._agent:
            readings = []
            for calls in (self._calls // 4, self._calls - self._calls // 4):
                left = iter(range(calls))

                async def work(left: Any = left) -> None:
                    for _ in left:
                        await self._call_later()

                await asyncio.gather(*(work() for _ in range(_TASKS)))
                await asyncio.sleep(0.1)
                readings.append(Reading.now())
        return readings[0], readings[1]

    def _pick(self) -> tuple[Row | None, Request]:
        number = self._random.randrange(2 * len(ROWS))
        if number >= len(ROWS):
            return None, Request(
                method="GET", nsid="com.example.test", query=f"n={number}.{self._random.random()}"
            )
        row = ROWS[number]
        changes = {name: value() if name == "body" else value for name, value in row.request.items()}
        request = Request(
            **{"method": "GET", "nsid": "com.example.test", "query": f"row={number}", **changes}
        )
        return row, request

    def _call(self) -> None:
        row, request = self._pick()
        try:
            response = self._agent.send(request)
        except AtlexError as error:
            self._note(row, request, error)
        else:
            self._note(row, request, Answered(response.content, response.status, dict(response.headers)))

    async def _call_later(self) -> None:
        row, request = self._pick()
        try:
            response = await self._agent.send(request)
        except AtlexError as error:
            self._note(row, request, error)
        else:
            self._note(row, request, Answered(response.content, response.status, dict(response.headers)))

    def _note(self, row: Row | None, request: Request, outcome: Answered | AtlexError) -> None:
        expected = Answered(request.query.encode()) if row is None else row.outcome
        self.outcomes[type(outcome).__name__] += 1
        if expected.fits(outcome):
            return
        if isinstance(outcome, atlex.XrpcFetchError) and outcome.error == "NetworkError":
            # The server has ended a kept connection in the moment that it was used again.
            self.outcomes["met the end of a connection"] += 1
        else:
            self.wrong[f"{row or 'a plain question'}: {outcome!r}"] += 1


def main() -> None:
    """Run it, and print a line for each carrier."""
    calls = int(sys.argv[1]) if sys.argv[1:] else 200_000
    chosen = sys.argv[2:]
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    url = here.recv()
    failed = False
    for way, carrier in COLUMNS:
        if chosen and carrier not in chosen:
            continue
        begun = time.monotonic()
        soak = Soak(way, carrier, url, calls)
        first, last = soak.run()
        seconds = time.monotonic() - begun
        is_flat = (
            abs(last.descriptors - first.descriptors) <= 2 * _TASKS
            and last.objects < first.objects * 1.05
            and last.tasks == first.tasks
            and last.mebibytes < first.mebibytes * 1.1 + 5
        )
        failed = failed or bool(soak.wrong) or not is_flat
        print(f"{way} {carrier}: {calls} calls, {calls / seconds:.0f} a second, {dict(soak.outcomes)}")
        print(f"  after a quarter {first}\n  at the end    {last}: {'flat' if is_flat else 'NOT FLAT'}")
        for text, count in soak.wrong.most_common(5):
            print(f"  WRONG, {count} times: {text}")
    here.send(None)
    sys.exit(failed)


if __name__ == "__main__":
    main()
