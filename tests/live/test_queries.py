"""Every query of the official lexicons, through the generated client, against the protocol's own servers."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ._sweep import Outcome, sweep
from ._world import opened_world

# Every query is called, those that the documents call deprecated too.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

LEXICONS = Path(__file__).parents[2] / "lexicons"


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    with (Path(__file__).parent / "queries.toml").open("rb") as file:
        return tomllib.load(file)


@pytest.fixture(scope="module")
def outcomes(network, figures) -> dict[str, Outcome]:
    with opened_world(network) as world:
        found = sweep(world)
    figures["queries"] = _figures(found)
    return found


def _figures(outcomes: dict[str, Outcome]) -> dict[str, int]:
    typed = [outcome for outcome in outcomes.values() if outcome.json]
    return {
        "called": len(outcomes),
        "answered": sum(outcome.status == 200 for outcome in outcomes.values()),
        "json": len(typed),
        "lossless": sum(outcome.lossless for outcome in typed),
        "strict": sum(outcome.strict is None for outcome in typed),
        "issues": sum(outcome.issues for outcome in typed),
    }


def test_every_query_of_the_official_documents_is_called(outcomes):
    documents = [json.loads(path.read_bytes()) for path in LEXICONS.rglob("*.json")]
    mains = {document["id"]: document["defs"].get("main", {}) for document in documents if "defs" in document}
    assert set(outcomes) == {nsid for nsid, main in mains.items() if main.get("type") == "query"}


def test_a_query_that_is_not_listed_as_unanswered_is_answered(outcomes, expected):
    failed = {
        nsid: (outcome.status, outcome.error)
        for nsid, outcome in outcomes.items()
        if outcome.status != 200 and nsid not in expected["unanswered"]
    }
    assert failed == {}


def test_a_query_that_is_listed_as_unanswered_fails_as_the_list_says(outcomes, expected):
    seen = {
        nsid: (outcomes[nsid].status, outcomes[nsid].error) if nsid in outcomes else "isn't a query"
        for nsid in expected["unanswered"]
    }
    assert seen == {nsid: (row["status"], row["error"]) for nsid, row in expected["unanswered"].items()}


def test_every_unanswered_query_has_one_reason(expected):
    assert all(row["reason"].endswith(".") for row in expected["unanswered"].values())


def test_every_answer_is_written_back_as_it_came(outcomes):
    lossy = [nsid for nsid, outcome in outcomes.items() if outcome.status == 200 and not outcome.lossless]
    assert lossy == []


def test_the_strict_reading_accepts_what_the_servers_say(outcomes):
    refused = {nsid: outcome.strict for nsid, outcome in outcomes.items() if outcome.strict is not None}
    assert refused == {}


@pytest.mark.parametrize("figure", ["called", "answered", "json", "lossless", "strict"])
def test_the_figures_do_not_fall(outcomes, expected, figure):
    assert _figures(outcomes)[figure] >= expected["floors"][figure]
