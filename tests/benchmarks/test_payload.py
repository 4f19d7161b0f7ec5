"""The benchmarks' payloads are what a server may send: the interpreting validator, which knows no model, says so."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

import pytest
from benchmarks._payload import Payloads, encode
from tests.generated._documents import ROOT

from atlex.lexicon import Lexicons

_METHODS = {
    "timeline": "app.bsky.feed.getTimeline",
    "profile": "app.bsky.actor.getProfile",
    "listing": "com.atproto.repo.listRecords",
    "thread": "app.bsky.feed.getPostThread",
}


@cache
def _lexicons():
    return Lexicons.load(ROOT / "lexicons")


def _objects(value):
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


@pytest.mark.parametrize(("name", "nsid"), _METHODS.items())
def test_a_payload_is_valid_against_its_lexicon(name, nsid):
    payload = getattr(Payloads(), name)()
    assert _lexicons().validate_output(nsid, "application/json", payload) == []


@pytest.mark.parametrize("name", ["timeline", "listing", "thread", "record"])
def test_every_post_in_a_payload_is_a_valid_record(name):
    payload = getattr(Payloads(), name)()
    posts = [found for found in _objects(payload) if found.get("$type") == "app.bsky.feed.post"]
    assert posts
    faults = [fault for post in posts for fault in _lexicons().validate_record("app.bsky.feed.post", post)]
    assert faults == []


def test_the_payloads_have_the_sizes_that_the_figures_name():
    payloads = Payloads()
    timeline = payloads.timeline()
    assert len(timeline["feed"]) == 100
    assert 450_000 < len(encode(timeline)) < 550_000
    assert len(payloads.listing()["records"]) == 1000
    depth, node = 0, payloads.thread()["thread"]
    while node is not None:
        depth, node = depth + 1, next(iter(node["replies"]), None)
    assert depth == 30


def test_the_timeline_has_what_real_ones_have():
    types = Counter(found.get("$type") for found in _objects(Payloads().timeline()))
    for wanted in (
        "app.bsky.embed.images#view",
        "app.bsky.embed.external#view",
        "app.bsky.embed.video#view",
        "app.bsky.embed.record#viewRecord",
        "app.bsky.embed.record#viewNotFound",
        "app.bsky.embed.recordWithMedia#view",
        "app.bsky.feed.defs#reasonRepost",
        "app.bsky.richtext.facet#mention",
        "com.example.chess.board#view",
        "blob",
    ):
        assert types[wanted], wanted


def test_one_seed_makes_one_payload():
    assert encode(Payloads().timeline(5)) == encode(Payloads().timeline(5))
    assert encode(Payloads(1).timeline(5)) != encode(Payloads(2).timeline(5))
    assert json.loads(encode(Payloads().profile())) == Payloads().profile()
