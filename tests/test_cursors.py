"""Positions are kept whole, by one program at a time."""

from __future__ import annotations

import gc
import os
import stat
import subprocess
import sys

import pytest

from atlex.cursors import LARGEST, FileCursorStore, MemoryCursorStore
from atlex.errors import CursorStoreError

_HOLDING = """
import sys
from atlex.cursors import FileCursorStore
with FileCursorStore(sys.argv[1]).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path):
    return FileCursorStore(tmp_path / "position", lock_timeout=0.05)


def test_there_is_no_position_at_first(store):
    assert store.load() is MemoryCursorStore().load() is None


@pytest.mark.parametrize("cursor", ["", "one", "\N{CAT FACE}\n", "x" * 1000])
def test_what_was_saved_is_loaded(store, tmp_path, cursor):
    store.save("before")
    store.save(cursor)
    assert FileCursorStore(str(store.path)).load() == cursor
    assert [path.name for path in tmp_path.iterdir()] == ["position"]


def test_a_failed_write_leaves_the_old_position(store, tmp_path, monkeypatch):
    store.save("old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CursorStoreError, match="can't be written: No space left"):
        store.save("new")
    assert store.load() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["position"]


def test_a_folder_that_is_missing_is_not_made(tmp_path):
    store = FileCursorStore(tmp_path / "missing" / "position")
    assert store.load() is None
    with pytest.raises(CursorStoreError, match="can't be written"):
        store.save("one")
    with pytest.raises(CursorStoreError, match="can't be locked"), store.lock():
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither")
def test_links_pipes_and_folders_are_refused(store, tmp_path):
    (tmp_path / "target").write_text("secret", "utf-8")
    store.path.symlink_to(tmp_path / "target")
    with pytest.raises(CursorStoreError, match="can't be read"):
        store.load()
    store.path.unlink()
    os.mkfifo(store.path)
    with pytest.raises(CursorStoreError, match="isn't a file"):
        store.load()
    store.path.unlink()
    store.path.mkdir()
    with pytest.raises(CursorStoreError):
        store.load()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_the_file_is_its_owners_alone(store):
    store.save("one")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_file_that_is_too_large_is_refused(store):
    store.path.write_bytes(b"x" * (LARGEST + 1))
    with pytest.raises(CursorStoreError, match="too large"):
        store.load()


def test_the_lock_is_held_by_one_and_given_back(store):
    for one in (store, MemoryCursorStore()):
        with one.lock(), pytest.raises(CursorStoreError, match="already"), one.lock():
            pass
        with one.lock():
            pass


def test_a_process_that_is_killed_gives_the_lock_back(store):
    command = [sys.executable, "-c", _HOLDING, str(store.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(CursorStoreError, match="already"), store.lock():
            pass
        holder.kill()
        holder.wait()
        with store.lock():
            pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing to fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_leaves_the_lock_to_its_parent(store):
    held = store.lock()
    held.__enter__()
    child = os.fork()
    if child == 0:
        del held
        gc.collect()
        os._exit(0)
    os.waitpid(child, 0)
    with pytest.raises(CursorStoreError, match="already"), store.lock():
        pass
    held.__exit__(None, None, None)
    with store.lock():
        pass


def test_a_store_is_shown_by_its_place(store):
    assert repr(store) == f"FileCursorStore({str(store.path)!r})"
    assert repr(MemoryCursorStore("one")) == "MemoryCursorStore('one')"
