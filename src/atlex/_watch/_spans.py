"""Spans for OpenTelemetry: one for each call, and below it one for each attempt.

The only module that imports OpenTelemetry; it loads with the first ``tracer_provider``. The attributes of an
attempt are those of the semantic conventions for HTTP clients, and the method's NSID. The URL has no query
string, which may say whom somebody looks for, and no header is sent along.

Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from atlex._agent import Request, Response
from atlex._version import __version__
from atlex._watch._watcher import TracerProvider
from atlex.errors import XrpcError

__all__ = ["AttemptSpan", "CallSpan", "Spans"]

_SCHEMA: Final = "https://opentelemetry.io/schemas/1.44.0"
_NSID: Final = "atproto.nsid"


class Spans:
    """Makes the spans of calls."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer: Tracer = provider.get_tracer("atlex", __version__, _SCHEMA)

    def call(self, nsid: str) -> CallSpan:
        """Begin the span of a call, below the one that is current."""
        return CallSpan(self._tracer, nsid)


class CallSpan:
    """The span of one call, which lasts until its outcome is known."""

    def __init__(self, tracer: Tracer, nsid: str) -> None:
        self._tracer = tracer
        self._span = tracer.start_span(nsid, attributes={_NSID: nsid})

    def attempt(self, request: Request, number: int, origin: str | None) -> AttemptSpan:
        """Begin the span of an attempt, and make it the current one.

        Args:
            request: What is sent.
            number: Which attempt it is, from 1.
            origin: The URL of the server; None where it isn't known.
        """
        path = f"/xrpc/{request.nsid}"
        attributes: dict[str, str | int] = {
            _NSID: request.nsid,
            "http.request.method": request.method,
            "url.template": path,
        }
        if origin is not None:
            parts = urlsplit(origin)
            attributes["url.full"] = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}"
            attributes["server.address"] = parts.hostname or ""
            attributes["server.port"] = parts.port or (443 if parts.scheme == "https" else 80)
        if number > 1:
            attributes["http.request.resend_count"] = number - 1
        return AttemptSpan(
            self._tracer.start_span(
                f"{request.method} {path}",
                trace.set_span_in_context(self._span),
                SpanKind.CLIENT,
                attributes,
            )
        )

    def end(self, failure: BaseException | None) -> None:
        """End the span with what became of the call."""
        if failure is not None:
            _fail(self._span, _kind(failure))
        self._span.end()


class AttemptSpan:
    """The span of one attempt, current until it ends."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._token = context.attach(trace.set_span_in_context(span))

    def answered(self, response: Response) -> None:
        """End the span with a response."""
        context.detach(self._token)
        self._span.set_attribute("http.response.status_code", response.status)
        if response.is_read:
            self._span.set_attribute("http.response.body.size", len(response.content))
        if response.status >= 400:
            _fail(self._span, str(response.status))
        self._span.end()

    def failed(self, failure: BaseException) -> None:
        """End the span with what was raised in place of a response."""
        # A flow that is thrown away is closed in whatever context the garbage collector runs in.
        if not isinstance(failure, GeneratorExit):
            context.detach(self._token)
        _fail(self._span, _kind(failure))
        self._span.end()


def _kind(failure: BaseException) -> str:
    status: object = getattr(failure, "status", None)
    if status is not None:
        return str(status)
    return failure.error if isinstance(failure, XrpcError) else type(failure).__name__


def _fail(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)
