"""What a migration knows of an expression in a user's program: its type, as far as that can be proved.

The types of values are those of the Lexicon documents, so one set of them serves every package that was made from
documents, whatever names it gives them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import libcst as cst

from atlex.lexicon import (
    Array,
    DefId,
    Definition,
    Lexicons,
    Object,
    Params,
    Part,
    Payload,
    Procedure,
    Query,
    Record,
    Ref,
    Union,
    Unknown,
)
from atlex_codegen._naming import json_schema

__all__ = [
    "AnyOf",
    "Awaitable",
    "ClassOf",
    "Client",
    "External",
    "Instance",
    "ListOf",
    "Member",
    "Module",
    "Opaque",
    "Plain",
    "Symbol",
    "Type",
    "UserClass",
    "UserFunction",
    "UserInstance",
    "any_of",
    "output_type",
    "value_type",
]


@dataclass(frozen=True, slots=True)
class Plain:
    """A value without attributes of interest, such as a string or a blob."""

    kind: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An object that a document describes.

    Attributes:
        nsid: The document.
        pointer: Where in it the object stands.
        part: The object.
    """

    nsid: str
    pointer: str
    part: Object | Params = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, or another iterable."""

    item: Type | None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several objects."""

    members: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of the Lexicon type ``unknown``: the wire name of the field, and the object that has it."""

    owner: Instance
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    """A client of a package."""

    asynchronous: bool


@dataclass(frozen=True, slots=True)
class Member:
    """What a client offers under an NSID: a namespace, a method or the records of a collection."""

    nsid: str
    asynchronous: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A module that a package has for a namespace or a document."""

    nsid: str


@dataclass(frozen=True, slots=True)
class ClassOf:
    """A class; calling it makes an instance."""

    of: Type


@dataclass(frozen=True, slots=True)
class Awaitable:
    """What an asynchronous call gives."""

    of: Type | None


@dataclass(frozen=True, slots=True)
class External:
    """Anything else of a package, by a name that the rules go by, such as ``client.login``."""

    name: str
    of: Type | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name in a module of a generated package that is neither a class nor a module: an alias, a constant, an error.

    Attributes:
        kind: What it is, by the words of a diff; ``descriptor`` for ``METHOD``, ``RECORD`` and ``PERMISSION_SET``.
        path: The module's place below the package.
        name: Its name there.
    """

    kind: str
    path: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function of the program."""

    node: cst.FunctionDef = field(compare=False)
    key: int


@dataclass(frozen=True, slots=True)
class UserClass:
    """A class of the program."""

    node: cst.ClassDef = field(compare=False)
    key: int


@dataclass(frozen=True, slots=True)
class UserInstance:
    """An instance of a class of the program."""

    of: UserClass


Type: TypeAlias = (
    Plain
    | Instance
    | ListOf
    | AnyOf
    | Opaque
    | Client
    | Member
    | Module
    | ClassOf
    | Awaitable
    | External
    | Symbol
    | UserFunction
    | UserClass
    | UserInstance
)


def value_type(
    lexicons: Lexicons, nsid: str, part: Part | Definition, owner: Opaque | None = None
) -> Type | None:
    """The type of a value that a part of a document describes.

    Args:
        lexicons: The documents.
        nsid: The document that the part stands in.
        part: The part.
        owner: What an ``unknown`` value is known as, by the object that holds it.
    """
    match part:
        case Ref():
            if lexicons.find(part.target) is None:
                return None
            definition, names = lexicons.follow(part.target)
            return value_type(lexicons, names[-1].nsid, definition)
        case Record():
            return Instance(nsid, part.record.pointer, part.record)
        case Object() | Params():
            return Instance(nsid, part.pointer, part)
        case Array():
            return ListOf(value_type(lexicons, nsid, part.items))
        case Union():
            return any_of(_target(lexicons, target) for target in part.targets)
        case Unknown():
            return owner
        case Query() | Procedure():
            return None
        case _:
            return Plain(part.kind)


def _target(lexicons: Lexicons, target: DefId) -> Type | None:
    return (
        None
        if lexicons.find(target) is None
        else value_type(lexicons, target.nsid, Ref(ref="", target=target))
    )


def any_of(types: Iterable[Type | None]) -> Type | None:
    """One of several types, as far as they are objects."""
    members: dict[Instance, None] = {}
    for found in types:
        match found:
            case Instance():
                members[found] = None
            case AnyOf():
                members.update(dict.fromkeys(found.members))
            case _:
                pass
    if len(members) == 1:
        return next(iter(members))
    return AnyOf(tuple(members)) if members else None


def output_type(lexicons: Lexicons, nsid: str, payload: Payload | None) -> Type | None:
    """The type of a method's result; None for one without, or of bytes."""
    schema = json_schema(payload)
    return None if schema is None else value_type(lexicons, nsid, schema)
