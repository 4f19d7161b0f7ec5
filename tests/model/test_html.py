"""The table that a notebook shows of an instance: short, and safe whatever a stranger wrote."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.testing import fake
from atlex_sdk import app, chat, com

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
WHEN = "2026-01-02T03:04:05.678Z"
PostView = app.bsky.feed.defs.PostView
ALLOWED = {"table", "caption", "tbody", "tr", "th", "td", "br"}
HOSTILE = [
    "</td></table><script>alert(1)</script>",
    "<img src=https://tracker.example.com/1.png>",
    '" onmouseover="alert(1)',
    "javascript:alert(1)",
    "&lt;b&gt;&#60;",
    "\u202egnp.exe\u2066",
    "\ud83d",
    "\x00\x1b[2J",
    "$$\\href{javascript:alert(1)}{x}$$",
    "a\nb\r\nc\u2028d",
]


class Seen(HTMLParser):
    """What a browser makes of the text: its tags, attributes and words."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def _refuse(self, data: Any) -> None:
        raise AssertionError(data)

    # Each names its argument in its own way.
    handle_comment: Any = _refuse
    handle_decl: Any = _refuse
    handle_pi: Any = _refuse
    unknown_decl: Any = _refuse


def seen(value: Any) -> Seen:
    """The parsed HTML of a value, with what holds for each."""
    text = value._repr_html_()
    text.encode()
    page = Seen(text)
    assert not page.open
    assert set(page.tags) <= ALLOWED
    assert page.attributes <= {
        ("class", "tex2jax_ignore mathjax_ignore"),
        ("style", "text-align: left"),
    }
    assert all(word.replace("\u200d", "").isprintable() for word in page.words)
    return page


def author(name: str = "Alice") -> dict[str, Any]:
    return {"did": DID, "handle": "alice.test", "displayName": name}


def view(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {
        "uri": f"at://{DID}/app.bsky.feed.post/3kabcdefgh222",
        "cid": "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka",
        "author": author(),
        "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": WHEN},
        "indexedAt": WHEN,
        **more,
    }


def test_a_post_shows_its_fields_and_a_line_for_what_is_inside() -> None:
    words = seen(PostView.from_wire(view(likeCount=3))).words
    assert words[0] == "PostView"
    assert words[words.index("author") + 1] == "ProfileViewBasic: alice.test · Alice"
    assert words[words.index("record") + 1] == "hello"
    assert words[words.index("like_count") + 1] == "3"
    assert "reply_count" not in words


def test_a_timeline_shows_ten_posts_and_how_many_are_left() -> None:
    timeline = app.bsky.feed.get_timeline.GetTimelineOutput.from_wire(
        {"cursor": "next", "feed": [{"post": view(f"post {number}")} for number in range(100)]}
    )
    words = seen(timeline).words
    assert "FeedViewPost: alice.test · Alice · post 9" in words
    assert words[-1] == "… 90 more"
    assert len(timeline._repr_html_()) < 2000


def test_the_author_of_a_quote_is_not_taken_for_that_of_the_post() -> None:
    quoted = {
        "$type": "app.bsky.embed.record#view",
        "record": {"author": author("Bob"), "handle": "bob.test"},
    }
    post = app.bsky.feed.defs.FeedViewPost.from_wire({"post": view(embed=quoted)})
    assert "PostView: alice.test · Alice · hello" in seen(post).words


def test_long_texts_are_cut_and_lines_kept() -> None:
    page = seen(PostView.from_wire(view("x" * 5000)))
    assert "x" * 300 + "…" in page.words
    assert seen(fake(app.bsky.feed.post.Post, text="one\ntwo")).words[2:4] == ["one", "two"]
    assert "👨‍👩‍👧" in seen(fake(app.bsky.feed.post.Post, text="👨‍👩‍👧")).words


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_stranger_writes_stays_a_text(text: str) -> None:
    everywhere = view(text, author=author(text), labels=[{"val": text}], **{text: {text: text}})
    for value in (
        PostView.from_wire(everywhere),
        app.bsky.feed.get_timeline.GetTimelineOutput.from_wire({"feed": [{"post": everywhere}], text: text}),
        app.bsky.feed.post.Post.from_wire(
            {"text": text, "createdAt": WHEN, "embed": {"$type": text, text: []}}
        ),
        com.atproto.repo.list_records.ListRecordsOutput.from_wire(
            {"records": [{"uri": text, "cid": text, "value": {text: [text]}}]}
        ),
    ):
        seen(value)


TEXTS = st.text(max_size=40)


@given(
    st.dictionaries(
        TEXTS,
        TEXTS | st.lists(TEXTS, max_size=12) | st.dictionaries(TEXTS, st.floats() | TEXTS, max_size=2),
        max_size=4,
    )
)
def test_any_members_make_a_table(members: dict[str, Any]) -> None:
    seen(PostView.from_wire({**members, **view()}))


@pytest.mark.parametrize(
    "model",
    [
        app.bsky.actor.defs.ProfileViewDetailed,
        app.bsky.graph.defs.ListView,
        app.bsky.feed.get_post_thread.GetPostThreadOutput,
        app.bsky.notification.list_notifications.ListNotificationsOutput,
        chat.bsky.convo.defs.ConvoView,
        com.atproto.repo.strong_ref.StrongRef,
    ],
)
def test_every_class_has_a_table(model: Any) -> None:
    assert seen(fake(model)).words[0] == model.__name__
    assert seen(model.__new__(model)).words == [model.__name__]


def test_secrets_stay_out_of_the_table() -> None:
    session = fake(com.atproto.server.create_session.CreateSessionOutput, access_jwt="hunter2")
    assert "hunter2" not in session._repr_html_()
    assert session.handle in session._repr_html_()


def test_a_notebook_takes_the_table_and_can_store_it() -> None:
    post = PostView.from_wire(view("\ud83d"))
    json.dumps({"text/html": post._repr_html_()}, ensure_ascii=False).encode()
    assert not [name for name in dir(post) if "html" in name and not name.startswith("_")]
