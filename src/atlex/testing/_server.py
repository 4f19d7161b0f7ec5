"""From a request to a response, without any I/O: what both faces of the server share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any, Final, cast

from atlex._version import __version__
from atlex.data import JsonError, parse_json
from atlex.errors import InputError, Issue
from atlex.lexicon import DefId, Procedure, Query
from atlex.testing._faults import Planned, Plans
from atlex.testing._methods import Auth, Call, Registered, State
from atlex.testing._rate_limits import RateLimiter
from atlex.testing._repo_methods import sentence
from atlex.testing._tokens import TAKENDOWN_SCOPE, read_authorization
from atlex.testing._wire import (
    Drop,
    LoggedRequest,
    PdsError,
    PdsFault,
    WireRequest,
    WireResponse,
    error_response,
    json_response,
    without_secrets,
)

__all__ = ["Server"]

_NSID_PATH: Final = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
_JSON: Final = "application/json"
_UPLOAD_BLOB: Final = "com.atproto.repo.uploadBlob"


@dataclass(slots=True)
class _Trace:
    """What is known of a request once it has been answered."""

    did: str | None = None


class Server:
    """Answers requests.

    Args:
        state: What the server's own methods share.
        methods: The methods by NSID; more can be added.
        headers: Headers of every response.

    Attributes:
        methods: As given.
        plans: The faults to come.
        limiter: Counts the requests.
        lock: Guards everything that changes.
    """

    def __init__(self, state: State, methods: Mapping[str, Registered], headers: Mapping[str, str]) -> None:
        self.methods = dict(methods)
        self.plans = Plans()
        self.limiter = RateLimiter(state.clock.now)
        self.lock = RLock()
        self._state = state
        self._headers = {name.lower(): text for name, text in headers.items()}
        self._requests: list[LoggedRequest] = []
        self._faults: list[PdsFault] = []

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """The log, in the order of the responses."""
        with self.lock:
            return tuple(self._requests)

    @property
    def faults(self) -> tuple[PdsFault, ...]:
        """What the server or a handler did that it mustn't."""
        with self.lock:
            return tuple(self._faults)

    def forget(self) -> None:
        """Empty the log and the list of faults."""
        with self.lock:
            self._requests.clear()
            self._faults.clear()

    def plan(self, request: WireRequest) -> Planned:
        """What was planned for a request that has now come: each plan is taken once."""
        with self.lock:
            return self.plans.take(request.nsid or "")

    def answer(self, request: WireRequest, planned: Planned) -> WireResponse | Drop:
        """Answer a request, as was planned for it.

        Args:
            request: The request.
            planned: From `plan`; the delays in it are the caller's business.
        """
        trace = _Trace()
        fault = planned.fault
        outcome: WireResponse | Drop | None = None
        with self.lock:
            limits, is_beyond = self.limiter.count(request.nsid or "")
        if is_beyond:
            outcome = error_response(PdsError(429, "RateLimitExceeded", "Rate Limit Exceeded"))
        elif fault is None or fault.when == "after":
            outcome = self._response(request, trace)
        if fault is not None and not is_beyond:
            outcome = fault.result
        assert outcome is not None  # noqa: S101 - a fault that isn't a delay has a result
        if isinstance(outcome, WireResponse):
            headers = {
                **self._headers,
                **limits,
                **{name.lower(): text for name, text in outcome.headers.items()},
            }
            outcome = replace(outcome, headers=headers)
        self._log(request, outcome, trace)
        return outcome

    def _log(self, request: WireRequest, outcome: WireResponse | Drop, trace: _Trace) -> None:
        entry = LoggedRequest(
            nsid=request.nsid or "",
            method=request.method,
            host=request.headers.get("host", ""),
            query=request.query,
            headers=without_secrets(request.headers),
            did=trace.did,
            status=outcome.status if isinstance(outcome, WireResponse) else None,
            error=_error_code(outcome),
        )
        with self.lock:
            self._requests.append(entry)

    def _response(self, request: WireRequest, trace: _Trace) -> WireResponse:
        nsid = request.nsid
        if request.path == "/.well-known/atproto-did":
            return self._well_known(request)
        if nsid is None:
            body = f"Cannot {request.method} {request.path}".encode()
            return WireResponse(status=404, headers={"content-type": "text/plain; charset=utf-8"}, body=body)
        if nsid == "_health":
            return json_response({"version": __version__})
        try:
            return self._call(nsid, request, trace)
        except PdsError as error:
            return error_response(error)
        except PdsFault as fault:
            return self._report(fault)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the caller gets a response
            raised = PdsFault(nsid, f"the handler raised {type(error).__name__}: {error}")
            raised.__cause__ = error
            return self._report(raised)

    def _well_known(self, request: WireRequest) -> WireResponse:
        """Give the DID of the account whose handle is the host's name."""
        host = request.headers.get("host", "").partition(":")[0]
        with self.lock:
            account = self._state.accounts.find_public(host)
        status, text = (404, "User not found") if account is None else (200, account.did)
        headers = {"content-type": "text/plain; charset=utf-8"}
        return WireResponse(status=status, headers=headers, body=text.encode())

    def _report(self, fault: PdsFault) -> WireResponse:
        with self.lock:
            self._faults.append(fault)
        return error_response(PdsError(500, message=f"The test server is at fault: {fault}"))

    def _call(self, nsid: str, request: WireRequest, trace: _Trace) -> WireResponse:
        if not _NSID_PATH.fullmatch(nsid) or len(nsid) < 2:
            raise PdsError(400, message="invalid xrpc path")
        if request.method not in {"GET", "POST"}:
            raise PdsError(400, message="XRPC requests only supports GET and POST")
        registered = self.methods.get(nsid)
        if registered is not None and registered.service not in {None, request.headers.get("atproto-proxy")}:
            registered = None
        method = self._state.lexicons.find(DefId(nsid))
        if isinstance(method, Query | Procedure):
            expected = "GET" if isinstance(method, Query) else "POST"
            if request.method != expected:
                message = f"Incorrect HTTP method ({request.method}) expected {expected}"
                raise PdsError(400, message=message)
        if registered is None or not isinstance(method, Query | Procedure):
            # The real server hands on what it doesn't know, and that takes an account.
            self._authenticate(request, Registered(handler=lambda _: None, auth="access"), trace)
            raise PdsError(501)
        params, issues = self._state.lexicons.parse_params(nsid, request.pairs)
        if issues:
            raise PdsError(400, message=f"Invalid {nsid} params: {sentence(issues)}")
        claims = self._authenticate(request, registered, trace)
        payload = method.input if isinstance(method, Procedure) else None
        encoding: str | None = None
        value: Any = None
        if payload is not None:
            encoding, value = self._body(nsid, payload.encoding, request, registered)
        elif request.body:
            raise PdsError(400, message="A request body was provided when none was expected")
        call = Call(
            nsid=nsid,
            did=trace.did,
            params=params,
            input=value,
            encoding=encoding,
            headers=request.headers,
            claims=claims,
        )
        with self.lock if registered.locked else nullcontext():
            result = registered.handler(call)
        return self._answer(method, result, call, private=registered.auth != "none")

    # Who calls

    def _authenticate(
        self, request: WireRequest, registered: Registered, trace: _Trace
    ) -> Mapping[str, Any] | None:
        auth = registered.auth
        if auth == "none":
            return None
        brought = read_authorization(request.headers.get("authorization"))
        if brought is None and auth == "optional":
            return None
        if auth == "service":
            return self._service_claims(request, brought, trace)
        scheme, token = brought or ("", "")
        if scheme != "bearer":
            raise _wrong_scheme(scheme, auth)
        sessions = self._state.sessions
        with self.lock:
            if auth in {"refresh", "expired refresh"}:
                claims = sessions.refresh_claims(token, allow_expired=auth == "expired refresh")
            else:
                claims = sessions.access_claims(token)
                if claims["scope"] == TAKENDOWN_SCOPE and not registered.takendown:
                    raise PdsError(400, "InvalidToken", "Bad token scope")
            if registered.active:
                self._state.usable(claims["sub"])
        trace.did = claims["sub"]
        return claims

    def _service_claims(
        self, request: WireRequest, brought: tuple[str, str] | None, trace: _Trace
    ) -> Mapping[str, Any]:
        if brought is None or brought[0] != "bearer":
            raise PdsError(401, "AuthMissing", "missing jwt")
        nsid = request.nsid or ""
        host = request.headers.get("host", "").replace(":", "%3A")
        # The token either is for the service's own method, or lets it store what it makes at the account's server.
        audiences = {nsid: f"did:web:{host}", _UPLOAD_BLOB: self._state.service_did}
        with self.lock:
            claims = self._state.sessions.service_claims(brought[1], audiences)
            self._state.usable(claims["iss"])
        trace.did = claims["iss"]
        return claims

    # What goes in and out

    def _body(
        self, nsid: str, expected: str, request: WireRequest, registered: Registered
    ) -> tuple[str, Any]:
        if request.body is None:
            raise PdsError(400, message="A request body is expected but none was provided")
        encoding = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not encoding:
            raise PdsError(400, message="Request encoding (Content-Type) required but not provided")
        if not _takes(expected, encoding):
            raise PdsError(400, message=f"Wrong request encoding (Content-Type): {encoding}")
        value: Any = request.body
        is_json = encoding == _JSON and expected != "*/*"
        # The real server takes some compressions; here there is none.
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            error = "UnsupportedMediaTypeError" if is_json else "UnsupportedMediaType"
            raise PdsError(415, error, "unsupported content encoding")
        if is_json:
            value = _json_body(request.body, registered.json_limit)
        issues = self._state.lexicons.validate_input(nsid, encoding, value)
        if issues:
            raise PdsError(400, message=f"Invalid {nsid} input: {sentence(issues)}")
        return encoding, value

    def _answer(self, method: Query | Procedure, result: Any, call: Call, *, private: bool) -> WireResponse:
        nsid, declared = call.nsid, method.output
        headers = {"cache-control": "private", "vary": "Authorization"} if private else {}
        if result is None:
            if declared is not None:
                raise PdsFault(nsid, f"a body of type {declared.encoding} is declared, and none was answered")
            return WireResponse(status=200, headers=headers)
        if declared is None:
            raise PdsFault(nsid, "no body is declared, and one was answered")
        if isinstance(result, bytes):
            result = (result, "application/octet-stream" if "*" in declared.encoding else declared.encoding)
        if isinstance(result, tuple):
            body, encoding = cast("tuple[bytes, str]", result)
            self._check(nsid, self._state.lexicons.validate_output(nsid, encoding, None))
            return WireResponse(status=200, headers={**headers, "content-type": encoding}, body=body)
        self._check(nsid, self._state.lexicons.validate_output(nsid, _JSON, result))
        try:
            return json_response(result, headers=headers)
        except InputError as error:
            raise PdsFault(nsid, f"the answer isn't JSON: {error}") from error

    def _check(self, nsid: str, issues: list[Issue]) -> None:
        if issues:
            raise PdsFault(nsid, f"the answer isn't what its document says: {sentence(issues)}")


def _wrong_scheme(scheme: str, auth: Auth) -> PdsError:
    # Basic authentication is for administrators, and there is none here.
    if auth == "optional":
        return PdsError(401)
    if scheme and auth == "access":
        return PdsError(400, "InvalidToken", "Unexpected authorization type")
    return PdsError(401, "AuthMissing")


def _takes(expected: str, encoding: str) -> bool:
    return expected in {"*/*", encoding} or (expected.endswith("/*") and encoding.startswith(expected[:-1]))


def _json_body(body: bytes, limit: int | None) -> Any:
    if limit is not None and len(body) > limit:
        raise PdsError(413, "PayloadTooLargeError", "request entity too large")
    if not body:
        return {}
    try:
        value = parse_json(body)
    except JsonError as error:
        raise PdsError(400, "SyntaxError", str(error)) from None
    if not isinstance(value, dict | list):
        raise PdsError(400, "SyntaxError", "Not an object or an array")
    return cast("Any", value)


def _error_code(outcome: WireResponse | Drop) -> str | None:
    if not isinstance(outcome, WireResponse) or outcome.status < 400:
        return None
    try:
        value = parse_json(outcome.body)
    except JsonError:
        return None
    code = cast("Mapping[str, Any]", value).get("error") if isinstance(value, dict) else None
    return code if isinstance(code, str) else None
