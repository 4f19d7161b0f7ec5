"""What mypy and pyright, both strict, say about code that uses the official package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.typing._checkers import mypy, pyright

_FOLDER = Path(__file__).parent
_USES = _FOLDER / "uses.py"
_MISUSES = _FOLDER / "misuses.py"
_EXPECTED = re.compile(r"# expect: ([a-z-]+), (report\w+)$")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory, request):
    """What each checker finds in both files."""
    files = [_USES, _MISUSES]
    return {
        "mypy": mypy(files, cache=request.config.cache.mkdir("mypy")),
        "pyright": pyright(files, folder=tmp_path_factory.mktemp("pyright")),
    }


def _expected(position):
    """The code for each line of the misuses that names one."""
    matches = (_EXPECTED.search(line) for line in _MISUSES.read_text().splitlines())
    return {number: match[position] for number, match in enumerate(matches, 1) if match}


def test_the_misuses_name_what_is_expected_everywhere():
    text = _MISUSES.read_text()
    assert text.count("# expect:") == len(_expected(1)) >= 20


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_the_example_uses_are_clean(found, checker):
    assert [finding for finding in found[checker] if finding.file == _USES.name] == []


@pytest.mark.parametrize(("checker", "position"), [("mypy", 1), ("pyright", 2)])
def test_every_misuse_is_reported_on_its_line_and_nothing_else_is(found, checker, position):
    reported = {}
    for finding in found[checker]:
        # An unknown type only follows from the mistake itself.
        if finding.file == _MISUSES.name and not finding.code.startswith("reportUnknown"):
            reported.setdefault(finding.line, set()).add(finding.code)
    assert reported == {line: {code} for line, code in _expected(position).items()}
