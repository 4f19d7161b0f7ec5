"""The calls of a client, without I/O: what to send, what to wait for, what to make of the answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from atlex._agent import Body, Request, Response
from atlex.client._options import Options
from atlex.errors import XrpcError, XrpcInternalError
from atlex.model import Model
from atlex.xrpc import (
    Method,
    XrpcResponse,
    build_request,
    check_response,
    read_response,
    retry_delay,
    with_labelers,
    with_proxy,
)

__all__ = ["Call", "Core", "Steps"]

OutputT = TypeVar("OutputT")
T = TypeVar("T")

Steps: TypeAlias = Generator[Request | float, Response | None, T]
"""A call on its way: it yields what to send and how many seconds to wait, and gets what came of a sending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a call sends, beside its method."""

    params: Mapping[str, Any] | Model | None = None
    input: Mapping[str, Any] | Model | None = None
    data: Body | None = None
    content_type: str | None = None
    stream: bool = False
    direct: bool = False


class Core:
    """What both twins of a client share.

    Args:
        options: What the client adds to every call.
        did: Gives the DID of the account that the client speaks for, or None.
    """

    __slots__ = ("_did", "options")

    def __init__(self, options: Options, did: Callable[[], str | None]) -> None:
        self.options = options
        self._did = did

    @property
    def did(self) -> str | None:
        """The DID of the account that the client speaks for, or None."""
        return self._did()

    def assert_did(self) -> str:
        """The DID of the account that the client speaks for.

        Raises:
            XrpcInternalError: The client speaks for nobody.
        """
        did = self.did
        if did is None:
            raise XrpcInternalError("The client isn't authenticated: it was made without a session")
        return did

    def repo(self, repo: str | None) -> str:
        """The repository named, or the account's own."""
        return self.assert_did() if repo is None else repo

    def call(self, method: Method[Any, Any, OutputT], call: Call) -> Steps[XrpcResponse[OutputT]]:
        """Make a call and read its answer."""
        return (yield from self._attempts(method, call, self._read))

    def open(self, method: Method[Any, Any, Any], call: Call) -> Steps[Response]:
        """Make a call and hand its answer on, unread unless it is an error."""
        return (yield from self._attempts(method, call, _open))

    def _read(self, method: Method[Any, Any, OutputT], response: Response) -> XrpcResponse[OutputT]:
        return read_response(method, response, validation=self.options.validation)

    def _attempts(
        self,
        method: Method[Any, Any, Any],
        call: Call,
        read: Callable[[Method[Any, Any, Any], Response], T],
    ) -> Steps[T]:
        request = self._request(method, call)
        attempt = 0
        while True:
            try:
                response = yield request
                assert response is not None  # noqa: S101 - the driver answers every request
                return read(method, response)
            except XrpcError as failure:
                attempt += 1
                delay = retry_delay(method, request, failure, attempt, retries=self.options.retries)
                if delay is None:
                    raise
            yield delay

    def _request(self, method: Method[Any, Any, Any], call: Call) -> Request:
        options = self.options
        request = build_request(
            method,
            params=call.params,
            input=call.input,
            data=call.data,
            content_type=call.content_type,
            headers=options.headers,
            timeout=options.timeout,
            stream=call.stream,
        )
        headers = request.headers
        if call.direct:
            headers = with_labelers(with_proxy(headers, None), None)
        if options.proxy is not None and not call.direct:
            headers = with_proxy(headers, options.proxy)
        if options.labelers is not None and not call.direct:
            headers = with_labelers(headers, options.labelers)
        return request if headers is request.headers else replace(request, headers=headers)


def _open(method: Method[Any, Any, Any], response: Response) -> Response:
    check_response(method, response)
    return response
