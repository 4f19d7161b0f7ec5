from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self, TypeGuard

from atlex.errors import InputError
from atlex.syntax._errors import refusal
from atlex.syntax._identifiers import is_valid_at_identifier, is_valid_record_key
from atlex.syntax._nsid import is_valid_nsid
from atlex.syntax._text import utf8_length

__all__ = ["AtUri", "is_valid_at_uri", "is_valid_uri"]

_MAX_LENGTH: Final = 8192
_STRICT: Final = re.compile(r"at://([^/?#]+)(?:/([^/?#]+)(?:/([^/?#]+))?)?(?:#(.+))?")
_SEGMENT: Final = r"[a-zA-Z0-9._~:@!$&'()*+,;=%\\\[\]-]+"
_LENIENT: Final = re.compile(
    rf"at://({_SEGMENT})(?:/({_SEGMENT})(?:/{_SEGMENT})?)?/?"
    r"(?:\?[a-zA-Z0-9._~:@!$&'()*+,;=%/\\\[\]?-]*)?"
    r"(?:#(.+))?"
)
_POINTER: Final = re.compile(r"/[a-zA-Z0-9._~:@!$&'()*+,;=%/\[\]-]*")
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9a-fA-F]{2})")
# Characters beyond ASCII pass, though RFC 3986 wants them escaped: servers take them, and records are full of them.
# \ufeff is white space to the servers' language, and lone surrogates can't be sent at all.
_URI: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!//\Z)[^\s\x00-\x1f\x7f\ufeff\ud800-\udfff]+")


def is_valid_uri(value: object) -> TypeGuard[str]:
    """Whether a value is a URI of any scheme: a scheme, a colon, and something without white space.

    At most 8192 bytes of UTF-8. What follows the colon is not looked at further, but ``//`` alone is too little.

    Args:
        value: Anything; what isn't a string is not a URI.

    Source: https://atproto.com/specs/lexicon#uri
    """
    return (
        isinstance(value, str)
        and len(value) <= _MAX_LENGTH
        and _URI.fullmatch(value) is not None
        and utf8_length(value) <= _MAX_LENGTH
    )


def is_valid_at_uri(value: object, *, lenient: bool = False) -> TypeGuard[str]:
    """Whether a value is an AT URI, such as ``at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k5nobkf2w72g``.

    At most 8192 ASCII characters: an account (DID or handle), then optionally a collection (NSID), then optionally a
    record key, then optionally a fragment, which is a JSON pointer (``#/text``). There is no query and no trailing
    slash.

    Args:
        value: Anything; what isn't a string is not an AT URI.
        lenient: Also take a query, one trailing slash, any characters of a URI in the record key, and broken escapes
            in the fragment. Account and collection are checked as before.

    Source: https://atproto.com/specs/at-uri-scheme (the restricted syntax, and fragments as the protocol's own
    servers take them)
    """
    match = _split(value, _LENIENT if lenient else _STRICT)
    if match is None:
        return False
    if not lenient:
        return _are_valid_parts(*match.groups())
    authority, collection, fragment = match.groups()
    return (
        is_valid_at_identifier(authority)
        and (collection is None or is_valid_nsid(collection))
        and (fragment is None or _POINTER.fullmatch(fragment) is not None)
    )


def _split(value: object, pattern: re.Pattern[str]) -> re.Match[str] | None:
    return pattern.fullmatch(value) if isinstance(value, str) and len(value) <= _MAX_LENGTH else None


def _are_valid_parts(authority: object, collection: object, rkey: object, fragment: object) -> bool:
    return (
        is_valid_at_identifier(authority)
        and (collection is None or is_valid_nsid(collection))
        and (rkey is None or is_valid_record_key(rkey))
        and (fragment is None or _is_valid_fragment(fragment))
    )


def _is_valid_fragment(value: object) -> bool:
    """Whether a value is a JSON pointer in which every percent sign begins an escape, and the bytes escaped are UTF-8."""
    if not isinstance(value, str) or _POINTER.fullmatch(value) is None or _BROKEN_ESCAPE.search(value):
        return False
    if "%" in value:
        from urllib.parse import unquote_to_bytes

        try:
            unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            return False
    return True


@dataclass(frozen=True, slots=True)
class AtUri:
    """The address of an account, a collection or a record. ``str()`` gives it back as it was written.

    It is made from its parts, or from the whole text alone, as `parse` does.

    Attributes:
        authority: The account: a DID or a handle.
        collection: The NSID of the records' type, or None for the account itself.
        rkey: The record key, or None for the whole collection.
        fragment: What follows the ``#``, a JSON pointer with its escapes, or None.

    Raises:
        InputError: A part is not valid, there is a record key without a collection, or the whole is longer than 8192
            characters.
    """

    authority: str
    collection: str | None = None
    rkey: str | None = None
    fragment: str | None = None

    def __post_init__(self) -> None:
        if str(self.authority).startswith("at://") and self.collection is self.rkey is self.fragment is None:
            match = _split(self.authority, _STRICT)
            if match is None:
                raise refusal("at-uri", self.authority)
            for name, part in zip(
                ("authority", "collection", "rkey", "fragment"), match.groups(), strict=True
            ):
                object.__setattr__(self, name, part)
        if self.collection is None and self.rkey is not None:
            raise InputError("An at-uri with a record key needs a collection")
        parts = (self.authority, self.collection, self.rkey, self.fragment)
        if not _are_valid_parts(*parts):
            written = "/".join(str(part) for part in parts[:3] if part is not None)
            raise refusal(
                "at-uri", f"at://{written}" + ("" if self.fragment is None else f"#{self.fragment}")
            )
        if len(str(self)) > _MAX_LENGTH:
            raise refusal("at-uri", str(self))

    @classmethod
    def parse(cls, value: str) -> Self:
        """Read an AT URI in the strict form of `is_valid_at_uri`; calling the class with it does the same.

        Raises:
            InputError: The text is not an AT URI.
        """
        match = _split(value, _STRICT)
        if match is None:
            raise refusal("at-uri", value)
        return cls(*match.groups())

    @classmethod
    def make(cls, authority: str, collection: str | None = None, rkey: str | None = None) -> Self:
        """Build an AT URI without a fragment from its parts, which are those of the class, with the same errors."""
        return cls(authority, collection, rkey)

    def __str__(self) -> str:
        # Joined, not formatted: an enumeration's member is a string with a text of its own when formatted.
        path = "/".join(part for part in (self.authority, self.collection, self.rkey) if part is not None)
        return "at://" + path + ("" if self.fragment is None else "#" + self.fragment)
