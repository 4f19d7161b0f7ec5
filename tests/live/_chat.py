"""The network's chat service: a FakePds in this process.

The server of the real chat service isn't published. The PDS passes calls on to ``startChat`` of network.mjs,
which checks their tokens against the accounts' DID documents and sends them on here. Before that it logs in
each account that a call names: the account is made under its own DID and handle when it is first seen, and
the records that decide who may write to it are copied from its repository.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, Final

import httpx

from atlex.testing import Call, FakePds, PdsError

from ._network import Network

__all__ = ["serving_chat"]

_DECIDING: Final = ("app.bsky.graph.follow", "app.bsky.graph.block", "chat.bsky.actor.declaration")


@contextlib.contextmanager
def serving_chat(network: Network) -> Iterator[None]:
    """Serve chat for the accounts of the network's PDS until the block ends."""
    pds = FakePds(hostname="api.bsky.chat")
    lock = threading.Lock()
    with httpx.Client(base_url=network.pds) as theirs, pds.client() as ours:

        @pds.method("com.atproto.server.createSession")
        def create_session(call: Call) -> dict[str, Any]:
            did = call.input["identifier"]
            with lock:
                try:
                    pds.account(did)
                except PdsError:
                    described = theirs.get("/xrpc/com.atproto.repo.describeRepo", params={"repo": did})
                    if described.is_error:
                        raise
                    pds.create_account(described.json()["handle"], did=did)
                session = pds.create_session(did)
                ours.headers["authorization"] = f"Bearer {session['accessJwt']}"
                for collection in _DECIDING:
                    _copy(theirs, ours, {"repo": did, "collection": collection})
            return session

        with pds.serve(network.chat_backend):
            yield


def _copy(theirs: httpx.Client, ours: httpx.Client, place: dict[str, str]) -> None:
    wanted, present = _records(theirs, place), _records(ours, place)
    for rkey in present.keys() - wanted.keys():
        _write(ours, "delete", {**place, "rkey": rkey})
    for rkey, record in wanted.items():
        if present.get(rkey) != record:
            _write(ours, "put", {**place, "rkey": rkey, "record": record})


def _records(client: httpx.Client, place: dict[str, str]) -> dict[str, Any]:
    answer = client.get(
        "/xrpc/com.atproto.repo.listRecords", params={**place, "limit": 100}
    ).raise_for_status()
    return {record["uri"].rpartition("/")[2]: record["value"] for record in answer.json()["records"]}


def _write(client: httpx.Client, action: str, body: dict[str, Any]) -> None:
    client.post(f"/xrpc/com.atproto.repo.{action}Record", json=body).raise_for_status()
