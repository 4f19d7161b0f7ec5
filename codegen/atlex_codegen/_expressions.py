"""Type expressions: each knows how to print itself, and what a module has to import for it.

A module's imports are gathered from its expressions, so that they are exact by construction. The layout is the one of
`ruff format`, so that it has nothing to change in generated code.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from atlex_codegen._text import LINE_LENGTH, call_text, literal

__all__ = [
    "ANYTHING",
    "ANY_BLOB",
    "BOOL",
    "BYTES",
    "DATETIME",
    "FROZENSET",
    "INT",
    "LIST",
    "NONE",
    "SEQUENCE",
    "STR",
    "UNKNOWN_OBJECT",
    "Argument",
    "Brackets",
    "Call",
    "Either",
    "Expression",
    "Import",
    "Member",
    "Name",
    "Path",
    "Value",
    "annotated",
    "either",
    "list_of",
    "literal_of",
    "sdk",
    "value_text",
]

Path: TypeAlias = tuple[str, ...]
"""A module's place below the generated package."""

Argument: TypeAlias = str | int | bool | tuple[str, ...] | tuple[int, ...]
"""What a marker's argument may be."""


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """One name that a module has to bind.

    Attributes:
        source: ``builtins``, ``collections.abc``, ``typing``, ``atlex.interface``; or empty for a module of the
            generated package itself.
        name: What is imported from there; empty for the module as such.
        path: The module's place below the generated package, where that is the source.
    """

    source: str
    name: str = ""
    path: Path = ()


_TYPING: Final = Import("typing")
_SDK: Final = Import("atlex.interface")


class Expression(ABC):
    """A type, or a part of one."""

    __slots__ = ()

    @abstractmethod
    def flat(self) -> str:
        """The expression on one line."""

    @abstractmethod
    def imports(self) -> Iterator[Import]:
        """What the expression needs; a name may come more than once."""

    def broken(self, indent: int, room: int) -> str:
        """The expression over several lines, at ``indent`` columns, with ``room`` columns kept after the last."""
        del indent, room
        return self.flat()

    def fit(self, indent: int, before: int, after: int) -> str:
        """The expression, on one line where it fits.

        Args:
            indent: The columns before the line's first character.
            before: The columns taken on the first line, the indent among them.
            after: The columns taken after the expression's last character.
        """
        flat = self.flat()
        return flat if before + len(flat) + after <= LINE_LENGTH else self.broken(indent, after)


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A name that is bound in the module: a builtin, a class of the interface, a class of the module itself.

    Attributes:
        text: How it is written.
        needs: What has to be imported for it, or None.
    """

    text: str
    needs: Import | None = None

    def flat(self) -> str:
        return self.text

    def imports(self) -> Iterator[Import]:
        if self.needs is not None:
            yield self.needs


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """A name of another module of the generated package.

    Attributes:
        path: The module's place below the package.
        handle: The name that the module is bound to; one module has one handle everywhere.
        name: The name within it.
    """

    path: Path
    handle: str
    name: str

    def flat(self) -> str:
        return f"{self.handle}.{self.name}"

    def imports(self) -> Iterator[Import]:
        yield Import("", self.handle, self.path)


@dataclass(frozen=True, slots=True)
class Value(Expression):
    """A JSON value as a Python literal."""

    value: str | int | bool

    def flat(self) -> str:
        return value_text(self.value)

    def imports(self) -> Iterator[Import]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Brackets(Expression):
    """A generic with its arguments: ``base[arguments]``."""

    base: Expression
    arguments: tuple[Expression, ...]

    def flat(self) -> str:
        return f"{self.base.flat()}[{', '.join(argument.flat() for argument in self.arguments)}]"

    def imports(self) -> Iterator[Import]:
        yield from self.base.imports()
        for argument in self.arguments:
            yield from argument.imports()

    def broken(self, indent: int, room: int) -> str:
        del room  # the closing bracket stands on a line of its own
        return f"{self.base.flat()}[\n{_inside(self.arguments, indent + 4)}\n{' ' * indent}]"


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A marker of the interface: ``_sdk.String(format="did")``.

    Attributes:
        name: The marker's name.
        arguments: Its arguments by keyword; one without a name is positional.
    """

    name: str
    arguments: tuple[tuple[str, Argument], ...] = ()

    def flat(self) -> str:
        return f"_sdk.{self.name}({self._joined()})"

    def _joined(self) -> str:
        return ", ".join(_keyword(key) + value_text(value) for key, value in self.arguments)

    def imports(self) -> Iterator[Import]:
        yield _SDK

    def broken(self, indent: int, room: int) -> str:
        del room  # the closing bracket stands on a line of its own
        parts = [_long_value(key, value, indent + 4) for key, value in self.arguments]
        # Once broken, a call fits on no line of its own: nothing may come before it there.
        return call_text(f"_sdk.{self.name}(", parts, indent, LINE_LENGTH)


@dataclass(frozen=True, slots=True)
class Either(Expression):
    """One of several types: ``a | b | None``. At least two members, none of them such a choice itself."""

    members: tuple[Expression, ...]

    def flat(self) -> str:
        return " | ".join(member.flat() for member in self.members)

    def imports(self) -> Iterator[Import]:
        for member in self.members:
            yield from member.imports()

    def broken(self, indent: int, room: int) -> str:
        margin = "\n" + " " * indent + "| "
        last = len(self.members) - 1
        return margin.join(
            member.fit(indent, indent + (2 if index else 0), room if index == last else 0)
            for index, member in enumerate(self.members)
        )


def _inside(expressions: tuple[Expression, ...], indent: int) -> str:
    """The arguments of a bracket that is broken: on one line where they fit, else one a line."""
    margin = " " * indent
    joined = ", ".join(expression.flat() for expression in expressions)
    if indent + len(joined) <= LINE_LENGTH:
        return margin + joined
    if len(expressions) == 1:
        return margin + expressions[0].fit(indent, indent, 0)
    return "\n".join(f"{margin}{expression.fit(indent, indent, 1)}," for expression in expressions)


def value_text(value: object) -> str:
    """A JSON value, or a tuple of them, as a Python literal on one line."""
    match value:
        case str():
            return literal(value)
        case tuple():
            items = [value_text(item) for item in cast("tuple[object, ...]", value)]
            return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
        case list():
            return f"[{', '.join(value_text(item) for item in cast('list[object]', value))}]"
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return "{" + ", ".join(f"{literal(key)}: {value_text(item)}" for key, item in pairs) + "}"
        case _:
            # None, a boolean or a finite number: Python writes them in one way only.
            return repr(value)


def _keyword(key: str) -> str:
    return f"{key}=" if key else ""


def _long_value(key: str, value: Argument, indent: int) -> str:
    """A keyword argument on its own line; a tuple too long for it gets one line for each of its items."""
    start = _keyword(key)
    flat = start + value_text(value)
    if indent + len(flat) + 1 <= LINE_LENGTH or not isinstance(value, tuple):
        return flat
    margin = " " * (indent + 4)
    items = "".join(f"{margin}{value_text(item)},\n" for item in value)
    return f"{start}(\n{items}{' ' * indent})"


def _typing(name: str) -> Name:
    return Name(f"_t.{name}", _TYPING)


def _builtin(name: str) -> Name:
    return Name(f"_{name}", Import("builtins", name))


def sdk(name: str) -> Name:
    """A name of the generated-code interface."""
    return Name(f"_sdk.{name}", _SDK)


STR: Final = _builtin("str")
INT: Final = _builtin("int")
BOOL: Final = _builtin("bool")
BYTES: Final = _builtin("bytes")
LIST: Final = _builtin("list")
FROZENSET: Final = _builtin("frozenset")
NONE: Final = Name("None")
DATETIME: Final = Name("_datetime", Import("datetime", "datetime"))
SEQUENCE: Final = Name("_Sequence", Import("collections.abc", "Sequence"))
UNKNOWN_OBJECT: Final = sdk("UnknownObject")
ANYTHING: Final = sdk("Anything")
ANY_BLOB: Final = sdk("AnyBlob")
_LITERAL: Final = _typing("Literal")
_ANNOTATED: Final = _typing("Annotated")


def literal_of(values: Iterable[str | int | bool]) -> Brackets:
    """``Literal`` of the values, each once, in their order."""
    return Brackets(_LITERAL, tuple(Value(value) for value in dict.fromkeys(values)))


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
