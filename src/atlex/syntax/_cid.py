from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, Self, TypeGuard

from atlex.errors import InputError
from atlex.syntax._errors import refusal

__all__ = ["Cid", "is_valid_cid"]

_RAW: Final = 0x55
_SHA2_256: Final = 0x12
_SHA2_512: Final = 0x13

# Nearly every CID of the protocol: version 1, raw or dag-cbor, SHA-256. The classes at position 7 and at the end hold
# the bits of the header and of the padding.
_COMMON: Final = re.compile(r"baf[ky]rei[a-h][a-z2-7]{50}[aeimquy4]")
_BASE32: Final = re.compile(r"b[a-z2-7]+")

_BASE32_TO_INT: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")
_VARINT_BYTES: Final = 9

# version, codec, hash function, digest
_Parts = tuple[int, int, int, bytes]


def is_valid_cid(value: object) -> TypeGuard[str]:
    """Whether a value is a CID in the text form that the protocol uses: version 1, base32 in lower case (``bafyrei…``).

    Any codec and any hash function will do. The bytes must be a whole CID: shortest varints, a digest of the length
    declared, nothing after it. Version 0 (``Qm…``) and other bases are CIDs elsewhere, but not in the protocol.

    Args:
        value: Anything; what isn't a string is not a CID.

    Source: https://atproto.com/specs/data-model#link-and-cid-formats, https://github.com/multiformats/cid
    """
    return (isinstance(value, str) and _COMMON.fullmatch(value) is not None) or _decode(value) is not None


def _decode(value: object) -> _Parts | None:
    """The parts of a CID, or None where the value is not the text of one."""
    if not isinstance(value, str) or _BASE32.fullmatch(value) is None:
        return None
    # int() reads a base that is a power of two in linear time, of any length.
    number = int(value[1:].translate(_BASE32_TO_INT), 32)
    size, padding = divmod((len(value) - 1) * 5, 8)
    if padding >= 5 or number & ((1 << padding) - 1):
        return None
    data = (number >> padding).to_bytes(size)
    position = 0
    header: list[int] = []
    for _ in range(4):
        varint = _read_varint(data, position)
        if varint is None:
            return None
        number, position = varint
        header.append(number)
    version, codec, hash_code, length = header
    if version != 1 or len(data) - position != length:
        return None
    return version, codec, hash_code, data[position:]


def _read_varint(data: bytes, start: int) -> tuple[int, int] | None:
    """An unsigned varint and the position after it, or None where it is cut off, too long or not the shortest."""
    number = 0
    for index, byte in enumerate(data[start : start + _VARINT_BYTES]):
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return None if index and not byte else (number, start + index + 1)
    return None


@dataclass(frozen=True, slots=True)
class Cid:
    """The address of data by its hash. ``str()`` gives it back as it was written.

    Attributes:
        value: The CID as text.
        version: Always 1.
        codec: The multicodec number of the data's encoding: 0x55 is raw bytes (blobs), 0x71 dag-cbor (records).
        hash_code: The multihash number of the hash function: 0x12 is SHA-256, 0x13 SHA-512.
        digest: The hash.

    Raises:
        InputError: The text is not a CID as `is_valid_cid` takes it.
    """

    value: str
    version: int = field(init=False, repr=False, compare=False)
    codec: int = field(init=False, repr=False, compare=False)
    hash_code: int = field(init=False, repr=False, compare=False)
    digest: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = _decode(self.value)
        if parts is None:
            raise refusal("cid", self.value)
        for name, part in zip(("version", "codec", "hash_code", "digest"), parts, strict=True):
            object.__setattr__(self, name, part)

    @classmethod
    def parse(cls, value: str) -> Self:
        """Read a CID (version 1 in base32); calling the class does the same, with the same errors."""
        return cls(value)

    @classmethod
    def for_raw(cls, data: bytes) -> Self:
        """The CID of raw bytes, such as a blob's: version 1, codec raw, SHA-256.

        Args:
            data: The bytes to hash.
        """
        from hashlib import sha256

        return cls._of_raw(_SHA2_256, sha256(data).digest())

    @property
    def is_raw(self) -> bool:
        """Whether it addresses raw bytes, as the CIDs of blobs do."""
        return self.codec == _RAW

    def hasher(self) -> Any:
        """A new object of ``hashlib`` for the CID's hash function.

        Raises:
            InputError: The hash function is neither SHA-256 nor SHA-512.
        """
        import hashlib

        name = {_SHA2_256: "sha256", _SHA2_512: "sha512"}.get(self.hash_code)
        if name is None:
            raise InputError(
                f"{self.value} can't be checked: it is neither by SHA-256 nor by SHA-512, but by the hash function "
                f"{self.hash_code:#x}"
            )
        return hashlib.new(name)

    def with_digest(self, digest: bytes) -> Self:
        """The CID of the raw bytes that have this digest by the same hash function."""
        return self._of_raw(self.hash_code, digest)

    def matches(self, data: bytes) -> bool:
        """Whether the digest is the hash of these bytes.

        Args:
            data: The bytes that the CID is said to address, in their encoded form.

        Raises:
            InputError: The hash function is neither SHA-256 nor SHA-512.
        """
        hasher = self.hasher()
        hasher.update(data)
        return bool(hasher.digest() == self.digest)

    @classmethod
    def _of_raw(cls, hash_code: int, digest: bytes) -> Self:
        from base64 import b32encode

        binary = bytes((1, _RAW, hash_code, len(digest))) + digest
        return cls("b" + b32encode(binary).decode().rstrip("=").lower())

    def __str__(self) -> str:
        return self.value
