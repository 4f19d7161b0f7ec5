"""``lexicons.json`` says what every document is, and notices when one isn't that any more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from atlex.errors import LexiconError
from atlex.lexicon import schema_digest
from atlex_codegen._install import install
from atlex_codegen._pins import Pin, pins_text, read_pins, verify

DIGEST = "0" * 64


def thing(nsid: str = "com.example.thing", **extra: Any) -> dict[str, Any]:
    return {"lexicon": 1, "id": nsid, "defs": {"main": {"type": "token", **extra}}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents, installed."""
    source = tmp_path / "source"
    source.mkdir()
    for nsid in ("com.example.thing", "com.example.other"):
        (source / f"{nsid}.json").write_text(json.dumps(thing(nsid)))
    install(source, ["com.example"], lexicons=tmp_path / "lexicons")
    return tmp_path / "lexicons"


def messages(folder: Path) -> list[tuple[str, str]]:
    return [(found.nsid, found.message) for found in verify(folder)]


def test_every_committed_document_is_pinned_with_the_digest_of_its_schema(
    lexicons: Path, committed: dict[str, dict[str, Any]]
) -> None:
    pins = read_pins(lexicons)
    assert {nsid: pin.schema_sha256 for nsid, pin in pins.items()} == {
        nsid: schema_digest(document) for nsid, document in committed.items()
    }
    assert len(pins) == 394
    assert {pin.origin for pin in pins.values()} == {"PyPI lexrpc 3.0, lexrpc/lexicons"}
    assert verify(lexicons) == []


def test_the_committed_list_is_sorted_and_ends_with_a_line_feed(lexicons: Path) -> None:
    text = (lexicons / "lexicons.json").read_text("utf-8")
    nsids = list(json.loads(text)["documents"])
    assert nsids == sorted(nsids)
    assert text == pins_text(read_pins(lexicons))
    assert re.search(r"[^\n]\n$", text)


def test_pins_are_written_in_one_order_and_read_back() -> None:
    one = {
        "com.example.b": Pin(origin="näher", schema_sha256=DIGEST),
        "com.example.a": Pin(schema_sha256=DIGEST),
    }
    assert pins_text(one) == pins_text(dict(reversed(one.items())))
    assert json.loads(pins_text(one)) == {
        "version": 1,
        "documents": {
            "com.example.a": {"schema_sha256": DIGEST},
            "com.example.b": {"origin": "näher", "schema_sha256": DIGEST},
        },
    }


def test_a_folder_without_the_list_has_no_pins(tmp_path: Path) -> None:
    assert read_pins(tmp_path) == {}
    assert verify(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        '{"documents": {}, "own": 1}',
        '{"version": 2, "documents": {}}',
        '{"documents": {"com.example.a": {}}}',
        '{"documents": {"com.example.a": {"schema_sha256": "short"}}}',
        '{"documents": {"com.example.a": {"origin": 1, "schema_sha256": "' + DIGEST + '"}}}',
        '{"documents": {"com.example/../../evil": {"schema_sha256": "' + DIGEST + '"}}}',
        b"\xff",
    ],
)
def test_a_broken_list_is_one_clear_error(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "lexicons.json"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(LexiconError, match="The list of installed documents is broken") as caught:
        read_pins(tmp_path)
    assert str(file) in str(caught.value)
    assert verify(tmp_path) == list(caught.value.diagnostics)


def test_a_list_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "lexicons.json").mkdir()
    with pytest.raises(LexiconError, match="can't be read"):
        read_pins(tmp_path)


def test_prose_and_the_order_of_keys_do_not_change_a_digest(folder: Path) -> None:
    file = folder / "com/example/thing.json"
    file.write_text(json.dumps(dict(reversed(thing(description="Own words.").items()))))
    assert messages(folder) == []


def test_a_changed_schema_is_found(folder: Path) -> None:
    file = folder / "com/example/thing.json"
    file.write_text(json.dumps(thing(own=1)))
    [found] = [found for found in verify(folder) if found.is_error]
    assert (found.file, found.nsid) == (str(file), "com.example.thing")
    assert found.message == "its schema isn't the one pinned in lexicons.json"


def test_a_document_without_a_pin_is_found(folder: Path) -> None:
    (folder / "com/example/third.json").write_text(json.dumps(thing("com.example.third")))
    assert messages(folder) == [("com.example.third", "not in lexicons.json")]


def test_a_pin_without_a_document_is_found(folder: Path) -> None:
    (folder / "com/example/other.json").unlink()
    assert messages(folder) == [("com.example.other", "pinned, but there is no such document")]


def test_a_broken_document_is_reported_once(folder: Path) -> None:
    (folder / "com/example/other.json").write_text(json.dumps({**thing("com.example.other"), "lexicon": 2}))
    assert [nsid for nsid, _ in messages(folder)] == ["com.example.other"]
