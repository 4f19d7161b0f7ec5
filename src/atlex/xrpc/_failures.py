"""From an error answer to the exception that says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from atlex._agent import Response
from atlex.data import JsonError, is_object, parse_json
from atlex.errors import (
    RateLimitError,
    XrpcAuthenticationError,
    XrpcError,
    XrpcInvalidResponseError,
    XrpcResponseError,
)
from atlex.xrpc._descriptors import Method
from atlex.xrpc._media_types import JSON, essence

__all__ = ["error_of"]

# The codes that stand for a status where the answer has none of its own.
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
_CODE: Final = re.compile(r"[A-Za-z0-9_-]+")


def error_of(method: Method[Any, Any, Any], response: Response) -> XrpcError:
    """The error that an answer of status 400 or above stands for.

    The code is the answer's own where its body is ``{"error": …, "message": …}`` as XRPC has it, else the one that
    stands for the status. A code that the method's lexicon declares has its class; status 401 and 429 have theirs;
    both together give an instance of both.
    """
    details: dict[str, Any] = {
        "status": response.status,
        "headers": response.headers,
        "body": response.content,
        "method": method.nsid,
    }
    try:
        code, message = _payload(response)
    except JsonError as error:
        return XrpcInvalidResponseError(
            f"The body of the error {response.status} is broken: {error}", **details
        )
    class_ = _CLASSES.get(response.status, XrpcResponseError)
    declared = method.errors.get(code)
    if declared is not None:
        class_ = _both(declared, class_)
    return class_(code, message, expected=declared is not None, **details)


def _payload(response: Response) -> tuple[str, str]:
    if essence(response.headers.get("content-type", "")) == JSON:
        payload = parse_json(response.content)
        if is_object(payload):
            code, message = payload.get("error"), payload.get("message", "")
            if isinstance(code, str) and _CODE.fullmatch(code) and isinstance(message, str):
                return code, message or f"The server answered with {code} and no message"
    code = _CODES.get(response.status, "UpstreamFailure" if response.status >= 500 else "InvalidRequest")
    return code, f"The server answered with a {response.status} error"


def _both(declared: type[XrpcResponseError], by_status: type[XrpcResponseError]) -> type[XrpcResponseError]:
    """A class that is a declared error and a status's at once. Its name and home are the declared error's."""
    if issubclass(declared, by_status):
        return declared
    if issubclass(by_status, declared):
        return by_status
    if (declared, by_status) not in _made:
        _made[declared, by_status] = _make(declared, by_status)
    return _made[declared, by_status]


def _make(declared: type[XrpcResponseError], by_status: type[XrpcResponseError]) -> type[XrpcResponseError]:
    # Pickle would look for the class by its name and find the declared one.
    def reduce(self: XrpcResponseError) -> tuple[Any, ...]:
        return _unfilled, (declared, by_status, self.args), vars(self)

    names = {name: getattr(declared, name) for name in ("__module__", "__qualname__", "__doc__")}
    made = type(declared.__name__, (declared, by_status), {**names, "__reduce__": reduce})
    return cast("type[XrpcResponseError]", made)


def _unfilled(
    declared: type[XrpcResponseError], by_status: type[XrpcResponseError], args: tuple[object, ...]
) -> XrpcResponseError:
    class_ = _both(declared, by_status)
    return class_.__new__(class_, *args)
