"""Watching one call: the effects of its flow pass through here on their way to the driver."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

from atlex._agent import Request, Response
from atlex._effects import Send, Sleep, Wait
from atlex._watch._events import RequestEvent, ResponseEvent, RetryEvent, WaitEvent
from atlex._watch._watcher import NOBODY, Watcher, current_watcher, logger
from atlex.data import JsonError
from atlex.errors import XrpcError
from atlex.xrpc import read_error_body

if TYPE_CHECKING:
    from atlex._watch._spans import CallSpan

__all__ = ["watch"]

T = TypeVar("T")


def watch(
    flow: Generator[Any, Any, T],
    watcher: Watcher | None,
    nsid: str,
    *,
    clock: Callable[[], float],
    origin: Callable[[], str | None],
) -> Generator[Any, Any, T]:
    """A flow that does what another does, and tells of it.

    Args:
        flow: The call, not begun yet. Its `Send` effects are its attempts, its `Sleep` effects the waits
            before another.
        watcher: The hooks and the tracer to tell, beside the logger; None for none.
        nsid: The NSID of the method called.
        clock: Gives the moments, in seconds, that durations are made of.
        origin: Gives the URL of the server, or None where it isn't known.
    """
    return _Watch(watcher or NOBODY, nsid, clock, origin).run(flow)


class _Watch:
    def __init__(
        self, watcher: Watcher, nsid: str, clock: Callable[[], float], origin: Callable[[], str | None]
    ) -> None:
        self._watcher = watcher
        self._nsid = nsid
        self._clock = clock
        self._origin = origin
        self._attempt = 0
        self._last: ResponseEvent | None = None

    def run(self, flow: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        began = self._clock()
        spans = self._watcher.spans
        span = None if spans is None else spans.call(self._nsid)
        try:
            value = yield from self._relay(flow, span)
        except BaseException as failure:
            self._end(span, failure, began)
            raise
        self._end(span, None, began)
        return value

    def _relay(self, flow: Generator[Any, Any, T], span: CallSpan | None) -> Generator[Any, Any, T]:
        try:
            effect = next(flow)
            while True:
                try:
                    if isinstance(effect, Send):
                        result: object = yield from self._exchange(effect, span)
                    else:
                        if isinstance(effect, Sleep):
                            yield from self._retry(effect.seconds)
                        elif isinstance(effect, Wait) and effect.is_first:
                            yield from self._wait(effect)
                        result = yield effect
                except BaseException as error:  # noqa: BLE001 - the call decides
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as end:
            value: T = end.value
            return value

    def _exchange(self, send: Send, span: CallSpan | None) -> Generator[Any, Any, Response]:
        request = send.request
        self._attempt += 1
        yield from self._watcher.tell(
            RequestEvent(nsid=self._nsid, attempt=self._attempt, method=request.method, size=_size(request))
        )
        began = self._clock()
        try:
            response = yield from self._sent(send, span)
        except XrpcError as failure:
            status: int | None = getattr(failure, "status", None)
            yield from self._outcome(began, status, failure.error)
            raise
        yield from self._outcome(
            began, response.status, _code(response), len(response.content) if response.is_read else None
        )
        return response

    def _sent(self, send: Send, span: CallSpan | None) -> Generator[Any, Any, Response]:
        attempt = None if span is None else span.attempt(send.request, self._attempt, self._origin())
        before = current_watcher.get()
        current_watcher.set(self._watcher)
        try:
            response: Response = yield send
        except BaseException as error:
            if attempt is not None:
                attempt.failed(error)
            raise
        finally:
            # Not by a token, which only the context that it was made in takes back.
            current_watcher.set(before)
        if attempt is not None:
            attempt.answered(response)
        return response

    def _outcome(
        self, began: float, status: int | None, error: str | None, size: int | None = None
    ) -> Generator[Any, Any, None]:
        seconds = self._clock() - began
        self._last = ResponseEvent(
            nsid=self._nsid, attempt=self._attempt, status=status, error=error, seconds=seconds, size=size
        )
        yield from self._watcher.tell(self._last)

    def _retry(self, seconds: float) -> Generator[Any, Any, None]:
        last = self._last
        status, error = (None, None) if last is None else (last.status, last.error)
        logger.debug(
            "%s: attempt %d failed (%s), the next is in %.3f s",
            self._nsid,
            self._attempt,
            _words(status, error),
            seconds,
        )
        yield from self._watcher.tell(
            RetryEvent(nsid=self._nsid, attempt=self._attempt, status=status, error=error, seconds=seconds)
        )

    def _wait(self, wait: Wait) -> Generator[Any, Any, None]:
        logger.debug("%s: waiting for the rate limit, %.3f s at the most", self._nsid, wait.seconds)
        yield from self._watcher.tell(
            WaitEvent(
                nsid=self._nsid,
                attempt=self._attempt + 1,
                seconds=wait.seconds,
                limit=wait.limit,
                window=wait.window,
            )
        )

    def _end(self, span: CallSpan | None, failure: BaseException | None, began: float) -> None:
        if span is not None:
            span.end(failure)
        last = self._last
        if isinstance(failure, XrpcError):
            outcome = _words(getattr(failure, "status", None), failure.error)
        elif failure is not None or last is None:
            outcome = type(failure).__name__
        else:
            outcome = _words(last.status, None) + ("" if last.size is None else f", {last.size} bytes")
        attempts = "" if self._attempt == 1 else f", {self._attempt} attempts"
        logger.info("%s: %s in %.3f s%s", self._nsid, outcome, self._clock() - began, attempts)


def _size(request: Request) -> int | None:
    if request.body is None:
        return 0
    return len(request.body) if isinstance(request.body, bytes) else None


def _code(response: Response) -> str | None:
    if response.status < 400 or not response.is_read:
        return None
    try:
        return read_error_body(response).code
    except JsonError:
        return None


def _words(status: int | None, error: str | None) -> str:
    return " ".join(str(part) for part in (status, error) if part is not None)
