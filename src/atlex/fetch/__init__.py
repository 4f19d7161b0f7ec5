"""Fetching what strangers name: a host in a DID document, a link in a post.

    from atlex.fetch import PublicFetcher

    with PublicFetcher() as fetcher:
        page = fetcher.get("https://example.com/", max_bytes=1_000_000)
        print(page.url, page.status, page.headers.get("content-type"), len(page.body))

A server that fetches any URL it is given can be made to ask the servers beside it. A fetcher looks each name up,
checks every address that it has, and connects to one that it has checked; so it does for every redirect.
"""

from __future__ import annotations

from atlex.fetch._async import AsyncPublicFetcher
from atlex.fetch._sync import PublicFetcher
from atlex.fetch._visit import Fetched

__all__ = ["AsyncPublicFetcher", "Fetched", "PublicFetcher"]
