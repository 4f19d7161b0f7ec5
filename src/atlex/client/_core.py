"""The calls of a client, without I/O: what to send, what to wait for, how to read the response."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from atlex._agent import DEADLINE_PASSED, Agent, AsyncAgent, Body, Headers, Request, Response
from atlex._effects import Block, Close, Flow, Read, Send, Sleep
from atlex._lazy import lazy_module
from atlex._options import TEXT, check_options
from atlex._service_url import check_service_url
from atlex._upload import peek
from atlex._watch._watcher import logger
from atlex.client._options import AsyncCallOptions, CallOptions, Options
from atlex.errors import InputError, XrpcError, XrpcFetchError, XrpcInternalError
from atlex.model import Model, UnknownInput
from atlex.xrpc import (
    HEAD_SIZE,
    Method,
    XrpcResponse,
    build_request,
    check_response,
    needs_head,
    read_response,
    retry_delay,
)

if TYPE_CHECKING:
    from atlex._pace import _pacer
    from atlex._watch import _flow
else:
    # They load with the first call that waits for room, or that somebody watches.
    _pacer = lazy_module("atlex._pace._pacer", None)
    _flow = lazy_module("atlex._watch._flow", None)

__all__ = ["Call", "Core", "Methods", "Proxies", "check_method"]

MethodT = TypeVar("MethodT", bound=Method[Any, Any, Any])
OutputT = TypeVar("OutputT")
T = TypeVar("T")

Methods: TypeAlias = Mapping[str, Callable[[], Method[Any, Any, Any]]]
"""Methods by their NSIDs, each loaded when it is asked for."""

Proxies: TypeAlias = Mapping[str, str]
"""Services that methods go to where no proxy is given, by namespace: ``did#service_id``."""


@dataclass(slots=True, kw_only=True)
class Call:
    """The arguments of a call, beside its method."""

    params: Mapping[str, Any] | Model | None = None
    input: UnknownInput | None = None
    data: Body | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Core:
    """The part of a client that both of its twins share.

    Attributes:
        agent: What the client sends through.
        options: What the client adds to every call.
        methods: The descriptors that a generated package has of the methods that record and blob calls are
            made of. Their errors are raised instead of the runtime's own.
        proxies: The services that a generated package names for its namespaces.
        clock: Gives the moments that deadlines are made of.
    """

    agent: Agent | AsyncAgent
    options: Options
    methods: Methods
    proxies: Proxies
    clock: Callable[[], float]

    def with_options(self, changes: CallOptions | AsyncCallOptions, *, asynchronous: bool) -> Core:
        """The same with other options."""
        return replace(self, options=Options(changes, self.options, asynchronous=asynchronous))

    @property
    def did(self) -> str | None:
        """The DID of the account that the client speaks for, or None."""
        return self.agent.did

    def assert_did(self) -> str:
        """The DID of the account that the client speaks for.

        Raises:
            XrpcInternalError: The client has no session.
        """
        did = self.did
        if did is None:
            raise XrpcInternalError(
                "The client isn't authenticated: make it of a session, Client(session), for calls of an account"
            )
        return did

    def repo(self, repo: str | None) -> str:
        """The repository named, or the account's own."""
        return self.assert_did() if repo is None else repo

    def declared(self, method: MethodT) -> MethodT:
        """A method as the generated package has it, with its errors, or as it is given."""
        load = self.methods.get(method.nsid)
        return method if load is None else cast("MethodT", load())

    def call(self, method: Method[Any, Any, OutputT], call: Call) -> Flow[XrpcResponse[OutputT]]:
        """Make a call and read the response."""
        head = b"" if call.data is None else (yield from _head(method, call))
        request = self._request(method, call, self.options.headers_for(method.nsid, self.proxies), head)
        return (yield from self._attempts(method, request, self._read))

    def open(self, method: Method[Any, Any, Any], call: Call) -> Flow[Response]:
        """Make a call and give the response, its body still to be read."""
        check_method(method)
        headers = self.options.headers_for(method.nsid, self.proxies)
        head = b"" if call.data is None else (yield from _head(method, call))
        request = self._request(method, call, headers, head, stream=True)
        return (yield from self._attempts(method, request, lambda _, response: response))

    def call_repo(
        self,
        method: Method[Any, Any, OutputT],
        *,
        params: Mapping[str, Any] | None = None,
        input: UnknownInput | None = None,  # noqa: A002 - the lexicon's word
    ) -> Flow[XrpcResponse[OutputT]]:
        """Make a record call, which ignores the client's proxy and labelers."""
        request = self._request(method, Call(params=params, input=input), self.options.repo_headers)
        return (yield from self._attempts(method, request, self._read_repo))

    def _read(self, method: Method[Any, Any, OutputT], response: Response) -> XrpcResponse[OutputT]:
        return read_response(method, response, validation=self.options.validation)

    def _read_repo(self, method: Method[Any, Any, OutputT], response: Response) -> XrpcResponse[OutputT]:
        # Only an error is worth loading a module for.
        if response.status >= 400 and (declared := self.methods.get(method.nsid)) is not None:
            check_response(declared(), response)
        return self._read(method, response)

    def _request(
        self,
        method: Method[Any, Any, Any],
        call: Call,
        headers: Headers,
        head: bytes = b"",
        *,
        stream: bool = False,
    ) -> Request:
        return build_request(
            method,
            params=call.params,
            input=call.input,
            data=call.data,
            content_type=call.content_type,
            head=head,
            headers=headers,
            timeout=self.options.timeout,
            max_response_size=self.options.max_response_size,
            stream=stream,
        )

    def _attempts(
        self,
        method: Method[Any, Any, Any],
        request: Request,
        read: Callable[[Method[Any, Any, Any], Response], T],
    ) -> Flow[T]:
        flow = self._tries(method, request, read)
        if self.options.pace:
            pacer = _pacer.pacer_of(self.agent, asynchronous=self.options.asynchronous)
            flow = pacer.paced(flow, clock=self.clock)
        watcher = self.options.watcher
        if watcher is None and not logger.isEnabledFor(logging.INFO):
            return flow
        return _flow.watch(flow, watcher, method.nsid, clock=self.clock, origin=self._origin)

    def _origin(self) -> str | None:
        """The URL of the server, for agents that tell it: sessions, and agents for one service."""
        told = getattr(self.agent, "_origin", None)
        origin: Any = told() if callable(told) else getattr(self.agent, "service", None)
        try:
            # A user's own agent may have anything there, a password as well.
            return check_service_url(origin)
        except InputError:
            return None

    def _tries(
        self,
        method: Method[Any, Any, Any],
        request: Request,
        read: Callable[[Method[Any, Any, Any], Response], T],
    ) -> Flow[T]:
        deadline = None if self.options.deadline is None else self.clock() + self.options.deadline
        attempt = 0
        while True:
            attempt += 1
            try:
                response: Response = yield Send(
                    request if deadline is None else self._bounded(request, deadline)
                )
                if request.stream:
                    yield from _check_stream(method, response)
                return read(method, response)
            except XrpcError as failure:
                # A user's own agent may have left it out.
                failure.method = failure.method or method.nsid
                delay = retry_delay(method, request, failure, attempt, retries=self.options.retries)
                if delay is None or (deadline is not None and self.clock() + delay >= deadline):
                    raise
            yield Sleep(delay)

    def _bounded(self, request: Request, deadline: float) -> Request:
        """The request with what the deadline leaves of its timeout."""
        left = deadline - self.clock()
        if left <= 0:
            raise XrpcFetchError(DEADLINE_PASSED, method=request.nsid, error="Timeout", sent=False)
        timeout = left if request.timeout is None else min(request.timeout, left)
        return replace(request, timeout=timeout, deadline=deadline)


def check_method(method: object) -> None:
    """Refuse what isn't a method, such as its NSID or its module.

    Raises:
        InputError: It isn't one.
    """
    if not isinstance(method, Method):
        raise InputError(
            "A call needs the METHOD of a method's module, such as app.bsky.feed.get_timeline.METHOD, "
            f"not a value of type {type(method).__name__}"
        )


def _head(method: Method[Any, Any, Any], call: Call) -> Flow[bytes]:
    """The first bytes of what is to be sent, where only they can tell its type."""
    check_options({"content_type": call.content_type}, {"content_type": TEXT})
    if needs_head(method.input_encoding, call.content_type, call.data):
        head: bytes = yield Block(partial(peek, call.data, HEAD_SIZE))
        return head
    return b""


def _check_stream(method: Method[Any, Any, Any], response: Response) -> Flow[None]:
    try:
        if not 200 <= response.status < 300:
            yield Read(response)
        check_response(method, response)
    except XrpcError:
        yield Close(response)
        raise
