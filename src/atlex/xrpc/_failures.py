"""The meaning of an error response, whatever server wrote it, and the exception for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from atlex._agent import Response
from atlex._printable import printable
from atlex.data import JsonError, is_object, parse_json
from atlex.errors import (
    RateLimitError,
    XrpcAuthenticationError,
    XrpcError,
    XrpcInvalidResponseError,
    XrpcResponseError,
)
from atlex.xrpc._descriptors import Method
from atlex.xrpc._media_types import JSON, received_type

__all__ = ["ErrorBody", "error_of", "read_error_body"]

_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TITLE: Final = re.compile(r"<(?:title|h1)\b[^>]{0,100}>([^<]*)", re.IGNORECASE)
# How much of a text is looked at, and how much of it is told.
_LOOKED_AT: Final = 4096
_TOLD: Final = 500

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


class ErrorBody(NamedTuple):
    """The code and the message of an error response.

    Attributes:
        code: The error code, such as ``ExpiredToken``; None where the body has none.
        message: The sentence for people, on one line, printable and cut; None where the body has none.
        is_json: Whether both come from a JSON object.
    """

    code: str | None = None
    message: str | None = None
    is_json: bool = False


def read_error_body(response: Response) -> ErrorBody:
    """Read the body of an error response.

    XRPC's own form is ``{"error": …, "message": …}``. Also read are problem details (RFC 9457), OAuth's
    ``error_description``, plain text and the title or first heading of an HTML page. A member of another
    shape counts as left out.

    Args:
        response: The response, its body read.

    Raises:
        JsonError: The content type says that the body is JSON, and it isn't.
    """
    content = response.content
    kind = received_type(response.headers.get("content-type", ""))
    is_json = kind is not None and (kind == JSON or kind.endswith("+json"))
    if is_json or content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        try:
            payload = parse_json(content)
        except JsonError:
            if kind == JSON:
                raise
        else:
            return _of_payload(payload) if is_object(payload) else ErrorBody()
    if kind is None or kind.startswith("text/"):
        return ErrorBody(message=_of_text(content[:_LOOKED_AT].decode(errors="replace")))
    return ErrorBody()


def _of_payload(payload: dict[str, Any]) -> ErrorBody:
    code = payload.get("error")
    is_code = isinstance(code, str) and _CODE.fullmatch(code) is not None
    said = {name: _line(value) for name, value in payload.items() if isinstance(value, str)}
    problem = ": ".join(filter(None, (said.get("title"), said.get("detail"))))
    message = said.get("message") or said.get("error_description") or problem
    message = message or ("" if is_code else said.get("error", ""))
    return ErrorBody(code if is_code else None, message or None, is_json=True)


def _of_text(text: str) -> str | None:
    title = _TITLE.search(text)
    if title is None and text.lstrip().startswith("<"):
        return None
    if title is None:
        line = _line(text.strip().partition("\n")[0])
    else:
        from html import unescape

        line = _line(unescape(title[1]))
    # Not text, whatever the content type says.
    return None if "\ufffd" in line else line or None


def _line(text: str) -> str:
    return printable(" ".join(text[:_LOOKED_AT].split()), _TOLD)


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
            message = f"The server responded with a {status} error" + (f": {message}" if message else "")
    class_ = _CLASSES.get(status, XrpcResponseError)
    declared = method.errors.get(code)
    if declared is not None:
        class_ = _both(declared, class_)
    message = message or f"The server responded with {code} and no message"
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
