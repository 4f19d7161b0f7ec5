"""From a response to its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from atlex._agent import Headers, Response
from atlex._printable import printable
from atlex._rate_limit import RateLimit
from atlex.errors import XrpcInvalidResponseError
from atlex.model import Validation
from atlex.xrpc._bodies import read_body
from atlex.xrpc._descriptors import Method
from atlex.xrpc._failures import error_of
from atlex.xrpc._media_types import JSON, accepts, received_type

__all__ = ["XrpcResponse", "check_response", "read_response"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class XrpcResponse(Generic[T]):
    """The response to a call that succeeded.

    Attributes:
        status: The HTTP status.
        headers: The headers; look-ups ignore case.
        body: What the response means: an instance of the method's output class, bytes where the output isn't JSON,
            None where the lexicon declares no output.
        content: The body as it came.
        encoding: The MIME type of the content, in lower case and without parameters; None for a response without any.
    """

    status: int
    headers: Headers
    body: T
    content: bytes
    encoding: str | None

    @property
    def rate_limit(self) -> RateLimit:
        """How much the server still allows, as far as it says."""
        return RateLimit.of(self.headers)

    def __repr__(self) -> str:
        return f"<XrpcResponse {self.status} {self.encoding or 'without content'}>"


OutputT = TypeVar("OutputT")


def read_response(
    method: Method[Any, Any, OutputT], response: Response, *, validation: Validation = "lenient"
) -> XrpcResponse[OutputT]:
    """Read the response to a call.

    Args:
        method: The method called.
        response: The response, its body read.
        validation: How its JSON is read: ``lenient`` or ``strict``.

    Raises:
        XrpcResponseError: The response is an error; of the class that the method's lexicon declares for its code.
        XrpcResponseValidationError: The body doesn't match the lexicon.
        XrpcInvalidResponseError: The response breaks the protocol.
    """
    encoding = check_response(method, response)
    content = response.content
    if method.output_encoding is None:
        body: Any = None
    else:
        type_ = cast("Any", method.output)
        body = content
        if encoding == JSON and type_ not in {None, bytes}:
            try:
                body = read_body(type_, content, validation)
            except XrpcInvalidResponseError as error:
                error.status, error.headers = response.status, response.headers
                error.body, error.method = content, method.nsid
                raise
    return XrpcResponse(response.status, response.headers, body, content, encoding)


def check_response(method: Method[Any, Any, Any], response: Response) -> str | None:
    """Check all of a response but its body, which may still be on its way unless the response is an error.

    Returns:
        The MIME type of the content, in lower case and without parameters, or None for a response without any.

    Raises:
        XrpcResponseError: The response is an error.
        XrpcInvalidResponseError: The response breaks the protocol.
    """
    if response.status >= 400:
        raise error_of(method, response)
    if not 200 <= response.status < 300:
        raise _invalid(method, response, f"Unexpected status code {response.status}")
    declared = method.output_encoding
    given = response.headers.get("content-type")
    if given is None:
        is_empty = response.is_read and not response.content
        encoding = None if is_empty else "application/octet-stream"
    else:
        encoding = received_type(given)
    if declared is not None and (encoding is None or not accepts(declared, encoding)):
        got = (
            "no body" if given is None and encoding is None else repr(printable(given or encoding or "", 100))
        )
        hint = ": is this the URL of an AT Protocol server?" if encoding == "text/html" else ""
        raise _invalid(method, response, f"The server responded with {got}, not with {declared!r}{hint}")
    return encoding


def _invalid(method: Method[Any, Any, Any], response: Response, message: str) -> XrpcInvalidResponseError:
    return XrpcInvalidResponseError(
        message,
        status=response.status,
        headers=response.headers,
        body=response.content if response.is_read else b"",
        method=method.nsid,
    )
