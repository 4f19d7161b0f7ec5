"""Mentions, links and tags that are found in texts, and handles that are resolved."""

from __future__ import annotations

import pytest
from tools.tlds import top_level_domains

from atlex.errors import InputError
from atlex_bsky import RichText
from atlex_bsky.richtext import Segment

ALICE = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


def found(text):
    return [
        (part.text, part.link or part.tag or part.handle) for part in RichText.detect(text) if part.features
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hi @alice.test, (@bob.com) x@carla.com", [("@alice.test", "alice.test"), ("@bob.com", "bob.com")]),
        ("@Alice.com", [("@Alice.com", "alice.com")]),
        ("@alice.notatld @alice.COM @-a.com @a..com", []),
        ("see example.com.", [("example.com", "https://example.com")]),
        ("(https://example.com/a_(b))", [("https://example.com/a_(b))", "https://example.com/a_(b))")]),
        ("(https://example.com)", [("https://example.com", "https://example.com")]),
        ("HTTPS://example.com a-b.com example.notatld http://.", []),
        ("httpbin.org http.cat", [("httpbin.org", "https://httpbin.org"), ("http.cat", "https://http.cat")]),
        ("#tag, \uff03t #1 #a1! #", [("#tag", "tag"), ("\uff03t", "t"), ("#a1", "a1")]),
        ("#" + 64 * "é", [("#" + 64 * "é", 64 * "é")]),
        ("#" + 65 * "a", []),
        ("$aapl $BRK5. $TOOLONG $1A ($A)", [("$aapl", "$AAPL"), ("$BRK5", "$BRK5"), ("$A", "$A")]),
        ("a\ufeff#b", [("#b", "b")]),
        ("a\x85#b a\x1c#b", []),
    ],
)
def test_texts_have_what_the_apps_find_in_them(text, expected):
    assert found(text) == expected


def test_what_a_text_has_already_stays_and_the_rest_is_searched():
    text = RichText("#a ").link("example.com", "https://example.org").text(" example.net")
    assert [(part.text, part.link or part.tag) for part in RichText.detect(text) if part.features] == [
        ("#a", "a"),
        ("example.com", "https://example.org"),
        ("example.net", "https://example.net"),
    ]


def test_handles_are_listed_once_and_resolved_in_a_second_step():
    text = RichText.detect("@alice.test @Bob.test @ALICE.test #a")
    assert text.handles == ("alice.test", "bob.test")
    with pytest.raises(InputError, match=r"@alice\.test has no DID yet"):
        _ = text.facets
    resolved = text.resolved({"Alice.test": ALICE})
    assert resolved.handles == ()
    assert [(part.text, part.mention) for part in resolved.segments[:3]] == [
        ("@alice.test", ALICE),
        (" @Bob.test ", None),
        ("@ALICE.test", ALICE),
    ]
    assert resolved == RichText.detect(text.plain, resolve={"alice.test": ALICE})


def test_a_function_resolves_each_handle_once():
    asked = []

    def resolve(handle):
        asked.append(handle)
        return ALICE if handle == "alice.test" else None

    text = RichText.detect("@alice.test @bob.test @alice.test", resolve=resolve)
    assert asked == ["alice.test", "bob.test"]
    assert [part.mention for part in text] == [ALICE, None, ALICE]


def test_an_answer_that_is_no_did_is_refused():
    with pytest.raises(InputError, match="isn't a DID"):
        RichText.detect("@alice.test", resolve={"alice.test": "alice.test"})


def test_the_first_stays_where_stretches_overlap():
    text = RichText.detect("https://example.com/(@alice.test)")
    assert text.segments == (Segment("https://example.com/(@alice.test)", text.segments[0].features),)


@pytest.mark.parametrize(
    "source",
    ['["ελ", "org", "com", "xn--p1ai"]', "# Version 2026112800\nCOM\nORG\nXN--P1AI\n"],
    ids=["npm", "IANA"],
)
def test_the_list_of_domains_is_made_from_either_source(source):
    assert top_level_domains(source) == ["com", "org"]
