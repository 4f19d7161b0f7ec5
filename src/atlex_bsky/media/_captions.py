"""Captions: WebVTT files, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping

from atlex.errors import InputError
from atlex.syntax import is_valid_language
from atlex_bsky.media._limits import max_blob_size, max_items
from atlex_bsky.media._sources import Source, read
from atlex_sdk.app.bsky.embed.video import Caption, Video

__all__ = ["read_captions"]


def read_captions(captions: Mapping[str, Source]) -> dict[str, bytes]:
    """Read the files of a video's captions.

    Args:
        captions: The files by language.

    Raises:
        InputError: There are too many; a language isn't a tag such as ``en`` or ``pt-BR``; or a file can't be
            read, isn't WebVTT, or is larger than the lexicon allows.
    """
    limit, most = max_blob_size(Caption, "file"), max_items(Video, "captions")
    if len(captions) > most:
        raise InputError(f"A video has captions in at most {most} languages, not {len(captions)}")
    found: dict[str, bytes] = {}
    for language, source in captions.items():
        name = f"captions[{language!r}]"
        if not is_valid_language(language):
            raise InputError(f"{name}: {language!r} isn't a language, as en or pt-BR are")
        found[language] = read(source, name, limit=limit)
        if not found[language].removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
            raise InputError(f"{name} isn't a WebVTT file: it doesn't begin with WEBVTT")
    return found
