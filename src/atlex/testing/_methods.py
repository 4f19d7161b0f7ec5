"""What a method of the server is: a handler, and what a request must bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, TypeVar

from atlex._agent import Headers
from atlex.lexicon import Lexicons
from atlex.testing._accounts import Account, Accounts
from atlex.testing._clock import Clock, Dice
from atlex.testing._sessions import Sessions
from atlex.testing._wire import PdsError

__all__ = ["Auth", "Call", "Handler", "Methods", "Registered", "State", "method"]

_FunctionT = TypeVar("_FunctionT", bound=Callable[..., Any])
_MARKS: Final = "_atlex_methods"

Auth: TypeAlias = Literal["none", "optional", "access", "refresh", "expired refresh", "service"]
"""Which token a method wants. Without any, what the header holds isn't looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a handler gets to know of a request.

    Attributes:
        nsid: The method called.
        did: The account that calls, or None for a method without authentication.
        params: The parameters by their names on the wire, with the defaults of the document.
        input: The body: its JSON value, or its bytes where the document says something else than JSON; None where it
            wants no body.
        encoding: The body's MIME type, without parameters; None without a body.
        headers: The request's headers; look-ups ignore case.
    """

    nsid: str
    did: str | None
    params: Mapping[str, Any]
    input: Any = field(repr=False)
    encoding: str | None
    headers: Headers = field(repr=False)
    claims: Mapping[str, Any] | None = field(default=None, repr=False)


Handler: TypeAlias = Callable[[Call], Any]
"""Gives a JSON value, bytes (of the type that the document says), bytes and their MIME type, or None for no body."""


@dataclass(slots=True, kw_only=True)
class State:
    """What the server's own methods share.

    Attributes:
        lexicons: The documents.
        clock: The time.
        dice: Chance.
        accounts: The accounts.
        sessions: The sessions.
        service_did: The server's own DID.
        user_domains: The domains below which people can take handles.
        blob_limit: How many bytes a blob may have.
        url: Gives the address that DID documents name.
        send_did_documents: Whether session responses come with a DID document.
    """

    lexicons: Lexicons
    clock: Clock
    dice: Dice
    accounts: Accounts
    sessions: Sessions
    service_did: str
    user_domains: tuple[str, ...]
    blob_limit: int
    url: Callable[[], str]
    send_did_documents: bool = True

    def caller(self, call: Call) -> Account:
        """The account that calls a method with authentication.

        Raises:
            PdsError: There is no such account any more.
        """
        return self.usable(call.did or "", active=False)

    def available(self, identifier: str, caller: str | None) -> Account:
        """The account with a DID or a handle, for anybody who wants to see its repository.

        Args:
            identifier: The DID or the handle.
            caller: The account that asks, which may see its own in whatever state it is.

        Raises:
            PdsError: There is none, or it isn't in use.
        """
        account = self.accounts.find(identifier)
        if account is None:
            raise PdsError(400, "RepoNotFound", f"Could not find repo for DID: {identifier}")
        if account.did != caller and not account.active:
            error, state = (
                ("RepoTakendown", "takendown") if account.takendown else ("RepoDeactivated", "deactivated")
            )
            raise PdsError(400, error, f"Repo has been {state}: {identifier}")
        return account

    def usable(self, identifier: str, *, active: bool = True) -> Account:
        """The account with a DID or a handle, for something that only its owner may do.

        Raises:
            PdsError: There is no such account, or ``active`` and it isn't in use.
        """
        account = self.accounts.find(identifier)
        if account is None:
            raise PdsError(403, "AccountNotFound", "Account not found")
        if active and account.takendown:
            raise PdsError(401, "AccountTakedown", "Account has been taken down")
        if active and account.deactivated:
            raise PdsError(401, "AccountDeactivated", "Account is deactivated")
        return account


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One method.

    Attributes:
        handler: Handles the calls.
        auth: Which token it wants.
        takendown: Whether the access token of an account that was taken down will do.
        active: Whether the caller's account must be in use: neither taken down nor deactivated.
        json_limit: How many bytes a JSON body may have; None for any number.
        locked: Whether only one request at a time may be in a handler of this kind.
        service: The service that the request's ``atproto-proxy`` must name; None for the server itself.
    """

    handler: Handler
    auth: Auth = "none"
    takendown: bool = False
    active: bool = False
    json_limit: int | None = 150 * 1024
    locked: bool = True
    service: str | None = None


class Methods:
    """The server's own methods of one area, each marked by `method`."""

    def __init__(self, state: State) -> None:
        self.state = state

    def table(self) -> dict[str, Registered]:
        """The methods by NSID."""
        methods: dict[str, Registered] = {}
        for name, function in vars(type(self)).items():
            for nsid, options in getattr(function, _MARKS, ()):
                methods[nsid] = Registered(handler=getattr(self, name), **options)
        return methods


def method(nsid: str, **options: Any) -> Callable[[_FunctionT], _FunctionT]:
    """Mark a function as the handler of a method; the options are those of `Registered`."""

    def mark(function: _FunctionT) -> _FunctionT:
        vars(function)[_MARKS] = [(nsid, options)]
        return function

    return mark
