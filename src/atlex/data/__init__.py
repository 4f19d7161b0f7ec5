"""The AT Protocol's data model in Python: what JSON alone can't say.

Source: https://atproto.com/specs/data-model. Strings, integers, booleans, null, arrays and objects are Python's own;
links, blobs, bytes and objects of a type that nobody here knows are the classes of this package. All of them write
back the JSON that they were read from.
"""

from __future__ import annotations

from atlex._printable import is_unicode
from atlex.data._blob import Blob, LegacyBlob
from atlex.data._bytes import WireBytes, bytes_from_wire, bytes_to_wire
from atlex.data._cbor import cid_for, encode_cbor
from atlex.data._check import MAX_INTEGER, blob_reasons, faults_of, is_sound, is_usual_blob
from atlex.data._json import (
    MAX_DEPTH,
    JsonError,
    holds_constant,
    is_list,
    is_object,
    parse_json,
    without_mark,
    write_json,
)
from atlex.data._link import CidLink
from atlex.data._omit import OMIT, Omit
from atlex.data._unknown import UnknownObject

__all__ = [
    "MAX_DEPTH",
    "MAX_INTEGER",
    "OMIT",
    "Blob",
    "CidLink",
    "JsonError",
    "LegacyBlob",
    "Omit",
    "UnknownObject",
    "WireBytes",
    "blob_reasons",
    "bytes_from_wire",
    "bytes_to_wire",
    "cid_for",
    "encode_cbor",
    "faults_of",
    "holds_constant",
    "is_list",
    "is_object",
    "is_sound",
    "is_unicode",
    "is_usual_blob",
    "parse_json",
    "without_mark",
    "write_json",
]
