from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from zipfile import ZipFile

import pytest

from atlex.errors import LexiconError
from atlex.lexicon import Lexicons
from atlex.testing import FakePds, _documents

ONE = {"lexicon": 1, "id": "com.example.one", "defs": {"main": {"type": "query"}}}
DESCRIBE = "com.atproto.server.describeServer"


@pytest.fixture
def official(tmp_path, monkeypatch, lexicons):
    """A package in the place of the official one, with one document; it breaks when it is imported."""
    folder = tmp_path / "standin"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('nobody imports me')")
    (folder / _documents.DATA_FILE).write_bytes(Lexicons([lexicons[DESCRIBE]]).to_package_data())
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(_documents, "_OFFICIAL", "standin")
    _documents._official_lexicons.cache_clear()
    yield folder
    _documents._official_lexicons.cache_clear()


@pytest.fixture
def no_official(monkeypatch):
    monkeypatch.setattr(_documents, "_OFFICIAL", "no_such_package")
    _documents._official_lexicons.cache_clear()
    yield
    _documents._official_lexicons.cache_clear()


def package(folder):
    spec = spec_from_file_location("mine", folder / "__init__.py", submodule_search_locations=[str(folder)])
    return module_from_spec(spec)


@pytest.mark.usefixtures("official")
def test_the_official_package_is_read_without_being_imported():
    assert list(FakePds().lexicons) == [DESCRIBE]


@pytest.mark.usefixtures("official")
def test_other_documents_come_before_the_official_ones():
    assert list(FakePds([ONE]).lexicons) == [DESCRIBE, "com.example.one"]
    assert list(FakePds([{**ONE, "id": DESCRIBE}]).lexicons) == [DESCRIBE]
    assert FakePds([{**ONE, "id": DESCRIBE}]).lexicons[DESCRIBE].raw["defs"] == ONE["defs"]


@pytest.mark.usefixtures("no_official")
def test_a_generated_package_is_read_from_its_data(tmp_path):
    document = FakePds([ONE]).lexicons["com.example.one"]
    (tmp_path / _documents.DATA_FILE).write_bytes(Lexicons([document]).to_package_data())
    assert list(FakePds(package(tmp_path)).lexicons) == ["com.example.one"]


@pytest.mark.usefixtures("official")
def test_a_generated_package_goes_by_its_name_too(tmp_path, monkeypatch):
    assert list(FakePds("standin").lexicons) == [DESCRIBE]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "standin" / "one.json").write_text(
        '{"lexicon": 1, "id": "com.example.one", "defs": {"main": {"type": "query"}}}'
    )
    assert list(FakePds("standin").lexicons) == [DESCRIBE, "com.example.one"], (
        "a folder comes before a package"
    )
    for name in ("no_such_package", "no_such.package", "json", "a/b"):
        with pytest.raises(LexiconError):
            FakePds(name)


_ZIPPED = """
import sys
sys.path.insert(0, sys.argv[1])
from atlex.testing import FakePds
assert list(FakePds().lexicons) == list(FakePds("atlex_sdk").lexicons) == ["com.example.zipped"]
assert "atlex_sdk" not in sys.modules
import atlex_sdk
assert sys.argv[1] in atlex_sdk.__file__
assert list(FakePds(atlex_sdk).lexicons) == ["com.example.zipped"]
"""


def test_a_package_in_a_zip_file_is_read_where_it_is(tmp_path):
    archive = tmp_path / "packages.zip"
    document = Lexicons.load(_written(tmp_path / "one.json", {**ONE, "id": "com.example.zipped"}))
    with ZipFile(archive, "w") as zipped:
        zipped.writestr("atlex_sdk/__init__.py", "")
        zipped.writestr(f"atlex_sdk/{_documents.DATA_FILE}", document.to_package_data())
    done = subprocess.run(
        [sys.executable, "-c", _ZIPPED, str(archive)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def _written(path, document):
    path.write_text(json.dumps(document))
    return path


@pytest.mark.usefixtures("no_official")
def test_documents_may_come_in_any_form(tmp_path):
    text = '{"lexicon": 1, "id": "com.example.one", "defs": {"main": {"type": "query"}}}'
    (tmp_path / "one.json").write_text(text)
    (tmp_path / "lexicons.json").write_text("{}")
    parsed = FakePds([ONE]).lexicons
    for source in (parsed, list(parsed.values()), [text], [text.encode()], tmp_path, str(tmp_path)):
        assert list(FakePds(source).lexicons) == ["com.example.one"]


@pytest.mark.usefixtures("no_official")
def test_without_documents_there_is_no_server(tmp_path):
    with pytest.raises(LexiconError, match="lexicons=…"):
        FakePds()
    with pytest.raises(LexiconError, match="isn't a generated package"):
        FakePds(package(tmp_path))
    with pytest.raises(LexiconError, match="isn't a generated package"):
        FakePds(ModuleType("plain"))


@pytest.mark.usefixtures("no_official")
def test_broken_documents_are_refused(tmp_path):
    (tmp_path / "one.json").write_text('{"lexicon": 1, "id": "com.example.one"}')
    for source in ([{**ONE, "id": "x"}], ["{"], tmp_path, str(tmp_path / "gone")):
        with pytest.raises(LexiconError):
            FakePds(source)
