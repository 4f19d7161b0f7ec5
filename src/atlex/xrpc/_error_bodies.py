"""What the body of an error response says, whoever wrote it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Final, NamedTuple

from atlex._agent import Response
from atlex._printable import printable
from atlex.data import JsonError, is_object, parse_json
from atlex.xrpc._media_types import JSON, received_type

__all__ = ["ErrorBody", "read_error_body"]

_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TITLE: Final = re.compile(r"<(?:title|h1)\b[^>]{0,100}>([^<]*)", re.IGNORECASE)
# How much of a text is looked at, and how much of it is told.
_LOOKED_AT: Final = 4096
_TOLD: Final = 500


class ErrorBody(NamedTuple):
    """What an error response says.

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

    XRPC's own form is ``{"error": …, "message": …}``. Others count as far as they say something: problem details (RFC
    9457), OAuth's ``error_description``, plain text and the title or first heading of an HTML page. A member of another shape counts
    as left out.

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
    line = _line(text.strip().partition("\n")[0] if title is None else unescape(title[1]))
    # Not text, whatever the content type says.
    return None if "\ufffd" in line else line or None


def _line(text: str) -> str:
    return printable(" ".join(text[:_LOOKED_AT].split()), _TOLD)
