"""The rules of the style guide, as far as a document alone shows whether it keeps them.

Source: https://atproto.com/guides/lexicon-style-guide
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from atlex.lexicon import (
    Array,
    Blob,
    Boolean,
    Bytes,
    CidLink,
    DefId,
    Definition,
    Integer,
    Lexicons,
    Method,
    Object,
    Params,
    Part,
    PermissionSet,
    Procedure,
    Property,
    Query,
    Record,
    Ref,
    String,
    Subscription,
    Token,
    Union,
    walk,
)
from atlex_codegen._check._findings import Findings
from atlex_codegen._naming import json_schema, last_segment

__all__ = ["Style"]

_LARGE: Final = 20 * 1024
"""The size from which on a value belongs into a blob, in bytes."""

_BYTES_PER_GRAPHEME: Final = range(10, 21)
_CAMEL: Final = re.compile(r"[a-z][A-Za-z0-9]*")
_PASCAL: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_KEBAB: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VERB_AND_NOUN: Final = re.compile(r"[a-z]+[A-Z0-9][A-Za-z0-9]*")
_PLURAL: Final = re.compile(r".*[^aius]s|.*ies")
_GENERIC: Final = frozenset({"constructor", "default", "index", "length", "prototype"})
_UNCLEAR: Final = frozenset({"cid", "uri"})


class Style:
    """The rules for one document.

    Args:
        notes: Where the findings go.
        lexicons: All documents.
        overlay: Descriptions that come before the documents' own, by ``nsid#def`` or ``nsid#def.property``.
        stored: The definitions that records are made of.
    """

    def __init__(
        self,
        notes: Findings,
        lexicons: Lexicons,
        overlay: Mapping[str, str],
        stored: Collection[DefId],
    ) -> None:
        self._notes = notes
        self._lexicons = lexicons
        self._overlay = overlay
        self._stored = stored
        self._nsid = notes.document.id

    def check(self) -> None:
        """Check the document."""
        name = last_segment(self._nsid)
        self._name("/id", name)
        for def_name, definition in self._notes.document.defs.items():
            if def_name == "main":
                self._main(name, definition)
            else:
                self._name(definition.pointer, def_name)
            self._definition(DefId(self._nsid, def_name), definition)

    # Names and descriptions

    def _name(self, pointer: str, name: str) -> None:
        if not _CAMEL.fullmatch(name):
            self._notes.add("name-case", pointer, f'the name "{name}" isn\'t in lowerCamelCase')
        if name in _GENERIC:
            self._notes.add("generic-name", pointer, f'"{name}" means something else in many languages')

    def _main(self, name: str, main: Definition) -> None:
        if name == "defs":
            self._notes.add(
                "defs-main", main.pointer, 'a document "defs" is for definitions that others share'
            )
        match main:
            case Record() if _PLURAL.fullmatch(name):
                self._notes.add("record-name", "/id", f'the record "{name}" is named in the plural')
            case Query() | Procedure() if not _VERB_AND_NOUN.fullmatch(name):
                self._notes.add(
                    "method-name", "/id", f'the {main.kind} "{name}" isn\'t named by a verb and a noun'
                )
            case Subscription() if not name.startswith("subscribe"):
                self._notes.add("subscription-name", "/id", f'the subscription "{name}" isn\'t named as one')
            case _:
                pass

    def _describe(self, def_id: DefId, part: Part, what: str, prop: str = "") -> None:
        key = f"{def_id.nsid}#{def_id.name}.{prop}" if prop else str(def_id)
        if not (part.description or self._overlay.get(key)):
            self._notes.add("description", part.pointer, f"{what} has no description")

    # Definitions

    def _definition(self, def_id: DefId, definition: Definition) -> None:
        match definition:
            case Query() | Procedure() | Subscription():
                self._method(def_id, definition)
            case Record():
                described = definition.record if definition.description is None else definition
                self._describe(def_id, described, "the record")
            case Token():
                self._describe(def_id, definition, "the token")
            case PermissionSet():
                if not definition.title:
                    self._notes.add("permission-set", definition.pointer, "the permission set has no title")
                if not definition.permissions:
                    self._notes.add(
                        "permission-set", definition.pointer, "the permission set permits nothing"
                    )
            case _:
                pass
        for part in walk(definition):
            if isinstance(part, Object | Params):
                self._properties(def_id, part)
            else:
                self._schema(part, is_stored=def_id in self._stored)

    def _method(self, def_id: DefId, method: Method) -> None:
        self._describe(def_id, method, f"the {method.kind}")
        for error in method.errors:
            if not _PASCAL.fullmatch(error.name):
                self._notes.add(
                    "error-case", error.pointer, f'the error "{error.name}" isn\'t in UpperCamelCase'
                )
        cursor = None if method.parameters is None else method.parameters.properties.get("cursor")
        if isinstance(method, Subscription):
            if isinstance(method.message.schema, Union) and not method.message.schema.targets:
                self._notes.add("subscription-messages", method.message.pointer, "there are no messages")
            if cursor is not None and not _is_optional(cursor, Integer):
                message = "the cursor of a subscription isn't an optional integer"
                self._notes.add("subscription-cursor", cursor.schema.pointer, message)
            return
        if method.output is None:
            self._notes.add("output", method.pointer, f"the {method.kind} declares no output")
        if isinstance(method, Query) and cursor is not None:
            self._pages(method, cursor)

    def _pages(self, query: Query, cursor: Property) -> None:
        limit = None if query.parameters is None else query.parameters.properties.get("limit")
        if not _is_optional(cursor, String):
            self._notes.add("pagination", cursor.schema.pointer, "the cursor isn't an optional string")
        if limit is None or not _is_optional(limit, Integer):
            place = cursor.schema if limit is None else limit.schema
            self._notes.add("pagination", place.pointer, "beside a cursor there is no optional integer limit")
        output = json_schema(query.output)
        if isinstance(output, Ref):
            followed = self._lexicons.find(output.target)
            output = followed if isinstance(followed, Object) else None
        if not isinstance(output, Object):
            return
        pointer = query.output.pointer if query.output is not None else query.pointer
        answered = output.properties.get("cursor")
        if answered is None or not _is_optional(answered, String):
            self._notes.add("pagination", pointer, "the output has no optional string cursor")
        if not any(isinstance(prop.schema, Array) and prop.required for prop in output.properties.values()):
            self._notes.add("pagination", pointer, "the output has no required array")

    # Schemas

    def _properties(self, def_id: DefId, part: Object | Params) -> None:
        for name, prop in part.properties.items():
            schema = prop.schema
            if not _CAMEL.fullmatch(name):
                self._notes.add("name-case", schema.pointer, f'the name "{name}" isn\'t in lowerCamelCase')
            if prop.nullable and not prop.required:
                message = f'the property "{name}" may be null and may be left out'
                self._notes.add("nullable-optional", schema.pointer, message)
            if name in _UNCLEAR:
                self._describe(def_id, schema, f'the property "{name}" doesn\'t say of what it is, and', name)
            if isinstance(schema, Boolean) and schema.default:
                self._notes.add("boolean-default", schema.pointer, f'"{name}" is true by default')
            if isinstance(part, Params) and isinstance(schema, String) and schema.format in {"did", "handle"}:
                message = f'the parameter "{name}" takes a {schema.format} only'
                self._notes.add("account-parameter", schema.pointer, message)

    def _schema(self, part: Part, *, is_stored: bool) -> None:
        match part:
            case String():
                self._string(part, is_stored=is_stored)
            case Bytes():
                if part.max_length is None:
                    self._notes.add("bytes-length", part.pointer, "bytes without a limit")
                elif part.max_length > _LARGE:
                    self._notes.add("large-value", part.pointer, f"up to {part.max_length} bytes")
            case Integer() if part.enum:
                self._notes.add("enum", part.pointer, "the values are an enum")
            case CidLink() if is_stored:
                self._notes.add("cid-link", part.pointer, "a link in binary form is for the protocol itself")
            case Array(items=Boolean() | Bytes() | CidLink() | Integer() | String() | Blob()) if is_stored:
                self._notes.add("array-items", part.pointer, f"each item is of type {part.items.kind}")
            case Union() if part.closed:
                self._notes.add("closed-union", part.pointer, "the union is closed")
            case _:
                pass

    def _string(self, string: String, *, is_stored: bool) -> None:
        is_limited = string.max_length is not None or string.max_graphemes is not None
        if string.format is not None:
            if is_limited:
                message = f'the format "{string.format}" has limits of its own'
                self._notes.add("format-length", string.pointer, message)
            if is_stored and string.format in {"handle", "at-identifier"}:
                self._notes.add("record-handle", string.pointer, "a record that holds a handle")
        elif is_stored and not is_limited and not string.enum and string.const is None:
            self._notes.add("string-length", string.pointer, "a string without a format or a limit")
        if string.max_length is not None and string.max_length > _LARGE:
            self._notes.add("large-value", string.pointer, f"up to {string.max_length} bytes")
        if string.max_graphemes is not None:
            most = string.max_length or 0
            if not 10 * string.max_graphemes <= most <= 20 * string.max_graphemes:
                message = f"{string.max_graphemes} graphemes in {most or 'any number of'} bytes"
                self._notes.add("grapheme-length", string.pointer, message)
        if string.enum:
            self._notes.add("enum", string.pointer, "the values are an enum")
        for index, value in enumerate(string.known_values or ()):
            self._known_value(value, f"{string.pointer}/knownValues/{index}")

    def _known_value(self, value: str, pointer: str) -> None:
        nsid, hash_sign, name = value.partition("#")
        if not hash_sign:
            if "." not in value and not _KEBAB.fullmatch(value):
                self._notes.add("known-value-case", pointer, f'"{value}" isn\'t in kebab-case')
        elif not nsid:
            self._notes.add(
                "known-value", pointer, f'"{value}" is a reference within a document, and means nothing here'
            )
        elif nsid in self._lexicons and self._lexicons.find(DefId(nsid, name)) is None:
            self._notes.add("known-value", pointer, f'there is no definition "{value}"')


def _is_optional(prop: Property, kind: type[Integer | String]) -> bool:
    return isinstance(prop.schema, kind) and not prop.required
