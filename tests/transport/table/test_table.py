"""One meaning: each situation comes out alike, whatever carries the call.

Every row is run over each carrier, one after the other through one agent, and after each row the same agent has to get
the right answer to another question.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import count
from typing import Any, get_args

import pytest
from tests.transport.table import _bodies, _framing, _headers, _heads, _redirects, _uploads
from tests.transport.table._rows import SECRET, Answered, Row
from tests.transport.table._server import RawServer

import atlex
from atlex import AtlexError, _http
from atlex._agent import Request

ROWS = [row for part in (_heads, _headers, _framing, _bodies, _redirects, _uploads) for row in part.ROWS]
COLUMNS = [
    (way, carrier)
    for carrier in get_args(_http.Transport)
    if find_spec(carrier)
    for way in ("sync", "async")
    if (way, carrier) != ("sync", "aiohttp")
]

_numbers = count()


class Column:
    """One carrier, in one of its ways, and the server that it talks to."""

    def __init__(self, way: str, carrier: Any) -> None:
        self.server = RawServer()
        self._runner = asyncio.Runner() if way == "async" else None
        kind = atlex.AsyncServiceAgent if self._runner else atlex.ServiceAgent
        self._agent: Any = kind(self.server.url, transport=carrier)

    def call(self, request: Request) -> Answered | AtlexError:
        """What comes of a request."""
        try:
            if self._runner:
                return self._runner.run(self._later(request))
            response = self._agent.send(request)
            body = b"".join(response.iter_bytes()) if request.stream else response.content
        except AtlexError as error:
            return error
        return Answered(body, response.status, dict(response.headers))

    async def _later(self, request: Request) -> Answered:
        response = await self._agent.send(request)
        body = (
            b"".join([chunk async for chunk in response.aiter_bytes()])
            if request.stream
            else response.content
        )
        return Answered(body, response.status, dict(response.headers))

    def settle(self) -> None:
        """Wait until the server has played its scripts; an event loop sees what becomes of the connections."""
        if self._runner:
            self._runner.run(self._wait(self.server.settle))
        else:
            self.server.settle()

    @staticmethod
    async def _wait(condition: Callable[[], None]) -> None:
        await asyncio.to_thread(condition)
        # What came last.
        await asyncio.sleep(0)

    def close(self) -> None:
        """End all, and make sure that nothing is left."""
        if self._runner:
            self._runner.run(self._agent.aclose())
            self._runner.run(self._wait(self.server.wait_for_no_connection))
            self._runner.close()
        else:
            self._agent.close()
            self.server.wait_for_no_connection()
        self.server.close()


@pytest.fixture(scope="module", params=COLUMNS, ids=["-".join(column) for column in COLUMNS])
def column(request: pytest.FixtureRequest) -> Iterator[Column]:
    column = Column(*request.param)
    yield column
    column.close()


def test_the_rows_have_names_of_their_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) > 200


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_means_the_same_over_every_carrier(column: Column, row: Row) -> None:
    changes = {
        name: value() if name in {"body", "deadline"} else value for name, value in row.request.items()
    }
    headers = {"authorization": f"Bearer {SECRET}", **changes.pop("headers", {})}
    request = Request(**{"method": "GET", "nsid": "com.example.test", "headers": headers, **changes})
    with column.server.playing(*row.scripts) as seen:
        outcome = column.call(request)
        column.settle()
    if not row.outcome.fits(outcome):
        pytest.fail(f"{outcome!r} in place of {row.outcome!r}", pytrace=False)
    if isinstance(outcome, AtlexError):
        assert SECRET not in "".join(traceback.format_exception(outcome))
    assert not any(SECRET.encode() in each for each in seen if each.origin == "there")
    if row.targets is not None:
        assert [each.target for each in seen] == list(row.targets)
    assert row.check is None or row.check(seen)
    question = f"n={next(_numbers)}"
    after = column.call(Request(method="GET", nsid="com.example.after", query=question))
    if not Answered(question.encode()).fits(after):
        pytest.fail(f"{after!r} to the question after it", pytrace=False)
