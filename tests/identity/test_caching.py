"""What is kept, for how long, and who looks it up again."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from tests.fetch.conftest import ABANDONED
from tests.identity._world import ALICE, BOB, World, document
from tests.session.conftest import redis_url

from atlex.errors import (
    IdentityFailedError,
    IdentityMismatchError,
    IdentityNotFoundError,
    InputError,
)
from atlex.identity import (
    AsyncIdentityResolver,
    FileIdentityCache,
    Identity,
    IdentityResolver,
    MemoryIdentityCache,
    RedisIdentityCache,
)

__all__ = ["redis_url"]

HANDLE = "alice.example.com"
pytestmark = ABANDONED
NAME = "_atproto.alice.example.com"
HOUR = 3600


@pytest.fixture(params=["memory", "file", "redis"])
def cache(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    if request.param == "redis":
        return RedisIdentityCache(request.getfixturevalue("redis_url"), prefix=f"{uuid.uuid4()}:")
    return MemoryIdentityCache() if request.param == "memory" else FileIdentityCache(tmp_path / "ids")


async def settled(world: World, resolver: Any) -> None:
    """Wait until no look-up is under way, and what came of them is kept."""
    await until(world, lambda: not resolver._driver._flights)


async def until(world: World, condition: Callable[[], object]) -> None:
    """Wait for something."""
    for _ in range(3000):
        if condition():
            return
        await pause(world)
    raise AssertionError


async def pause(world: World) -> None:
    if world.kind == "sync":
        time.sleep(0.01)  # noqa: ASYNC251 - nothing else runs in this thread
    else:
        await anyio.sleep(0.01)


class TestWhatIsFound:
    def test_is_not_looked_up_again_within_an_hour_under_either_name(self, world: World, cache):
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            for name in (HANDLE, HANDLE.upper(), ALICE, HANDLE):
                assert (await do(resolver.resolve(name))).handle == HANDLE
                world.now += HOUR / 5

        world.run(scenario, cache=cache)
        assert world.dns.queries == {NAME: 1}
        assert len(world.plc.heads) == 1
        # By another resolver too, as in another process.
        assert world.resolve(HANDLE, cache=cache).document == document(ALICE)
        assert world.dns.queries == {NAME: 1}

    def test_is_given_at_once_while_one_look_up_runs_after_an_hour(self, world: World, cache):
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            await do(resolver.resolve(HANDLE))
            world.now += HOUR + 1
            moved = document(
                ALICE, service=[{"id": "#atproto_pds", "serviceEndpoint": "https://new.example.net"}]
            )
            world.documents[ALICE] = moved
            world.dns.may_answer.clear()
            for _ in range(20):
                assert (await do(resolver.resolve(HANDLE))).pds == "https://pds.example.net"
            world.dns.may_answer.set()
            await settled(world, resolver)
            assert (await do(resolver.resolve(HANDLE))).pds == "https://new.example.net"

        world.run(scenario, cache=cache)
        assert world.dns.queries == {NAME: 2}

    def test_is_looked_up_before_it_is_given_after_a_day(self, world: World, cache):
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            await do(resolver.resolve(HANDLE))
            world.now += 24 * HOUR + 1
            world.documents[ALICE] = document(ALICE, "bob.example.com")
            with pytest.raises(IdentityMismatchError):
                await do(resolver.resolve(HANDLE))

        world.run(scenario, cache=cache)

    def test_stays_for_the_day_while_the_network_fails_and_is_tried_every_two_minutes(self, world: World):
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            await do(resolver.resolve(HANDLE))
            world.now += HOUR + 1
            world.dns.trouble[NAME] = "broken"
            for asked, passed in ((2, 0), (2, 100), (3, 30), (3, 100), (4, 30)):
                world.now += passed
                assert (await do(resolver.resolve(HANDLE))).did == ALICE
                await settled(world, resolver)
                assert world.dns.queries[NAME] == asked
            world.now += 24 * HOUR
            with pytest.raises(IdentityFailedError):
                await do(resolver.resolve(HANDLE))

        world.run(scenario)

    def test_goes_where_a_look_up_in_the_background_finds_it_gone(self, world: World, cache):
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            await do(resolver.resolve(HANDLE))
            world.now += HOUR + 1
            del world.dns.texts[NAME]
            await do(resolver.resolve(HANDLE))
            await settled(world, resolver)
            with pytest.raises(IdentityNotFoundError):
                await do(resolver.resolve(HANDLE))

        world.run(scenario, cache=cache)

    def test_is_looked_up_again_when_it_is_purged_or_refreshed_under_either_name(self, world: World, cache):
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            count = 0
            for again in (HANDLE, ALICE):
                await do(resolver.purge(again))
                await do(resolver.resolve(HANDLE))
                await do(resolver.purge(again))
                for name in (ALICE, HANDLE):
                    await do(resolver.resolve(name))
                    await do(resolver.purge(again))
                count += 3
                assert world.dns.queries[NAME] == count
                assert (await do(resolver.refresh(again))).did == ALICE
                count += 1
                assert world.dns.queries[NAME] == count
            await do(resolver.resolve(HANDLE))
            assert world.dns.queries[NAME] == count

        world.run(scenario, cache=cache)

    def test_is_not_kept_where_it_was_purged_while_it_was_looked_up(self, world: World):
        world.txt(HANDLE, ALICE)
        world.dns.may_answer.clear()

        async def scenario(resolver, do):
            if world.kind == "sync":
                with ThreadPoolExecutor() as pool:
                    first = pool.submit(resolver.resolve, HANDLE)
                    await until(world, lambda: world.dns.queries[NAME])
                    resolver.purge(ALICE)
                    world.dns.may_answer.set()
                    first.result()
            else:
                async with anyio.create_task_group() as group:
                    group.start_soon(resolver.resolve, HANDLE)
                    await until(world, lambda: world.dns.queries[NAME])
                    await resolver.purge(ALICE)
                    world.dns.may_answer.set()
            await do(resolver.resolve(HANDLE))
            assert world.dns.queries[NAME] == 2

        world.run(scenario)

    def test_of_a_handle_that_has_moved_is_looked_up(self, world: World, cache):
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            await do(resolver.resolve(HANDLE))
            world.documents[ALICE] = document(ALICE, "new.example.com")
            world.txt("new.example.com", ALICE)
            assert (await do(resolver.refresh(ALICE))).handle == "new.example.com"
            world.txt(HANDLE, BOB)
            world.documents[BOB] = document(BOB)
            assert (await do(resolver.resolve(HANDLE))).did == BOB

        world.run(scenario, cache=cache)


class TestWhatFails:
    def test_fails_for_two_minutes_without_another_look(self, world: World, cache):
        async def scenario(resolver, do):
            for _ in range(3):
                with pytest.raises(IdentityNotFoundError, match="is nobody's handle") as caught:
                    await do(resolver.resolve(HANDLE))
                assert caught.value.identifier == HANDLE
                world.now += 39
            assert world.dns.queries[NAME] == 1
            world.txt(HANDLE, ALICE)
            world.now += 10
            assert (await do(resolver.resolve(HANDLE))).did == ALICE

        world.run(scenario, cache=cache)

    def test_is_found_by_a_refresh_at_once(self, world: World):
        async def scenario(resolver, do):
            with pytest.raises(IdentityNotFoundError):
                await do(resolver.resolve(HANDLE))
            world.txt(HANDLE, ALICE)
            assert (await do(resolver.refresh(HANDLE))).did == ALICE
            assert (await do(resolver.resolve(HANDLE))).did == ALICE

        world.run(scenario)

    def test_leaves_a_did_without_a_handle_for_two_minutes_only(self, world: World):
        world.txt(HANDLE, ALICE)
        world.dns.trouble[NAME] = "broken"

        async def scenario(resolver, do):
            assert (await do(resolver.resolve(ALICE))).handle is None
            del world.dns.trouble[NAME]
            world.now += 121
            await do(resolver.resolve(ALICE))
            await settled(world, resolver)
            assert (await do(resolver.resolve(ALICE))).handle == HANDLE

        world.run(scenario)


class TestManyAtOnce:
    def test_a_thousand_tasks_or_threads_ask_once(self, world: World, cache):
        world.txt(HANDLE, ALICE)
        world.dns.may_answer.clear()

        async def scenario(resolver, _):
            found: list[Identity] = []
            if world.kind == "sync":
                threads = [
                    threading.Thread(target=lambda: found.append(resolver.resolve(HANDLE)))
                    for _ in range(1000)
                ]
                for thread in threads:
                    thread.start()
                world.dns.may_answer.set()
                for thread in threads:
                    thread.join()
            else:

                async def look() -> None:
                    found.append(await resolver.resolve(HANDLE))

                async with anyio.create_task_group() as group:
                    for _ in range(1000):
                        group.start_soon(look)
                    await anyio.sleep(0.05)
                    world.dns.may_answer.set()
            assert [each.did for each in found] == [ALICE] * 1000

        world.run(scenario, cache=cache)
        assert world.dns.queries == {NAME: 1}
        assert len(world.plc.heads) == 1

    def test_all_get_the_same_error_with_tracebacks_of_their_own(self, world: World):
        world.dns.may_answer.clear()

        async def scenario(resolver, _):
            caught: list[Exception] = []
            if world.kind == "sync":

                def look() -> None:
                    with pytest.raises(IdentityNotFoundError) as raised:
                        resolver.resolve(HANDLE)
                    caught.append(raised.value)

                threads = [threading.Thread(target=look) for _ in range(20)]
                for thread in threads:
                    thread.start()
                world.dns.may_answer.set()
                for thread in threads:
                    thread.join()
            else:

                async def look_up() -> None:
                    with pytest.raises(IdentityNotFoundError) as raised:
                        await resolver.resolve(HANDLE)
                    caught.append(raised.value)

                async with anyio.create_task_group() as group:
                    for _ in range(20):
                        group.start_soon(look_up)
                    world.dns.may_answer.set()
            assert len({id(each) for each in caught}) == 20

        world.run(scenario)
        assert world.dns.queries[NAME] == 1

    def test_others_go_on_where_the_first_is_cancelled(self, world: World):
        if world.kind == "sync":
            pytest.skip("threads aren't cancelled")
        world.txt(HANDLE, ALICE)
        world.dns.may_answer.clear()

        async def scenario(resolver, _):
            found: list[Identity] = []

            async def first() -> None:
                with scope:
                    await resolver.resolve(HANDLE)

            async def look() -> None:
                found.append(await resolver.resolve(HANDLE))

            scope = anyio.CancelScope()
            async with anyio.create_task_group() as group:
                group.start_soon(first)
                await until(world, lambda: world.dns.queries[NAME])
                for _ in range(5):
                    group.start_soon(look)
                await anyio.sleep(0.01)
                scope.cancel()
                world.dns.may_answer.set()
            assert len(found) == 5
            assert world.dns.queries[NAME] == 2

        world.run(scenario)

    def test_one_resolver_serves_several_event_loops(self, world: World):
        if world.kind != "asyncio":
            pytest.skip("both event loops are in it")
        world.txt(HANDLE, ALICE)
        resolver = AsyncIdentityResolver(**world.options)
        for backend in ("trio", "asyncio", "trio", "asyncio"):
            assert anyio.run(resolver.refresh, HANDLE, backend=backend).did == ALICE
        assert world.dns.queries[NAME] == 4

    def test_closing_ends_what_runs_in_the_background(self, world: World):
        if world.kind == "sync":
            pytest.skip("a thread ends with its look-up")
        world.txt(HANDLE, ALICE)

        async def scenario(resolver, do):
            await do(resolver.resolve(HANDLE))
            world.now += HOUR + 1
            world.dns.trouble[NAME] = "silent"
            await do(resolver.resolve(HANDLE))
            await pause(world)
            (flight,) = resolver._driver._flights.values()
            await resolver.aclose()
            with anyio.fail_after(30):
                await flight.landed.wait()
            assert not flight.has_arrived

        world.run(scenario, timeout=60)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    def test_a_child_that_was_forked_in_the_middle_looks_up_for_itself(self, world: World):
        if world.kind != "sync":
            pytest.skip("threads are enough")
        world.txt(HANDLE, ALICE)
        world.dns.may_answer.clear()
        with IdentityResolver(**world.options) as resolver:
            threading.Thread(target=resolver.resolve, args=(HANDLE,), daemon=True).start()
            while not world.dns.queries:
                time.sleep(0.01)
            child = os.fork()
            if not child:
                status = 1
                try:
                    status = 0 if resolver.resolve(HANDLE).did == ALICE else 1
                finally:
                    os._exit(status)
            world.dns.may_answer.set()
            assert os.waitpid(child, 0)[1] == 0
        assert world.dns.queries[NAME] == 2


class TestCaches:
    def test_a_text_is_kept_until_it_is_deleted(self, cache):
        assert cache.load("a") is None
        cache.save("a", '{"é": 1}', 100)
        cache.save("a", '{"é": 2}', 100)
        cache.save("b/../c", "x", 0.1)
        assert cache.load("a") == '{"é": 2}'
        assert cache.load("b/../c") == "x"
        cache.delete("a")
        cache.delete("a")
        assert cache.load("a") is None
        assert "é" not in repr(cache)

    def test_memory_holds_so_many_names_and_no_more(self):
        cache = MemoryIdentityCache(size=3)
        for number in range(5):
            cache.save(str(number), "x", 1)
            cache.save("2", "x", 1)
        assert [cache.load(str(number)) for number in range(5)] == [None, None, "x", "x", "x"]

    def test_memory_is_safe_with_many_threads(self):
        cache = MemoryIdentityCache(size=5)

        def work(start: int) -> None:
            for number in range(2000):
                cache.save(str((start + number) % 50), "x", 1)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert sum(cache.load(str(number)) is not None for number in range(50)) <= 5

    def test_a_folder_holds_about_so_many_names(self, tmp_path, monkeypatch):
        monkeypatch.setattr("atlex.identity._file_cache._BETWEEN", 10)
        cache = FileIdentityCache(tmp_path / "ids", size=15)
        (tmp_path / "ids" / "notes.txt").write_text("mine")
        (tmp_path / "ids" / ".left.tmp").write_text("x")
        os.utime(tmp_path / "ids" / ".left.tmp", (1, 1))
        for number in range(60):
            cache.save(str(number), "x", 1)
        left = {path.name for path in (tmp_path / "ids").iterdir()}
        assert 15 <= len(left) <= 26
        assert "notes.txt" in left
        assert ".left.tmp" not in left
        assert cache.load("59") == "x"

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
    def test_a_folder_is_its_owners_alone(self, tmp_path):
        FileIdentityCache(tmp_path / "ids").save("a", "x", 1)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "ids").iterdir()}
        assert (stat.S_IMODE((tmp_path / "ids").stat().st_mode), modes) == (0o700, {0o600})
        (tmp_path / "ids").chmod(0o777)
        with pytest.raises(InputError, match="Others can write to"):
            FileIdentityCache(tmp_path / "ids")
        (tmp_path / "link").symlink_to(tmp_path)
        with pytest.raises(InputError, match="isn't a folder"):
            FileIdentityCache(tmp_path / "link")
        (tmp_path / "file").write_text("")
        with pytest.raises(InputError, match="file"):
            FileIdentityCache(tmp_path / "file")
        with pytest.raises(InputError, match="can't be a cache's folder"):
            FileIdentityCache(tmp_path / "no" / "ids")

    @pytest.mark.parametrize(
        ("kind", "arguments"),
        [
            (MemoryIdentityCache, {"size": 0}),
            (MemoryIdentityCache, {"size": None}),
            (FileIdentityCache, {"path": 5}),
            (FileIdentityCache, {"path": "x", "size": 0}),
            (RedisIdentityCache, {"client": "http://secret@host"}),
            (RedisIdentityCache, {"client": "redis://localhost", "prefix": None}),
        ],
    )
    def test_an_argument_that_cant_be_used_is_refused(self, kind, arguments):
        with pytest.raises(InputError) as caught:
            kind(**arguments)
        assert "secret" not in str(caught.value)


def hostile_texts() -> list[str]:
    now = 1_700_000_000
    good = {"found": now, "due": now + 3600, "document": document(ALICE), "handle": HANDLE}
    changes: list[dict[str, Any]] = [
        {"found": None},
        {"found": "1"},
        {"found": now + 1000},
        {"found": -5},
        {"found": 1e999},
        {"found": True},
        {"due": now - 1},
        {"due": "x"},
        {"document": None},
        {"document": document(BOB)},
        {"document": [1]},
        {"handle": 5},
    ]
    return [
        *("", "{", "null", "[]", "5", '"x"', "\ud800", "[" * 100_000, "x" * 100_000, "{}"),
        *('{"did": 5}', '{"did": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}', '{"did": ""}'),
        *('{"error": "not found", "message": "x"}', '{"found": 1, "due": 2, "error": "x", "message": "x"}'),
        *(json.dumps({**good, **change}) for change in changes),
    ]


@pytest.mark.parametrize("text", hostile_texts(), ids=range(len(hostile_texts())))
def test_a_text_that_is_none_of_its_own_is_as_good_as_none(world: World, text):
    cache = MemoryIdentityCache()
    cache.save(ALICE, text, 1)
    cache.save(HANDLE, text, 1)
    world.txt(HANDLE, ALICE)
    assert world.resolve(HANDLE, cache=cache).handle == HANDLE
    assert world.resolve(ALICE, cache=cache).handle == HANDLE
    assert world.dns.queries[NAME] == 1


def test_a_file_that_is_broken_is_as_good_as_none(world: World, tmp_path, caplog):
    cache = FileIdentityCache(tmp_path / "ids")
    world.txt(HANDLE, ALICE)
    world.resolve(HANDLE, cache=cache)
    for path in (tmp_path / "ids").iterdir():
        path.write_bytes(b"\xff\0{" * 1000)
    assert world.resolve(HANDLE, cache=cache).did == ALICE
    for path in list((tmp_path / "ids").iterdir()):
        path.unlink()
        os.mkfifo(path)
    assert world.resolve(HANDLE, cache=cache).did == ALICE
    assert "The cache of identities failed" in caplog.text


def test_a_cache_that_fails_costs_a_look_up_and_a_line_in_the_log(world: World, caplog):
    class Broken:
        def load(self, _):
            raise OSError("no disk")

        def save(self, _, __, ___):
            raise OSError("no disk")

        delete = load

    world.txt(HANDLE, ALICE)

    async def scenario(resolver, do):
        assert (await do(resolver.resolve(HANDLE))).did == ALICE
        await do(resolver.purge(HANDLE))

    world.run(scenario, cache=Broken())
    assert "The cache of identities failed" in caplog.text


def test_a_document_that_is_too_large_is_given_and_not_kept(world: World):
    cache = MemoryIdentityCache()
    world.txt(HANDLE, ALICE)
    world.documents[ALICE] = document(ALICE, padding="x" * 20_000)
    for _ in range(2):
        assert world.resolve(HANDLE, cache=cache).did == ALICE
    assert world.dns.queries[NAME] == 2
