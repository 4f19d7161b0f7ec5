"""A page's title, description and picture for its link card, from Open Graph, Twitter's tags and HTML's own.

Pages come from strangers. They are read as a stream of tags: a tree of one would cost a hostile page's reader
the square of its size. The module loads with the first card that is fetched.
"""

from __future__ import annotations

import contextlib
import re
from importlib import import_module
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from atlex.errors import InputError
from atlex_bsky.media._charsets import decoded

try:
    _etree: Any = import_module("lxml.etree")
except ImportError as _missing:
    raise InputError("Cards made from pages need an extra: pip install 'atlex[cards]'") from _missing

__all__ = ["Page", "is_page", "read_page"]

_TITLES: Final = ("og:title", "twitter:title", "title")
_DESCRIPTIONS: Final = ("og:description", "twitter:description", "description")
_PICTURES: Final = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "image_src",
)
_WANTED: Final = frozenset((*_TITLES, *_DESCRIPTIONS, *_PICTURES)) - {"title", "image_src"}
_LONGEST_TITLE: Final = 300
_LONGEST_DESCRIPTION: Final = 1000
_LONGEST_TEXT: Final = 20_000
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")


class Page(NamedTuple):
    """A page's title and description, empty where it has none, and the URL of its picture, or None."""

    title: str
    description: str
    picture: str | None


def is_page(content_type: str | None) -> bool:
    """Whether a ``Content-Type`` header is that of a page of HTML, or is missing."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return media_type in {"", "text/html", "application/xhtml+xml"}


def read_page(body: bytes, content_type: str | None, url: str) -> Page:
    """Find a page's title, description and picture.

    Args:
        body: The page.
        content_type: The value of its ``Content-Type`` header; None where there is none.
        url: Where it is, which relative addresses start from.
    """
    tags = _Tags()
    parser = _etree.HTMLParser(target=tags, encoding="utf-8")
    # The tags before a fault are used.
    with contextlib.suppress(_etree.LxmlError):
        parser.feed(decoded(body, content_type).encode("utf-8", "replace"))
        parser.close()
    found = tags.found
    base = _joined(url, tags.base) or url
    return Page(
        title=_shortened(_first(found, _TITLES), _LONGEST_TITLE),
        description=_shortened(_first(found, _DESCRIPTIONS), _LONGEST_DESCRIPTION),
        picture=_joined(base, _first(found, _PICTURES)),
    )


class _Tags:
    """Collects the wanted tags from the parser's events; of several, the first is kept."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.base = ""
        self._in_title = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        match tag:
            case "meta":
                name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
                if name in _WANTED:
                    self._put(name, attributes.get("content", ""))
            case "link" if "image_src" in attributes.get("rel", "").lower().split():
                self._put("image_src", attributes.get("href", ""))
            case "base":
                self.base = self.base or attributes.get("href", "").strip()
            case "title":
                # Drawings have titles too.
                self._in_title = "title" not in self.found
            case _:
                pass

    def end(self, tag: str) -> None:
        """A tag ends."""
        if tag == "title":
            self._in_title = False

    def data(self, text: str) -> None:
        """Text, which may come in pieces."""
        if self._in_title:
            self.found["title"] = (self.found.get("title", "") + text)[:_LONGEST_TEXT]

    def close(self) -> None:
        """The page ends."""

    def _put(self, name: str, value: str) -> None:
        if value.strip():
            self.found.setdefault(name, value[:_LONGEST_TEXT])


def _first(found: dict[str, str], names: tuple[str, ...]) -> str:
    return next((found[name].strip() for name in names if found.get(name, "").strip()), "")


def _shortened(text: str, most: int) -> str:
    """A text on one line, cut off with an ellipsis where it is longer than may be."""
    line = _SPACE.sub(" ", text).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _joined(base: str, address: str) -> str | None:
    """An address on a page as a URL; None where there is none, or one that isn't of the web."""
    if not address:
        return None
    try:
        url = urljoin(base, address)
        return url if urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None
