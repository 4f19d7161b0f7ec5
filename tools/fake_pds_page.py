"""Make the page of what the test server answers: `python -m tools.fake_pds_page [--check]`.

The methods and their sentences come from the server itself, so that the page can't be out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

from tools._made import write_or_check

from atlex.testing import FakePds

__all__ = ["PAGE", "main", "page"]

PAGE: Final = Path(__file__).parents[1] / "docs" / "fake-pds.md"
"""The page."""

_BEGINNING: Final = """\
# What FakePds answers

These are the methods of `atlex.testing.FakePds`; tools/fake_pds_page.py makes this page from the code. Other methods are answered with 501 `MethodNotImplemented`, and can be [added](testing.md#methods).

Answers are computed from the records that the server's accounts wrote. A like, for example, is counted in the post's view, stands in the view's `viewer.like` for its author, and notifies the author of the post. Every answer is validated against its Lexicon document, and the views of one story are compared with the real app view's (tests/live/test_views.py). A record that is invalid by its document is stored, but never shown in a view.

Differences from the real network:

- Feeds are sorted by the time of writing, not by `createdAt`.
- Views show a write at once. The real app view is often some seconds behind.
- The only labels are those that records give themselves.
- URLs of pictures lead to the uploaded blobs, unscaled. URLs of video playlists lead nowhere.
- Search compares whole words, without word forms; `sort=top` sorts by likes.
- Chat has no groups. Its calls need the header `atproto-proxy: did:web:api.bsky.chat#bsky_chat`, as on a real server; `atlex_sdk` sends it by itself.
- The video service encodes nothing: the uploaded bytes become the blob. As with the real one, uploads need a token of `com.atproto.server.getServiceAuth`.
- Commits, and tokens for services, aren't signed with the accounts' keys.
"""


def page(methods: Mapping[str, str]) -> str:
    """The text of the page.

    Args:
        methods: What is answered, with a sentence for each.
    """
    parts = [_BEGINNING]
    for namespace, nsids in groupby(sorted(methods), key=lambda nsid: nsid.rpartition(".")[0]):
        rows = [f"| `{nsid.rpartition('.')[2]}` | {methods[nsid].replace('``', '`')} |\n" for nsid in nsids]
        parts.append(f"\n## {namespace}\n\n| method | answer |\n| --- | --- |\n{''.join(rows)}")
    return "".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as it should be."""
    return write_or_check({PAGE: page(FakePds().methods)}, arguments, "tools.fake_pds_page")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
