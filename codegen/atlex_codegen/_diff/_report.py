"""A comparison for readers: as text, as Markdown for a changelog, and as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any, Final

from atlex._printable import printable
from atlex_codegen._diff._changes import IMPACTS, Change, Diff, Place, PythonChange, PythonName
from atlex_codegen._text import shortened

__all__ = ["diff_json", "diff_lines", "diff_markdown"]

_NAMES_SHOWN: Final = 12
_TYPE_LENGTH: Final = 60
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>|#~&]")


def diff_lines(diff: Diff) -> Iterator[str]:
    """Yield a line for each definition, for each of its changes, and for the names in Python that one touches.

    A change begins with what it means by the Lexicon rules and with what it means to Python code.
    """
    if diff:
        yield f"  {'lexicon':<12}python"
    for definition, changes in groupby(diff.changes, lambda change: change.definition):
        yield _plain(str(definition))
        for change in changes:
            yield _plain(f"  {change.lexicon:<12}{change.python:<12}{_sentence(change)}")
            yield from (_plain(f"{'':<28}{text}") for text in _sentences(change.names))
    if diff.names:
        yield "names in Python that others took or left"
        yield from (_plain(f"  {'':<12}{'breaking':<12}{text}") for text in _sentences(diff.names))
    yield _summary(diff)


def diff_markdown(diff: Diff) -> str:
    """Write a section for breaking, for deprecated and for compatible changes, as far as there are any."""
    sections: list[str] = []
    for impact in reversed(IMPACTS):
        items = [_item(change) for change in diff.changes if change.impact == impact]
        if impact == "breaking":
            items += [f"- {_markdown(text)}" for text in _sentences(diff.names)]
        if items:
            sections.append("\n".join((f"### {impact.capitalize()}", "", *items, "")))
    return "\n".join(sections) or "Nothing changed.\n"


def diff_json(diff: Diff) -> str:
    """Write the changes as JSON, in ASCII: the attributes of `Change`, with definitions and names as text as well."""
    content = {
        "impact": diff.impact,
        "changes": [
            {
                **asdict(change),
                "definition": str(change.definition),
                "old": _place_json(change.old),
                "new": _place_json(change.new),
                "names": [_name_change_json(name) for name in change.names],
            }
            for change in diff.changes
        ],
        "names": [_name_change_json(name) for name in diff.names],
    }
    return json.dumps(content, indent=2) + "\n"


def _plain(text: str) -> str:
    return printable(text, limit=len(text))


def _sentence(change: Change) -> str:
    return f"{change.message} (a guess)" if change.is_guess else change.message


def _sentences(names: Sequence[PythonChange]) -> Iterator[str]:
    for change in names[:_NAMES_SHOWN]:
        old, new = change.old, change.new
        if old is None:
            yield f"{new} is new{' and required' if change.new_required else ''}"
        elif new is None:
            yield f"{old} is gone"
        else:
            parts: list[str] = []
            if old != new:
                parts.append(f"is {new} now")
            if change.old_required != change.new_required:
                parts.append(f"is {'' if change.new_required else 'not '}required now")
            before, after = (shortened(type_, _TYPE_LENGTH) for type_ in (change.old_type, change.new_type))
            if change.old_type != change.new_type:
                parts.append(f"was of type {before or 'None'}, is of type {after or 'None'}")
            yield f"{old} {', '.join(parts)}"
    if len(names) > _NAMES_SHOWN:
        yield f"and {len(names) - _NAMES_SHOWN} more names"


def _summary(diff: Diff) -> str:
    counts = Counter(change.impact for change in diff.changes)
    total = len(diff.changes)
    if not diff:
        return "Nothing changed."
    shares = ", ".join(f"{counts[impact]} {impact}" for impact in reversed(IMPACTS) if counts[impact])
    return f"{total} {'change' if total == 1 else 'changes'}: {shares}." if total else "Only names changed."


def _item(change: Change) -> str:
    names = "; ".join(_sentences(change.names))
    text = f"{change.definition}: {_sentence(change)}" + (f" ({names})" if names else "")
    if change.lexicon != change.python:
        text += (
            " -- by the Lexicon rules only" if change.impact == change.lexicon else " -- for Python code only"
        )
    return f"- {_markdown(text)}."


def _markdown(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(lambda match: "\\" + match[0], _plain(text))


def _place_json(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {**asdict(place), "definition": str(place.definition)}


def _name_change_json(change: PythonChange) -> dict[str, Any]:
    return {**asdict(change), "old": _name_json(change.old), "new": _name_json(change.new)}


def _name_json(name: PythonName | None) -> dict[str, Any] | None:
    return None if name is None else {**asdict(name), "text": str(name)}
