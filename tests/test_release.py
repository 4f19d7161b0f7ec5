"""The changelog's form, and what keeps a version from being released."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import bounds, release

_ROOT = Path(__file__).parents[1]
_CHANGELOG = """# Changelog

## [0.2.0] - 2026-12-01

### Added

- A thing.

### Fixed

- Another.

## [0.1.0] - 2026-11-01

### Added

- Everything.
"""
_PYPROJECT = '[project]\nversion = "0.2.0"\n'


def test_the_changelog_of_this_project_is_in_order():
    assert release.changelog_faults((_ROOT / "CHANGELOG.md").read_text("utf-8")) == []


def test_a_release_is_ready_when_version_and_changelog_agree():
    assert release.release_faults("0.2.0", _PYPROJECT, _CHANGELOG) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[0.2.0]", "0.2.0", "is headed"),
        ("[0.2.0]", "[0.0.9]", "from the latest"),
        ("2026-11-01", "Unreleased", "only the latest"),
        ("2026-12-01", "2026-13-01", "no date"),
        ("2026-12-01", "Unreleased", "has no date for 0.2.0"),
        ("### Fixed", "### Improved", "none of"),
        ("### Added\n\n- A", "### Security\n\n- A", "comes after"),
        ("- A thing.", "A thing.", "begins with a dash"),
        ("- A thing.", "- A thing", "full stop"),
        ("[0.2.0]", "[0.3.0]", "doesn't begin with 0.2.0"),
    ],
)
def test_what_keeps_a_release_back_is_said(old, new, fault):
    faults = release.release_faults("0.2.0", _PYPROJECT, _CHANGELOG.replace(old, new, 1))
    assert any(fault in each for each in faults)


def test_another_version_in_pyproject_keeps_a_release_back():
    assert release.release_faults("0.3.0", _PYPROJECT, _CHANGELOG)


def test_a_release_takes_the_repositorys_address(capsys):
    with pytest.raises(SystemExit) as ended:
        release.main(["0.2.0"])
    assert ended.value.code == 2
    assert "required: --repository" in capsys.readouterr().err


def test_every_dependency_has_a_lower_bound_and_no_upper_one():
    found = bounds.bounds((_ROOT / "pyproject.toml").read_text("utf-8"))
    assert {"httpx", "pydantic", "libcst", "redis"} <= set(found)
    assert [
        name for name, specifiers in found.items() if not specifiers.startswith(">=") or "<" in specifiers
    ] == []
