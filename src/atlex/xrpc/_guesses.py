"""What a body is, by its file's name and by its first bytes."""

from __future__ import annotations

import os
import re
from typing import Final, cast

__all__ = ["HEAD_SIZE", "by_bytes", "by_name"]

HEAD_SIZE: Final = 64
"""How many of the first bytes are enough to tell."""

# What Python's own table doesn't know, in some version that is supported.
_ENDINGS: Final = {
    ".avif": "image/avif",
    ".car": "application/vnd.ipld.car",
    ".flac": "audio/flac",
    ".jsonl": "application/jsonl",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".webp": "image/webp",
}
# Source: https://mimesniff.spec.whatwg.org/ and, for the brands after "ftyp", https://mp4ra.org/registered-types/brands
_OPENINGS: Final = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF....WEBP",
    "image/avif": rb"....ftypavi[fs]",
    "image/heic": rb"....ftyphei[cx]",
    "video/quicktime": rb"....ftypqt  ",
    "audio/mp4": rb"....ftypM4[AB] ",
    "video/mp4": rb"....ftyp(?:iso|mp4|avc1|M4V |dash|MSNV)",
    "video/webm": rb"\x1aE\xdf\xa3.*webm",
    "audio/wav": rb"RIFF....WAVE",
    "audio/mpeg": rb"ID3",
    "audio/flac": rb"fLaC",
    "application/pdf": rb"%PDF-",
}


def by_name(body: object) -> str | None:
    """The type that the name of a path, or of an open file, ends in; None where it says nothing."""
    named: object = getattr(body, "name", None)
    if isinstance(body, os.PathLike):
        named = cast("os.PathLike[str]", body)
    # A file that was opened by its descriptor has that for a name.
    if not isinstance(named, str | bytes | os.PathLike):
        return None
    ending = os.path.splitext(os.fsdecode(cast("os.PathLike[str]", named)))[1].lower()  # noqa: PTH122 - any path-like
    return _ENDINGS.get(ending) or _known(ending)


def by_bytes(head: bytes) -> str | None:
    """The type of media that begins with these bytes; None for what isn't known."""
    for kind, opening in _OPENINGS.items():
        if re.match(opening, head, re.DOTALL):
            return kind
    return None


def _known(ending: str) -> str | None:
    import mimetypes

    # An instance knows Python's own table; the module's functions go by the machine's as well.
    return mimetypes.MimeTypes().types_map[True].get(ending)
