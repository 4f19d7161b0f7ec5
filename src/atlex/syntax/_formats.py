from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from atlex.syntax._cid import is_valid_cid
from atlex.syntax._datetime import is_valid_datetime
from atlex.syntax._identifiers import (
    is_valid_at_identifier,
    is_valid_did,
    is_valid_handle,
    is_valid_record_key,
)
from atlex.syntax._language import is_valid_language
from atlex.syntax._nsid import is_valid_nsid
from atlex.syntax._tid import is_valid_tid
from atlex.syntax._uri import is_valid_at_uri, is_valid_uri

__all__ = ["FORMATS", "is_valid_format"]

FORMATS: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {
        "at-identifier": is_valid_at_identifier,
        "at-uri": is_valid_at_uri,
        "cid": is_valid_cid,
        "datetime": is_valid_datetime,
        "did": is_valid_did,
        "handle": is_valid_handle,
        "language": is_valid_language,
        "nsid": is_valid_nsid,
        "record-key": is_valid_record_key,
        "tid": is_valid_tid,
        "uri": is_valid_uri,
    }
)
"""The strict check of each format, by the name that Lexicon documents give it."""

_LENIENT: Final[Mapping[str, Callable[[object], bool]]] = {
    **FORMATS,
    "at-uri": partial(is_valid_at_uri, lenient=True),
    "datetime": partial(is_valid_datetime, lenient=True),
    "language": partial(is_valid_language, lenient=True),
}


def is_valid_format(name: str, value: object, *, lenient: bool = False) -> bool:
    """Whether a value is of the format that a Lexicon document names.

    Args:
        name: The name, such as ``at-uri``. Any value is valid for a name that isn't in `FORMATS`: the Lexicon language
            may gain formats, and a document that uses a new one must not break older readers.
        value: Anything; what isn't a string is not of any format known here.
        lenient: Use the lenient check of the formats that have one: ``at-uri``, ``datetime`` and ``language``.

    Source: https://atproto.com/specs/lexicon#string-formats
    """
    check = (_LENIENT if lenient else FORMATS).get(name)
    return check is None or check(value)
