"""Blobs: the call that fetches one, held to the official lexicon by a test, and the check of its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from atlex.errors import CidMismatchError, InputError
from atlex.model import Params, String
from atlex.syntax import Cid
from atlex.xrpc import Query

__all__ = ["GET_BLOB", "CidCheck", "GetBlobParams"]


class GetBlobParams(Params):
    """com.atproto.sync.getBlob, the parameters."""

    did: Annotated[str, String(format="did")]
    cid: Annotated[str, String(format="cid")]


GET_BLOB: Final[Query[GetBlobParams, bytes]] = Query(
    "com.atproto.sync.getBlob", params=lambda: GetBlobParams, output=lambda: bytes, output_encoding="*/*"
)


class CidCheck:
    """Hashes bytes as they come, and compares at the end.

    Args:
        cid: The CID that the bytes should have: of raw bytes, as blobs are, by SHA-256 or SHA-512.

    Raises:
        InputError: It isn't a CID, or one that bytes can't be checked against.
    """

    def __init__(self, cid: str) -> None:
        self._expected: Final = Cid.parse(cid)
        if not self._expected.is_raw:
            raise InputError(f"{cid} can't be checked: it isn't the CID of raw bytes")
        self._hash: Final = self._expected.hasher()

    def update(self, chunk: bytes) -> None:
        """Take in the next bytes."""
        self._hash.update(chunk)

    def finish(self, status: int, headers: Mapping[str, str], nsid: str) -> None:
        """Compare. The response's status and headers, and the method's NSID, are for the error.

        Raises:
            CidMismatchError: The bytes have another CID.
        """
        found = self._expected.with_digest(self._hash.digest())
        if found.digest != self._expected.digest:
            raise CidMismatchError(
                self._expected.value, found.value, status=status, headers=headers, method=nsid
            )
