"""Build the documentation: `python -m tools.docsite`; the site is in `build/site`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import PurePosixPath
from typing import Final

from sphinx.cmd.build import build_main
from tools import lexicon_pages
from tools.docsite import _links, _reference
from tools.docsite._sources import ROOT, gather, write

__all__ = ["main"]

_BUILD: Final = ROOT / "build"


def main(arguments: list[str] | None = None) -> int:
    """Build the site, and follow its links.

    Args:
        arguments: The command line's; None for those of the process.

    Returns:
        The status to end with: 0 where there was no warning and no dead link.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.docsite", description="Build the documentation.")
    parser.add_argument("--jobs", default="auto", help="how many processes read and write pages")
    parser.add_argument("--fresh", action="store_true", help="keep nothing of the last build")
    given = parser.parse_args(arguments)
    site, sources, trees = _BUILD / "site", _BUILD / "site-sources", _BUILD / "site-trees"
    if given.fresh:
        for folder in (site, sources, trees):
            shutil.rmtree(folder, ignore_errors=True)
    write(gather(ROOT / "docs") | _made(), sources)
    status = build_main(
        [
            *("--builder", "html", "--conf-dir", str(ROOT / "docs"), "--jobs", given.jobs, "--quiet"),
            *("--nitpicky", "--fail-on-warning", "--doctree-dir", str(trees), str(sources), str(site)),
        ]
    )
    if status:
        return status
    report = _links.check(site)
    print(f"{site}: {report.pages} pages, {report.links} links inside it")
    for fault in report.dead:
        print(f"dead link in {fault}")
    for fault in report.remote:
        print(f"loaded from elsewhere by {fault}")
    return 1 if report.dead or report.remote else 0


def _made() -> dict[PurePosixPath, bytes]:
    """The pages that are made of docstrings and lexicons."""
    made = {PurePosixPath("reference", name): text for name, text in _reference.pages().items()}
    made |= {PurePosixPath("lexicons", name): text for name, text in lexicon_pages.pages().items()}
    return {path: text.encode() for path, text in made.items()}


if __name__ == "__main__":
    sys.exit(main())
