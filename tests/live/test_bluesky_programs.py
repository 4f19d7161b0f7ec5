"""The programs in ``examples/`` that write do the same against the protocol's own servers."""

from __future__ import annotations

import asyncio
import contextlib
import runpy
import secrets
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from tests.identity._world import Zone

from atlex import PasswordSession, XrpcResponseError
from atlex.identity import IdentityResolver
from atlex_bsky import Bluesky
from atlex_codegen import build
from atlex_sdk import Client, com, tools

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
    """Waits for the app view; while it doesn't know an account at all, questions about that are errors."""
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(XrpcResponseError):
            if found():
                return
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


def test_post_service(account, bsky, tmp_path, monkeypatch):
    service, handle, password = account
    monkeypatch.setenv("ATLEX_SERVICE", service)
    monkeypatch.setenv("ATLEX_IDENTIFIER", handle)
    monkeypatch.setenv("ATLEX_PASSWORD", password)
    monkeypatch.chdir(tmp_path)
    with TestClient(runpy.run_path(str(EXAMPLES / "post_service.py"))["service"]) as browser:
        uri = browser.post("/posts", params={"text": "from the web"}).json()
        browser.post("/posts", params={"text": "more", "reply_to": uri}).raise_for_status()
        assert browser.get("/followers").json() == []
    reply, post = seen(bsky, 2)
    assert (post.text, post.uri) == ("from the web", uri)
    assert (reply.text, reply.reply_to.uri) == ("more", uri)


def test_report_spam(bsky, network):
    words = f"buy {secrets.token_hex(5)}"
    post = bsky.post(words)
    seen(bsky, 1)
    main("report_spam.py")(network.pds, "admin-mod.test", "admin-mod-pass", network.ozone_did, words)
    with PasswordSession.login(
        network.pds, identifier="admin-mod.test", password="admin-mod-pass"
    ) as moderator:
        ozone = Client(moderator, proxy=f"{network.ozone_did}#atproto_labeler")
        events = ozone.tools.ozone.moderation.query_events(subject=post.uri).events
    kinds = tools.ozone.moderation.defs
    # Ozone adds events of its own.
    [label] = [each.event for each in events if isinstance(each.event, kinds.ModEventLabel)]
    [report] = [each.event for each in events if isinstance(each.event, kinds.ModEventReport)]
    assert label.create_label_vals == ["spam"]
    assert report.report_type == com.atproto.moderation.defs.REASON_SPAM


def test_find_account(account, bsky, network, capsys):
    _, handle, password = account
    bsky.upsert_profile(lambda profile: setattr(profile, "display_name", "Cat"))
    until(lambda: bsky.client.app.bsky.actor.get_profile(actor=bsky.did).display_name == "Cat")
    zone = Zone()
    zone.texts[f"_atproto.{handle}"] = [[f"did={bsky.did}"]]
    try:
        with IdentityResolver(
            plc_url=network.plc, nameservers=["127.0.0.1"], dns_port=zone.port, allow_private=True
        ) as resolver:
            main("find_account.py")(handle, password, resolver)
    finally:
        zone.close()
    assert capsys.readouterr().out == f"{bsky.did} {handle} {network.pds}\nCat\n"
