"""The links of the built site: each one inside it leads to a page, and to a place on it."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

__all__ = ["Report", "check"]


class Report(NamedTuple):
    """What a site's links are like.

    Attributes:
        pages: How many pages there are.
        links: How many links inside the site they have, to files and to places.
        dead: Those that lead nowhere, each as ``page: link``.
        remote: The addresses of what a page would load from elsewhere, each as ``page: address``.
    """

    pages: int
    links: int
    dead: list[str]
    remote: list[str]


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if not value:
                continue
            if name == "id":
                self.places.add(value)
            elif name == "src" or (name == "href" and tag == "link"):
                self.loaded.append(value)
            elif name == "href":
                self.links.append(value)


def check(site: Path) -> Report:
    """Follow every link of a site to its end.

    Args:
        site: The folder that the site was built into.
    """
    pages = {
        path: _Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if path.is_file()
    }
    links = 0
    dead: list[str] = []
    remote: list[str] = []
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for link in (*page.links, *page.loaded):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loaded and parts.scheme != "data":
                    remote.append(f"{name}: {link}")
                continue
            links += 1
            target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            place = unquote(parts.fragment)
            if not target.is_file() or (place and target in pages and place not in pages[target].places):
                dead.append(f"{name}: {link}")
    return Report(len(pages), links, dead, remote)
