"""An option that takes one of a few words."""

from __future__ import annotations

from collections.abc import Callable

import typer

__all__ = ["one_of"]


def one_of(*words: str) -> Callable[[str], str]:
    """Make the parser of an option that takes one of the words; typer's own names an exception of Python's as well."""

    def parse(text: str) -> str:
        if text not in words:
            raise typer.BadParameter(f"{text!r} isn't known: use {' or '.join(words)}.")
        return text

    return parse
