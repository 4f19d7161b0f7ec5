"""The five methods of com.atproto.server that a session is made of: their requests and their answers.

Written by hand, so that the runtime needs no generated code; a test holds them to the official lexicons.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from atlex._agent import Request, Response
from atlex._service_url import check_service_url
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
from atlex.session._data import SessionData
from atlex.session._effects import Flow, Send
from atlex.xrpc import Procedure, Query, check_response

__all__ = [
    "CREATE_ACCOUNT",
    "CREATE_SESSION",
    "DELETE_SESSION",
    "GET_SESSION",
    "OUTPUT",
    "REFRESH_SESSION",
    "Endpoint",
    "create_account",
    "create_session",
    "delete_session",
    "get_session",
    "refresh_session",
    "renewed",
]

_logger = logging.getLogger("atlex.session")

_JSON: Final = "application/json"

Descriptor: TypeAlias = Procedure[None, None, None] | Query[None, None]


class Endpoint(NamedTuple):
    """One method, and the properties of its input by their Python names."""

    method: Descriptor
    input: Mapping[str, type] = {}
    required: frozenset[str] = frozenset()


CREATE_SESSION: Final = Endpoint(
    Procedure(
        "com.atproto.server.createSession",
        input_encoding=_JSON,
        output_encoding=_JSON,
        errors={"AccountTakedown": XrpcResponseError, "AuthFactorTokenRequired": LexAuthFactorError},
    ),
    {"identifier": str, "password": str, "auth_factor_token": str, "allow_takendown": bool},
    frozenset({"identifier", "password"}),
)
CREATE_ACCOUNT: Final = Endpoint(
    Procedure(
        "com.atproto.server.createAccount",
        input_encoding=_JSON,
        output_encoding=_JSON,
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
        output_encoding=_JSON,
        errors=dict.fromkeys(("AccountTakedown", "InvalidToken", "ExpiredToken"), XrpcResponseError),
    )
)
GET_SESSION: Final = Endpoint(Query("com.atproto.server.getSession", output_encoding=_JSON))
DELETE_SESSION: Final = Endpoint(
    Procedure(
        "com.atproto.server.deleteSession",
        errors=dict.fromkeys(("InvalidToken", "ExpiredToken"), XrpcResponseError),
    )
)

OUTPUT: Final[Mapping[str, type]] = {
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
# What an answer leaves out of these hasn't changed by that. `active` and `status` aren't here: a server that says
# nothing of them speaks of an active account.
_LASTING: Final = ("handle", "didDoc", "email", "emailConfirmed", "emailAuthFactor")


def create_session(service: str, values: Mapping[str, object]) -> Flow[SessionData]:
    """Log in.

    Raises:
        InputError: A value can't be sent.
        LexAuthFactorError: The account has a second factor, and the token for it is missing or wrong.
        XrpcError: The server refused, or can't be reached.
    """
    return (yield from _begin(CREATE_SESSION, service, values, {}))


def create_account(
    service: str, values: Mapping[str, object], headers: Mapping[str, str]
) -> Flow[SessionData]:
    """Make an account; the answer is its first session.

    Raises:
        InputError: A value or a header can't be sent.
        XrpcError: The server refused, or can't be reached.
    """
    if any(name.lower() == "content-type" for name in headers):
        raise InputError("Unexpected 'content-type' header set: the method has its own")
    return (yield from _begin(CREATE_ACCOUNT, service, values, headers))


def refresh_session(data: SessionData) -> Flow[Mapping[str, Any]]:
    """Trade the refresh token for new ones of the same account. Returns the answer, for ``renewed()``.

    Raises:
        XrpcResponseError: The server refused; for good, if its error is ``expected``.
        XrpcError: The server can't be reached, or its answer isn't a session of this account.
    """
    answer = yield from _call(REFRESH_SESSION, data.service, token=data.refresh_jwt)
    if isinstance(did := answer.get("did"), str) and did != data.did:
        raise XrpcInvalidResponseError(
            f"The server refreshed the session of another account than {data.did}",
            status=200,
            method=REFRESH_SESSION.method.nsid,
        )
    return answer


def get_session(data: SessionData) -> Flow[Mapping[str, Any]]:
    """Ask what the server knows about the session; empty when it can't say, for nothing depends on it."""
    try:
        answer = yield from _call(GET_SESSION, data.service, token=data.access_jwt)
    except XrpcError as error:
        _logger.debug("The details of the session of %s aren't known: %s", data.did, error)
        return {}
    if answer.get("did") != data.did:
        _logger.warning("The server gave the details of another account's session than %s", data.did)
        return {}
    return answer


def delete_session(data: SessionData) -> Flow[None]:
    """End a session at the server.

    Raises:
        XrpcResponseError: The server refused; because it has ended already, if its error is ``expected``.
        XrpcError: The server can't be reached.
    """
    yield from _send(DELETE_SESSION, data.service, token=data.refresh_jwt)


def renewed(
    old: SessionData, answer: Mapping[str, Any], details: Mapping[str, Any] | None = None
) -> SessionData:
    """The session after a refresh: what the refresh answered, then what getSession said, then what was known.

    Raises:
        XrpcResponseValidationError: The answer isn't a session.
    """
    known: dict[str, Any] = old.model_dump()
    lasting: dict[str, Any] = {name: known[name] for name in _LASTING if name in known}
    return _session(REFRESH_SESSION, {**lasting, **(details or {}), **answer, "service": old.service})


def _begin(
    endpoint: Endpoint, service: str, values: Mapping[str, object], headers: Mapping[str, str]
) -> Flow[SessionData]:
    check_service_url(service)
    answer = yield from _call(endpoint, service, headers=headers, body=_body(endpoint, values))
    return _session(endpoint, {**answer, "service": service})


def _body(endpoint: Endpoint, values: Mapping[str, object]) -> bytes:
    given: dict[str, object] = {}
    for name, kind in endpoint.input.items():
        value = values.get(name)
        if isinstance(value, kind):
            given[to_camel(name)] = value
        elif value is not None or name in endpoint.required:
            # Without the value: it may be the password.
            raise InputError(f"{name} must be a {kind.__name__}")
    return write_json(given)


def _session(endpoint: Endpoint, values: Mapping[str, Any]) -> SessionData:
    try:
        return SessionData.model_validate(values)
    except ValidationError as error:
        faults = [Issue(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()]
    # Without the body, which holds tokens.
    raise XrpcResponseValidationError(faults, method=endpoint.method.nsid)


def _call(
    endpoint: Endpoint,
    service: str,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Flow[Mapping[str, Any]]:
    response = yield from _send(endpoint, service, token=token, headers=headers, body=body)
    try:
        values: object = parse_json(response.content)
    except JsonError:
        values = None
    if not is_object(values):
        raise XrpcInvalidResponseError(
            "The answer isn't a JSON object", status=response.status, method=endpoint.method.nsid
        )
    # A field of the wrong type reads as absent: new tokens aren't worth losing over an e-mail address.
    return {
        name: value
        for name, value in values.items()
        if value is not None and isinstance(value, OUTPUT.get(name, object))
    }


def _send(
    endpoint: Endpoint,
    service: str,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Flow[Response]:
    sent = dict(headers or {})
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    if body is not None:
        sent["content-type"] = _JSON
    request = Request(
        method="GET" if endpoint.method.kind == "query" else "POST",
        nsid=endpoint.method.nsid,
        headers=sent,
        body=body,
    )
    response: Response = yield Send(service, request)
    try:
        check_response(endpoint.method, response)
    except XrpcInvalidResponseError as error:
        # What isn't an error answer may hold tokens, whatever is wrong with it.
        error.body = b""
        raise
    return response
