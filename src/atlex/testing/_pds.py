"""The server as tests see it."""

from __future__ import annotations

import contextlib
import inspect
import time
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, cast

from atlex._lazy import lazy_module
from atlex.errors import InputError
from atlex.lexicon import DefId, Lexicons, Procedure, Query
from atlex.testing._accounts import Account, Accounts
from atlex.testing._bluesky import World, bluesky_methods
from atlex.testing._chat import ChatMethods
from atlex.testing._clock import Clock, Dice
from atlex.testing._documents import LexiconSource, find_lexicons
from atlex.testing._faults import Moment, Plan
from atlex.testing._methods import Auth, Handler, Registered, State
from atlex.testing._repo_methods import RepoMethods
from atlex.testing._server import Server
from atlex.testing._server_methods import ServerMethods
from atlex.testing._sessions import Sessions
from atlex.testing._sync_methods import SyncMethods
from atlex.testing._video import VideoMethods
from atlex.testing._wire import Drop, LoggedRequest, PdsError, PdsFault, WireResponse, error_response

if TYPE_CHECKING:
    import httpx

    from atlex.testing import _transport
else:
    # Both load httpx, which a server that is served by itself doesn't need.
    httpx = lazy_module("httpx", None)
    _transport = lazy_module("atlex.testing._transport", None)

__all__ = ["FakePds"]

_HandlerT = TypeVar("_HandlerT", bound=Handler)


class FakePds:
    """An AT Protocol server in this process, for tests: a PDS with an app view, chat and a video service.

    It has two faces, which share everything: `transport`, for httpx clients, without a network; and `serve()`, real
    HTTP on a loopback port. It knows accounts, sessions, records, blobs, handles, and the methods of the app;
    others can be added. Status and error codes are those of the protocol's own server. Requests and its own responses
    are checked against the Lexicon documents.

        with FakePds() as pds:
            alice = pds.create_account("alice.test", "password")
            with PasswordSession.login(
                pds.url, identifier="alice.test", password="password", http_client=pds.client()
            ) as session:
                ...

    It can be used from any number of threads and tasks at once. Nothing needs closing, but leaving a ``with`` block
    calls `check`.

    Args:
        lexicons: Lexicon documents: an iterable of them (parsed, JSON values or JSON text), `Lexicons`, the path of a
            folder, or a generated package (the module). They come before the official ones, which the server takes
            from the package ``atlex_sdk``. None for the official ones alone.
        strict_refresh: Whether a refresh token can be used only once. Otherwise it is good for two more hours after
            its first use and leads to the same successor, as on the real server.
        clock: Gives the time, in seconds since 1970.
        sleep: Waits out the delays of `delay_next`, where the client is synchronous or on the loopback port.
        async_sleep: The same for asynchronous clients; None for anyio's.
        access_token_life: Whole seconds that an access token is good for.
        refresh_token_life: Whole seconds that a refresh token is good for.
        hostname: The name of the server: its DID is ``did:web:`` with it, and `url` is ``https://`` with it.
        user_domains: The domains below which strangers can take handles, each with its leading dot.
        blob_limit: How many bytes an uploaded blob may have.
        video_part_size: How many bytes each part of a video has in an upload in parts.
        headers: Headers of every response, such as those of a rate limit.
        seed: Decides, with the host name, on DIDs, keys and tokens: equal servers that get equal requests give equal
            responses.

    Raises:
        LexiconError: There are no documents, or they are broken.
    """

    def __init__(
        self,
        lexicons: LexiconSource | None = None,
        *,
        strict_refresh: bool = False,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        async_sleep: Callable[[float], Awaitable[object]] | None = None,
        access_token_life: float = 7200.0,
        refresh_token_life: float = 90 * 86400.0,
        hostname: str = "pds.test",
        user_domains: Iterable[str] = (".test",),
        blob_limit: int = 5 * 1024 * 1024,
        video_part_size: int = 5 * 1024 * 1024,
        headers: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        dice = Dice(f"{hostname} {seed}")
        own_clock = Clock(clock, dice.clock_id())
        service_did = f"did:web:{hostname}"
        domains = tuple(user_domains)
        world = World()
        self._hostname = hostname
        self._sleep = sleep
        self._async_sleep = async_sleep
        self._loopback_urls: list[str] = []
        self._state = State(
            lexicons=find_lexicons(lexicons),
            clock=own_clock,
            dice=dice,
            accounts=Accounts(own_clock, dice, domains, world.changed),
            sessions=Sessions(
                clock=own_clock,
                dice=dice,
                audience=service_did,
                access_life=access_token_life,
                refresh_life=refresh_token_life,
                strict=strict_refresh,
            ),
            service_did=service_did,
            user_domains=domains,
            blob_limit=blob_limit,
            url=lambda: self.url,
        )
        self._server_methods = ServerMethods(self._state)
        self._video = VideoMethods(self._state, video_part_size)
        areas = (
            self._server_methods,
            RepoMethods(self._state),
            SyncMethods(self._state),
            *bluesky_methods(self._state, world),
            ChatMethods(self._state, world),
            self._video,
        )
        methods = {nsid: method for area in areas for nsid, method in area.table().items()}
        self._server = Server(self._state, methods, headers or {})

    def __repr__(self) -> str:
        return f"<FakePds {self.url}>"

    # Faces

    @property
    def url(self) -> str:
        """Where the server is: the loopback address while it serves on one, else ``https://`` and its host name.

        DID documents name it.
        """
        return self._loopback_urls[-1] if self._loopback_urls else f"https://{self._hostname}"

    @property
    def did(self) -> str:
        """The server's own DID."""
        return self._state.service_did

    @property
    def lexicons(self) -> Lexicons:
        """The documents that the server goes by."""
        return self._state.lexicons

    @cached_property
    def transport(self) -> _transport.PdsTransport:
        """A transport for ``httpx.Client`` and for ``httpx.AsyncClient``, which answers for every host.

        A request whose connection is dropped raises ``httpx.ConnectError`` or ``httpx.ReadError``; a delay beyond the
        client's own read timeout raises ``httpx.ReadTimeout``.
        """
        return _transport.PdsTransport(self._server, self._sleep, self._async_sleep or _anyio_sleep)

    def client(self) -> httpx.Client:
        """A new ``httpx.Client`` on `transport`; whoever asks for it closes it."""
        return httpx.Client(transport=self.transport, base_url=self.url)

    def async_client(self) -> httpx.AsyncClient:
        """A new ``httpx.AsyncClient`` on `transport`; whoever asks for it closes it."""
        return httpx.AsyncClient(transport=self.transport, base_url=self.url)

    @contextlib.contextmanager
    def serve(self, port: int = 0) -> Generator[str]:
        """Serve HTTP on a loopback port while the block lasts, and give the URL.

        Leaving the block ends all connections, and calls `check`.

        Args:
            port: The port; 0 for any that is free.

        Raises:
            PdsFault: See `check`.
        """
        from atlex.testing._loopback import serving

        with self, serving(self._server, self._sleep, port=port) as url:
            self._loopback_urls.append(url)
            try:
                yield url
            finally:
                self._loopback_urls.remove(url)

    # What happened

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """Every request so far, in the order of the responses."""
        return self._server.requests

    def count(self, nsid: str | None = None, *, status: int | None = None) -> int:
        """How many requests there were.

        Args:
            nsid: Counts only those for this method.
            status: Counts only those with a response of this status.
        """
        return sum(
            nsid in {None, entry.nsid} and status in {None, entry.status} for entry in self._server.requests
        )

    @property
    def faults_found(self) -> tuple[PdsFault, ...]:
        """What the server or an added handler did that it mustn't: see `PdsFault`. Each was answered with 500."""
        return self._server.faults

    def check(self) -> None:
        """Make sure that the server itself did nothing wrong.

        Raises:
            PdsFault: The first of `faults_found`; the others are its notes.
        """
        first, *others = self._server.faults or (None,)
        if first is not None:
            for other in others:
                first.add_note(f"and {other}")
            raise first

    def forget(self) -> None:
        """Empty `requests` and `faults_found`; accounts, records and sessions stay."""
        self._server.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.check()
        elif not isinstance(error, PdsFault):
            # The block's own error wins, but it may well have come from these.
            for fault in self._server.faults:
                error.add_note(f"The test server was at fault: {fault}")

    # Accounts

    def create_account(
        self,
        handle: str,
        password: str | None = "password",  # noqa: S107 - a password for accounts that guard nothing
        *,
        email: str | None = None,
        did: str | None = None,
        auth_factor: str | None = None,
        takendown: bool = False,
        deactivated: bool = False,
    ) -> Account:
        """Make an account, without the rules for strangers.

        Args:
            handle: Any valid handle.
            password: Its password; None for an account that nobody can log in to.
            email: Its e-mail address, which logs in too.
            did: Its DID, such as that of an account elsewhere; None for a new one.
            auth_factor: The code that a login needs besides the password.
            takendown: Whether it is taken down from the start.
            deactivated: Whether it is deactivated from the start.

        Raises:
            PdsError: The handle, the DID or the e-mail address isn't valid, or is taken.
        """
        with self._server.lock:
            return self._state.accounts.create(
                handle,
                password,
                email=email,
                did=did,
                auth_factor=auth_factor,
                takendown=takendown,
                deactivated=deactivated,
            )

    def account(self, identifier: str) -> Account:
        """The account with this handle or DID.

        Raises:
            PdsError: There is none.
        """
        with self._server.lock:
            return self._state.usable(identifier, active=False)

    def create_session(self, identifier: str) -> dict[str, Any]:
        """Log in without a password.

        Args:
            identifier: The account's handle or DID.

        Returns:
            The session as ``com.atproto.server.createSession`` returns it.

        Raises:
            PdsError: There is no such account.
        """
        with self._server.lock:
            return self._server_methods.session(self.account(identifier))

    def take_down(self, identifier: str, *, takendown: bool = True) -> None:
        """Take an account down, which ends its sessions, or bring it back.

        Args:
            identifier: The account's handle or DID.
            takendown: False to bring it back.

        Raises:
            PdsError: There is no such account.
        """
        with self._server.lock:
            account = self.account(identifier)
            account.takendown = takendown
            if takendown:
                self._state.sessions.revoke_all(account.did)

    def add_handle(self, handle: str, did: str) -> None:
        """Let the server resolve the handle of an account that is elsewhere.

        Raises:
            PdsError: The handle isn't valid.
        """
        with self._server.lock:
            self._state.accounts.add_handle(handle, did)

    @property
    def send_did_documents(self) -> bool:
        """Whether sessions come with a DID document, which real servers may leave out. It can be set."""
        return self._state.send_did_documents

    @send_did_documents.setter
    def send_did_documents(self, value: bool) -> None:
        self._state.send_did_documents = value

    # Methods

    @property
    def methods(self) -> Mapping[str, str]:
        """What it answers: by NSID, the first line of each handler's docstring."""
        with self._server.lock:
            handlers = {nsid: registered.handler for nsid, registered in self._server.methods.items()}
        return {
            nsid: (inspect.getdoc(handler) or "").partition("\n")[0] for nsid, handler in handlers.items()
        }

    def add(self, nsid: str, handler: Handler, *, auth: bool | Literal["optional"] = False) -> None:
        """Add a method, or put another handler in the place of a method's own.

        The handler gets a `Call`. It returns a JSON value, bytes (of the MIME type that the document says), a
        pair of bytes and their MIME type, or None for no body; or it raises `PdsError`. Several threads may be in it
        at once.

        Args:
            nsid: The method's NSID; there must be a document for it.
            handler: Handles the calls.
            auth: Whether the call needs an access token: True, False, or ``"optional"``.

        Raises:
            InputError: There is no document for this method.
        """
        if not isinstance(self._state.lexicons.find(DefId(nsid)), Query | Procedure):
            raise InputError(f"There is no document for a query or procedure {nsid!r}: give it in lexicons=…")
        wanted: Auth = "optional" if auth == "optional" else "access" if auth else "none"
        with self._server.lock:
            self._server.methods[nsid] = Registered(
                handler=handler, auth=wanted, json_limit=None, locked=False
            )

    def method(
        self, nsid: str, *, auth: bool | Literal["optional"] = False
    ) -> Callable[[_HandlerT], _HandlerT]:
        """`add` as a decorator."""

        def register(handler: _HandlerT) -> _HandlerT:
            self.add(nsid, handler, auth=auth)
            return handler

        return register

    def limit_rate(self, limit: int, window: int, *, points: Mapping[str, int] | None = None) -> None:
        """Limit requests from now on, with the headers and the error 429 of the protocol's own server.

        Several limits count side by side; a response tells of the one that has least left.

        Args:
            limit: How many points a window has.
            window: Its whole seconds, by the server's clock; it begins with the first request in it.
            points: What a request takes, by NSID; other methods aren't counted. None: every request takes one.

        Raises:
            InputError: A number isn't a whole one above 0.
        """
        for number in (limit, window, *(points or {}).values()):
            if not isinstance(cast("object", number), int) or number < 1:
                raise InputError("limit, window and points must be whole numbers above 0")
        with self._server.lock:
            self._server.limiter.add(limit, window, points)

    # Faults on demand

    def expire_access_tokens(self, identifier: str | None = None) -> None:
        """Make all access tokens so far expired ones.

        Args:
            identifier: Only those of the account with this handle or DID.

        Raises:
            PdsError: There is no such account.
        """
        with self._server.lock:
            self._state.sessions.expire_access_tokens(self._did_of(identifier))

    def revoke_refresh_tokens(self, identifier: str | None = None) -> None:
        """Revoke all refresh tokens so far, which ends the sessions.

        Args:
            identifier: Only those of the account with this handle or DID.

        Raises:
            PdsError: There is no such account.
        """
        with self._server.lock:
            self._state.sessions.revoke_all(self._did_of(identifier))

    def fail_next(
        self,
        nsid: str | None = None,
        *,
        status: int = 500,
        error: str | None = None,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
        when: Moment = "before",
        times: int = 1,
    ) -> None:
        """Answer the next request with an error.

        Plans are used up in the order in which they were made, one fault and one delay a request.

        Args:
            nsid: The method that it is meant for; None for whatever comes next.
            status: The HTTP status.
            error: The error code; None for the status's own.
            message: The message; None for the status's own.
            headers: Headers of the response, such as ``retry-after``.
            when: ``before`` the request takes effect, or ``after``.
            times: How many requests it is for.
        """
        response = error_response(PdsError(status, error, message, headers=headers))
        self._plan(Plan(nsid=nsid, when=when, result=response), times)

    def answer_next(
        self,
        nsid: str | None = None,
        *,
        body: bytes,
        content_type: str | None = "application/json",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        when: Moment = "before",
        times: int = 1,
    ) -> None:
        """Answer the next request with anything at all, which isn't checked.

        Args:
            nsid: As for `fail_next`.
            body: The body.
            content_type: Its type; None for a response that doesn't say.
            status: The HTTP status.
            headers: Further headers. A ``content-length`` above the body's own breaks the connection after it.
            when: As for `fail_next`.
            times: As for `fail_next`.
        """
        typed = {} if content_type is None else {"content-type": content_type}
        response = WireResponse(status=status, headers={**typed, **(headers or {})}, body=body)
        self._plan(Plan(nsid=nsid, when=when, result=response), times)

    def drop_next(self, nsid: str | None = None, *, when: Moment = "before", times: int = 1) -> None:
        """Break the connection instead of answering the next request; the arguments are those of `fail_next`."""
        self._plan(Plan(nsid=nsid, when=when, result=Drop(when)), times)

    def delay_next(
        self, nsid: str | None, seconds: float, *, when: Moment = "before", times: int = 1
    ) -> None:
        """Make the next request wait some seconds; the other arguments are those of `fail_next`."""
        self._plan(Plan(nsid=nsid, when=when, delay=seconds), times)

    def fail_next_video(self, message: str, *, code: str = "encoding_failure") -> None:
        """Let the video service's next job fail in the end.

        Args:
            message: The reason, as the job's ``error`` and ``message``.
            code: The job's ``failureCode``.
        """
        with self._server.lock:
            self._video.fail_next(message, code)

    @property
    def planned(self) -> int:
        """How many plans haven't met their request yet."""
        with self._server.lock:
            return len(self._server.plans)

    def clear_plans(self) -> None:
        """Forget the plans that haven't met their request yet."""
        with self._server.lock:
            self._server.plans.clear()

    def _plan(self, plan: Plan, times: int) -> None:
        with self._server.lock:
            self._server.plans += [plan] * times

    def _did_of(self, identifier: str | None) -> str | None:
        return None if identifier is None else self.account(identifier).did


async def _anyio_sleep(seconds: float) -> None:
    import anyio

    await anyio.sleep(seconds)
