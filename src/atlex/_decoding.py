"""Unpacking compressed responses, a little at a time.

httpx would unpack whatever arrived at once, and a few kilobytes can stand for gigabytes. It also takes a stream that
was cut off for a whole one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

__all__ = ["ACCEPTED", "Decoder", "EncodingError"]

ACCEPTED: Final = "gzip, deflate"
"""The value of the ``Accept-Encoding`` header: what `Decoder` can unpack."""

_PIECE: Final = 64 * 1024
_ANY_HEADER: Final = 32 + zlib.MAX_WBITS
_NO_HEADER: Final = -zlib.MAX_WBITS
# The length of zlib's header. It takes both bytes to tell whether it is there.
_HEADER_LENGTH: Final = 2
# How each member of a gzip file begins (RFC 1952).
_GZIP_MEMBER: Final = b"\x1f\x8b\x08"


class EncodingError(Exception):
    """The body doesn't match its content encoding."""


class Decoder:
    """Unpacks one body.

    Args:
        encoding: The ``Content-Encoding`` of the response; empty for none.

    Raises:
        EncodingError: It is none that was asked for.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise EncodingError(f"The body has the content encoding {name[:40]!r}, which wasn't asked for")
        self._is_deflate = name == "deflate"
        self._unpacker = None if name in {"", "identity"} else zlib.decompressobj(_ANY_HEADER)
        self._is_begun = False
        self._is_over = False
        self._held: bytes = b""
        # After a piece of the full size there may be more, though all of the input is used up.
        self._is_full = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack what has arrived, in pieces of at most 64 KiB; without an encoding it stays as it is.

        A gzip body may have several members. Whatever else stands behind a complete body is ignored.

        Raises:
            EncodingError: It doesn't match the encoding.
        """
        if self._unpacker is None:
            yield data
            return
        data, self._held = self._held + data, b""
        if self._is_deflate and not self._is_begun and len(data) < _HEADER_LENGTH:
            self._held = data
            return
        while (data or self._is_full) and not self._is_over:
            if self._unpacker.eof:
                if len(data) < len(_GZIP_MEMBER) and _GZIP_MEMBER.startswith(data):
                    self._held = data
                    return
                if not data.startswith(_GZIP_MEMBER):
                    self._is_over = True
                    return
                self._unpacker = zlib.decompressobj(_ANY_HEADER)
            try:
                piece = self._unpacker.decompress(data, _PIECE)
            except zlib.error as error:
                if self._is_begun or not self._is_deflate:
                    raise EncodingError("The body doesn't match its content encoding") from error
                # "deflate" should have zlib's header, and often comes without.
                self._unpacker, self._is_deflate = zlib.decompressobj(_NO_HEADER), False
                continue
            self._is_begun = True
            self._is_full = len(piece) == _PIECE and not self._unpacker.eof
            data = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail
            if piece:
                yield piece

    def finish(self) -> None:
        """Say that nothing more comes.

        Raises:
            EncodingError: The body isn't complete.
        """
        if self._unpacker is not None and (self._is_begun or self._held) and not self._unpacker.eof:
            raise EncodingError("The compressed body isn't complete")
