# Made from _async_agent.py by tools/unasync.py: change that file, and run the tool.
"""The agent that a synchronous client makes for the URL of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from atlex._agent import Headers, Request, Response
from atlex._connection import HttpConnection, first_hop
from atlex._http import HttpClient, Transport
from atlex._noncopyable import NonCopyable
from atlex._service_url import check_service_url

__all__ = ["ServiceAgent"]


class ServiceAgent(NonCopyable):
    """A synchronous agent for one service, without credentials.

    Args:
        service: The service's URL: http or https, without user name, password, query string and fragment.
        headers: Headers for every request; a request's own win.
        http_client: As `HttpConnection` has it.
        transport: As `HttpConnection` has it.

    Raises:
        InputError: The URL isn't that of a service, or one of the others can't be used.
    """

    def __init__(
        self,
        service: str,
        *,
        headers: Mapping[str, str] | None = None,
        http_client: HttpClient | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.service: Final = check_service_url(service)
        self._headers = Headers(headers or {})
        self._connection = HttpConnection(http_client, transport=transport)

    @property
    def did(self) -> None:
        """None: the agent has no account."""
        return

    def send(self, request: Request, /) -> Response:
        """Send a request to the service.

        Raises:
            XrpcFetchError: There was no response.
            XrpcInvalidResponseError: The body can't be decoded, or is larger than the request allows.
            XrpcInternalError: The agent has been closed.
        """
        headers = self._headers.merged(request.headers) if self._headers else None
        return self._connection.send(request, first_hop(self.service, request, headers))

    def close(self) -> None:
        """Close the connections; an ``http_client`` that was given stays open."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if "_connection" not in vars(self):
            return "ServiceAgent(…)"
        return f"ServiceAgent({self.service!r}, transport={self._connection.transport!r})"
