"""The string formats of the AT Protocol: checks, value types, datetimes, and the lengths that lexicons count.

`is_valid_did` and its like take any value and answer True or False; they never raise. `AtUri`, `Cid`, `Nsid` and `Tid`
are immutable values made from a string, with its parts as attributes; what isn't valid raises `atlex.errors.InputError`.
Every name loads when it is first used.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex.syntax._cid import Cid as Cid
    from atlex.syntax._cid import is_valid_cid as is_valid_cid
    from atlex.syntax._datetime import format_datetime as format_datetime
    from atlex.syntax._datetime import is_valid_datetime as is_valid_datetime
    from atlex.syntax._datetime import now as now
    from atlex.syntax._datetime import parse_datetime as parse_datetime
    from atlex.syntax._formats import FORMATS as FORMATS
    from atlex.syntax._formats import is_valid_format as is_valid_format
    from atlex.syntax._identifiers import is_valid_at_identifier as is_valid_at_identifier
    from atlex.syntax._identifiers import is_valid_did as is_valid_did
    from atlex.syntax._identifiers import is_valid_handle as is_valid_handle
    from atlex.syntax._identifiers import is_valid_record_key as is_valid_record_key
    from atlex.syntax._language import is_valid_language as is_valid_language
    from atlex.syntax._nsid import Nsid as Nsid
    from atlex.syntax._nsid import is_valid_nsid as is_valid_nsid
    from atlex.syntax._text import count_graphemes as count_graphemes
    from atlex.syntax._text import exceeds_graphemes as exceeds_graphemes
    from atlex.syntax._text import iter_graphemes as iter_graphemes
    from atlex.syntax._text import utf8_length as utf8_length
    from atlex.syntax._tid import Tid as Tid
    from atlex.syntax._tid import is_valid_tid as is_valid_tid
    from atlex.syntax._uri import AtUri as AtUri
    from atlex.syntax._uri import is_valid_at_uri as is_valid_at_uri
    from atlex.syntax._uri import is_valid_uri as is_valid_uri
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex.syntax._cid": "Cid is_valid_cid",
            "atlex.syntax._datetime": "format_datetime is_valid_datetime now parse_datetime",
            "atlex.syntax._formats": "FORMATS is_valid_format",
            "atlex.syntax._identifiers": (
                "is_valid_at_identifier is_valid_did is_valid_handle is_valid_record_key"
            ),
            "atlex.syntax._language": "is_valid_language",
            "atlex.syntax._nsid": "Nsid is_valid_nsid",
            "atlex.syntax._text": "count_graphemes exceeds_graphemes iter_graphemes utf8_length",
            "atlex.syntax._tid": "Tid is_valid_tid",
            "atlex.syntax._uri": "AtUri is_valid_at_uri is_valid_uri",
        },
    )
