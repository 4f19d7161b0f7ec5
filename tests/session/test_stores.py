"""The stores themselves: what they keep, whom they refuse, and who may write."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
import uuid

import pytest
import redis

from atlex.errors import InputError, SessionStoreError
from atlex.session import FileSessionStore, RedisSessionStore

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes, owners and links")


@pytest.fixture
def key():
    return f"session of {uuid.uuid4()}"


@pytest.fixture(params=["file", "redis", "redis that decodes"])
def make(request, tmp_path, key):
    """Makes stores of one session."""
    if request.param == "file":
        yield lambda **options: FileSessionStore(tmp_path / "session.json", **options)
        return
    url = request.getfixturevalue("redis_url")
    if request.param == "redis":
        yield lambda **options: RedisSessionStore(url, key=key, **options)
        return
    with redis.Redis.from_url(url, decode_responses=True) as client:
        yield lambda **options: RedisSessionStore(client, key=key, **options)


def renewed(data, number):
    return data.model_copy(update={"access_jwt": f"SECRET-a{number}", "refresh_jwt": f"SECRET-r{number}"})


def test_what_was_saved_is_loaded_until_it_is_cleared(make, data):
    assert make().load() is None
    make().save(data)
    assert make().load() == data
    make().save(renewed(data, 1))
    assert make().load() == renewed(data, 1)
    make().clear()
    assert make().load() is None
    make().clear()


def test_a_lock_is_for_one_at_a_time_and_for_any_thread(make, data):
    one, other = make(), make(lock_timeout=0.01)
    for second in (other, make(lock_timeout=0.01)):
        lock = one.lock()
        lock.__enter__()
        one.save(data)
        with pytest.raises(SessionStoreError, match=r"has been locked by another \w+ for 0.01 s"):
            second.lock().__enter__()
        leaving = threading.Thread(target=lock.__exit__, args=(None, None, None))
        leaving.start()
        leaving.join()
        with second.lock():
            assert second.load() == data


def test_the_same_store_cant_be_locked_twice(make):
    store = make(lock_timeout=0.01)
    with store.lock(), pytest.raises(SessionStoreError):
        store.lock().__enter__()
    with store.lock():
        pass


def test_an_error_under_the_lock_gives_it_back(make):
    store = make(lock_timeout=0.01)
    with pytest.raises(ZeroDivisionError), store.lock():
        _ = 1 / 0
    with store.lock():
        pass


def test_limits_are_changed_one_after_the_other(make):
    def count(text):
        return str(int(text or "0") + 1)

    threads = [threading.Thread(target=make().update_limits, args=(count,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = []
    make().update_limits(lambda text: found.append(text) or text)
    assert found == ["10"]


def test_limits_that_become_shorter_leave_nothing_behind(make):
    make().update_limits(lambda _: "a long text")
    make().update_limits(lambda _: "short")
    found = []
    make().update_limits(lambda text: found.append(text) or text)
    assert found == ["short"]


def test_limits_and_the_session_dont_touch_each_other(make, data):
    make().save(data)
    make().update_limits(lambda _: "limits")
    assert make().load() == data
    make().clear()
    make().update_limits(lambda text: text + "!")
    assert make().load() is None


@posix
def test_the_limits_are_the_owners_alone_and_behind_no_link(tmp_path):
    store = FileSessionStore(tmp_path / "session.json")
    store.update_limits(lambda _: "limits")
    place = tmp_path / "session.json.limits"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SessionStoreError):
        store.update_limits(lambda _: "others")
    assert (tmp_path / "elsewhere").read_text() == "limits"


def test_limits_in_a_missing_folder_are_a_store_error(tmp_path):
    with pytest.raises(SessionStoreError, match="there is no folder"):
        FileSessionStore(tmp_path / "missing" / "session.json").update_limits(str)


def test_a_repr_shows_no_session(make, data):
    store = make()
    store.save(data)
    assert "SECRET" not in repr(store)


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_times_must_be_positive(make, timeout):
    with pytest.raises(InputError, match="lock_timeout must be a number of seconds above 0"):
        make(lock_timeout=timeout)


BROKEN = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"accessJwt": "SECRET-a"}',
    b'{"accessJwt": "SECRET-a\\n", "refreshJwt": "SECRET-r", "did": "SECRET", "handle": 7, "service": "https://a.b"}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_file_that_holds_no_session_is_named_without_its_content(tmp_path, text):
    path = tmp_path / "session.json"
    path.write_bytes(text)
    path.chmod(0o600)
    with pytest.raises(SessionStoreError) as caught:
        FileSessionStore(path).load()
    assert str(caught.value).startswith(f"{path} doesn't hold a session: ")
    assert "SECRET" not in repr(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("text", BROKEN)
def test_a_key_that_holds_no_session_is_named_without_its_content(redis_url, key, text):
    with redis.Redis.from_url(redis_url) as client:
        client.set(key, text)
        with pytest.raises(SessionStoreError) as caught:
            RedisSessionStore(client, key=key).load()
    assert key in str(caught.value)
    assert "SECRET" not in repr(caught.value)


@posix
def test_the_file_and_its_lock_are_the_owners_alone_whatever_the_umask(tmp_path, data):
    store = FileSessionStore(tmp_path / "session.json")
    before = os.umask(0)
    try:
        with store.lock():
            store.save(data)
            store.save(data)
    finally:
        os.umask(before)
    assert {path.name for path in tmp_path.iterdir()} == {"session.json", "session.json.lock"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o610])
def test_a_file_that_is_open_to_others_is_refused(tmp_path, data, mode):
    store = FileSessionStore(tmp_path / "session.json")
    store.save(data)
    store.path.chmod(mode)
    with pytest.raises(
        SessionStoreError, match=rf"session.json is open to others \(mode {mode:04o}\).*chmod 600"
    ):
        store.load()


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_owner_is_refused(tmp_path, data):
    store = FileSessionStore(tmp_path / "session.json")
    store.save(data)
    os.chown(store.path, 12345, -1)
    with pytest.raises(SessionStoreError, match="belongs to another user"):
        store.load()


@posix
def test_links_folders_pipes_and_huge_files_are_refused(tmp_path, data):
    path = tmp_path / "session.json"
    store = FileSessionStore(path)
    FileSessionStore(tmp_path / "other.json").save(data)
    for made, fault in (
        (lambda: path.symlink_to("other.json"), "is a symbolic link"),
        (lambda: path.symlink_to("nowhere.json"), "is a symbolic link"),
        (path.mkdir, "isn't a file|can't be read"),
        (lambda: os.mkfifo(path, 0o600), "isn't a file"),
        (lambda: path.write_bytes(b" " * (1 << 20) + b" "), "too large"),
    ):
        made()
        if not path.is_symlink():
            path.chmod(0o600)
        with pytest.raises(SessionStoreError, match=fault):
            store.load()
        path.rmdir() if path.is_dir() else path.unlink()


def test_a_missing_folder_is_named(tmp_path, data):
    store = FileSessionStore(tmp_path / "nowhere" / "session.json")
    assert store.load() is None
    with pytest.raises(SessionStoreError, match=r"there is no folder .*nowhere"):
        store.save(data)
    with pytest.raises(SessionStoreError, match=r"can't be locked"):
        store.lock().__enter__()


def test_what_cant_be_written_leaves_the_old_file_and_no_other(tmp_path, data):
    store = FileSessionStore(tmp_path / "session.json")
    store.path.mkdir()
    with pytest.raises(SessionStoreError, match="can't be written"):
        store.save(data)
    with pytest.raises(SessionStoreError, match="can't be deleted"):
        store.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["session.json"]


def test_a_later_change_of_the_folder_doesnt_move_a_store(tmp_path, data, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = FileSessionStore("session.json")
    monkeypatch.chdir("/")
    store.save(data)
    assert (tmp_path / "session.json").exists()


_WRITER = """
import sys
from atlex.session import FileSessionStore, SessionData
store = FileSessionStore(sys.argv[1])
data = store.load()
print("ready", flush=True)
number = 0
while True:
    number += 1
    # Long, so that writing takes a while.
    tokens = {"access_jwt": f"a{number}" + "x" * 200_000, "refresh_jwt": f"r{number}"}
    store.save(data.model_copy(update=tokens))
"""


def test_a_writer_that_is_killed_leaves_a_whole_session(tmp_path, data):
    store = FileSessionStore(tmp_path / "session.json")
    store.save(data)
    seen = set()
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(store.path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout.readline() == "ready\n"
        while store.load().refresh_jwt in seen | {"SECRET-refresh"}:
            """It writes at its own pace, and is killed at any moment of that."""
        writer.kill()
        writer.wait()
        writer.stdout.close()
        left = store.load()
        assert left.access_jwt == left.refresh_jwt.replace("r", "a") + "x" * 200_000
        seen.add(left.refresh_jwt)
        with store.lock():
            store.save(data)


def test_a_worker_that_died_leaves_a_lock_that_redis_forgets(redis_url, key, data):
    with redis.Redis.from_url(redis_url) as client:
        client.set(f"{key}:lock", "somebody else's", px=50)
        store = RedisSessionStore(client, key=key, lock_timeout=20)
        with store.lock():
            store.save(data)
        assert client.get(f"{key}:lock") is None


def test_a_lock_is_renewed_as_long_as_its_holder_lives(redis_url, key):
    with redis.Redis.from_url(redis_url) as client:
        store = RedisSessionStore(client, key=key, lock_life=1.5)
        with store.lock():
            renewals, left = 0, client.pttl(f"{key}:lock")
            while renewals < 2:
                time.sleep(0.01)
                before, left = left, client.pttl(f"{key}:lock")
                assert left > 0
                renewals += left > before


@pytest.mark.parametrize("act", ["save", "clear"])
def test_a_holder_that_lost_its_lock_writes_nothing(redis_url, key, data, act, caplog):
    with redis.Redis.from_url(redis_url) as client:
        slow, quick = RedisSessionStore(client, key=key), RedisSessionStore(client, key=key)
        with slow.lock():
            client.delete(f"{key}:lock")
            with quick.lock():
                quick.save(renewed(data, 2))
                with pytest.raises(SessionStoreError, match="its lock has been lost"):
                    slow.save(data) if act == "save" else slow.clear()
            with pytest.raises(SessionStoreError, match="its lock has been lost"):
                slow.save(data)
        assert quick.load() == renewed(data, 2)
    assert caplog.records == []


def test_a_redis_that_cant_be_reached_is_a_store_error_without_the_password(data):
    store = RedisSessionStore("redis://:SECRET-password@127.0.0.1:1/0", lock_timeout=0.1)
    for work in (store.load, lambda: store.save(data), store.clear, lambda: store.lock().__enter__()):
        with pytest.raises(SessionStoreError, match=r"in Redis can't be \w+: ConnectionError") as caught:
            work()
        assert "SECRET" not in f"{caught.value!r} {caught.value.__cause__!r} {store!r}"


def test_the_url_says_whether_tls_is_used():
    pool = RedisSessionStore("rediss://localhost:6380/1")._client.connection_pool
    assert pool.connection_class is redis.SSLConnection


@pytest.mark.parametrize("url", ["", "https://SECRET@host", "SECRET"])
def test_what_is_no_redis_url_is_refused_unseen(url):
    with pytest.raises(InputError, match="Not the URL of a Redis server") as caught:
        RedisSessionStore(url)
    assert "SECRET" not in str(caught.value)


def test_a_redis_store_needs_a_key(redis_url):
    with pytest.raises(InputError, match="key"):
        RedisSessionStore(redis_url, key="")


def test_without_redis_py_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(InputError, match=r"pip install 'atlex\[redis\]'"):
        RedisSessionStore("redis://localhost")
