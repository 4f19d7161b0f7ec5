"""The tool that makes the synchronous twins."""

from __future__ import annotations

import ast
import re

import pytest
from tools import unasync


@pytest.mark.parametrize(
    ("written", "made"),
    [
        (
            "async with a as b:\n    async for c in b:\n        await d()",
            "with a as b:\n    for c in b:\n        d()",
        ),
        ("async def __aexit__(self): ...", "def __exit__(self): ..."),
        ("await response.aread(); await response.aclose()", "response.read(); response.close()"),
        ("x: Callable[[int], Awaitable[Page[T]]]", "x: Callable[[int], Page[T]]"),
        ("x: Coroutine[Any, Any, dict[str, list[int]]]", "x: dict[str, list[int]]"),
        ("class BaseAsyncClient(_AsyncCalls[R]):", "class BaseClient(_Calls[R]):"),
        ("from a._async_pages import AsyncPaginator", "from a._sync_pages import Paginator"),
        ("from a._async import AsyncIterator", "from a._sync import Iterator"),
        ("open_body_async(body)", "open_body(body)"),
        ("await to_thread.run_sync(peek, body, size)", "peek(body, size)"),
        ("await to_thread.run_sync(function)", "function()"),
        ("import anyio\nawait anyio.sleep(1)", "import time\ntime.sleep(1)"),
        ("data: Body | None", "data: SyncBody | None"),
        ("An asynchronous agent, not `AsyncAgent.aclose`", "A synchronous agent, not `Agent.close`"),
        # What only looks alike stays.
        ("import asyncio; a.async_like = Body()", "import asyncio; a.async_like = Body()"),
        ("awaited = is_asynchronously", "awaited = is_asynchronously"),
    ],
)
def test_words_are_replaced_in_code_and_prose(written, made):
    assert unasync.twin(written, "_async.py").partition("\n")[2] == made


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("a\nif x:  # async only\n    b\n\n    c\nd\n", "a\nd\n"),
        ("def f():\n    x = 1  # async only\n    y\n", "def f():\n    y\n"),
        ("    if x:  # async only\n        y\n    z\n", "    z\n"),
    ],
)
def test_a_statement_for_the_asynchronous_side_alone_is_left_out_whole(written, made):
    assert unasync.twin(written, "_async.py").partition("\n")[2] == made


def test_the_twins_say_what_they_are_made_from():
    for name in unasync.WRITTEN:
        written = unasync.ROOT / name
        first = unasync.twin_path(written).read_text("utf-8").partition("\n")[0]
        assert first == f"# Made from {written.name} by tools/unasync.py: change that file, and run the tool."


def test_no_twin_holds_anything_asynchronous():
    for name in unasync.WRITTEN:
        text = unasync.twin_path(unasync.ROOT / name).read_text("utf-8")
        kinds = {type(node) for node in ast.walk(ast.parse(text))}
        assert not kinds & {ast.AsyncFor, ast.AsyncFunctionDef, ast.AsyncWith, ast.Await}
        assert not re.search(r"[Aa]wait|\basync\b|Async[A-Z]", text.partition("\n")[2]), name


@pytest.mark.parametrize("argument", ["--check", "write"])
def test_only_a_twin_that_differs_is_written_or_told_of(argument, tmp_path, monkeypatch, capsys):
    (tmp_path / "_async.py").write_text("async def f() -> None:\n    await g()\n")
    (tmp_path / "_async_b.py").write_text('"""Empty."""\n')
    monkeypatch.setattr(unasync, "ROOT", tmp_path)
    monkeypatch.setattr(unasync, "WRITTEN", ("_async.py", "_async_b.py"))
    assert unasync.main([]) == 0
    assert (tmp_path / "_sync.py").read_text().endswith("tool.\ndef f() -> None:\n    g()\n")
    assert unasync.main(["--check"]) == 0
    (tmp_path / "_sync.py").write_text("def f() -> None: ...\n")
    capsys.readouterr()
    assert unasync.main([argument] if argument == "--check" else []) == (argument == "--check")
    told = capsys.readouterr()
    assert (told.out or told.err).split()[0] == str(tmp_path / "_sync.py")
    assert unasync.main(["--check"]) == (argument == "--check")
