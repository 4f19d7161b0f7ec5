"""From the language's schemas to type expressions.

A schema has two forms in Python. An attribute of a model carries every rule of the lexicon as a marker, since pydantic
reads them there. An argument or a result is written for the reader of a signature: the plain type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, cast

from atlex.lexicon import (
    Array,
    Blob,
    Boolean,
    Bytes,
    CidLink,
    DefId,
    Integer,
    Lexicons,
    Object,
    Part,
    Property,
    Record,
    Ref,
    Schema,
    String,
    Token,
    Union,
    Unknown,
    UnknownKind,
)
from atlex_codegen._expressions import (
    ANY,
    ANY_BLOB,
    ANYTHING,
    BOOL,
    BYTES,
    DATETIME,
    INT,
    MAPPING,
    NONE,
    SEQUENCE,
    STR,
    UNKNOWN_OBJECT,
    Argument,
    Brackets,
    Call,
    Expression,
    Member,
    Name,
    annotated,
    either,
    list_of,
    literal_of,
    sdk,
)
from atlex_codegen._names import to_camel
from atlex_codegen._naming import Naming

__all__ = ["Types"]

_OBJECT: Final = Brackets(MAPPING, (STR, ANY))
_SCALARS: Final = (Boolean, Integer, String)

Use: TypeAlias = Literal["argument", "result"]
"""What a plain type is for. An argument may be given more than a result promises."""


class Types:
    """The type expressions of one module.

    Args:
        lexicons: The documents, with their references checked.
        naming: Their names.
        module: The NSID of the document that the module is made from; empty for a module of the client.
    """

    def __init__(self, lexicons: Lexicons, naming: Naming, module: str = "") -> None:
        self._lexicons = lexicons
        self._naming = naming
        self._module = module

    def member(self, nsid: str, name: str) -> Member:
        """A name of a document's module, as another module sees it."""
        home = self._naming.homes[nsid]
        return Member(home.path(nsid), self._naming.handle(nsid), name, home.package)

    def named(self, nsid: str, name: str) -> Expression:
        """A name of a document's module, as this one sees it."""
        return Name(name) if nsid == self._module else self.member(nsid, name)

    def class_at(self, nsid: str, part: Part) -> Expression:
        """The class or alias of a part of a document."""
        return self.named(nsid, self._naming.class_at(nsid, part.pointer))

    def definition(self, def_id: DefId) -> Expression:
        """The class or alias of a definition."""
        return self.named(def_id.nsid, self._naming.definition(def_id))

    def attribute(self, prop: Property, name: str, home: str, deprecated: str) -> Expression:
        """The whole annotation of the attribute for a property.

        Args:
            prop: The property.
            name: The attribute's name.
            home: The document that the property stands in.
            deprecated: Why the property is deprecated; empty if it isn't.
        """
        may_be_none = not prop.required or prop.nullable
        type_: Expression
        if self._is_datetime(prop.schema):
            type_ = sdk("OptionalDatetime" if may_be_none else "Datetime")
        else:
            type_ = self.marked(prop.schema, home)
            type_ = either(type_, NONE) if may_be_none else type_
        markers: list[Expression] = []
        if to_camel(name) != prop.name:
            markers.append(Call("Alias", (("", prop.name),)))
        if deprecated:
            markers.append(Call("deprecated", (("", deprecated),)))
        return annotated(type_, *markers) if markers else type_

    def default(self, prop: Property) -> str:
        """The default of the attribute for a property: see `FieldPlan`."""
        if prop.required:
            return ""
        return "NONE" if self._is_datetime(prop.schema) else "None"

    def marked(self, schema: Schema, home: str, *, expand: bool = False) -> Expression:
        """A schema with its rules.

        Args:
            schema: The schema.
            home: The document that it stands in.
            expand: Whether to write out what an alias stands for, and the marker of a type without rules: an alias
                is bound when its module loads, when others may not be bound, and pydantic reads it as it is.
        """
        match schema:
            case Boolean():
                if schema.const is None:
                    return annotated(BOOL, Call("Bool")) if expand else BOOL
                return _marked_choice("Bool", const=schema.const)
            case Integer():
                return _marked_integer(schema, expand=expand)
            case String():
                return _marked_string(schema, expand=expand)
            case Bytes():
                return annotated(
                    BYTES, _call("Bytes", min_length=schema.min_length, max_length=schema.max_length)
                )
            case CidLink():
                return sdk("Link")
            case Blob():
                return annotated(ANY_BLOB, _call("BlobRef", accept=schema.accept, max_size=schema.max_size))
            case Ref():
                return self._marked_ref(schema.target, expand=expand)
            case Union():
                return self.class_at(home, schema)
            case Array():
                items = list_of(self.marked(schema.items, home, expand=expand))
                limits = _call("Array", min_length=schema.min_length, max_length=schema.max_length)
                return annotated(items, limits) if limits.arguments else items
            case Object():
                return self.class_at(home, schema)
            case UnknownKind():
                return ANYTHING
            case Unknown() | Token():
                # A token stands only under a name, where a ref finds it.
                return annotated(_OBJECT, Call("Unknown"))

    def _marked_ref(self, target: DefId, *, expand: bool) -> Expression:
        definition, names = self._lexicons.follow(target)
        def_id = names[-1]
        match definition:
            case Token():
                return _marked_choice("String", const=str(def_id))
            case UnknownKind():
                return ANYTHING
            case Object() | Record():
                return self.definition(def_id)
            case _ if expand:
                # The references have been checked: what else they lead to is a schema.
                return self.marked(cast("Schema", definition), def_id.nsid, expand=True)
            case _:
                return self.definition(def_id)

    def plain(self, schema: Schema, home: str, use: Use) -> Expression:
        """A schema as a reader of a signature wants it.

        Args:
            schema: The schema.
            home: The document that it stands in.
            use: What the type is for.
        """
        match schema:
            case Boolean():
                return BOOL if schema.const is None else literal_of([schema.const])
            case Integer():
                return _choice(INT, schema.const, schema.enum)
            case String():
                takes_datetime = use == "argument" and self._is_datetime(schema)
                return either(STR, DATETIME) if takes_datetime else _string(schema)
            case Bytes():
                return BYTES
            case CidLink():
                return sdk("Link")
            case Blob():
                return ANY_BLOB
            case Ref():
                return self._plain_ref(schema.target, use)
            case Union():
                return self.class_at(home, schema)
            case Array():
                # A list of a subclass is no list of the class, so an argument takes any sequence; but a string is
                # a sequence of strings, which is never what is meant.
                if use == "result" or self._is_scalar(schema.items):
                    return list_of(self.plain(schema.items, home, "result"))
                return Brackets(SEQUENCE, (self.plain(schema.items, home, use),))
            case Object():
                return self.class_at(home, schema)
            case UnknownKind():
                return ANYTHING
            case Unknown() | Token():
                return sdk("UnknownInput") if use == "argument" else _OBJECT

    def word(self, schema: Schema, home: str) -> str:
        """The class or alias that a schema, or the items of a list, go by; empty for what has none."""
        while isinstance(schema, Array):
            schema = schema.items
        type_ = self.plain(schema, home, "result")
        return type_.flat().rpartition(".")[2] if isinstance(type_, Member) else ""

    def _plain_ref(self, target: DefId, use: Use) -> Expression:
        definition, names = self._lexicons.follow(target)
        match definition:
            case Token():
                return literal_of([str(names[-1])])
            case UnknownKind():
                return ANYTHING
            case Object() | Record():
                return self.definition(names[-1])
            case Array():
                return self.plain(definition, names[-1].nsid, use)
            case String() if self._is_datetime(definition):
                return self.plain(definition, names[-1].nsid, use)
            case _:
                return self.definition(names[-1])

    def _is_datetime(self, schema: Schema) -> bool:
        """Whether a schema, past references, is a datetime without further rules."""
        if isinstance(schema, Ref):
            definition, _ = self._lexicons.follow(schema.target)
            return isinstance(definition, String) and self._is_datetime(definition)
        if not isinstance(schema, String) or schema.format != "datetime":
            return False
        return _marked_string(schema) == _MARKED_DATETIME

    def _is_scalar(self, schema: Schema) -> bool:
        if isinstance(schema, Ref):
            definition, _ = self._lexicons.follow(schema.target)
            return isinstance(definition, (*_SCALARS, Token))
        return isinstance(schema, _SCALARS)

    def union(self, union: Union) -> tuple[Expression, Expression]:
        """A union as type checkers see it, and as it is at run time.

        Members without a class are told apart by nobody and left out.
        """
        classes = list(self._classes(union, set()))
        is_closed = union.closed and bool(classes)
        marked = Brackets(sdk("closed_union" if is_closed else "open_union"), tuple(classes))
        return either(*classes) if is_closed else either(*classes, UNKNOWN_OBJECT), marked

    def _classes(self, union: Union, seen: set[DefId]) -> Iterator[Expression]:
        for target in union.targets:
            definition, names = self._lexicons.follow(target)
            def_id = names[-1]
            if def_id in seen:
                continue
            seen.add(def_id)
            if isinstance(definition, Object | Record):
                yield self.definition(def_id)
            elif isinstance(definition, Union):
                yield from self._classes(definition, seen)


def _call(name: str, **arguments: Argument | None) -> Call:
    """A marker with the arguments that say something."""
    return Call(name, tuple((key, value) for key, value in arguments.items() if value is not None))


def _marked_choice(marker: str, *, const: str | int | bool) -> Expression:
    return annotated(literal_of([const]), Call(marker, (("const", const),)))


def _choice(
    type_: Expression, const: str | int | None, enum: tuple[str, ...] | tuple[int, ...] | None
) -> Expression:
    if const is not None:
        return literal_of([const])
    return literal_of(enum) if enum else type_


def _marked_integer(schema: Integer, *, expand: bool) -> Expression:
    call = _call(
        "Int", minimum=schema.minimum, maximum=schema.maximum, enum=schema.enum or None, const=schema.const
    )
    type_ = _choice(INT, schema.const, schema.enum)
    return annotated(type_, call) if call.arguments or expand else type_


def _string(schema: String) -> Expression:
    type_ = _choice(STR, schema.const, schema.enum)
    return either(literal_of(schema.known_values), STR) if type_ is STR and schema.known_values else type_


def _marked_string(schema: String, *, expand: bool = False) -> Expression:
    call = _call(
        "String",
        format=schema.format,
        min_length=schema.min_length,
        max_length=schema.max_length,
        min_graphemes=schema.min_graphemes,
        max_graphemes=schema.max_graphemes,
        enum=schema.enum or None,
        const=schema.const,
    )
    type_ = _string(schema)
    return annotated(type_, call) if call.arguments or expand or type_ is not STR else STR


_MARKED_DATETIME: Final = annotated(STR, Call("String", (("format", "datetime"),)))
