"""The programs in ``examples/`` that write do the same against the protocol's own servers."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
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


def test_like_and_follow(account, bsky):
    run = main("like_and_follow.py")
    run(*account, "alice.test", undo=False)
    client = bsky.client.app.bsky
    kinds = (client.feed.like, client.feed.repost, client.graph.follow)
    assert [len(list(kind.iterate())) for kind in kinds] == [1, 1, 1]
    run(*account, "alice.test", undo=True)
    run(*account, "alice.test", undo=True)
    assert [len(list(kind.iterate())) for kind in kinds] == [0, 0, 0]


def test_thank_followers_export_followers_and_backup_posts(account, bsky, capsys):
    with Bluesky.login(account[0], identifier="bob.test", password="hunter2") as bob:
        bob.follow(bsky)
    until(lambda: bsky.notifications().take(items=1))
    for _ in range(2):
        asyncio.run(main("thank_followers.py")(*account))
        until(lambda: bsky.notifications().take(items=1)[0].is_read)
    asyncio.run(main("export_followers.py")(*account))
    [(did, handle, _)] = csv.reader(capsys.readouterr().out.splitlines())
    assert handle == "bob.test"
    backup = runpy.run_path(str(EXAMPLES / "backup_posts.py"))["backup"]
    assert backup(account[0], account[1]) == 1
    record = json.loads(capsys.readouterr().out)["value"]
    assert record["text"] == "@bob.test thank you for following!"
    assert record["facets"][0]["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": did}]


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


def test_chat_bot(account, bsky, tmp_path):
    position = tmp_path / "position"
    with Bluesky.login(account[0], identifier="bob.test", password="hunter2") as bob:
        bob.follow(bsky)

        def talked():
            until(position.exists)
            talk = bob.chat.with_(bsky)
            talk.send("cats")
            until(lambda: len(talk.history()) == 3)
            until(lambda: bsky.chat.conversation(talk.id).view.unread_count == 0)
            return talk.history()

        async def run():
            bot = asyncio.create_task(main("chat_bot.py")(*account, "bob.test", str(position), poll=0.05))
            try:
                return await asyncio.to_thread(talked)
            finally:
                bot.cancel()

        greeting, question, answer = asyncio.run(run())
    assert greeting.text.startswith("Hello!")
    assert [reaction.value for reaction in question.reactions] == ["\N{EYES}"]
    assert (answer.text, answer.view.reply_to.id) == ("You wrote: cats", question.id)


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
