"""Whether bytes are those that a CID stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from atlex.errors import CidMismatchError, InputError
from atlex.syntax import Cid

__all__ = ["CidCheck"]


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
        """Compare.

        Args:
            status: The response's status, for the error.
            headers: Its headers, likewise.
            nsid: The NSID of the method called, likewise.

        Raises:
            CidMismatchError: The bytes have another CID.
        """
        found = self._expected.with_digest(self._hash.digest())
        if found.digest != self._expected.digest:
            raise CidMismatchError(
                self._expected.value, found.value, status=status, headers=headers, method=nsid
            )
