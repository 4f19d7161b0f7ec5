"""The pages that Sphinx reads: those of docs/, and the files of the repository that they link to."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

__all__ = ["ROOT", "gather", "write"]

ROOT: Final = Path(__file__).parents[2]
_LINK: Final = re.compile(r"(?<=\]\()(?![a-z]+:)([^)#\s]+)")
_FILES: Final = """\
# Programs and other files

The files of the repository that these pages link to.

```{toctree}
:glob:

**
```
"""
_LANGUAGES: Final = {".py": "python", ".toml": "toml"}


def gather(docs: Path) -> dict[PurePosixPath, bytes]:
    """Collect the sources of the site, by their path on it.

    On the repository's page, links of a page lead to any file. Those that lead out of ``docs`` lead on the
    site to a page made of the file: Markdown as it is, under ``project``, anything else as a listing, under
    ``files``.

    Args:
        docs: The folder of the pages.
    """
    root = docs.parent
    found = {PurePosixPath("files/index.md"): _FILES.encode()}
    waiting = [path for path in sorted(docs.rglob("*")) if path.is_file()]
    for path in waiting:
        page = _site_path(path, docs)
        if page in found:
            continue
        if path.suffix == ".md":
            text, targets = _relinked(path, page, docs)
            found[page] = text.encode()
            waiting += targets
        elif path.is_relative_to(docs):
            found[page] = path.read_bytes()
        else:
            found[page] = _listing(path.relative_to(root), path.read_text(encoding="utf-8")).encode()
    return found


def write(sources: Mapping[PurePosixPath, bytes], folder: Path) -> None:
    """Make a folder hold these files and no others; those that are as they were keep their time.

    Args:
        sources: The files' bytes, by their path in the folder.
        folder: The folder. It is made if it isn't there.
    """
    for path, content in sources.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
    for file in folder.rglob("*"):
        if file.is_file() and PurePosixPath(file.relative_to(folder).as_posix()) not in sources:
            file.unlink()


def _site_path(path: Path, docs: Path) -> PurePosixPath:
    if path.is_relative_to(docs):
        return PurePosixPath(path.relative_to(docs).as_posix())
    name = path.relative_to(docs.parent).as_posix()
    return PurePosixPath("project", name) if path.suffix == ".md" else PurePosixPath("files", f"{name}.md")


def _relinked(path: Path, page: PurePosixPath, docs: Path) -> tuple[str, list[Path]]:
    targets: list[Path] = []

    def replaced(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(path.parent / link[0]))
        if path.is_relative_to(docs) and target.is_relative_to(docs):
            return link[0]
        if not target.is_file():
            raise SystemExit(f"{path.relative_to(docs.parent)}: the link {link[0]} leads to no file")
        targets.append(target)
        return os.path.relpath(_site_path(target, docs), page.parent)

    return _LINK.sub(replaced, path.read_text(encoding="utf-8")), targets


def _listing(name: Path, text: str) -> str:
    language = _LANGUAGES.get(name.suffix, "text")
    return f"# {name.as_posix()}\n\n````{language}\n{text.rstrip()}\n````\n"
