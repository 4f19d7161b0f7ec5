"""Rich text beside the official library, on its own kinds of texts and on many thousands at random."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from benchmarks._environment import peer_python

from atlex_bsky import RichText

from . import _rich_texts as texts

HERE = Path(__file__).parent
MIXED = 100_000
SEED = 13
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85]")
# A letter that older tables join with what follows it.
CHANGED = {"\U00011a3a"}
NOTHING = {"detect": [], "read": [], "clean": [], "edit": []}


@pytest.fixture(scope="module")
def detectable():
    return [*texts.CASES, *texts.mixed_texts(MIXED, SEED), *texts.every_character()]


@pytest.fixture(scope="module")
def ask(live_tools):
    """Has the official library answer."""

    def asked(**questions):
        done = subprocess.run(
            [live_tools.node, HERE / "network" / "rich_text.mjs", live_tools.modules],
            input=json.dumps(NOTHING | questions),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return asked


@pytest.fixture(scope="module")
def official(ask, detectable):
    return ask(detect=detectable)


def found(text):
    """What is found in a text: where it begins and ends in bytes, its kind, and what it says."""
    places = []
    start = 0
    for segment in RichText.detect(text):
        end = start + len(segment.text.encode())
        for kind, value in (("did", segment.handle), ("uri", segment.link), ("tag", segment.tag)):
            if value is not None:
                places.append((start, end, kind, value))
        start = end
    return places


def differences(answer, places, text):
    """The kinds of differences, by their names in rich_text.toml; "other" for those that have none."""
    kinds = set()
    expected = []
    for start, end, kind, value, checked in sorted(answer, key=lambda facet: facet[0]):
        if not checked and (start, end, kind, f"https://{value}") in places:
            kinds.add("scheme")
            expected.append((start, end, kind, f"https://{value}"))
        elif not checked:
            kinds.add("refused")
        elif kind == "uri" and CONTROL.search(value):
            kinds.add("control")
        elif expected and start < expected[-1][1]:
            kinds.add("overlap")
        else:
            expected.append((start, end, kind, value))
    if expected != places:
        kinds.add("unicode" if has_new_characters(text) else "other")
    return kinds


def has_new_characters(text):
    """Whether a text has characters that Python's own tables, which are older than both, don't have."""
    return any(unicodedata.category(character) == "Cn" or character in CHANGED for character in text)


def test_what_is_found_is_what_the_official_library_finds(detectable, official, figures):
    kinds = Counter()
    others = []
    for text, answer in zip(detectable, official["detect"], strict=True):
        different = differences(answer, found(text), text)
        kinds.update(different)
        others += [(text, answer)] if "other" in different else []
    listed = tomllib.loads((HERE / "rich_text.toml").read_text("utf-8"))["differences"]
    figures["rich text"] = {
        "texts compared": len(detectable),
        **{f"{kind} on purpose": kinds[kind] for kind in listed},
    }
    assert others == []
    # The tables of Unicode may be the same one day.
    assert kinds.keys() | {"unicode"} == listed.keys()


def test_graphemes_are_counted_as_the_official_library_does(detectable, official):
    counted = [RichText(text).graphemes for text in detectable]
    different = [
        (text, ours, theirs)
        for text, ours, theirs in zip(detectable, counted, official["graphemes"], strict=True)
        if ours != theirs and not has_new_characters(text)
    ]
    assert different == []


PEER = """
import json, sys
from atproto_client.utils.facet_detection import detect_facets, detect_mentions

def places(text):
    for facet in detect_facets(text):
        feature = facet.features[0]
        kind = "uri" if hasattr(feature, "uri") else "tag"
        yield facet.index.byte_start, facet.index.byte_end, kind, getattr(feature, kind)
    for mention in detect_mentions(text):
        yield mention.byte_start, mention.byte_end, "did", mention.handle.lower()

def found(text):
    try:
        return sorted(places(text))
    except ValueError:
        return []

json.dump([found(text) for text in json.load(sys.stdin)], sys.stdout)
"""


def as_tuples(places):
    return [tuple(place) for place in places]


def test_the_peer_is_counted_on_the_same_texts(detectable, official, figures):
    asked = detectable[: len(texts.CASES) + MIXED]
    done = subprocess.run(
        [peer_python(), "-c", PEER], input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True
    )
    answers = [*zip(asked, official["detect"], map(as_tuples, json.loads(done.stdout)), strict=False)]
    figures["rich text at random"] = {
        "texts that differ for a listed reason": sum(
            raw(answer) != found(text) for text, answer, _ in answers
        ),
        "texts that differ with the peer": sum(raw(answer) != theirs for _, answer, theirs in answers),
    }


def raw(answer):
    """All that the library finds, in order, as it is."""
    return sorted(tuple(facet[:4]) for facet in answer)


def pieces(text):
    """The text in pieces with the address of each, plain ones beside each other joined."""
    return joined([segment.text, segment.link] for segment in text)


def joined(parts):
    whole = []
    for text, link in parts:
        if whole and link is None and whole[-1][1] is None:
            whole[-1] = (whole[-1][0] + text, None)
        elif text:
            whole.append((text, link))
    return whole


def test_facets_are_read_as_the_official_library_does(ask):
    questions = [
        *texts.marked_texts(10_000, SEED, apart=True),
        *texts.marked_texts(10_000, SEED + 1, apart=False),
    ]
    answers = ask(read=questions)["read"]
    different = [
        (text, facets, answer)
        for (text, facets), answer in zip(questions, answers, strict=True)
        if pieces(RichText(text, facets)) != joined(answer)
    ]
    assert different == []


def test_empty_lines_are_cleaned_as_the_official_library_does(ask):
    questions = [*texts.marked_texts(10_000, SEED, apart=True)]
    answers = ask(clean=questions)["clean"]
    different = [
        (text, facets, answer)
        for (text, facets), answer in zip(questions, answers, strict=True)
        if pieces(RichText(text, facets).cleaned()) != joined(answer)
    ]
    assert different == []


def test_facets_move_as_in_the_official_library(ask):
    questions = [*texts.edits(10_000, SEED)]
    answers = ask(edit=questions)["edit"]
    different = []
    for (text, facets, start, end, added), answer in zip(questions, answers, strict=True):
        first, last = (len(text.encode()[:place].decode()) for place in (start, end))
        if pieces(RichText(text, facets).replace(first, last, added)) != joined(answer):
            different.append((text, facets, start, end, added, answer))
    assert different == []


def test_the_top_level_domains_are_those_of_the_official_library(live_tools):
    listed = json.loads((live_tools.modules / "node_modules" / "tlds" / "index.json").read_text("utf-8"))
    ours = Path(RichText.__module__.replace(".", "/")).parent / "tlds.txt"
    shipped = (HERE.parents[1] / "src" / ours).read_text("ascii").split()
    assert shipped == sorted(name for name in listed if name.isascii()), "run tools/tlds.py"
