# Made from _async.py by tools/unasync.py: change that file, and run the tool.
"""The base of generated synchronous clients."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, ParamSpec, Self, TypeVar, Unpack

from atlex._agent import Agent, Response, SyncBody, check_agent
from atlex._effects import Block, Close, Effect, Flow, Hook, Read, Send, Sleep, Wait, drive
from atlex._http import HttpClient, Transport
from atlex._lazy import lazy_module
from atlex._noncopyable import NonCopyable
from atlex._options import FUNCTION, check_options
from atlex._watch._watcher import TracerProvider
from atlex.client._core import Call, Core, Methods, Proxies, check_method
from atlex.client._joined import Joined, gathered, joined_class
from atlex.client._options import CallOptions, Options
from atlex.client._sync_agent import ServiceAgent
from atlex.data import OMIT, Omit
from atlex.errors import InputError
from atlex.model import Model, UnknownInput, Validation
from atlex.xrpc import HttpMethod, Query, XrpcResponse

if TYPE_CHECKING:
    from atlex import identity as _identity
    from atlex._watch import _events
    from atlex.client import _blobs, _downloads, _results, _sync_pages, _writes
else:
    # They load with the first call that needs them.
    _sync_pages = lazy_module("atlex.client._sync_pages", None)
    _blobs = lazy_module("atlex.client._blobs", None)
    _downloads = lazy_module("atlex.client._downloads", None)
    _events = lazy_module("atlex._watch._events", None)
    _identity = lazy_module("atlex.identity", None)
    _results = lazy_module("atlex.client._results", None)
    _writes = lazy_module("atlex.client._writes", None)

__all__ = ["BaseClient", "ClientOptions", "Namespace"]

# In place of Self, which jedi doesn't know.
ClientT = TypeVar("ClientT", bound="BaseClient")
OutputT = TypeVar("OutputT")
P = ParamSpec("P")
T = TypeVar("T")


class ClientOptions(CallOptions, total=False):
    """The options of a synchronous client."""

    transport: Transport | None
    http_client: HttpClient | None


class BaseClient(Joined, NonCopyable):
    """The base of a generated client, which sends through an agent: a session, or a server by itself."""

    lex_methods: ClassVar[Methods] = {}
    """Descriptors of the methods that record and blob calls are made of, from the generated package's own
    documents. The errors that they declare are raised in place of the runtime's.
    """

    lex_proxies: ClassVar[Proxies] = {}
    """The services that methods go to without a ``proxy``, by namespace, from the generated package. A subclass's are
    put before those of its bases.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.lex_methods = gathered(cls, "lex_methods")
        cls.lex_proxies = gathered(cls, "lex_proxies")

    @classmethod
    def combine(cls, *others: type[BaseClient]) -> type[Self]:
        """Make a class of clients that has the namespaces of several packages.

        Namespaces of one name are joined: with ``com.acme`` here and ``com.example`` there, ``com`` has both. Type
        checkers see the namespaces of this class; they see all in a package that is built on the others
        (``atlex build --base``), and in ``class Client(one.Client, other.Client)`` where the packages have
        no namespace of one name.

        Args:
            others: The classes of the other packages. Where two have the same method, the first counts.
        """
        return joined_class((cls, *others))

    @classmethod
    def for_account(
        cls: type[ClientT],
        account: str,
        *,
        resolver: _identity.IdentityResolver | None = None,
        **options: Unpack[ClientOptions],
    ) -> ClientT:
        """Make a client for the server that an account is at, for calls without authentication.

        It takes the extra ``atlex[identity]``; docs/identity.md has how accounts are found.

        Args:
            account: The account's handle or DID.
            resolver: Finds the account; it stays open. None for one that is made for that one look-up, and keeps
                nothing.
            **options: The options of the client.

        Raises:
            IdentityError: There is no such account, its server isn't known, or it can't be found out.
            InputError: It is neither a handle nor a DID, or an option isn't what it should be.
        """
        if resolver is not None:
            identity = resolver.resolve(account)
        else:
            with _identity.IdentityResolver() as opened:
                identity = opened.resolve(account)
        return cls(identity.server(), **options)

    def __init__(
        self,
        agent: Agent | BaseClient | str,
        *,
        timeout: float | Omit | None = OMIT,
        headers: Mapping[str, str] | Omit | None = OMIT,
        proxy: str | Omit | None = OMIT,
        labelers: Iterable[str] | Omit | None = OMIT,
        app_labelers: Iterable[str] | Omit | None = OMIT,
        retries: int | Omit | None = OMIT,
        validation: Validation | Omit = OMIT,
        deadline: float | Omit | None = OMIT,
        max_response_size: int | Omit | None = OMIT,
        event_hooks: _events.EventHooks | Omit | None = OMIT,
        pace: bool | Omit = OMIT,
        tracer_provider: TracerProvider | Omit | None = OMIT,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
    ) -> None:
        """Make a client.

        Args:
            agent: A session or another `Agent`; a server's URL, for calls without authentication; or a client,
                of another package perhaps, whose session, connections and options this one shares.
            timeout: Seconds that each phase of a call may take (connecting, sending, waiting, reading); None
                for no limit. Left out: 30.
            headers: Headers to send with every call.
            proxy: The service that the server passes calls on to, as ``did#service_id``; None for none. Left
                out: what a header ``atproto-proxy`` says, else what the package says for the method's
                namespace (`lex_proxies`). Record and blob calls go to the account's own server all the same.
            labelers: The DIDs of the labelers whose labels are wanted, each perhaps followed by ``;redact``,
                put before those that a header names. None takes the header's away; the server then chooses.
                Not for record and blob calls.
            app_labelers: The DIDs of the app's own labelers: every call names them first, and asks the server
                to obey their takedowns (``;redact``). None for none.
            retries: How many times a failed call is tried again. None: queries twice, procedures never.
                docs/transport.md has after which failures.
            validation: How responses are read. ``lenient``, the default, gives up the smallest broken thing,
                ``strict`` enforces every rule of the lexicons.
            deadline: Seconds that a whole call may take, with its retries and the waits between them; for a
                stream, until its headers are there. None for no limit.
            max_response_size: The most bytes that a response may have, unpacked; None for no limit. Left out:
                64 MiB. A stream may have any number.
            event_hooks: Functions to call with what happens, in lists by the event's
                name: ``request``, ``response``, ``retry``, ``refresh``, ``wait``. docs/observability.md has
                the events. None for none.
            pace: True to wait where a request would go beyond the rate limits that the server's responses
                announce, in place of an error; docs/observability.md has the details. Left out: False.
            tracer_provider: Makes the tracer of OpenTelemetry that gets a span of each call and each attempt,
                such as ``opentelemetry.trace.get_tracer_provider()``. None for no spans.
            transport: The HTTP library: ``httpx`` or ``httpx2``; only with a URL. None:
                docs/transport.md has the choice.
            http_client: A synchronous client of httpx or httpx2 to send
                through; only with a URL. It stays open.

        Raises:
            InputError: The agent isn't one, or is one for the other kind of client; the URL isn't that of a
                server; or an option isn't what it should be.
        """
        before: Options | None = None
        self._owned: ServiceAgent | None = None
        self._agent: Agent
        if isinstance(agent, BaseClient):
            before = agent._core.options
            agent = agent._agent
        if isinstance(agent, str):
            self._agent = self._owned = ServiceAgent(agent, http_client=http_client, transport=transport)
        elif http_client is not None or transport is not None:
            name = "transport" if http_client is None else "http_client"
            raise InputError(f"{name} goes with a URL: a session has its own")
        else:
            check_agent(agent, asynchronous=False)
            self._agent = agent
        given = CallOptions(
            timeout=timeout,
            headers=headers,
            proxy=proxy,
            labelers=labelers,
            app_labelers=app_labelers,
            retries=retries,
            validation=validation,
            deadline=deadline,
            max_response_size=max_response_size,
            event_hooks=event_hooks,
            pace=pace,
            tracer_provider=tracer_provider,
        )
        options = Options(given, before, asynchronous=False)
        self._core: Core = Core(self._agent, options, self.lex_methods, self.lex_proxies, self._clock)

    @property
    def did(self) -> str | None:
        """The DID of the account that the client speaks for, or None without a session."""
        return self._core.did

    def assert_did(self) -> str:
        """The DID of the account that the client speaks for.

        Raises:
            XrpcInternalError: The client has no session.
        """
        return self._core.assert_did()

    def xrpc(
        self,
        method: HttpMethod[Any, Any, OutputT],
        *,
        params: Mapping[str, Any] | Model | None = None,
        input: UnknownInput | None = None,  # noqa: A002 - the lexicon's word
        data: SyncBody | None = None,
        content_type: str | None = None,
    ) -> XrpcResponse[OutputT]:
        """Call a method and get the whole response: status, headers, the typed body and the raw bytes.

        Args:
            method: The ``METHOD`` of the method's module.
            params: Its parameters, by Python name.
            input: Its JSON input, by Python name.
            data: Its input of another encoding.
            content_type: The media type of ``data``. None: what the method declares; where that is a pattern
                such as ``*/*``, what the file's name tells, else what the first bytes do, else
                ``application/octet-stream``.

        Raises:
            InputError: An argument breaks the lexicon; nothing was sent.
            FileError: The file of ``data`` can't be read to its end.
            XrpcError: The call failed.
        """
        check_method(method)
        call = Call(params=params, input=input, data=data, content_type=content_type)
        return self._run(self._core.call(method, call))

    @contextmanager
    def stream(
        self,
        method: HttpMethod[Any, Any, OutputT],
        *,
        params: Mapping[str, Any] | Model | None = None,
        input: UnknownInput | None = None,  # noqa: A002 - the lexicon's word
        data: SyncBody | None = None,
        content_type: str | None = None,
        progress: _results.Progress | None = None,
        cid: str | None = None,
    ) -> Generator[Response]:
        """Call a method and read the response in chunks: ``with client.stream(…) as response``.

        For large binary responses, which ``response.iter_bytes()`` gives piece by piece. The arguments are
        those of `xrpc`, and two more; an error response raises as it does there.

        Args:
            method: The ``METHOD`` of the method's module.
            params: Its parameters, by Python name.
            input: Its JSON input, by Python name.
            data: Its input of another encoding.
            content_type: The media type of ``data``. None: as in `xrpc`.
            progress: Called with the bytes read so far, and how many there will be or None where the server
                doesn't say: with 0 at first, then after each chunk.
            cid: The CID that the bytes must have: of raw bytes, as blobs are, by SHA-256 or SHA-512. None:
                any. The last step of reading raises when they have another.

        Raises:
            InputError: An argument breaks the lexicon, or bytes can't be checked against the CID; nothing was
                sent.
            FileError: The file of ``data`` can't be read to its end.
            XrpcError: The call failed.
            CidMismatchError: The bytes aren't those of the CID; raised by reading the response to its end.
        """
        check_options({"progress": progress}, {"progress": FUNCTION})
        call = Call(params=params, input=input, data=data, content_type=content_type)
        cid_check = None if cid is None else _blobs.CidCheck(cid)
        response = self._run(self._core.open(method, call))
        try:
            yield _downloads.watched(response, method.nsid, progress=progress, cid_check=cid_check)
        finally:
            response.close()

    def download(
        self,
        method: Query[Any, Any],
        to: str | os.PathLike[str] | BinaryIO,
        *,
        params: Mapping[str, Any] | Model | None = None,
        progress: _results.Progress | None = None,
        cid: str | None = None,
    ) -> _results.Downloaded:
        """Call a query and write the response to a file, chunk by chunk: a repository, a blob.

        Args:
            method: The ``METHOD`` of the method's module.
            to: Where to write. A path is replaced when all is there; until then the bytes are in a file
                beside it, which doesn't outlive a failure. An open binary file is written to from where it
                stands, and stays open; after a failure it holds what had come.
            params: The method's parameters, by Python name.
            progress: As in `stream`, with the bytes written so far.
            cid: The CID that the bytes must have, as in `stream`. None: any.

        Returns:
            How many bytes came, and what the server said of them.

        Raises:
            InputError: An argument breaks the lexicon, bytes can't be checked against the CID, or the file
                can't be opened; nothing was sent.
            FileError: The file can't be written, for want of space perhaps.
            XrpcError: The call failed.
            CidMismatchError: The bytes aren't those of the CID.
        """
        with _downloads.Destination(to) as destination:
            with self.stream(method, params=params, progress=progress, cid=cid) as response:
                for chunk in response.iter_bytes():
                    destination.write(chunk)
        return destination.downloaded(response)

    def get_blob(self, did: str, cid: str, *, verify: bool = True) -> bytes:
        """Fetch a blob from the account's own server (com.atproto.sync.getBlob), and check its bytes.

        Args:
            did: The DID of the account that the blob belongs to.
            cid: The blob's CID, such as ``blob.cid``.
            verify: Whether to check the bytes against the CID, which must then be of raw bytes, as those of
                blobs are.

        Raises:
            InputError: An argument isn't what it should be, or bytes can't be checked against the CID;
                nothing was sent.
            CidMismatchError: The server sent other bytes.
            XrpcError: The call failed.
        """
        check = _blobs.CidCheck(cid) if verify else None
        method = self._core.declared(_blobs.GET_BLOB)
        response = self.xrpc(method, params={"did": did, "cid": cid})
        if check is not None:
            check.update(response.content)
            check.finish(response.status, response.headers, method.nsid)
        return response.content

    def download_blob(
        self,
        did: str,
        cid: str,
        to: str | os.PathLike[str] | BinaryIO,
        *,
        verify: bool = True,
        progress: _results.Progress | None = None,
    ) -> _results.Downloaded:
        """Write a blob to a file (com.atproto.sync.getBlob); `get_blob` for one that doesn't fit the memory.

        Args:
            did: The DID of the account that the blob belongs to.
            cid: The blob's CID, such as ``blob.cid``.
            to: Where to write, as in `download`. With a path, the file is there only if its bytes are right.
            verify: Whether to check the bytes against the CID, which must then be of raw bytes, as those of
                blobs are.
            progress: As in `download`.

        Raises:
            InputError: An argument isn't what it should be, bytes can't be checked against the CID, or the
                file can't be opened; nothing was sent.
            FileError: The file can't be written, for want of space perhaps.
            CidMismatchError: The server sent other bytes.
            XrpcError: The call failed.
        """
        method = self._core.declared(_blobs.GET_BLOB)
        params = {"did": did, "cid": cid}
        checked = cid if verify else None
        return self.download(method, to, params=params, progress=progress, cid=checked)

    def with_options(
        self: ClientT,
        *,
        timeout: float | Omit | None = OMIT,
        headers: Mapping[str, str] | Omit | None = OMIT,
        proxy: str | Omit | None = OMIT,
        labelers: Iterable[str] | Omit | None = OMIT,
        app_labelers: Iterable[str] | Omit | None = OMIT,
        retries: int | Omit | None = OMIT,
        validation: Validation | Omit = OMIT,
        deadline: float | Omit | None = OMIT,
        max_response_size: int | Omit | None = OMIT,
        event_hooks: _events.EventHooks | Omit | None = OMIT,
        pace: bool | Omit = OMIT,
        tracer_provider: TracerProvider | Omit | None = OMIT,
    ) -> ClientT:
        """Make a copy of the client with other options, which shares its connections and its session.

        What is left out stays as it is. The methods ``com.atproto.repo.*`` and ``com.atproto.sync.get_blob``,
        which a client's own proxy and labelers don't apply to, follow those given here.

        Args:
            timeout: Seconds that each phase of a call may take; None for no limit.
            headers: Headers to add to those there are; None takes them all away.
            proxy: The service to go to, as ``did#service_id``; None for none.
            labelers: The DIDs of the labelers whose labels are wanted; None for none.
            app_labelers: The DIDs of the app's own labelers; None for none.
            retries: How many times a failed call is tried again; None for the default.
            validation: How responses are read: ``lenient`` or ``strict``.
            deadline: Seconds that a whole call may take; None for no limit.
            max_response_size: The most bytes that a response may have; None for no limit.
            event_hooks: Functions to call with what happens, in place of those there
                are; None for none.
            pace: Whether to wait for room below the server's rate limits.
            tracer_provider: Makes the tracer that gets spans; None for no spans.

        Raises:
            InputError: An option isn't what it should be.
        """
        changes = CallOptions(
            timeout=timeout,
            headers=headers,
            proxy=proxy,
            labelers=labelers,
            app_labelers=app_labelers,
            retries=retries,
            validation=validation,
            deadline=deadline,
            max_response_size=max_response_size,
            event_hooks=event_hooks,
            pace=pace,
            tracer_provider=tracer_provider,
        )
        copy = object.__new__(type(self))
        # The namespaces that have been used belong to this client.
        own = {name: value for name, value in vars(self).items() if not isinstance(value, Namespace)}
        vars(copy).update(own, _owned=None, _core=self._core.with_options(changes, asynchronous=False))
        return copy

    def paginate(
        self, method: Callable[P, _results.SupportsPage[T]], *args: P.args, **kwargs: P.kwargs
    ) -> _sync_pages.Paginator[T]:
        """Go through all pages of a query: ``client.paginate(client.app.bsky.feed.get_timeline, limit=50)``.

        Args:
            method: A bound method whose output is a page.
            args: Handed on to the method; generated methods take none.
            kwargs: The method's arguments. With a ``cursor``, the pages start there.

        Raises:
            InputError: That is no method; or, once items are fetched, its output isn't a page.
        """
        return _sync_pages.Paginator(partial(method, *args) if args else method, dict(kwargs))

    def apply_writes(
        self,
        writes: Iterable[_writes.Write],
        *,
        repo: str | None = None,
        validate: bool | None = None,
        swap_commit: str | None = None,
        chunk_size: int | None = None,
    ) -> _results.Applied:
        """Write many records at once, all or none (com.atproto.repo.applyWrites).

        Args:
            writes: `Create`, `Update` and `Delete` values, in order. All are checked before anything is sent.
            repo: The repository's DID or handle. None: the client's own account.
            validate: Whether the server must know the types and check the records (True), or mustn't check
                them (False). None: it checks the types that it knows.
            swap_commit: The CID of the commit that the repository must be at; each further chunk then builds
                on the commit of the one before. None: any.
            chunk_size: The most writes of one request, where servers have a limit (200 is common). The chunks
                are written one after the other, so all or none holds for each, not for the whole: an error's
                note says how many writes had been made before. None: one request.

        Raises:
            InputError: A record or a key breaks its lexicon; nothing was sent.
            InvalidSwapError: The repository has moved on.
            XrpcError: A call failed.
        """
        steps = _writes.apply_writes(
            self._core, writes, repo=repo, validate=validate, swap_commit=swap_commit, chunk_size=chunk_size
        )
        return self._run(steps)

    def close(self) -> None:
        """Close the connections that the client opened. A session and an ``http_client`` stay open."""
        if self._owned is not None:
            self._owned.close()

    def __enter__(self: ClientT) -> ClientT:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        # A debugger may ask before the constructor is through.
        return f"{type(self).__name__}({vars(self).get('_agent', '…')!r})"

    def _call(
        self,
        method: HttpMethod[Any, Any, OutputT],
        *,
        params: Mapping[str, Any] | None = None,
        input: UnknownInput | None = None,  # noqa: A002 - the lexicon's word
        data: SyncBody | None = None,
        content_type: str | None = None,
    ) -> OutputT:
        call = Call(params=params, input=input, data=data, content_type=content_type)
        response = self._run(self._core.call(method, call))
        return response.body

    def _run(self, flow: Flow[T]) -> T:
        return drive(flow, self._perform)

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(request):
                return self._agent.send(request)
            case Read(response):
                return response.read()
            case Close(response):
                return response.close()
            case Sleep(seconds):
                return self._sleep(seconds)
            case Wait(seconds, signal):
                return self._sleep(seconds) if signal is None else signal.wait(seconds)
            case Hook(function, arguments):
                result = function(*arguments)
                return result
            case Block(function):
                return function()

    def _clock(self) -> float:
        """The moment, in seconds. A subclass may have its own time."""
        return time.monotonic()

    def _sleep(self, seconds: float) -> None:
        """Wait before another try. A subclass may wait in its own way."""
        import time

        time.sleep(seconds)


class Namespace(Joined):
    """The base of generated namespaces: ``client.app.bsky.actor``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client
        self._call = client._call

    def __repr__(self) -> str:
        # A generated package has the classes of a namespace in a module that is named like it.
        name = type(self).__module__.partition("._client.")[2] or type(self).__name__
        return f"<namespace {name} of {vars(self).get('_client', '…')!r}>"
