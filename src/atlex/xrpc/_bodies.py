"""Bodies whose type isn't a class: a lexicon may declare a union, or refer to an array."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard, cast

from atlex.data import OMIT, JsonError, parse_json, write_json
from atlex.errors import InputError, XrpcInvalidResponseError
from atlex.model import Model, Object, Validation, build, check

__all__ = ["instance", "is_model", "read_body", "write_body"]


def is_model(type_: object) -> bool:
    """Whether a declared type is a generated class."""
    return isinstance(type_, type) and issubclass(type_, Model)


@cache
def _holder(type_: Any) -> type[Model]:
    return type("Body", (Object,), {"__module__": __name__, "__annotations__": {"body": type_}})


def _is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    # Asking of a dict whether it is a Mapping takes longer than all of the rest.
    if not isinstance(value, (dict, Mapping)):
        return False
    for name in cast("Mapping[object, Any]", value):  # noqa: SIM110 - a generator costs as much as what it goes through
        if not isinstance(name, str):
            return False
    return True


def instance(type_: type[Model], given: object, what: str) -> Model:
    """The instance that was given, or one that is made of the mapping that was given, checked.

    Args:
        type_: The class that the lexicon declares.
        given: An instance of it, or a mapping of its attributes; those that are OMIT count as not given.
        what: What is given, for the message.

    Raises:
        InputError: The value is neither, or breaks the lexicon's rules.
    """
    if isinstance(given, type_):
        check(given)
        return given
    if _is_mapping(given):
        return build(type_, {name: value for name, value in given.items() if value is not OMIT})
    raise InputError(
        f"The {what} must be a mapping or an instance of {type_.__name__}, not {type(given).__name__}"
    )


def write_body(type_: Any, given: object) -> bytes:
    """The JSON of an input.

    Raises:
        InputError: The value breaks the lexicon's rules.
    """
    if is_model(type_):
        return instance(type_, given, "input").to_json()
    return write_json(build(_holder(type_), {"body": given}).to_wire()["body"])


def read_body(type_: Any, content: bytes, validation: Validation) -> Any:
    """The output that the JSON of a response stands for.

    Raises:
        XrpcInvalidResponseError: The content isn't JSON, or doesn't match its lexicon.
    """
    if is_model(type_):
        return type_.from_wire(content, validation=validation)
    try:
        body = parse_json(content)
    except JsonError as error:
        raise XrpcInvalidResponseError(str(error), status=200) from None
    return cast("Any", _holder(type_).from_wire({"body": body}, validation=validation)).body
