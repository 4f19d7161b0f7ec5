"""The lexicon's rules for a field, as annotations beside its Python type.

Each marker makes the core schema that checks input. The schemas of the other levels stand in its metadata, where
`atlex.model._levels` finds them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, Union, cast, get_args, get_origin

from pydantic import Field, GetCoreSchemaHandler, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from atlex._lazy import lazy_module
from atlex.data import (
    MAX_INTEGER,
    Blob,
    CidLink,
    LegacyBlob,
    blob_reasons,
    bytes_from_wire,
    bytes_to_wire,
    is_list,
    is_usual_blob,
)
from atlex.data._blob import read_blob
from atlex.data._link import check_link, read_link
from atlex.errors import InputError
from atlex.model._errors import got, with_faults
from atlex.model._keys import ARRAY, LENIENT, PATTERN, RESEND, STRICT
from atlex.model._patterns import PATTERNS, length_pattern

if TYPE_CHECKING:
    from atlex import syntax as _syntax
else:
    # Its checks load with the first value that needs one, which a lenient reading never does.
    _syntax = lazy_module("atlex.syntax", None)

__all__ = [
    "JSON_OBJECT",
    "Alias",
    "AnyBlob",
    "Array",
    "BlobRef",
    "Bool",
    "Boolean",
    "Bytes",
    "Int",
    "Integer",
    "Link",
    "String",
    "Text",
]

JSON_OBJECT: Final = core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema())
"""What the JSON Schema of a value says that is an object on the wire, and a class of its own in Python."""

_BYTES_OBJECT: Final = core_schema.typed_dict_schema(
    {"$bytes": core_schema.typed_dict_field(core_schema.str_schema())}
)
_LINK_OBJECT: Final = core_schema.typed_dict_schema(
    {"$link": core_schema.typed_dict_field(core_schema.str_schema())}
)
_PUBLIC_FORMATS: Final = {"datetime": "date-time"}
"""The formats that JSON Schema has another name for."""


def Alias(wire: str) -> Any:  # noqa: N802 - reads as the marker that it is
    """The field's name on the wire, where it can't be derived from the Python name."""
    return Field(alias=wire)


def _broken(rule: str, reasons: list[str]) -> PydanticCustomError:
    return PydanticCustomError(cast("Any", rule), "{reason}", {"reason": "; ".join(reasons)})


def _outside(what: str, figure: int, low: int | None, high: int | None, unit: str) -> list[str]:
    if low is not None and figure < low:
        return [f"{what} {figure}{unit}, at least {low} are needed"]
    if high is not None and figure > high:
        return [f"{what} {figure}{unit}, at most {high} are allowed"]
    return []


class Marker:
    """What makes the pydantic-core schema of the field that it annotates."""

    __slots__ = ()

    def _schema(self, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        raise NotImplementedError

    if not TYPE_CHECKING:
        # Some type checkers take a field for anything once its annotation makes a schema.
        def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
            return self._schema(source, handler)


@dataclass(eq=False, slots=True, kw_only=True)
class String(Marker):
    """A string. Lengths are in UTF-8 bytes; graphemes are counted as Unicode's UAX #29 does.

    ``enum`` and ``const`` are closed sets and hold at every reading level, since the Python type promises them.
    """

    format: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_graphemes: int | None = None
    max_graphemes: int | None = None
    enum: tuple[str, ...] = ()
    const: str | None = None

    def _schema(self, source: Any, _handler: GetCoreSchemaHandler, /) -> CoreSchema:
        if self.const is not None:
            return core_schema.literal_schema([self.const])
        if self.enum:
            return core_schema.literal_schema(list(self.enum))
        plain = core_schema.str_schema(strict=True)
        # With a length, pydantic looks at the letters, and refuses lone surrogates.
        whole = core_schema.str_schema(
            strict=True, min_length=0, metadata={LENIENT: plain, **self._shown(source)}
        )
        if not self._rules():
            return whole
        metadata = {LENIENT: plain, PATTERN: self._pattern()}
        checked = core_schema.no_info_after_validator_function(self._check, whole, metadata=metadata)
        if self.format != "datetime":
            return checked
        # One that got into an instance unchecked wouldn't be written in the protocol's form.
        return core_schema.no_info_before_validator_function(
            _datetime_text, checked, metadata={**metadata, RESEND: checked}
        )

    def _shown(self, source: Any) -> dict[str, Any]:
        """The metadata for the JSON Schema. Its lengths count characters, so only those in graphemes come near."""
        shown: dict[str, Any] = {}
        if self.format is not None:
            shown["format"] = _PUBLIC_FORMATS.get(self.format, self.format)
        if known := _literals(source):
            # Literals of the same values are equal, so that typing may hand over one of another order.
            shown["examples"] = sorted(known)
        return {"pydantic_js_updates": shown} if shown else {}

    def _pattern(self) -> CoreSchema | str | None:
        if self.format is None:
            return length_pattern(
                min_length=self.min_length,
                max_length=self.max_length,
                min_graphemes=self.min_graphemes,
                max_graphemes=self.max_graphemes,
            )
        return self.format if self._rules() == {"format"} and self.format in PATTERNS else None

    def _rules(self) -> set[str]:
        """The names of the rules that it has."""
        return {field.name for field in fields(self) if getattr(self, field.name) != field.default}

    def _check(self, value: str) -> str:
        reasons: list[str] = []
        if self.format is not None and not _syntax.is_valid_format(self.format, value):
            reasons.append(f"not a valid {self.format}{_hint(self.format, value)}")
        if self.min_length is not None or self.max_length is not None:
            reasons += _outside("has", _syntax.utf8_length(value), self.min_length, self.max_length, " bytes")
        if self.max_graphemes is not None and _syntax.exceeds_graphemes(value, self.max_graphemes):
            reasons.append(
                f"has {_syntax.count_graphemes(value)} graphemes, at most {self.max_graphemes} are allowed"
            )
        if self.min_graphemes is not None and (found := _syntax.count_graphemes(value)) < self.min_graphemes:
            reasons.append(f"has {found} graphemes, at least {self.min_graphemes} are needed")
        if reasons:
            raise _broken("string_rule", reasons)
        return value


def _literals(source: Any) -> list[Any]:
    """The known values of an open set, which stand beside the type."""
    if get_origin(source) is Literal:
        return list(get_args(source))
    if get_origin(source) in {Union, UnionType}:
        return [value for part in get_args(source) if part is not NoneType for value in _literals(part)]
    return []


def _hint(wanted: str, value: str) -> str:
    """The words for a string that isn't of a format: what it is, and what was meant where that can be told."""
    match wanted:
        case "did" if _syntax.is_valid_handle(value):
            hint = ": a handle has to be resolved to its DID first"
        case "handle" | "at-identifier" if value.startswith("@"):
            hint = ": a handle is written without the @ before it"
        case "handle" | "at-identifier" if "." not in value and ":" not in value:
            hint = ": a handle is a whole domain name, such as alice.bsky.social"
        case "at-uri" if value.startswith(("http://", "https://")):
            hint = ": this is the address of a page, and an at-uri begins with at://"
        case "datetime":
            hint = ": a valid one is 2026-01-02T03:04:05Z"
        case _:
            hint = ""
    return got(value) + hint


def _datetime_text(value: object) -> object:
    if not isinstance(value, dt.datetime):
        return value
    try:
        return _syntax.format_datetime(value)
    except InputError as error:
        reason = str(error)
        raise _broken("datetime", [reason[:1].lower() + reason[1:]]) from None


@dataclass(eq=False, slots=True, kw_only=True)
class Int(Marker):
    """An integer within 53 bits, as every implementation of the protocol can hold it. ``True`` is no integer."""

    minimum: int | None = None
    maximum: int | None = None
    enum: tuple[int, ...] = ()
    const: int | None = None

    def _schema(self, _source: Any, _handler: GetCoreSchemaHandler, /) -> CoreSchema:
        if self.const is not None:
            return _exactly(int, [self.const])
        if self.enum:
            return _exactly(int, list(self.enum))
        lowest = -MAX_INTEGER if self.minimum is None else self.minimum
        highest = MAX_INTEGER if self.maximum is None else self.maximum
        within = core_schema.int_schema(strict=True, ge=lowest, le=highest)
        return core_schema.int_schema(
            strict=True,
            ge=lowest,
            le=highest,
            metadata={
                # Lenient reading takes 5.0 piece by piece, since it hardly ever comes.
                LENIENT: core_schema.int_schema(strict=True),
                STRICT: core_schema.no_info_before_validator_function(
                    _whole, within, metadata={PATTERN: within}
                ),
            },
        )


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _exactly(type_: type[int], allowed: list[Any]) -> CoreSchema:
    """A closed set of integers or booleans. To Python, and so to pydantic, 1 and True are the same."""

    def check(value: object) -> object:
        if type(value) is not type_:
            kind = "a boolean" if type_ is bool else "an integer"
            raise PydanticCustomError("exact_type", "expected {kind}", {"kind": kind})
        return value

    return core_schema.no_info_before_validator_function(check, core_schema.literal_schema(allowed))


@dataclass(eq=False, slots=True, kw_only=True)
class Bool(Marker):
    """A boolean, or the one value that ``const`` allows."""

    const: bool | None = None

    def _schema(self, _source: Any, _handler: GetCoreSchemaHandler, /) -> CoreSchema:
        if self.const is not None:
            return _exactly(bool, [self.const])
        return core_schema.bool_schema(strict=True)


@dataclass(eq=False, slots=True, kw_only=True)
class Bytes(Marker):
    """Bytes, ``{"$bytes": "…"}`` on the wire. Lengths are in bytes."""

    min_length: int | None = None
    max_length: int | None = None

    def _schema(self, _source: Any, _handler: GetCoreSchemaHandler, /) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._check,
            metadata={LENIENT: core_schema.no_info_plain_validator_function(_read_bytes)},
            json_schema_input_schema=_BYTES_OBJECT,
            serialization=core_schema.plain_serializer_function_ser_schema(
                bytes_to_wire, return_schema=_BYTES_OBJECT, when_used="json-unless-none"
            ),
        )

    def _check(self, value: object) -> bytes:
        read = _read_bytes(value)
        if reasons := _outside("has", len(read), self.min_length, self.max_length, " bytes"):
            raise _broken("bytes_rule", reasons)
        return read


def _read_bytes(value: object) -> bytes:
    read = value if isinstance(value, bytes) else bytes_from_wire(value)
    if read is None:
        raise PydanticCustomError("bytes", 'expected bytes, {"$bytes": "<base64>"} on the wire')
    return read


@dataclass(eq=False, slots=True, kw_only=True)
class BlobRef(Marker):
    """A reference to a blob.

    Attributes:
        accept: Media types allowed, as globs (``image/*``); empty: all.
        max_size: The most bytes allowed.
    """

    accept: tuple[str, ...] = ()
    max_size: int | None = None

    def _schema(self, _source: Any, _handler: GetCoreSchemaHandler, /) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._check,
            metadata={
                "pydantic_js_updates": {"title": "Blob"},
                LENIENT: core_schema.no_info_plain_validator_function(read_blob),
            },
            json_schema_input_schema=JSON_OBJECT,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _write_blob, return_schema=JSON_OBJECT
            ),
        )

    def _check(self, value: object) -> Blob | LegacyBlob:
        reasons: list[str] = []
        if is_usual_blob(value):
            blob = Blob(CidLink(value["ref"]["$link"]), value["mimeType"], value["size"])
        else:
            given = read_blob(value)
            if isinstance(given, LegacyBlob):
                # One that came from the wire goes back as it came; nobody may write a new one.
                if given is value:
                    return given
                raise _broken("blob", ["a blob of the old form can't be written any more"])
            blob = given
            reasons = blob_reasons(blob)
            if blob.extra and blob is not value:
                reasons.append("has members that blobs don't have")
        if self.max_size is not None and blob.size > self.max_size:
            reasons.append(f"has {blob.size} bytes, at most {self.max_size} are allowed")
        if self.accept and not _accepts(self.accept, blob.mime_type):
            reasons.append(f"its type {blob.mime_type[:60]!r} is none of {', '.join(self.accept)}")
        if reasons:
            raise _broken("blob", reasons)
        return blob


class _LinkRef(Marker):
    """A link. Lenient reading doesn't look at the CID's syntax."""

    def _schema(self, _source: Any, _handler: GetCoreSchemaHandler, /) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            check_link,
            metadata={LENIENT: core_schema.no_info_plain_validator_function(read_link)},
            json_schema_input_schema=_LINK_OBJECT,
            serialization=core_schema.plain_serializer_function_ser_schema(
                CidLink.to_wire, return_schema=_LINK_OBJECT
            ),
        )


def _accepts(globs: tuple[str, ...], mime_type: str) -> bool:
    if mime_type in globs or "*/*" in globs:
        return True
    return f"{mime_type.partition('/')[0]}/*" in globs


def _write_blob(value: Blob | LegacyBlob) -> dict[str, Any]:
    return value.to_wire()


@dataclass(eq=False, slots=True, kw_only=True)
class Array(Marker):
    """How many items a list may have."""

    min_length: int | None = None
    max_length: int | None = None

    def _schema(self, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        limits = {"min_length": self.min_length, "max_length": self.max_length}
        limits = {name: limit for name, limit in limits.items() if limit is not None}
        shown = {name.replace("_length", "Items"): limit for name, limit in limits.items()}
        # pydantic's own limits would hide what is wrong with the items.
        return core_schema.no_info_wrap_validator_function(
            self._check, handler(source), metadata={ARRAY: limits, "pydantic_js_updates": shown}
        )

    def _check(self, value: Any, read_items: ValidatorFunctionWrapHandler) -> list[Any]:
        reasons: list[str] = []
        if is_list(value):
            length = len(value)
            reasons = _outside("has", length, self.min_length, self.max_length, " items")
        try:
            items: list[Any] = read_items(value)
        except ValidationError as error:
            raise with_faults(error, [_broken("array_rule", reasons)] if reasons else []) from None
        reasons = _outside("has", len(items), self.min_length, self.max_length, " items")
        if reasons:
            raise _broken("array_rule", reasons)
        return items


if TYPE_CHECKING:
    # An editor shows these as the types that they are.
    Text: TypeAlias = str
    """A string without rules."""

    Integer: TypeAlias = int
    """An integer without rules; ``5.0`` on the wire is 5, a boolean isn't one."""

    Boolean: TypeAlias = bool
    """A boolean without rules."""

    Link: TypeAlias = CidLink
    """A link to a block of data by its CID."""
else:
    Text = Annotated[str, String()]
    Integer = Annotated[int, Int()]
    Boolean = Annotated[bool, Bool()]
    Link = Annotated[CidLink, _LinkRef()]

AnyBlob: TypeAlias = Blob | LegacyBlob
"""A blob in either form that the wire knows."""
