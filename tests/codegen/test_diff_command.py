"""`atlex diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, obj, procedure, query, write_documents
from typer.testing import CliRunner

from atlex_cli._app import app

Json = dict[str, Any]
ID = "com.example.doThing"


def run(*arguments: object):
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders: an optional argument is required now, an answer got a part, and an error is gone."""
    old = procedure(obj(a=STRING)) | {"errors": [{"name": "Gone"}]}
    new = procedure(obj(("a",), a=STRING), obj(b=INTEGER))
    return (
        write_documents(tmp_path / "old", document(ID, old, old=obj(x=STRING))),
        write_documents(
            tmp_path / "new", document(ID, new, old=obj(x=STRING) | {"description": "Deprecated."})
        ),
    )


def test_text_has_a_line_for_each_change_and_each_name(sides: tuple[Path, Path]) -> None:
    result = run(*sides)
    assert result.exit_code == 0
    assert result.stdout == (
        "  lexicon     python\n"
        "com.example.doThing\n"
        '  breaking    breaking    the property "a" is required now\n'
        "                            com.example.do_thing.DoThingInput.a is required now,"
        " was of type str | None, is of type str\n"
        "                            client.com.example.do_thing(a=) is required now,"
        " was of type str | None, is of type str\n"
        "  breaking    compatible  there is an output now\n"
        "                            com.example.do_thing.DoThingOutput is new\n"
        "                            client.com.example.do_thing() was of type None, is of type DoThingOutput\n"
        '  compatible  breaking    the error "Gone" was removed\n'
        "                            com.example.do_thing.GoneError is gone\n"
        "com.example.doThing#old\n"
        "  deprecated  deprecated  the object is deprecated now\n"
        "4 changes: 3 breaking, 1 deprecated.\n"
    )


def test_markdown_is_a_part_of_a_changelog(sides: tuple[Path, Path]) -> None:
    result = run(*sides, "--format", "markdown")
    assert result.stdout.startswith("### Breaking\n\n- com.example.doThing: the property ")
    assert "\n- com.example.doThing: there is an output now" in result.stdout
    assert "### Deprecated\n\n- com.example.doThing\\#old: the object is deprecated now.\n" in result.stdout
    assert "### Compatible" not in result.stdout
    assert "by the Lexicon rules only" in result.stdout
    assert "for Python code only" in result.stdout


def test_json_has_every_attribute(sides: tuple[Path, Path]) -> None:
    content = json.loads(run(*sides, "--format", "json").stdout)
    assert content["impact"] == "breaking"
    first = content["changes"][0]
    assert first["definition"] == ID
    assert first["new"]["pointer"] == "/defs/main/input/schema/properties/a"
    assert (first["kind"], first["before"], first["after"]) == ("property-required", False, True)
    assert first["names"][1]["new"] == {
        "kind": "argument",
        "path": ["com", "example"],
        "name": "do_thing",
        "member": "a",
        "text": "client.com.example.do_thing(a=)",
    }


@pytest.mark.parametrize(
    ("new", "level", "code"),
    [
        (query(), "compatible", 0),
        (query(a=STRING), "compatible", 1),
        (query(a=STRING), "deprecated", 0),
        (query() | {"description": "Deprecated."}, "deprecated", 1),
        (query() | {"description": "Deprecated."}, "breaking", 0),
        (procedure(), "breaking", 1),
    ],
)
def test_fail_on_is_the_exit_code(tmp_path: Path, new: Json, level: str, code: int) -> None:
    old = write_documents(tmp_path / "old", document(ID, query()))
    newer = write_documents(tmp_path / "new", document(ID, new))
    assert run(old, newer).exit_code == 0
    assert run(old, newer, "--fail-on", level).exit_code == code


def test_nothing_changed_is_said(tmp_path: Path) -> None:
    folder = write_documents(tmp_path / "old", document(ID, query()))
    assert run(folder, folder).stdout == "Nothing changed.\n"
    assert run(folder, folder, "--format", "markdown").stdout == "Nothing changed.\n"
    assert json.loads(run(folder, folder, "--format", "json").stdout) == {
        "impact": None,
        "changes": [],
        "names": [],
    }


def test_what_cannot_be_compared_is_a_sentence_and_2(tmp_path: Path) -> None:
    folder = write_documents(tmp_path / "old", document(ID, query()))
    broken = write_documents(tmp_path / "new", document(ID, {"type": "query", "output": 1}))
    for arguments in ((folder, broken), ("no\x1b[31mwhere", folder)):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "\x1b" not in result.stderr
        assert result.stderr.endswith(".\n")


HOSTILE = "a\x1b[31m`<b>|*_x\u202e\u2028"


@pytest.mark.parametrize("output", ["text", "markdown", "json"])
def test_no_name_of_a_document_reaches_a_terminal_as_it_is(tmp_path: Path, output: str) -> None:
    old = write_documents(tmp_path / "old", document(ID, query(obj(x=STRING))))
    hostile = {HOSTILE: STRING | {"enum": [HOSTILE]}, "x": STRING | {"enum": [HOSTILE]}}
    new = write_documents(
        tmp_path / "new", document(ID, query(obj(**hostile), errors=(HOSTILE,)), **{HOSTILE: obj()})
    )
    result = run(old, new, "--format", output)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.replace("\n", "").isprintable()
    if output == "markdown":
        assert "\\`\\<b\\>\\|\\*\\_x" in result.stdout
