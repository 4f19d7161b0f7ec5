"""A folder of files becomes documents, and everything wrong with them is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atlex.errors import LexiconError
from atlex.lexicon import Lexicons, load_documents


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def doc(nsid: str, **defs: Any) -> dict[str, Any]:
    return {"lexicon": 1, "id": nsid, "defs": defs or {"main": {"type": "token"}}}


def test_folders_are_searched_in_order_and_documents_sorted_by_nsid(tmp_path: Path) -> None:
    write(tmp_path / "z.json", doc("com.example.a"))
    write(tmp_path / "deep" / "er" / "y.json", doc("com.example.c"))
    write(tmp_path / "deep" / "x.json", doc("com.example.b"))
    result = load_documents(tmp_path)
    assert [document.id for document in result.documents] == [
        "com.example.a",
        "com.example.b",
        "com.example.c",
    ]
    assert result.documents[0].source == str(tmp_path / "z.json")
    assert result.diagnostics == result.errors == result.warnings == ()


def test_files_and_folders_can_be_mixed_and_named_twice(tmp_path: Path) -> None:
    one = write(tmp_path / "a" / "one.json", doc("com.example.a"))
    write(tmp_path / "b" / "two.json", doc("com.example.b"))
    for paths in ([str(one), tmp_path / "b"], [tmp_path, one, str(tmp_path)], iter([tmp_path])):
        result = load_documents(paths)
        assert [document.id for document in result.documents] == ["com.example.a", "com.example.b"]
        assert result.diagnostics == ()


@pytest.mark.parametrize("content", [{}, [], 1, {"lexicon": 1}, {"id": "a.b.c"}, '{"a": 1, "a": 2}'])
def test_json_without_a_document_is_passed_over(tmp_path: Path, content: Any) -> None:
    write(tmp_path / "other.json", content)
    assert load_documents(tmp_path) == load_documents([])


def test_the_manifest_and_other_files_are_not_read(tmp_path: Path) -> None:
    write(tmp_path / "lexicons.json", "{not json")
    write(tmp_path / "readme.txt", "{not json")
    assert load_documents(tmp_path).diagnostics == ()


@pytest.mark.parametrize(
    "name",
    [
        "._a.json",
        ".a.json",
        ".#a.json",
        "~a.json",
        "#a.json",
        ".DS_Store",
        ".git/a.json",
        "x/.vscode/a.json",
        "a.json~",
    ],
)
def test_files_that_nobody_would_call_documents_are_not_read(tmp_path: Path, name: str) -> None:
    write(tmp_path / "a.json", doc("com.example.a"))
    other = tmp_path / name
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(b"\x00\x05\x16\x07 not JSON")
    result = load_documents(tmp_path)
    assert [document.id for document in result.documents] == ["com.example.a"]
    assert result.diagnostics == ()


def test_an_editors_lock_that_leads_nowhere_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "a.json", doc("com.example.a"))
    (tmp_path / ".#a.json").symlink_to("alice@host.1234:1700000000")
    assert load_documents(tmp_path).diagnostics == ()


def test_what_is_not_json_is_an_error_and_the_rest_is_read(tmp_path: Path) -> None:
    broken = write(tmp_path / "a.json", "{")
    write(tmp_path / "b.json", doc("com.example.b"))
    result = load_documents(tmp_path)
    assert [document.id for document in result.documents] == ["com.example.b"]
    assert [(error.file, error.nsid, error.pointer) for error in result.errors] == [(str(broken), "", "")]
    assert "not JSON" in result.errors[0].message


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    (error,) = load_documents(tmp_path / "nowhere").errors
    assert (error.file, error.message) == (str(tmp_path / "nowhere"), "no such file or folder")


def test_a_file_that_can_not_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dangling.json").symlink_to(tmp_path / "nowhere.txt")
    (error,) = load_documents(tmp_path).errors
    assert error.message.startswith("can't be read: ")


def test_the_same_id_twice_is_an_error_that_names_both_files(tmp_path: Path) -> None:
    first = write(tmp_path / "a.json", doc("com.example.a"))
    second = write(tmp_path / "b.json", doc("com.example.a"))
    result = load_documents(tmp_path)
    assert len(result.documents) == 1
    (error,) = result.errors
    assert error.file == str(second)
    assert str(first) in error.message
    assert (error.nsid, error.pointer) == ("com.example.a", "/id")


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path / "a.json", doc("com.example.a"))
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [document.id for document in load_documents(tmp_path).documents] == ["com.example.a"]


def test_a_link_can_be_the_folder_that_is_given(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.json", doc("com.example.a"))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(load_documents(tmp_path / "link").documents) == 1


def test_loading_raises_with_every_diagnostic(tmp_path: Path) -> None:
    write(
        tmp_path / "a.json",
        doc("com.example.a", main={"type": "object", "required": [1, 2, 3, 4, 5, 6, 7], "properties": {}}),
    )
    write(tmp_path / "b.json", doc("com.example.b", main={"type": "odd"}))
    with pytest.raises(
        LexiconError, match=r"7 errors in the Lexicon documents:\n(.*\n){5}  and 2 more$"
    ) as caught:
        Lexicons.load(tmp_path)
    assert [getattr(found, "severity", None) for found in caught.value.diagnostics] == ["error"] * 7 + [
        "warning"
    ]


def test_loading_checks_references(tmp_path: Path) -> None:
    write(tmp_path / "a.json", doc("com.example.a", main={"type": "ref", "ref": "com.example.b"}))
    with pytest.raises(
        LexiconError, match=r"^1 error in .*\n.*/defs/main/ref: error: the document com\.example\.b"
    ):
        Lexicons.load(tmp_path)
    write(tmp_path / "b.json", doc("com.example.b"))
    assert list(Lexicons.load(tmp_path)) == ["com.example.a", "com.example.b"]
