"""From an error response to the exception that says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from atlex._agent import Response
from atlex.data import JsonError
from atlex.errors import (
    RateLimitError,
    XrpcAuthenticationError,
    XrpcError,
    XrpcInvalidResponseError,
    XrpcResponseError,
)
from atlex.xrpc._descriptors import Method
from atlex.xrpc._error_bodies import read_error_body

__all__ = ["error_of"]

# The codes that stand for a status where the response has none of its own.
_CODES: Final[Mapping[int, str]] = {
    400: "InvalidRequest",
    401: "AuthenticationRequired",
    403: "Forbidden",
    404: "XRPCNotSupported",
    406: "NotAcceptable",
    413: "PayloadTooLarge",
    415: "UnsupportedMediaType",
    429: "RateLimitExceeded",
    500: "InternalServerError",
    501: "MethodNotImplemented",
    502: "UpstreamFailure",
    503: "NotEnoughResources",
    504: "UpstreamTimeout",
}
_CLASSES: Final[Mapping[int, type[XrpcResponseError]]] = {401: XrpcAuthenticationError, 429: RateLimitError}
_made: Final[dict[tuple[type, type], type[XrpcResponseError]]] = {}


def error_of(method: Method[Any, Any, Any], response: Response) -> XrpcError:
    """The error that a response of status 400 or above stands for.

    The code is the response's own where its body has one, else the one that stands for the status. A code that the
    method's lexicon declares has its class; status 401 and 429 have theirs; both together give an instance of both.
    """
    status = response.status
    details: dict[str, Any] = {
        "status": status,
        "headers": response.headers,
        "body": response.content,
        "method": method.nsid,
    }
    try:
        body = read_error_body(response)
    except JsonError as error:
        return XrpcInvalidResponseError(f"The body of the error {status} is broken: {error}", **details)
    code, message = body.code, body.message
    if code is None:
        code = _CODES.get(status, "UpstreamFailure" if status >= 500 else "InvalidRequest")
        if message is None or not body.is_json:
            message = f"The server answered with a {status} error" + (f": {message}" if message else "")
    class_ = _CLASSES.get(status, XrpcResponseError)
    declared = method.errors.get(code)
    if declared is not None:
        class_ = _both(declared, class_)
    message = message or f"The server answered with {code} and no message"
    return class_(code, message, expected=declared is not None, **details)


def _both(declared: type[XrpcResponseError], by_status: type[XrpcResponseError]) -> type[XrpcResponseError]:
    """A class that is a declared error and a status's at once. Its name and home are the declared error's."""
    if issubclass(declared, by_status):
        return declared
    if issubclass(by_status, declared):
        return by_status
    made = _made.get((declared, by_status))
    if made is None:
        names = {name: getattr(declared, name) for name in ("__module__", "__qualname__", "__doc__")}
        both = type(declared.__name__, (_DeclaredAndByStatusError, declared, by_status), names)
        made = _made.setdefault((declared, by_status), cast("type[XrpcResponseError]", both))
    return made


class _DeclaredAndByStatusError(XrpcResponseError):
    def __reduce__(self) -> tuple[Any, ...]:
        # Pickle would look for the class by its name and find the declared one.
        _, declared, by_status = type(self).__bases__
        return _unfilled, (declared, by_status, self.args), vars(self)


def _unfilled(
    declared: type[XrpcResponseError], by_status: type[XrpcResponseError], args: tuple[object, ...]
) -> XrpcResponseError:
    class_ = _both(declared, by_status)
    return class_.__new__(class_, *args)
