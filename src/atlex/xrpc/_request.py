"""From a method and its arguments to a request."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import quote_plus

from atlex._agent import DEFAULT_MAX_RESPONSE_SIZE, DEFAULT_TIMEOUT, Body, Headers, Request
from atlex.errors import InputError
from atlex.model import Model, UnknownInput
from atlex.xrpc._bodies import instance, write_body
from atlex.xrpc._descriptors import Method
from atlex.xrpc._media_types import HEAD_SIZE, JSON, essence, outgoing_type

__all__ = ["RESERVED_HEADERS", "build_request"]

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")

RESERVED_HEADERS: Final = frozenset(
    {"content-type", "content-length", "content-encoding", "transfer-encoding"}
)
"""Headers that describe the body, which is described from the lexicon and from the body itself."""


def build_request(
    method: Method[Any, Any, Any],
    *,
    params: Mapping[str, Any] | Model | None = None,
    input: UnknownInput | None = None,  # noqa: A002 - the lexicon's word
    data: Body | None = None,
    content_type: str | None = None,
    head: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float | None = DEFAULT_TIMEOUT,
    max_response_size: int | None = DEFAULT_MAX_RESPONSE_SIZE,
    stream: bool = False,
) -> Request:
    """Build the request that calls a method.

    Args:
        method: A query or a procedure.
        params: The parameters by their Python names, or an instance of the method's class for them.
        input: A JSON input's properties by their Python names, or an instance of the method's class for it.
        data: Any other input.
        content_type: The type of ``data``. None: the declared one; for ``*/*`` and its like what the name of a path or
            a file tells, else what the first bytes do, else ``application/octet-stream`` or ``text/plain``.
        head: The first bytes of ``data`` where it isn't bytes itself, as far as somebody has looked at them.
        headers: Headers to send.
        timeout: Seconds that each phase may take; None for no limit.
        max_response_size: The most bytes of a response that isn't read as a stream; None for no limit.
        stream: True to have the response's body read by the caller.

    Raises:
        InputError: An argument breaks the lexicon's rules, or doesn't belong to this method.
    """
    if method.kind == "subscription":
        raise InputError(f"{method.nsid} is a subscription: it can't be called")
    given = headers if isinstance(headers, Headers) else Headers(headers or ())
    if not RESERVED_HEADERS.isdisjoint(given):
        name = min(RESERVED_HEADERS.intersection(given))
        raise InputError(f"The header {name!r} follows from the method and its input: it can't be set")
    body, body_type = _body(method, input, data, content_type, head)
    return Request(
        method="POST" if method.kind == "procedure" else "GET",
        nsid=method.nsid,
        query=_query(method, params),
        headers=given.merged(_derived(body_type, method.output_encoding)),
        body=body,
        timeout=timeout,
        max_response_size=max_response_size,
        stream=stream,
    )


@lru_cache(maxsize=256)
def _derived(body_type: str | None, output_encoding: str | None) -> Headers:
    pairs = (("content-type", body_type), ("accept", output_encoding))
    headers = Headers([(name, value) for name, value in pairs if value is not None])
    headers.check()
    return headers


def _query(method: Method[Any, Any, Any], params: Mapping[str, Any] | Model | None) -> str:
    type_ = method.params
    if type_ is None:
        if params is None or params == {}:
            return ""
        raise InputError(f"{method.nsid} takes no parameters")
    values = instance(type_, {} if params is None else params, "parameters").to_wire()
    pairs: list[str] = []
    try:
        for name, value in values.items():
            items = cast("list[object]", value) if isinstance(value, list) else (value,)
            pairs += [f"{_quoted(name)}={_quoted(_text(name, item))}" for item in items]
    except UnicodeEncodeError as error:
        raise InputError("A parameter holds a lone surrogate, which UTF-8 can't write") from error
    return "&".join(pairs)


def _quoted(text: str) -> str:
    # Most are plain, and quote_plus() takes three calls to find that out.
    return text if _PLAIN.fullmatch(text) else quote_plus(text)


def _text(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | str():
            return str(value)
        case _:
            raise InputError(f"{name}: a value of type {type(value).__name__} can't be a parameter")


def _body(
    method: Method[Any, Any, Any],
    input: UnknownInput | None,  # noqa: A002 - the lexicon's word
    data: Body | None,
    content_type: str | None,
    head: bytes,
) -> tuple[Body | None, str | None]:
    declared = method.input_encoding
    if declared is None:
        if input is not None or data is not None or content_type is not None:
            raise InputError(f"{method.nsid} takes no input")
        return None, None
    type_ = cast("Any", method.input)
    if essence(declared) == JSON and type_ not in {None, bytes}:
        if data is not None:
            raise InputError(f"{method.nsid} takes JSON: give it as input, not as data")
        return write_body(type_, {} if input is None else input), outgoing_type(declared, content_type, None)
    if input is not None:
        raise InputError(f"{method.nsid} takes {declared}: give it as data, not as input")
    if data is None:
        raise InputError(f"{method.nsid} needs a body: data is missing")
    body = _data(data)
    first = body[:HEAD_SIZE] if isinstance(body, bytes) else head
    return body, outgoing_type(declared, content_type, body, first)


def _data(data: object) -> Body:
    kind = type(data).__name__
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(cast("bytes", data))
    if isinstance(data, str | Mapping) or not isinstance(data, os.PathLike | Iterable | AsyncIterable):
        hint = ": a file is given as Path(…), a text as bytes" if isinstance(data, str) else ""
        raise InputError(
            f"data must be bytes, a path, a binary file or an iterable of bytes, not {kind}{hint}"
        )
    return cast("Body", data)
