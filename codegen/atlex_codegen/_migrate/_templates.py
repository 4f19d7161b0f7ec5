"""Replacements that are written as Python: a call as it was, and the expression that takes its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import libcst as cst

from atlex_codegen._migrate._inference import dotted

__all__ = ["Template", "UnfitError", "bind"]


class UnfitError(Exception):
    """A place can't be rewritten; the text says why, for the report."""


@dataclass(frozen=True, slots=True)
class Template:
    """A replacement.

    Attributes:
        receiver: What stands on both sides for what the program has there, such as ``client``.
        parameters: The arguments of the left side, with their defaults: None for one that is required, ``...`` for one
            that may be left out.
        body: The right side.
    """

    receiver: str
    parameters: Mapping[str, cst.BaseExpression | None]
    body: cst.BaseExpression

    @classmethod
    def parse(cls, left: str, right: str) -> Template:
        """Read both sides."""
        pattern = cst.parse_expression(left)
        parameters: dict[str, cst.BaseExpression | None] = {}
        if isinstance(pattern, cst.Call):
            for argument in pattern.args:
                name = argument.keyword or cst.ensure_type(argument.value, cst.Name)
                parameters[name.value] = None if argument.keyword is None else argument.value
            pattern = pattern.func
        return cls(dotted(pattern).partition(".")[0], parameters, cst.parse_expression(right))

    def fill(
        self,
        receiver: cst.BaseExpression,
        given: Mapping[str, cst.BaseExpression],
        resolve: Callable[[str], cst.BaseExpression | None],
        *,
        awaits: Literal["", "inner", "all"] = "",
    ) -> cst.BaseExpression:
        """Write the replacement for one place.

        Args:
            receiver: What the program has for the receiver.
            given: The arguments.
            resolve: Gives the name to use for one that the template takes from a package.
            awaits: Which calls of the receiver are to be awaited: none, those inside the replacement, or all.

        Raises:
            UnfitError: An argument would be evaluated twice, or is no simple name where one is needed.
        """
        filler = _Filler(self, receiver, given, resolve, awaits)
        return cast("cst.BaseExpression", self.body.deep_clone().visit(filler))


def bind(
    parameters: Mapping[str, cst.BaseExpression | None], arguments: Sequence[cst.Arg]
) -> dict[str, cst.BaseExpression]:
    """Give each argument of a call to its parameter, and add the defaults.

    Raises:
        UnfitError: The call doesn't fit.
    """
    given: dict[str, cst.BaseExpression] = {}
    names = list(parameters)
    for position, argument in enumerate(arguments):
        if argument.star:
            raise UnfitError("it is called with * or **")
        name = names[position] if argument.keyword is None and position < len(names) else ""
        if argument.keyword is not None:
            name = argument.keyword.value
        if name not in parameters or name in given:
            raise UnfitError(f"the argument {name or position + 1} has no counterpart")
        given[name] = argument.value
    for name, default in parameters.items():
        if name not in given and not isinstance(default, cst.Ellipsis):
            if default is None:
                raise UnfitError(f"the argument {name} is missing")
            given[name] = default
    return given


class _Filler(cst.CSTTransformer):
    def __init__(
        self,
        template: Template,
        receiver: cst.BaseExpression,
        given: Mapping[str, cst.BaseExpression],
        resolve: Callable[[str], cst.BaseExpression | None],
        awaits: Literal["", "inner", "all"],
    ) -> None:
        super().__init__()
        self._template = template
        self._receiver = receiver
        self._given = given
        self._resolve = resolve
        self._awaits = awaits
        self._used: set[str] = set()
        self._labels: set[int] = set()
        self._depth = 1 if awaits == "all" else 0

    def visit_Call(self, node: cst.Call) -> None:
        self._depth += 1

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        self._depth -= 1
        updated_node = updated_node.with_changes(args=_without_last_comma(updated_node.args))
        name = dotted(original_node.func)
        # What a client has of its own, such as `assert_did`, is never awaited.
        is_request = name.startswith(f"{self._template.receiver}.") and name.count(".") > 1
        if self._awaits and self._depth and is_request:
            return cst.Await(updated_node, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return updated_node

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._labels.add(id(node.attr))

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if isinstance(updated_node.value, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.Await):
            return updated_node
        value = updated_node.value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return updated_node.with_changes(value=value)

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword is not None:
            self._labels.add(id(node.keyword))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg | cst.RemovalSentinel:
        value = original_node.value
        left_out = (
            isinstance(value, cst.Name) and value.value in self._template.parameters.keys() - self._given
        )
        return cst.RemoveFromParent() if left_out else updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        name = original_node.value
        if id(original_node) in self._labels:
            return updated_node
        if name in self._template.parameters:
            return self._argument(name) if name in self._given else updated_node
        if name == self._template.receiver:
            return self._receiver
        return self._resolve(name) or updated_node

    def _argument(self, name: str) -> cst.BaseExpression:
        value = self._given[name]
        if name in self._used and not dotted(value):
            raise UnfitError(f"the argument {name} would be evaluated twice: give it a name first")
        self._used.add(name)
        return value.deep_clone()


def _without_last_comma(args: Sequence[cst.Arg]) -> Sequence[cst.Arg]:
    return [*args[:-1], args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)] if args else args
