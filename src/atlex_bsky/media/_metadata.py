"""Metadata taken out of the files of pictures, without a change to a pixel.

Only the parts that display needs are copied, colour profiles among them. EXIF and with it the place, XMP,
IPTC, comments, texts, previews, provenance, and anything after the end of the picture are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

__all__ = ["without_metadata"]

_SCAN_END: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker that ends the compressed data of a JPEG: neither a stuffed byte, a restart, nor a fill byte."""

_JPEG_NEEDED: Final = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD})
"""Frames, tables, scans and restart intervals."""

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_NEEDED: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI".split()
)
_WEBP_NEEDED: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})
_WEBP_METADATA_FLAGS: Final = 0x04 | 0x08


def without_metadata(data: bytes, format_: str | None) -> bytes | None:
    """Copy a picture's file without its metadata; the same bytes where it has none.

    Args:
        data: The file.
        format_: Pillow's name for its format.

    Returns:
        The file, or None where the format isn't one of those known here, or the file isn't laid out as its
        format says.
    """
    strip = _STRIPPERS.get(format_ or "")
    try:
        return None if strip is None else strip(data)
    except IndexError:
        return None


def _jpeg(data: bytes) -> bytes | None:
    kept = [data[:2]]
    position = 2
    while data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4])
        body = data[position + 4 : end]
        if marker == 0xDA:
            following = _SCAN_END.search(data, end)
            if following is None:
                return None
            end = following.start()
        if marker in _JPEG_NEEDED or _is_needed_application_segment(marker, body):
            kept.append(data[position:end])
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            return None
        position = end
    return None


def _is_needed_application_segment(marker: int, body: bytes) -> bool:
    match marker:
        case 0xE0:
            # A longer one holds a preview.
            return body.startswith(b"JFIF\0") and len(body) == 14
        case 0xE2:
            return body.startswith(b"ICC_PROFILE\0")
        case 0xEE:
            # How the colours are encoded.
            return body.startswith(b"Adobe") and len(body) == 12
        case _:
            return False


def _png(data: bytes) -> bytes | None:
    kept = [_PNG_SIGNATURE]
    position = len(_PNG_SIGNATURE)
    while position < len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4])
        name = data[position + 4 : position + 8]
        if name in _PNG_NEEDED:
            kept.append(data[position:end])
        if name == b"IEND":
            return b"".join(kept)
        position = end
    return None


def _webp(data: bytes) -> bytes | None:
    kept: list[bytes] = []
    position = 12
    stop = 8 + int.from_bytes(data[4:8], "little")
    if stop > len(data):
        return None
    while position < stop:
        name = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + size + size % 2
        if name == b"VP8X":
            flags = data[position + 8] & ~_WEBP_METADATA_FLAGS
            kept.append(data[position : position + 8] + bytes([flags]) + data[position + 9 : end])
        elif name in _WEBP_NEEDED:
            kept.append(data[position:end])
        position = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


_STRIPPERS: Final[dict[str, Callable[[bytes], bytes | None]]] = {
    "JPEG": _jpeg,
    "MPO": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
}
