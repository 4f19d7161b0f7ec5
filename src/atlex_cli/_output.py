"""What commands print: lines and JSON that a terminal shows and doesn't obey, and one sentence where they fail."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn, TypeAlias

from atlex_codegen._say import failing_with_a_sentence, say

__all__ = [
    "fail",
    "failing_with_a_sentence",
    "print_json",
    "print_json_text",
    "progress_bar",
    "say",
    "uses_colour",
]

Progress: TypeAlias = Callable[[int, "int | None"], None]

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(?=\s*(:)?)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""What JSON may leave as it is, and a terminal takes for orders, or shows in another order or not at all."""
_NOT_ASCII: Final = re.compile("[^\x20-\x7e]")
_NAME, _STRING, _WORD, _NUMBER = "34", "32", "35", "36"
"""Colours, in the terminal's own shades."""


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with one line on standard error.

    Args:
        message: The sentence. What doesn't print in it is escaped.
        code: The exit code: 1 where something failed, 2 where the command wasn't understood.

    Raises:
        SystemExit: Always.
    """
    say([message], err=True)
    raise SystemExit(code)


def print_json(value: Any, *, compact: bool | None = None, plain: bool = False) -> None:
    """Print a value as JSON.

    Args:
        value: What `json.dumps` takes.
        compact: As for `print_json_text`.
        plain: As for `print_json_text`.
    """
    print_json_text(json.dumps(value, ensure_ascii=False), compact=compact, plain=plain)


def print_json_text(text: str, *, compact: bool | None = None, plain: bool = False) -> None:
    """Print JSON, which stays the same value: numbers are as they came, and what doesn't print in strings is escaped.

    Args:
        text: JSON that has been checked.
        compact: Whether it is one line. None for one line unless standard output is a terminal.
        plain: Whether a terminal gets what a file would: one line, no colours.
    """
    if sys.stdout is None:
        return
    if compact is None:
        compact = plain or not sys.stdout.isatty()
    colours = not plain and uses_colour()
    sys.stdout.writelines(_laid_out(text, indented=not compact, colours=colours))
    sys.stdout.write("\n")
    sys.stdout.flush()


@contextmanager
def progress_bar(title: str) -> Generator[Progress]:
    """Show on standard error how much of a transfer is done, if that is a terminal.

    Args:
        title: What is done, in a word.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def uses_colour() -> bool:
    """Whether what is printed is coloured: on a terminal, unless ``NO_COLOR`` is set; ``FORCE_COLOR`` says everywhere."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _laid_out(text: str, *, indented: bool, colours: bool) -> Iterator[str]:
    """The tokens of JSON with what goes between them, however deep it is."""
    encoding = sys.stdout.encoding or "ascii"
    depth = 0
    before = ""
    for found in _TOKEN.finditer(text):
        part = found[0]
        if part in "}]":
            depth -= 1
        if indented and before:
            if before == ":":
                yield " "
            elif (before in "{[,") != (part in "}]"):
                # Nothing goes between the brackets of what is empty.
                yield "\n" + "  " * depth
        shown = _printing(part, encoding) if part[0] == '"' else part
        yield _coloured(shown, is_name=found[1] is not None) if colours else shown
        if part in "{[":
            depth += 1
        before = part


def _printing(string: str, encoding: str) -> str:
    """A string of JSON with escapes for what doesn't print, or can't be written."""
    string = _INVISIBLE.sub(_escaped, string)
    try:
        string.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return _NOT_ASCII.sub(_escaped, string)
    return string


def _escaped(found: re.Match[str]) -> str:
    code = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{code[at : at + 4]}" for at in range(0, len(code), 4))


def _coloured(part: str, *, is_name: bool) -> str:
    if part in "{}[],:":
        return part
    colour = _NAME if is_name else _STRING if part[0] == '"' else _WORD if part.isalpha() else _NUMBER
    return f"\x1b[{colour}m{part}\x1b[0m"
