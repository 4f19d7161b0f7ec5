"""The programs in ``examples/`` are short: each beside one that does the same with the package ``atproto``."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_THEIRS = sorted((Path(__file__).parent / "peer_programs").glob("*.py"))
_EMPTY = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def _ours(theirs):
    [ours] = (_ROOT / "examples").rglob(theirs.name)
    return ours


def _code_lines(program):
    """How many lines have code; comments, docstrings and empty lines don't count."""
    text = program.read_text(encoding="utf-8")
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _EMPTY:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            ast.get_docstring(node) is not None
        ):
            lines.difference_update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


@pytest.mark.parametrize("theirs", _THEIRS, ids=lambda program: program.stem)
def test_a_program_takes_at_most_four_fifths_of_the_lines(theirs):
    assert _code_lines(_ours(theirs)) <= 0.8 * _code_lines(theirs)


def test_the_table_has_the_counts():
    page = (_ROOT / "docs" / "bluesky.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[`([\w/]+)\.py`\].* \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    assert {(name.rpartition("/")[2], int(ours), int(theirs)) for name, ours, theirs in rows} == {
        (theirs.stem, _code_lines(_ours(theirs)), _code_lines(theirs)) for theirs in _THEIRS
    }
