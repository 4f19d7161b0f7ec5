"""Requests that a PDS and ``FakePds`` have to answer alike, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["CASES", "Case"]

_POST: Final = "app.bsky.feed.post"
_CREATED: Final = "2026-01-02T03:04:05.678Z"
_GOOD: Final = {"$type": _POST, "text": "good", "createdAt": _CREATED}
_UNKNOWN_CID: Final = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
_UNKNOWN_BLOB: Final = "bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a"
_NEW_KEY: Final = "3jzfcijpj2z2z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request.

    In every string of it, ``<name>`` stands for what that server calls it: ``<did>`` and ``<handle>`` of the account
    that asks, ``<other>``, the DID of another one; ``<rkey>`` and ``<cid>`` of a post of its own; ``<blob>``;
    and times such as ``<in_two_hours>``, in seconds since 1970.

    Attributes:
        call: The verb and the method, or a path.
        status: The HTTP status of the answer.
        error: Its error code, or None.
        params: The query parameters; a list is sent as repeated ones.
        json: The body as a JSON value.
        body: The body as it is.
        headers: Further headers.
        token: Which token goes with it, or None.
    """

    call: str
    status: int
    error: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    json: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    token: str | None = None


def _repo(call: str, status: int, error: str | None = None, /, **fields: Any) -> Case:
    """A call that writes to the own repository."""
    given = {"repo": "<did>", "collection": _POST, **fields}
    given = {name: value for name, value in given.items() if value is not ...}
    return Case(call=f"POST com.atproto.repo.{call}", status=status, error=error, token="access", json=given)


def _writes(status: int, error: str | None, *writes: Mapping[str, Any], **more: Any) -> Case:
    named = [{**write, "$type": f"com.atproto.repo.applyWrites#{write['$type']}"} for write in writes]
    return _repo("applyWrites", status, error, collection=..., writes=named, **more)


def _get(call: str, status: int, error: str | None = None, /, **params: Any) -> Case:
    return Case(call=f"GET {call}", status=status, error=error, params=params)


def _login(status: int, error: str | None = None, /, **fields: Any) -> Case:
    return Case(call="POST com.atproto.server.createSession", status=status, error=error, json=fields)


def _session(call: str, token: str | None, status: int, error: str | None = None) -> Case:
    verb = "GET" if call.startswith("get") else "POST"
    return Case(call=f"{verb} com.atproto.server.{call}", status=status, error=error, token=token)


def _account(status: int, error: str | None = None, /, **fields: Any) -> Case:
    given = {"handle": "<new>.test", "email": "<new>@example.com", "password": "secret", **fields}
    given = {name: value for name, value in given.items() if value is not ...}
    return Case(call="POST com.atproto.server.createAccount", status=status, error=error, json=given)


def _raw(call: str, status: int, error: str | None, body: bytes, **headers: str) -> Case:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Case(
        call=f"POST com.atproto.{call}", status=status, error=error, token="access", body=body, headers=named
    )


CASES: Final[Mapping[str, Case]] = {
    # Accounts and logins
    "account: reserved handle": _account(400, "HandleNotAvailable", handle="admin.test"),
    "account: taken handle": _account(400, "InvalidRequest", handle="<handle>"),
    "account: handle of another server's domain": _account(
        400, "UnsupportedDomain", handle="<new>.example.org"
    ),
    "account: handle that isn't one": _account(400, "InvalidRequest", handle="not a handle"),
    "account: handle too short": _account(400, "InvalidHandle", handle="x.test"),
    "account: no e-mail address": _account(400, "InvalidRequest", email=...),
    "account: taken e-mail address": _account(400, "InvalidRequest", email="<email>"),
    "account: bad e-mail address": _account(400, "InvalidRequest", email="nobody"),
    "login: good": _login(200, identifier="<handle>", password="secret"),
    "login: by e-mail": _login(200, identifier="<email>", password="secret"),
    "login: capitals": _login(200, identifier="<HANDLE>", password="secret"),
    "login: wrong password": _login(401, "AuthenticationRequired", identifier="<handle>", password="wrong"),
    "login: unknown handle": _login(
        401, "AuthenticationRequired", identifier="nobody.test", password="secret"
    ),
    "login: no password": _login(400, "InvalidRequest", identifier="<handle>"),
    "login: nothing": _login(400, "InvalidRequest"),
    "login: password of another type": _login(400, "InvalidRequest", identifier="<handle>", password=1),
    # Tokens
    "session: good": _session("getSession", "access", 200),
    "session: no token": _session("getSession", None, 401, "AuthMissing"),
    "session: expired token": _session("getSession", "expired", 400, "ExpiredToken"),
    "session: tampered token": _session("getSession", "tampered", 400, "InvalidToken"),
    "session: nonsense for a token": _session("getSession", "nonsense", 400, "InvalidToken"),
    "session: refresh token": _session("getSession", "refresh", 400, "InvalidToken"),
    "session: basic authentication": Case(
        call="GET com.atproto.server.getSession",
        status=400,
        error="InvalidToken",
        headers={"authorization": "Basic YTpi"},
    ),
    "session: other scheme": Case(
        call="GET com.atproto.server.getSession",
        status=400,
        error="InvalidToken",
        headers={"authorization": "Token x"},
    ),
    "refresh: access token": _session("refreshSession", "access", 400, "InvalidToken"),
    "refresh: no token": _session("refreshSession", None, 401, "AuthMissing"),
    "refresh: tampered token": _session("refreshSession", "tampered", 400, "InvalidToken"),
    "refresh: ended session": _session("refreshSession", "ended", 400, "ExpiredToken"),
    "refresh: used before, within its grace": _session("refreshSession", "used", 200),
    "logout: access token": _session("deleteSession", "access", 400, "InvalidToken"),
    "logout: for the second time": _session("deleteSession", "ended", 200),
    "logout: no token": _session("deleteSession", None, 401, "AuthMissing"),
    # Writing
    "create: good": _repo("createRecord", 200, record=_GOOD),
    "create: by handle": _repo("createRecord", 200, repo="<handle>", record=_GOOD),
    "create: text missing": _repo(
        "createRecord", 400, "InvalidRequest", record={"$type": _POST, "createdAt": _CREATED}
    ),
    "create: text of another type": _repo("createRecord", 400, "InvalidRequest", record={**_GOOD, "text": 1}),
    "create: text too long": _repo(
        "createRecord", 400, "InvalidRequest", record={**_GOOD, "text": "x" * 301}
    ),
    "create: bad datetime": _repo(
        "createRecord", 400, "InvalidRequest", record={**_GOOD, "createdAt": "today"}
    ),
    "create: invalid, unchecked": _repo("createRecord", 200, record={"$type": _POST}, validate=False),
    "create: no $type": _repo("createRecord", 200, record={"text": "x", "createdAt": _CREATED}),
    "create: $type of another collection": _repo(
        "createRecord", 400, "InvalidRequest", record={**_GOOD, "$type": "app.bsky.feed.like"}
    ),
    "create: unknown collection": _repo("createRecord", 200, collection="x.test.thing", record={"a": 1}),
    "create: unknown collection, checked": _repo(
        "createRecord", 400, "InvalidRequest", collection="x.test.thing", record={"a": 1}, validate=True
    ),
    "create: unknown collection, unchecked": _repo(
        "createRecord", 200, collection="x.test.thing", record={"a": 1}, validate=False
    ),
    "create: fraction in the record": _repo(
        "createRecord", 400, "InvalidRequest", collection="x.test.thing", record={"a": 1.5}
    ),
    "create: legacy blob": _repo(
        "createRecord",
        400,
        "InvalidRequest",
        collection="x.test.thing",
        record={"b": {"cid": "<blob>", "mimeType": "image/png"}},
    ),
    "create: blob that nobody uploaded": _repo(
        "createRecord",
        400,
        "BlobNotFound",
        collection="x.test.thing",
        record={"b": {"$type": "blob", "ref": {"$link": _UNKNOWN_BLOB}, "mimeType": "image/png", "size": 1}},
    ),
    "create: bad record key": _repo("createRecord", 400, "InvalidRequest", rkey="a b", record=_GOOD),
    "create: record key that isn't the type's": _repo(
        "createRecord", 400, "InvalidRequest", rkey="self", record=_GOOD
    ),
    "create: record key of a literal type": _repo(
        "createRecord",
        400,
        "InvalidRequest",
        collection="app.bsky.actor.profile",
        rkey="other",
        record={"$type": "app.bsky.actor.profile"},
    ),
    "create: record key in use": _repo(
        "createRecord", 500, "InternalServerError", rkey="<rkey>", record=_GOOD
    ),
    "create: bad collection": _repo("createRecord", 400, "InvalidRequest", collection="nope", record=_GOOD),
    "create: collection missing": _repo("createRecord", 400, "InvalidRequest", collection=..., record=_GOOD),
    "create: record missing": _repo("createRecord", 400, "InvalidRequest"),
    "create: record isn't an object": _repo("createRecord", 400, "InvalidRequest", record="text"),
    "create: repo isn't an identifier": _repo("createRecord", 400, "InvalidRequest", repo="!", record=_GOOD),
    "create: other account's repo": _repo(
        "createRecord", 401, "AuthenticationRequired", repo="<other>", record=_GOOD
    ),
    "create: unknown repo": _repo(
        "createRecord", 403, "AccountNotFound", repo="did:plc:nobody", record=_GOOD
    ),
    "create: bad swapCommit": _repo("createRecord", 400, "InvalidRequest", record=_GOOD, swapCommit="x"),
    "create: other swapCommit": _repo(
        "createRecord", 400, "InvalidSwap", record=_GOOD, swapCommit=_UNKNOWN_CID
    ),
    "create: no token": Case(
        call="POST com.atproto.repo.createRecord",
        status=401,
        error="AuthMissing",
        json={"repo": "<did>", "collection": _POST, "record": _GOOD},
    ),
    "put: good": _repo("putRecord", 200, rkey=_NEW_KEY, record=_GOOD),
    "put: key missing": _repo("putRecord", 400, "InvalidRequest", record=_GOOD),
    "put: invalid record": _repo("putRecord", 400, "InvalidRequest", rkey=_NEW_KEY, record={"$type": _POST}),
    "put: swapRecord null, there is one": _repo(
        "putRecord", 400, "InvalidSwap", rkey="<rkey>", record=_GOOD, swapRecord=None
    ),
    "put: other swapRecord": _repo(
        "putRecord", 400, "InvalidSwap", rkey="<rkey>", record=_GOOD, swapRecord=_UNKNOWN_CID
    ),
    "put: swapRecord, there is none": _repo(
        "putRecord", 400, "InvalidSwap", rkey="3jzfcijpj2z33", record=_GOOD, swapRecord=_UNKNOWN_CID
    ),
    "put: other swapCommit": _repo(
        "putRecord", 400, "InvalidSwap", rkey="<rkey>", record=_GOOD, swapCommit=_UNKNOWN_CID
    ),
    "delete: there is none": _repo("deleteRecord", 200, rkey="3jzfcijpj2z34"),
    "delete: other swapRecord": _repo(
        "deleteRecord", 400, "InvalidSwap", rkey="<rkey>", swapRecord=_UNKNOWN_CID
    ),
    "delete: other account's repo": _repo(
        "deleteRecord", 401, "AuthenticationRequired", repo="<other>", rkey="<rkey>"
    ),
    "delete: bad key": _repo("deleteRecord", 400, "InvalidRequest", rkey="a/b"),
    "batch: good": _writes(200, None, {"$type": "create", "collection": _POST, "value": _GOOD}),
    "batch: nothing": _writes(200, None),
    "batch: update of nothing": _writes(
        500,
        "InternalServerError",
        {"$type": "update", "collection": _POST, "rkey": "3jzfcijpj2z35", "value": _GOOD},
    ),
    "batch: delete of nothing": _writes(
        500, "InternalServerError", {"$type": "delete", "collection": _POST, "rkey": "3jzfcijpj2z36"}
    ),
    "batch: invalid record": _writes(
        400, "InvalidRequest", {"$type": "create", "collection": _POST, "value": {"$type": _POST}}
    ),
    "batch: unknown kind of write": _writes(
        400, "InvalidRequest", {"$type": "move", "collection": _POST, "rkey": "x"}
    ),
    "batch: other swapCommit": _writes(
        400, "InvalidSwap", {"$type": "create", "collection": _POST, "value": _GOOD}, swapCommit=_UNKNOWN_CID
    ),
    "batch: too many": _writes(
        400, "InvalidRequest", *[{"$type": "delete", "collection": _POST, "rkey": "3jzfcijpj2z37"}] * 201
    ),
    # Reading
    "get: good": _get("com.atproto.repo.getRecord", 200, repo="<did>", collection=_POST, rkey="<rkey>"),
    "get: missing": _get(
        "com.atproto.repo.getRecord",
        400,
        "RecordNotFound",
        repo="<did>",
        collection=_POST,
        rkey="3jzfcijpj2z38",
    ),
    "get: other version": _get(
        "com.atproto.repo.getRecord",
        400,
        "RecordNotFound",
        repo="<did>",
        collection=_POST,
        rkey="<rkey>",
        cid=_UNKNOWN_CID,
    ),
    "get: bad cid": _get(
        "com.atproto.repo.getRecord",
        400,
        "InvalidRequest",
        repo="<did>",
        collection=_POST,
        rkey="<rkey>",
        cid="x",
    ),
    "get: unknown handle": _get(
        "com.atproto.repo.getRecord", 400, "InvalidRequest", repo="nobody.test", collection=_POST, rkey="x"
    ),
    "get: parameters missing": _get("com.atproto.repo.getRecord", 400, "InvalidRequest", repo="<did>"),
    "get: bad collection": _get(
        "com.atproto.repo.getRecord", 400, "InvalidRequest", repo="<did>", collection="x", rkey="x"
    ),
    "list: good": _get("com.atproto.repo.listRecords", 200, repo="<handle>", collection=_POST),
    "list: limit 0": _get(
        "com.atproto.repo.listRecords", 400, "InvalidRequest", repo="<did>", collection=_POST, limit="0"
    ),
    "list: limit 101": _get(
        "com.atproto.repo.listRecords", 400, "InvalidRequest", repo="<did>", collection=_POST, limit="101"
    ),
    "list: limit abc": _get(
        "com.atproto.repo.listRecords", 400, "InvalidRequest", repo="<did>", collection=_POST, limit="abc"
    ),
    "list: limit 5.5": _get(
        "com.atproto.repo.listRecords", 400, "InvalidRequest", repo="<did>", collection=_POST, limit="5.5"
    ),
    "list: limit empty": _get("com.atproto.repo.listRecords", 200, repo="<did>", collection=_POST, limit=""),
    "list: reverse yes": _get(
        "com.atproto.repo.listRecords", 400, "InvalidRequest", repo="<did>", collection=_POST, reverse="yes"
    ),
    "list: unknown parameter": _get(
        "com.atproto.repo.listRecords", 200, repo="<did>", collection=_POST, x="y"
    ),
    "list: unknown repo": _get(
        "com.atproto.repo.listRecords", 400, "InvalidRequest", repo="did:plc:nobody", collection=_POST
    ),
    "list: empty collection": _get(
        "com.atproto.repo.listRecords", 200, repo="<did>", collection="x.test.none"
    ),
    "list: repeated parameter": _get(
        "com.atproto.repo.listRecords", 400, "InvalidRequest", repo=["<did>", "<other>"], collection=_POST
    ),
    "describe: good": _get("com.atproto.repo.describeRepo", 200, repo="<handle>"),
    "describe: unknown repo": _get("com.atproto.repo.describeRepo", 400, "RepoNotFound", repo="nobody.test"),
    "resolve: good": _get("com.atproto.identity.resolveHandle", 200, handle="<handle>"),
    "resolve: unknown": _get(
        "com.atproto.identity.resolveHandle", 400, "HandleNotFound", handle="nobody.test"
    ),
    "resolve: not a handle": _get(
        "com.atproto.identity.resolveHandle", 400, "InvalidRequest", handle="nobody"
    ),
    "resolve: parameter missing": _get("com.atproto.identity.resolveHandle", 400, "InvalidRequest"),
    "blob: missing": _get("com.atproto.sync.getBlob", 400, "InvalidRequest", did="<did>", cid=_UNKNOWN_CID),
    "blob: good": _get("com.atproto.sync.getBlob", 200, did="<did>", cid="<blob>"),
    "blob: bad cid": _get("com.atproto.sync.getBlob", 400, "InvalidRequest", did="<did>", cid="x"),
    "blob: unknown account": _get(
        "com.atproto.sync.getBlob", 400, "RepoNotFound", did="did:plc:nobody", cid="<blob>"
    ),
    "profile: good": Case(
        call="GET app.bsky.actor.getProfile", status=200, token="access", params={"actor": "<did>"}
    ),
    "profile: unknown": Case(
        call="GET app.bsky.actor.getProfile",
        status=400,
        error="InvalidRequest",
        token="access",
        params={"actor": "nobody.test"},
    ),
    "profile: not an actor": Case(
        call="GET app.bsky.actor.getProfile",
        status=400,
        error="InvalidRequest",
        token="access",
        params={"actor": "!"},
    ),
    "profile: parameter missing": Case(
        call="GET app.bsky.actor.getProfile", status=400, error="InvalidRequest", token="access"
    ),
    "profile: no token": _get("app.bsky.actor.getProfile", 401, "AuthMissing", actor="<did>"),
    "profiles: more than 25": Case(
        call="GET app.bsky.actor.getProfiles",
        status=400,
        error="InvalidRequest",
        token="access",
        params={"actors": ["<did>"] * 26},
    ),
    "thread: bad at-uri": Case(
        call="GET app.bsky.feed.getPostThread",
        status=400,
        error="InvalidRequest",
        token="access",
        params={"uri": "at://"},
    ),
    "thread: unknown post": Case(
        call="GET app.bsky.feed.getPostThread",
        status=400,
        error="NotFound",
        token="access",
        params={"uri": f"at://<did>/{_POST}/3jzfcijpj2z39"},
    ),
    "timeline: limit 101": Case(
        call="GET app.bsky.feed.getTimeline",
        status=400,
        error="InvalidRequest",
        token="access",
        params={"limit": "101"},
    ),
    # The protocol itself
    "path: unknown method": Case(call="GET com.atproto.server.nothing", status=401, error="AuthMissing"),
    "path: unknown method, with a token": Case(
        call="GET com.atproto.server.nothing", status=501, error="MethodNotImplemented", token="access"
    ),
    "path: not a method": Case(call="GET not_an_nsid", status=400, error="InvalidRequest"),
    "path: empty": Case(call="GET ", status=400, error="InvalidRequest"),
    "verb: POST to a query": Case(
        call="POST com.atproto.server.describeServer", status=400, error="InvalidRequest"
    ),
    "verb: GET of a procedure": Case(
        call="GET com.atproto.server.createSession", status=400, error="InvalidRequest"
    ),
    "verb: PUT": Case(call="PUT com.atproto.server.describeServer", status=400, error="InvalidRequest"),
    "body: malformed JSON": _raw(
        "repo.createRecord", 400, "SyntaxError", b'{"repo":', content_type="application/json"
    ),
    "body: JSON, but no object": _raw(
        "repo.createRecord", 400, "SyntaxError", b"1", content_type="application/json"
    ),
    "body: JSON list": _raw(
        "repo.createRecord", 400, "InvalidRequest", b"[]", content_type="application/json"
    ),
    "body: empty": _raw("repo.createRecord", 400, "InvalidRequest", b"", content_type="application/json"),
    "body: none": Case(
        call="POST com.atproto.repo.createRecord", status=400, error="InvalidRequest", token="access"
    ),
    "body: text": _raw("repo.createRecord", 400, "InvalidRequest", b"{}", content_type="text/plain"),
    "body: JSON with a charset": _raw(
        "repo.createRecord", 400, "InvalidRequest", b"{}", content_type="application/json; charset=utf-8"
    ),
    "body: without a type": _raw("repo.createRecord", 400, "InvalidRequest", b"{}"),
    "body: not expected": _raw(
        "server.deleteSession", 400, "InvalidToken", b"{}", content_type="application/json"
    ),
    "body: unknown compression": _raw(
        "repo.createRecord",
        415,
        "UnsupportedMediaTypeError",
        b"{}",
        content_type="application/json",
        content_encoding="x",
    ),
    "upload: good": _raw("repo.uploadBlob", 200, None, b"some bytes", content_type="text/plain"),
    "upload: without a type": _raw("repo.uploadBlob", 400, "InvalidRequest", b"some bytes"),
    "upload: empty": _raw("repo.uploadBlob", 200, None, b"", content_type="text/plain"),
    "upload: too large": _raw(
        "repo.uploadBlob", 413, "PayloadTooLarge", bytes(5 * 1024 * 1024 + 1), content_type="text/plain"
    ),
    "upload: unknown compression": _raw(
        "repo.uploadBlob",
        415,
        "UnsupportedMediaType",
        b"some bytes",
        content_type="text/plain",
        content_encoding="x",
    ),
    "upload: no token": Case(
        call="POST com.atproto.repo.uploadBlob",
        status=401,
        error="AuthMissing",
        body=b"x",
        headers={"content-type": "text/plain"},
    ),
}
