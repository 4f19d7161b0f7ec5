"""Type expressions: each knows how to print itself, and what a module has to import for it.

A module's imports are gathered from its expressions, so that they are exact by construction. What an import is bound to
is decided for each module: the name that it has at home, unless the module has something else of that name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple, TypeAlias, cast

from atlex_codegen._layout import Around, Bracket, Choice, Node, flat, items_of
from atlex_codegen._text import literal

__all__ = [
    "ANYTHING",
    "ANY_BLOB",
    "BOOL",
    "BYTES",
    "CACHED_PROPERTY",
    "CHECKING",
    "CLASS_VAR",
    "DATETIME",
    "FINAL",
    "FROZENSET",
    "INT",
    "LIST",
    "LITERAL",
    "MODEL",
    "NONE",
    "PROPERTY",
    "SEQUENCE",
    "STR",
    "TYPE",
    "TYPE_ALIAS",
    "UNKNOWN_OBJECT",
    "Argument",
    "Brackets",
    "Call",
    "Either",
    "Expression",
    "Import",
    "Member",
    "Name",
    "Names",
    "Path",
    "Value",
    "annotated",
    "either",
    "list_of",
    "literal_of",
    "natural",
    "sdk",
    "value_node",
    "value_text",
]

Path: TypeAlias = tuple[str, ...]
"""A module's place below the generated package."""

Argument: TypeAlias = str | int | bool | tuple[str, ...] | tuple[int, ...]
"""What a marker's argument may be."""


class Import(NamedTuple):
    """One name that a module has to bind.

    Attributes:
        source: ``builtins``, ``collections.abc``, ``typing``, ``atlex.interface``; or empty for a module of the
            generated package itself.
        name: What is imported from there; empty for the module as such.
        path: The module's place below the generated package, where that is the source.
        package: The package that the module is in, where it is another one's.
    """

    source: str
    name: str = ""
    path: Path = ()
    package: str = ""


Names: TypeAlias = Callable[[Import], str]
"""Gives what a module binds an import to."""

_SDK: Final = Import("atlex.interface")


def natural(item: Import) -> str:
    """What an import is bound to where no module is meant in particular."""
    return item.name or "lex"


class Expression(ABC):
    """A type, or a part of one."""

    __slots__ = ()

    @abstractmethod
    def node(self, names: Names) -> Node:
        """The expression in a module that binds its imports to these names."""

    @abstractmethod
    def imports(self) -> Iterator[Import]:
        """What the expression needs; a name may come more than once."""

    def flat(self) -> str:
        """The expression on one line, with the natural names."""
        return flat(self.node(natural))


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A name: a builtin, a class of the interface, a class of the module itself.

    Attributes:
        text: The name, at home.
        needs: What has to be imported for it, or None.
    """

    text: str
    needs: Import | None = None

    def node(self, names: Names) -> Node:
        if self.needs is None:
            return self.text
        return names(self.needs) if self.needs.name else f"{names(self.needs)}.{self.text}"

    def imports(self) -> Iterator[Import]:
        if self.needs is not None:
            yield self.needs


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """A name of another module of the generated package, or of a package that it is built on.

    Attributes:
        path: The module's place below the package.
        handle: The name that the module is bound to; one module has one handle everywhere.
        name: The name within it.
        package: The package; empty for the generated one.
    """

    path: Path
    handle: str
    name: str
    package: str = ""

    def node(self, names: Names) -> Node:
        return f"{names(self.module)}.{self.name}"

    def imports(self) -> Iterator[Import]:
        yield self.module

    @property
    def module(self) -> Import:
        """The module, as an import."""
        return Import("", self.handle, self.path, self.package)


@dataclass(frozen=True, slots=True)
class Value(Expression):
    """A JSON value as a Python literal."""

    value: str | int | bool

    def node(self, names: Names) -> Node:
        del names  # a value needs none
        return value_text(self.value)

    def imports(self) -> Iterator[Import]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Brackets(Expression):
    """A generic with its arguments: ``base[arguments]``."""

    base: Expression
    arguments: tuple[Expression, ...]

    def node(self, names: Names) -> Node:
        arguments = tuple(argument.node(names) for argument in self.arguments)
        return Bracket(f"{flat(self.base.node(names))}[", arguments or ("()",), "]")

    def imports(self) -> Iterator[Import]:
        yield from self.base.imports()
        for argument in self.arguments:
            yield from argument.imports()


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A marker of the interface: ``lex.String(format="did")``.

    Attributes:
        name: The marker's name.
        arguments: Its arguments by keyword; one without a name is positional.
    """

    name: str
    arguments: tuple[tuple[str, Argument], ...] = ()

    def node(self, names: Names) -> Node:
        arguments = [Around(_keyword(key), value_node(value)) for key, value in self.arguments]
        return items_of(f"{names(_SDK)}.{self.name}(", arguments, ")")

    def imports(self) -> Iterator[Import]:
        yield _SDK


@dataclass(frozen=True, slots=True)
class Either(Expression):
    """One of several types: ``a | b | None``. At least two members, none of them such a choice itself."""

    members: tuple[Expression, ...]

    def node(self, names: Names) -> Node:
        return Choice(tuple(member.node(names) for member in self.members))

    def imports(self) -> Iterator[Import]:
        for member in self.members:
            yield from member.imports()


def value_node(value: object) -> Node:
    """A JSON value, or a tuple of them, as a Python literal."""
    match value:
        case str():
            return literal(value)
        case tuple():
            items = tuple(value_node(item) for item in cast("tuple[object, ...]", value))
            return Bracket("(", items, ")", single=",") if items else "()"
        case list():
            return items_of("[", map(value_node, cast("list[object]", value)), "]")
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return items_of("{", [Around(f"{literal(key)}: ", value_node(item)) for key, item in pairs], "}")
        case int() if not isinstance(value, bool):
            return f"{value:_}" if abs(value) >= 10_000 else str(value)
        case _:
            # None, a boolean or a finite number: Python writes them in one way only.
            return repr(value)


def value_text(value: object) -> str:
    """A JSON value, or a tuple of them, as a Python literal on one line."""
    return flat(value_node(value))


def _keyword(key: str) -> str:
    return f"{key}=" if key else ""


def _imported(source: str, name: str) -> Name:
    return Name(name, Import(source, name))


@cache
def sdk(name: str) -> Name:
    """A name of the generated-code interface."""
    return Name(name, _SDK)


STR: Final = _imported("builtins", "str")
INT: Final = _imported("builtins", "int")
BOOL: Final = _imported("builtins", "bool")
BYTES: Final = _imported("builtins", "bytes")
LIST: Final = _imported("builtins", "list")
TYPE: Final = _imported("builtins", "type")
FROZENSET: Final = _imported("builtins", "frozenset")
PROPERTY: Final = _imported("builtins", "property")
NONE: Final = Name("None")
DATETIME: Final = _imported("datetime", "datetime")
MAPPING: Final = _imported("collections.abc", "Mapping")
SEQUENCE: Final = _imported("collections.abc", "Sequence")
ANY: Final = _imported("typing", "Any")
CACHED_PROPERTY: Final = _imported("functools", "cached_property")
CLASS_VAR: Final = _imported("typing", "ClassVar")
FINAL: Final = _imported("typing", "Final")
TYPE_ALIAS: Final = _imported("typing", "TypeAlias")
CHECKING: Final = _imported("typing", "TYPE_CHECKING")
# By itself, since jedi follows no type variable of a module.
MODEL: Final = _imported("atlex.interface", "M")
UNKNOWN_OBJECT: Final = sdk("UnknownObject")
ANYTHING: Final = sdk("Anything")
ANY_BLOB: Final = sdk("AnyBlob")
LITERAL: Final = _imported("typing", "Literal")
_ANNOTATED: Final = _imported("typing", "Annotated")


def literal_of(values: Iterable[str | int | bool]) -> Brackets:
    """``Literal`` of the values, each once, in their order."""
    return Brackets(LITERAL, tuple(Value(value) for value in dict.fromkeys(values)))


def annotated(type_: Expression, *markers: Expression) -> Brackets:
    """``Annotated`` with the markers."""
    return Brackets(_ANNOTATED, (type_, *markers))


def list_of(item: Expression) -> Brackets:
    """A list of the items."""
    return Brackets(LIST, (item,))


def either(*members: Expression) -> Expression:
    """One of several types: choices among them are spread out, and each is named once."""
    spread: dict[Expression, None] = {}
    for member in members:
        spread.update(dict.fromkeys(member.members if isinstance(member, Either) else (member,)))
    return next(iter(spread)) if len(spread) == 1 else Either(tuple(spread))
