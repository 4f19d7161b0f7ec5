"""What a page says of itself, whatever it is made of."""

from __future__ import annotations

import pytest

from atlex_bsky.media._pages import Page, is_page, read_page

URL = "https://example.com/news/today.html"


def page(text, content_type="text/html; charset=utf-8"):
    return read_page(text.encode() if isinstance(text, str) else text, content_type, URL)


def test_open_graph_comes_first():
    found = page(
        "<!doctype html><html><head><title>Plain</title><meta name=description content='Plain words'>"
        "<meta name=twitter:title content=Tweet><meta name=twitter:image content=/t.png>"
        "<meta property='og:title' content='The &lt;title&gt;'><meta property=og:description content='Its words'>"
        "<meta property=og:image content=https://cdn.example.com/i.png></head><body>"
    )
    assert found == Page("The <title>", "Its words", "https://cdn.example.com/i.png")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<title>Plain</title><meta name=Description content=Words>", Page("Plain", "Words", None)),
        (
            "<meta name=twitter:title content=T><meta name=twitter:description content=D><meta name=twitter:image:src content=i.png>",
            Page("T", "D", "https://example.com/news/i.png"),
        ),
        (
            "<meta name=og:title content=T><meta property=og:image:url content=//cdn.example.com/i.png>",
            Page("T", "", "https://cdn.example.com/i.png"),
        ),
        (
            "<meta property=og:title content=' '><meta property=og:title content=Second><title>T</title>",
            Page("Second", "", None),
        ),
        (
            "<meta property=og:title content=First><meta property=og:title content=Second>",
            Page("First", "", None),
        ),
        (
            "<link rel='shortcut image_src' href=../i.png><title>T</title>",
            Page("T", "", "https://example.com/i.png"),
        ),
        (
            "<base href=https://other.example/a/><meta property=og:image content=i.png>",
            Page("", "", "https://other.example/a/i.png"),
        ),
        (
            "<base href=/a/><base href=/b/><meta property=og:image content=i.png>",
            Page("", "", "https://example.com/a/i.png"),
        ),
        (
            "<base href=data:text/html,x><meta property=og:image content=i.png>",
            Page("", "", "https://example.com/news/i.png"),
        ),
        ("<title>\n  Two\n  lines\x01\t</title>", Page("Two lines", "", None)),
        ("<title>a</title><body><svg><title>b</title></svg>", Page("a", "", None)),
        (
            "<title>&amp;eacute; &eacute; <b>not bold</b></title>",
            Page("&eacute; é <b>not bold</b>", "", None),
        ),
        (
            "<!-- <title>no</title> --><script>'<title>no</title>'</script><title>yes</title>",
            Page("yes", "", None),
        ),
        ("<body><p><meta property=og:title content='in the body'>", Page("in the body", "", None)),
        ("<META PROPERTY='OG:TITLE' CONTENT=Loud>", Page("Loud", "", None)),
        ("<meta property=og:image content='data:image/png;base64,AAAA'>", Page("", "", None)),
        ("<meta property=og:image content='javascript:alert(1)'>", Page("", "", None)),
        ("<meta property=og:image content='http://[broken'>", Page("", "", None)),
        ("<meta property=og:image content='file:///etc/passwd'>", Page("", "", None)),
        ("<meta property=og:title>", Page("", "", None)),
        ("", Page("", "", None)),
    ],
)
def test_what_else_a_page_may_say(head, expected):
    assert page(head) == expected


def test_texts_are_shortened():
    found = page(f"<title>{'long ' * 1000}</title><meta name=description content='{'words ' * 1000}'>")
    assert len(found.title) <= 300
    assert found.title.endswith("long…")
    assert len(found.description) <= 1000
    assert found.description.endswith("…")


@pytest.mark.parametrize(
    ("content_type", "encoding", "meta"),
    [
        ("text/html; charset=UTF-8", "utf-8", ""),
        ("text/html;charset='iso-8859-1'", "cp1252", ""),
        ("text/html", "utf-8", ""),
        ("text/html", "cp1252", ""),
        ("text/html", "cp1252", "<meta charset=latin1>"),
        ("text/html", "shift_jis", "<meta charset='Shift_JIS'>"),
        ("text/html", "gb18030", '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'),
        ("text/html", "koi8-r", "<meta charset=koi8-r>"),
        ("text/html", "utf-8", "<meta charset=utf-16>"),
        ("text/html; charset=utf-8", "utf-8", "<meta charset=latin1>"),
        ("text/html; charset=nonsense", "utf-8", "<meta charset=utf-8>"),
        ("text/html; charset=latin1", "utf-8-sig", ""),
        ("text/html", "utf-16", ""),
        (None, "utf-8", ""),
    ],
)
def test_the_encoding_is_found(content_type, encoding, meta):
    title = {"shift_jis": "日本", "gb18030": "中国", "koi8-r": "Москва"}.get(encoding, "é Ü")
    body = f"{meta}<title>{title}</title>".encode(encoding)
    assert page(body, content_type).title == title


@pytest.mark.parametrize(
    "charset",
    ["idna", "punycode", "unicode_escape", "utf-7", "undefined", "base64", "hex", "rot13", "../x", "oem"],
)
def test_only_encodings_of_the_web_are_used(charset):
    assert page("<title>é</title>", f"text/html; charset={charset}").title == "é"


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 200_000,
        "".join(f"<font size={number}><p>" for number in range(40_000)),
        "<meta " + " ".join(f"a{number}=1" for number in range(100_000)) + ">",
        "<!--" * 200_000,
        "<a" * 200_000,
        "<title>" * 100_000,
        "<![CDATA[" * 100_000,
        "<meta content='" * 60_000,
        "&#x" * 300_000,
        "\x00\ufffe\udfff".encode("utf-8", "surrogatepass") * 100_000,
        b"\xff\xfe" + b"\x00\xd8" * 100_000,
    ],
    ids=range(11),
)
def test_a_hostile_page_costs_no_more_than_it_weighs(hostile):
    text = hostile if isinstance(hostile, bytes) else hostile.encode()
    assert page(b"<meta property=og:title content=T>" + text).title in {"T", ""} or text.startswith(
        b"\xff\xfe"
    )


def test_only_html_is_a_page():
    assert all(
        is_page(name) for name in (None, "", "text/html", "Text/HTML; charset=x", "application/xhtml+xml")
    )
    assert not any(is_page(name) for name in ("text/plain", "application/pdf", "image/png", "text/html+x"))
