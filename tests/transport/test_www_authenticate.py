from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex._www_authenticate import parse_www_authenticate

TWO_CHALLENGES = 'Newauth realm="apps", type=1,\n\t  title="Log in to \\"apps\\"", Basic realm="simple"'

READ = {
    "unquoted": ("Bearer realm=example.org", {"Bearer": {"realm": "example.org"}}),
    "quoted": ('Bearer realm="example.org"', {"Bearer": {"realm": "example.org"}}),
    "quoted with spaces": ('Bearer realm="a realm"', {"Bearer": {"realm": "a realm"}}),
    "escaped quotes": (r'Bearer realm="a \"quote\""', {"Bearer": {"realm": 'a "quote"'}}),
    "escaped backslashes": (r'Bearer realm="a\\b\\c"', {"Bearer": {"realm": r"a\b\c"}}),
    "name with a hyphen": (
        'Bearer error-uri="https://a.example"',
        {"Bearer": {"error-uri": "https://a.example"}},
    ),
    "name with an underscore": ('Bearer error_description="x"', {"Bearer": {"error_description": "x"}}),
    "numeric": ("Bearer max-age=60", {"Bearer": {"max-age": "60"}}),
    "empty quoted": ('Bearer realm=""', {"Bearer": {"realm": ""}}),
    "Basic": ('Basic realm="the staging site"', {"Basic": {"realm": "the staging site"}}),
    "Bearer with a URL": ('Bearer realm="https://a.example"', {"Bearer": {"realm": "https://a.example"}}),
    "DPoP algorithms": ('DPoP algs="ES256 ES384"', {"DPoP": {"algs": "ES256 ES384"}}),
    "two parameters": ('Digest realm="r", nonce="n1"', {"Digest": {"realm": "r", "nonce": "n1"}}),
    "empty unquoted": ("Bearer realm=", {"Bearer": {"realm": ""}}),
    "empty quoted again, with a neighbour": ('Bearer realm="", a=b', {"Bearer": {"realm": "", "a": "b"}}),
    "scheme alone": ("Basic", {"Basic": {}}),
    "tabs, line breaks and escaped quotes": (
        TWO_CHALLENGES,
        {
            "Newauth": {"realm": "apps", "type": "1", "title": 'Log in to "apps"'},
            "Basic": {"realm": "simple"},
        },
    ),
    "two challenges": (
        'Basic realm="a", Bearer realm="b"',
        {"Basic": {"realm": "a"}, "Bearer": {"realm": "b"}},
    ),
    "empty": ("", {}),
    "blank": ("   ", {}),
    "surrounding space": ('  Bearer realm="x"  ', {"Bearer": {"realm": "x"}}),
    "commas in quotes": ('Bearer realm="a, b, c"', {"Bearer": {"realm": "a, b, c"}}),
    "space between": (
        '  Bearer realm="x"  ,   Basic    rr=     ',
        {"Bearer": {"realm": "x"}, "Basic": {"rr": ""}},
    ),
    "token68": ("Bearer abc123", {"Bearer": "abc123"}),
    "trailing space after the scheme": ("Bearer   ", {"Bearer": {}}),
    "a parameter twice": ('Bearer realm="first", realm="second"', {"Bearer": {"realm": "second"}}),
    "odd characters in a name": ('Bearer realm@foo="bar"', {"Bearer": {"realm@foo": "bar"}}),
    "odd characters alone": ("!@#$%", {"!@#$%": {}}),
    # Beyond the reference: what RFC 9110 allows.
    "padded token68": (
        "Negotiate a87421000492aa874209af8bc028==",
        {"Negotiate": "a87421000492aa874209af8bc028=="},
    ),
    "empty list elements": (', Basic realm="a",, ', {"Basic": {"realm": "a"}}),
    "space around the equals sign": ('Basic realm = "a" , b = c', {"Basic": {"realm": "a", "b": "c"}}),
    "a tab after the scheme": ('Basic\trealm="a\tb"', {"Basic": {"realm": "a\tb"}}),
    "case kept": ("bEARER rEALM=X", {"bEARER": {"rEALM": "X"}}),
}

REFUSED = {
    "parameters without a comma": 'Bearer realm="a" error="b"',
    "open quote": 'Bearer realm="open',
    "empty name": 'Bearer ="value"',
    "a scheme twice": 'Basic realm="first", Basic realm="second"',
    "a parameter after a scheme that stands alone": 'Bearer, realm="foo"',
    # Beyond the reference.
    "a parameter first": 'realm="foo"',
    "a parameter after token68": 'Bearer abc, realm="foo"',
    "quoted scheme": '"Bearer" realm=a',
    "two words": "Bearer one two",
}


@pytest.mark.parametrize(("header", "challenges"), READ.values(), ids=READ)
def test_a_header_is_read(header: str, challenges: object) -> None:
    assert parse_www_authenticate(header) == challenges


@pytest.mark.parametrize("header", REFUSED.values(), ids=REFUSED)
def test_a_header_that_needs_guessing_is_not_read(header: str) -> None:
    assert parse_www_authenticate(header) is None


def test_no_header_has_no_challenges() -> None:
    assert parse_www_authenticate(None) is None


@given(st.text(alphabet='aB=," \\\t\n'))
def test_any_text_is_read_or_refused(header: str) -> None:
    assert isinstance(parse_www_authenticate(header), dict | None)


@given(
    st.dictionaries(
        st.sampled_from(["Basic", "Bearer", "DPoP"]),
        st.dictionaries(st.sampled_from(["realm", "error", "nonce"]), st.text(), min_size=1),
    ),
)
def test_what_was_quoted_is_read_back(challenges: dict[str, dict[str, str]]) -> None:
    written = [
        f"{scheme} " + ", ".join(f'{name}="{_escaped(value)}"' for name, value in parameters.items())
        for scheme, parameters in challenges.items()
    ]
    assert parse_www_authenticate(", ".join(written)) == challenges


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


@pytest.mark.parametrize("part", ['"', "a=", ",", "\\", 'a="', "a ", " "])
def test_a_long_hostile_header_is_read_in_linear_time(part: str) -> None:
    # Anything worse than linear would take hours here.
    parse_www_authenticate("Bearer " + part * 100_000)
