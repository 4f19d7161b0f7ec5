"""Every query of the official lexicons, called once through the generated client."""

from __future__ import annotations

import importlib
import json
import operator
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import atlex_sdk
from atlex import XrpcResponseError, XrpcResponseValidationError, issues
from atlex.xrpc import Query
from atlex_sdk import Client

from ._world import Listener, World

__all__ = ["Outcome", "sweep"]


_OPTIONAL: Final = frozenset({"limit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one call.

    Attributes:
        status: The HTTP status.
        error: The error code, or None.
        lossless: Whether the typed result writes the same JSON, or the same bytes, as came.
        json: Whether the answer is JSON.
        issues: How many things of the answer the lenient reading gave up.
        strict: Why the strict reading refuses the answer, or None.
    """

    status: int
    error: str | None = None
    lossless: bool = False
    json: bool = False
    issues: int = 0
    strict: str | None = None


def _queries() -> Iterator[tuple[str, Query[Any, Any]]]:
    """The path of every query's method on a client, and its descriptor."""
    package = f"{atlex_sdk.__name__}."
    for found in pkgutil.walk_packages(atlex_sdk.__path__, package):
        if not found.name.startswith(f"{package}_"):
            method = getattr(importlib.import_module(found.name), "METHOD", None)
            if isinstance(method, Query):
                yield found.name.removeprefix(package), method


def sweep(world: World) -> dict[str, Outcome]:
    """Call every query; the outcomes are by NSID."""
    values, special = _values(world), _special_values(world)
    outcomes: dict[str, Outcome] = {}
    for path, method in _queries():
        agent, proxy = _agent(world, method.nsid)
        fields = method.params.model_fields if method.params else {}
        arguments = {
            name: values[name] for name, field in fields.items() if field.is_required() or name in _OPTIONAL
        } | special.get(method.nsid, {})
        outcomes[method.nsid] = _outcome(Client(agent, proxy=proxy), agent, path, arguments)
    return outcomes


def _outcome(client: Client, agent: Listener, path: str, arguments: dict[str, Any]) -> Outcome:
    try:
        body = operator.attrgetter(path)(client)(**arguments)
    except XrpcResponseError as error:
        return Outcome(status=error.status, error=error.error)
    except XrpcResponseValidationError as error:
        return Outcome(status=error.status, json=True, strict=str(error))
    assert agent.last is not None
    if isinstance(body, bytes):
        return Outcome(status=agent.last.status, lossless=body == agent.last.content)
    strict: str | None = None
    try:
        type(body).from_wire(agent.last.content, validation="strict")
    except XrpcResponseValidationError as error:
        strict = str(error)
    return Outcome(
        status=agent.last.status,
        lossless=_canonical(body.to_wire()) == _canonical(json.loads(agent.last.content)),
        json=True,
        issues=len(issues(body)),
        strict=strict,
    )


def _canonical(value: object) -> str:
    """Python's ``==`` would take 1, 1.0 and True for the same."""
    return json.dumps(value, sort_keys=True)


def _agent(world: World, nsid: str) -> tuple[Listener, str | None]:
    """Who asks, and whom the PDS passes the question on to."""
    network = world.network
    match nsid.split("."):
        case ["tools", "ozone", *_] | [*_, "queryLabels" | "fetchLabels" | "searchAccounts"]:
            return world.moderator, f"{network.ozone_did}#atproto_labeler"
        case ["com", "atproto", "admin", *_]:
            return world.administrator, None
        case [*_, "getFeedSkeleton" | "describeFeedGenerator"]:
            return world.generator, None
        case _:
            return world.alice, None


def _values(world: World) -> dict[str, Any]:
    """An argument for each parameter that some query requires, and for ``limit``."""
    _, _, did, collection, rkey = world.post_uri.split("/")
    return {
        "limit": 25,
        "actor": world.bob_did,
        "actors": [world.alice_did, "bob.test"],
        "anchor": world.liked_uri,
        "aud": world.network.appview_did,
        "cid": world.blob_cid,
        "cids": [world.post_cid, world.commit_cid],
        "codes": ["none"],
        "collection": collection,
        "convo_id": "none",
        "convo_ids": ["none"],
        "country_code": "DE",
        "did": did,
        "dids": [world.alice_did, world.bob_did],
        "feed": world.feed_uri,
        "feeds": [world.feed_uri],
        "handle": "bob.test",
        "hostname": "localhost",
        "id": 1,
        "identifier": "bob.test",
        "job_id": "none",
        "list": world.list_uri,
        "members": [world.bob_did],
        "message_id": "none",
        "name": world.set_name,
        "nsid": "app.bsky.feed.post",
        "q": "test",
        "repo": "alice.test",
        "report_id": 1,
        "rkey": rkey,
        "scope": "atproto transition:generic",
        "starter_pack": world.starter_pack_uri,
        "status": "assigned",
        "subject": world.bob_did,
        "subjects": [world.bob_did, world.post_uri],
        "uri": world.liked_uri,
        "uri_patterns": ["*"],
        "uris": [world.post_uri, world.liked_uri],
        "url": "https://example.com/",
        "values": [world.alice_did],
    }


def _special_values(world: World) -> dict[str, dict[str, Any]]:
    """Arguments of the queries that the common ones don't fit, or that show more with others."""
    return {
        "app.bsky.actor.searchActors": {"q": "alice"},
        "app.bsky.actor.searchActorsTypeahead": {"q": "ali"},
        # Likes are shown to the account itself alone.
        "app.bsky.feed.getActorLikes": {"actor": world.alice_did},
        "app.bsky.feed.getActorFeeds": {"actor": world.alice_did},
        "app.bsky.feed.getAuthorFeed": {"actor": world.alice_did, "filter": "posts_with_media"},
        "app.bsky.feed.getQuotes": {"uri": world.post_uri},
        "app.bsky.feed.getRepostedBy": {"uri": world.post_uri},
        "app.bsky.feed.searchPostsV2": {"query": "test"},
        "app.bsky.graph.getActorStarterPacks": {"actor": world.alice_did},
        "app.bsky.graph.getKnownFollowers": {"actor": world.carla_did},
        "app.bsky.graph.getRelationships": {"others": [world.carla_did, "did:plc:unknown"]},
        "app.bsky.graph.getStarterPacks": {"uris": [world.starter_pack_uri]},
        "app.bsky.labeler.getServices": {"dids": [world.labeler_did], "detailed": True},
        "com.atproto.admin.getSubjectStatus": {"did": world.alice_did},
        "com.atproto.server.getServiceAuth": {"lxm": "app.bsky.feed.getTimeline"},
        "tools.ozone.moderation.getRecord": {"uri": world.post_uri},
        "tools.ozone.signature.searchAccounts": {"values": ["none"]},
    }
