from __future__ import annotations

import re
from typing import Final, TypeGuard

__all__ = ["is_valid_language"]

_LANGUAGE: Final = re.compile(
    r"""
    # the irregular tags that RFC 5646 keeps for the sake of what was written before it
    en-GB-oed | i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)
    | sgn-(?:BE-FR|BE-NL|CH-DE)
    # and the regular ones that the grammar below doesn't cover
    | art-lojban | cel-gaulish | no-(?:bok|nyn) | zh-(?:guoyu|hakka|min|min-nan|xiang)
    # private use alone
    | [xX](?:-[A-Za-z0-9]{1,8})+
    # language, extended language, script, region, variants, extensions, private use
    | [a-z]{2,3} (?:-[A-Za-z]{3}){0,3}
      (?:-[A-Za-z]{4})?
      (?:-(?:[A-Za-z]{2}|[0-9]{3}))?
      (?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*
      (?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*
      (?:-[xX](?:-[A-Za-z0-9]{1,8})+)?
    """,
    re.VERBOSE,
)


def is_valid_language(value: object, *, lenient: bool = False) -> TypeGuard[str]:
    """Whether a value is a well-formed language tag of BCP 47, such as ``pt-BR``.

    The language itself is two or three lower-case letters; the other parts may have either case.

    Args:
        value: Anything; what isn't a string is not a language tag.
        lenient: Let a variant or an extension appear twice (``de-1901-1901``), which the grammar allows and the
            text of RFC 5646 (section 2.2.9) doesn't.

    Source: https://atproto.com/specs/lexicon#language, RFC 5646 section 2.1
    """
    if not isinstance(value, str) or _LANGUAGE.fullmatch(value) is None:
        return False
    return lenient or not _repeats(value)


def _repeats(tag: str) -> bool:
    """Whether a tag that matches the grammar has the same variant or the same extension twice."""
    seen: set[str] = set()
    in_extension = False
    for subtag in tag.lower().split("-"):
        if len(subtag) == 1:
            if subtag == "x":
                break
            in_extension = True
        elif in_extension or not _is_variant(subtag):
            continue
        if subtag in seen:
            return True
        seen.add(subtag)
    return False


def _is_variant(subtag: str) -> bool:
    """Whether a subtag before the extensions is a variant: its length and first character tell."""
    return len(subtag) > 4 or (len(subtag) == 4 and subtag[0].isdigit())
