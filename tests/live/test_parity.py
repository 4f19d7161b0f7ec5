"""The same requests to the protocol's own PDS and to ``FakePds``: status and error code are the same."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from atlex.testing import FakePds

from ._app_parity import APP_CASES
from ._parity import CASES as PDS_CASES
from ._parity import Case

CASES = {**PDS_CASES, **APP_CASES}

_PASSWORD = "secret"


@dataclass(frozen=True)
class Place:
    """One of the two servers, and what things are called there."""

    client: httpx.Client
    names: dict[str, str]
    tokens: dict[str, str]

    def answer(self, case: Case) -> tuple[int, str | None]:
        verb, _, method = case.call.partition(" ")
        headers = {name: self._filled(value) for name, value in case.headers.items()}
        if case.token is not None:
            headers["authorization"] = f"Bearer {self.tokens[case.token]}"
        body = {"content": case.body} if case.json is None else {"json": self._filled(case.json)}
        response = self.client.request(
            verb, f"/xrpc/{method}", params=self._filled(dict(case.params)), headers=headers, **body
        )
        return response.status_code, _error(response)

    def _filled(self, value: Any) -> Any:
        match value:
            case str():
                return re.sub(r"<(\w+)>", lambda found: self.names[found[1]], value)
            case dict():
                return {name: self._filled(item) for name, item in value.items()}
            case list():
                return [self._filled(item) for item in value]
            case _:
                return value


def _error(response: httpx.Response) -> str | None:
    if response.is_success or "json" not in response.headers.get("content-type", ""):
        return None
    return response.json().get("error")


def _settled(client: httpx.Client, expired: Callable[[dict[str, Any]], str]) -> Place:
    """Bring a server into the state that the cases expect, with the same calls at both."""

    def call(nsid: str, json: Any = None, token: str | None = None, **options: Any) -> Any:
        headers = {**options.pop("headers", {}), **({"authorization": f"Bearer {token}"} if token else {})}
        response = client.post(f"/xrpc/com.atproto.{nsid}", json=json, headers=headers, **options)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def account(name: str) -> Any:
        sent = {"handle": f"{name}.test", "email": f"{name}@example.com", "password": _PASSWORD}
        return call("server.createAccount", sent)

    def login() -> Any:
        return call("server.createSession", {"identifier": f"{name}.test", "password": _PASSWORD})

    unique = secrets.token_hex(4)
    name = f"a{unique}"
    own, other = account(name), account(f"b{unique}")
    token = own["accessJwt"]
    blob = call("repo.uploadBlob", token=token, content=b"content", headers={"content-type": "image/png"})[
        "blob"
    ]
    post = {
        "$type": "app.bsky.feed.post",
        "text": "hello",
        "createdAt": "2026-01-01T00:00:00.000Z",
        "embed": {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "nothing"}]},
    }
    written = call(
        "repo.createRecord",
        {"repo": own["did"], "collection": "app.bsky.feed.post", "rkey": "3jzfcijpj2z2a", "record": post},
        token,
    )
    ended, used = login(), login()
    call("server.deleteSession", token=ended["refreshJwt"])
    call("server.refreshSession", token=used["refreshJwt"])
    head, _, signature = token.rpartition(".")
    return Place(
        client=client,
        names={
            "did": own["did"],
            "handle": own["handle"],
            "HANDLE": own["handle"].upper(),
            "email": f"{name}@example.com",
            "new": f"c{unique}",
            "other": other["did"],
            "rkey": "3jzfcijpj2z2a",
            "cid": written["cid"],
            "blob": blob["ref"]["$link"],
            "in_half_a_minute": str(int(time.time()) + 30),
            "in_half_an_hour": str(int(time.time()) + 1800),
            "in_two_hours": str(int(time.time()) + 7200),
        },
        tokens={
            "access": token,
            "refresh": own["refreshJwt"],
            "expired": expired(other),
            "tampered": f"{head}.{signature[::-1]}",
            "ended": ended["refreshJwt"],
            "used": used["refreshJwt"],
            "nonsense": "nonsense",
        },
    )


@pytest.fixture(scope="module")
def real(network) -> Iterator[Place]:
    with httpx.Client(base_url=network.pds, timeout=30) as client:
        yield _settled(client, lambda session: network.expired_access_token(session["accessJwt"]))


@pytest.fixture(scope="module")
def fake() -> Iterator[Place]:
    def expired(session: dict[str, Any]) -> str:
        pds.expire_access_tokens(session["did"])
        return session["accessJwt"]

    with FakePds() as pds, pds.client() as client:
        yield _settled(client, expired)


@pytest.mark.parametrize("name", CASES)
def test_both_servers_answer_alike(name, real, fake, figures):
    case = CASES[name]
    answers = {"PDS": real.answer(case), "FakePds": fake.answer(case)}
    counts = figures.setdefault("parity", {"requests": 0, "answered alike": 0})
    counts["requests"] += 1
    counts["answered alike"] += answers["PDS"] == answers["FakePds"]
    expected = (case.status, case.error)
    assert answers == {"PDS": expected, "FakePds": expected}
