"""Videos to be sent, as far as anything looks into them: headers, and nothing to play."""

from __future__ import annotations

import struct

__all__ = ["GIF", "box", "mp4", "track"]

_STRAIGHT = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_TURNED = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
GIF = b"GIF89a" + struct.pack("<HH", 30, 20) + b"\x80\0\0" + b"\0" * 20


def box(kind, *parts, large=False):
    body = b"".join(parts)
    if large:
        return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body
    return struct.pack(">I4s", len(body) + 8, kind) + body


def track(width, height, *, turned=False, version=0):
    """A track with its header, between others that mean nothing here."""
    times = b"\0" * (32 if version else 20)
    matrix = struct.pack(">9i", *(_TURNED if turned else _STRAIGHT))
    header = (
        bytes([version, 0, 0, 7])
        + times
        + b"\0" * 16
        + matrix
        + struct.pack(">II", width << 16, height << 16)
    )
    return box(b"trak", box(b"edts", b"\0" * 8), box(b"tkhd", header), box(b"mdia", b"\0" * 8))


def mp4(*tracks, brand=b"isom", first=True, large=False, data=b"frames" * 50):
    """An MP4 file.

    Args:
        tracks: Its tracks; none: one of 640 to 360.
        brand: What it says it is.
        first: Whether the header stands before the frames.
        large: Whether its boxes have lengths of 64 bits.
        data: The frames.
    """
    head = box(b"moov", box(b"mvhd", b"\0" * 100), *(tracks or [track(640, 360)]), large=large)
    body = box(b"mdat", data, large=large)
    parts = (head, body) if first else (body, head)
    return box(b"ftyp", brand, b"\0\0\2\0isomavc1") + b"".join(parts)
