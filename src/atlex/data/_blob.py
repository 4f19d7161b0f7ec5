"""References to blobs, in the form of today and that of the protocol's first year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic_core import PydanticCustomError, core_schema

from atlex.data._link import CidLink, wire_schema

__all__ = ["Blob", "LegacyBlob"]


@dataclass(frozen=True, slots=True)
class Blob:
    """A reference to an uploaded blob.

    Attributes:
        ref: The link to the blob's bytes.
        mime_type: Its media type, such as ``image/jpeg``.
        size: Its length in bytes; -1 where an old server didn't know it.
        extra: Members that the protocol doesn't define. Only a blob from the wire has any; they are written back.

    Source: https://atproto.com/specs/data-model#blob-type
    """

    ref: CidLink
    mime_type: str
    size: int
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False, hash=False)

    @property
    def cid(self) -> str:
        """The CID of the blob's bytes."""
        return self.ref.cid

    def to_wire(self) -> dict[str, Any]:
        """The JSON form, ``{"$type": "blob", "ref": …, "mimeType": …, "size": …}``."""
        return {
            "$type": "blob",
            "ref": self.ref.to_wire(),
            "mimeType": self.mime_type,
            "size": self.size,
            **self.extra,
        }

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        return _schema(Blob)


@dataclass(frozen=True, slots=True)
class LegacyBlob:
    """A reference to a blob as the protocol's first records wrote it. Read, written back, never made anew.

    Attributes:
        cid: The CID of the blob's bytes.
        mime_type: Its media type.
        extra: Members that the form doesn't define; they are written back.
    """

    cid: str
    mime_type: str
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False, hash=False)

    def to_wire(self) -> dict[str, Any]:
        """The JSON form, ``{"cid": …, "mimeType": …}``."""
        return {"cid": self.cid, "mimeType": self.mime_type, **self.extra}

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        return _schema(LegacyBlob)


def blob_from_wire(data: object) -> Blob | LegacyBlob | None:
    """Read a blob reference of either form; None where the data has neither shape."""
    # As in `CidLink.from_wire`.
    if not isinstance(data, (dict, Mapping)):
        return None
    rest = dict(cast("Mapping[str, Any]", data))
    if rest.get("$type") == "blob":
        del rest["$type"]
        ref = CidLink.from_wire(rest.pop("ref", None))
        mime_type, size = rest.pop("mimeType", None), rest.pop("size", None)
        if isinstance(size, float) and size.is_integer():
            size = int(size)
        if isinstance(size, bool) or not isinstance(size, int):
            return None
        if ref is not None and isinstance(mime_type, str):
            return Blob(ref, mime_type, size, rest)
    elif "$type" not in rest:
        cid, mime_type = rest.pop("cid", None), rest.pop("mimeType", None)
        if isinstance(cid, str) and isinstance(mime_type, str):
            return LegacyBlob(cid, mime_type, rest)
    return None


def read_blob(value: object) -> Blob | LegacyBlob:
    """The validator of every blob field: takes a blob, or its JSON form."""
    blob = value if isinstance(value, (Blob, LegacyBlob)) else blob_from_wire(value)
    if blob is None:
        raise PydanticCustomError("blob", "expected a blob")
    return blob


def _schema(wanted: type[Blob | LegacyBlob]) -> core_schema.CoreSchema:
    def read(value: object) -> Blob | LegacyBlob:
        blob = read_blob(value)
        if not isinstance(blob, wanted):
            raise PydanticCustomError("blob", "expected a blob of the other form")
        return blob

    return wire_schema(read, wanted.to_wire)
