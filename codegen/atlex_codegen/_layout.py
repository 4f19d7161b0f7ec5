"""How a statement is spread over lines.

A statement that fits stands on one line. Else each item of its brackets, or each member of a choice, gets a line of its
own, and goes by the same rule there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from atlex_codegen._text import LINE_LENGTH, literal

__all__ = ["Around", "Bracket", "Choice", "Node", "Words", "flat", "items_of", "lay_out"]

_INDENT: Final = 4
_WORD: Final = re.compile(r"\S+\s*|\s+")


class Bracket(NamedTuple):
    """A call, a subscript or a display.

    Attributes:
        start: What stands before the items, the opening bracket included.
        items: The items.
        end: The closing bracket, and what stands after it.
        single: What follows an only item: the comma that makes a tuple of it, or nothing.
    """

    start: str
    items: tuple[Node, ...]
    end: str
    single: str = ""


class Choice(NamedTuple):
    """The members of ``a | b``, none of them such a choice itself."""

    members: tuple[Node, ...]


class Around(NamedTuple):
    """What stands before and after something that may be broken."""

    before: str
    node: Node
    after: str = ""


class Words(NamedTuple):
    """A string literal that may be cut at its spaces."""

    text: str


Node: TypeAlias = str | Bracket | Choice | Around | Words
"""A piece of source. Text is never broken."""


def items_of(start: str, items: Iterable[Node], end: str) -> Node:
    """A bracket with items; without any it can't be broken."""
    found = tuple(items)
    return Bracket(start, found, end) if found else start + end


def flat(node: Node) -> str:
    """The source on one line."""
    match node:
        case str():
            return node
        case Bracket():
            last = node.single if len(node.items) == 1 else ""
            return node.start + ", ".join(map(flat, node.items)) + last + node.end
        case Choice():
            return " | ".join(map(flat, node.members))
        case Around():
            return node.before + flat(node.node) + node.after
        case Words():
            return literal(node.text)


def lay_out(node: Node, indent: int = 0, before: int = 0, after: int = 0, width: int = LINE_LENGTH) -> str:
    """The source, over as many lines as it needs.

    Args:
        node: The source.
        indent: The columns before the statement's first line.
        before: The columns taken before the source on its first line, the indent among them.
        after: The columns taken after it on its last line.
        width: The columns of a line.
    """
    line = flat(node)
    if isinstance(node, str) or before + len(line) + after <= width:
        return line
    if isinstance(node, Around):
        inside = lay_out(node.node, indent, before + len(node.before), len(node.after) + after, width)
        return node.before + inside + node.after
    inner = indent + _INDENT
    margin = "\n" + " " * inner
    end = "\n" + " " * indent
    match node:
        case Bracket():
            # A comma after an only subscript would make a tuple of it.
            last = "" if node.end == "]" and len(node.items) == 1 else ","
            parts = [
                _members(item, inner, width)
                if isinstance(item, Choice)
                else lay_out(item, inner, inner, 1, width)
                for item in node.items
            ]
            return node.start + margin + f",{margin}".join(parts) + last + end + node.end
        case Choice():
            return "(" + margin + _members(node, inner, width) + end + ")"
        case Words():
            return "(" + margin + margin.join(_pieces(node.text, width - inner)) + end + ")"


def _members(choice: Choice, indent: int, width: int) -> str:
    """A choice within brackets of its own: on one line, or one member a line."""
    line = flat(choice)
    if indent + len(line) + 1 <= width:
        return line
    parts = [lay_out(member, indent, indent + 2, 0, width) for member in choice.members]
    return ("\n" + " " * indent + "| ").join(parts)


def _pieces(text: str, room: int) -> list[str]:
    """Literals that make the text together, each within so many columns if its words allow it."""
    pieces = [""]
    for word in _WORD.findall(text):
        if pieces[-1] and len(literal(pieces[-1] + word)) > room:
            pieces.append("")
        pieces[-1] += word
    return [literal(piece) for piece in pieces]
