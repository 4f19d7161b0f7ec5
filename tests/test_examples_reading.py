"""The programs in ``examples/`` that read and follow with the Bluesky layer do what they say."""

from __future__ import annotations

import asyncio
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests._children import environment

from atlex import XrpcError
from atlex.identity import Identity
from atlex.testing import FakePds
from atlex_bsky import Bluesky

EXAMPLES = Path(__file__).parents[1] / "examples"
_OZONE = "did:plc:ar7c4by46qjdydhdevvrndac"


@pytest.fixture
def pds():
    with FakePds() as pds, pds.serve():
        pds.create_account("alice.test", "password")
        pds.create_account("bob.test", "password")
        yield pds


def opened(pds, name):
    return Bluesky.login(pds.url, identifier=f"{name}.test", password="password")


def main(program):
    return runpy.run_path(str(EXAMPLES / program))["main"]


def test_reply_bot_passes_its_own_tests(tmp_path):
    # A configuration of its own, as a user's project has.
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {EXAMPLES.parent}\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        str(tmp_path / "pytest.ini"),
    ]
    done = subprocess.run(
        [*command, str(EXAMPLES / "test_reply_bot.py")],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_chat_bot_greets_and_answers(pds, tmp_path):
    position = tmp_path / "position"
    with opened(pds, "alice") as alice, opened(pds, "bob") as bob:
        bob.follow(alice)

        async def run():
            bot = asyncio.create_task(
                main("chat_bot.py")(pds.url, "alice.test", "password", "bob.test", str(position), poll=0.01)
            )
            await asyncio.to_thread(until, position.exists)
            talk = bob.chat.with_(alice)
            talk.send("cats")
            await asyncio.to_thread(until, lambda: len(talk.history()) == 3)
            pds.fail_next("chat.bsky.convo.getLog", status=403)
            with pytest.raises(XrpcError):
                await bot
            return talk.history()

        greeting, question, answer = asyncio.run(run())
    assert greeting.text.startswith("Hello!")
    assert [reaction.value for reaction in question.reactions] == ["\N{EYES}"]
    assert (answer.text, answer.view.reply_to.id) == ("You wrote: cats", question.id)


def until(found):
    for _ in range(3000):
        if found():
            return
        time.sleep(0.01)
    raise AssertionError


def test_update_profile_changes_nothing_else(pds):
    with opened(pds, "alice") as alice:
        alice.upsert_profile(lambda profile: setattr(profile, "display_name", "Alice"))
        alice.update_preferences(lambda p: p.set_content_label("spam", "hide"))
        main("update_profile.py")(pds.url, "alice.test", "password", "spoiler", "election")
        profile = alice.client.app.bsky.actor.profile.get().value
        preferences = alice.preferences()
    assert profile.display_name == "Alice"
    assert profile.description.startswith("Updated on 2")
    assert {word.value for word in preferences.muted_words} == {"spoiler", "election"}
    assert preferences.content_labels[None, "spam"] == "hide"


def test_report_spam_reports_and_labels_each_post(pds):
    calls = []

    @pds.method("com.atproto.moderation.createReport", auth=True)
    def create_report(call):
        calls.append(call)
        return {"id": 1, "reportedBy": call.did, "createdAt": "2026-01-01T00:00:00Z", **call.input}

    @pds.method("tools.ozone.moderation.emitEvent", auth=True)
    def emit_event(call):
        calls.append(call)
        named = {name: call.input[name] for name in ("event", "subject", "createdBy")}
        return {"id": 1, "subjectBlobCids": [], "createdAt": "2026-01-01T00:00:00Z", **named}

    with opened(pds, "bob") as bob:
        spam = bob.post("buy now")
        bob.post("hello")
    main("report_spam.py")(pds.url, "alice.test", "password", _OZONE, "buy now")
    report, label = calls
    assert report.input["reasonType"] == "com.atproto.moderation.defs#reasonSpam"
    assert label.input["event"]["createLabelVals"] == ["spam"]
    for call in calls:
        assert call.input["subject"]["uri"] == spam.uri
        assert call.headers["atproto-proxy"] == f"{_OZONE}#atproto_labeler"


def test_find_account_logs_in_where_the_handle_leads(pds, capsys):
    account = pds.account("alice.test")

    class Known:
        """A resolver to whom the server of the test is the whole network."""

        def resolve(self, identifier):
            assert identifier == "alice.test"
            return Identity(
                did=account.did, handle=account.handle, pds=pds.url, signing_key=None, document={}
            )

    with opened(pds, "alice") as alice:
        alice.upsert_profile(lambda profile: setattr(profile, "display_name", "Alice"))
    main("find_account.py")("alice.test", "password", Known())
    assert capsys.readouterr().out == f"{account.did} alice.test {pds.url}\nAlice\n"


def test_watch_calls_prints_calls_and_posts(pds, capsys):
    with opened(pds, "alice") as alice:
        alice.post("hello")
    pds.fail_next("app.bsky.feed.getTimeline", status=503, headers={"retry-after": "0"})
    main("watch_calls.py")(pds.url, "alice.test", "password")
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "hello"
    assert any("getTimeline" in line and "503" in line for line in printed)


def test_move_bot_goes_on_with_the_session_of_another_package(pds, tmp_path, capsys):
    session = pds.create_session("alice.test")
    old = tmp_path / "old.txt"
    parts = (session["handle"], session["did"], session["accessJwt"], session["refreshJwt"], pds.url)
    old.write_text(":::".join(parts), encoding="utf-8")
    with opened(pds, "alice") as alice, opened(pds, "bob") as bob:
        bob.follow(alice)
        for _ in range(2):
            main("move_bot.py")(str(old), str(tmp_path / "session.json"))
            old.unlink(missing_ok=True)
        assert [item.text for item in alice.author_feed(alice)] == [
            "And it was easy.",
            "I have moved: https://example.com/moved #python",
        ] * 2
    assert capsys.readouterr().out == "bob.test\n" * 2
