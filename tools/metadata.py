"""What a package index shows of a release: the build takes the README and the project's addresses from here.

hatchling calls this when it builds. Where ATLEX_REPOSITORY has the repository's address, the README's links and pictures
lead to the files as they are at the release's tag, and the addresses of the project are set. Without it, as in a build
from a clone, the README is taken as it is, and no address is invented.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hatchling.metadata.plugin.interface import MetadataHookInterface

__all__ = ["ReleaseMetadata", "absolute", "project_urls"]

_LINK: Final = re.compile(r"(!\[[^\]]*)?\]\((?!\w+:|#)([^)\s]+)\)")
"""The end of a link's or a picture's Markdown, and of a picture's the beginning too."""


def absolute(text: str, repository: str, tag: str) -> str:
    """Make the relative links and pictures of a Markdown text lead into a repository.

    Args:
        text: A file at the root of the repository.
        repository: The repository's address, without a slash at its end.
        tag: The tag to show the files at.
    """

    def replaced(link: re.Match[str]) -> str:
        picture, path = link.groups()
        return f"{picture or ''}]({repository}/{'raw' if picture else 'blob'}/{tag}/{path})"

    return _LINK.sub(replaced, text)


def project_urls(repository: str, tag: str) -> dict[str, str]:
    """The addresses of the project, by the labels that package indexes know."""
    files = f"{repository}/blob/{tag}"
    return {
        "Homepage": repository,
        "Documentation": f"{files}/docs/index.md",
        "Source": repository,
        "Issues": f"{repository}/issues",
        "Changelog": f"{files}/CHANGELOG.md",
        "Security": f"{files}/SECURITY.md",
    }


class ReleaseMetadata(MetadataHookInterface):
    """Fills in ``readme`` and ``urls``, which pyproject.toml declares dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill them in.

        Raises:
            ValueError: ATLEX_REPOSITORY is no https address.
        """
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        repository = os.environ.get("ATLEX_REPOSITORY", "").rstrip("/")
        if repository:
            parts = urlsplit(repository)
            if parts.scheme != "https" or not parts.netloc or parts.query or parts.fragment:
                raise ValueError(
                    f"ATLEX_REPOSITORY is an address such as https://host/name (got {repository!r})"
                )
            tag = f"v{metadata['version']}"
            text = absolute(text, repository, tag)
            metadata["urls"] = project_urls(repository, tag)
        else:
            metadata["urls"] = {}
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
