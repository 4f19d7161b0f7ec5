"""Where `diff` takes documents from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, obj, write_documents

from atlex.errors import LexiconError
from atlex_codegen import build, diff
from atlex_codegen._diff._git import export_revision

Json = dict[str, Any]
OLD = document("com.example.thing", obj(a=STRING))
NEW = document("com.example.thing", obj(a=STRING, b=INTEGER))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit that has the older document; the newer one is in the working tree."""
    root = tmp_path / "repository"
    write_documents(root / "lexicons", OLD)
    (root / "lexicons/descriptions.toml").write_text('"com.example.thing" = "Deprecated."\n')
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "One")
    write_documents(root / "lexicons", NEW)
    monkeypatch.chdir(root)
    return root


def kinds(old: object, new: object) -> list[str]:
    return [change.kind for change in diff(str(old), str(new)).changes]


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("old", ["HEAD:lexicons", "HEAD:lexicons/", "HEAD:./lexicons", "HEAD:"])
def test_a_revision_is_compared_with_the_working_tree(old: str) -> None:
    assert "property-added" in kinds(old, "lexicons")


@pytest.mark.usefixtures("repository")
def test_the_overlay_of_a_revision_counts() -> None:
    Path("lexicons/descriptions.toml").unlink()
    assert kinds("HEAD:lexicons", "lexicons") == ["undeprecated", "property-added"]


@pytest.mark.usefixtures("repository")
def test_places_in_a_revision_are_named_as_git_names_them() -> None:
    (change,) = diff("lexicons", "HEAD:lexicons").changes
    assert change.old is not None
    assert change.old.file == str(Path("lexicons/com/example/thing.json"))
    Path("lexicons/com/example/thing.json").write_text("{")
    git(Path(), "add", ".")
    git(Path(), "commit", "-q", "-m", "Broken")
    with pytest.raises(LexiconError) as caught:
        diff("HEAD:lexicons", "HEAD~1:lexicons")
    lines = [str(found) for found in caught.value.diagnostics]
    assert any(line.startswith("HEAD:lexicons/com/example/thing.json: error: not JSON") for line in lines)
    assert not any("atlex-" in line for line in lines)


def test_a_package_is_compared_by_its_folder_and_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(write_documents(tmp_path / "old", OLD), tmp_path / "old_sdk")
    newer = write_documents(tmp_path / "new", NEW)
    assert kinds(tmp_path / "old_sdk", newer) == ["property-added"]
    monkeypatch.syspath_prepend(tmp_path)
    assert kinds("old_sdk", newer) == ["property-added"]
    assert "old_sdk" not in sys.modules


def test_a_package_has_no_overlay_of_its_own_to_compare(tmp_path: Path) -> None:
    lexicons = write_documents(tmp_path / "lexicons", OLD)
    (lexicons / "descriptions.toml").write_text('"com.example.thing" = "Deprecated."\n')
    build(lexicons, tmp_path / "sdk")
    assert kinds(tmp_path / "sdk", lexicons) == kinds(lexicons, tmp_path / "sdk") == []


@pytest.mark.parametrize(
    "place",
    [
        "nowhere",
        "no.such.package",
        "json",
        "os.path",
        "not a name",
        "",
        ":",
        ":lexicons",
        "--all:lexicons",
        "HEAD:nowhere",
        "HEAD:lexicons/com/example/thing.json",
        "nowhere:lexicons",
        "HEAD:\x1b[31m",
    ],
)
def test_what_is_no_set_of_documents_is_one_sentence(place: str, repository: Path) -> None:
    with pytest.raises(LexiconError, match=r"^[^\n]+\.$"):
        diff(place, repository / "lexicons")


def test_a_folder_without_documents_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no Lexicon documents"):
        diff(tmp_path, tmp_path)


def test_references_that_python_cannot_follow_are_one_sentence(tmp_path: Path) -> None:
    circle = {"type": "array", "items": {"type": "ref", "ref": "#a"}}
    folder = write_documents(tmp_path / "lexicons", document("com.example.defs", a=circle))
    with pytest.raises(LexiconError, match="references in the documents have 1 error"):
        diff(folder, folder)


class TestExport:
    def test_what_the_loader_passes_over_is_not_written(self, repository: Path, tmp_path: Path) -> None:
        root = repository / "more"
        for name in ("lexicons.json", "~a.json", "#a.json", ".hidden/a.json", "a.txt", "x/descriptions.toml"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("{}")
        (root / "link.json").symlink_to("/etc/passwd")
        (root / "x/b.json").write_text("{}")
        (root / "pages.toml").write_text("")
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", "More")
        folder = tmp_path / "out"
        folder.mkdir()
        origins = export_revision("HEAD:more", folder)
        assert sorted(origins.values()) == ["HEAD:more/pages.toml", "HEAD:more/x/b.json"]
        assert {path.name for path in folder.iterdir()} == origins.keys()

    def test_a_file_that_is_too_large_is_refused_without_being_read(self, repository: Path) -> None:
        (repository / "lexicons/large.json").write_bytes(b" " * (1024 * 1024 + 1))
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", "Large")
        with pytest.raises(LexiconError) as caught:
            diff("HEAD:lexicons", "lexicons")
        (found,) = caught.value.diagnostics
        assert str(found).startswith("HEAD:lexicons/large.json: error: can't be read: larger than")
