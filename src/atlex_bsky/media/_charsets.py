"""The text of a page, whatever its encoding."""

from __future__ import annotations

import codecs
import re
from typing import Final

__all__ = ["decoded"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_META: Final = re.compile(rb"<meta\s[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_META_BYTES: Final = 4096
_KNOWN: Final = re.compile(
    r"utf-8|utf-16(-[lb]e)?|cp125\d|iso8859-\d+|koi8-[ru]|mac-roman|tis-620"
    r"|cp932|euc_jp|iso2022_jp|cp949|gb18030|big5hkscs"
)
"""Python's names of the encodings that browsers know. Of its others some are slow."""

_MEANT: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""Encodings that browsers take for their larger siblings, as pages do that name them."""


def decoded(body: bytes, content_type: str | None) -> str:
    """Read the text of a page, by its byte order mark, the ``Content-Type`` header, or its own words.

    Where none of them names a known encoding, it is UTF-8 if it can be, else Windows-1252. Bytes that
    can't be decoded become U+FFFD.

    Args:
        body: The page.
        content_type: The value of the header; None where there is none.
    """
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return body.removeprefix(mark).decode(marked, "replace")
    header = _HEADER.search(content_type or "")
    encoding = _known(header[1]) if header else None
    if encoding is None and (meta := _META.search(body, 0, _META_BYTES)):
        # It has been read as ASCII so far.
        encoding = (_known(meta[1].decode("ascii", "replace")) or "").replace("utf-16", "utf-8") or None
    if encoding is not None:
        return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = _MEANT.get(name, name)
    return name if _KNOWN.fullmatch(name) else None
