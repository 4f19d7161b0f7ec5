"""Preferences are changed one by one, and lose nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from datetime import UTC, datetime
from functools import partial

import pytest

from atlex import AsyncPasswordSession
from atlex.errors import InputError
from atlex_bsky import AsyncBluesky, _locks
from atlex_bsky._locks import account_lock
from atlex_bsky._preferences import Preferences, PreferencesConflictError
from atlex_sdk import AsyncClient, app

Defs = app.bsky.actor.defs
_GET = "app.bsky.actor.getPreferences"
_PUT = "app.bsky.actor.putPreferences"
_DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
_FEED = f"at://{_DID}/app.bsky.feed.generator/cats"
_LIST = f"at://{_DID}/app.bsky.graph.list/3k5nobkf2w72g"
_POST = f"at://{_DID}/app.bsky.feed.post/3k5nobkf2w72g"
_STORED = [
    {"$type": "app.bsky.actor.defs#adultContentPref", "enabled": False, "later": {"a": [1]}},
    {"$type": "com.example.preference", "number": 1, "text": "\N{CAT FACE}"},
    {
        "$type": "app.bsky.actor.defs#mutedWordsPref",
        "items": [{"value": "old", "targets": ["content"], "more": 1}],
    },
]


def _read(*wire):
    return Preferences(
        app.bsky.actor.get_preferences.GetPreferencesOutput.from_wire({"preferences": [*wire]}).preferences
    )


def _mute(word, preferences):
    preferences.mute_word(word)


def _pref(name, **fields):
    return {"$type": f"app.bsky.actor.defs#{name}", **fields}


@pytest.fixture
def stored(pds):
    """The preferences of alice, as other programs have stored them."""
    account = pds.account("alice.test")
    account.preferences = [*_STORED]
    return account


def test_what_is_not_changed_goes_back_as_it_came(alice, stored):
    alice.update_preferences(lambda p: p.mute_word("new"))
    muted = stored.preferences.pop(2)
    assert stored.preferences == _STORED[:2]
    assert muted["items"][0] == _STORED[2]["items"][0]
    assert [word["value"] for word in muted["items"]] == ["old", "new"]


def test_what_is_broken_goes_back_as_it_came():
    broken = [
        _pref("threadViewPref", sort=["broken"], more=1),
        _pref("mutedWordsPref", items=[{"value": "old", "targets": ["content"]}, {"value": 5}]),
        _pref("hiddenPostsPref", items=7),
        {"no": "type"},
    ]
    preferences = _read(*broken)
    assert preferences.to_wire() == broken
    preferences.mute_word("new")
    changed = preferences.to_wire()
    assert [word["value"] for word in changed.pop(1)["items"]] == ["old", 5, "new"]
    assert changed == [broken[0], *broken[2:]]


def test_nothing_is_written_where_nothing_changes(alice, stored, pds):
    alice.update_preferences(lambda p: p.unmute_word("nobody muted this"))
    assert pds.count(_PUT) == 0
    assert stored.preferences == _STORED


@pytest.mark.usefixtures("stored")
def test_the_change_is_looked_for_once_it_is_written(alice, pds):
    found = alice.update_preferences(lambda p: p.hide_post(_POST))
    assert found.hidden_posts == (_POST,)
    assert [request.nsid for request in pds.requests[-3:]] == [_GET, _PUT, _GET]


def test_a_change_that_was_overwritten_is_made_again(alice, stored, pds):
    overwriting = [*_STORED, _pref("interestsPref", tags=["of the other program"])]

    @pds.method(_PUT, auth=True)
    def put_preferences(call):
        # The other program read before, and writes right after.
        stored.preferences = overwriting if pds.count(_PUT) == 0 else call.input["preferences"]

    pds.forget()
    found = alice.update_preferences(lambda p: p.hide_post(_POST))
    assert found.hidden_posts == (_POST,)
    assert found.interests == ("of the other program",)
    assert pds.count(_PUT) == 2


@pytest.mark.usefixtures("stored")
def test_a_change_that_is_always_overwritten_is_an_error(alice, pds):
    pds.add(_PUT, lambda _: None, auth=True)
    with pytest.raises(PreferencesConflictError, match="after each of 5 tries"):
        alice.update_preferences(lambda p: p.hide_post(_POST))
    assert pds.count(_PUT) == 5


@pytest.mark.usefixtures("stored")
def test_a_change_that_does_more_each_time_is_made_once(alice):
    def change(preferences):
        preferences.interests = [*preferences.interests, "cats"]

    assert alice.update_preferences(change).interests == ("cats",)


def test_a_server_that_adds_preferences_of_its_own_is_no_conflict(alice, stored, pds):
    age = _pref("declaredAgePref", isOverAge13=True)

    @pds.method(_GET, auth=True)
    def get_preferences(_):
        return {"preferences": [*stored.preferences, age]}

    @pds.method(_PUT, auth=True)
    def put_preferences(call):
        stored.preferences = [item for item in call.input["preferences"] if item != age]

    assert alice.update_preferences(lambda p: p.hide_post(_POST)).hidden_posts == (_POST,)
    assert pds.count(_PUT) == 1


@pytest.mark.usefixtures("stored")
def test_threads_of_one_process_lose_nothing(alice, login):
    others = [login("alice") for _ in range(6)]
    errors = []

    def work(number, bsky):
        try:
            for word in range(3):
                bsky.update_preferences(partial(_mute, f"{number} {word}"))
        except Exception as error:  # noqa: BLE001 - reported below
            errors.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    words = {word.value for word in alice.preferences().muted_words}
    assert words == {"old", *(f"{number} {word}" for number in range(6) for word in range(3))}


@pytest.mark.usefixtures("stored")
def test_tasks_of_one_process_lose_nothing(alice, pds):
    async def main():
        async with (
            pds.async_client() as http,
            AsyncPasswordSession.login(
                pds.url, identifier="alice.test", password="password", http_client=http
            ) as session,
            asyncio.TaskGroup() as group,
        ):
            for number in range(10):
                bsky = AsyncBluesky(AsyncClient(session))
                group.create_task(bsky.update_preferences(partial(_mute, str(number))))

    asyncio.run(main())
    assert {word.value for word in alice.preferences().muted_words} == {"old", *map(str, range(10))}


@pytest.mark.usefixtures("stored")
def test_a_wait_for_the_lock_can_be_cancelled(alice, pds):
    async def main():
        async with (
            pds.async_client() as http,
            AsyncPasswordSession.login(
                pds.url, identifier="alice.test", password="password", http_client=http
            ) as session,
        ):
            bsky = AsyncBluesky(AsyncClient(session))
            with account_lock(session.did), pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await bsky.update_preferences(lambda p: p.hide_post(_POST))
            await bsky.update_preferences(lambda p: p.hide_post(_POST))

    asyncio.run(main())
    assert alice.preferences().hidden_posts == (_POST,)


@pytest.mark.usefixtures("stored")
def test_a_failure_gives_the_lock_back(alice, pds):
    pds.fail_next(_GET, status=400, error="InvalidRequest")
    with pytest.raises(Exception, match="InvalidRequest"):
        alice.update_preferences(lambda p: p.hide_post(_POST))
    with pytest.raises(ZeroDivisionError):
        alice.update_preferences(lambda _: 1 // 0)
    assert alice.update_preferences(lambda p: p.hide_post(_POST)).hidden_posts == (_POST,)


def test_adult_content_is_off_until_it_is_set():
    preferences = _read()
    assert not preferences.adult_content
    preferences.adult_content = True
    assert preferences.adult_content
    assert preferences.to_wire() == [_pref("adultContentPref", enabled=True)]


def test_of_two_preferences_of_a_type_the_last_counts_and_both_stay():
    preferences = _read(_pref("adultContentPref", enabled=True), _pref("adultContentPref", enabled=False))
    assert not preferences.adult_content
    preferences.adult_content = True
    assert [item["enabled"] for item in preferences.to_wire()] == [True, True]


def test_a_preference_that_cannot_be_read_is_not_contradicted():
    preferences = _read(_pref("hiddenPostsPref", items=7), _pref("mutedWordsPref", items=7))
    with pytest.raises(InputError, match="hiddenPostsPref can't be read"):
        preferences.hide_post(_POST)
    with pytest.raises(InputError, match="mutedWordsPref can't be read"):
        preferences.mute_word("cats")
    assert len(preferences.items) == 2


def test_labels_are_told_apart_by_labeler():
    preferences = _read(_pref("contentLabelPref", label="spam", visibility="warn"))
    preferences.set_content_label("spam", "hide", labeler=_DID)
    preferences.set_content_label("gore", "ignore")
    preferences.set_content_label("gore", "hide")
    assert dict(preferences.content_labels) == {
        (None, "spam"): "warn",
        (_DID, "spam"): "hide",
        (None, "gore"): "hide",
    }
    assert len(preferences.items) == 3


def test_labelers_are_subscribed_to_once_and_forgotten_whole():
    preferences = _read()
    for _ in range(2):
        preferences.add_labeler(_DID)
    preferences.set_content_label("spam", "hide", labeler=_DID)
    preferences.set_content_label("spam", "warn")
    assert preferences.labelers == (_DID,)
    for _ in range(2):
        preferences.remove_labeler(_DID)
    assert preferences.labelers == ()
    assert dict(preferences.content_labels) == {(None, "spam"): "warn"}


def test_feeds_and_lists_are_saved_once_each():
    preferences = _read()
    saved = preferences.save_feed(_FEED, pinned=True)
    assert preferences.save_feed(_FEED, pinned=True) is saved
    preferences.save_feed(_LIST)
    assert [(feed.type, feed.value, feed.pinned) for feed in preferences.saved_feeds] == [
        ("feed", _FEED, True),
        ("list", _LIST, False),
    ]
    preferences.save_feed(_FEED, pinned=False)
    assert not preferences.saved_feeds[0].pinned
    preferences.remove_feed(saved.id)
    preferences.remove_feed(saved.id)
    assert [feed.value for feed in preferences.saved_feeds] == [_LIST]
    preferences.remove_feed(_LIST)
    assert preferences.saved_feeds == ()


@pytest.mark.parametrize(
    "feed",
    ["cats", _POST, "at://alice.test/app.bsky.feed.generator/cats", f"at://{_DID}", "https://bsky.app"],
)
def test_what_is_no_feed_is_not_saved(feed):
    preferences = _read()
    with pytest.raises(InputError):
        preferences.save_feed(feed)
    assert preferences.saved_feeds == ()


def test_feeds_of_the_older_preference_are_taken_over():
    older = _pref("savedFeedsPref", pinned=[_FEED], saved=[_FEED, _LIST])
    preferences = _read(older)
    assert [(feed.value, feed.pinned) for feed in preferences.saved_feeds] == [(_FEED, True), (_LIST, False)]
    other = _FEED + "2"
    preferences.save_feed(other)
    assert [feed.value for feed in preferences.saved_feeds] == [_FEED, _LIST, other]
    assert preferences.to_wire()[0] == older


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("cats", "cats"),
        (" #cats ", "cats"),
        ("##", "#"),
        ("#\ufe0f\u20e3", "#\ufe0f\u20e3"),
        ("ca\u200bts\n", "cats"),
    ],
)
def test_words_are_muted_as_they_are_looked_for(word, value):
    preferences = _read()
    muted = preferences.mute_word(word)
    assert muted.value == value
    assert muted.id
    preferences.unmute_word(word)
    assert preferences.muted_words == ()


@pytest.mark.parametrize("word", ["", " ", "#", "\u200b", "\n"])
def test_nothing_is_no_word(word):
    with pytest.raises(InputError, match="no word"):
        _read().mute_word(word)


def test_a_muted_word_is_changed_in_its_place():
    preferences = _read(_pref("mutedWordsPref", items=[{"value": "cats", "targets": ["tag"], "more": 1}]))
    until = datetime(2030, 1, 1, tzinfo=UTC)
    for _ in range(2):
        preferences.mute_word("cats", actor_target="exclude-following", expires_at=until)
    [word] = preferences.muted_words
    assert word.id
    assert word.to_wire() == {
        "value": "cats",
        "targets": ["content", "tag"],
        "more": 1,
        "id": word.id,
        "actorTarget": "exclude-following",
        "expiresAt": "2030-01-01T00:00:00.000Z",
    }
    preferences.unmute_word(word.id)
    assert preferences.muted_words == ()


def test_posts_are_hidden_and_shown_again():
    preferences = _read()
    for _ in range(2):
        preferences.hide_post(_POST)
    assert preferences.hidden_posts == (_POST,)
    for _ in range(2):
        preferences.unhide_post(_POST)
    assert preferences.hidden_posts == ()


def test_interests_and_the_order_of_threads_are_set():
    preferences = _read()
    assert (preferences.interests, preferences.thread_sort) == ((), None)
    preferences.interests = ["cats", "typing"]
    preferences.thread_sort = "newest"
    assert (preferences.interests, preferences.thread_sort) == (("cats", "typing"), "newest")


def test_any_other_preference_is_found_by_its_class():
    preferences = _read(_pref("bskyAppStatePref", queuedNudges=["a"]))
    found = preferences.find(Defs.BskyAppStatePref)
    found.queued_nudges = []
    assert preferences.to_wire() == [_pref("bskyAppStatePref", queuedNudges=[])]
    assert preferences.find(Defs.FeedViewPref) is None
    assert repr(preferences) == "<Preferences with 1 items>"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_that_is_forked_while_locks_are_held_has_locks_of_its_own():
    with account_lock(_DID), _locks._guard:
        child = os.fork()
        if not child:
            signal.alarm(10)
            os._exit(0 if account_lock(_DID).acquire(timeout=5) else 1)
    assert os.waitpid(child, 0)[1] == 0
