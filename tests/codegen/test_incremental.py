"""What a build does when little or nothing has changed, counted and not timed."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import pytest

from atlex_codegen import BuildReport, _build, _gate, build

LEXICONS = Path(__file__).parents[2] / "lexicons"
SDK = Path(__file__).parents[2] / "generated" / "atlex_sdk"


@dataclass
class Counts:
    """How many texts were rendered, and the files that were proved."""

    rendered: int = 0
    proved: list[str] = field(default_factory=list)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    found = Counts()
    render, prove = jinja2.Template.render, _gate.prove

    def counted_render(self: jinja2.Template, *args: Any, **values: Any) -> str:
        found.rendered += 1
        return render(self, *args, **values)

    def counted_prove(path: str, data: bytes, *packages: Any) -> None:
        found.proved.append(path)
        prove(path, data, *packages)

    monkeypatch.setattr(jinja2.Template, "render", counted_render)
    monkeypatch.setattr(_build, "prove", counted_prove)
    return found


@pytest.fixture
def official(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the official documents, and of the package that is made from them."""
    shutil.copytree(LEXICONS, tmp_path / "lexicons")
    shutil.copytree(SDK, tmp_path / "sdk", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "lexicons", tmp_path / "sdk"


def python_files(report: BuildReport) -> int:
    return sum(name.endswith(".py") for name in (*report.written, *report.unchanged))


def test_a_build_without_a_change_proves_and_writes_nothing(
    official: tuple[Path, Path], counts: Counts
) -> None:
    report = build(*official)
    assert report.written == report.removed == ()
    assert counts.proved == []
    assert counts.rendered == python_files(report) > 450


def test_a_check_proves_nothing_even_where_files_differ(official: tuple[Path, Path], counts: Counts) -> None:
    lexicons, sdk = official
    (sdk / "errors.py").write_text("# changed")
    assert build(lexicons, sdk, check=True).different == ("errors.py",)
    assert counts.proved == []
    assert counts.rendered > 450


def test_one_changed_document_costs_the_proof_of_its_own_files(
    official: tuple[Path, Path], counts: Counts
) -> None:
    lexicons, sdk = official
    changed = lexicons / "app/bsky/actor/getProfile.json"
    raw = json.loads(changed.read_bytes())
    raw["defs"]["main"]["parameters"]["properties"]["locale"] = {"type": "string", "format": "language"}
    changed.write_text(json.dumps(raw))
    report = build(lexicons, sdk)
    assert report.written == (
        "MANIFEST.json",
        "_client/app/bsky/actor.py",
        "app/bsky/actor/get_profile.py",
        "lexicons.bin",
    )
    assert report.removed == ()
    assert counts.proved == ["app/bsky/actor/get_profile.py", "_client/app/bsky/actor.py"]
    assert counts.rendered == python_files(report)


def test_a_file_that_was_tampered_with_is_proved_and_written_again(
    official: tuple[Path, Path], counts: Counts
) -> None:
    lexicons, sdk = official
    before = (sdk / "errors.py").read_bytes()
    (sdk / "errors.py").write_bytes(before + b"# changed")
    assert build(lexicons, sdk).written == ("errors.py",)
    assert counts.proved == ["errors.py"]
    assert (sdk / "errors.py").read_bytes() == before


def test_every_file_of_a_whole_package_is_proved(tmp_path: Path, counts: Counts) -> None:
    report = build(LEXICONS, tmp_path / "sdk")
    assert len(counts.proved) == counts.rendered == python_files(report) > 450
