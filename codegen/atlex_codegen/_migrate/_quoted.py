"""Annotations in quotation marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import libcst as cst

from atlex_codegen._migrate._inference import dotted, quoted_expression

__all__ = ["in_quotes_of", "with_names"]


def in_quotes_of(node: cst.SimpleString, text: str) -> cst.SimpleString:
    """A text in the quotes of another."""
    if any(char in text for char in (node.quote[0], "\\", "\n")):
        return cst.SimpleString(repr(text))
    return cst.SimpleString(f"{node.quote}{text}{node.quote}")


def with_names(
    node: cst.SimpleString, replace: Callable[[str], cst.BaseExpression | None]
) -> cst.SimpleString | None:
    """A quoted annotation with other names in it; None where nothing is replaced.

    Args:
        node: The annotation.
        replace: Gives what takes the place of a dotted name, or None.
    """
    expression = quoted_expression(node)
    if expression is None:
        return None
    replacer = _Replacer(replace)
    replaced = cast("cst.BaseExpression", expression.visit(replacer))
    return in_quotes_of(node, cst.Module([]).code_for_node(replaced)) if replacer.is_changed else None


class _Replacer(cst.CSTTransformer):
    def __init__(self, replace: Callable[[str], cst.BaseExpression | None]) -> None:
        super().__init__()
        self._replace = replace
        self.is_changed = False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return not dotted(node)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return self._replaced(updated_node)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self._replaced(updated_node)

    def _replaced(self, node: cst.Name | cst.Attribute) -> cst.BaseExpression:
        found = self._replace(dotted(node)) if dotted(node) else None
        self.is_changed = self.is_changed or found is not None
        return node if found is None else found
