"""Every constraint of the official documents, with values just inside and just outside it.

Like `_documents`, this knows nothing but JSON and the standard library: what it expects, neither the models nor
``atlex.lexicon`` have a part in.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.generated._documents import Shape, documents, shapes, target_of

KINDS = {
    "accept": "its type",
    "closed": "must be one of",
    "const": "expected",
    "enum": "expected",
    "format": "not a valid",
    "maxGraphemes": "graphemes, at most",
    "maxLength": "at most|more than",
    "maxSize": "bytes, at most",
    "maximum": "at most",
    "minGraphemes": "graphemes, at least",
    "minLength": "at least",
    "minimum": "at least",
    "required": "is required",
}
"""The keys of a schema that forbid values, and how the reason of the refusal goes."""

_CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_RAW_CID = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"

# For each format: what is one, and what is nearly one.
_FORMATS = {
    "at-identifier": (["did:plc:abc", "alice.test"], ["alice", "did:PLC:abc"]),
    "at-uri": (
        ["at://alice.test", "at://did:plc:abc/a.b.c/self"],
        ["at://alice", "at://alice.test/a.b.c/x/"],
    ),
    "cid": ([_CID], [_CID[:-1], _CID.upper()]),
    "datetime": (["2024-02-29T00:00:00Z"], ["2023-02-29T00:00:00Z", "2024-02-29T00:00:00"]),
    "did": (["did:plc:abc", "did:web:a.b%3A1"], ["did:plc:abc%", "did:plc:"]),
    "handle": (["alice.test", "A-1.b.co"], ["alice.test.", "alice.1"]),
    "language": (["pt-BR", "i-klingon"], ["p", "pt_BR"]),
    "nsid": (["a.b.c", "com.example.fooBar"], ["a.b", "com.example.foo-bar"]),
    "record-key": (["self", "a:~_.-1"], ["..", "a/b"]),
    "tid": (["3jzfcijpj2z2a"], ["3jzfcijpj2z2", "zjzfcijpj2z2a"]),
    "uri": (["https://a.b/c", "x:y"], ["https://a b", "https"]),
}


@dataclass(frozen=True)
class Constraint:
    """One rule, and the place where it holds.

    Attributes:
        shape: The object or the parameters that it is inside of.
        name: The property's name on the wire.
        level: How many arrays stand between the property's value and the value that the rule is about.
        kind: The rule: one of `KINDS`.
        schema: What has the rule.
        home: The document that the schema stands in.
    """

    shape: Shape
    name: str
    level: int
    kind: str
    schema: dict[str, Any]
    home: str

    @property
    def id(self) -> str:
        return f"{self.shape.id}.{self.name}{'[0]' * self.level} {self.kind}"

    def inside(self) -> Iterator[dict[str, Any]]:
        """Objects that keep the rule, but only just."""
        for value in self._values()[0]:
            yield self._object(value)

    def outside(self) -> Iterator[dict[str, Any]]:
        """Objects that break it, by as little as can be."""
        for value in self._values()[1]:
            yield self._object(value)

    def _object(self, value: Any) -> dict[str, Any]:
        whole = minimal(self.shape.schema, self.shape.nsid)
        if self.kind == "required":
            if value is _ABSENT:
                del whole[self.name]
            return whole
        for _ in range(self.level):
            value = [value]
        return {**whole, self.name: value}

    def _values(self) -> tuple[list[Any], list[Any]]:
        rule: Any = self.schema.get(self.kind)
        match self.schema["type"], self.kind:
            case _, "required":
                return [_PRESENT], [_ABSENT]
            case _, "format":
                return _FORMATS[rule]
            case _, "enum":
                return rule, [rule[0] + "x", ""]
            case _, "const":
                return [rule], [not rule]
            case _, "minimum":
                return [rule], [rule - 1]
            case _, "maximum":
                return [rule], [rule + 1]
            case _, "minLength" if rule == 0:
                # Nothing is shorter.
                return ["" if self.schema["type"] == "string" else []], []
            case "string", "minLength" | "minGraphemes":
                return ["x" * rule], ["x" * (rule - 1)]
            case "string", "maxGraphemes":
                return ["x" * rule], ["x" * (rule + 1)]
            case "string", "maxLength" if "format" in self.schema:
                return ["x" * rule], ["x" * (rule + 1)]
            case "string", "maxLength":
                return [_of_bytes(rule)], [_of_bytes(rule + 1)]
            case "bytes", "maxLength":
                return [_bytes(rule)], [_bytes(rule + 1)]
            case "array", "minLength":
                return [self._items(rule)], [self._items(rule - 1)]
            case "array", "maxLength":
                return [self._items(rule)], [self._items(rule + 1)]
            case "blob", "accept":
                return [_blob(glob.replace("*", "x")) for glob in rule], [_blob("application/x-other")]
            case "blob", "maxSize":
                mime_type = self.schema["accept"][0].replace("*", "x")
                return [_blob(mime_type, rule)], [_blob(mime_type, rule + 1)]
            case "union", "closed":
                members = [_member(ref, self.home) for ref in self.schema["refs"]]
                return members, [
                    {"$type": "com.example.another"},
                    {**members[0], "$type": "app.bsky.feed.post"},
                ]
        raise AssertionError(self.id)

    def _items(self, count: int) -> list[Any]:
        return [minimal(self.schema["items"], self.home) for _ in range(count)]


_PRESENT, _ABSENT = object(), object()


def _of_bytes(count: int) -> str:
    """A text of so many bytes that is one grapheme, so that no limit of graphemes comes first."""
    return ("x" if count % 2 else "\u00e9") + "\u0301" * ((count - 1) // 2)


def _bytes(count: int) -> dict[str, Any]:
    return {"$bytes": b64encode(bytes(count)).decode().rstrip("=")}


def _blob(mime_type: str, size: int = 1) -> dict[str, Any]:
    return {"$type": "blob", "ref": {"$link": _RAW_CID}, "mimeType": mime_type, "size": size}


def _member(ref: str, home: str) -> dict[str, Any]:
    return {**minimal({"type": "ref", "ref": ref}, home), "$type": target_of(ref, home)}


def definition(ref: str, home: str) -> tuple[dict[str, Any], str]:
    """What a reference leads to, and the document that it stands in."""
    nsid, _, name = ref.partition("#")
    return documents()[nsid or home]["defs"][name or "main"], nsid or home


def minimal(schema: dict[str, Any], home: str) -> Any:
    """A valid value with as little in it as can be."""
    return deepcopy(_minimal(schema, home))


def _minimal(schema: dict[str, Any], home: str) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "string":
            if "format" in schema:
                return _FORMATS[schema["format"]][0][0]
            return "x" * max(schema.get("minLength", 0), schema.get("minGraphemes", 0))
        case "integer":
            return max(schema.get("minimum", 0), min(0, schema.get("maximum", 0)))
        case "boolean":
            return False
        case "bytes":
            return _bytes(0)
        case "cid-link":
            return {"$link": _CID}
        case "blob":
            return _blob(schema.get("accept", ["x/y"])[0].replace("*", "x"))
        case "array":
            return [_minimal(schema["items"], home) for _ in range(schema.get("minLength", 0))]
        case "object" | "params":
            properties = schema.get("properties", {})
            return {name: _minimal(properties[name], home) for name in schema.get("required", ())}
        case "record":
            return _minimal(schema["record"], home)
        case "ref":
            found, there = definition(schema["ref"], home)
            # A record names its type wherever it stands.
            tag = {"$type": target_of(schema["ref"], home)} if found["type"] == "record" else {}
            return {**tag, **_minimal(found, there)} if tag else _minimal(found, there)
        case "union":
            return _member(schema["refs"][0], home)
        case "unknown":
            return {}
    raise AssertionError(schema)


@cache
def constraints() -> tuple[Constraint, ...]:
    """Every constraint, each at one place."""
    return (*_in_shapes(), *_in_named_definitions())


def _in_shapes() -> Iterator[Constraint]:
    for shape in shapes():
        for name in shape.schema.get("required", ()):
            yield Constraint(shape, name, 0, "required", shape.schema, shape.nsid)
        for name, schema in shape.schema.get("properties", {}).items():
            yield from _below(shape, name, 0, schema, shape.nsid)


def _below(shape: Shape, name: str, level: int, schema: dict[str, Any], home: str) -> Iterator[Constraint]:
    # The objects inside are shapes of their own.
    if schema["type"] != "object":
        for kind in KINDS:
            if kind in schema:
                yield Constraint(shape, name, level, kind, schema, home)
    if schema["type"] == "array":
        yield from _below(shape, name, level + 1, schema["items"], home)


def _in_named_definitions() -> Iterator[Constraint]:
    """The constraints of definitions that aren't objects, each at the first place that refers to them."""
    seen: set[str] = set()
    for shape in shapes():
        for name, schema in shape.schema.get("properties", {}).items():
            inner, level = schema, 0
            while inner["type"] == "array":
                inner, level = inner["items"], level + 1
            if inner["type"] == "ref" and (target := target_of(inner["ref"], shape.nsid)) not in seen:
                seen.add(target)
                found, home = definition(inner["ref"], shape.nsid)
                if found["type"] not in {"object", "record"}:
                    yield from _below(shape, name, level, found, home)
