from __future__ import annotations

import sys
from pathlib import Path

import pytest

from atlex_codegen import _parsers
from atlex_codegen._parsers import MANY_FILES, Parsers

GOOD = b"x = 1\n"
BAD = b"x = (\n"
LARGE = b"x = '" + b"x" * 200_000 + b"'\n"


@pytest.fixture(params=[False, True], ids=["here", "in helpers"])
def with_helpers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    return request.param


def taken(texts: dict[str, bytes], *, with_helpers: bool) -> tuple[str, Exception] | None:
    with Parsers() as parsers:
        if with_helpers:
            parsers.start_helpers()
        for path, data in texts.items():
            parsers.take(path, data)
        return parsers.finish()


def test_nothing_to_parse_is_no_fault(with_helpers: bool) -> None:
    assert taken({}, with_helpers=with_helpers) is None


def test_what_is_python_is_no_fault(with_helpers: bool) -> None:
    texts = {f"{number}.py": f"x{number} = 'é'\n".encode() for number in range(50)} | {"empty.py": b""}
    assert taken(texts, with_helpers=with_helpers) is None


@pytest.mark.parametrize("place", [0, 30, 59])
def test_a_text_that_is_no_python_is_named_wherever_it_comes(place: int, with_helpers: bool) -> None:
    texts = {f"{number}.py": BAD if number == place else GOOD for number in range(60)}
    fault = taken(texts, with_helpers=with_helpers)
    assert fault is not None
    assert (fault[0], type(fault[1]).__name__) == (f"{place}.py", "ParserSyntaxError")


def test_what_a_helper_refuses_is_judged_here_and_a_long_queue_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "refuses.py"
    program.write_text("import sys; sys.stdin.buffer.read(); sys.exit(1)")
    monkeypatch.setattr(_parsers, "_PROGRAM", program)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    texts = {f"{number}.py": LARGE for number in range(2 * MANY_FILES)}
    with Parsers() as parsers:
        for path, data in (texts | {"bad.py": BAD}).items():
            parsers._waiting.put((path, data))
        fault = parsers.finish()
    assert fault is not None
    assert fault[0] == "bad.py"


def test_what_helpers_that_end_early_leave_is_parsed_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "ends.py"
    program.write_text("raise SystemExit(3)")
    monkeypatch.setattr(_parsers, "_PROGRAM", program)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    large = {f"{number}.py": LARGE for number in range(3)}
    assert taken(large, with_helpers=True) is None
    fault = taken(large | {"bad.py": BAD}, with_helpers=True)
    assert fault is not None
    assert fault[0] == "bad.py"


def test_where_no_process_can_be_started_all_is_parsed_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert taken({"a.py": GOOD}, with_helpers=True) is None
    assert taken({"a.py": GOOD, "b.py": BAD}, with_helpers=True) is not None


def test_helpers_start_by_themselves_for_many_texts_and_never_on_one_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for processors, helpers in ((1, 0), (2, 1), (3, 2), (64, _parsers._MOST_HELPERS), (None, 0)):
        monkeypatch.setattr("os.cpu_count", lambda found=processors: found)
        with Parsers() as parsers:
            for number in range(MANY_FILES):
                assert not parsers._helpers
                parsers.take(f"{number}.py", GOOD)
            assert len(parsers._helpers) == helpers
            assert parsers.finish() is None


def test_leaving_early_ends_the_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    parsers = Parsers()

    def interrupted() -> None:
        with parsers:
            parsers.start_helpers()
            for number in range(20):
                parsers.take(f"{number}.py", LARGE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    for helper in parsers._helpers:
        assert helper._process.returncode is not None
        assert not helper._thread.is_alive()
