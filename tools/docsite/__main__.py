"""Build the documentation: `python -m tools.docsite [--jobs N]`; the site is `build/site/index.html`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import PurePosixPath
from typing import Final

from sphinx.cmd.build import build_main
from tools.docsite._reference import pages
from tools.docsite._sources import ROOT, gather, write
from tools.lexicon_pages import pages as lexicon_pages

__all__ = ["main"]

_BUILD: Final = ROOT / "build"


def main(arguments: list[str] | None = None) -> int:
    """Build the site.

    Args:
        arguments: The command line's; None for those of the process.

    Returns:
        0, or what Sphinx ended with.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.docsite", description="Build the documentation.")
    parser.add_argument("--jobs", default="2", help="how many processes read and write pages")
    parser.add_argument("--fresh", action="store_true", help="keep nothing of the last build")
    given = parser.parse_args(arguments)
    site, sources, trees = _BUILD / "site", _BUILD / "site-sources", _BUILD / "site-pages"
    if given.fresh:
        for folder in (site, sources, trees):
            shutil.rmtree(folder, ignore_errors=True)
    gathered = gather(ROOT / "docs") | {path: text.encode() for path, text in pages().items()}
    gathered |= {
        PurePosixPath("lexicons", name): text.encode()
        for name, text in lexicon_pages(ROOT / "lexicons").items()
    }
    write(gathered, sources)
    status = build_main(
        [
            *("--builder", "html", "--conf-dir", str(ROOT / "docs"), "--jobs", given.jobs, "--quiet"),
            *("--nitpicky", "--fail-on-warning", "--doctree-dir", str(trees), str(sources), str(site)),
        ]
    )
    if status == 0:
        print(site / "index.html")
    return status


if __name__ == "__main__":
    sys.exit(main())
