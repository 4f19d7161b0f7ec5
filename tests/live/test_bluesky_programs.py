"""The programs in ``examples/`` that write do the same against the protocol's own servers."""

from __future__ import annotations

import asyncio
import runpy
import secrets
import time
from pathlib import Path

import pytest
from PIL import Image

from atlex import PasswordSession
from atlex_bsky import Bluesky
from atlex_codegen import build

EXAMPLES = Path(__file__).parents[2] / "examples"
PASSWORD = "correct horse"


def main(program):
    return runpy.run_path(str(EXAMPLES / program))["main"]


@pytest.fixture
def account(network):
    name = f"user-{secrets.token_hex(5)}"
    PasswordSession.create_account(
        network.pds, handle=f"{name}.test", email=f"{name}@example.com", password=PASSWORD
    ).close()
    return network.pds, f"{name}.test", PASSWORD


@pytest.fixture
def bsky(account):
    service, handle, password = account
    with Bluesky.login(service, identifier=handle, password=password) as bsky:
        yield bsky


def until(found):
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline, "the app view hasn't seen what was written"
        time.sleep(0.2)


def seen(bsky, count):
    """The account's posts, as soon as the app view has so many."""
    until(lambda: len(bsky.author_feed(bsky.did).take(items=count)) == count)
    return bsky.author_feed(bsky.did).take(items=count)


def test_post_bot(account, bsky, tmp_path):
    Image.new("RGB", (30, 20), "green").save(tmp_path / "cat.jpg")
    main("post_bot.py")(*account, str(tmp_path / "cat.jpg"))
    quote, answer, first = seen(bsky, 3)
    assert first.images[0].alt == "A cat"
    assert (first.links, answer.links) == (("https://example.com/cats",), ("https://example.com/cats",))
    assert answer.reply_to.uri == first.uri
    assert quote.quote.uri == answer.uri


def test_post_pictures(account, bsky, tmp_path):
    names = ["cat", "dog", "bird"]
    for name in names:
        Image.new("RGB", (30, 20), "green").save(tmp_path / f"{name}.png")
    asyncio.run(main("post_pictures.py")(*account, [str(tmp_path / f"{name}.png") for name in names]))
    assert {post.images[0].alt for post in seen(bsky, 3)} == set(names)


def test_read_timeline(account, bsky, capsys):
    post = bsky.post("question?")
    reply = bsky.post("answer", reply_to=post)
    seen(bsky, 1)
    until(lambda: len(bsky.thread(post).replies) == 1)
    until(lambda: post.uri in {item.uri for item in bsky.timeline().take(items=5)})
    main("read_timeline.py")(*account)
    assert f"{account[1]}: question?\n    {account[1]}: answer\n" in capsys.readouterr().out
    assert reply.root == post.ref


def test_export_followers_and_like_and_follow(account, bsky, capsys):
    run = main("like_and_follow.py")
    run(*account, "alice.test", undo=False)
    client = bsky.client.app.bsky
    kinds = (client.feed.like, client.feed.repost, client.graph.follow)
    assert [len(list(kind.iterate())) for kind in kinds] == [1, 1, 1]
    run(*account, "alice.test", undo=True)
    run(*account, "alice.test", undo=True)
    assert [len(list(kind.iterate())) for kind in kinds] == [0, 0, 0]
    asyncio.run(main("export_followers.py")(*account))
    assert capsys.readouterr().out == ""


def test_keep_books(account, tmp_path, monkeypatch, capsys):
    build(EXAMPLES / "shelf" / "lexicons", tmp_path / "shelf_sdk", bases=["atlex_sdk"])
    monkeypatch.syspath_prepend(tmp_path)
    main("shelf/keep_books.py")(*account)
    assert capsys.readouterr().out == "A good one\n"
