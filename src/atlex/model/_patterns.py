"""Checks in pydantic's core that take the common valid strings, which fast paths try before the full check.

A string that such a check takes is valid. One that it refuses may be valid too, so the full check decides.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast

from pydantic_core import CoreSchema, core_schema

from atlex.model._keys import ARRAY, PATTERN, metadata_of

__all__ = ["PATTERNS", "Pattern", "PatternsFirst", "format_pattern", "length_pattern"]


class Pattern(NamedTuple):
    """Some of the strings of a format: those that match ``regex``, up to ``max_length`` characters of ASCII."""

    regex: str
    max_length: int


_DID: Final = r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]*[a-z0-9])"
_HANDLE: Final = r"(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]+"
_NSID: Final = r"[a-z]{2,20}(?:\.[a-z]{1,20}){1,4}\.[a-zA-Z]{1,63}"
_RKEY: Final = r"[a-zA-Z0-9_~:-][a-zA-Z0-9_~.:-]*"

PATTERNS: Final = {
    # A handle's labels have 63 characters at most, and so has the whole here.
    "at-identifier": Pattern(rf"(?:did:plc:[a-z2-7]{{24}}|{_HANDLE})", 63),
    "at-uri": Pattern(rf"at://did:plc:[a-z2-7]{{24}}/{_NSID}/{_RKEY}", 512),
    # Version 1, SHA-256, of a record or of raw bytes: in the last letter, only the first three bits count.
    "cid": Pattern(r"baf[yk]rei[a-h][a-z2-7]{50}[aeimquy4]", 59),
    "datetime": Pattern(
        r"[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
        r"|(?:0[13578]|1[02])-31)T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?Z",
        64,
    ),
    "did": Pattern(_DID, 2048),
    "handle": Pattern(_HANDLE, 63),
    "language": Pattern(r"[a-z]{2,3}(?:-[A-Z]{2})?", 6),
    "nsid": Pattern(_NSID, 317),
    "record-key": Pattern(_RKEY, 512),
    "tid": Pattern(r"[2-7a-j][2-7a-z]{12}", 13),
    "uri": Pattern(r"https://[a-z0-9.-]+(?:/[!-~]*)?", 8192),
}
"""Some of the valid strings of each format, in a syntax that Python's and Rust's regular expressions share."""


def format_pattern(name: str) -> CoreSchema:
    """The schema that takes the common strings of a format."""
    regex, max_length = PATTERNS[name]
    return core_schema.str_schema(strict=True, pattern=f"^(?:{regex})$", max_length=max_length)


def length_pattern(
    *, min_length: int | None, max_length: int | None, min_graphemes: int | None, max_graphemes: int | None
) -> CoreSchema | None:
    """The schema that takes strings which are surely within these lengths, or None if there is none.

    pydantic's core counts characters. A character has one to four bytes, and a grapheme one or more characters.
    """
    if min_graphemes is not None and min_graphemes > 1:
        return None
    bounds = [max_graphemes, None if max_length is None else max_length // 4]
    return core_schema.str_schema(
        strict=True,
        min_length=max(min_length or 0, min_graphemes or 0) or None,
        max_length=min((bound for bound in bounds if bound is not None), default=None),
    )


class PatternsFirst:
    """Derives the schema of a fast path from another, in which patterns are tried before checks in Python."""

    def __init__(self) -> None:
        self._formats: dict[str, CoreSchema] = {}

    def derive(self, schema: CoreSchema) -> CoreSchema:
        """The schema of the fast path."""
        derived = self.part(cast("dict[str, Any]", schema))
        if not self._formats:
            return cast("CoreSchema", derived)
        definitions = list(self._formats.values())
        if derived["type"] == "definitions":
            return core_schema.definitions_schema(derived["schema"], derived["definitions"] + definitions)
        return core_schema.definitions_schema(derived, definitions)

    def part(self, schema: dict[str, Any]) -> Any:
        """What a part of the schema becomes."""
        raise NotImplementedError

    def with_pattern(self, schema: dict[str, Any]) -> CoreSchema | None:
        """The schema of a string that has a pattern, which is tried first."""
        pattern = metadata_of(schema).get(PATTERN)
        if not pattern:
            return None
        full = cast("CoreSchema", schema)
        if not isinstance(pattern, str):
            return core_schema.union_schema([pattern, full], mode="left_to_right", auto_collapse=False)
        # A regular expression takes time to compile: once for all fields of the format.
        name = f"atlex-format-{pattern}"
        if name not in self._formats:
            self._formats[name] = core_schema.union_schema(
                [format_pattern(pattern), full], mode="left_to_right", auto_collapse=False, ref=name
            )
        return core_schema.definition_reference_schema(name)

    def plain_list(self, schema: dict[str, Any]) -> Any:
        """The schema of a list with limits, which pydantic's core checks; it names no other fault beside them."""
        limits = metadata_of(schema).get(ARRAY)
        return None if limits is None else {**self.part(schema["schema"]), **limits}
