"""Values from the command line, typed by the lexicons: ``actor=alice.example.com limit=50 record=@post.json``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from atlex._printable import printable
from atlex.errors import AtlexError, InputError
from atlex_cli._documents import Documents, Properties, Schema, UnknownNameError, suggestion, wire_name
from atlex_cli._output import fail, failing_with_a_sentence

__all__ = ["ArgumentError", "failing", "read_bytes", "read_json", "read_record", "read_values"]

_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")
_WORDS: Final = {"true": True, "false": False}


class ArgumentError(AtlexError):
    """An argument isn't what the lexicon says, as far as it can be told before it is read in full."""


def read_values(arguments: Iterable[str], documents: Documents, known: Properties) -> dict[str, Any]:
    """Read arguments into values by their wire names.

    Args:
        arguments: ``name=value`` each, by wire name or Python name. ``name.member=value`` sets a member of an object,
            and a name that stands several times makes a list.
        documents: The documents that the arguments are of.
        known: The arguments that there are.

    Raises:
        ArgumentError: One of them can't be read.
        UnknownNameError: There is no argument of a name.
    """
    values: dict[str, Any] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals:
            raise ArgumentError(f"{argument!r:.100} isn't NAME=VALUE{suggestion(argument, known)}")
        _set(values, name.split("."), text, documents, known, name)
    return values


def read_record(collection: str, arguments: Iterable[str]) -> dict[str, Any]:
    """Read a record from the command line: its fields, or ``@FILE`` or ``-`` for all of it as JSON.

    Args:
        collection: The record's NSID. One that the documents don't have takes any fields.
        arguments: As for `read_values`.

    Raises:
        ArgumentError: They can't be read.
        UnknownNameError: The record has no field of a name.
    """
    arguments = list(arguments)
    whole = arguments[0] if len(arguments) == 1 else ""
    if whole == "-" or (whole.startswith("@") and "=" not in whole):
        value = read_json(whole.removeprefix("@"))
        if not isinstance(value, dict):
            raise ArgumentError("A record is a JSON object")
        return cast("dict[str, Any]", value)
    documents = Documents()
    known: Properties = (
        documents.properties(documents.main(collection), collection) if collection in documents else {}
    )
    return read_values(arguments, documents, known)


def read_bytes(place: str) -> bytes:
    """Read a file, or standard input for ``-``.

    Raises:
        ArgumentError: It can't be read.
    """
    if place == "-":
        return b"" if sys.stdin is None else sys.stdin.buffer.read()
    try:
        return Path(place).read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise ArgumentError(
            f"{place!r:.200} can't be read: {reason}. A value that begins with an @ is written with two"
        ) from error


def read_json(place: str) -> Any:
    """Read JSON from a file, or from standard input for ``-``.

    Raises:
        ArgumentError: It can't be read, or isn't JSON.
    """
    return _json(read_bytes(place), "standard input" if place == "-" else place)


def _json(text: str | bytes, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ArgumentError(f"{printable(where, 200)} isn't JSON: {error}") from error


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} isn't a value of JSON")


def _set(
    values: dict[str, Any], path: list[str], text: str, documents: Documents, known: Properties, whole: str
) -> None:
    """Set the value at a path, making the objects on its way."""
    wire = wire_name(path[0], known)
    if wire is None:
        if known:
            raise UnknownNameError(
                f"There is no argument {whole!r:.100}{suggestion(path[0], known) or _list(known)}"
            )
        # Inside what the documents say nothing about, names are as they are.
        schema, nsid = cast("tuple[Schema, str]", ({"type": "unknown"}, ""))
        wire = path[0]
    else:
        schema, nsid = documents.resolve(*known[wire])
    if len(path) > 1:
        inner = values.setdefault(wire, {})
        if not isinstance(inner, dict):
            raise ArgumentError(f"{printable(whole, 100)}: {wire} has a value already")
        below = documents.properties(schema, nsid)
        _set(cast("dict[str, Any]", inner), path[1:], text, documents, below, whole)
        return
    value = _value(text, schema, nsid, documents, whole)
    if schema.get("type") == "array" and isinstance(value, list):
        values[wire] = [*values.get(wire, []), *value]
    elif wire in values:
        raise ArgumentError(f"{printable(whole, 100)} is given twice, and isn't a list")
    else:
        values[wire] = value


def _value(text: str, schema: Schema, nsid: str, documents: Documents, name: str) -> Any:
    """The value of a text, by the type that the lexicon gives it."""
    schema, nsid = documents.resolve(schema, nsid)
    type_ = schema.get("type")
    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        return _from_file(text[1:], type_, name)
    if type_ == "string":
        return text
    if type_ == "integer":
        if not _INTEGER.fullmatch(text):
            raise ArgumentError(f"{name} is an integer, not {text!r:.100}")
        return int(text)
    if type_ == "boolean":
        if text not in _WORDS:
            raise ArgumentError(f"{name} is true or false, not {text!r:.100}")
        return _WORDS[text]
    if type_ == "array":
        if text.startswith("["):
            return _json(text, name)
        return [_value(text, schema.get("items", {}), nsid, documents, name)]
    if type_ == "unknown" and not text.startswith(("{", "[")):
        # Text that is no JSON is a string: in a record of a kind that the documents don't know, most values are.
        try:
            return json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return text
    return _json(text, name)


def _from_file(place: str, type_: object, name: str) -> Any:
    data = read_bytes(place)
    if type_ != "string":
        return _json(data, place)
    try:
        # The line's end belongs to the file, as with a password from a prompt.
        return data.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise ArgumentError(f"{name}: {place!r:.200} isn't text in UTF-8") from error


def _list(known: Mapping[str, object]) -> str:
    return f". There are: {', '.join(known)}"


@contextmanager
def failing() -> Generator[None]:
    """Say in one line what went wrong: with 2 where it was typed, with 1 where it happened."""
    with failing_with_a_sentence():
        try:
            yield
        except (ArgumentError, UnknownNameError, InputError) as error:
            fail(str(error), 2)
