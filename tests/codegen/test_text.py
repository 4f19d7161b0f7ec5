from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.codegen.conftest import STRING, document, files_of, obj, query, ref

from atlex_codegen._docstrings import prose_lines
from atlex_codegen._gate import prove
from atlex_codegen._text import (
    LINE_LENGTH,
    clean,
    comment,
    docstring,
    literal,
    paragraphs,
    shortened,
    wrap,
)

HOSTILE = [
    '"""',
    '""""',
    "'''",
    "\\",
    '\\"',
    '"\\',
    "\n",
    "\r",
    "\x00",
    "{{ 1 + 1 }}",
    "{% raw %}",
    "{# #}",
    "\u202e",
    "\u2028",
    "\u200b",
    "\x85",
    "\x0c",
    "\ud800",
    "\N{GRINNING FACE}",
    "# comment",
    'import os\nos.system("x")',
    '"""\nimport os\n"""',
    "\t",
    " ",
    "word",
    "x" * 300,
    "é",
]

hostile = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=5)), max_size=12).map("".join)
sent = hostile.map(lambda text: "".join(char for char in text if not 0xD800 <= ord(char) < 0xE000))
printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)


@given(text=hostile)
def test_a_literal_is_ascii_on_one_line_and_evaluates_to_the_text(text: str) -> None:
    found = literal(text)
    assert found.isascii()
    assert found.isprintable()
    assert ast.literal_eval(found) == text


@pytest.mark.parametrize(("text", "expected"), [("a", '"a"'), ('a"b', "'a\"b'"), ("a'b\"", '"a\'b\\""')])
def test_a_literal_has_the_quotes_that_ruff_prefers(text: str, expected: str) -> None:
    assert literal(text) == expected


@given(text=hostile | st.text(" \t\n\v\f\x1c\x85ab"), indent=st.integers(0, 108), hanging=st.integers(0, 4))
def test_a_paragraph_breaks_as_the_standard_library_breaks_it(text: str, indent: int, hanging: int) -> None:
    expected = textwrap.wrap(
        text,
        LINE_LENGTH - indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert wrap(text, indent, hanging) == expected


@given(text=hostile)
def test_cleaned_text_holds_nothing_invisible(text: str) -> None:
    found = clean(text)
    assert all(char in {"\n", "\t"} or ord(char) >= 32 for char in found)
    assert not set("\u202e\u2028\u200b\x85\x0c\ud800\x00") & set(found)
    assert clean(found) == found


@given(
    text=printable
    | st.text(" ab")
    | st.text("a b\n\t")
    # Printable by Unicode's tables, and invisible.
    | st.text("a\u3164\ufe0f\u034f")
    | st.integers(3990, 4010).map("a".__mul__)
)
def test_prose_without_a_fault_is_as_if_it_had_been_searched_for_one(text: str) -> None:
    # A character that is taken out keeps the text from any shortcut.
    assert clean(text) == clean(f"{text[:1]}\u200b{text[1:]}")
    assert paragraphs(text) == paragraphs(f"{text[:1]}\u200b{text[1:]}")


def test_prose_has_an_end() -> None:
    assert len(clean("word " * 100_000)) < 5000
    assert shortened("word " * 100, 20) == "word word word word…"


def test_a_blank_line_separates_paragraphs() -> None:
    assert paragraphs(" one\ntwo \r\n\t\r\n  three ") == ["one two", "three"]
    assert paragraphs("\n \n") == []


@given(text=hostile)
def test_a_comment_stays_on_its_line(text: str) -> None:
    line = f"x = 1  # {comment(text)}"
    assert len(line.splitlines()) == 1
    assert ast.dump(ast.parse(line)) == ast.dump(ast.parse("x = 1"))


@given(text=hostile, indent=st.sampled_from([0, 4, 8]))
def test_a_docstring_says_what_the_prose_says(text: str, indent: int) -> None:
    lines = prose_lines([text], indent)
    if not lines:
        return
    source = "if x:\n" * (indent // 4) + " " * indent + docstring(lines, indent)
    for level in range(indent // 4):
        source = source.replace("if x:\n", " " * 4 * level + "if y:\n", 1)
    node = ast.parse(source)
    strings = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    assert len(strings) == 1
    assert strings[0].split() == clean(text).split()


@given(text=printable)
def test_one_long_word_is_never_cut(text: str) -> None:
    assert ast.literal_eval(docstring(prose_lines([text], 0), 0)) == text


def test_lines_stay_within_the_limit() -> None:
    for words in range(1, 60):
        for indent in (0, 4, 8):
            text = docstring(prose_lines(["word5 " * words + "é" * (words % 7)], indent), indent)
            assert max(len(line) for line in (" " * indent + text).splitlines()) <= LINE_LENGTH


def statements(text: str) -> list[str]:
    """What kinds of statement a file holds, in order, docstrings left out."""
    return [
        type(node).__name__
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


@settings(deadline=None)
@given(text=sent)
def test_no_string_of_a_document_can_add_code(text: str) -> None:
    def documents(prose: str, value: str) -> dict[str, str]:
        said = {"description": prose}
        main = query(
            obj(thing=STRING | said | {"default": value, "knownValues": [value]}), ("Bad",), q=STRING | said
        )
        main |= said
        main["errors"] = [{"name": "Bad"} | said]
        return files_of(
            document("com.example.getThing", main, description=prose),
            document(
                "com.example.defs",
                None,
                description=prose,
                view=obj(inner=obj(a=STRING | said) | said, other=ref("#alias") | said) | said,
                alias=STRING | {"enum": [value]} | said,
                token={"type": "token"} | said,
            ),
            descriptions={"com.example.defs#view.other": prose},
        )

    hostile_files = documents(text, text or "x")
    plain_files = documents("word", "x")
    assert hostile_files.keys() == plain_files.keys()
    for name, content in hostile_files.items():
        prove(name, content)
        assert statements(content) == statements(plain_files[name])


def test_a_huge_description_makes_no_huge_file() -> None:
    files = files_of(document("com.example.getThing", query() | {"description": "word " * 200_000}))
    assert max(map(len, files.values())) < 20_000


def test_values_from_documents_come_out_whole() -> None:
    value = 'a"""\\\n\u202e{{x}}'
    files = files_of(document("com.example.defs", None, kind=STRING | {"enum": [value]}))
    source = files["com/example/defs.py"]
    assert value in {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    assert "\u202e" not in source
