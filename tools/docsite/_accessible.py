"""What the theme's pages lack for people who read them with a screen reader or a keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sphinx.application import Sphinx

__all__ = ["mend", "mend_pages"]

_SIGNATURE: Final = re.compile(r'<dl>\n((?:<dd><em class="sig-param">.*</dd>\n)+)</dl>')
_WORDS: Final = {
    # A heading has a level.
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    # Regions of one kind have names.
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    # What scrolls can be reached by keyboard.
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}


def mend(page: str) -> str:
    """Give a page with what it lacks; one that has it already stays as it is.

    Args:
        page: The page's HTML.
    """
    for found, wanted in _WORDS.items():
        page = page.replace(found, wanted)
    # A long signature's arguments aren't terms and their descriptions.
    return _SIGNATURE.sub(_lines, page)


def _lines(found: re.Match[str]) -> str:
    arguments = found[1].replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")
    return f'<span class="sig-lines">\n{arguments}</span>'


def mend_pages(app: Sphinx, exception: Exception | None) -> None:
    """Do so with every page of the site."""
    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if (mended := mend(page)) != page:
            path.write_text(mended, encoding="utf-8", newline="\n")
