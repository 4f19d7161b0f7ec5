"""What the distribution promises about its packages: their names, their docstrings, their types, their weight."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import subprocess
import sys
import tomllib
import typing
from functools import cache
from importlib import import_module, metadata, resources
from pathlib import Path
from types import ModuleType

import pytest

from atlex.lexicon import _language

_ROOT = Path(__file__).parent.parent
_PACKAGES = [
    "atlex",
    "atlex.client",
    "atlex.cursors",
    "atlex.data",
    "atlex.errors",
    "atlex.fetch",
    "atlex.identity",
    "atlex.interface",
    "atlex.lexicon",
    "atlex.model",
    "atlex.session",
    "atlex.syntax",
    "atlex.testing",
    "atlex.xrpc",
    "atlex_bsky",
    "atlex_bsky.media",
    "atlex_bsky.richtext",
    "atlex_codegen",
    "atlex_sdk",
]
_HEAVY = [
    "anyio",
    "asyncio",
    "atlex.client",
    "atlex.lexicon",
    "atlex.model",
    "atlex.session",
    "atlex.testing",
    "httpx",
    "hypothesis",
    "importlib.metadata",
    "jinja2",
    "libcst",
    "pydantic",
    "pydantic_core",
    "regex",
    "rich",
    "typer",
]


def _public(module):
    return {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}


def _run(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, cwd=_ROOT
    )


@cache
def _documented_names():
    """The names that a module of the runtime assigns and puts a docstring below, or has as classes for checkers."""
    return {
        name
        for path in (_ROOT / "src").rglob("*.py")
        for name in _documented_in(ast.parse(path.read_bytes()))
    }


def _documented_in(block):
    for statement, following in itertools.pairwise([*block.body, ast.Pass()]):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str())),
            ):
                yield name
            case (ast.ClassDef(name=name), _) if ast.get_docstring(statement):
                yield name
            case (ast.If(), _):
                yield from _documented_in(statement)
            case _:
                pass


@pytest.mark.parametrize("name", _PACKAGES)
def test_all_is_what_can_be_imported(name):
    module = import_module(name)
    listed = module.__all__
    assert len(set(listed)) == len(listed)
    assert all(hasattr(module, entry) for entry in listed)

    found = {
        entry
        for entry, value in _public(module).items()
        if not isinstance(value, ModuleType)
        # What a package needs for its own imports isn't handed on.
        and value is not getattr(typing, entry, None)
        and entry != "annotations"
    }
    if hasattr(module, "__path__"):
        assert found <= set(listed)
    else:
        own = {entry for entry in found if getattr(_public(module)[entry], "__module__", "") == name}
        assert own <= set(listed)


@pytest.mark.parametrize("name", _PACKAGES)
def test_all_is_sorted(name):
    def kind(entry):
        return 0 if entry.isupper() and len(entry) > 1 else 1 if entry[0].isupper() else 2

    listed = list(import_module(name).__all__)
    if name == "atlex.lexicon":
        # The nodes of the language are listed where they are defined.
        assert listed[-len(_language.__all__) :] == _language.__all__ == sorted(_language.__all__)
        del listed[-len(_language.__all__) :]
    # Those that are written follow ruff, and those that are made the alphabet alone.
    assert listed in (sorted(listed, key=lambda entry: (kind(entry), entry)), sorted(listed))


@pytest.mark.parametrize("name", _PACKAGES)
def test_every_public_name_has_a_docstring(name):
    module = import_module(name)
    assert module.__doc__

    assigned = _documented_names()
    for entry in module.__all__:
        value = getattr(module, entry)
        if isinstance(value, ModuleType) or inspect.isclass(value) or inspect.isroutine(value):
            # Not an inherited one, nor the signature that a dataclass gets for want of one.
            own = value.__doc__ or ""
            assert own, entry
            assert not own.startswith(f"{entry}("), entry
        elif not isinstance(value, typing.TypeVar):
            assert entry in assigned, entry


@pytest.mark.parametrize("name", ["atlex", "atlex_bsky", "atlex_cli", "atlex_sdk", "atlex_codegen"])
def test_the_package_says_that_it_is_typed(name):
    assert (resources.files(name) / "py.typed").is_file()


def test_every_public_module_is_an_attribute_of_the_runtime():
    modules = [name.removeprefix("atlex.") for name in _PACKAGES if name.startswith("atlex.")]
    code = "import atlex, sys; print(*(getattr(atlex, name).__name__ for name in sys.argv[1:]))"
    assert _run(code, *modules).stdout.split() == [f"atlex.{name}" for name in modules]


def test_a_name_that_isnt_there_is_an_attribute_error():
    import atlex

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = atlex.nothing  # type: ignore[attr-defined]


def test_the_version_stands_once_in_pyproject():
    import atlex

    declared = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert metadata.version("atlex") == declared == atlex.__version__


def test_without_its_metadata_the_version_is_unknown():
    # As after bundling: nothing on the path but the sources.
    code = (
        "import sys; sys.path = [entry for entry in sys.path if 'site-packages' not in entry];"
        "sys.path.insert(0, sys.argv[1]); import atlex; print(atlex.__version__)"
    )
    done = _run(code, str(_ROOT / "src"))
    assert done.stdout.strip() == "0+unknown", done.stderr


def test_importing_the_runtime_loads_nothing_heavy():
    before = set(json.loads(_run("import json, sys; print(json.dumps(list(sys.modules)))").stdout))
    done = _run("import atlex, json, sys; print(json.dumps(list(sys.modules)))")
    loaded = set(json.loads(done.stdout)) - before
    assert "atlex" in loaded
    assert loaded.isdisjoint(_HEAVY)


def test_the_console_script_is_the_command_lines():
    (script,) = metadata.entry_points(group="console_scripts", name="atlex")
    assert script.value == "atlex_cli._entry:main"
    assert callable(script.load())


_MAIN = """
import sys
if sys.argv[1:]:
    sys.modules[sys.argv[1]] = None
sys.argv[1:] = ["--help"]
from atlex_cli._entry import main
main()
"""


def test_the_command_explains_itself():
    done = _run(_MAIN)
    assert done.returncode == 0
    assert {"build", "install"} <= set(done.stdout.split())


def test_the_commands_without_the_packages_of_an_extra_name_it_in_one_line():
    done = _run(_MAIN, "typer")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The atlex command needs an extra: pip install 'atlex[cli]'\n"
