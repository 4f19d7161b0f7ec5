from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from atlex import syntax
from atlex.syntax import FORMATS, is_valid_format

PLC: Final = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
POST: Final = f"at://{PLC}/app.bsky.feed.post"
CID: Final = "bafkreiffsgtnic7uebaeuaixgph3pmmq2ywglpylzwrswv5so7m23hyuny"
CID_V0: Final = "QmRJzsvyCQyizr73Gmms8ZRtvNxmgqumxc2KUp71dfEmoj"

VALID: Final[dict[str, list[str]]] = {
    "did": [
        PLC,
        "did:web:pds.example.com",
        "did:web:localhost%3A2583",
        "did:x:y",
        "did:x:Y_2.z-",
        "did:x:a:b::c",
        "did:x::a",
        "did:x:%zz0",
        "did:x:.",
        "did:x:" + "a" * 2042,
    ],
    "handle": [
        "alice.test",
        "ALICE.Example.COM",
        "a.b",
        "4u.example",
        "1.2.3.4.com",
        "a--b.xn--p1ai",
        "under.arpa",
        "a" * 63 + ".test",
        "t." + "z" * 63,
        ".".join(["abcdefg"] * 31) + ".abcde",
    ],
    "at-identifier": [PLC, "alice.test", "did.test"],
    "nsid": [
        "app.bsky.feed.post",
        "a.b.c",
        "a.0.c",
        "com.4chan.lex.getThing",
        "xn--a.xn--b.c9",
        "com.Example.fooBar",
        "com." + "o" * 63 + ".foo",
        "com.example." + "o" * 63,
        "a." * 127 + "b" * 63,
    ],
    "at-uri": [
        f"at://{PLC}",
        "at://alice.test",
        POST,
        f"{POST}/3jzfcijpj2z2a",
        f"{POST}/...",
        f"{POST}/a:b~c_d-e.f",
        f"{POST}/{'k' * 512}",
        f"{POST}/self#/text",
        f"{POST}#/",
        f"at://{PLC}#/a/b/0/%C3%A9",
        f"at://{PLC}#/[a]$&'(*)+,;=@!~",
        f"at://{PLC}#/" + "p" * (8192 - len(PLC) - 7),
    ],
    "cid": [
        CID,
        "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
        "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        "bafkqaaa",
    ],
    "tid": ["3jzfcijpj2z2a", "2222222222222", "jzzzzzzzzzzzz"],
    "record-key": ["self", "a", "...", ".a", "~", "_", "-", ":", "A.b-c_d~e:9", "k" * 512],
    "datetime": [
        "2024-01-15T12:30:00Z",
        "2024-01-15T12:30:00.0Z",
        "2024-01-15T12:30:00.123456789012Z",
        "2024-01-15T12:30:00+00:00",
        "2024-01-15T12:30:00-00:01",
        "2024-01-15T12:30:00.5+23:59",
        "2024-02-29T00:00:00Z",
        "2000-02-29T23:59:59Z",
        "2023-04-30T00:00:00Z",
        "2023-12-31T00:00:00Z",
        "0000-02-29T00:00:00Z",
        "0000-01-01T23:59:00+23:59",
        "0000-01-01T00:00:00-23:59",
        "9999-12-31T00:00:59.999-23:59",
        "9999-12-31T23:59:59.999+23:59",
        "2024-01-15T12:30:00." + "1" * 43 + "Z",
    ],
    "language": [
        "en",
        "gsw",
        "pt-BR",
        "es-419",
        "zh-Hant-TW",
        "zh-yue-HK",
        "aa-bbb-ccc-ddd",
        "hy-latn-it-arevela",
        "de-1901-1996",
        "en-a-bb-b-bb-x-a-a",
        "en-x-1",
        "x-a-a",
        "X-Whatever",
        "i-klingon",
        "zh-min",
        "zh-min-nan",
        "sgn-CH-DE",
        "cel-gaulish",
    ],
    "uri": [
        "https://example.com/a?b=c#d",
        "file:///etc/hosts",
        "file:///",
        "go://?x",
        "mailto:alice@example.com",
        "a+b-c.d1:x",
        "urn:isbn:0451450523",
        POST,
        "https://example.com/ünï",
        "https://" + "x" * 8184,
    ],
}

INVALID: Final[dict[str, list[str]]] = {
    "did": [
        "did",
        "did:",
        "did:plc",
        "did:plc:",
        "did::abc",
        "DID:plc:abc",
        "did:PLC:abc",
        "did:p1c:abc",
        "did:plc:abc:",
        "did:plc:abc%",
        "did:plc:a/b",
        "did:plc:a?b",
        "did:plc:a#b",
        "did:plc:a b",
        "did:plc:é",
        "did:plc:٣",
        "did:x:" + "a" * 2043,
    ],
    "handle": [
        "alice",
        ".alice.test",
        "alice.test.",
        "alice..test",
        "-alice.test",
        "alice-.test",
        "alice.-test",
        "alice.test-",
        "alice.4test",
        "127.0.0.1",
        "al_ice.test",
        "@alice.test",
        "älice.test",
        "alice٣.test",
        "alice.test:80",
        "a" * 64 + ".test",
        "t." + "z" * 64,
        ".".join(["abcdefg"] * 31) + ".abcdef",
    ],
    "at-identifier": ["@alice.test", "did:plc", "did:plc:", "alice", "did:thing.test"],
    "nsid": [
        "com.example",
        "com",
        ".com.example.foo",
        "com.example.foo.",
        "com..foo",
        "4com.example.foo",
        "com.example.4foo",
        "com.example.foo-bar",
        "com.-example.foo",
        "com.example-.foo",
        "com.exa_mple.foo",
        "com.example.foo#main",
        "com.example.*",
        "com.example.fóo",
        "com.example.foo٣",
        "com." + "o" * 64 + ".foo",
        "com.example." + "o" * 64,
        "a." * 127 + "b" * 64,
    ],
    "at-uri": [
        "at://",
        "at:///app.bsky.feed.post",
        f"AT://{PLC}",
        f"http://{PLC}",
        f"at:/{PLC}",
        f"at://{PLC}/",
        f"{POST}/",
        f"{POST}/a/",
        f"{POST}/a/b",
        f"{POST}//a",
        f"at://{PLC}//app.bsky.feed.post",
        f"at://{PLC}/post/a",
        "at://alice",
        "at://alice.test:80",
        "at://user@alice.test",
        f"{POST}/.",
        f"{POST}/..",
        f"{POST}/a%20b",
        f"{POST}/a$",
        f"{POST}/{'k' * 513}",
        f"{POST}?a=b",
        f"{POST}#",
        f"{POST}#text",
        f"{POST}#/a#/b",
        f"{POST}#/a b",
        f"{POST}#/é",
        f"{POST}#/%",
        f"{POST}#/%4",
        f"{POST}#/%zz",
        f"{POST}#/%FF",
        f"{POST}#/%ED%A0%80",
        f"at://{PLC}#/" + "p" * (8193 - len(PLC) - 7),
    ],
    "cid": [
        "b",
        "bafkqaab",  # a bit of the padding set
        "bafkqaa",  # cut off within the digest's length
        "bafkqaaaa",  # a byte too many
        CID[:-1],
        CID[:-1] + "z",
        CID[:-1] + "1",
        CID + "a",
        CID.upper(),
        "B" + CID[1:].upper(),
        CID_V0,
        "z" + CID_V0,
        f"cid:{CID}",
        "zdj7WhuEjrB52m1BisYCtmjH1hSKa7yZ3jEZ9JcXaFRD51wVz",
        "f01551200",
    ],
    "tid": [
        "",
        "3jzfcijpj2z2",
        "3jzfcijpj2z2aa",
        "3jzfcijpj2z21",
        "3JZFCIJPJ2Z2A",
        "kjzfcijpj2z2a",
        "3jzf-cijpj2z2",
    ],
    "record-key": [".", "..", "a/b", "a b", "a%20", "a#b", "@a", "é", "٣", "k" * 513],
    "datetime": [
        "2024-01-15",
        "2024-01-15T12:30Z",
        "2024-01-15T12:30:00",
        "2024-01-15t12:30:00Z",
        "2024-01-15T12:30:00z",
        "2024-01-15 12:30:00Z",
        "2024-01-15T12:30:00.Z",
        "2024-01-15T12:30:00,5Z",
        "2024-01-15T12:30:00-00:00",
        "2024-01-15T12:30:00+0000",
        "2024-01-15T12:30:00+00",
        "2024-01-15T12:30:00+24:00",
        "2024-01-15T12:30:00+00:60",
        "2024-01-15T24:00:00Z",
        "2024-01-15T12:60:00Z",
        "2016-12-31T23:59:60Z",
        "2024-00-15T12:30:00Z",
        "2024-13-15T12:30:00Z",
        "2024-01-00T12:30:00Z",
        "2024-01-32T12:30:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-1-15T12:30:00Z",
        "02024-01-15T12:30:00Z",
        "+002024-01-15T12:30:00Z",
        "-0001-01-15T12:30:00Z",
        "0000-01-01T00:00:00+00:01",
        "0000-01-01T23:58:59.999+23:59",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T00:01:00-23:59",
        "٢٠٢٤-01-15T12:30:00Z",
        "2024-01-15T12:30:00." + "1" * 44 + "Z",
    ],
    "language": [
        "e",
        "EN",
        "english",
        "en_US",
        "en-",
        "-en",
        "en--US",
        "en-US-GB",
        "aa-bbb-ccc-ddd-eee",
        "en-a",
        "x",
        "x-",
        "x-123456789",
        "i-unknown",
        "419",
        "de-1901-1901",
        "de-rozaj-Rozaj",
        "en-a-bb-a-cc",
        "en-a-bb-A-cc",
        "én",
    ],
    "uri": [
        "example.com",
        "//example.com",
        "://example.com",
        ":",
        "http:",
        "http://",
        "1http://example.com",
        "_a:b",
        "https://example.com/a b",
        "https://example.com/\u00a0",
        "https://example.com/\ufeff",
        "https://example.com/\x00",
        "https://example.com/\ud800",
        "https://" + "x" * 8185,
        "https://" + "é" * 4093,
    ],
}

LENIENT: Final[dict[str, list[str]]] = {
    "datetime": [
        "2024-01-15T12:30:00",
        "2024-01-15T12:30:00.123",
        "2024-01-15T12:30Z",
        "2024-01-15T12:30",
        "2024-01-15T12:30:00+0000",
        "2024-01-15T12:30:00+01",
        "2024-01-15T12:30:00-00:00",
        "20240115T123000Z",
        "20240115T1230",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999-23:59",
    ],
    "at-uri": [
        f"at://{PLC}/",
        f"{POST}/",
        f"{POST}/a/",
        f"{POST}/a/#/b",
        f"{POST}/a%20b",
        f"{POST}/$@!*()[];,'",
        f"{POST}/..",
        f"{POST}/{'k' * 513}",
        f"{POST}?a=b/c",
        f"{POST}/a?#/b",
        f"{POST}#/%zz",
    ],
    "language": ["de-1901-1901", "de-rozaj-Rozaj", "en-a-bb-A-cc"],
}

NOT_EVEN_LENIENT: Final[dict[str, list[str]]] = {
    "datetime": [
        "",
        "yesterday",
        "2024-01-15",
        "2024-02-30T12:30",
        "20230229T1230",
        "2024-0115T12:30",
        "2024-01-15T12:3000",
        "2024-01-15T25:30",
        "2024-01-15T12:30:60",
        "2024-01-15T12:30:00." + "1" * 45,
        "2024-01-15T12:30:00\n",
    ],
    "at-uri": [
        "at://",
        "at://alice",
        f"at://{PLC}/post/a",
        f"at://{PLC}//",
        f"{POST}//",
        f"{POST}/a/b",
        f"{POST}/a b",
        f"{POST}/é",
        f"{POST}/a\n",
        f"{POST}#",
        f"{POST}#text",
        f"{POST}/" + "k" * 8192,
    ],
    "language": ["", "EN", "en-", "x", "de-1901-1901\n"],
}

NOT_STRINGS: Final[list[object]] = [None, True, 0, 1.5, b"did:plc:abc", ["self"], {}, object(), str]


def _rows(table: dict[str, list[str]]) -> list[Any]:
    return [
        pytest.param(name, value, id=f"{name}-{n}")
        for name, values in table.items()
        for n, value in enumerate(values)
    ]


def _function(name: str) -> Callable[..., bool]:
    return getattr(syntax, f"is_valid_{name.replace('-', '_')}")


@pytest.mark.parametrize(("name", "value"), _rows(VALID))
def test_valid(name: str, value: str) -> None:
    assert FORMATS[name](value) is True
    assert is_valid_format(name, value)
    assert is_valid_format(name, value, lenient=True)


@pytest.mark.parametrize(("name", "value"), _rows(INVALID))
def test_invalid(name: str, value: str) -> None:
    assert FORMATS[name](value) is False
    assert not is_valid_format(name, value)


@pytest.mark.parametrize(("name", "value"), _rows(LENIENT))
def test_valid_only_when_lenient(name: str, value: str) -> None:
    assert not _function(name)(value)
    assert _function(name)(value, lenient=True)
    assert not is_valid_format(name, value)
    assert is_valid_format(name, value, lenient=True)


@pytest.mark.parametrize(("name", "value"), _rows(NOT_EVEN_LENIENT))
def test_invalid_even_when_lenient(name: str, value: str) -> None:
    assert not _function(name)(value, lenient=True)
    assert not _function(name)(value)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("edge", ["\n", "\r\n", " ", "\t", "\x00", "\u2028"])
def test_white_space_at_an_end_is_invalid(name: str, edge: str) -> None:
    for value in VALID[name]:
        if len(value) < 100:
            assert not is_valid_format(name, value + edge, lenient=True), value
            assert not is_valid_format(name, edge + value, lenient=True), value


@pytest.mark.parametrize("name", FORMATS)
def test_the_empty_string_is_invalid(name: str) -> None:
    assert not is_valid_format(name, "")
    assert not is_valid_format(name, "", lenient=True)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("value", NOT_STRINGS, ids=lambda value: type(value).__name__)
def test_what_is_not_a_string_is_invalid(name: str, value: object) -> None:
    assert is_valid_format(name, value) is False
    assert is_valid_format(name, value, lenient=True) is False


def test_each_format_is_its_public_function() -> None:
    assert all(check is _function(name) for name, check in FORMATS.items())
    assert set(FORMATS) == set(VALID) == set(INVALID)


def test_an_unknown_format_takes_any_value() -> None:
    assert is_valid_format("of-the-future", "anything at all")
    assert is_valid_format("of-the-future", 5, lenient=True)


def test_the_table_of_formats_is_read_only() -> None:
    with pytest.raises(TypeError):
        FORMATS["did"] = bool  # type: ignore[index]


HOSTILE: Final[dict[str, str]] = {
    "letters": "a" * 1_000_000,
    "labels": "a." * 500_000,
    "hyphens": "a-" * 500_000,
    "escapes in a DID": "did:plc:" + "%" * 1_000_000,
    "labels in an AT URI": "at://" + "a." * 500_000,
    "escapes in a fragment": f"{POST}#/" + "%" * 1_000_000,
    "zeros in base32": "b" + "a" * 1_000_000,
    "continued varints": "b" + "7" * 1_000_000,
    "base58": "Qm" + "z" * 1_000_000,
    "digits in a second": "2024-01-15T12:30:00." + "1" * 1_000_000,
    "variants": "en" + "-abcde" * 170_000 + "!",
    "extension": "en-a" + "-bcdefgh" * 120_000 + "!",
    "extensions": "en" + "-a-bb" * 200_000,
    "private use": "x-" + "a-" * 500_000,
    "URI": "a:" + "x" * 1_000_000 + " ",
    "line ends": "\n" * 1_000_000,
    "beyond ASCII": "é" * 1_000_000,
    "lone surrogates": "\ud800" * 1_000_000,
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_hostile_text_is_answered(value: str) -> None:
    """A check that isn't linear would not come back from these."""
    for name in FORMATS:
        assert not is_valid_format(name, value)
        is_valid_format(name, value, lenient=True)


def test_a_language_tag_has_no_greatest_length() -> None:
    assert is_valid_format("language", "x" + "-abcdefgh" * 100_000)
