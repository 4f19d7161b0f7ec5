"""Folders that anybody may have filled: nothing hangs, no link leads out of them, and nobody loses a file."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.codegen.conftest import STRING, document, obj, write_documents
from typer.testing import CliRunner

from atlex.errors import LexiconError
from atlex.lexicon import _load, load_documents
from atlex_cli._app import app
from atlex_codegen import build
from atlex_codegen._install import install
from atlex_codegen._pins import verify
from atlex_codegen._write import _MARKER, MANIFEST_FILE

THING = document("com.example.thing", obj(text=STRING))
OTHER = document("com.example.other", obj(text=STRING))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def folder_in_its_place(path: Path) -> None:
    path.mkdir()
    (path / "inner.txt").write_text("x")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


SPECIAL = [pipe, endless, sparse, listening]


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    return write_documents(tmp_path / "lexicons", THING)


@pytest.fixture
def sdk(lexicons: Path, tmp_path: Path) -> Path:
    build(lexicons, tmp_path / "sdk")
    return tmp_path / "sdk"


class TestReading:
    @pytest.mark.parametrize("make", SPECIAL)
    @pytest.mark.parametrize(
        "name", ["a.json", "com/a.json", "descriptions.toml", "pages.toml", "proxies.toml"]
    )
    def test_only_regular_files_of_a_limited_size_are_read(
        self, lexicons: Path, tmp_path: Path, make: Callable[[Path], None], name: str
    ) -> None:
        make(lexicons / name)
        with pytest.raises(LexiconError, match=r"regular file|larger|leads out|No such device"):
            build(lexicons, tmp_path / "sdk")
        assert not (tmp_path / "sdk").exists()

    @pytest.mark.parametrize("make", SPECIAL)
    def test_neither_are_pins_and_descriptions_from_elsewhere(
        self, lexicons: Path, tmp_path: Path, make: Callable[[Path], None]
    ) -> None:
        make(lexicons / "lexicons.json")
        make(tmp_path / "words.toml")
        assert [found.is_error for found in verify(lexicons)] == [True]
        with pytest.raises(LexiconError, match="1 error"):
            build(lexicons, tmp_path / "sdk", descriptions=tmp_path / "words.toml")

    @pytest.mark.parametrize("make", [*SPECIAL, folder_in_its_place])
    @pytest.mark.parametrize("name", ["py.typed", "errors.py", "lexicons.bin", MANIFEST_FILE])
    def test_neither_is_what_stands_in_the_place_of_a_generated_file(
        self, lexicons: Path, sdk: Path, make: Callable[[Path], None], name: str
    ) -> None:
        (sdk / name).unlink()
        make(sdk / name)
        with pytest.raises(LexiconError):
            build(lexicons, sdk)
        assert not (sdk / name).is_file() or (sdk / name).is_symlink() or make is sparse

    def test_a_document_is_taken_up_to_the_limit(self, tmp_path: Path) -> None:
        text = json.dumps(THING)
        (tmp_path / "a.json").write_text(text.ljust(512 * 1024))
        assert load_documents(tmp_path).errors == ()
        (tmp_path / "a.json").write_text(text.ljust(512 * 1024 + 1))
        assert "larger than 512 KiB" in load_documents(tmp_path).errors[0].message

    def test_files_are_limited_in_number_and_together(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(5):
            write_documents(tmp_path, document(f"com.example.thing{number}", obj()))
        monkeypatch.setattr(_load, "MAX_FILES", 3)
        assert [error.message for error in load_documents(tmp_path).errors] == ["one of more than 3 files"]
        monkeypatch.undo()
        monkeypatch.setattr(_load, "MAX_TOTAL_SIZE", 200)
        [error] = load_documents(tmp_path).errors
        assert "together" in error.message

    def test_a_file_brings_a_limited_number_of_findings(self, tmp_path: Path) -> None:
        properties: dict[str, Any] = {f"p{number}": {"type": "string", "x": 1} for number in range(5000)}
        raw = document("com.example.thing", obj(**properties, bad={"type": "string", "maxLength": -1}))
        write_documents(tmp_path, raw)
        result = load_documents(tmp_path)
        assert len(result.diagnostics) <= 1001
        assert result.errors

    def test_a_link_to_a_file_is_followed_inside_of_the_folder_only(self, tmp_path: Path) -> None:
        inside = write_documents(tmp_path / "lexicons", THING)
        elsewhere = write_documents(tmp_path / "elsewhere", OTHER)
        (inside / "com/example/thing.json").rename(inside / "thing.txt")
        (inside / "thing.json").symlink_to("thing.txt")
        assert [found.id for found in load_documents(inside).documents] == ["com.example.thing"]
        (inside / "other.json").symlink_to(elsewhere / "com/example/other.json")
        [error] = load_documents(inside).errors
        assert "leads out of" in error.message
        (inside / "other.json").unlink()
        (inside / "other.json").symlink_to("other.json")
        [error] = load_documents(inside).errors
        assert "can't be read" in error.message

    def test_folders_end_somewhere(self, lexicons: Path, tmp_path: Path) -> None:
        deep = lexicons.joinpath(*"d" * 60)
        deep.mkdir(parents=True)
        (deep / "a.json").write_text(json.dumps(OTHER))
        with pytest.raises(LexiconError, match="folders inside each other"):
            build(lexicons, tmp_path / "sdk")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_a_folder_that_cannot_be_read_is_an_error_and_costs_nothing(
        self, lexicons: Path, tmp_path: Path
    ) -> None:
        write_documents(lexicons, document("org.example.thing", obj()))
        build(lexicons, tmp_path / "sdk")
        before = tree(tmp_path / "sdk")
        (lexicons / "org").chmod(0)
        try:
            with pytest.raises(LexiconError, match="can't be read"):
                build(lexicons, tmp_path / "sdk")
        finally:
            (lexicons / "org").chmod(0o755)
        assert tree(tmp_path / "sdk") == before


class TestBuilding:
    @pytest.mark.parametrize("name", ["com/example/other.py", "com/example/__init__.py", "com/__init__.py"])
    def test_a_module_of_the_users_own_is_not_overwritten(self, lexicons: Path, sdk: Path, name: str) -> None:
        manifest = json.loads((sdk / MANIFEST_FILE).read_bytes())
        manifest["files"].pop(name, None)
        (sdk / MANIFEST_FILE).write_text(json.dumps(manifest))
        (sdk / name).write_text("# my own\n")
        write_documents(lexicons, OTHER, document("com.example.thing", obj(more=STRING)))
        before = tree(sdk)
        with pytest.raises(LexiconError, match=f"didn't write what is there: .*{name}"):
            build(lexicons, sdk)
        assert tree(sdk) == before

    def test_neither_is_one_that_took_the_place_of_a_generated_one(self, lexicons: Path, sdk: Path) -> None:
        (sdk / "com/example/thing.py").write_text("# my own\n")
        with pytest.raises(LexiconError, match=r"thing\.py"):
            build(lexicons, sdk)
        write_documents(lexicons, OTHER)
        (lexicons / "com/example/thing.json").unlink()
        with pytest.raises(LexiconError, match=r"thing\.py"):
            build(lexicons, sdk)
        assert (sdk / "com/example/thing.py").read_text() == "# my own\n"

    def test_a_manifest_cannot_make_the_build_remove_what_the_generator_never_writes(
        self, lexicons: Path, sdk: Path
    ) -> None:
        names = ["README.md", "pyproject.toml", "Makefile.am", "tools.py", "com/notes.txt"]
        for name in names:
            (sdk / name).write_text("mine")
        manifest = json.loads((sdk / MANIFEST_FILE).read_bytes())
        manifest["files"] |= dict.fromkeys(names, "")
        (sdk / MANIFEST_FILE).write_text(json.dumps(manifest))
        with pytest.raises(LexiconError, match=r"tools\.py"):
            build(lexicons, sdk)
        (sdk / "tools.py").unlink()
        build(lexicons, sdk)
        assert {name for name in names if (sdk / name).exists()} == set(names) - {"tools.py"}

    def test_a_linked_cache_loses_nothing(self, lexicons: Path, sdk: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "thing.cpython-311.pyc").write_bytes(b"")
        (sdk / "com/example/__pycache__").symlink_to(elsewhere)
        write_documents(lexicons, OTHER)
        (lexicons / "com/example/thing.json").unlink()
        assert "com/example/thing.py" in build(lexicons, sdk).removed
        assert list(elsewhere.iterdir())

    def test_every_python_file_begins_with_the_mark(self, sdk: Path) -> None:
        files = list(sdk.rglob("*.py"))
        assert len(files) > 5
        assert all(file.read_bytes().startswith(_MARKER) for file in files)

    def test_names_do_not_reach_a_terminal_as_they_are(self, lexicons: Path, sdk: Path) -> None:
        for name in (b"\x1b[2J.py", b"\xff.py", b"a\nb.py"):
            (sdk / os.fsdecode(name)).write_text("")
        done = CliRunner().invoke(app, ["build", str(lexicons), "--out", str(sdk), "--check"])
        assert (done.exit_code, done.stdout.count("\n"), "\x1b" in done.output) == (1, 3, False)


class TestInstalling:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        return write_documents(tmp_path / "source", THING, OTHER)

    @pytest.fixture
    def installed(self, source: Path, tmp_path: Path) -> Path:
        install(source, ["com"], lexicons=tmp_path / "installed")
        return tmp_path / "installed"

    @pytest.fixture
    def nothing_lost(self, tmp_path: Path) -> Callable[..., None]:
        def refused(source: Path, into: Path, match: str, **more: Any) -> None:
            before = tree(tmp_path)
            with pytest.raises(LexiconError, match=match):
                install(source, ["com"], lexicons=into, **more)
            assert tree(tmp_path) == before

        return refused

    @pytest.mark.parametrize("link", ["com", "com/example", "com/example/thing.json", "lexicons.json"])
    def test_no_link_is_followed_out_of_the_folder(
        self, source: Path, tmp_path: Path, nothing_lost: Callable[..., None], link: str
    ) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "into" / link).parent.mkdir(parents=True)
        (tmp_path / "into" / link).symlink_to(tmp_path / "elsewhere")
        nothing_lost(source, tmp_path / "into", r"leads out of|a regular file")

    @pytest.mark.parametrize("link", ["com", "com/example"])
    def test_nothing_is_removed_through_a_link(
        self, source: Path, installed: Path, tmp_path: Path, nothing_lost: Callable[..., None], link: str
    ) -> None:
        (installed / link).rename(tmp_path / "elsewhere")
        (installed / link).symlink_to(tmp_path / "elsewhere")
        (source / "com/example/other.json").unlink()
        nothing_lost(source, installed, "leads out of")

    @pytest.mark.parametrize("text", ['{"mine": 1}', "", json.dumps(OTHER), json.dumps(THING | {"x": 1})])
    def test_a_file_that_was_never_installed_is_not_overwritten(
        self, source: Path, tmp_path: Path, nothing_lost: Callable[..., None], text: str
    ) -> None:
        (tmp_path / "into/com/example").mkdir(parents=True)
        (tmp_path / "into/com/example/thing.json").write_text(text)
        nothing_lost(source, tmp_path / "into", "never installed")

    @pytest.mark.parametrize("gone", [False, True])
    @pytest.mark.parametrize(
        "text", ['{"mine": 1}', json.dumps(document("com.example.thing", obj(mine=STRING)))]
    )
    def test_a_file_that_was_changed_since_is_neither_overwritten_nor_removed(
        self, source: Path, installed: Path, nothing_lost: Callable[..., None], text: str, gone: bool
    ) -> None:
        (installed / "com/example/thing.json").write_text(text)
        if gone:
            (source / "com/example/thing.json").unlink()
        nothing_lost(source, installed, "changed since it was installed")

    def test_a_document_under_another_path_is_not_installed_a_second_time(
        self, source: Path, tmp_path: Path, nothing_lost: Callable[..., None]
    ) -> None:
        (tmp_path / "into").mkdir()
        (tmp_path / "into/mine.json").write_text(json.dumps(THING))
        nothing_lost(source, tmp_path / "into", "a second time")
        (source / "com/example/thing.json").rename(source / "flat.json")
        nothing_lost(source, source, "a second time")

    def test_files_that_differ_in_case_alone_are_refused(
        self, source: Path, tmp_path: Path, nothing_lost: Callable[..., None]
    ) -> None:
        write_documents(source, document("com.example.Thing", obj()))
        nothing_lost(source, tmp_path / "into", "upper and lower case")

    @pytest.mark.parametrize("origin", ["\udcff", "x\ud800y"])
    def test_an_origin_that_cannot_be_written_is_refused(
        self, source: Path, tmp_path: Path, nothing_lost: Callable[..., None], origin: str
    ) -> None:
        nothing_lost(source, tmp_path / "into", "isn't text", origin=origin)

    def test_a_folder_that_is_a_file_is_refused(
        self, source: Path, tmp_path: Path, nothing_lost: Callable[..., None]
    ) -> None:
        (tmp_path / "into").write_text("x")
        nothing_lost(source, tmp_path / "into", "isn't a folder")
        (tmp_path / "way").mkdir()
        (tmp_path / "way/com").write_text("x")
        nothing_lost(source, tmp_path / "way", "isn't a folder")
