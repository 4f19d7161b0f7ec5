"""From one argument that holds everything to keyword arguments: what a method of ``atproto`` is called with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import libcst as cst

from atlex_codegen._migrate._templates import UnfitError

__all__ = ["keyword", "keywords_of_call", "keywords_of_dict"]


def keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    """A keyword argument as this code base lays it out."""
    return cst.Arg(
        value,
        keyword=cst.Name(name),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )


def keywords_of_call(arguments: Sequence[cst.Arg], fields: Mapping[str, str]) -> list[cst.Arg]:
    """The arguments of a class's constructor, by their Python names.

    Args:
        arguments: The arguments.
        fields: The Python names by names on the wire.

    Raises:
        UnfitError: One of them is no field, or has no name.
    """
    renamed: list[cst.Arg] = []
    for argument in arguments:
        if argument.star:
            raise UnfitError("its arguments come from * or **")
        if argument.keyword is None:
            raise UnfitError("an argument has no name")
        if argument.keyword.value != "py_type":
            renamed.append(argument.with_changes(keyword=cst.Name(_field(argument.keyword.value, fields))))
    return renamed


def keywords_of_dict(display: cst.Dict, fields: Mapping[str, str]) -> list[cst.Arg]:
    """The members of a dictionary as keyword arguments.

    Raises:
        UnfitError: A key is no field, or isn't written out.
    """
    return [keyword(_field(key, fields), value) for key, value in _members(display)]


def _members(display: cst.Dict) -> Iterator[tuple[str, cst.BaseExpression]]:
    for element in display.elements:
        if not isinstance(element, cst.DictElement):
            raise UnfitError("its arguments come from **")
        key = element.key.evaluated_value if isinstance(element.key, cst.SimpleString) else None
        if not isinstance(key, str):
            raise UnfitError("a key isn't written out")
        yield key, element.value


def _field(name: str, fields: Mapping[str, str]) -> str:
    if name in fields:
        return fields[name]
    if name in fields.values():
        return name
    raise UnfitError(f"{name} is not in the Lexicon documents of this package")
