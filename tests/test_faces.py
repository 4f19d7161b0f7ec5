"""The modules that hand on names of others: each name is written once, and the rest is made by tools/faces.py."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
from tools import faces

_NAMES = [
    ".".join((faces.ROOT / name).relative_to(faces.ROOT).with_suffix("").parts[1:]).removesuffix(".__init__")
    for name in faces.FACES
]
_SOURCE = '''"""A face."""

import typing as _t

if _t.TYPE_CHECKING:
    from shop._b import Bread as Bread
    from shop._a import apple as apple
    from shop._a import Apple as Apple
'''


def _homes(made):
    (table,) = (node for node in ast.walk(ast.parse(made)) if isinstance(node, ast.Dict))
    return ast.literal_eval(table)


def test_the_table_is_made_from_the_imports():
    made = faces.face(_SOURCE, "shop", [])
    assert made.startswith(_SOURCE)
    assert _homes(made) == {"shop._a": "Apple apple", "shop._b": "Bread"}


def test_making_a_face_again_changes_nothing():
    made = faces.face(_SOURCE, "shop", ["tools"])
    assert faces.face(made, "shop", ["tools"]) == made


def test_a_long_list_of_names_is_spread_over_lines():
    names = [f"Name{number}" for number in range(100)]
    lines = "".join(f"    from shop._a import {name} as {name}\n" for name in names)
    made = faces.face(_SOURCE + lines, "shop", [])
    assert set(_homes(made)["shop._a"].split()) == {"Apple", "apple", *names}
    assert max(map(len, made.splitlines())) <= 110


def test_submodules_are_no_names_of_a_home():
    made = faces.face(f"{_SOURCE}    from shop import tools as tools\n", "shop", ["tools"])
    assert set(_homes(made)) == {"shop._a", "shop._b"}
    assert '"tools",' in made


@pytest.mark.parametrize("statement", ["import shop", "from . import shop", "pass"])
def test_anything_but_an_import_of_names_is_refused(statement):
    with pytest.raises(SystemExit, match="line 9"):
        faces.face(f"{_SOURCE}    {statement}\n", "shop", [])


def test_the_faces_are_what_their_imports_make(capsys):
    assert faces.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("argument", ["--check", "write"])
def test_only_a_face_that_differs_is_written_or_told_of(argument, tmp_path, monkeypatch, capsys):
    path = tmp_path / "src" / "shop.py"
    path.parent.mkdir()
    path.write_text(_SOURCE)
    monkeypatch.setattr(faces, "ROOT", tmp_path)
    monkeypatch.setattr(faces, "FACES", ("src/shop.py",))
    assert faces.main([argument]) == (argument == "--check")
    told = capsys.readouterr()
    assert (told.out or told.err).split()[0] == str(path)
    assert (path.read_text() == _SOURCE) == (argument == "--check")


@pytest.mark.parametrize("name", _NAMES)
def test_a_face_hands_on_public_names_of_their_homes_and_shows_nothing_else(name):
    module = import_module(name)
    text = Path(module.__file__).read_text("utf-8")
    homes = _homes(text)
    for home, names in homes.items():
        for entry in names.split():
            assert getattr(module, entry) is getattr(import_module(home), entry)
            assert entry in import_module(home).__all__
    assert sorted(" ".join(homes.values()).split()) == module.__all__
    shown = {entry for entry in dir(module) if not entry.startswith("_")}
    submodules = faces.public_modules(faces.ROOT / faces.FACES[_NAMES.index(name)])
    assert shown == {entry for entry in module.__all__ if not entry.startswith("_")} | set(submodules)
