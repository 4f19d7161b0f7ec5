"""The documents of a generated package, as the bytes of one file.

The file is the compact JSON of all documents, sorted by NSID and with their keys in the order that was written, in
which readers show the fields. It is compressed with bzip2: that format has had one encoder for decades, so the same
documents give the same bytes, while zlib's output changes with the zlib that a Python was built with. Whoever compares files across machines still should compare `package_data_digest`, which only sees the content.
"""

from __future__ import annotations

import bz2
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from atlex.errors import LexiconError
from atlex.lexicon._json import compact_json, is_array, read_json
from atlex.lexicon._language import Document

__all__ = ["pack", "package_data_digest", "unpack"]

MAX_SIZE: Final = 64 * 1024 * 1024
"""How large the unpacked JSON may be, in bytes: a few kilobytes of bzip2 can hold gigabytes."""


def pack(documents: Iterable[Document]) -> bytes:
    """Write documents as package data."""
    raws = [document.raw for document in sorted(documents, key=lambda document: document.id)]
    return bz2.compress(compact_json(raws, sort_keys=False))


def unpack(data: bytes) -> list[Any]:
    """Read package data back into the documents' JSON, which is not checked further.

    Raises:
        LexiconError: The data is damaged, or isn't package data at all.
    """
    documents, faults = read_json(_content(data))
    if faults or not is_array(documents):
        raise LexiconError("The package's Lexicon data doesn't hold a list of documents")
    return documents


@lru_cache(maxsize=2)
def package_data_digest(data: bytes) -> str:
    """The SHA-256, in hex, of what package data holds: the compression doesn't count.

    Raises:
        LexiconError: The data is damaged, or isn't package data at all.
    """
    return hashlib.sha256(_content(data)).hexdigest()


def _content(data: bytes) -> bytes:
    decompressor = bz2.BZ2Decompressor()
    try:
        content = decompressor.decompress(data, max_length=MAX_SIZE + 1)
    except OSError as error:
        raise LexiconError("The package's Lexicon data is damaged") from error
    if len(content) > MAX_SIZE:
        raise LexiconError(f"The package's Lexicon data is larger than {MAX_SIZE // 2**20} MiB")
    if not decompressor.eof or decompressor.unused_data:
        raise LexiconError("The package's Lexicon data is damaged")
    return content
