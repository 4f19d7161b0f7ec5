"""The agent that an asynchronous client makes for the URL of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from atlex._agent import Headers, Request, Response
from atlex._connection import AsyncHttpConnection, first_hop
from atlex._http import AsyncHttpClient, Transport
from atlex._noncopyable import NonCopyable
from atlex._service_url import check_service_url

__all__ = ["AsyncServiceAgent"]


class AsyncServiceAgent(NonCopyable):
    """An asynchronous agent for one service, without credentials.

    Args:
        service: The service's URL: http or https, without user name, password, query string and fragment.
        headers: Headers for every request; a request's own win.
        http_client: As `AsyncHttpConnection` has it.
        transport: As `AsyncHttpConnection` has it.

    Raises:
        InputError: The URL isn't that of a service, or one of the others can't be used.
    """

    def __init__(
        self,
        service: str,
        *,
        headers: Mapping[str, str] | None = None,
        http_client: AsyncHttpClient | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.service: Final = check_service_url(service)
        self._headers = Headers(headers or {})
        self._connection = AsyncHttpConnection(http_client, transport=transport)

    @property
    def did(self) -> None:
        """None: the agent has no account."""
        return

    async def send(self, request: Request, /) -> Response:
        """Send a request to the service.

        Raises:
            XrpcFetchError: There was no response.
            XrpcInvalidResponseError: The body can't be decoded, or is larger than the request allows.
            XrpcInternalError: The agent has been closed.
        """
        headers = self._headers.merged(request.headers) if self._headers else None
        return await self._connection.send(request, first_hop(self.service, request, headers))

    async def aclose(self) -> None:
        """Close the connections; an ``http_client`` that was given stays open."""
        await self._connection.aclose()

    async def close(self) -> None:  # async only
        """Close the connections: another name of `aclose`."""
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        if "_connection" not in vars(self):
            return "AsyncServiceAgent(…)"
        return f"AsyncServiceAgent({self.service!r}, transport={self._connection.transport!r})"
