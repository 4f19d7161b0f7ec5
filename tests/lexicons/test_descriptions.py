"""Our own descriptions: each says something, none says it twice, and each belongs to something that exists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

MAIN_KINDS = {"query", "procedure", "subscription", "record", "permission-set"}

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an the this that these those it its of to for in on at by with from and or as is are be been was were do
        does not no all any each some one ones get gets return returns give gives given when where which who whom whose
        what their them they your you""",
    )
)
ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "er", "e", "s", "y")


def stem(word: str) -> str:
    """A rough stem: enough to see that "searching" and "searches" are "search"."""
    word = word.partition("'")[0]
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def stems_of_name(key: str) -> set[str]:
    return {stem(word.lower()) for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", key)}


def stems_of_text(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+(?:'[a-z]+)?", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
    return {stem(word) for word in words if word not in STOP_WORDS}


def only_restates(key: str, text: str) -> bool:
    return stems_of_text(text) <= stems_of_name(key)


def properties(definition: Json) -> Iterator[str]:
    """The properties that a key may name, as the file's own header says."""
    if definition["type"] == "record":
        yield from definition["record"].get("properties", {})
    yield from definition.get("properties", {})
    yield from definition.get("parameters", {}).get("properties", {})
    for part in ("input", "output"):
        yield from definition.get(part, {}).get("schema", {}).get("properties", {})


@pytest.fixture(scope="session")
def descriptions(lexicons: Path) -> dict[str, str]:
    return tomllib.loads((lexicons / "descriptions.toml").read_text("utf-8"))


def test_every_method_record_and_permission_set_has_a_description(
    committed: dict[str, Json], descriptions: dict[str, str]
) -> None:
    wanted = {
        nsid
        for nsid, document in committed.items()
        if document["defs"].get("main", {}).get("type") in MAIN_KINDS
    }
    assert len(wanted) == 351
    assert sorted(wanted - descriptions.keys()) == []


def test_every_key_names_something_that_exists(
    committed: dict[str, Json], descriptions: dict[str, str]
) -> None:
    def exists(key: str) -> bool:
        nsid, _, fragment = key.partition("#")
        name, dot, property_ = fragment.partition(".")
        definition = committed.get(nsid, {}).get("defs", {}).get(name or "main")
        return definition is not None and (not dot or property_ in properties(definition))

    assert [key for key in descriptions if not exists(key)] == []


def test_a_main_definition_is_described_under_the_nsid_alone(descriptions: dict[str, str]) -> None:
    assert [key for key in descriptions if key.endswith("#main")] == []


def test_the_keys_are_sorted(descriptions: dict[str, str]) -> None:
    assert list(descriptions) == sorted(descriptions)


def test_no_description_only_restates_its_name(descriptions: dict[str, str]) -> None:
    assert [key for key, text in descriptions.items() if only_restates(key, text)] == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("app.bsky.actor.getProfile", "Get the profile of an actor."),
        ("app.bsky.actor.getProfiles", "Gets actors' profiles."),
        ("app.bsky.actor.searchActors", "Searching for actors."),
        ("com.atproto.repo.listRecords", "List all of the records in a repo."),
        ("com.atproto.server.createSession", "Creates a session on the server."),
        ("com.atproto.server.createSession#main.authFactorToken", "The authFactorToken."),
        ("com.atproto.sync.getRepo", ""),
    ],
)
def test_a_description_that_only_restates_its_name_is_recognised(key: str, text: str) -> None:
    assert only_restates(key, text)


def test_a_description_that_says_more_than_its_name_is_recognised() -> None:
    assert not only_restates("app.bsky.actor.getProfile", "Look up an account's profile with its counts.")


def test_no_two_descriptions_are_the_same(descriptions: dict[str, str]) -> None:
    plain = [" ".join(re.findall(r"\w+", text.lower())) for text in descriptions.values()]
    assert sorted({text for text in plain if plain.count(text) > 1}) == []


def test_every_description_is_one_short_sentence_on_one_line(descriptions: dict[str, str]) -> None:
    def is_sentence(text: str) -> bool:
        return (
            text.isprintable()
            and re.fullmatch(r"[A-Z`].*[^ .]\.", text) is not None
            and re.search(r"[.!?] [A-Z]|  ", text) is None
            and len(text) <= 160
        )

    assert [key for key, text in descriptions.items() if not is_sentence(text)] == []
