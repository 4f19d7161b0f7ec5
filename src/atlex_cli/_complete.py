"""What can follow what has been typed so far: asked by the shells' completion at every press of a key.

It loads neither models nor sessions, and what reads options only where an option is to be completed.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from atlex.errors import AtlexError
from atlex_cli._commands import COMMANDS, LEXICON
from atlex_cli._documents import Documents, Schema, python_path, wire_name

__all__ = ["candidates", "split_line"]

_LARGEST: Final = 1024 * 1024
"""The most bytes of a session's file that are looked at."""


def split_line(line: str) -> list[str]:
    """The words of a line that is being typed, the last of them up to the cursor and perhaps empty."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return [*words, ""] if not closing and line[-1:].isspace() else words or [""]
    return [""]


def candidates(words: Sequence[str]) -> list[str]:
    """What the last word can become. One that ends with ``.``, ``=``, ``/`` or ``@`` isn't complete by that.

    Args:
        words: What has been typed after ``atlex``, the last word up to the cursor.
    """
    *before, current = words or [""]
    try:
        found = sorted(set(_following(before, current)))
    except (AtlexError, ImportError, OSError):
        # A completion that fails has nothing to say in the middle of a line.
        return []
    # What would be an order to the terminal isn't offered.
    return [each for each in found if each.startswith(current) and each.isprintable()]


def _following(before: list[str], current: str) -> Iterable[str]:
    if not before:
        return ["--help", "--version"] if current.startswith("-") else COMMANDS
    name, *words = before
    command = COMMANDS.get(name)
    if name == "lexicon" and words:
        name, *words = words
        command = LEXICON.get(name)
    if command is None:
        return ()
    package = _value_of("--package", words) or "atlex_sdk"
    previous = words[-1] if words else ""
    if current.startswith("-"):
        return _options(name, words)
    if previous == "--account":
        return _accounts()
    if previous in {"--output", "-o", "--input"}:
        return _files(current)
    if previous.startswith("-") and _takes_value(name, words):
        return _files(current)
    match command.completes:
        case "methods":
            return _call(words, current, package)
        case "documents":
            return _segments(Documents(package), current)
        case "records":
            return _record(name, words, current)
        case "accounts":
            return _accounts()
        case "subcommands":
            return _subcommands(name) if not words else _accounts()
        case "shells":
            return ("bash", "fish", "zsh")
        case "files":
            return _files(current)


def _call(words: list[str], current: str, package: str) -> Iterable[str]:
    documents = Documents(package)
    nsid = next(filter(None, map(documents.look_up, words)), None)
    if nsid is None:
        return _segments(documents, current, "query", "procedure")
    properties = {**documents.input(nsid), **documents.parameters(nsid)}
    name, equals, value = current.partition("=")
    if not equals:
        if current.startswith("@"):
            return (f"@{path}" for path in _files(current[1:]))
        # What has been given already comes again only where it makes a list.
        given = {wire_name(word.partition("=")[0], properties) for word in words}
        return (
            f"{each}="
            for each, (schema, home) in properties.items()
            if each not in given or documents.resolve(schema, home)[0].get("type") == "array"
        )
    wire = wire_name(name, properties)
    if value.startswith("@") and not value.startswith("@@"):
        return (f"{name}=@{path}" for path in _files(value[1:]))
    return () if wire is None else (f"{name}={each}" for each in _values(documents, *properties[wire]))


def _values(documents: Documents, schema: Schema, nsid: str) -> Iterator[str]:
    """The values of a property that the documents know of."""
    schema, nsid = documents.resolve(schema, nsid)
    if schema.get("type") == "array":
        schema, nsid = documents.resolve(schema.get("items", {}), nsid)
    if schema.get("type") == "boolean":
        yield from ("true", "false")
    for key in ("const", "default"):
        if isinstance(schema.get(key), str | int) and not isinstance(schema.get(key), bool):
            yield str(schema[key])
    for key in ("enum", "knownValues"):
        yield from map(str, schema.get(key, ()))
    if schema.get("type") == "string" and schema.get("format") == "nsid":
        yield from documents.nsids("record")


def _segments(documents: Documents, current: str, *types: str) -> set[str]:
    """The NSIDs of some types up to the next full stop, or all NSIDs; names of Python where nothing else fits."""
    nsids = documents.nsids(*types) if types else list(documents)
    for names in (nsids, map(python_path, nsids)):
        found = {_next_segment(name, current) for name in names if name.startswith(current)}
        if found:
            return found
    return set()


def _next_segment(name: str, current: str) -> str:
    end = name.find(".", len(current))
    return name if end < 0 else name[: end + 1]


def _record(name: str, words: list[str], current: str) -> Iterable[str]:
    if not words:
        return _subcommands(name)
    return _segments(Documents(), current, "record")


def _accounts() -> Iterator[str]:
    """The accounts that are logged in. Their sessions' files are looked into, since sessions take long to load."""
    from atlex._files import read_file
    from atlex.syntax import is_valid_handle
    from atlex_cli._accounts import folder

    for path in folder().glob("*.json"):
        try:
            handle = json.loads(read_file(path, _LARGEST))["handle"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            continue
        # It is what a server said: it may be anything.
        yield handle if is_valid_handle(handle) else unquote(path.stem)


def _loaded(name: str, words: list[str]) -> Any:
    """The command, or the command of a command, that some words lead to."""
    from atlex_cli._app import load

    command = load(name)
    for word in words:
        command = _commands_of(command).get(word, command)
    return command


def _commands_of(command: Any) -> Mapping[str, Any]:
    commands: Mapping[str, Any] = getattr(command, "commands", {})
    return commands


def _options(name: str, words: list[str]) -> Iterator[str]:
    yield "--help"
    for parameter in _loaded(name, words).params:
        yield from (option for option in parameter.opts if option.startswith("--"))


def _takes_value(name: str, words: list[str]) -> bool:
    """Whether the last word is an option with a value still to come."""
    return any(
        words[-1] in parameter.opts and not parameter.is_flag
        for parameter in _loaded(name, words).params
        if parameter.param_type_name == "option"
    )


def _subcommands(name: str) -> Iterable[str]:
    return _commands_of(_loaded(name, []))


def _value_of(option: str, words: list[str]) -> str | None:
    for at, word in enumerate(words):
        if word == option and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def _files(start: str) -> Iterator[str]:
    """The files whose path begins so; folders end with a slash."""
    folder = re.sub(r"[^/]*$", "", start)
    with os.scandir(os.path.expanduser(folder) or ".") as entries:  # noqa: PTH111 - a path's end counts here
        for entry in entries:
            if not entry.name.startswith(".") or start[len(folder) :].startswith("."):
                yield f"{folder}{entry.name}{'/' if entry.is_dir() else ''}"
