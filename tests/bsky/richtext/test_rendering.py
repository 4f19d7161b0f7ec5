"""Rich text as HTML and Markdown, and Markdown as rich text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from atlex.errors import InputError
from atlex_bsky import RichText

ALICE = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
HOSTILE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "https:alert(1)",
    "https:///example.com",
    "http:\\\\example.com",
]


def test_html_has_links_and_no_markup_of_the_texts():
    text = RichText("<b>&\"'\n").link("x", 'https://example.com/?a="b"&c=<d>').mention("@a", ALICE).tag("#ü/")
    assert text.to_html() == (
        "&lt;b&gt;&amp;&quot;&#x27;<br>\n"
        '<a href="https://example.com/?a=&quot;b&quot;&amp;c=&lt;d&gt;" rel="nofollow noopener">x</a>'
        f'<a href="https://bsky.app/profile/{ALICE}" rel="nofollow noopener">@a</a>'
        '<a href="https://bsky.app/hashtag/%C3%BC%2F" rel="nofollow noopener">#ü/</a>'
    )
    assert RichText().tag("#a").to_html(base="https://example.org") == (
        '<a href="https://example.org/hashtag/a" rel="nofollow noopener">#a</a>'
    )


@pytest.mark.parametrize("uri", HOSTILE)
def test_only_web_addresses_become_links(uri):
    text = RichText().link("x", uri)
    assert text.to_html() == "x"
    assert text.to_markdown() == "x"
    assert [part for part in RichText.markdown(f"[x]({uri}) <{uri}>") if part.features] == []


def test_a_mention_that_is_not_resolved_is_text():
    assert RichText().mention("@alice.test").to_html() == "@alice.test"


@pytest.mark.parametrize(
    ("source", "plain", "links"),
    [
        ("see [this](https://a.com).", "see this.", [("this", "https://a.com")]),
        ("[a](https://a.com)[b](http://b.com)", "ab", [("a", "https://a.com"), ("b", "http://b.com")]),
        (r"\[a](https://a.com) \\ \* \a", r"[a](https://a.com) \ * \a", []),
        (r"[a\]b](https://a.com/\)\()", "a]b", [("a]b", "https://a.com/)(")]),
        ("[a [b] c](https://a.com)", "a [b] c", [("a [b] c", "https://a.com")]),
        (
            "[a [b](https://b.com) c](https://a.com)",
            "[a b c](https://a.com)",
            [("b", "https://b.com")],
        ),
        ("[w](https://a.com/W_(x))", "w", [("w", "https://a.com/W_(x)")]),
        ("[w](<https://a.com/(((>)", "w", [("w", "https://a.com/(((")]),
        ("[a](https://a.com b)", "[a](https://a.com b)", []),
        ("[ ](https://a.com) []()", "[ ](https://a.com) []()", []),
        ("<https://a.com/?b&c> <b>", "https://a.com/?b&c <b>", [("https://a.com/?b&c",) * 2]),
        (
            "[x <https://a.com> y](https://b.com)",
            "[x https://a.com y](https://b.com)",
            [("https://a.com",) * 2],
        ),
        ("a &amp; b &#x1F44B; &nosuch; &#xD800;", "a & b 👋 &nosuch; \ufffd", []),
        ("[a](https://a.com/?x&amp;y)", "a", [("a", "https://a.com/?x&y")]),
        ("*a* # b\n- c `d`", "*a* # b\n- c `d`", []),
        ("]([", "]([", []),
        ("[a](https://a.com", "[a](https://a.com", []),
    ],
)
def test_links_of_markdown_are_read_and_all_else_stays(source, plain, links):
    text = RichText.markdown(source)
    assert text.plain == plain
    assert [(segment.text, segment.link) for segment in text if segment.link] == links


def test_mentions_and_tags_are_found_in_markdown_in_a_second_step():
    text = RichText.detect(RichText.markdown("@alice.test, [#this](https://a.com) #that"))
    assert [part.handle or part.link or part.tag for part in text if part.features] == [
        "alice.test",
        "https://a.com",
        "that",
    ]


def test_a_lone_surrogate_in_markdown_is_an_error():
    with pytest.raises(InputError, match="lone surrogate"):
        RichText.markdown("[a](https://a.com/\ud83d)")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# a", r"\# a"),
        ("- a\n+ b\n12. c\n3) d\n===", "\\- a\\\n\\+ b\\\n12\\. c\\\n3\\) d\\\n\\==="),
        ("    code\n\tcode", "&#32;&#32;&#32;&#32;code\\\n&#9;code"),
        ("a\n\nb\nc\n", "a\n\nb\\\nc\n"),
        ("*a* _b_ `c` [d](e) <f> &amp; ~g~ a|b", r"\*a\* \_b\_ \`c\` \[d\](e) \<f\> \&amp; \~g\~ a\|b"),
        ("3.5 - 2 = 1.5", "3\\.5 - 2 = 1.5"),
    ],
)
def test_what_markdown_would_take_for_markup_is_escaped(text, written):
    assert RichText(text).to_markdown() == written


def test_links_are_written_with_addresses_that_end_where_they_should():
    text = RichText("wow!").link("a]b\n\nc", "https://a.com/(b)\\&lt;`")
    assert text.to_markdown() == "wow\\![a\\]b\\\n\\\nc](https://a.com/\\(b\\)\\\\\\&lt;\\`)"


# No control characters but line breaks and tabs, of which renderers make what they like.
VISIBLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
    | st.sampled_from("\n\t \\`*_[](){}<>#+-.!|~&;=1"),
    max_size=20,
)
ADDRESSES = st.text(st.sampled_from("ab/?&=;()[]<>\\`*_!#%ü"), max_size=8).map("https://a.com/".__add__)
LINKED = st.builds(
    lambda before, link, uri: RichText(before).link(f"{link}x", uri), VISIBLE, VISIBLE, ADDRESSES
)


@given(LINKED, VISIBLE)
def test_what_is_written_as_markdown_reads_as_the_same_text(linked, after):
    text = linked.text(after)
    assert RichText.markdown(text.to_markdown()) == text


@given(LINKED, VISIBLE)
def test_a_markdown_parser_sees_the_text_and_its_links_and_nothing_else(linked, after):
    text = linked.text(after)
    rendered = MarkdownIt("commonmark").render(text.to_markdown())
    shown = html.unescape(re.sub(r"<(?:/?p|br /|/?a(?: [^>]*)?)>", "", rendered))
    assert "".join(shown.split()) == "".join(text.plain.split())
    assert rendered.count("<a ") <= 1


@given(st.text(st.sampled_from("ab []()<>\\&;!hts:/.\n"), max_size=40))
def test_any_markdown_reads_without_an_error(source):
    text = RichText.markdown(source)
    assert "".join(segment.text for segment in text) == text.plain
    assert all(segment.link.startswith("http") for segment in text if segment.link)
