"""Whether bytes are those that a CID stands for."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from typing import Final

from atlex.errors import CidMismatchError, InputError
from atlex.syntax import Cid

__all__ = ["CidCheck"]

_RAW: Final = 0x55
_HASHES: Final = {0x12: "sha256", 0x13: "sha512"}


class CidCheck:
    """Hashes bytes as they come, and compares at the end.

    Args:
        cid: The CID that the bytes should have: of raw bytes, as blobs are, by SHA-256 or SHA-512.

    Raises:
        InputError: It isn't a CID, or one that bytes can't be checked against.
    """

    def __init__(self, cid: str) -> None:
        expected = Cid.parse(cid)
        if expected.codec != _RAW:
            raise InputError(f"{cid} can't be checked: it isn't the CID of raw bytes")
        name = _HASHES.get(expected.hash_code)
        if name is None:
            raise InputError(
                f"{cid} can't be checked: it is neither by SHA-256 nor by SHA-512 ({expected.hash_code:#x})"
            )
        self._expected: Final = expected
        self._hash: Final = hashlib.new(name)

    def update(self, chunk: bytes) -> None:
        """Take in the next bytes."""
        self._hash.update(chunk)

    def finish(self, status: int, headers: Mapping[str, str], nsid: str) -> None:
        """Compare.

        Args:
            status: The answer's status, for the error.
            headers: Its headers, likewise.
            nsid: The NSID of the method called, likewise.

        Raises:
            CidMismatchError: The bytes have another CID.
        """
        digest = self._hash.digest()
        if digest != self._expected.digest:
            binary = bytes((1, _RAW, self._expected.hash_code, len(digest))) + digest
            found = "b" + b32encode(binary).decode().rstrip("=").lower()
            raise CidMismatchError(self._expected.value, found, status=status, headers=headers, method=nsid)
