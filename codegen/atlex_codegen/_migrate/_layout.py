"""How calls that a migration writes are laid out: on one line where they fit, else with one argument a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import libcst as cst

__all__ = ["dedented", "lay_out"]

_WIDTH: Final = 100
_EMPTY: Final = cst.Module([])


def lay_out(node: cst.BaseExpression, unit: str, depth: int = 0, *, room: int = _WIDTH) -> cst.BaseExpression:
    """Break a call, or a list of calls, that is too long for its line.

    Args:
        node: The expression.
        unit: One step of indentation.
        depth: How many steps deeper than its statement the expression stands.
        room: The columns that are left for its first line.
    """
    if max(map(len, _EMPTY.code_for_node(node).splitlines())) <= room:
        return _moved(node, unit * depth)
    match node:
        case cst.Call(args=[*_, _]):
            inner = [
                argument.with_changes(
                    value=lay_out(argument.value, unit, depth + 1, room=_room(unit, depth, argument)),
                    whitespace_after_arg=cst.SimpleWhitespace(""),
                )
                for argument in node.args
            ]
            return node.with_changes(
                args=_one_a_line(inner, unit, depth), whitespace_before_args=_newline(unit, depth + 1)
            )
        case cst.List(elements=[*_, _]):
            elements = [
                element.with_changes(value=lay_out(element.value, unit, depth + 1, room=room))
                for element in node.elements
            ]
            return node.with_changes(
                elements=_one_a_line(elements, unit, depth),
                lbracket=cst.LeftSquareBracket(_newline(unit, depth + 1)),
            )
        case cst.ListComp():
            return node.with_changes(
                elt=lay_out(node.elt, unit, depth + 1, room=room),
                for_in=node.for_in.with_changes(whitespace_before=_newline(unit, depth + 1)),
                lbracket=cst.LeftSquareBracket(_newline(unit, depth + 1)),
                rbracket=cst.RightSquareBracket(_newline(unit, depth)),
            )
        case cst.Await():
            return node.with_changes(expression=lay_out(node.expression, unit, depth, room=room - 6))
        case cst.Attribute():
            return node.with_changes(value=lay_out(node.value, unit, depth, room=room))
        case _:
            return node


def _room(unit: str, depth: int, argument: cst.Arg) -> int:
    name = 0 if argument.keyword is None else len(argument.keyword.value) + 1
    return _WIDTH - len(unit) * (depth + 1) - name - 1


def _newline(unit: str, depth: int) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(unit * depth))


def _one_a_line(nodes: Sequence[cst.CSTNode], unit: str, depth: int) -> list[cst.CSTNode]:
    between = cst.Comma(whitespace_after=_newline(unit, depth + 1))
    last = cst.Comma(whitespace_after=_newline(unit, depth))
    return [node.with_changes(comma=between) for node in nodes[:-1]] + [nodes[-1].with_changes(comma=last)]


def dedented(node: cst.Call, unit: str) -> cst.Call:
    """A call whose lines begin one step further left."""
    return cst.ensure_type(node.visit(_Shift(-len(unit), unit)), cst.Call)


def _moved(node: cst.BaseExpression, indent: str) -> cst.BaseExpression:
    """An expression of several lines, whose last one begins at an indent now."""
    finder = _Indents()
    node.visit(finder)
    if not finder.found:
        return node
    return cast("cst.BaseExpression", node.visit(_Shift(len(indent) - min(finder.found), indent)))


class _Indents(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[int] = []

    def visit_ParenthesizedWhitespace(self, node: cst.ParenthesizedWhitespace) -> None:
        self.found.append(len(node.last_line.value))


class _Shift(cst.CSTTransformer):
    """Moves the lines within brackets by some columns."""

    def __init__(self, columns: int, unit: str) -> None:
        super().__init__()
        self._columns = columns
        self._fill = unit[:1] or " "

    def leave_ParenthesizedWhitespace(
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        line = updated_node.last_line.value
        moved = self._fill * self._columns + line if self._columns > 0 else line[-self._columns :]
        return updated_node.with_changes(last_line=cst.SimpleWhitespace(moved))
