"""`atlex check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.codegen.conftest import INTEGER, STRING, document, obj, ref, write_documents
from typer.testing import CliRunner

from atlex_cli._app import app
from atlex_codegen._pointers import pointer_lines, value_at

Json = dict[str, Any]
STYLE = document("com.example.defs", a=obj(foo_bar=INTEGER))
WARNING = document("com.example.defs", a=obj(fooBar=INTEGER, foobar=INTEGER, foo_Bar=INTEGER))
ERROR = document("com.example.defs", a=obj(x=ref("#b")))


def run(*arguments: object):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_text_has_a_line_for_each_finding_and_their_number(tmp_path: Path) -> None:
    result = run(write_documents(tmp_path, STYLE))
    assert result.exit_code == 0
    assert result.stdout == (
        f"{tmp_path}/com/example/defs.json com.example.defs /defs/a/properties/foo_bar: "
        'style[name-case]: the name "foo_bar" isn\'t in lowerCamelCase '
        "(write it in lowerCamelCase, in ASCII letters and digits)\n"
        "1 finding: 1 style.\n"
    )


def test_json_has_every_attribute(tmp_path: Path) -> None:
    (finding,) = json.loads(run(write_documents(tmp_path, ERROR), "--format", "json").stdout)
    assert finding == {
        "rule": "reference",
        "level": "error",
        "file": str(tmp_path / "com/example/defs.json"),
        "nsid": "com.example.defs",
        "pointer": "/defs/a/properties/x/ref",
        "message": 'there is no definition "b" in com.example.defs',
        "hint": "correct the reference, or add the definition",
    }


def test_annotations_name_the_line(tmp_path: Path) -> None:
    file = write_documents(tmp_path, ERROR) / "com/example/defs.json"
    file.write_text(json.dumps(ERROR, indent=1))
    line = 1 + [part.strip() for part in file.read_text().splitlines()].index('"ref": "#b"')
    assert run(tmp_path, "--format", "github").stdout == (
        f"::error file={file},line={line},title=reference::"
        'there is no definition "b" in com.example.defs (correct the reference, or add the definition)\n'
    )


@pytest.mark.parametrize(
    ("raw", "codes"),
    [(STYLE, (1, 0, 0)), (WARNING, (1, 1, 0)), (ERROR, (1, 1, 1))],
    ids=["style", "warning", "error"],
)
def test_fail_on_is_the_exit_code(tmp_path: Path, raw: Json, codes: tuple[int, ...]) -> None:
    folder = write_documents(tmp_path, raw)
    found = tuple(run(folder, "--fail-on", level).exit_code for level in ("style", "warning", "error"))
    assert found == codes
    assert run(folder).exit_code == codes[1]


def test_level_and_ignore_leave_findings_out(tmp_path: Path) -> None:
    folder = write_documents(tmp_path, WARNING)
    assert "style[" in run(folder).stdout
    assert "style[" not in run(folder, "--level", "warning").stdout
    # What isn't shown counts all the same, and what is ignored doesn't.
    assert run(folder, "--level", "error").exit_code == 1
    assert run(folder, "--ignore", "python-clash").exit_code == 0
    assert run(folder, "--ignore", "nothing").exit_code == 2


def test_no_findings_are_a_sentence(tmp_path: Path) -> None:
    folder = write_documents(tmp_path, document("com.example.defs", a=obj(x=INTEGER)))
    assert run(folder).stdout == "Nothing to find fault with.\n"


def test_a_base_that_is_not_there_is_a_sentence_and_2(tmp_path: Path) -> None:
    result = run(write_documents(tmp_path, STYLE), "--base", "no\x1b[31mwhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "\x1b" not in result.stderr


HOSTILE = "a\x1b[31m%::error,file=x::\u2028"


@pytest.mark.parametrize("output", ["text", "json", "github"])
def test_no_name_of_a_document_reaches_a_terminal_as_it_is(tmp_path: Path, output: str) -> None:
    raw = document("com.example.defs", **{HOSTILE: obj(**{HOSTILE: STRING})})
    result = run(write_documents(tmp_path / "x,y:z", raw), "--format", output)
    assert result.exit_code == 1
    assert result.stdout.replace("\n", "").isprintable()
    if output == "github":
        for line in result.stdout.splitlines():
            assert line.startswith(("::warning file=", "::notice file="))
            assert "x%2Cy%3Az" in line


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_the_line_of_a_value_is_where_it_stands(value: Any) -> None:
    text = json.dumps(value, indent=1)
    lines = text.split("\n")
    for pointer, line in pointer_lines(text).items():
        there = value_at(value, pointer)
        first = json.dumps(there, indent=1).split("\n")[0]
        assert lines[line - 1].rstrip(",").endswith(first)


@given(st.text(alphabet='"{}[],:\\ \nab1'))
def test_any_text_has_lines(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in pointer_lines(text).values())


def test_without_a_folder_the_documents_of_pyproject_are_checked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_documents(tmp_path / "mine", STYLE)
    settings = (
        '[tool.atlex]\nlexicons = "mine"\n[[tool.atlex.packages]]\n[[tool.atlex.packages]]\nout = "b"\n'
    )
    (tmp_path / "pyproject.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    assert run().stdout.endswith("\n1 finding: 1 style.\n")
    (tmp_path / "pyproject.toml").write_text("[tool.atlex]\nlexicon = 1\n")
    assert run().exit_code == 2
