"""The five methods of com.atproto.server that a session is made of: their requests and their responses.

Written by hand, so that the runtime needs no generated code; a test holds them to the official lexicons.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from atlex._agent import Headers, Request, Response
from atlex._effects import Send, Sleep
from atlex._lazy import lazy_module
from atlex._service_url import check_service_url
from atlex._watch._watcher import logger
from atlex.data import JsonError, is_object, parse_json, write_json
from atlex.errors import (
    InputError,
    Issue,
    LexAuthFactorError,
    XrpcError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)
from atlex.session._data import Secret, SessionData, is_storable
from atlex.session._effects import Find, Flow
from atlex.session._options import Calls
from atlex.xrpc import JSON, Method, Procedure, Query, build_request, check_response, retry_delay

if TYPE_CHECKING:
    from atlex._watch import _flow
    from atlex.identity import Identity
else:
    # Loads with the first request that somebody watches.
    _flow = lazy_module("atlex._watch._flow", None)

__all__ = [
    "CREATE_ACCOUNT",
    "CREATE_SESSION",
    "DELETE_SESSION",
    "GET_SESSION",
    "OUTPUT",
    "REFRESH_SESSION",
    "Endpoint",
    "Members",
    "begin",
    "check_credentials",
    "check_findable",
    "delete_session",
    "get_session",
    "refresh_session",
    "renewed",
]

_logger = logging.getLogger("atlex.session")

Members: TypeAlias = Secret[Mapping[str, Any]]
"""The members of a JSON object, by their names in a response or by the Python names of an input."""


class Endpoint(NamedTuple):
    """One method, and the properties of its input by their Python names."""

    method: Method[None, None, None]
    input: Mapping[str, type] = {}
    required: frozenset[str] = frozenset()


CREATE_SESSION: Final = Endpoint(
    Procedure(
        "com.atproto.server.createSession",
        input_encoding=JSON,
        output_encoding=JSON,
        errors={"AccountTakedown": XrpcResponseError, "AuthFactorTokenRequired": LexAuthFactorError},
    ),
    {"identifier": str, "password": str, "auth_factor_token": str, "allow_takendown": bool},
    frozenset({"identifier", "password"}),
)
CREATE_ACCOUNT: Final = Endpoint(
    Procedure(
        "com.atproto.server.createAccount",
        input_encoding=JSON,
        output_encoding=JSON,
        errors=dict.fromkeys(
            (
                "InvalidHandle",
                "InvalidPassword",
                "InvalidInviteCode",
                "HandleNotAvailable",
                "UnsupportedDomain",
                "UnresolvableDid",
                "IncompatibleDidDoc",
            ),
            XrpcResponseError,
        ),
    ),
    {
        "email": str,
        "handle": str,
        "did": str,
        "invite_code": str,
        "verification_code": str,
        "verification_phone": str,
        "password": str,
        "recovery_key": str,
        "plc_op": dict,
    },
    frozenset({"handle"}),
)
REFRESH_SESSION: Final = Endpoint(
    Procedure(
        "com.atproto.server.refreshSession",
        output_encoding=JSON,
        errors=dict.fromkeys(("AccountTakedown", "InvalidToken", "ExpiredToken"), XrpcResponseError),
    )
)
GET_SESSION: Final = Endpoint(Query("com.atproto.server.getSession", output_encoding=JSON))
DELETE_SESSION: Final = Endpoint(
    Procedure(
        "com.atproto.server.deleteSession",
        errors=dict.fromkeys(("InvalidToken", "ExpiredToken"), XrpcResponseError),
    )
)

OUTPUT: Final[Mapping[str, type[Any]]] = {
    "accessJwt": str,
    "refreshJwt": str,
    "handle": str,
    "did": str,
    "didDoc": dict,
    "email": str,
    "emailConfirmed": bool,
    "emailAuthFactor": bool,
    "active": bool,
    "status": str,
}
_NO_HANDLE: Final = "handle.invalid"
"""The handle of a session where the server's own can't be written."""

# What a response leaves out of these hasn't changed by that. `active` and `status` aren't here: a server that
# says nothing of them speaks of an active account.
_LASTING: Final = ("handle", "didDoc", "email", "emailConfirmed", "emailAuthFactor")


def begin(endpoint: Endpoint, service: str | None, values: Members, calls: Calls) -> Flow[SessionData]:
    """Log in, or make an account: the response is its first session.

    Args:
        endpoint: Which of the two.
        service: The service's URL; None to log in at the account's own server.
        values: The input.
        calls: How to send it.

    Raises:
        IdentityError: The account's server can't be found.
        InputError: A value can't be sent.
        LexAuthFactorError: The account has a second factor, and the token for it is missing or wrong.
        XrpcError: The server refused, can't be reached, or logged in another account than the one that was found.
    """
    check_credentials(values)
    body = _body(endpoint, values)
    did = None
    if service is None and endpoint is CREATE_SESSION:
        did, service = yield from _home_of(values.reveal()["identifier"])
    service = cast("str", service)
    check_service_url(service)
    output = yield from _call(endpoint, service, calls, body=body, handle=_NO_HANDLE)
    if did not in {None, output.reveal().get("did")}:
        raise XrpcInvalidResponseError(
            f"The server logged in another account than {did}", status=200, method=endpoint.method.nsid
        )
    return _session(endpoint, Secret({**output.reveal(), "service": service}))


def refresh_session(data: SessionData, calls: Calls) -> Flow[Members]:
    """Trade the refresh token for new ones of the same account. Returns the output, for ``renewed()``.

    Raises:
        XrpcResponseError: The server refused; for good, if its error is ``expected``.
        XrpcError: The server can't be reached, or its response isn't a session of this account.
    """
    output = yield from _call(REFRESH_SESSION, data.service, calls, headers=_bearer(data.refresh_jwt))
    if isinstance(did := output.reveal().get("did"), str) and did != data.did:
        raise XrpcInvalidResponseError(
            f"The server refreshed the session of another account than {data.did}",
            status=200,
            method=REFRESH_SESSION.method.nsid,
        )
    return output


def get_session(data: SessionData, calls: Calls) -> Flow[Members]:
    """Ask what the server knows about the session; empty when it can't say, for nothing depends on it."""
    try:
        output = yield from _call(GET_SESSION, data.service, calls, headers=_bearer(data.access_jwt))
    except XrpcError as error:
        _logger.debug("The details of the session of %s aren't known: %s", data.did, error)
        return Secret({})
    if output.reveal().get("did") != data.did:
        _logger.warning("The server gave the details of another account's session than %s", data.did)
        return Secret({})
    return output


def delete_session(data: SessionData, calls: Calls) -> Flow[None]:
    """End a session at the server.

    Raises:
        XrpcResponseError: The server refused; because it has ended already, if its error is ``expected``.
        XrpcError: The server can't be reached.
    """
    yield from _call(DELETE_SESSION, data.service, calls, headers=_bearer(data.refresh_jwt))


def renewed(old: SessionData, output: Members, details: Members | None = None) -> SessionData:
    """The session after a refresh: what refreshSession returned, else getSession, else what was known.

    Raises:
        XrpcResponseValidationError: The output isn't a session.
    """
    known: Members = Secret(old.model_dump())
    return _session(
        REFRESH_SESSION,
        Secret(
            {
                **{name: value for name, value in known.reveal().items() if name in _LASTING},
                **(details.reveal() if details else {}),
                **output.reveal(),
                "service": old.service,
            }
        ),
    )


def check_credentials(credentials: Members) -> None:
    """Explain common slips before a server responds to them with "Invalid identifier or password".

    Handles copied from an app bring invisible marks of direction; a secret read from a file, its newline; a variable of
    the environment that isn't set, nothing at all.

    Raises:
        InputError: Either is empty or has something around it that no server takes.
    """
    # What raises has no password among its variables.
    slip = _slip(credentials.reveal().get("identifier"), credentials.reveal().get("password"))
    if slip:
        raise InputError(slip)


def _slip(identifier: object, password: object) -> str:
    if isinstance(identifier, str):
        if not identifier:
            return "identifier is empty"
        if identifier.startswith("@"):
            return "identifier: a handle is written without the @ before it, such as alice.example.com"
        if not identifier.isprintable() or identifier != identifier.strip():
            return "identifier has an invisible character in it, or a space before or after it"
    if isinstance(password, str):
        if not password:
            return "password is empty"
        if password.endswith("\n"):
            return "password ends with a newline, as a file does: strip it off"
    return ""


def check_findable(identifier: str) -> None:
    """Make sure that an identifier is one by which an account can be found.

    Raises:
        InputError: It is an e-mail address, which only the account's own server knows.
    """
    if "@" in identifier:
        raise InputError(
            "identifier: an e-mail address doesn't tell which server the account is at: "
            "give the service as well, or the handle in its place"
        )


def _home_of(identifier: str) -> Flow[tuple[str, str]]:
    """The DID of an account, and the URL of the server that it is at.

    Raises:
        InputError: The identifier is neither a handle nor a DID.
        IdentityError: There is no such account, its server isn't known, or it can't be found out.
    """
    check_findable(identifier)
    identity: Identity = yield Find(identifier)
    return identity.did, identity.server()


def _body(endpoint: Endpoint, values: Members) -> Secret[bytes]:
    for name, kind in endpoint.input.items():
        # The value stays out of the message, and out of a variable: it may be the password.
        if not isinstance(values.reveal().get(name), kind) and (
            values.reveal().get(name) is not None or name in endpoint.required
        ):
            given = type(values.reveal().get(name)).__name__
            raise InputError(f"{name} must be a {kind.__name__}, not {given}")
    try:
        return Secret(
            write_json(
                {
                    to_camel(name): value
                    for name, value in values.reveal().items()
                    if value is not None and name in endpoint.input
                }
            )
        )
    except InputError as error:
        fault = str(error)
    # Not in the except clause, to leave behind the frames that hold the values.
    raise InputError(fault)


def _session(endpoint: Endpoint, values: Members) -> SessionData:
    try:
        return SessionData.model_validate(values.reveal())
    except ValidationError as error:
        places = [".".join(map(str, fault["loc"])) for fault in error.errors()]
        faults = [Issue(place, "is missing or invalid") for place in places]
    # Without the body, which holds tokens.
    raise XrpcResponseValidationError(faults, method=endpoint.method.nsid)


def _bearer(token: str) -> Headers:
    return Headers({"authorization": f"Bearer {token}"})


def _call(
    endpoint: Endpoint,
    service: str,
    calls: Calls,
    *,
    headers: Headers | None = None,
    body: Secret[bytes] | None = None,
    handle: str | None = None,
) -> Flow[Members]:
    method = endpoint.method
    request = build_request(
        method,
        data=None if body is None else body.reveal(),
        headers=calls.headers.merged(headers or {}),
        timeout=calls.timeout,
    )
    attempts = _attempts(method, request, service, calls)
    if calls.watcher is not None or logger.isEnabledFor(logging.INFO):
        attempts = _flow.watch(
            attempts, calls.watcher, method.nsid, clock=time.monotonic, origin=lambda: service
        )
    response = yield from attempts
    output: Members | None = Secret({}) if method.output_encoding is None else _read(response, handle)
    if output is None:
        raise XrpcInvalidResponseError(
            "The response isn't a JSON object", status=response.status, method=method.nsid
        )
    return output


def _attempts(
    method: Method[None, None, None], request: Request, service: str, calls: Calls
) -> Flow[Response]:
    attempt = 0
    while True:
        attempt += 1
        try:
            response: Response = yield Send(request, service)
            check_response(method, response)
        except XrpcError as failure:
            if isinstance(failure, XrpcInvalidResponseError):
                # A response that isn't an error may hold tokens, whatever is wrong with it.
                failure.body = b""
            delay = retry_delay(method, request, failure, attempt, retries=calls.retries or 0)
            if delay is None:
                raise
        else:
            return response
        yield Sleep(delay)


def _read(response: Response, handle: str | None) -> Members | None:
    """The members of a response that can be used, or None where it isn't a JSON object.

    Args:
        response: The response.
        handle: What to take for a handle that can't be written; None to take it for absent.
    """
    try:
        values: object = parse_json(response.content)
    except JsonError:
        return None
    if not is_object(values):
        return None
    # A field of the wrong type reads as absent: new tokens aren't worth losing over an e-mail address.
    usable: dict[str, Any] = {
        name: value
        for name, value in values.items()
        if value is not None and is_storable(name, value) and isinstance(value, OUTPUT.get(name, object))
    }
    if handle is not None and isinstance(values.get("handle"), str):
        usable.setdefault("handle", handle)
    return Secret(usable)
