"""The programs in ``examples/`` that write with the Bluesky layer do what they say."""

from __future__ import annotations

import asyncio
import csv
import importlib
import io
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from atlex.testing import FakePds
from atlex_bsky import Bluesky
from atlex_codegen import build
from atlex_sdk import app

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


@pytest.fixture
def pds():
    with FakePds() as pds, pds.serve():
        pds.create_account("alice.test", "password")
        pds.create_account("bob.test", "password")
        yield pds


@pytest.fixture
def bsky(pds):
    with Bluesky.login(pds.url, identifier="alice.test", password="password") as bsky:
        yield bsky


@pytest.fixture
def bob(pds):
    with Bluesky.login(pds.url, identifier="bob.test", password="password") as bsky:
        yield bsky


@pytest.fixture
def pictures(tmp_path):
    paths = [tmp_path / f"{name}.jpg" for name in ("cat", "dog", "bird")]
    for path in paths:
        Image.new("RGB", (30, 20), "green").save(path)
    return [str(path) for path in paths]


def main(program):
    return runpy.run_path(str(EXAMPLES / program))["main"]


def posts(bsky):
    return [listed.value for listed in bsky.client.app.bsky.feed.post.iterate(reverse=True)]


def test_post_bot_posts_a_picture_a_card_in_reply_and_a_quote(pds, bsky, pictures):
    main("post_bot.py")(pds.url, "alice.test", "password", pictures[0])
    first, answer, quote = posts(bsky)
    assert [type(facet.features[0]).__name__ for facet in first.facets] == ["Mention", "Link", "Tag"]
    assert (first.embed.images[0].alt, first.embed.images[0].aspect_ratio.width) == ("A cat", 30)
    assert answer.reply.root == answer.reply.parent
    assert answer.embed.external.title == "Cats"
    assert isinstance(quote.embed, app.bsky.embed.record.Record)


def test_post_pictures_posts_each_by_itself(pds, bsky, pictures):
    asyncio.run(main("post_pictures.py")(pds.url, "alice.test", "password", pictures))
    assert sorted(post.text for post in posts(bsky)) == ["#bird", "#cat", "#dog"]
    assert {post.embed.images[0].alt for post in posts(bsky)} == {"bird", "cat", "dog"}


def test_read_timeline_prints_threads(pds, bsky, bob, capsys):
    post = bsky.post("question?")
    reply = bob.post("answer", reply_to=post)
    bsky.post("thanks", reply_to=reply)
    main("read_timeline.py")(pds.url, "alice.test", "password")
    printed = capsys.readouterr().out
    assert "alice.test: question?\n    bob.test: answer\n        alice.test: thanks\n" in printed


def test_export_followers_writes_csv(pds, bob, capsys):
    bob.follow("alice.test")
    asyncio.run(main("export_followers.py")(pds.url, "alice.test", "password"))
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [[bob.did, "bob.test", ""]]


def test_like_and_follow_does_and_takes_back(pds, bsky, bob):
    bob.post("like me")
    client = bsky.client.app.bsky
    kinds = (client.feed.like, client.feed.repost, client.graph.follow)
    run = main("like_and_follow.py")
    run(pds.url, "alice.test", "password", "bob.test", undo=False)
    assert [len(list(kind.iterate())) for kind in kinds] == [1, 1, 1]
    for _ in range(2):
        run(pds.url, "alice.test", "password", "bob.test", undo=True)
        assert [len(list(kind.iterate())) for kind in kinds] == [0, 0, 0]


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """The package that keep_books.py is made for."""
    build(EXAMPLES / "shelf" / "lexicons", tmp_path / "shelf_sdk", bases=["atlex_sdk"])
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "shelf_sdk"]:
        del sys.modules[name]


@pytest.mark.usefixtures("shelf")
def test_keep_books_keeps_a_record_with_its_post(capsys):
    sdk = importlib.import_module("shelf_sdk")
    with FakePds(sdk) as pds, pds.serve() as url:
        pds.create_account("alice.test", "password")
        main("shelf/keep_books.py")(url, "alice.test", "password")
    assert capsys.readouterr().out == "A good one\n"


def test_keep_books_is_typed(shelf):
    program = EXAMPLES / "shelf" / "keep_books.py"
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        ROOT / "pyproject.toml",
        program,
        shelf / "shelf_sdk",
    ]
    # Where the other tests that run mypy have left what it knows of the packages.
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_post_service_posts_and_goes_on_with_its_session(pds, bsky, bob, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATLEX_SERVICE", pds.url)
    monkeypatch.setenv("ATLEX_IDENTIFIER", "alice.test")
    monkeypatch.setenv("ATLEX_PASSWORD", "password")
    question = bob.post("question?")
    bob.follow("alice.test")
    logins = pds.count("com.atproto.server.createSession")
    for _ in range(2):
        service = runpy.run_path(str(EXAMPLES / "post_service.py"))["service"]
        with TestClient(service) as http:
            link = f"https://bsky.app/profile/bob.test/post/{question.rkey}"
            uri = http.post("/posts", params={"text": "#answer", "reply_to": link}).raise_for_status().json()
            assert bsky.client.app.bsky.feed.post.get(uri).value.reply.root == question.ref
            [follower] = http.get("/followers").raise_for_status().json()
            assert follower["handle"] == "bob.test"
    assert pds.count("com.atproto.server.createSession") == logins + 1
