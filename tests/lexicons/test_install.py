"""Installing documents: which ones, in what form, and what becomes of the others."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from atlex.errors import LexiconError
from atlex.lexicon import Diagnostic
from atlex_codegen._files import remove_file, replace_file
from atlex_codegen._install import document_path, document_text, install
from atlex_codegen._pins import read_pins, verify

ROOT = Path(__file__).parents[2]

Json = dict[str, Any]


def query(nsid: str, **extra: Any) -> Json:
    return {
        "description": "Own words of the document.",
        "id": nsid,
        "lexicon": 1,
        "defs": {
            "main": {
                "type": "query",
                "parameters": {
                    "type": "params",
                    "required": ["description"],
                    "properties": {
                        "description": {"type": "string", "description": "Grüße, 日本", "maxLength": 9}
                    },
                },
                **extra,
            }
        },
    }


class Folders:
    def __init__(self, root: Path) -> None:
        self.source = root / "source"
        self.lexicons = root / "lexicons"
        self.source.mkdir()

    def put(self, nsid: str, **extra: Any) -> None:
        (self.source / f"{nsid}.json").write_text(json.dumps(query(nsid, **extra)), "utf-8")

    def installed(self) -> set[str]:
        return {
            path.relative_to(self.lexicons).as_posix() for path in self.lexicons.rglob("*") if path.is_file()
        }

    def snapshot(self) -> dict[str, tuple[int, int]]:
        stats = {name: (self.lexicons / name).stat() for name in self.installed()}
        return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_a_document_is_kept_under_its_nsid_without_its_prose(folders: Folders) -> None:
    folders.put("com.example.feed.getThing")
    done = install(folders.source, ["com.example"], lexicons=folders.lexicons, origin="Example 1.0")
    assert done.installed == done.written == ("com.example.feed.getThing",)
    assert done.removed == done.warnings == ()
    assert folders.installed() == {"com/example/feed/getThing.json", "lexicons.json"}
    assert (folders.lexicons / "com/example/feed/getThing.json").read_text("utf-8") == (
        """{
  "id": "com.example.feed.getThing",
  "lexicon": 1,
  "defs": {
    "main": {
      "type": "query",
      "parameters": {
        "type": "params",
        "required": [
          "description"
        ],
        "properties": {
          "description": {
            "type": "string",
            "maxLength": 9
          }
        }
      }
    }
  }
}
"""
    )
    assert read_pins(folders.lexicons)["com.example.feed.getThing"].origin == "Example 1.0"
    assert verify(folders.lexicons) == []


def test_prose_is_kept_on_demand_and_leaves_the_pin_as_it_is(folders: Folders) -> None:
    folders.put("com.example.getThing")
    install(folders.source, ["com.example"], lexicons=folders.lexicons)
    pins = read_pins(folders.lexicons)
    done = install(folders.source, ["com.example"], lexicons=folders.lexicons, keep_prose=True)
    text = (folders.lexicons / "com/example/getThing.json").read_text("utf-8")
    assert done.written == ("com.example.getThing",)
    assert text == document_text(query("com.example.getThing"))
    assert "Grüße, 日本" in text
    assert read_pins(folders.lexicons) == pins


@pytest.mark.parametrize(
    ("prefix", "taken"),
    [
        ("app.bsky", {"app.bsky.feed.post", "app.bsky.foo"}),
        ("app.bsky.feed", {"app.bsky.feed.post"}),
        ("app.bsky.foo", {"app.bsky.foo"}),
        ("app.bskyx", {"app.bskyx.foo"}),
        ("app", {"app.bsky.feed.post", "app.bsky.foo", "app.bskyx.foo"}),
    ],
)
def test_a_prefix_ends_where_a_segment_ends(folders: Folders, prefix: str, taken: set[str]) -> None:
    for nsid in ("app.bsky.feed.post", "app.bsky.foo", "app.bskyx.foo"):
        folders.put(nsid)
    assert set(install(folders.source, [prefix], lexicons=folders.lexicons).installed) == taken


@pytest.mark.parametrize("prefix", ["", "app.bsk", "app.bsky.", "app.bsky.*", "App.bsky", "../app", "."])
def test_a_prefix_that_matches_nothing_is_an_error(folders: Folders, prefix: str) -> None:
    folders.put("app.bsky.foo")
    with pytest.raises(LexiconError, match="or below it"):
        install(folders.source, ["app.bsky", prefix], lexicons=folders.lexicons)
    assert not folders.lexicons.exists()


def test_a_second_run_writes_nothing(folders: Folders) -> None:
    folders.put("com.example.getThing")
    folders.put("com.example.getOther")
    install(folders.source, ["com.example"], lexicons=folders.lexicons)
    before = folders.snapshot()
    done = install(folders.source, ["com.example"], lexicons=folders.lexicons)
    assert done.installed == ("com.example.getOther", "com.example.getThing")
    assert done.written == ()
    assert folders.snapshot() == before


def test_only_the_changed_document_and_its_pin_are_written(folders: Folders) -> None:
    folders.put("com.example.getThing")
    folders.put("com.example.getOther")
    install(folders.source, ["com.example"], lexicons=folders.lexicons)
    before = folders.snapshot()
    folders.put("com.example.getOther", errors=[{"name": "Gone", "description": "Own words."}])
    done = install(folders.source, ["com.example"], lexicons=folders.lexicons)
    after = folders.snapshot()
    assert done.written == ("com.example.getOther",)
    assert {name for name in after if after[name] != before[name]} == {
        "com/example/getOther.json",
        "lexicons.json",
    }


def test_changed_prose_in_the_source_changes_nothing(folders: Folders) -> None:
    folders.put("com.example.getThing")
    install(folders.source, ["com.example"], lexicons=folders.lexicons)
    before = folders.snapshot()
    folders.put("com.example.getThing", description="Other words.")
    assert install(folders.source, ["com.example"], lexicons=folders.lexicons).written == ()
    assert folders.snapshot() == before


def test_a_document_that_the_source_has_no_more_is_removed(folders: Folders) -> None:
    for nsid in ("com.example.feed.getThing", "com.example.getOther", "org.example.getThing"):
        folders.put(nsid)
    install(folders.source, ["com.example", "org.example"], lexicons=folders.lexicons)
    (folders.source / "com.example.feed.getThing.json").unlink()
    (folders.source / "org.example.getThing.json").unlink()
    done = install(folders.source, ["com.example"], lexicons=folders.lexicons)
    assert done.removed == ("com.example.feed.getThing",)
    assert folders.installed() == {"com/example/getOther.json", "org/example/getThing.json", "lexicons.json"}
    assert not (folders.lexicons / "com/example/feed").exists()
    assert set(read_pins(folders.lexicons)) == {"com.example.getOther", "org.example.getThing"}


def test_a_removed_document_whose_file_is_gone_already_loses_its_pin(folders: Folders) -> None:
    folders.put("com.example.getThing")
    folders.put("com.example.getOther")
    install(folders.source, ["com.example"], lexicons=folders.lexicons)
    (folders.source / "com.example.getThing.json").unlink()
    (folders.lexicons / "com/example/getThing.json").unlink()
    assert install(folders.source, ["com.example"], lexicons=folders.lexicons).removed == (
        "com.example.getThing",
    )
    assert verify(folders.lexicons) == []


def test_files_that_were_never_installed_are_left_alone(folders: Folders) -> None:
    own = folders.lexicons / "com/example/own.json"
    own.parent.mkdir(parents=True)
    own.write_text("{}")
    folders.put("com.example.getThing")
    assert install(folders.source, ["com.example"], lexicons=folders.lexicons).removed == ()
    assert own.read_text() == "{}"


def broken(folders: Folders) -> LexiconError:
    with pytest.raises(LexiconError) as caught:
        install(folders.source, ["com.example"], lexicons=folders.lexicons)
    assert not folders.lexicons.exists()
    return caught.value


def test_a_broken_document_is_reported_and_nothing_is_written(folders: Folders) -> None:
    folders.put("com.example.getThing")
    folders.put("com.example.getOther", errors=7)
    error = broken(folders)
    [found] = [found for found in error.diagnostics if isinstance(found, Diagnostic)]
    assert found.file.endswith("com.example.getOther.json")
    assert (found.nsid, found.pointer) == ("com.example.getOther", "/defs/main/errors")
    assert str(found) in str(error)


def test_all_broken_documents_are_reported(folders: Folders) -> None:
    folders.put("com.example.getThing", errors=7)
    folders.put("com.example.getOther", output=7)
    error = broken(folders)
    assert len(error.diagnostics) == 2
    assert str(error).startswith("Nothing was installed because of 2 errors")


def test_a_file_that_is_not_json_is_an_error_whatever_the_prefix(folders: Folders) -> None:
    folders.put("com.example.getThing")
    (folders.source / "half.json").write_text('{"lexicon": 1,')
    assert "half.json" in str(broken(folders))


def test_a_broken_document_outside_the_prefixes_does_not_matter(folders: Folders) -> None:
    folders.put("com.example.getThing")
    folders.put("org.example.getThing", errors=7)
    assert install(folders.source, ["com.example"], lexicons=folders.lexicons).warnings == ()


def test_warnings_are_passed_on(folders: Folders) -> None:
    folders.put("com.example.getThing")
    document = query("com.example.getOther")
    document["defs"]["later"] = {"type": "from-the-future"}
    (folders.source / "other.json").write_text(json.dumps(document))
    done = install(folders.source, ["com.example"], lexicons=folders.lexicons)
    assert [found.nsid for found in done.warnings] == ["com.example.getOther"]
    assert len(done.written) == 2


def test_a_source_that_does_not_exist_is_an_error(folders: Folders) -> None:
    folders.source.rmdir()
    assert "There is no folder and no installed package" in str(broken(folders))


def test_broken_pins_stop_the_installation(folders: Folders) -> None:
    folders.put("com.example.getThing")
    folders.lexicons.mkdir()
    (folders.lexicons / "lexicons.json").write_text("[]")
    with pytest.raises(LexiconError, match="list of installed documents"):
        install(folders.source, ["com.example"], lexicons=folders.lexicons)
    assert folders.installed() == {"lexicons.json"}


def test_a_place_that_cannot_be_written_is_one_clear_error(folders: Folders) -> None:
    folders.put("com.example.getThing")
    folders.lexicons.mkdir()
    (folders.lexicons / "com").write_text("a file where a folder should be")
    with pytest.raises(LexiconError, match=r"com/example can't be written: .*com isn't a folder"):
        install(folders.source, ["com.example"], lexicons=folders.lexicons)
    assert not (folders.lexicons / "lexicons.json").exists()


def test_a_name_that_a_hostile_document_gives_itself_cannot_leave_the_folder(folders: Folders) -> None:
    document = query("com.example.getThing") | {"id": "com.example./../../evil"}
    (folders.source / "evil.json").write_text(json.dumps(document))
    assert "NSID" in str(broken(folders))
    assert document_path("com.example.getThing") == Path("com", "example", "getThing.json")


def test_a_replaced_file_keeps_its_mode_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "deep/file"
    replace_file(file, b"one")
    umask = os.umask(0)
    os.umask(umask)
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask
    file.chmod(0o640)
    replace_file(file, b"two")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"two", 0o640)
    assert list(file.parent.iterdir()) == [file]


def test_a_file_is_whole_where_the_system_takes_it_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:3]))
    replace_file(tmp_path / "file", b"one and two")
    assert (tmp_path / "file").read_bytes() == b"one and two"


def test_a_failed_replacement_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken/inner").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        replace_file(tmp_path / "taken", b"one")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


def test_a_file_is_removed_with_the_folders_that_are_empty_then(tmp_path: Path) -> None:
    replace_file(tmp_path / "a/b/c/file", b"")
    replace_file(tmp_path / "a/other", b"")
    remove_file(tmp_path / "a/b/c/file", tmp_path)
    remove_file(tmp_path / "a/b/c/file", tmp_path)
    assert list((tmp_path / "a").iterdir()) == [tmp_path / "a/other"]
    remove_file(tmp_path / "a/other", tmp_path)
    assert tmp_path.is_dir()


def test_documents_come_out_of_an_installed_package(tmp_path):
    done = install("atlex_sdk", ["com.atproto.repo.strongRef", "app.bsky.richtext"], lexicons=tmp_path)
    assert done.installed == ("app.bsky.richtext.facet", "com.atproto.repo.strongRef")
    kept = ROOT / "lexicons/com/atproto/repo/strongRef.json"
    assert json.loads((tmp_path / "com/atproto/repo/strongRef.json").read_text()) == json.loads(
        kept.read_text()
    )
    assert not install("atlex_sdk", ["app.bsky.richtext"], lexicons=tmp_path).written


@pytest.mark.parametrize("source", ["json", "no_such_sdk", "no.such.sdk", "atlex_sdk.com", "a b"])
def test_a_source_that_is_neither_folder_nor_package_is_refused(tmp_path, source):
    with pytest.raises(LexiconError):
        install(source, ["com.atproto"], lexicons=tmp_path)
    assert not list(tmp_path.iterdir())
