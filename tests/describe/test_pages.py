"""The pages of the reference: all that the documents define is on them, and their links lead somewhere."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from tests.describe._folder import LEXICONS
from tools.lexicon_pages import pages

_HEADING = re.compile(r"^#{2,6} (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!\.\./)([^)#]*)#?([^)]*)\)")


@pytest.fixture(scope="module")
def made():
    return pages()


def _anchors(text):
    # As MyST and the repository's page make them from headings of letters and digits.
    return Counter(heading.lower().replace(" ", "-") for heading in _HEADING.findall(_FENCE.sub("", text)))


def _documents():
    for file in LEXICONS.rglob("*.json"):
        raw = json.loads(file.read_text(encoding="utf-8"))
        if "lexicon" in raw and "id" in raw:
            yield raw


def test_every_definition_has_one_anchor(made):
    anchors = {name: _anchors(text) for name, text in made.items()}
    counted = 0
    for document in _documents():
        page = f"{document['id']}.md"
        for name in document["defs"]:
            counted += 1
            assert page in made if name == "main" else anchors[page][name.lower()] == 1, f"{page}#{name}"
    assert counted == 838


def test_no_page_has_two_headings_of_one_name(made):
    for name, text in made.items():
        assert all(count == 1 for count in _anchors(text).values()), name


def test_every_link_leads_to_a_page_and_a_heading(made):
    anchors = {name: _anchors(text) for name, text in made.items()}
    links = 0
    for name, text in made.items():
        for page, anchor in _LINK.findall(_FENCE.sub("", text)):
            links += 1
            target = page or name
            assert target in made, f"{name}: {page}"
            assert not anchor or anchor in anchors[target], f"{name}: {page}#{anchor}"
    assert links > 2500


def test_every_document_is_listed_in_its_namespace(made):
    for document in _documents():
        namespace, _, name = document["id"].rpartition(".")
        assert f"[{name}]({document['id']}.md)" in made[f"{namespace}.md"]
        assert f"\n{namespace}\n" in made["index.md"]
