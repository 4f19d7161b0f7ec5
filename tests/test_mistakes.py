"""The page of mistakes: its messages are what the programs on it show."""

from __future__ import annotations

import re

import pytest
from tools.mistakes import PAGE, made, page

BEGINNING = "from pathlib import Path\n"


def test_the_page_has_at_least_forty_mistakes_each_with_a_message():
    text = PAGE.read_text(encoding="utf-8")
    assert (
        text.count("\n### ")
        == text.count("\n```py\n")
        == len(re.findall(r"^```text\n\S", text, re.MULTILINE))
    )
    assert text.count("\n### ") >= 40


@pytest.mark.parametrize("shown", ["", "ValueError: of last year\n", "KeyError: 'a'\n  and more\n"])
def test_a_message_on_the_page_is_made_anew(shown):
    text = "```python\nimport re\n```\n\nWords.\n\n```py\nint('x')\n```\n\n```text\n{}```\n\nMore.\n"
    assert page(text.format(shown)) == text.format(
        "ValueError: invalid literal for int() with base 10: 'x'\n"
    )


@pytest.mark.parametrize(
    "program", ["", "Path('a').write_text('')", "client.com.atproto.server.get_session()"]
)
def test_a_program_that_raises_nothing_is_no_mistake(program):
    with pytest.raises(ValueError, match="no mistake"):
        made(BEGINNING + program)


@pytest.mark.parametrize(
    ("program", "shown"),
    [
        ("raise OSError(f'{Path.cwd()}/a')", "OSError: a\n"),
        ("raise ValueError(pds.url)", "ValueError: https://pds.example.com\n"),
        ("raise ValueError(f'No connection: {OSError(111, \"refused\")}')", "ValueError: No connection: …\n"),
        ("'text'.uper", "AttributeError: 'str' object has no attribute 'uper'\n"),
    ],
)
def test_a_message_holds_nothing_of_this_run_or_machine(program, shown):
    assert made(BEGINNING + program) == shown


def test_a_program_finds_its_own_environment_and_leaves_none():
    assert made(
        "import os, sys\nos.environ['NEW'] = '1'\nsys.modules['nothing'] = None\nimport nothing"
    ).startswith("ModuleNotFoundError")
    assert made("import os\nos.environ['NEW']") == "KeyError: 'NEW'\n"
    assert made("import nothing") == "ModuleNotFoundError: No module named 'nothing'\n"
