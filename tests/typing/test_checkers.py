"""What type checkers, all strict, say about code that uses the official package."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.typing._checkers import mypy, pyrefly, pyright, ty

_FOLDER = Path(__file__).parent
_USES = _FOLDER / "uses.py"
_MISUSES = _FOLDER / "misuses.py"
_EXPECTED = re.compile(
    r"# expect: (?P<mypy>[a-z+-]+), (?P<pyright>[\w+]+)"
    r"(?P<long>; long)?(?:; unseen by (?P<unseen>[\w, -]+))?$"
)
_DIFFERENT = re.compile(r"# not (?P<checkers>[\w, ]+): .+$")
_LONG = 500
_CHECKERS = ("mypy", "mypy with pydantic's plugin", "pyright", "ty", "pyrefly")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory, request):
    """What each checker finds in both files."""
    files = [_USES, _MISUSES]
    folder = tmp_path_factory.mktemp("settings")
    caches = [request.config.cache.mkdir(name) for name in ("mypy", "mypy-pydantic")]
    with ThreadPoolExecutor() as pool:
        running = [
            pool.submit(mypy, files, cache=caches[0]),
            pool.submit(mypy, files, cache=caches[1], plugins=["pydantic.mypy"]),
            pool.submit(pyright, files, folder=folder),
            pool.submit(ty, files),
            pool.submit(pyrefly, files, folder=folder),
        ]
    return dict(zip(_CHECKERS, (each.result() for each in running), strict=True))


def _expected():
    """What stands in the comment of each line of the misuses that has one."""
    matches = (_EXPECTED.search(line) for line in _MISUSES.read_text("utf-8").splitlines())
    return {number: match for number, match in enumerate(matches, 1) if match}


def test_every_comment_of_the_misuses_is_understood():
    assert _MISUSES.read_text("utf-8").count("# expect:") == len(_expected()) > 100


def test_hardly_a_misuse_stays_unseen():
    unseen = [name for match in _expected().values() for name in (match["unseen"] or "").split(", ") if name]
    assert set(unseen) <= set(_CHECKERS)
    assert max(map(unseen.count, _CHECKERS)) <= 2


def test_messages_of_pyright_are_short_but_where_it_spells_out_what_would_have_done(found):
    lengths = [(len(at.message), at.line) for at in found["pyright"] if at.file == _MISUSES.name]
    long = {line for length, line in lengths if length >= _LONG}
    assert long == {line for line, match in _expected().items() if match["long"]}
    # Unions of seven and more, protocols of agents, pages and bodies, a hook's type, and a function of asyncio.
    assert len(long) <= 12
    assert max(lengths)[0] <= 720


def test_no_name_makes_a_message_about_a_union_of_seven_short(tmp_path):
    program = tmp_path / "program.py"
    classes = "".join(f"class {name}: ...\n" for name in [*"ABCDEFG", "ExternalExternal"])
    union = "U: TypeAlias = A | B | C | D | E | F | G\n\ndef f(u: U | None) -> None: ...\n"
    program.write_text(f"from typing import TypeAlias\n\n{classes}{union}\nf(ExternalExternal())\n")
    (finding,) = pyright([program], folder=tmp_path)
    assert len(finding.message) >= _LONG, "pyright has learnt to be brief: do unions still need their marks?"


def _different():
    """The checkers that infer something else, by the line that says so."""
    matches = (_DIFFERENT.search(line) for line in _USES.read_text("utf-8").splitlines())
    return {number: match["checkers"].split(", ") for number, match in enumerate(matches, 1) if match}


def test_the_checkers_agree_on_nearly_every_type():
    assert _USES.read_text("utf-8").count("assert_type(") > 90
    assert len(_different()) == 1


@pytest.mark.parametrize("checker", _CHECKERS)
def test_the_example_uses_are_clean_but_for_the_types_that_are_named(found, checker):
    reported = [finding for finding in found[checker] if finding.file == _USES.name]
    expected = [number for number, checkers in _different().items() if checker in checkers]
    assert [finding.line for finding in reported] == expected, reported
    assert all(finding.code.startswith("assert-type") for finding in reported)


@pytest.mark.parametrize("checker", _CHECKERS)
def test_every_misuse_is_reported_on_its_line_and_nothing_else_is(found, checker):
    reported = {}
    for finding in found[checker]:
        # An unknown type only follows from the mistake itself.
        if finding.file == _MISUSES.name and not finding.code.startswith("reportUnknown"):
            reported.setdefault(finding.line, set()).add(finding.code)
    expected = {
        number: match
        for number, match in _expected().items()
        if checker not in (match["unseen"] or "").split(", ")
    }
    assert sorted(reported) == sorted(expected)
    if codes := {"mypy": "mypy", "mypy with pydantic's plugin": "mypy", "pyright": "pyright"}.get(checker):
        assert reported == {number: set(match[codes].split("+")) for number, match in expected.items()}
