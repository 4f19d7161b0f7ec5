"""Notifications that are followed come once each, whatever happens in between."""

from __future__ import annotations

import contextlib
import logging
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import pytest

from atlex import AsyncPasswordSession, XrpcResponseError, now
from atlex.cursors import LARGEST, FileCursorStore, MemoryCursorStore
from atlex.errors import CursorStoreError, InputError
from atlex.testing import FakePds, PdsError
from atlex_bsky import AsyncBluesky
from atlex_bsky._following import NotificationPosition
from atlex_sdk import AsyncClient, app
from atlex_sdk.app.bsky.notification.list_notifications import Notification

from ._records import follow, like, post

_LIST = "app.bsky.notification.listNotifications"
_SEEN = "app.bsky.notification.updateSeen"
_POLL = 0.001
_START = datetime(2026, 1, 1, tzinfo=UTC)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class _Listing:
    """An app view whose notifications a test makes up, and which ends a program after some polls."""

    def __init__(self, pds, page_size=100):
        self.views = []
        self.polls = 0
        self.seen = []
        self.before = {}
        self._page_size = page_size
        pds.add(_LIST, self._list, auth=True)
        pds.add(_SEEN, lambda call: self.seen.append(call.input["seenAt"]), auth=True)

    def add(self, name, seconds, *, reason="reply", is_read=False):
        indexed_at = (
            (_START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        self.views.append(
            {
                "uri": f"at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/{name}",
                "cid": "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka",
                "author": {"did": "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "handle": "bob.test"},
                "reason": reason,
                "record": {"$type": "app.bsky.feed.post", "text": name, "createdAt": indexed_at},
                "isRead": is_read,
                "indexedAt": indexed_at,
            }
        )

    def handled_by(self, bsky, store, *, polls=3, crash_at=None, crash=ZeroDivisionError, **options):
        """What a program handles that ends after some polls, or crashes at the work of one of them."""
        self.polls = polls
        handled = []

        def run():
            for item in bsky.notifications(poll=_POLL, store=store, **options):
                if item.text == crash_at:
                    raise crash
                handled.append(item.text)

        with pytest.raises(XrpcResponseError if crash_at is None else crash):
            run()
        return handled

    def _list(self, call):
        cursor = call.params.get("cursor")
        if cursor is None:
            self.polls -= 1
        if self.polls < 0:
            raise PdsError(400, "Stopped", "The test is over")
        if cursor in self.before:
            self.before.pop(cursor)()
        listed = sorted(self.views, key=_order, reverse=True)
        if cursor is not None:
            listed = [view for view in listed if _order(view) < cursor]
        page = listed[: self._page_size]
        return {"notifications": page, **({"cursor": _order(page[-1])} if len(page) < len(listed) else {})}


def _order(view):
    return f"{view['indexedAt']}::{view['uri']}"


@pytest.fixture
def listing(pds):
    return _Listing(pds)


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    return MemoryCursorStore() if request.param == "memory" else FileCursorStore(tmp_path / "position")


def test_without_polling_they_are_pages_of_what_there_is(alice, bob, carol, pds):
    first = post(alice, "hello")
    like(bob, first)
    post(carol, "hello yourself", reply_to=first)
    follow(bob, alice)
    items = list(alice.notifications(limit=2))
    assert [(item.reason, item.text, item.author.handle) for item in items] == [
        ("follow", "", "bob.test"),
        ("reply", "hello yourself", "carol.test"),
        ("like", "", "bob.test"),
    ]
    assert items[2].subject == first.uri
    assert items[1].reply_to.uri == first.uri
    assert items[0].record is None
    assert not items[0].is_read
    assert [item.reason for item in alice.notifications(reasons=["like"])] == ["like"]
    assert repr(items[2]) == f"<NotificationItem like by bob.test: {items[2].uri}>"
    assert pds.count(_SEEN) == 0


def test_what_was_there_before_the_first_start_is_not_new(alice, listing, store):
    listing.add("old", 0)
    assert listing.handled_by(alice, store) == []
    listing.add("new", 0)
    listing.add("newer", 1)
    assert listing.handled_by(alice, store) == ["new", "newer"]


def test_what_came_while_no_program_ran_is_new_even_after_a_first_run_without_any(alice, listing, store):
    assert listing.handled_by(alice, store) == []
    listing.add("meanwhile", -10)
    assert listing.handled_by(alice, store) == ["meanwhile"]


def test_a_time_to_start_from_counts_for_the_first_start_alone(alice, listing, store):
    listing.add("before", -1)
    listing.add("at", 0)
    listing.add("after", 1)
    assert listing.handled_by(alice, store, since=_START) == ["at", "after"]
    assert listing.handled_by(alice, store, since=_START - timedelta(days=1)) == []


def test_of_those_with_one_time_each_comes_once(alice, listing, store):
    assert listing.handled_by(alice, store) == []
    for name in "abcd":
        listing.add(name, 0)
    assert listing.handled_by(alice, store, crash_at="c") == ["a", "b"]
    listing.add("0", 0)
    assert listing.handled_by(alice, store) == ["0", "c", "d"]
    assert listing.handled_by(alice, store) == []


def test_one_record_may_be_the_cause_of_two(alice, listing, store):
    assert listing.handled_by(alice, store) == []
    listing.add("a", 0, reason="reply")
    listing.add("a", 0, reason="quote")
    assert listing.handled_by(alice, store) == ["a", "a"]


def test_the_one_whose_work_was_not_done_comes_again(alice, listing, store):
    assert listing.handled_by(alice, store) == []
    for seconds, name in enumerate("abc"):
        listing.add(name, seconds)
    assert listing.handled_by(alice, store, crash_at="b") == ["a"]
    assert listing.handled_by(alice, store) == ["b", "c"]


def test_one_that_is_indexed_late_is_not_lost(alice, listing, store):
    assert listing.handled_by(alice, store) == []
    listing.add("prompt", 1000)
    assert listing.handled_by(alice, store) == ["prompt"]
    listing.add("late", 500)
    listing.add("too-late", 399)
    assert listing.handled_by(alice, store) == ["late"]


def test_many_pages_are_gone_through_while_new_ones_come(alice, pds, store):
    listing = _Listing(pds, page_size=2)
    assert listing.handled_by(alice, store) == []
    for seconds in range(7):
        listing.add(str(seconds), seconds)
    second_page = _order(listing.views[5])
    listing.before[second_page] = lambda: listing.add("late", 3.5)
    third_page = _order(listing.views[2])
    listing.before[third_page] = lambda: listing.add("newest", 100)
    assert listing.handled_by(alice, store) == ["0", "1", "2", "3", "late", "4", "5", "6", "newest"]


def test_a_poll_reads_no_further_than_it_must(alice, pds, store):
    listing = _Listing(pds, page_size=5)
    for seconds in range(0, 100_000, 1000):
        listing.add(str(seconds), seconds)
    assert listing.handled_by(alice, store) == []
    listing.add("new", 200_000)
    pds.forget()
    assert listing.handled_by(alice, store, polls=1) == ["new"]
    # One poll, that of the end, and one to say what was seen.
    assert [request.nsid for request in pds.requests] == [_LIST, _SEEN, _LIST]


def test_one_that_claims_to_come_from_the_future_hides_no_other(alice, listing, store):
    assert listing.handled_by(alice, store) == []
    listing.add("future", 50 * 365 * 86400)
    assert listing.handled_by(alice, store) == ["future"]
    present = (datetime.now(UTC) - _START).total_seconds()
    listing.add("present", present)
    assert listing.handled_by(alice, store) == ["present"]


@pytest.mark.parametrize("text", ["yesterday", "", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:00"])
def test_one_without_a_time_comes_once_and_hides_no_other(listing, text):
    listing.add("a", 0)
    listing.add("b", 1)
    first, broken = (Notification.from_wire(view) for view in listing.views)
    broken.__dict__["indexed_at"] = text
    position = NotificationPosition("did:web:a.test", _START)
    assert not position.is_past(broken)
    assert position.is_new(broken)
    position.handled(broken)
    position = NotificationPosition.read(str(position), "did:web:a.test")
    assert not position.is_new(broken)
    assert position.is_new(first)


def test_a_flood_leaves_a_position_that_can_be_stored(listing):
    listing.add("x" * 200, 0)
    [view] = map(Notification.from_wire, listing.views)
    position = NotificationPosition("did:web:a.test", _START - timedelta(minutes=5))
    for number in range(20_001):
        view.__dict__["uri"] = f"at://did:web:{'a' * 2000}.test/app.bsky.feed.post/{number}"
        view.__dict__["indexed_at"] = (_START + timedelta(milliseconds=number)).isoformat()
        position.handled(view)
    assert not position.is_new(view)
    assert len(str(position)) < LARGEST / 2
    view.__dict__["indexed_at"] = (_START + timedelta(seconds=5)).isoformat()
    assert not position.is_new(view)


def test_what_was_handled_is_marked_as_seen(alice, listing):
    store = MemoryCursorStore()
    assert listing.handled_by(alice, store) == []
    listing.add("a", 0)
    listing.add("b", 5)
    # An app view that was never told what has been seen calls all of them read.
    listing.add("c", 6, is_read=True)
    assert listing.handled_by(alice, store) == ["a", "b", "c"]
    # It calls the one at the very time unread.
    assert listing.seen == ["2026-01-01T00:00:06.001Z"]


def test_one_that_comes_late_takes_back_no_mark(alice, listing):
    listing.add("late", -60)
    late = listing.views.pop()
    listing.add("a", 0)
    listing.before[None] = lambda: listing.before.update({None: lambda: listing.views.append(late)})
    assert listing.handled_by(alice, MemoryCursorStore(), since=_LONG_AGO, polls=4) == ["a", "late"]
    assert listing.seen == ["2026-01-01T00:00:00.001Z"]


def test_what_was_not_handled_is_not_marked_as_seen(alice, listing):
    store = MemoryCursorStore()
    assert listing.handled_by(alice, store) == []
    listing.add("a", 0)
    assert listing.handled_by(alice, store, crash_at="a") == []
    listing.add("b", 1)
    assert listing.handled_by(alice, store, mark_seen=False) == ["a", "b"]
    assert listing.seen == []


def test_reasons_are_asked_for(alice, pds):
    asked = []

    @pds.method(_LIST, auth=True)
    def list_notifications(call):
        asked.append(call.params.get("reasons"))
        raise PdsError(400, "Stopped", "The test is over")

    with pytest.raises(XrpcResponseError):
        next(alice.notifications(poll=_POLL, reasons=["mention", "reply"]))
    assert asked == [["mention", "reply"]]


def test_failures_that_pass_are_waited_out(alice, listing, store, pds, caplog):
    assert listing.handled_by(alice, store) == []
    listing.add("a", 0)
    pds.fail_next(_LIST, status=502)
    pds.drop_next(_LIST)
    pds.fail_next(_LIST, status=429, headers={"ratelimit-limit": "1"})
    pds.fail_next(_SEEN, status=503)
    with caplog.at_level(logging.WARNING, "atlex.bsky"):
        assert listing.handled_by(alice, store) == ["a"]
    assert len([record for record in caplog.records if record.name == "atlex.bsky"]) == 4
    assert len(listing.seen) == 1


def test_a_failure_for_good_ends_the_loop(alice, listing, store, pds):
    pds.fail_next(_LIST, status=403, error="AccountTakedown")
    with pytest.raises(XrpcResponseError, match="AccountTakedown"):
        next(alice.notifications(poll=_POLL, store=store))
    # The store is free again.
    assert listing.handled_by(alice, store) == []


def test_only_one_loop_follows_from_a_store(alice, listing, tmp_path):
    for store in (MemoryCursorStore(), FileCursorStore(tmp_path / "position", lock_timeout=0.05)):
        assert listing.handled_by(alice, store) == []
        listing.add("a", 0)
        with contextlib.closing(alice.notifications(poll=_POLL, store=store)) as first:
            listing.polls = 1
            next(first)
            with pytest.raises(CursorStoreError, match="follows from"):
                next(alice.notifications(poll=_POLL, store=store))
        listing.views.clear()


def test_the_position_of_another_account_is_refused(alice, bob, listing):
    store = MemoryCursorStore()
    assert listing.handled_by(alice, store) == []
    with pytest.raises(CursorStoreError, match=f"position of '{alice.did}', and not that of {bob.did}"):
        next(bob.notifications(poll=_POLL, store=store))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"chat": "did:plc:a"}', '{"notifications": "DID"}', "\0", "[" * 100_000]
)
def test_what_is_no_position_is_refused(alice, text):
    store = MemoryCursorStore(text.replace("DID", alice.did))
    with pytest.raises(CursorStoreError, match="hold a position among notifications"):
        next(alice.notifications(poll=_POLL, store=store))


@pytest.mark.parametrize("poll", [0, -1, float("nan"), float("inf"), "5", True])
def test_a_time_between_polls_must_be_one(alice, poll):
    with pytest.raises(InputError, match="poll must be"):
        alice.notifications(poll=poll)


def test_a_time_to_start_from_needs_a_zone(alice):
    with pytest.raises(InputError, match="time zone"):
        alice.notifications(poll=1, since=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_an_interrupt_ends_the_loop_and_loses_nothing(alice, listing, store):
    assert listing.handled_by(alice, store) == []
    listing.add("a", 0)
    listing.add("b", 1)
    assert listing.handled_by(alice, store, crash_at="b", crash=KeyboardInterrupt) == ["a"]
    assert listing.handled_by(alice, store) == ["b"]


def _asynchronously(pds, run, backend="asyncio"):
    """Run with the layer of alice and the client of bob."""

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            http = await stack.enter_async_context(pds.async_client())
            clients = [
                AsyncClient(
                    await stack.enter_async_context(
                        AsyncPasswordSession.login(
                            pds.url, identifier=f"{name}.test", password="password", http_client=http
                        )
                    ),
                    retries=0,
                )
                for name in ("alice", "bob")
            ]
            await run(AsyncBluesky(clients[0]), clients[1])

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_loop_ends_at_once_and_loses_nothing(pds, listing, tmp_path, backend):
    store = FileCursorStore(tmp_path / "position")
    listing.polls = 1000
    listing.add("a", 0)
    handled = []

    async def run(bsky, _):
        begun = anyio.Event()

        async def bot(name):
            notifications = bsky.notifications(poll=_POLL, store=store, since=_START)
            async with contextlib.aclosing(notifications):
                async for item in notifications:
                    handled.append((name, item.text))
                    begun.set()
                    if item.text != "a":
                        await anyio.sleep_forever()

        for name, text in (("first", "b"), ("second", "c")):
            begun = anyio.Event()
            async with anyio.create_task_group() as group:
                group.start_soon(bot, name)
                await begun.wait()
                listing.add(text, 1)
                while handled[-1] == (name, "a"):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()

    _asynchronously(pds, run, backend)
    assert handled == [("first", "a"), ("first", "b"), ("second", "b")]


def test_breaking_out_of_an_asynchronous_loop_frees_the_store(pds, listing, tmp_path):
    store = FileCursorStore(tmp_path / "position")
    listing.polls = 1000
    listing.add("a", 0)

    async def run(bsky, _):
        for _ in range(3):
            async for item in bsky.notifications(poll=_POLL, store=store, since=_START):
                assert item.text == "a"
                break

    _asynchronously(pds, run)


def test_a_bot_that_is_restarted_handles_each_mention_once(tmp_path):
    time = [1_700_000_000.0]
    facet = app.bsky.richtext.facet
    store = FileCursorStore(tmp_path / "position")
    handled = []

    async def run(bsky, bob):
        index = facet.ByteSlice(byte_start=0, byte_end=1)
        mention = facet.Facet(index=index, features=[facet.Mention(did=bsky.did)])
        for step in range(29):
            await bob.app.bsky.feed.post.create(
                app.bsky.feed.post.Post(text=str(step), created_at=now(), facets=[mention])
            )
            # Two or three have the same time.
            time[0] += (step % 3 == 0) * 0.001
            if step % 4 == 0:
                # Each run ends at the work of the last one that there is.
                async for item in bsky.notifications(poll=_POLL, store=store, since=_LONG_AGO):
                    if item.text == str(step):
                        break
                    handled.append(item.text)

    with FakePds(clock=lambda: time[0]) as pds:
        pds.create_account("alice.test", "password")
        pds.create_account("bob.test", "password")
        _asynchronously(pds, run)
    assert handled == [str(step) for step in range(28)]
