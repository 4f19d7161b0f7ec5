from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, obj, query, ref, write_documents

from atlex.errors import LexiconError
from atlex.lexicon import Lexicons
from atlex_codegen import BuildReport, build, plan, plan_json
from atlex_codegen._write import DATA_FILE, MANIFEST_FILE

THING = document("com.example.thing", obj(text=STRING))
GET = document("com.example.getThing", query(ref("com.example.thing"), ("NotFound",), id=STRING))

Folder = Callable[..., Path]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_without_the_extra_the_error_says_what_to_install(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING), tmp_path / "sdk"
    program = (
        "import sys; sys.modules['jinja2'] = None; from atlex_codegen import build; build(*sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, lexicons, out], capture_output=True, text=True, check=False
    )
    expected = "atlex.errors.InputError: Building needs an extra: pip install 'atlex[codegen]'"
    assert done.stderr.splitlines()[-1] == expected
    assert not out.exists()


def test_a_package_is_written_with_its_data_and_its_manifest(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING, GET), tmp_path / "sdk"
    report = build(lexicons, out)
    found = tree(out)
    assert set(report.written) == set(found)
    assert found["py.typed"] == b""
    assert Lexicons.from_package_data(found[DATA_FILE]).keys() == {
        "com.example.thing",
        "com.example.getThing",
    }
    manifest = json.loads(found[MANIFEST_FILE])
    assert manifest["files"].keys() == found.keys() - {MANIFEST_FILE}
    assert report.removed == report.unchanged == ()


def test_a_second_build_writes_nothing(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING, GET), tmp_path / "sdk"
    first = build(lexicons, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    report = build(lexicons, out)
    assert report.written == report.removed == ()
    assert report.unchanged == first.written
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_only_what_changed_is_written_and_what_nothing_accounts_for_goes(
    folder: Folder, tmp_path: Path
) -> None:
    lexicons, out = folder(THING, GET, document("org.example.old", obj(a=STRING))), tmp_path / "sdk"
    build(lexicons, out)
    cache = out / "org" / "example" / "__pycache__"
    cache.mkdir()
    (cache / "old.cpython-311.pyc").write_bytes(b"")
    (cache / "__init__.cpython-311.pyc").write_bytes(b"")
    (lexicons / "org" / "example" / "old.json").unlink()
    write_documents(lexicons, document("com.example.thing", obj(text=STRING, more=STRING)))
    report = build(lexicons, out)
    assert report.removed == ("org/__init__.py", "org/example/__init__.py", "org/example/old.py")
    assert report.written == ("MANIFEST.json", "__init__.py", "com/example/thing.py", "lexicons.bin")
    assert not (out / "org").exists()


def test_files_that_are_not_the_generators_stay(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING, document("org.example.old", obj(a=STRING))), tmp_path / "sdk"
    build(lexicons, out)
    mine = out / "org" / "mine.py"
    mine.write_text("x = 1")
    (lexicons / "org" / "example" / "old.json").unlink()
    build(lexicons, out)
    assert mine.read_text() == "x = 1"
    assert build(lexicons, out, check=True).extra == ("org/mine.py",)


@pytest.mark.parametrize(
    "manifest",
    [None, "", "[]", "[" * 100_000, '{"generator": "other", "files": {}}', '{"generator": "atlex"}'],
)
def test_a_folder_that_holds_something_else_is_refused(
    folder: Folder, tmp_path: Path, manifest: str | None
) -> None:
    lexicons, out = folder(THING), tmp_path / "sdk"
    out.mkdir()
    (out / "precious.txt").write_text("x")
    if manifest is not None:
        (out / MANIFEST_FILE).write_text(manifest)
    before = tree(out)
    with pytest.raises(LexiconError, match="give --out a new or an empty folder"):
        build(lexicons, out)
    assert tree(out) == before


def test_a_file_in_the_place_of_the_package_is_refused(folder: Folder, tmp_path: Path) -> None:
    out = tmp_path / "sdk"
    out.write_text("x")
    with pytest.raises(LexiconError, match="no folder"):
        build(folder(THING), out)


def test_an_empty_folder_is_taken(folder: Folder, tmp_path: Path) -> None:
    out = tmp_path / "sdk"
    out.mkdir()
    assert build(folder(THING), out).written


def test_a_manifest_cannot_make_the_generator_remove_other_files(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING), tmp_path / "sdk"
    build(lexicons, out)
    precious = tmp_path / "precious.py"
    precious.write_text("x")
    manifest = json.loads((out / MANIFEST_FILE).read_bytes())
    manifest["files"] |= {"../precious.py": "", str(precious): "", "a/../../precious.py": ""}
    (out / MANIFEST_FILE).write_text(json.dumps(manifest))
    build(lexicons, out)
    assert precious.exists()


def test_links_do_not_lead_out_of_the_package(folder: Folder, tmp_path: Path) -> None:
    lexicons, out, elsewhere = folder(THING), tmp_path / "sdk", tmp_path / "elsewhere"
    build(lexicons, out)
    (out / "com" / "example").rename(elsewhere)
    (out / "com" / "example").symlink_to(elsewhere)
    write_documents(lexicons, document("com.example.thing", obj(other=STRING)))
    before = tree(elsewhere)
    with pytest.raises(LexiconError, match="leads out of"):
        build(lexicons, out)
    assert tree(elsewhere) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(folder: Folder, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(LexiconError, match="can't be written"):
        build(folder(THING), closed / "sdk")


def test_a_file_in_the_way_is_named(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "way").write_text("x")
    with pytest.raises(LexiconError, match="can't be written"):
        build(folder(THING), tmp_path / "way" / "sdk")


@pytest.mark.parametrize("name", ["my-sdk", "class", "4you", "sdk é"])
def test_a_package_that_cannot_be_imported_is_refused(folder: Folder, tmp_path: Path, name: str) -> None:
    with pytest.raises(LexiconError, match="a folder that Python can import"):
        build(folder(THING), tmp_path / name)


def test_check_names_what_is_missing_extra_and_different(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING, GET), tmp_path / "sdk"
    report = build(lexicons, out, check=True)
    assert not out.exists()
    assert not report.is_clean
    assert "com/example/thing.py" in report.missing
    build(lexicons, out)
    assert build(lexicons, out, check=True).is_clean
    (out / "com" / "example" / "thing.py").unlink()
    (out / "com" / "example" / "stray.py").write_text("")
    (out / "errors.py").write_text("# changed")
    (out / DATA_FILE).write_bytes(b"damaged")
    (out / "__pycache__").mkdir()
    (out / "__pycache__" / "x.pyc").write_bytes(b"")
    before = tree(out)
    report = build(lexicons, out, check=True)
    assert report.missing == ("com/example/thing.py",)
    assert report.extra == ("com/example/stray.py",)
    assert report.different == ("errors.py", DATA_FILE)
    assert tree(out) == before


def test_line_ends_make_no_difference(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(document("com.example.thing", obj(text=STRING)))
    out = tmp_path / "sdk"
    build(lexicons, out)
    for path in [*out.rglob("*"), *lexicons.rglob("*")]:
        if path.suffix in {".py", ".json", ".typed"}:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert build(lexicons, out, check=True).is_clean
    assert build(lexicons, out).written == ()
    (out / "errors.py").write_bytes((out / "errors.py").read_bytes().replace(b"\r\n", b"\r"))
    assert build(lexicons, out, check=True).different == ("errors.py",)


def test_hidden_files_are_nobodys_concern(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(document("com.example.thing", obj(text=STRING)))
    out = tmp_path / "sdk"
    for name in (".DS_Store", "._errors.py", ".idea/workspace.xml"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("x")
        (lexicons / name).parent.mkdir(parents=True, exist_ok=True)
        (lexicons / name).write_text("x")
    build(lexicons, out)
    assert build(lexicons, out, check=True).is_clean
    assert (out / "._errors.py").read_text() == "x"


def test_the_data_file_is_compared_by_what_it_holds(folder: Folder, tmp_path: Path) -> None:
    lexicons, out = folder(THING), tmp_path / "sdk"
    build(lexicons, out)
    import bz2

    data = out / DATA_FILE
    data.write_bytes(bz2.compress(bz2.decompress(data.read_bytes()), 1))
    assert build(lexicons, out, check=True).is_clean
    assert build(lexicons, out).written == ()


def test_broken_documents_are_all_named_and_nothing_is_written(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(THING, document("com.example.bad", obj(a={"type": "string", "maxLength": -1})))
    (lexicons / "worse.json").write_text("{")
    with pytest.raises(LexiconError, match="2 errors; nothing was written") as caught:
        build(lexicons, tmp_path / "sdk")
    places = sorted((each.nsid, each.pointer) for each in cast("tuple[Any, ...]", caught.value.diagnostics))
    assert places == [("", ""), ("com.example.bad", "/defs/main/properties/a/maxLength")]
    assert not (tmp_path / "sdk").exists()


def test_a_broken_reference_stops_the_build(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="1 error;") as caught:
        build(folder(GET), tmp_path / "sdk")
    (found,) = cast("tuple[Any, ...]", caught.value.diagnostics)
    assert (found.nsid, found.pointer) == ("com.example.getThing", "/defs/main/output/schema/ref")


def test_a_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "lexicons.json").write_text("{}")
    with pytest.raises(LexiconError) as caught:
        build(tmp_path, tmp_path / "sdk")
    assert "there are no Lexicon documents" in str(caught.value.diagnostics[0])
    with pytest.raises(LexiconError):
        build(tmp_path / "gone", tmp_path / "sdk")


def test_anything_is_valid_for_an_unknown_kind_with_a_warning(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(
        THING,
        document("com.example.odd", {"type": "newfangled"}),
        document("com.example.uses", obj(a=ref("com.example.odd"))),
    )
    report = build(lexicons, tmp_path / "sdk")
    assert {each.severity for each in report.diagnostics} == {"warning"}
    assert {each.nsid for each in report.diagnostics} == {"com.example.odd", "com.example.uses"}
    assert "a: lex.Anything | None" in (tmp_path / "sdk/com/example/uses.py").read_text()
    with pytest.raises(LexiconError, match="2 errors"):
        build(lexicons, tmp_path / "sdk", strict=True)


def test_the_overlay_comes_before_the_documents_own_prose(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(
        document(
            "com.example.thing",
            obj(text=STRING | {"description": "Own text."}, other=STRING | {"description": "Own other."})
            | {"description": "Own thing."},
        )
    )
    overlay = '"com.example.thing" = "New thing."\n"com.example.thing#main.text" = "New text."\n'
    (lexicons / "descriptions.toml").write_text(overlay)
    build(lexicons, tmp_path / "sdk")
    made = (tmp_path / "sdk/com/example/thing.py").read_text()
    assert ("New thing." in made, "New text." in made, "Own other." in made) == (True, True, True)
    assert ("Own thing." in made, "Own text." in made) == (False, False)
    other = tmp_path / "other.toml"
    # Editors put a byte order mark before it.
    other.write_text('"com.example.thing" = "Third."\n', encoding="utf-8-sig")
    build(lexicons, tmp_path / "sdk", descriptions=other)
    assert "Third." in (tmp_path / "sdk/com/example/thing.py").read_text()


def test_an_overlay_that_describes_nothing_is_a_warning(folder: Folder, tmp_path: Path) -> None:
    lexicons = folder(THING)
    (lexicons / "descriptions.toml").write_text('"com.example.thing#gone" = "x"\n')
    (found,) = build(lexicons, tmp_path / "sdk").diagnostics
    assert '"com.example.thing#gone" describes nothing' in str(found)


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        (b"= x", "isn't TOML"),
        (b"\xff", "isn't TOML"),
        (b"x = " + b"1" * 5000, "isn't TOML"),
        (b'"a" = 1', '"a" has no text'),
        (None, "can't be read"),
    ],
)
def test_a_broken_overlay_stops_the_build(
    folder: Folder, tmp_path: Path, overlay: bytes | None, expected: str
) -> None:
    file = tmp_path / "overlay.toml"
    if overlay is not None:
        file.write_bytes(overlay)
    with pytest.raises(LexiconError) as caught:
        build(folder(THING), tmp_path / "sdk", descriptions=file)
    assert expected in str(caught.value.diagnostics[0])


def test_a_plan_can_be_had_without_writing(folder: Folder) -> None:
    found = plan_json(plan(folder(THING, GET)))
    assert json.loads(found)["modules"][-1]["nsid"] == "com.example.thing"


PROGRAM = """
import os, random, sys
walk = os.walk
def shuffled(*args, **more):
    for folder, folders, files in walk(*args, **more):
        random.Random(int(sys.argv[3])).shuffle(folders)
        random.Random(int(sys.argv[3])).shuffle(files)
        yield folder, folders, files
os.walk = shuffled
from atlex_codegen import build
build(sys.argv[1], sys.argv[2])
"""


@pytest.mark.slow
def test_two_builds_differ_in_no_byte_whatever_the_hash_seed_the_directory_order_and_the_locale(
    tmp_path: Path,
) -> None:
    lexicons = Path(__file__).parents[2] / "lexicons"
    made = []
    for seed, language in (("1", "C"), ("2", "C.UTF-8")):
        out = tmp_path / f"sdk{seed}"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": language}
        command = [sys.executable, "-c", PROGRAM, str(lexicons), str(out), seed]
        subprocess.run(command, check=True, env=environment)
        made.append(tree(out))
    assert made[0] == made[1]
    assert len(made[0]) > 450


class TestPages:
    """``pages.toml`` beside the documents."""

    FIND: Final = query(
        obj(
            cursor=STRING,
            books={"type": "array", "items": STRING},
            shelves={"type": "array", "items": INTEGER},
        ),
        cursor=STRING,
    )

    def made(self, folder: Folder, tmp_path: Path, text: str) -> tuple[str, BuildReport]:
        lexicons = folder(THING, document("com.example.find", self.FIND))
        (lexicons / "pages.toml").write_text(text)
        report = build(lexicons, tmp_path / "sdk")
        return (tmp_path / "sdk" / "com" / "example" / "find.py").read_text(), report

    @pytest.mark.parametrize(("name", "item"), [("books", "str"), ("shelves", "int")])
    def test_it_says_which_array_is_the_page(
        self, folder: Folder, tmp_path: Path, name: str, item: str
    ) -> None:
        text, report = self.made(folder, tmp_path, f'"com.example.find" = "{name}"\n')
        assert f"def lex_items(self) -> list[{item}]:" in text
        assert f"return self.{name} or []" in text
        assert report.diagnostics == ()

    def test_without_it_two_arrays_are_no_page(self, folder: Folder, tmp_path: Path) -> None:
        assert "lex_items" not in self.made(folder, tmp_path, "")[0]

    @pytest.mark.parametrize("nsid", ["com.example.gone", "com.example.thing"])
    def test_what_is_no_method_is_a_warning(self, folder: Folder, tmp_path: Path, nsid: str) -> None:
        (found,) = self.made(folder, tmp_path, f'"{nsid}" = "books"\n')[1].diagnostics
        assert f'"{nsid}" is no query and no procedure' in str(found)


class TestProxies:
    """``proxies.toml`` beside the documents."""

    @staticmethod
    def made(folder: Folder, tmp_path: Path, text: str | bytes) -> tuple[str, BuildReport]:
        lexicons = folder(THING, GET)
        (lexicons / "proxies.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        report = build(lexicons, tmp_path / "sdk")
        return (tmp_path / "sdk" / "_client" / "__init__.py").read_text(), report

    def test_it_is_on_both_clients(self, folder: Folder, tmp_path: Path) -> None:
        text, report = self.made(
            folder,
            tmp_path,
            '"com.example" = "did:web:b.example.com#view"\ncom = "did:web:a.example.com#view"\n',
        )
        table = '{"com": "did:web:a.example.com#view", "com.example": "did:web:b.example.com#view"}'
        line = f"lex_proxies: ClassVar[lex.Proxies] = {table}"
        assert " ".join(text.replace(",\n    }", "}").split()).replace("{ ", "{").count(line) == 2
        assert report.diagnostics == ()

    def test_a_package_without_methods_can_have_it(self, folder: Folder, tmp_path: Path) -> None:
        lexicons = folder(document("com.example.thing", obj(text=STRING)))
        (lexicons / "proxies.toml").write_text('"com.example" = "did:web:a.example.com#view"\n')
        build(lexicons, tmp_path / "sdk")
        assert (
            'lex_proxies: ClassVar[lex.Proxies] = {"com.example": '
            in (tmp_path / "sdk" / "_client" / "__init__.py").read_text()
        )

    def test_without_it_there_is_no_table(self, folder: Folder, tmp_path: Path) -> None:
        build(folder(THING, GET), tmp_path / "sdk")
        assert "lex_proxies" not in (tmp_path / "sdk" / "_client" / "__init__.py").read_text()

    def test_a_namespace_without_documents_is_a_warning(self, folder: Folder, tmp_path: Path) -> None:
        _, report = self.made(folder, tmp_path, '"com.exam" = "did:web:a.example.com#view"\n')
        (found,) = report.diagnostics
        assert '"com.exam" is the namespace of no document' in str(found)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("= x", "isn't TOML"),
            (b"\xff", "isn't TOML"),
            ("x = " + "1" * 5000, "isn't TOML"),
            ('"com.example" = 1', "has no text"),
            ('com.example = "did:web:a.example.com#view"', "has no text"),
            ('"com.example" = ""', "isn't a DID and a service's ID"),
            ('"com.example" = "did:web:a.example.com"', "isn't a DID and a service's ID"),
            ('"com.example" = "a.example.com#view"', "isn't a DID and a service's ID"),
            ('"com.example" = "did:web:a.example.com#view\\u0000"', "isn't a DID and a service's ID"),
            ('"com.example" = "did:web:a.example.com#view#view"', "isn't a DID and a service's ID"),
        ],
    )
    def test_a_broken_one_stops_the_build(
        self, folder: Folder, tmp_path: Path, text: str | bytes, expected: str
    ) -> None:
        with pytest.raises(LexiconError) as caught:
            self.made(folder, tmp_path, text)
        assert expected in str(caught.value.diagnostics[0])
        assert not (tmp_path / "sdk").exists()
