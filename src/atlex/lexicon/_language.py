"""The Lexicon language as values: one frozen dataclass for each kind of definition.

Every node keeps its ``description`` (the prose, or None), its ``pointer`` (where it stands in its document, as a JSON
pointer) and ``extra``: the keys that the language doesn't know, as they came. Constraints that a document leaves out
are None. The nodes come from `parse_document`; two are equal when they say the same, wherever they stand.

Source: https://atproto.com/specs/lexicon
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

__all__ = [
    "Array",
    "Blob",
    "Boolean",
    "Bytes",
    "CidLink",
    "DefId",
    "Definition",
    "Document",
    "ErrorDeclaration",
    "Integer",
    "Message",
    "Method",
    "Node",
    "Object",
    "Params",
    "Payload",
    "Permission",
    "PermissionSet",
    "Procedure",
    "Property",
    "Query",
    "Record",
    "Ref",
    "Schema",
    "String",
    "Subscription",
    "Token",
    "Union",
    "Unknown",
    "UnknownKind",
]


@dataclass(frozen=True, slots=True, order=True)
class DefId:
    """The full name of a definition.

    Attributes:
        nsid: The document's NSID.
        name: The definition's name within it; ``main`` for the main one.
    """

    nsid: str
    name: str = "main"

    @property
    def is_main(self) -> bool:
        """Whether this is the document's main definition, which goes by the NSID alone."""
        return self.name == "main"

    def __str__(self) -> str:
        return self.nsid if self.is_main else f"{self.nsid}#{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every part of a document has.

    Attributes:
        description: The prose, or None.
        pointer: The JSON pointer (RFC 6901) of this part within its document.
        extra: The keys that the language doesn't define for this part, with their JSON values.
    """

    kind: ClassVar[str] = ""
    description: str | None = None
    pointer: str = field(default="", compare=False, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean(Node):
    """``true`` or ``false``."""

    kind: ClassVar[str] = "boolean"
    default: bool | None = None
    const: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Node):
    """A whole number from -(2**53 - 1) to 2**53 - 1; ``minimum`` and ``maximum`` are inclusive."""

    kind: ClassVar[str] = "integer"
    minimum: int | None = None
    maximum: int | None = None
    enum: tuple[int, ...] | None = None
    const: int | None = None
    default: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class String(Node):
    """A text.

    Attributes:
        format: The name of the string format as the document writes it, such as ``at-uri``; it may be one that atlex
            doesn't know.
        min_length: The least length, in bytes of UTF-8.
        max_length: The greatest length, in bytes of UTF-8.
        min_graphemes: The least length, in grapheme clusters.
        max_graphemes: The greatest length, in grapheme clusters.
        known_values: Values that are expected; any other is as valid. Some are references to tokens.
        enum: The only values allowed.
        const: The only value allowed.
        default: What an absent value means.
    """

    kind: ClassVar[str] = "string"
    format: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_graphemes: int | None = None
    max_graphemes: int | None = None
    known_values: tuple[str, ...] | None = None
    enum: tuple[str, ...] | None = None
    const: str | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes(Node):
    """Raw bytes, ``{"$bytes": …}`` in JSON; the lengths count bytes."""

    kind: ClassVar[str] = "bytes"
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CidLink(Node):
    """A link by content hash, ``{"$link": …}`` in JSON."""

    kind: ClassVar[str] = "cid-link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob(Node):
    """A reference to an uploaded file.

    Attributes:
        accept: MIME types allowed, with globs such as ``image/*``; None allows all.
        max_size: The greatest size, in bytes.
    """

    kind: ClassVar[str] = "blob"
    accept: tuple[str, ...] | None = None
    max_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Node):
    """Any object, with no schema."""

    kind: ClassVar[str] = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Node):
    """A name without a value: it is written as its own full name, ``nsid#name``."""

    kind: ClassVar[str] = "token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref(Node):
    """A reference to a definition.

    Attributes:
        ref: As the document writes it: ``#name``, ``nsid`` or ``nsid#name``.
        target: The definition that it names. Whether there is one, only `Lexicons` knows.
    """

    kind: ClassVar[str] = "ref"
    ref: str
    target: DefId


@dataclass(frozen=True, slots=True, kw_only=True)
class Union(Node):
    """One of several definitions, told apart by ``$type``.

    Attributes:
        refs: The references as the document writes them.
        targets: The definitions that they name, each once, in the same order.
        closed: True when no other ``$type`` is allowed.
    """

    kind: ClassVar[str] = "union"
    refs: tuple[str, ...] = ()
    targets: tuple[DefId, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownKind(Node):
    """A definition of a kind that the language doesn't have today; anything is valid for it.

    Attributes:
        name: The kind's name, the definition's ``type``.
        raw: The whole definition as it came.
    """

    kind: ClassVar[str] = "(unknown kind)"
    name: str
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Array(Node):
    """A list; the lengths count items."""

    kind: ClassVar[str] = "array"
    items: Schema
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of an object, or one parameter.

    Attributes:
        name: Its name on the wire.
        schema: What its value must be.
        required: Whether it must be there.
        nullable: Whether its value may be null.
    """

    name: str
    schema: Schema
    required: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Object(Node):
    """A JSON object; ``properties`` is in the document's order. Undeclared properties are allowed in values."""

    kind: ClassVar[str] = "object"
    properties: Mapping[str, Property] = field(default_factory=dict[str, Property])


@dataclass(frozen=True, slots=True, kw_only=True)
class Params(Node):
    """The query-string parameters of a method, in the document's order."""

    kind: ClassVar[str] = "params"
    properties: Mapping[str, Property] = field(default_factory=dict[str, Property])


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload(Node):
    """The body of a request or of a response.

    Attributes:
        encoding: Its MIME type, or a pattern: ``*/*``, ``text/*``.
        schema: What it must be when it is JSON; None where the document gives no schema.
    """

    encoding: str
    schema: Object | Ref | Union | UnknownKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Node):
    """The messages of a subscription."""

    schema: Union | UnknownKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDeclaration(Node):
    """An error code that a method may return."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Node):
    """A method called with GET."""

    kind: ClassVar[str] = "query"
    parameters: Params | None = None
    output: Payload | None = None
    errors: tuple[ErrorDeclaration, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Node):
    """A method called with POST."""

    kind: ClassVar[str] = "procedure"
    parameters: Params | None = None
    input: Payload | None = None
    output: Payload | None = None
    errors: tuple[ErrorDeclaration, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Node):
    """An event stream over a WebSocket."""

    kind: ClassVar[str] = "subscription"
    parameters: Params | None = None
    message: Message
    errors: tuple[ErrorDeclaration, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Node):
    """A record of a repository.

    Attributes:
        key: The kind of record key: ``tid``, ``nsid``, ``any`` or ``literal:<key>``.
        record: What its value must be.
    """

    kind: ClassVar[str] = "record"
    key: str
    record: Object

    @property
    def literal_key(self) -> str | None:
        """The one key that the record may have, or None where there may be many."""
        return self.key.removeprefix("literal:") if self.key.startswith("literal:") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Node):
    """One entry of a permission set.

    Attributes:
        resource: What it is about, such as ``repo`` or ``rpc``.
        attributes: Its other keys (``collection``, ``lxm``, ``action``, …) with their JSON values.
    """

    kind: ClassVar[str] = "permission"
    resource: str
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionSet(Node):
    """A named group of OAuth permissions; the ``_lang`` mappings go from language tag to text."""

    kind: ClassVar[str] = "permission-set"
    title: str | None = None
    title_lang: Mapping[str, str] = field(default_factory=dict[str, str])
    detail: str | None = None
    detail_lang: Mapping[str, str] = field(default_factory=dict[str, str])
    permissions: tuple[Permission, ...] = ()


Schema: TypeAlias = (
    Boolean
    | Integer
    | String
    | Bytes
    | CidLink
    | Blob
    | Unknown
    | Token
    | Ref
    | Union
    | Array
    | Object
    | UnknownKind
)
"""What a value can be described with: a property, an item, or a definition that refs lead to."""

Method: TypeAlias = Query | Procedure | Subscription
"""What can be called."""

Definition: TypeAlias = Schema | Method | Record | PermissionSet
"""What can stand under a name in a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One Lexicon document.

    Attributes:
        id: Its NSID.
        defs: Its definitions by name, in the document's order.
        revision: Its revision number, or None.
        description: The prose, or None.
        raw: The JSON as it was read.
        source: Where it was read from, for messages: a file's path, or empty.
        extra: The keys that the language doesn't define for a document, ``$type`` among them.
    """

    id: str
    defs: Mapping[str, Definition]
    revision: int | None = None
    description: str | None = None
    raw: Mapping[str, Any] = field(repr=False)
    source: str = field(default="", compare=False)
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def main(self) -> Definition | None:
        """The main definition, or None in a document that only holds named ones."""
        return self.defs.get("main")
