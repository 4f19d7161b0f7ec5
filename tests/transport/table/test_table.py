"""One meaning: each situation comes out alike, whatever carries the call.

Every row is run over each carrier, one after the other through one agent, and after each row the same agent has to get
the right answer to another question.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from itertools import count

import pytest
from tests.transport.table import _bodies, _framing, _headers, _heads, _redirects, _uploads
from tests.transport.table._columns import COLUMNS, Column
from tests.transport.table._rows import SECRET, Answered, Row
from tests.transport.table._server import RawServer

from atlex import AtlexError
from atlex._agent import Request

ROWS = [row for part in (_heads, _headers, _framing, _bodies, _redirects, _uploads) for row in part.ROWS]
_numbers = count()


@pytest.fixture(scope="module", params=COLUMNS, ids=["-".join(column) for column in COLUMNS])
def column(request: pytest.FixtureRequest) -> Iterator[Column]:
    way, carrier = request.param
    server = RawServer()
    column = Column(way, carrier, server)
    yield column
    column.close()
    server.close()


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
