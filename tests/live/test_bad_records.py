"""What a strict PDS refuses for schema reasons, the client refuses before it sends anything."""

from __future__ import annotations

import functools
import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

import atlex_sdk
from atlex import Response
from atlex.client import Create
from atlex.errors import InputError
from atlex_sdk import Client

from ._bad_records import CASES, Case

_WIDTHS = (46, 8, 8)


@dataclass(frozen=True)
class Verdict:
    """Whether a record was taken, and why not."""

    taken: bool
    reason: str
    sent: Any = None


class NotingAgent:
    """Takes every request, and remembers that it came."""

    did = "did:plc:alice234alice234alice234"

    def __init__(self) -> None:
        self.bodies: list[Any] = []

    def send(self, request, /):
        self.bodies.append(json.loads(request.body))
        return Response(200, {"content-type": "application/json"}, b"{}")


class Pds:
    """The PDS, reached without the SDK."""

    def __init__(self, http: httpx.Client) -> None:
        name = f"t{secrets.token_hex(4)}"
        account = {"handle": f"{name}.test", "email": f"{name}@example.com", "password": "secret"}
        made = http.post("/xrpc/com.atproto.server.createAccount", json=account)
        assert made.is_success, made.text
        self._did = made.json()["did"]
        self._http = http
        self._headers = {"authorization": f"Bearer {made.json()['accessJwt']}"}
        png = bytes.fromhex("89504e470d0a1a0a") + b"content"
        uploaded = http.post(
            "/xrpc/com.atproto.repo.uploadBlob",
            content=png,
            headers={**self._headers, "content-type": "image/png"},
        )
        assert uploaded.is_success, uploaded.text
        self.blob = uploaded.json()["blob"]

    def judge(self, case: Case, record: Any) -> Verdict:
        body = {"repo": self._did, "collection": case.collection, "record": record, "validate": True}
        if case.rkey is not None:
            body["rkey"] = case.rkey
        answer = self._http.post("/xrpc/com.atproto.repo.createRecord", json=body, headers=self._headers)
        if answer.is_success:
            return Verdict(True, "")
        # Anything else would say nothing about the schema: no such blob, a lost session, a fault of the server.
        assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest"), answer.text
        return Verdict(False, answer.json()["message"])


def _client_verdict(case: Case, record: Any) -> Verdict:
    agent = NotingAgent()
    type_ = functools.reduce(getattr, case.collection.split("."), atlex_sdk).RECORD.type
    try:
        Client(agent).apply_writes([Create(type_.model_validate(record), rkey=case.rkey)])
    except ValidationError as error:
        first = error.errors()[0]
        verdict = Verdict(False, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    except InputError as error:
        verdict = Verdict(False, str(error))
    else:
        (body,) = agent.bodies
        return Verdict(True, "", body["writes"][0]["value"])
    assert not agent.bodies
    return verdict


def _filled(value: Any, blob: Any) -> Any:
    match value:
        case "<blob>":
            return blob
        case dict():
            return {name: _filled(item, blob) for name, item in value.items()}
        case list():
            return [_filled(item, blob) for item in value]
        case _:
            return value


@pytest.fixture(scope="module")
def verdicts(network, tables) -> dict[str, tuple[Verdict, Verdict]]:
    found = {}
    with httpx.Client(base_url=network.pds, timeout=30) as http:
        pds = Pds(http)
        for name, case in CASES.items():
            record = _filled(dict(case.record), pds.blob)
            client = _client_verdict(case, record)
            assert not case.good or client.sent == record
            if case.mended is not None:
                assert pds.judge(case, client.sent).taken
            found[name] = (pds.judge(case, record), client)
    tables["bad records: what the PDS and the client say"] = _rows(found)
    return found


def _rows(verdicts: dict[str, tuple[Verdict, Verdict]]) -> list[str]:
    def row(*cells: str) -> str:
        return " | ".join(
            [cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False)] + [*cells[3:]]
        )

    words = {True: "takes", False: "refuses"}

    lines = [row("record", "PDS", "client", "the PDS's reason / the client's / why they differ")]
    for name, (pds, client) in verdicts.items():
        reasons = [pds.reason, client.reason, CASES[name].laxer or CASES[name].mended or ""]
        said = " / ".join(" ".join(reason.split())[:90] for reason in reasons if reason)
        lines.append(row(name, words[pds.taken], words[client.taken], said))
    return lines


@pytest.mark.parametrize("name", CASES)
def test_the_client_refuses_what_the_pds_refuses_and_takes_what_is_good(name, verdicts):
    case = CASES[name]
    pds, client = verdicts[name]
    assert client.taken is (case.good or case.mended is not None), client.reason
    # Where the PDS stores what the client refuses, the table says why.
    assert pds.taken is (case.good or case.laxer is not None), pds.reason


def test_at_least_forty_bad_records_are_refused_by_both(verdicts, figures):
    refused = {name for name, (pds, _) in verdicts.items() if not pds.taken and CASES[name].mended is None}
    figures["bad records"] = {
        "records": len(verdicts),
        "refused by the PDS": sum(not pds.taken for pds, _ in verdicts.values()),
        "of these refused by the client": sum(not verdicts[name][1].taken for name in refused),
        "of these mended by the client": sum(case.mended is not None for case in CASES.values()),
        "refused by the client alone": sum(
            pds.taken and not client.taken for pds, client in verdicts.values()
        ),
        "taken by both": sum(pds.taken and client.taken for pds, client in verdicts.values()),
    }
    assert len(refused) >= 40
    assert all(not verdicts[name][1].taken for name in refused)
