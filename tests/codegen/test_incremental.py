"""What a build does when little or nothing has changed, counted and not timed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import libcst
import pytest
from tests.codegen.conftest import STRING, document, obj, write_documents
from tests.generated._fresh import run_fresh

from atlex_codegen import BuildReport, _parsers, build

LEXICONS = Path(__file__).parents[2] / "lexicons"
SDK = Path(__file__).parents[2] / "generated" / "atlex_sdk"


@dataclass
class Counts:
    """How often the libraries underneath were asked to work."""

    rendered: int = 0
    parsed: list[str] = field(default_factory=list)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    found = Counts()
    render, parse = jinja2.Template.render, libcst.parse_module

    def counted_render(self: jinja2.Template, *args: Any, **values: Any) -> str:
        found.rendered += 1
        return render(self, *args, **values)

    def counted_parse(text: str) -> libcst.Module:
        found.parsed.append(text)
        return parse(text)

    monkeypatch.setattr(jinja2.Template, "render", counted_render)
    monkeypatch.setattr(libcst, "parse_module", counted_parse)
    return found


@pytest.fixture
def official(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the official documents, and of the package that is made from them."""
    shutil.copytree(LEXICONS, tmp_path / "lexicons")
    shutil.copytree(SDK, tmp_path / "sdk", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "lexicons", tmp_path / "sdk"


def python_files(report: BuildReport) -> int:
    return sum(name.endswith(".py") for name in (*report.written, *report.unchanged))


def test_a_build_without_a_change_parses_and_writes_nothing(
    official: tuple[Path, Path], counts: Counts
) -> None:
    report = build(*official)
    assert report.written == report.removed == ()
    assert counts.parsed == []
    assert counts.rendered == python_files(report) > 450


def test_a_check_parses_nothing_even_where_files_differ(official: tuple[Path, Path], counts: Counts) -> None:
    lexicons, sdk = official
    (sdk / "errors.py").write_text("# changed")
    assert build(lexicons, sdk, check=True).different == ("errors.py",)
    assert counts.parsed == []
    assert counts.rendered > 450


def test_one_changed_document_costs_the_parsing_of_its_own_files(
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
    assert len(counts.parsed) == 2
    assert counts.rendered == python_files(report)


def test_a_file_that_was_tampered_with_is_proved_and_written_again(
    official: tuple[Path, Path], counts: Counts
) -> None:
    lexicons, sdk = official
    before = (sdk / "errors.py").read_bytes()
    (sdk / "errors.py").write_text("# changed")
    assert build(lexicons, sdk).written == ("errors.py",)
    assert len(counts.parsed) == 1
    assert (sdk / "errors.py").read_bytes() == before


def test_a_build_without_a_change_does_not_even_load_the_parser(official: tuple[Path, Path]) -> None:
    lexicons, sdk = official
    program = f"""
import json, sys
from atlex_codegen import build
report = build({str(lexicons)!r}, {str(sdk)!r})
print(json.dumps({{"written": report.written, "loaded": "libcst" in sys.modules}}))
"""
    assert run_fresh(program) == {"written": [], "loaded": False}


def test_every_file_of_a_whole_package_is_handed_to_the_parser(
    tmp_path: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    report = build(LEXICONS, tmp_path / "sdk")
    assert len(counts.parsed) == counts.rendered == python_files(report) > 450


def test_helpers_make_the_same_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    popen = _parsers.subprocess.Popen

    def counted(*args: Any, **options: Any) -> Any:
        started.append(args)
        return popen(*args, **options)

    monkeypatch.setattr(_parsers.subprocess, "Popen", counted)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    out = tmp_path / "sdk"
    build(LEXICONS, out)
    assert len(started) == 1
    assert build(SDK.parents[1] / "lexicons", SDK, check=True).is_clean
    made = {path.relative_to(out): path.read_bytes() for path in out.rglob("*.py")}
    assert made == {path.relative_to(SDK): path.read_bytes() for path in SDK.rglob("*.py")}


def test_a_small_package_starts_no_helper(
    folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_parsers, "_PROGRAM", tmp_path / "never.py")
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(_parsers.Parsers, "start_helpers", lambda _: pytest.fail("helpers were started"))
    lexicons = folder(document("com.example.thing", obj(text=STRING)))
    assert build(lexicons, tmp_path / "sdk").written
    write_documents(lexicons, document("com.example.thing", obj(other=STRING)))
    assert build(lexicons, tmp_path / "sdk").written


def test_the_collector_is_on_again_after_a_build_and_stays_off_where_it_was(
    folder: Callable[..., Path], tmp_path: Path
) -> None:
    import gc

    lexicons = folder(document("com.example.thing", obj(text=STRING)))
    build(lexicons, tmp_path / "sdk")
    assert gc.isenabled()
    gc.disable()
    try:
        build(lexicons, tmp_path / "sdk")
        assert not gc.isenabled()
    finally:
        gc.enable()
