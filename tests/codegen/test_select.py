"""Which documents a package is made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.codegen.conftest import STRING, document, obj, procedure, query, ref
from typer.testing import CliRunner

from atlex.errors import LexiconError
from atlex.lexicon import Lexicons
from atlex_cli._app import app
from atlex_codegen import build
from atlex_codegen._settings import Settings, read_settings
from atlex_codegen._write import DATA_FILE

Folder = Callable[..., Path]

SHELF = document("com.example.shelf.defs", None, book=obj(title=STRING))
GET = document("com.example.shelf.getBook", query(ref("com.example.shelf.defs#book"), id=STRING))
PUT = document("com.example.shelf.putBook", procedure(ref("com.example.shelf.defs#book")))
OTHER = document("org.example.thing", obj(text=STRING))
BROKEN = document("org.example.broken", obj(text={"type": "string", "maxLength": -1}))


def built(lexicons: Path, out: Path, **options) -> set[str]:
    build(lexicons, out, **options)
    return set(Lexicons.from_package_data((out / DATA_FILE).read_bytes()))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"include": ["com.example.shelf.getBook"]}, {"com.example.shelf.getBook", "com.example.shelf.defs"}),
        ({"include": ["*.get*"]}, {"com.example.shelf.getBook", "com.example.shelf.defs"}),
        ({"include": ["org"]}, {"org.example.thing"}),
        ({"include": ["org.example.thin?"]}, {"org.example.thing"}),
        ({"exclude": ["com"]}, {"org.example.thing"}),
        (
            {"include": ["com"], "exclude": ["*.put*", "com.example.shelf.defs"]},
            {"com.example.shelf.getBook", "com.example.shelf.defs"},
        ),
    ],
)
def test_documents_are_chosen_with_what_they_refer_to(
    folder: Folder, tmp_path: Path, options: dict[str, list[str]], expected: set[str]
) -> None:
    assert built(folder(SHELF, GET, PUT, OTHER), tmp_path / "sdk", **options) == expected


@pytest.mark.parametrize("pattern", ["com.exampl", "com.example.shelf.get", "COM.*", "", "*x*y*"])
def test_a_pattern_without_documents_is_an_error(folder: Folder, tmp_path: Path, pattern: str) -> None:
    for options in ({"include": ["com", pattern]}, {"exclude": [pattern]}):
        with pytest.raises(LexiconError, match="no document matches"):
            build(folder(SHELF, GET), tmp_path / "sdk", **options)


def test_a_broken_document_matters_only_where_it_is_wanted(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(SHELF, GET, OTHER, BROKEN)
    assert "org.example.broken" not in built(lexicons, tmp_path / "sdk", include=["com"])
    for include in (["org"], ["org.example.broken"], []):
        with pytest.raises(LexiconError, match="1 error"):
            build(lexicons, tmp_path / "sdk", include=include)


def test_broken_documents_are_left_out_and_references_to_them_are_unknown(
    folder: Folder, tmp_path: Path
) -> None:
    union = {"type": "union", "refs": ["org.example.broken", "com.example.shelf.defs#book"], "closed": True}
    user = document(
        "com.example.user",
        obj(
            one=ref("org.example.broken"),
            many={"type": "array", "items": ref("com.nowhere.defs#thing")},
            either=union,
            only={"type": "union", "refs": ["org.example.broken"]},
            fine=ref("com.example.shelf.defs#book"),
        ),
    )
    call = document("com.example.call", procedure(ref("org.example.broken"), union))
    lexicons = folder(SHELF, GET, BROKEN, user, call)
    (lexicons / "half.json").write_text("{")
    with pytest.raises(LexiconError):
        build(lexicons, tmp_path / "sdk")
    report = build(lexicons, tmp_path / "sdk", skip_invalid=True)
    said = [str(found) for found in report.diagnostics]
    assert sum("left out" in line for line in said) == 2
    assert sorted(line.split()[2].removesuffix(":") for line in said if "read as unknown" in line) == [
        "/defs/main/input/schema/ref",
        "/defs/main/output/schema/refs/0",
        "/defs/main/properties/either/refs/0",
        "/defs/main/properties/many/items/ref",
        "/defs/main/properties/one/ref",
        "/defs/main/properties/only/refs/0",
    ]
    text = (tmp_path / "sdk/com/example/user.py").read_text()
    assert "broken" not in text
    assert "nowhere" not in text
    assert "fine" in text
    assert not (tmp_path / "sdk/org").exists()


def test_what_python_cannot_follow_is_left_out_with_what_needs_it(folder: Folder, tmp_path: Path) -> None:
    circle = document("com.example.circle", None, a={"type": "array", "items": ref("#a")})
    user = document("com.example.user", obj(a=ref("com.example.circle#a")))
    deep = document(
        "com.example.deep", None, **{f"d{number}": obj(a=ref(f"#d{number + 1}")) for number in range(30)}
    )
    deep["defs"]["d30"] = obj()
    report = build(folder(SHELF, circle, user, deep), tmp_path / "sdk", skip_invalid=True)
    said = "\n".join(map(str, report.diagnostics))
    assert "com.example.circle /defs/a: warning: left out" in said
    assert "com.example.user /defs/main/properties/a/ref: warning: read as unknown" in said
    assert "com.example.deep" in said
    assert (tmp_path / "sdk/com/example/shelf/defs.py").exists()


def test_when_all_is_broken_nothing_is_built(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no Lexicon documents"):
        build(folder(BROKEN), tmp_path / "sdk", skip_invalid=True)


class TestSettings:
    def write(self, folder: Path, text: str) -> None:
        (folder / "pyproject.toml").write_text(text)

    def test_without_a_file_or_a_table_the_defaults_hold(self, tmp_path: Path) -> None:
        self.write(tmp_path, '[project]\nname = "x"\n')
        assert read_settings(tmp_path) == (Settings(),)

    def test_one_package_and_several(self, tmp_path: Path) -> None:
        self.write(
            tmp_path, '[tool.atlex]\nlexicons = "lex"\nout = "src/a_sdk"\nstrict = true\ninclude = ["com"]\n'
        )
        (one,) = read_settings(tmp_path)
        assert one == Settings(
            lexicons=tmp_path / "lex", out=tmp_path / "src/a_sdk", strict=True, include=("com",)
        )
        (tmp_path / "deep").mkdir()
        assert read_settings(tmp_path / "deep") == (one,)
        self.write(
            tmp_path,
            '[tool.atlex]\nskip-invalid = true\n[[tool.atlex.packages]]\nout = "a"\n[[tool.atlex.packages]]\nout = "b"\n'
            'skip-invalid = false\nexclude = ["com"]\n',
        )
        a, b = read_settings(tmp_path)
        assert (a.out, a.skip_invalid, b.out, b.skip_invalid) == (tmp_path / "a", True, tmp_path / "b", False)

    @pytest.mark.parametrize(
        "text",
        [
            "tool = 1",
            "[tool]\natlex = 1",
            "[tool.atlex]\nlexicon = 'a'",
            "[tool.atlex]\nlexicons = 1",
            "[tool.atlex]\nstrict = 'yes'",
            "[tool.atlex]\ninclude = 'com'",
            "[tool.atlex]\ninclude = [1]",
            "[tool.atlex]\npackages = [1]",
            "[tool.atlex]\npackages = 1",
            "[[tool.atlex.packages]]\nnope = 1",
            "[tool.atlex",
        ],
    )
    def test_what_is_not_known_is_named(self, tmp_path: Path, text: str) -> None:
        self.write(tmp_path, text)
        with pytest.raises(LexiconError, match=r"pyproject\.toml"):
            read_settings(tmp_path)

    def test_the_command_builds_all_packages_and_options_come_before_settings(
        self, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder(SHELF, GET, OTHER, BROKEN)
        self.write(
            tmp_path,
            "[[tool.atlex.packages]]\nout = 'one_sdk'\ninclude = ['com']\n"
            "[[tool.atlex.packages]]\nout = 'two_sdk'\nskip-invalid = true\n",
        )
        monkeypatch.chdir(tmp_path)
        done = CliRunner().invoke(app, ["build"])
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith("one_sdk: ")
        assert not (tmp_path / "one_sdk/org").exists()
        assert (tmp_path / "two_sdk/org/example/thing.py").exists()
        assert CliRunner().invoke(app, ["build", "--check"]).exit_code == 0
        done = CliRunner().invoke(app, ["build", "--include", "org.example.thing"])
        assert done.exit_code == 0
        assert not (tmp_path / "two_sdk/com").exists()
        assert CliRunner().invoke(app, ["build", "--check"]).exit_code == 1
        alone = CliRunner().invoke(app, ["build", "--out", "three_sdk", "--exclude", "org"])
        assert alone.stdout.startswith("three_sdk: ")


def test_the_version_is_shown() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.startswith("atlex ")


def test_check_and_watch_do_not_go_together() -> None:
    assert CliRunner().invoke(app, ["build", "--check", "--watch"]).exit_code == 2


def test_a_watched_folder_is_built_again_when_it_changes(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step stands for what happens between two looks at the folder."""
    lexicons, out = folder(OTHER), tmp_path / "sdk"

    def interrupt() -> None:
        raise KeyboardInterrupt

    steps = [
        lambda: None,
        lambda: (lexicons / "more.json").write_text(json.dumps(SHELF)),
        lambda: (lexicons / "more.json").write_text("{"),
        (lexicons / "more.json").unlink,
        interrupt,
    ]
    monkeypatch.setattr("atlex_codegen.cli._watch.time.sleep", lambda _: steps.pop(0)())
    done = CliRunner().invoke(app, ["build", str(lexicons), "--out", str(out), "--watch"])
    assert done.exit_code == 0
    assert [line.rpartition(": ")[2] for line in done.stdout.splitlines() if "written" in line] == [
        "9 written, 0 removed, 0 unchanged.",
        "7 written, 0 removed, 6 unchanged.",
        "3 written, 4 removed, 6 unchanged.",
    ]
    assert "a change that mends it" in done.stdout
    assert "not JSON" in done.stderr
