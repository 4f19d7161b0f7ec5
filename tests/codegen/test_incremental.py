"""What a build does when little or nothing has changed, counted and not timed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Template
from tests.codegen.conftest import STRING, document, obj, write_documents

from atlex._files import MAX_FILE_SIZE
from atlex.errors import LexiconError
from atlex_codegen import BuildReport, _build, _gate, _state, build

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
    render, prove = Template.render, _gate.prove

    def counted_render(template: Template, *values: Any, **names: Any) -> str:
        found.rendered += 1
        return render(template, *values, **names)

    def counted_prove(path: str, data: bytes, *packages: Any) -> None:
        found.proved.append(path)
        prove(path, data, *packages)

    monkeypatch.setattr(Template, "render", counted_render)
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


def test_one_document_that_changes_after_a_build_costs_what_refers_to_it(
    official: tuple[Path, Path], counts: Counts
) -> None:
    lexicons, sdk = official
    before = python_files(build(lexicons, sdk))
    counts.rendered = 0
    changed = lexicons / "app/bsky/actor/getProfile.json"
    changed.write_text(changed.read_text().replace('"actor"', '"who"'))
    report = build(lexicons, sdk)
    assert report.written == (
        "MANIFEST.json",
        "_client/app/bsky/actor.py",
        "app/bsky/actor/get_profile.py",
        "lexicons.bin",
    )
    assert python_files(report) == before
    assert counts.rendered < 10
    assert [found.message for found in report.diagnostics] == [
        '"app.bsky.actor.getProfile#main.actor" describes nothing in the documents'
    ]
    assert build(lexicons, sdk, check=True).is_clean


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


def write(path: Path, text: str) -> None:
    path.write_text(text)


def reread(lexicons: Path, sdk: Path, counts: Counts, **options: Any) -> int:
    """How many texts another build renders."""
    before = counts.rendered
    build(lexicons, sdk, **options)
    return counts.rendered - before


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A few documents and what they make."""
    write_documents(
        tmp_path / "lexicons", document("com.example.thing", obj(text=STRING), description="A thing.")
    )
    build(tmp_path / "lexicons", tmp_path / "sdk")
    return tmp_path / "lexicons", tmp_path / "sdk"


def test_a_second_build_renders_nothing(small: tuple[Path, Path], counts: Counts) -> None:
    lexicons, sdk = small
    before = counts.rendered
    report = build(lexicons, sdk)
    assert (report.written, report.removed, counts.rendered) == ((), (), before)
    assert "com/example/thing.py" in report.unchanged
    assert build(lexicons, sdk, check=True).is_clean
    assert counts.rendered > before


def test_warnings_are_told_again(small: tuple[Path, Path], counts: Counts) -> None:
    lexicons, sdk = small
    write_documents(lexicons, document("com.example.odd", {"type": "newfangled"}))
    first = build(lexicons, sdk)
    before = counts.rendered
    assert build(lexicons, sdk).diagnostics == first.diagnostics != ()
    assert counts.rendered == before


@pytest.mark.parametrize(
    "change",
    [
        lambda lexicons, _: write(lexicons / "descriptions.toml", '"com.example.thing" = "Another."'),
        lambda lexicons, _: write(lexicons / "proxies.toml", '"com.example" = "did:web:a.example.com#view"'),
        lambda lexicons, _: write_documents(lexicons, document("com.example.other", obj())),
        lambda lexicons, _: write(lexicons / "other.json", "{}"),
        lambda _, sdk: write(sdk / "errors.py", "# Generated by atlex"),
        lambda _, sdk: write(sdk / "mine.py", ""),
        lambda _, sdk: (sdk / "py.typed").unlink(),
        lambda _, sdk: shutil.rmtree(sdk),
    ],
    ids=range(8),
)
def test_every_change_is_noticed(small: tuple[Path, Path], counts: Counts, change: Any) -> None:
    change(*small)
    assert reread(*small, counts) > 0
    assert reread(*small, counts) == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "[]",
        '{"made_from": "", "tree": "", "files": [], "found": []}',
        '{"found": [{"file": 1}]}',
    ],
    ids=range(5),
)
def test_what_is_remembered_may_be_damaged_or_lost(
    small: tuple[Path, Path], counts: Counts, caches: Path, text: str
) -> None:
    for file in (caches / "atlex").iterdir():
        file.write_text(text)
    assert reread(*small, counts) > 0
    shutil.rmtree(caches / "atlex")
    assert reread(*small, counts) > 0
    assert reread(*small, counts) == 0


def test_a_limited_number_of_packages_is_remembered(
    small: tuple[Path, Path], caches: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_state, "_KEPT", 3)
    for number in range(5):
        build(small[0], tmp_path / f"sdk{number}")
    assert len(list((caches / "atlex").iterdir())) == 3


def test_without_a_place_for_it_nothing_is_remembered(
    small: tuple[Path, Path], counts: Counts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", "not/absolute"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(place))
        assert reread(*small, counts) > 0
        assert reread(*small, counts) > 0


def test_other_options_make_another_package(small: tuple[Path, Path], counts: Counts, tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text("")
    for options in ({"strict": True}, {"include": ["com"]}, {"skip_invalid": True}, {"descriptions": words}):
        assert reread(*small, counts, **options) > 0
        assert reread(*small, counts, **options) == 0
    words.write_text('"com.example.thing" = "In other words."')
    assert reread(*small, counts, descriptions=words) > 0


def test_a_broken_document_is_told_each_time(small: tuple[Path, Path]) -> None:
    lexicons, sdk = small
    (lexicons / "half.json").write_text("{")
    for _ in range(2):
        with pytest.raises(LexiconError):
            build(lexicons, sdk)


def test_a_document_that_has_become_too_large_is_told_each_time(small: tuple[Path, Path]) -> None:
    lexicons, sdk = small
    (file,) = lexicons.rglob("*thing.json")
    file.write_bytes(file.read_bytes() + b" " * MAX_FILE_SIZE)
    for _ in range(2):
        with pytest.raises(LexiconError, match="can't be read: larger than 512 KiB") as raised:
            build(lexicons, sdk)
        assert len(raised.value.diagnostics) == 1


def test_the_command_says_the_same_without_loading_what_makes_packages(small: tuple[Path, Path]) -> None:
    lexicons, sdk = small
    program = (
        "import sys\nfrom atlex_cli._entry import main\nmain()\n"
        "print(sorted({'atlex.lexicon', 'atlex_codegen._build', 'pydantic', 'typer'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", program, "build", str(lexicons), "--out", str(sdk)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{sdk}: 0 written, 0 removed, 9 unchanged.\n[]\n"
    (lexicons.parent / "pyproject.toml").write_text("[tool.atlex]\nout = 'sdk'\n")
    done = subprocess.run(command[:4], capture_output=True, text=True, check=True, cwd=lexicons.parent)
    assert done.stdout.startswith("sdk: 0 written, 0 removed, 9 unchanged.\n")
    done = subprocess.run(command[:4], capture_output=True, text=True, check=True, cwd=lexicons.parent)
    assert done.stdout == "sdk: 0 written, 0 removed, 9 unchanged.\n[]\n"
