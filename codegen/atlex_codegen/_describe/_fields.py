"""Descriptions of arguments and fields, with their types for a reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, cast

from atlex.lexicon import (
    Array,
    DefId,
    Method,
    Object,
    Params,
    PermissionSet,
    Property,
    Schema,
    String,
    Union,
    UnknownKind,
    walk,
)
from atlex_codegen._context import Context
from atlex_codegen._describe._description import Field, Reference, TypeText
from atlex_codegen._expressions import (
    ANY_BLOB,
    ANYTHING,
    LITERAL,
    NONE,
    STR,
    Brackets,
    Either,
    Expression,
    Import,
    Member,
    Name,
    Path,
    either,
    sdk,
)
from atlex_codegen._layout import flat
from atlex_codegen._names import allocate, field_name
from atlex_codegen._phrases import MOST_VALUES
from atlex_codegen._plan import ArgumentPlan
from atlex_codegen._types import Types

__all__ = ["Fields", "filled"]

_LITERALS: Final = 4
"""How many values a type lists at most."""

_LEFT_OUT: Final[Mapping[str, Expression]] = {"None": NONE, "OMIT": sdk("Omit")}
"""The type of what an argument is when it isn't given, by its default."""

_OBJECT: Final = Name("Mapping[str, Any]")
_READABLE: Final[Mapping[Expression, Expression]] = {
    ANY_BLOB: sdk("Blob"),
    ANYTHING: Name("Any"),
    sdk("Link"): sdk("CidLink"),
    sdk("UnknownInput"): either(_OBJECT, sdk("UnknownObject")),
}
"""Aliases of the interface that aren't for users, as what a user gives or gets."""

_CLASS: Final = re.compile("\0([A-Za-z0-9_.]+)")


class Fields:
    """Describes arguments and fields.

    Args:
        context: What the planning of the package goes by.
    """

    def __init__(self, context: Context) -> None:
        self._lexicons = context.lexicons
        self._naming = context.naming
        self._prose = context.prose
        self._types = Types(context.lexicons, context.naming)

    def of(self, def_id: DefId, part: Object | Params) -> tuple[Field, ...]:
        """The fields of an object, those first that are always there.

        Args:
            def_id: The definition that it is, or stands in.
            part: The object.
        """
        names = allocate(part.properties, field_name)
        properties = sorted(part.properties.values(), key=lambda prop: not prop.required)
        return tuple(
            Field(
                name=names[prop.name],
                wire=prop.name,
                type=self._field_type(def_id.nsid, prop),
                required=prop.required,
                doc=self._doc(def_id, prop, names[prop.name]),
                values=self.values(prop.schema),
            )
            for prop in properties
        )

    def argument(self, plan: ArgumentPlan, part: Object | Params | None) -> Field:
        """An argument of a method.

        Args:
            plan: Its plan.
            part: What has the property that it fills; None where it fills none.
        """
        prop = None if part is None else filled(plan, part)
        return Field(
            name=plan.name,
            wire=plan.name if prop is None else prop.name,
            type=self.type(_without(plan.type, _LEFT_OUT.get(plan.default or "", ANYTHING))),
            required=plan.default is None,
            doc=plan.doc,
            values=() if prop is None else self.values(prop.schema),
        )

    def values(self, schema: Schema) -> tuple[str, ...]:
        """The values of a string or of the items of a list, where a sentence doesn't list them all."""
        while isinstance(schema, Array):
            schema = schema.items
        if not isinstance(schema, String):
            return ()
        values = schema.enum or schema.known_values or ()
        return values if len(values) > MOST_VALUES else ()

    def type(self, expression: Expression) -> TypeText:
        """A type expression for a reader: unions without a name are spread, and lists of values shortened."""
        text = flat(self._readable(expression).node(_bound))
        pieces = _CLASS.split(text)
        # Every second one is a class.
        return tuple(
            Reference(self.names[piece], piece) if index % 2 else piece
            for index, piece in enumerate(pieces)
            if piece
        )

    def schema_type(self, schema: Schema, home: str) -> TypeText:
        """The type of what a schema describes.

        Args:
            schema: The schema.
            home: The document that it stands in.
        """
        return self.type(self._types.plain(schema, home, "result"))

    def _doc(self, def_id: DefId, prop: Property, name: str) -> str:
        return self._prose.argument(def_id, prop, name, self._types.word(prop.schema, def_id.nsid))

    def _field_type(self, home: str, prop: Property) -> TypeText:
        type_ = self._types.plain(prop.schema, home, "result")
        return self.type(either(type_, NONE) if prop.nullable else type_)

    def _readable(self, expression: Expression) -> Expression:
        match expression:
            case Member() if expression.name in self._unions.get(expression.path, {}):
                return self._readable(self._unions[expression.path][expression.name])
            case Either():
                return either(*map(self._readable, _told(expression.members)))
            case Brackets() if expression.base == LITERAL and len(expression.arguments) > _LITERALS:
                return STR
            case Brackets() if expression.base != LITERAL:
                return Brackets(expression.base, tuple(map(self._readable, expression.arguments)))
            case _:
                return _READABLE.get(expression, expression)

    @cached_property
    def _unions(self) -> Mapping[Path, Mapping[str, Expression]]:
        """The unions that have no definition of their own, by module and name."""
        unions: dict[Path, dict[str, Expression]] = {}
        for def_id, definition in self._lexicons.definitions():
            for part in walk(definition):
                if isinstance(part, Union) and part is not definition:
                    member = cast("Member", self._types.class_at(def_id.nsid, part))
                    unions.setdefault(member.path, {})[member.name] = self._types.union(part)[0]
        return unions

    @cached_property
    def names(self) -> Mapping[str, DefId]:
        """The definitions that classes and aliases are, or are parts of, by their dotted names."""
        targets: dict[str, DefId] = {}
        for def_id, definition in self._lexicons.definitions():
            parts = [part for part in walk(definition) if isinstance(part, Object | Params | Union)]
            named = [self._types.class_at(def_id.nsid, part) for part in parts]
            if not isinstance(definition, Method | PermissionSet | UnknownKind):
                named.append(self._types.definition(def_id))
            targets |= {_dotted(cast("Member", expression)): def_id for expression in named}
        return targets


def filled(plan: ArgumentPlan, part: Object | Params) -> Property:
    """The property that an argument fills."""
    names = allocate(part.properties, field_name)
    return next(prop for prop in part.properties.values() if names[prop.name] == plan.key)


def _dotted(member: Member) -> str:
    return ".".join((*member.path, member.name))


def _bound(item: Import) -> str:
    """What an import is called in a type for a reader: classes of packages are marked, and found again by that."""
    if item.path:
        return "\0" + ".".join(item.path)
    return item.name or "atlex"


def _told(members: Iterable[Expression]) -> list[Expression]:
    """The members of a choice without known values, where any other is as good."""
    listed = list(members)
    if STR not in listed:
        return listed
    return [member for member in listed if not (isinstance(member, Brackets) and member.base == LITERAL)]


def _without(expression: Expression, left_out: Expression) -> Expression:
    if not isinstance(expression, Either):
        return expression
    return either(*(member for member in expression.members if member != left_out))
