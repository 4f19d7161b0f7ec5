"""Instances of generated classes for tests, with everything that the test doesn't care about filled in."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from itertools import count
from sys import modules
from typing import Any, Final, TypeVar, cast

from atlex import lexicon
from atlex.errors import InputError
from atlex.testing._documents import find_lexicons

__all__ = ["fake"]

_M = TypeVar("_M")

_CID: Final = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_RAW_CID: Final = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_TIME: Final = "2026-01-01T00:00:00.000Z"
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"
# A post's, which every client knows how to show.
_COLLECTION: Final = "app.bsky.feed.post"
_PARTS: Final = ("params", "input", "output")

_numbers = count(1)


def fake(model: type[_M], /, **attributes: Any) -> _M:
    """Make an instance of a generated class, with a valid value for every required field that isn't given.

        post = fake(app.bsky.feed.defs.PostView, like_count=3)

    Values come from the Lexicon documents of the class's package. DIDs, handles, AT-URIs and other identifiers differ
    from one instance to the next; all else is the same each time: the first known value, the least number, a fixed time.

    Args:
        model: The class.
        attributes: The fields that matter, by their attribute names; each is checked as any assignment is.

    Raises:
        InputError: ``model`` is no generated class.
        LexiconError: Its package has no documents.
        pydantic.ValidationError: An attribute doesn't exist, or can't have the value given.
    """
    described, lexicons = _described(model)
    builder = _Builder(lexicons)
    made = builder.named(described) if isinstance(described, lexicon.DefId) else builder.build(described)
    value = cast("Any", model).from_wire(made, validation="strict")
    for name, item in attributes.items():
        setattr(value, name, item)
    return cast("_M", value)


def _described(model: Any) -> tuple[lexicon.DefId | lexicon.Schema | lexicon.Params, lexicon.Lexicons]:
    """What describes a class, and the documents that it is among."""
    package = modules.get(str(getattr(model, "__module__", "")).partition(".")[0])
    if not isinstance(model, type) or not hasattr(model, "from_wire") or package is None:
        raise InputError(f"{model!r:.80} is no generated class")
    lexicons = find_lexicons(package)
    name: str = cast("Any", model).lex_type
    if name:
        nsid, _, definition = name.partition("#")
        return lexicon.DefId(nsid, definition or "main"), lexicons
    # The parts of a method have no type of their own.
    method = getattr(import_module(model.__module__), "METHOD", None)
    for part in _PARTS:
        if getattr(method, part, None) is model:
            declared: Any = lexicons.definition(lexicon.DefId(cast("Any", method).nsid))
            return (declared.parameters if part == "params" else getattr(declared, part).schema), lexicons
    raise InputError(f"{model.__name__} has no definition of its own: make the object that it is part of")


class _Builder:
    """Builds the smallest value of a schema, in its form on the wire."""

    def __init__(self, lexicons: lexicon.Lexicons) -> None:
        self._lexicons = lexicons
        self._number = next(_numbers)
        self._inside: set[lexicon.DefId] = set()

    def build(self, schema: lexicon.Schema | lexicon.Params | lexicon.Definition) -> Any:
        """The value of a schema."""
        match schema:
            case lexicon.Record():
                return self.build(schema.record)
            case lexicon.Object() | lexicon.Params():
                return self._object(schema.properties)
            case lexicon.Ref():
                return self.named(schema.target)
            case lexicon.Union():
                return self._member(schema)
            case lexicon.Array():
                return [self.build(schema.items) for _ in range(schema.min_length or 0)]
            case lexicon.Boolean():
                return _first(schema.const, schema.default, other=False)
            case lexicon.Integer():
                listed = schema.enum[0] if schema.enum else None
                least = max(schema.minimum or 0, 0) if schema.maximum is None or schema.maximum >= 0 else None
                return _first(
                    schema.const, schema.default, listed, least, other=schema.minimum or schema.maximum
                )
            case lexicon.String():
                return self._string(schema)
            case lexicon.Bytes():
                return {"$bytes": "AAAA" * -(-(schema.min_length or 0) // 3)}
            case lexicon.CidLink():
                return {"$link": _CID}
            case lexicon.Blob():
                kind = (schema.accept or ("image/jpeg",))[0]
                mime = {"*/*": "application/octet-stream", "image/*": "image/jpeg", "video/*": "video/mp4"}
                return {
                    "$type": "blob",
                    "ref": {"$link": _RAW_CID},
                    "mimeType": mime.get(kind, kind.replace("*", "plain")),
                    "size": 1,
                }
            case lexicon.Token():
                raise InputError("A token is a name, not a value")
            case _:
                return {}

    def _object(self, properties: Mapping[str, lexicon.Property]) -> dict[str, Any]:
        return {
            name: None if member.nullable else self.build(member.schema)
            for name, member in properties.items()
            if member.required
        }

    def named(self, target: lexicon.DefId) -> Any:
        """The value of a definition; a record names its type."""
        found = self._lexicons.definition(target)
        self._inside.add(target)
        try:
            value = self.build(found)
        finally:
            self._inside.discard(target)
        return {"$type": target.nsid, **value} if isinstance(found, lexicon.Record) else value

    def _member(self, union: lexicon.Union) -> Any:
        # Those that the value is inside of come last: they may never end.
        targets = sorted(union.targets, key=lambda target: target in self._inside)
        if not targets or (targets[0] in self._inside and not union.closed):
            return {"$type": "com.example.unknown"}
        target = targets[0]
        name = target.nsid if target.name == "main" else f"{target.nsid}#{target.name}"
        return {**self.named(target), "$type": name}

    def _string(self, schema: lexicon.String) -> str:
        listed = [*(schema.enum or ()), *(schema.known_values or ())]
        chosen = _first(schema.const, schema.default, *listed[:1])
        if chosen is not None:
            return cast("str", chosen)
        text = self._formatted(schema.format) if schema.format else ""
        return text.ljust(max(schema.min_length or 0, schema.min_graphemes or 0), "x")

    def _formatted(self, name: str) -> str:
        did = "did:plc:" + _digits(self._number, 24, _BASE32)
        handle = f"user{self._number}.test"
        tid = "3" + _digits(self._number, 12, _SORTABLE)
        return {
            "at-identifier": handle,
            "at-uri": f"at://{did}/{_COLLECTION}/{tid}",
            "cid": _CID,
            "datetime": _TIME,
            "did": did,
            "handle": handle,
            "language": "en",
            "nsid": _COLLECTION,
            "record-key": tid,
            "tid": tid,
            "uri": f"https://example.com/{self._number}",
        }.get(name, "")


def _digits(number: int, length: int, alphabet: str) -> str:
    return "".join(alphabet[number >> 5 * place & 31] for place in reversed(range(length)))


def _first(*values: Any, other: Any = None) -> Any:
    return next((value for value in values if value is not None), other)
