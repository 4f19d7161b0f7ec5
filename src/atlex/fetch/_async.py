"""The asynchronous fetcher."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from atlex._connection import AsyncHttpConnection
from atlex._options import check_options
from atlex.errors import XrpcError
from atlex.fetch._public import AsyncPublicConnection
from atlex.fetch._visit import FETCHER_OPTIONS, Fetched, Visit

__all__ = ["AsyncPublicFetcher"]


class AsyncPublicFetcher:
    """Fetches from hosts that strangers name, asynchronously.

    Names are looked up here, and one with an address that isn't public is refused: loopback, private and link-local
    networks, multicast, documentation, IPv6 addresses that stand for IPv4 ones. The address that was checked is the
    one that is connected to. URLs with an IP address for a host, or with a port, are refused as well. Redirects are
    followed, each checked in the same way. Compressed bodies are unpacked a little at a time.

    Proxies of the environment aren't used: a proxy looks names up for itself, and what it connects to can't be
    checked here. Certificates are checked as everywhere in atlex (docs/transport.md).

    Use it as a context manager, or close it. Any number of callers can share one.

    Args:
        timeout: Seconds that one fetch may take from its beginning to the last byte, redirects included.
        allow_private: True to check neither addresses nor ports and to use the environment's proxies: for tests,
            and where a proxy does all of the checks.

    Raises:
        InputError: An argument can't be used.
    """

    def __init__(self, *, timeout: float = 10.0, allow_private: bool = False) -> None:
        check_options({"timeout": timeout, "allow_private": allow_private}, FETCHER_OPTIONS)
        self._timeout = timeout
        self._allow_private = allow_private
        # One library for all, so that failures have the same causes.
        self._connection = (
            AsyncHttpConnection(transport="httpx") if allow_private else AsyncPublicConnection()
        )

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        max_redirects: int = 5,
        accept: str | None = None,
        allow_http: bool = False,
    ) -> Fetched:
        """Fetch a URL with GET, without cookies and credentials.

        Args:
            url: The URL. A fragment isn't sent.
            max_bytes: How many bytes the body may have, unpacked.
            max_redirects: How many redirects to follow, 0 to 20. One more is an error.
            accept: The ``Accept`` header: media types, such as ``text/html``. None for any.
            allow_http: True to fetch without TLS where the URL, or a redirect, says so.

        Returns:
            What came, whatever its status.

        Raises:
            FetchRefusedError: The URL, or one that it redirects to, isn't a https URL, has user name, port or IP
                address, or leads to an address that isn't public.
            FetchError: The host can't be found or reached, or took too long; it redirects too often; the body is
                too large or broken.
            InputError: An argument can't be used, or a setting of the environment for TLS. A URL that may not be
                fetched is no InputError.
        """
        visit = Visit(
            url,
            max_bytes=max_bytes,
            max_redirects=max_redirects,
            accept=accept,
            allow_http=allow_http,
            allow_private=self._allow_private,
        )
        try:
            response = await self._connection.send(visit.request(self._timeout), visit.hop, visit.follow)
        except XrpcError as error:
            raise visit.failure(error) from error
        return visit.fetched(response)

    async def aclose(self) -> None:
        """Close the connections that are open."""
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, allow_private={self._allow_private}>"
