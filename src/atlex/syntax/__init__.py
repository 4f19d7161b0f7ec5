"""The string formats of the AT Protocol: checks, value types, datetimes, and the lengths that lexicons count.

`is_valid_did` and its like take any value and answer True or False; they never raise. `AtUri`, `Cid`, `Nsid` and `Tid`
are immutable values made from a string, with its parts as attributes; what isn't valid raises `atlex.errors.InputError`.
Every name loads when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from atlex._lazy import lazy_package

if TYPE_CHECKING:
    from atlex.syntax._at_identifier import is_valid_at_identifier
    from atlex.syntax._at_uri import AtUri, is_valid_at_uri
    from atlex.syntax._cid import Cid, is_valid_cid
    from atlex.syntax._datetime import format_datetime, is_valid_datetime, now, parse_datetime
    from atlex.syntax._did import is_valid_did
    from atlex.syntax._formats import FORMATS, is_valid_format
    from atlex.syntax._handle import is_valid_handle
    from atlex.syntax._language import is_valid_language
    from atlex.syntax._nsid import Nsid, is_valid_nsid
    from atlex.syntax._record_key import is_valid_record_key
    from atlex.syntax._text import count_graphemes, exceeds_graphemes, utf8_length
    from atlex.syntax._tid import Tid, is_valid_tid
    from atlex.syntax._uri import is_valid_uri

__all__ = [
    "FORMATS",
    "AtUri",
    "Cid",
    "Nsid",
    "Tid",
    "count_graphemes",
    "exceeds_graphemes",
    "format_datetime",
    "is_valid_at_identifier",
    "is_valid_at_uri",
    "is_valid_cid",
    "is_valid_datetime",
    "is_valid_did",
    "is_valid_format",
    "is_valid_handle",
    "is_valid_language",
    "is_valid_nsid",
    "is_valid_record_key",
    "is_valid_tid",
    "is_valid_uri",
    "now",
    "parse_datetime",
    "utf8_length",
]

_HOMES: Final = {
    "atlex.syntax._at_identifier": ("is_valid_at_identifier",),
    "atlex.syntax._at_uri": ("AtUri", "is_valid_at_uri"),
    "atlex.syntax._cid": ("Cid", "is_valid_cid"),
    "atlex.syntax._datetime": ("format_datetime", "is_valid_datetime", "now", "parse_datetime"),
    "atlex.syntax._did": ("is_valid_did",),
    "atlex.syntax._formats": ("FORMATS", "is_valid_format"),
    "atlex.syntax._handle": ("is_valid_handle",),
    "atlex.syntax._language": ("is_valid_language",),
    "atlex.syntax._nsid": ("Nsid", "is_valid_nsid"),
    "atlex.syntax._record_key": ("is_valid_record_key",),
    "atlex.syntax._text": ("count_graphemes", "exceeds_graphemes", "utf8_length"),
    "atlex.syntax._tid": ("Tid", "is_valid_tid"),
    "atlex.syntax._uri": ("is_valid_uri",),
}

if not TYPE_CHECKING:
    # Type checkers see the imports above; with a __getattr__ in sight they would let any name pass.
    __getattr__, __dir__ = lazy_package(
        __name__, (), {name: home for home, names in _HOMES.items() for name in names}
    )
