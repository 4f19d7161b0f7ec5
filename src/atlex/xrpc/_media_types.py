"""MIME types: of responses, in lexicons, and of what is sent, by its name or its first bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, cast

from atlex.errors import InputError

__all__ = ["HEAD_SIZE", "JSON", "accepts", "essence", "needs_head", "outgoing_type", "received_type"]

JSON: Final = "application/json"
"""The media type of inputs and outputs that are data."""

_ESSENCE: Final = re.compile(r"[!#$%&'+.^_`|~0-9a-z-]+/[!#$%&'+.^_`|~0-9a-z-]+")
# Headers of one name are joined with commas, and quoted parameters may hold some.
_REPEATED: Final = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+"?+)++')
# The types to send for a declared pattern where the caller names none.
_DEFAULTS: Final[Mapping[str, str]] = {"*/*": "application/octet-stream", "text/*": "text/plain"}

HEAD_SIZE: Final = 64
"""How many of the first bytes are enough to tell."""

# Endings that Python's own table has only in some supported version, or with another type; as in 3.14's.
_ENDINGS: Final = {
    ".7z": "application/x-7z-compressed",
    ".avi": "video/vnd.avi",
    ".avif": "image/avif",
    ".car": "application/vnd.ipld.car",
    ".deb": "application/x-debian-package",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".emf": "image/emf",
    ".eot": "application/vnd.ms-fontobject",
    ".epub": "application/epub+zip",
    ".fits": "image/fits",
    ".flac": "audio/flac",
    ".g3": "image/g3fax",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".gz": "application/gzip",
    ".jp2": "image/jp2",
    ".jpm": "image/jpm",
    ".jpx": "image/jpx",
    ".js": "text/javascript",
    ".jsonl": "application/jsonl",
    ".m4a": "audio/mp4",
    ".m4v": "video/x-m4v",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".mk3d": "video/matroska-3d",
    ".mka": "audio/matroska",
    ".mkv": "video/matroska",
    ".odg": "application/vnd.oasis.opendocument.graphics",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".ogx": "application/ogg",
    ".otf": "font/otf",
    ".php": "application/x-httpd-php",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rar": "application/vnd.rar",
    ".rpm": "application/x-rpm",
    ".rst": "text/x-rst",
    ".rtf": "text/rtf",
    ".stl": "model/stl",
    ".t38": "image/t38",
    ".tfx": "image/tiff-fx",
    ".ttf": "font/ttf",
    ".wav": "audio/vnd.wave",
    ".weba": "audio/webm",
    ".webp": "image/webp",
    ".wmf": "image/wmf",
    ".wmv": "video/x-ms-wmv",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
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


@lru_cache(maxsize=64)
def essence(content_type: str) -> str | None:
    """The type and subtype in lower case, without parameters; None for a text that has none."""
    text = content_type.partition(";")[0].strip().lower()
    return text if _ESSENCE.fullmatch(text) else None


@lru_cache(maxsize=64)
def received_type(content_type: str) -> str | None:
    """The type and subtype that a response's header names; of several, the last, as browsers have it.

    Returns:
        Both in lower case, without parameters; None for a header that names no type.
    """
    kinds = (essence(part) for part in reversed(_REPEATED.findall(content_type)))
    return next((kind for kind in kinds if kind is not None), None)


@lru_cache(maxsize=64)
def accepts(declared: str, got: str) -> bool:
    """Whether a type matches the one that a lexicon declares, which may be ``*/*`` or ``image/*``."""
    declared = declared.strip().lower()
    if declared == "*/*":
        return True
    if declared.endswith("/*"):
        return got.startswith(declared[:-1])
    return got == (essence(declared) or declared)


def outgoing_type(declared: str, wanted: str | None, body: object, head: bytes = b"") -> str:
    """The content type to send, which is never a pattern.

    Args:
        declared: What the lexicon declares.
        wanted: What the caller asks for, or None.
        body: What is sent; the name of a path or of a file may tell its type.
        head: The first bytes of what is sent, which may tell it where the name doesn't.

    Raises:
        InputError: What the caller asks for isn't a type or doesn't match, or nothing tells the type.
    """
    if wanted is not None:
        kind = essence(wanted)
        if kind is None:
            raise InputError(f"{wanted!r} isn't a content type, such as 'image/png'")
        if not accepts(declared, kind):
            raise InputError(
                f"The content type {wanted!r} doesn't match {declared!r}, which the lexicon declares"
            )
        return wanted
    if "*" not in declared:
        return _with_charset(declared)
    for guess in (_by_name(body), _by_bytes(head)):
        if guess is not None and accepts(declared, guess):
            return _with_charset(guess)
    if declared in _DEFAULTS:
        return _with_charset(_DEFAULTS[declared])
    raise InputError(f"The lexicon declares {declared!r} for the body: name its own type with content_type")


def _with_charset(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind.startswith("text/") and ";" not in kind else kind


def needs_head(declared: str | None, wanted: str | None, body: object) -> bool:
    """Whether only the first bytes of a body can tell its type, and the body isn't bytes itself."""
    if declared is None or "*" not in declared or wanted is not None or isinstance(body, bytes | None):
        return False
    guess = _by_name(body)
    return guess is None or not accepts(declared, guess)


def _by_name(body: object) -> str | None:
    """The type that the name of a path, or of an open file, ends in; None where it says nothing."""
    named: object = getattr(body, "name", None)
    if isinstance(body, os.PathLike):
        named = cast("os.PathLike[str]", body)
    # A file that was opened by its descriptor has that for a name.
    if not isinstance(named, str | bytes | os.PathLike):
        return None
    ending = os.path.splitext(os.fsdecode(cast("os.PathLike[str]", named)))[1].lower()  # noqa: PTH122 - any path-like
    import mimetypes

    # An instance knows Python's own table; the module's functions go by the machine's as well.
    return _ENDINGS.get(ending) or mimetypes.MimeTypes().types_map[True].get(ending)


def _by_bytes(head: bytes) -> str | None:
    """The type of media that begins with these bytes; None for what isn't known."""
    for kind, opening in _OPENINGS.items():
        if re.match(opening, head, re.DOTALL):
            return kind
    return None
