"""What a stretch of a text can be: a mention, a link, a tag, or something that only its server knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeGuard

from atlex.data import UnknownObject
from atlex.errors import InputError
from atlex.syntax import exceeds_graphemes, is_valid_did, is_valid_handle, is_valid_uri, utf8_length

__all__ = ["Feature", "Link", "Mention", "Tag", "UnresolvedMention", "is_valid_tag", "is_web_link"]

_TAG_GRAPHEMES: Final = 64
_TAG_BYTES: Final = 640
_WEB: Final = re.compile(r"https?://[^/]", re.IGNORECASE)


def is_web_link(uri: str) -> bool:
    """Whether a URI leads to a web page, so that following it neither runs a script nor opens a file."""
    return _WEB.match(uri) is not None and is_valid_uri(uri)


def is_valid_tag(value: object) -> TypeGuard[str]:
    """Whether a value is a text that app.bsky.richtext.facet takes for a tag, and not empty."""
    return (
        isinstance(value, str)
        and value != ""
        and utf8_length(value) <= _TAG_BYTES
        and not exceeds_graphemes(value, _TAG_GRAPHEMES)
    )


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of an account, which is notified.

    Attributes:
        did: The account's DID.

    Raises:
        InputError: It isn't a DID.
    """

    did: str

    def __post_init__(self) -> None:
        if not is_valid_did(self.did):
            raise InputError(f"{self.did!r} isn't a DID, which a mention needs")


@dataclass(frozen=True, slots=True)
class UnresolvedMention:
    """A mention of which only the handle is known yet.

    Attributes:
        handle: The account's handle in lower case, without ``@``.

    Raises:
        InputError: It isn't a handle.
    """

    handle: str

    def __post_init__(self) -> None:
        if not is_valid_handle(self.handle):
            raise InputError(f"{self.handle!r} isn't a handle")
        object.__setattr__(self, "handle", self.handle.lower())


@dataclass(frozen=True, slots=True)
class Link:
    """A link.

    Attributes:
        uri: Where it leads: a URI of any scheme, at most 8192 bytes of UTF-8. Only ``http`` and ``https``
            become links when a text is rendered.

    Raises:
        InputError: It isn't a URI.
    """

    uri: str

    def __post_init__(self) -> None:
        if not is_valid_uri(self.uri):
            raise InputError(f"{self.uri!r} isn't a URI, such as https://example.com")


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag, or a cashtag.

    Attributes:
        tag: The hashtag without its ``#``; the cashtag with its ``$``, in upper case. 1 to 64 graphemes, at
            most 640 bytes of UTF-8.

    Raises:
        InputError: It is empty or too long.
    """

    tag: str

    def __post_init__(self) -> None:
        if not is_valid_tag(self.tag):
            raise InputError(
                f"A tag has 1 to {_TAG_GRAPHEMES} graphemes and at most {_TAG_BYTES} bytes: {self.tag!r}"
            )


Feature: TypeAlias = Mention | UnresolvedMention | Link | Tag | UnknownObject
"""What a stretch of a text is. An ``UnknownObject`` came from a server, and goes back as it came."""
