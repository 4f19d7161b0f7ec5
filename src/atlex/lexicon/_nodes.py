"""The definitions of a document: which kind may stand where, and what each kind is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from atlex.lexicon import _language as language
from atlex.lexicon._fields import Fields, Notes
from atlex.lexicon._json import is_object
from atlex.lexicon._permissions import permission_fault
from atlex.lexicon._references import parse_ref
from atlex.lexicon._scalars import boolean_faults, integer_faults, json_type, string_faults
from atlex.lexicon._special import base_type
from atlex.syntax import FORMATS, is_valid_format, is_valid_language

__all__ = ["DefinitionParser"]

T = TypeVar("T")
_Scalar = TypeVar("_Scalar", language.Integer, language.String)

_PRIMARY: Final = frozenset({"query", "procedure", "subscription", "record", "permission-set"})
_SCALARS: Final = frozenset({"boolean", "integer", "string", "unknown"})
_ITEMS: Final = _SCALARS | {"bytes", "cid-link", "blob", "object", "ref", "union"}
_VALUES: Final = _ITEMS | {"array"}
_NAMED: Final = _VALUES | {"token"}
_PARTS: Final = frozenset({"params", "permission"})
_KINDS: Final = _NAMED | _PRIMARY | _PARTS
_UNUSUAL_NAMED: Final = frozenset({"ref", "union", "unknown"})

_SEGMENT: Final = r"[A-Za-z0-9!#$&^_.+-]+"
_MIME_PATTERN: Final = re.compile(rf"\*/\*|{_SEGMENT}/(?:\*|{_SEGMENT})")


@dataclass(frozen=True)
class _Place:
    """A position in a document, and the kinds that may stand there."""

    name: str
    kinds: frozenset[str]

    @cached_property
    def allowed(self) -> str:
        return f"one of {', '.join(sorted(self.kinds))}"


_MAIN_DEFINITION: Final = _Place("the main definition", _NAMED | _PRIMARY)
_NAMED_DEFINITION: Final = _Place('a definition other than "main"', _NAMED)
_PROPERTY: Final = _Place("a property", _VALUES)
_ITEM: Final = _Place("an array's items", _ITEMS)
_PARAMETER: Final = _Place("a parameter", _SCALARS | {"array"})
_PARAMETER_ITEM: Final = _Place("the items of a parameter", _SCALARS)
_PAYLOAD: Final = _Place("a body's schema", frozenset({"object", "ref", "union"}))
_MESSAGE: Final = _Place("a message's schema", frozenset({"union"}))
_RECORD: Final = _Place("a record's schema", frozenset({"object"}))
_PARAMETERS: Final = _Place("a method's parameters", frozenset({"params"}))


_INLINE: Final = "an object inside another definition, and not by reference"
_INLINE_HINT: Final = "give it a name and refer to it: other tools may refuse it"


class DefinitionParser:
    """Reads the definitions of one document.

    Args:
        notes: Where the diagnostics go.
        nsid: The document's NSID, which references such as ``#name`` belong to.
    """

    def __init__(self, notes: Notes, nsid: str) -> None:
        self._notes = notes
        self._nsid = nsid
        self._values: Mapping[str, Callable[[Fields, _Place], language.Schema | None]] = {
            "boolean": self._boolean,
            "integer": self._integer,
            "string": self._string,
            "bytes": self._bytes,
            "cid-link": lambda fields, _: language.CidLink(**fields.rest()),
            "blob": self._blob,
            "unknown": lambda fields, _: language.Unknown(**fields.rest()),
            "token": lambda fields, _: language.Token(**fields.rest()),
            "ref": self._ref,
            "union": self._union,
            "array": self._array,
            "object": self._object,
        }
        self._primaries: Mapping[str, Callable[[Fields], language.Definition | None]] = {
            "query": self._query,
            "procedure": self._procedure,
            "subscription": self._subscription,
            "record": self._record,
            "permission-set": self._permission_set,
        }

    def definition(self, raw: Any, pointer: str, def_id: language.DefId) -> language.Definition | None:
        """Read what stands under a name; None when it can't be read at all."""
        place = _MAIN_DEFINITION if def_id.is_main else _NAMED_DEFINITION
        fields, kind = self._open(raw, pointer, place)
        if fields is None:
            return None
        if kind in self._primaries:
            return self._primaries[kind](fields)
        if kind in _UNUSUAL_NAMED:
            self._notes.warn(pointer, f'"{kind}" is unusual as a definition', "other tools may refuse it")
        return self._read(fields, kind, place)

    def _open(self, raw: Any, pointer: str, place: _Place) -> tuple[Fields | None, str]:
        """Find out what kind a definition is, and whether it may stand in its place."""
        if not is_object(raw):
            message = f"expected a definition, got {json_type(raw)}"
            self._notes.error(pointer, message, 'write an object with a "type"')
            return None, ""
        fields = Fields(self._notes, raw, pointer)
        kind = fields.required_text("type", place.allowed)
        if kind is None:
            return None, ""
        if kind in _KINDS and kind not in place.kinds:
            fields.error("type", f'"{kind}" can\'t be {place.name}', f"use {place.allowed}")
            return None, kind
        return fields, kind

    def _schema(self, raw: Any, pointer: str, place: _Place) -> language.Schema | None:
        fields, kind = self._open(raw, pointer, place)
        return None if fields is None else self._read(fields, kind, place)

    def _read(self, fields: Fields, kind: str, place: _Place) -> language.Schema | None:
        if kind in self._values:
            return self._values[kind](fields, place)
        fields.notes.warn(
            fields.at("type"), f'the kind "{kind}" is not known', "anything of the data model is valid for it"
        )
        description = fields.raw.get("description")
        return language.UnknownKind(
            name=kind,
            raw=fields.raw,
            description=description if isinstance(description, str) else None,
            pointer=fields.pointer,
        )

    # Scalars

    def _boolean(self, fields: Fields, _: _Place) -> language.Boolean:
        node = language.Boolean(default=fields.flag("default"), const=fields.flag("const"), **fields.rest())
        _check_default(fields, boolean_faults(node, node.default))
        return node

    def _integer(self, fields: Fields, _: _Place) -> language.Integer:
        minimum, maximum = fields.integers_between("minimum", "maximum")
        node = language.Integer(
            minimum=minimum,
            maximum=maximum,
            enum=_choices(fields, fields.integers("enum")),
            const=fields.integer("const"),
            default=fields.integer("default"),
            **fields.rest(),
        )
        _check_choices(fields, node, integer_faults)
        _check_default(fields, integer_faults(node, node.default))
        return node

    def _string(self, fields: Fields, _: _Place) -> language.String:
        format_name = fields.text("format")
        if format_name is not None and format_name not in FORMATS:
            hint = f"it isn't checked; the known ones are {', '.join(sorted(FORMATS))}"
            self._notes.warn(fields.at("format"), f'the format "{format_name}" is not known', hint)
        min_length, max_length = fields.sizes("minLength", "maxLength")
        min_graphemes, max_graphemes = fields.sizes("minGraphemes", "maxGraphemes")
        node = language.String(
            format=format_name,
            min_length=min_length,
            max_length=max_length,
            min_graphemes=min_graphemes,
            max_graphemes=max_graphemes,
            known_values=fields.texts("knownValues"),
            enum=_choices(fields, fields.texts("enum")),
            const=fields.text("const"),
            default=fields.text("default"),
            **fields.rest(),
        )
        _check_choices(fields, node, string_faults)
        _check_default(fields, string_faults(node, node.default))
        return node

    # Kinds without parts

    def _bytes(self, fields: Fields, _: _Place) -> language.Bytes:
        min_length, max_length = fields.sizes("minLength", "maxLength")
        return language.Bytes(min_length=min_length, max_length=max_length, **fields.rest())

    def _blob(self, fields: Fields, _: _Place) -> language.Blob:
        accept = fields.texts("accept")
        for index, pattern in enumerate(accept or ()):
            if not _MIME_PATTERN.fullmatch(pattern):
                hint = 'use one such as "image/png", "image/*" or "*/*"'
                self._notes.warn(fields.at("accept", index), "not a MIME type or pattern", hint)
        max_size = fields.size("maxSize")
        if max_size == 0:
            fields.warn("maxSize", "no blob is that small", "raise it, or leave it out")
        return language.Blob(accept=accept, max_size=max_size, **fields.rest())

    # References

    def _target(self, ref: str, pointer: str) -> language.DefId | None:
        target = parse_ref(ref, self._nsid)
        if target is None:
            self._notes.error(pointer, "not a reference", 'use "#name", an NSID, or "nsid#name"')
        return target

    def _ref(self, fields: Fields, _: _Place) -> language.Ref | None:
        ref = fields.required_text("ref", "the definition referred to")
        target = None if ref is None else self._target(ref, fields.at("ref"))
        if ref is None or target is None:
            return None
        return language.Ref(ref=ref, target=target, **fields.rest())

    def _union(self, fields: Fields, _: _Place) -> language.Union:
        refs = (fields.texts("refs") if fields.required("refs", "an array of references") else None) or ()
        targets: dict[language.DefId, None] = {}
        for index, ref in enumerate(refs):
            target = self._target(ref, fields.at("refs", index))
            if target in targets:
                self._notes.warn(fields.at("refs", index), f'"{target}" is named twice', "remove one")
            elif target is not None:
                targets[target] = None
        closed = fields.flag("closed") or False
        if closed and not refs:
            fields.warn("refs", "a closed union without members allows nothing", "add one, or open it")
        return language.Union(refs=refs, targets=tuple(targets), closed=closed, **fields.rest())

    # Containers

    def _array(self, fields: Fields, place: _Place) -> language.Array | None:
        inner = _PARAMETER_ITEM if place is _PARAMETER else _ITEM
        items = None
        if fields.required("items", "what the members are"):
            items = self._schema(fields.value("items"), fields.at("items"), inner)
        if isinstance(items, language.Object):
            self._notes.warn(fields.at("items"), _INLINE, _INLINE_HINT)
        min_length, max_length = fields.sizes("minLength", "maxLength")
        rest = fields.rest()
        if items is None:
            return None
        return language.Array(items=items, min_length=min_length, max_length=max_length, **rest)

    def _object(self, fields: Fields, _: _Place) -> language.Object:
        properties = self._properties(fields, _PROPERTY, self._names(fields, "nullable"))
        return language.Object(properties=properties, **fields.rest())

    def _names(self, fields: Fields, key: str) -> frozenset[str]:
        """The properties that ``required`` or ``nullable`` lists."""
        names = fields.texts(key) or ()
        declared = fields.mapping("properties") or {}
        for index, name in enumerate(names):
            if name not in declared:
                message = f'"{key}" names "{name}", which is not declared'
                self._notes.error(fields.at(key, index), message, "declare the property, or remove the name")
        return frozenset(names)

    def _properties(
        self, fields: Fields, place: _Place, nullable: frozenset[str]
    ) -> Mapping[str, language.Property]:
        required = self._names(fields, "required")
        properties: dict[str, language.Property] = {}
        if not fields.has("properties"):
            self._notes.warn(fields.pointer, '"properties" is missing', 'add "properties": {}')
        for name, raw in (fields.mapping("properties") or {}).items():
            pointer = fields.at("properties", name)
            schema = self._schema(raw, pointer, place)
            if name == "$type":
                self._notes.warn(
                    pointer, 'the property "$type" is left out', "every object may have one: remove it"
                )
                continue
            self._notes.name(pointer, "a property", name)
            if isinstance(schema, language.Object) and place is _PROPERTY:
                self._notes.warn(pointer, _INLINE, _INLINE_HINT)
            elif isinstance(schema, language.Unknown) and place is _PARAMETER:
                self._notes.warn(pointer, "a query string can't hold an object", "use another type")
            if schema is not None:
                properties[name] = language.Property(
                    name=name, schema=schema, required=name in required, nullable=name in nullable
                )
        return properties

    # Methods

    def _parameters(self, fields: Fields) -> language.Params | None:
        if not fields.has("parameters"):
            return None
        inner, kind = self._open(fields.value("parameters"), fields.at("parameters"), _PARAMETERS)
        if inner is None:
            return None
        if kind != "params":
            inner.error("type", f'the kind "{kind}" is not known', 'use "params"')
        return language.Params(properties=self._properties(inner, _PARAMETER, frozenset()), **inner.rest())

    def _payload(self, fields: Fields, key: str) -> language.Payload | None:
        inner = fields.fields(key)
        if inner is None:
            return None
        encoding = inner.required_text("encoding", "a MIME type")
        if encoding is not None and not _MIME_PATTERN.fullmatch(encoding):
            plain = base_type(encoding)
            encoding = plain if _MIME_PATTERN.fullmatch(plain) else "*/*"
            message = f'not a single MIME type: "{encoding}" is taken for it'
            inner.warn(
                "encoding", message, 'use one, without parameters, such as "application/json" or "*/*"'
            )
        schema = None
        if inner.has("schema"):
            schema = self._schema(inner.value("schema"), inner.at("schema"), _PAYLOAD)
        return language.Payload(
            encoding=encoding or "",
            schema=cast(
                "language.Object | language.Ref | language.Union | language.UnknownKind | None", schema
            ),
            **inner.rest(),
        )

    def _errors(self, fields: Fields) -> tuple[language.ErrorDeclaration, ...]:
        errors: dict[str, language.ErrorDeclaration] = {}
        for inner in self._entries(fields, "errors"):
            name = inner.required_text("name", "the error code")
            if name is None:
                continue
            self._notes.name(inner.at("name"), "an error", name)
            if name in errors:
                self._notes.warn(inner.pointer, f'the error "{name}" is declared twice', "remove one")
                continue
            errors[name] = language.ErrorDeclaration(name=name, **inner.rest())
        return tuple(errors.values())

    def _entries(self, fields: Fields, key: str) -> list[Fields]:
        """The members of an array of objects."""
        entries: list[Fields] = []
        for index, raw in enumerate(fields.array(key) or ()):
            if is_object(raw):
                entries.append(Fields(self._notes, raw, fields.at(key, index)))
            else:
                message = f"expected an object, got {json_type(raw)}"
                self._notes.error(fields.at(key, index), message, f'correct this member of "{key}"')
        return entries

    def _query(self, fields: Fields) -> language.Query:
        return language.Query(
            parameters=self._parameters(fields),
            output=self._payload(fields, "output"),
            errors=self._errors(fields),
            **fields.rest(),
        )

    def _procedure(self, fields: Fields) -> language.Procedure:
        return language.Procedure(
            parameters=self._parameters(fields),
            input=self._payload(fields, "input"),
            output=self._payload(fields, "output"),
            errors=self._errors(fields),
            **fields.rest(),
        )

    def _subscription(self, fields: Fields) -> language.Subscription | None:
        parameters = self._parameters(fields)
        errors = self._errors(fields)
        message = self._message(fields)
        rest = fields.rest()
        if message is None:
            return None
        return language.Subscription(parameters=parameters, message=message, errors=errors, **rest)

    def _message(self, fields: Fields) -> language.Message | None:
        inner = fields.fields("message")
        if inner is None:
            self._notes.warn(fields.pointer, '"message" is missing', "say what the messages are")
            return language.Message(schema=language.Union(), pointer=fields.pointer)
        if not inner.required("schema", "a union"):
            return None
        schema = self._schema(inner.value("schema"), inner.at("schema"), _MESSAGE)
        rest = inner.rest()
        if not isinstance(schema, language.Union | language.UnknownKind):
            return None
        return language.Message(schema=schema, **rest)

    # Records and permission sets

    def _record(self, fields: Fields) -> language.Record | None:
        key = fields.required_text("key", "tid, nsid, any or literal:<key>")
        if key is not None and not _is_key_kind(key):
            note = fields.warn if key.startswith("literal:") else fields.error
            note("key", "not a kind of record key", "use tid, nsid, any, or literal: and a record key")
        record = None
        if fields.required("record", "an object schema"):
            record = self._schema(fields.value("record"), fields.at("record"), _RECORD)
        if isinstance(record, language.UnknownKind):
            fields.notes.error(
                fields.at("record", "type"), "a record's schema must be an object", 'use "object"'
            )
        rest = fields.rest()
        if key is None or not isinstance(record, language.Object):
            return None
        return language.Record(key=key, record=record, **rest)

    def _permission_set(self, fields: Fields) -> language.PermissionSet:
        fields.required("permissions", "an array of permissions")
        for key in ("title:lang", "detail:lang"):
            for tag in fields.text_map(key):
                if not is_valid_language(tag):
                    self._notes.warn(fields.at(key, tag), "not a language", 'use a tag such as "pt-BR"')
        return language.PermissionSet(
            title=fields.text("title"),
            title_lang=fields.text_map("title:lang"),
            detail=fields.text("detail"),
            detail_lang=fields.text_map("detail:lang"),
            permissions=tuple(
                permission
                for inner in self._entries(fields, "permissions")
                if (permission := self._permission(inner)) is not None
            ),
            **fields.rest(),
        )

    def _permission(self, fields: Fields) -> language.Permission | None:
        if fields.required("type", '"permission"') and fields.value("type") != "permission":
            fields.error("type", "not a permission", 'use "permission"')
        resource = fields.required_text("resource", "what it is about")
        if resource is None:
            return None
        description = fields.text("description")
        attributes = fields.extra()
        if fault := permission_fault(resource, attributes):
            self._notes.warn(fields.pointer, fault, "servers may refuse the whole set")
        return language.Permission(
            resource=resource, description=description, pointer=fields.pointer, attributes=attributes
        )


def _check_choices(fields: Fields, node: _Scalar, faults: Callable[[_Scalar, object], list[str]]) -> None:
    """Note where a const or a member of an enum breaks the limits beside it."""
    if node.enum is None and node.const is None:
        return
    limits = replace(node, enum=None, const=None)
    for index, member in enumerate(node.enum or ()):
        _report(fields, "enum", faults(limits, member), index)
    if node.const is not None:
        _report(fields, "const", faults(limits, node.const))


def _check_default(fields: Fields, faults: list[str]) -> None:
    """Note where a default breaks its own definition, or stands beside a const."""
    if fields.value("default") is None:
        return
    _report(fields, "default", faults)
    if fields.value("const") is not None:
        fields.warn(
            "default", '"default" stands beside "const", which leaves no choice', "remove the default"
        )


def _report(fields: Fields, key: str, faults: list[str], *segments: int) -> None:
    """Note where a default, const or member of an enum breaks its own definition: no parser refuses that."""
    for fault in faults:
        message = f'"{key}" breaks its own definition: {fault}'
        fields.notes.warn(fields.at(key, *segments), message, "correct it, or the constraint")


def _choices(fields: Fields, choices: tuple[T, ...] | None) -> tuple[T, ...] | None:
    if choices == () and fields.value("enum") == []:
        fields.warn("enum", "an empty enum is left out", "add a member, or remove the enum")
    return choices or None


def _is_key_kind(key: str) -> bool:
    return key in {"tid", "nsid", "any"} or (
        key.startswith("literal:") and is_valid_format("record-key", key.removeprefix("literal:"))
    )
