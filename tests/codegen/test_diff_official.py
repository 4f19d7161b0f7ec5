"""Two real generations of the official documents: the older one is today's with real changes of summer 2026 undone.

In bluesky-social/atproto these are the pull requests 5427 (known likers), 5350 (alt texts of videos), 5277 (the limit of
uploads), 5203 (the ids of drafts), 5257 (the order of followers and follows), 5293 (policies recommended by queues).
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from atlex_codegen import Diff, diff

Json = dict[str, Any]
_LEXICONS = Path(__file__).parents[2] / "lexicons"


def properties(raw: Json, *path: str) -> Json:
    for key in path:
        raw = raw[key]
    found: Json = raw["properties"]
    return found


def undo_known_likers(defs: Json) -> None:
    del properties(defs, "viewerState")["knownLikers"]
    del defs["knownLikers"]


def undo_alt_texts(defs: Json) -> None:
    for name in ("main", "view"):
        properties(defs, name)["alt"] |= {"maxGraphemes": 1000, "maxLength": 10000}


def undo_upload_limit(defs: Json) -> None:
    del properties(defs, "main", "output", "schema")["blobUploadLimit"]


def undo_draft_ids(defs: Json) -> None:
    del properties(defs, "main", "output", "schema")["id"]["format"]


def undo_order(defs: Json) -> None:
    del properties(defs, "main", "parameters")["sort"]


def undo_policies(defs: Json) -> None:
    if "queueView" in defs:
        del properties(defs, "queueView")["recommendedPolicies"]
        return
    del properties(defs, "main", "input", "schema")["recommendedPolicies"]
    errors = [error for error in defs["main"]["errors"] if error["name"] != "InvalidRecommendedPolicies"]
    defs["main"]["errors"] = errors


UNDONE = {
    "app.bsky.feed.defs": undo_known_likers,
    "app.bsky.embed.video": undo_alt_texts,
    "com.atproto.server.describeServer": undo_upload_limit,
    "app.bsky.draft.createDraft": undo_draft_ids,
    "app.bsky.graph.getFollowers": undo_order,
    "app.bsky.graph.getFollows": undo_order,
    "tools.ozone.queue.createQueue": undo_policies,
    "tools.ozone.queue.defs": undo_policies,
    "tools.ozone.queue.updateQueue": undo_policies,
}

LISTED = [
    ("app.bsky.draft.createDraft", "format-changed", "breaking", "compatible"),
    ("app.bsky.embed.video", "limit-changed", "breaking", "compatible"),
    ("app.bsky.embed.video", "limit-changed", "breaking", "compatible"),
    ("app.bsky.embed.video#view", "limit-changed", "breaking", "compatible"),
    ("app.bsky.embed.video#view", "limit-changed", "breaking", "compatible"),
    ("app.bsky.feed.defs#knownLikers", "definition-added", "compatible", "compatible"),
    ("app.bsky.feed.defs#viewerState", "property-added", "compatible", "compatible"),
    ("app.bsky.graph.getFollowers", "property-added", "compatible", "compatible"),
    ("app.bsky.graph.getFollows", "property-added", "compatible", "compatible"),
    ("com.atproto.server.describeServer", "property-added", "compatible", "compatible"),
    ("tools.ozone.queue.createQueue", "property-added", "compatible", "compatible"),
    ("tools.ozone.queue.createQueue", "error-added", "compatible", "compatible"),
    ("tools.ozone.queue.defs#queueView", "property-added", "compatible", "compatible"),
    ("tools.ozone.queue.updateQueue", "property-added", "compatible", "compatible"),
    ("tools.ozone.queue.updateQueue", "error-added", "compatible", "compatible"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Diff:
    older = tmp_path_factory.mktemp("official") / "lexicons"
    shutil.copytree(_LEXICONS, older)
    for nsid, undo in UNDONE.items():
        file = older.joinpath(*nsid.split(".")).with_suffix(".json")
        raw = json.loads(file.read_text(encoding="utf-8"))
        undo(raw["defs"])
        file.write_text(json.dumps(raw), encoding="utf-8")
    return diff(older, _LEXICONS)


def test_every_change_is_listed_once(found: Diff) -> None:
    assert [(str(c.definition), c.kind, c.lexicon, c.python) for c in found.changes] == LISTED
    assert not found.names


def test_the_names_in_python_are_those_that_callers_see(found: Diff) -> None:
    names = Counter(str(name.new) for change in found.changes for name in change.names)
    assert names["client.app.bsky.graph.get_followers(sort=)"] == 1
    assert names["client.tools.ozone.queue.create_queue(recommended_policies=)"] == 1
    assert names["tools.ozone.queue.update_queue.InvalidRecommendedPoliciesError"] == 1
    assert names["app.bsky.feed.defs.KnownLikers"] == 1
    assert set(names.values()) == {1}
