"""The docstrings of generated code, as lines; Google's sections, as the runtime has them."""

from __future__ import annotations

from collections.abc import Iterable

from atlex_codegen._plan import MethodPlan
from atlex_codegen._text import paragraphs, wrap

__all__ = ["method_lines", "prose_lines"]


def prose_lines(doc: Iterable[str], indent: int) -> list[str]:
    """Paragraphs as lines, a blank one between two.

    Args:
        doc: The paragraphs.
        indent: The columns before the docstring.
    """
    lines: list[str] = []
    for text in doc:
        for paragraph in paragraphs(text):
            if lines:
                lines += ["", *wrap(paragraph, indent)]
            else:
                # Three quotes stand before it, and after it as well where it is all there is on one line.
                lines = wrap(paragraph, indent + 3)
                if len(lines) == 1:
                    lines = wrap(paragraph, indent + 6)
    return lines


def method_lines(method: MethodPlan, indent: int) -> list[str]:
    """The docstring of a method of a namespace."""
    lines = prose_lines(method.doc, indent)
    if method.arguments:
        lines += ["", "Args:"]
        for argument in method.arguments:
            lines += _entry(argument.name, argument.doc, indent)
    if method.returns_doc:
        lines += ["", "Returns:", *(f"    {line}" for line in wrap(method.returns_doc, indent + 4))]
    if method.raises:
        lines += ["", "Raises:"]
        for name, doc in method.raises:
            lines += _entry(name, doc, indent)
    return lines


def _entry(name: str, doc: str, indent: int) -> list[str]:
    text = " ".join(paragraphs(doc))
    return [f"    {line}" for line in wrap(f"{name}: {text}", indent + 4, hanging=4)]
