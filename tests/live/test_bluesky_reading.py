"""What the Bluesky layer reads and follows, at the protocol's own servers; each test runs with both twins."""

from __future__ import annotations

import runpy
import threading
import time
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from atlex import PasswordSession
from atlex_bsky import AsyncBluesky, Bluesky, FileCursorStore, PostNotShownError
from atlex_sdk import AsyncClient

from ._twins import until, views

pytestmark = pytest.mark.anyio

EXAMPLES = Path(__file__).parents[2] / "examples"


def layer(client):
    return AsyncBluesky(client) if isinstance(client, AsyncClient) else Bluesky(client)


@pytest.fixture
def bsky(client):
    return layer(client)


@pytest.fixture
async def other(twin):
    return layer(twin.Client(await twin.new_account()))


@pytest.fixture
def same(twin, session):
    """A second client of the same account."""
    return layer(twin.Client(session))


async def taken(notifications, count):
    """The next of what is followed, of which all but the last are handled."""
    items = []
    if hasattr(notifications, "__aiter__"):
        async with aclosing(notifications):
            async for item in notifications:
                items.append(item)
                if len(items) == count:
                    return items
    with closing(notifications):
        for item in notifications:
            items.append(item)
            if len(items) == count:
                return items
    raise AssertionError


async def at_once(bsky, *calls):
    """Make calls at the same moment: tasks for one twin, threads for the other."""
    async with anyio.create_task_group() as group:
        for call in calls:
            if isinstance(bsky, AsyncBluesky):
                group.start_soon(call)
            else:
                group.start_soon(to_thread.run_sync, call)


async def test_a_profile_changed_by_two_clients_at_once_loses_nothing(twin, bsky, same):
    read = []

    def changing(client, name, value):
        def change(profile):
            # Both have read the same version before either writes.
            read.append(name)
            for _ in range(100):
                if len(read) > 1 or isinstance(client, AsyncBluesky):
                    break
                time.sleep(0.05)
            setattr(profile, name, value)

        return lambda: client.upsert_profile(change)

    await twin.do(bsky.upsert_profile(lambda profile: setattr(profile, "website", "https://example.com")))
    await at_once(
        bsky, changing(bsky, "display_name", "Alice"), changing(same, "description", "of two programs")
    )
    stored = (await twin.do(bsky.client.app.bsky.actor.profile.get())).value
    assert (stored.display_name, stored.description, stored.website) == (
        "Alice",
        "of two programs",
        "https://example.com",
    )

    async def shown():
        view = await twin.do(bsky.client.app.bsky.actor.get_profile(actor=bsky.did))
        return (view.display_name, view.description) == ("Alice", "of two programs")

    await until(shown)


async def test_preferences_changed_by_two_clients_at_once_lose_nothing(twin, bsky, same):
    await twin.do(bsky.update_preferences(lambda p: p.set_content_label("spam", "hide")))
    calls = [
        lambda client=client, word=f"{name} {number}": client.update_preferences(lambda p: p.mute_word(word))
        for number in range(5)
        for name, client in (("one", bsky), ("other", same))
    ]
    await at_once(bsky, *calls)
    found = await twin.do(bsky.preferences())
    assert {word.value for word in found.muted_words} == {
        f"{name} {number}" for number in range(5) for name in ("one", "other")
    }
    assert found.content_labels[None, "spam"] == "hide"
    await twin.do(bsky.update_preferences(lambda p: p.unmute_word("one 0")))
    assert len((await twin.do(bsky.preferences())).muted_words) == 9


async def test_every_kind_of_preference_is_kept_by_the_server(twin, bsky):
    feed = f"at://{bsky.did}/app.bsky.feed.generator/cats"
    post = f"at://{bsky.did}/app.bsky.feed.post/3k5nobkf2w72g"

    def change(preferences):
        preferences.adult_content = True
        preferences.save_feed(feed, pinned=True)
        preferences.hide_post(post)
        preferences.interests = ["cats"]
        preferences.thread_sort = "newest"
        preferences.add_labeler(bsky.did)
        preferences.set_content_label("spam", "hide", labeler=bsky.did)

    changed = await twin.do(bsky.update_preferences(change))
    found = await twin.do(bsky.preferences())
    assert found.to_wire() == changed.to_wire()
    assert (found.adult_content, found.hidden_posts, found.interests) == (True, (post,), ("cats",))
    assert (found.thread_sort, found.labelers) == ("newest", (bsky.did,))
    assert [(saved.value, saved.pinned) for saved in found.saved_feeds] == [(feed, True)]


async def test_notifications_are_followed_across_restarts(twin, bsky, other, tmp_path):
    store = FileCursorStore(tmp_path / "position")
    begun = datetime.now(UTC) - timedelta(hours=1)
    root = await twin.do(bsky.post("root"))
    await views(twin, other, root)

    def follow():
        return bsky.notifications(poll=0.1, store=store, since=begun)

    # A crash at the work of the second: it comes again.
    replies = [await twin.do(other.post(f"reply {number}", reply_to=root)) for number in range(3)]
    first = await taken(follow(), 2)
    second = await taken(follow(), 2)
    assert [item.text for item in first] == ["reply 0", "reply 1"]
    assert [item.text for item in second] == ["reply 1", "reply 2"]
    assert [item.uri for item in (*first, *second[1:])] == [reply.uri for reply in replies]
    assert {item.subject for item in first} == {root.uri}
    # One that its author dates a minute back is listed there, behind those that were handled.
    await twin.do(other.like(root))
    dated = (
        (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
    late = await twin.do(other.post("late", reply_to=root, created_at=dated))
    await until(lambda: listed(twin, bsky, 5))
    third = await taken(follow(), 3)
    assert [(item.reason, item.uri) for item in third[:2]] == [("reply", late.uri), ("reply", replies[2].uri)]
    assert third[2].reason == "like"
    assert third[0].indexed_at == dated


async def test_what_was_handled_is_seen(twin, bsky, other):
    root = await twin.do(bsky.post("root"))
    await views(twin, other, root)
    await twin.do(other.post("reply", reply_to=root))
    notifications = bsky.notifications(poll=0.1, since=datetime.now(UTC) - timedelta(hours=1))

    async def seen():
        [replied] = await twin.items(bsky.notifications(reasons=["reply"]))
        return replied.is_read

    if isinstance(bsky, AsyncBluesky):
        async with anyio.create_task_group() as group:

            async def follow():
                async for _ in notifications:
                    pass

            group.start_soon(follow)
            await until(lambda: listed(twin, bsky, 1))
            await until(seen)
            group.cancel_scope.cancel()
    else:
        with closing(notifications):
            await to_thread.run_sync(next, notifications)
            await twin.do(other.like(root))
            # The loop asks for the like when the reply has been handled.
            await to_thread.run_sync(next, notifications)
            await until(seen)


async def listed(twin, bsky, count):
    return len(await twin.items(bsky.notifications())) >= count


async def test_a_thread_is_read_up_and_down(twin, bsky, other):
    root = await twin.do(bsky.post("root"))
    await views(twin, other, root)
    middle = await twin.do(other.post("middle", reply_to=root))
    await views(twin, bsky, middle)
    leaves = [await twin.do(bsky.post(text, reply_to=middle)) for text in ("one", "two")]

    async def complete():
        # Not the author of the two: to them a PDS shows what the app view may not have yet, and not in every answer.
        try:
            return len(list((await twin.do(other.thread(root))).walk())) == 4
        except PostNotShownError:
            return False

    await until(complete)
    node = await twin.do(bsky.thread(middle.uri))
    assert [place.post.text for place in node.parents()] == ["root"]
    assert {reply.post.uri for reply in node.replies} == {leaf.uri for leaf in leaves}
    assert [depth for depth, _ in (await twin.do(bsky.thread(root))).walk()] == [0, 1, 2, 2]


async def test_feeds_are_read_as_items(twin, bsky, other):
    await twin.do(bsky.follow(other))
    post = await twin.do(other.post("See https://example.com and #cats", langs=["en"]))
    await twin.do(other.post("and more", reply_to=post))

    async def complete():
        # The app view hears of each account for itself.
        posts, follows = await twin.items(bsky.author_feed(other)), await twin.items(bsky.follows())
        return len(posts) == 2 and bool(follows)

    await until(complete)
    more, first = await twin.items(bsky.author_feed(other, limit=1))
    assert (more.reply_to.uri, first.uri, first.links) == (post.uri, post.uri, ("https://example.com",))
    assert [item.uri for item in await twin.items(bsky.author_feed(other, filter="posts_no_replies"))] == [
        post.uri
    ]
    assert post.uri in {item.uri for item in await twin.items(bsky.timeline())}
    assert [profile.did for profile in await twin.items(bsky.follows())] == [other.did]
    assert [profile.did for profile in await twin.items(other.followers())] == [bsky.did]
    await twin.do(bsky.like(first))

    async def liked():
        return [item.uri for item in await twin.items(bsky.likes())] == [post.uri]

    await until(liked)


@pytest.fixture
def run(network):
    """Run a program of ``examples/`` as a mock user."""

    def run(program, *arguments, user="carla.test", **options):
        main = runpy.run_path(str(EXAMPLES / program))["main"]
        return main(network.pds, user, "hunter2", *arguments, **options)

    return run


@pytest.fixture
def carla(network):
    with Bluesky.login(network.pds, identifier="carla.test", password="hunter2") as carla:
        yield carla


def test_update_profile_and_watch_calls_run(run, carla, capsys):
    run("update_profile.py", "spoiler", "election")
    assert carla.client.app.bsky.actor.profile.get().value.description.startswith("Updated on 2")
    assert {"spoiler", "election"} <= {word.value for word in carla.preferences().muted_words}
    run("watch_calls.py")
    assert "getTimeline" in capsys.readouterr().out


def test_move_bot_runs(network, tmp_path, capsys):
    with PasswordSession.login(network.pds, identifier="carla.test", password="hunter2") as session:
        data = session.data
        old = tmp_path / "old.txt"
        old.write_text(
            f"{data.handle}:::{data.did}:::{data.access_jwt}:::{data.refresh_jwt}:::{network.pds}", "utf-8"
        )
        runpy.run_path(str(EXAMPLES / "move_bot.py"))["main"](str(old), str(tmp_path / "session.json"))
    assert "alice.test" in capsys.readouterr().out


async def test_reply_bot_answers(network, run, carla, tmp_path, monkeypatch):
    mention = []

    def sleep(_):
        # The first poll found nothing; the second finds the mention; then the program is interrupted.
        if mention:
            raise KeyboardInterrupt
        with Bluesky.login(network.pds, identifier="bob.test", password="hunter2") as bob:
            mention.append(bob.post("Hello @carla.test"))
        for _ in range(300):
            if any(item.uri == mention[0].uri for item in carla.notifications().take(items=20)):
                return
            threading.Event().wait(0.1)

    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        run("reply_bot.py", str(tmp_path / "position"))
    monkeypatch.undo()

    async def answered():
        replies = carla.thread(mention[0]).replies
        return [reply.post.text for reply in replies] == ["@bob.test thank you!"]

    await until(answered)
