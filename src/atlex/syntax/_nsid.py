from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self, TypeGuard

from atlex.syntax._errors import refusal

__all__ = ["Nsid", "is_valid_nsid"]

_MAX_LENGTH: Final = 317
_NSID: Final = re.compile(
    r"[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
    r"\.[a-zA-Z][a-zA-Z0-9]{0,62}"
)


def is_valid_nsid(value: object) -> TypeGuard[str]:
    """Whether a value is an NSID, the name of a Lexicon document, such as ``app.bsky.feed.post``.

    At most 317 ASCII characters: a domain name turned around, of two labels or more, and a name of letters and digits
    that doesn't begin with a digit. A fragment (``#main``) is not part of an NSID.

    Args:
        value: Anything; what isn't a string is not an NSID.

    Source: https://atproto.com/specs/nsid
    """
    return isinstance(value, str) and len(value) <= _MAX_LENGTH and _NSID.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Nsid:
    """The name of a Lexicon document. ``str()`` gives it back as it was written.

    Attributes:
        value: The NSID as text.

    Raises:
        InputError: The text is not an NSID.
    """

    value: str

    def __post_init__(self) -> None:
        if not is_valid_nsid(self.value):
            raise refusal("nsid", self.value)

    @classmethod
    def parse(cls, value: str) -> Self:
        """Read an NSID (such as ``app.bsky.feed.post``); calling the class does the same, with the same errors."""
        return cls(value)

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts between the dots, in the order written: ``("app", "bsky", "feed", "post")``."""
        return tuple(self.value.split("."))

    @property
    def authority(self) -> str:
        """The domain name that owns the NSID, in the order of domain names: ``feed.bsky.app``."""
        return ".".join(self.segments[-2::-1])

    @property
    def name(self) -> str:
        """The last segment: ``post``."""
        return self.value.rpartition(".")[2]

    def __str__(self) -> str:
        return self.value
