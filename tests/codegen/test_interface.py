from __future__ import annotations

import subprocess
import sys
import threading
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atlex import interface
from atlex._lazy import lazy_module, lazy_names, lazy_package, resolved
from atlex.errors import AtlexError, InterfaceVersionError


def test_every_name_of_the_interface_is_there() -> None:
    listed = vars(interface)["__all__"]
    for name in listed:
        assert hasattr(interface, name)
    assert set(listed) <= set(dir(interface))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = interface.nothing  # type: ignore[attr-defined]


def test_the_interface_loads_nothing_before_it_is_used() -> None:
    program = (
        "import sys, atlex.interface; "
        "print(*sorted(name for name in sys.modules if name in {'pydantic', 'httpx', 'atlex.model', 'atlex.client'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_same_version_passes() -> None:
    interface.require_interface(interface.INTERFACE_VERSION, "sdk")


@pytest.mark.parametrize(
    ("version", "remedy"),
    [
        (interface.INTERFACE_VERSION - 1, "run `atlex build` again"),
        (interface.INTERFACE_VERSION + 1, "upgrade atlex"),
    ],
)
def test_another_version_is_refused_with_what_to_do(version: int, remedy: str) -> None:
    with pytest.raises(InterfaceVersionError, match=remedy) as caught:
        interface.require_interface(version, "sdk")
    assert isinstance(caught.value, (AtlexError, ImportError))
    assert "'sdk'" in str(caught.value)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package whose submodules count how often they are run."""
    root = tmp_path / "lazy_things"
    root.mkdir()
    (root / "__init__.py").write_text(
        "from atlex._lazy import lazy_package\n"
        "runs = []\n"
        "__getattr__, __dir__ = lazy_package(__name__, ('a', 'b'), {'Name': '.b'})\n"
    )
    (root / "a.py").write_text("from . import runs\nruns.append('a')\nvalue = 1\n")
    (root / "b.py").write_text("from . import runs\nruns.append('b')\nclass Name: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "lazy_things"
    for name in [name for name in sys.modules if name.split(".")[0] == "lazy_things"]:
        del sys.modules[name]


def test_a_module_loads_when_an_attribute_is_asked_for(package: str) -> None:
    handle = lazy_module(".a", package)
    assert repr(handle) == "lazy_module('.a', 'lazy_things')"
    assert package not in sys.modules
    assert handle.value == handle.value == 1
    assert sys.modules[package].runs == ["a"]
    with pytest.raises(AttributeError):
        _ = handle.nothing


@pytest.mark.usefixtures("package")
def test_a_package_loads_its_parts_when_they_are_asked_for() -> None:
    import lazy_things  # type: ignore[import-not-found]

    assert lazy_things.runs == []
    assert {"a", "b", "Name"} <= set(dir(lazy_things))
    assert lazy_things.Name is lazy_things.b.Name
    assert "Name" in vars(lazy_things)
    assert lazy_things.runs == ["b"]
    with pytest.raises(AttributeError, match="module 'lazy_things' has no attribute 'c'"):
        _ = lazy_things.c


@pytest.mark.usefixtures("package")
def test_a_part_that_fails_to_load_says_why(tmp_path: Path) -> None:
    (tmp_path / "lazy_things" / "a.py").write_text("import no_such_module_anywhere\n")
    import lazy_things  # type: ignore[import-not-found]

    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        _ = lazy_things.a


def test_many_threads_may_touch_the_same_part_first(package: str) -> None:
    import lazy_things  # type: ignore[import-not-found]

    handle = lazy_module(".a", package)
    start = threading.Barrier(16)
    found: list[object] = []

    def touch() -> None:
        start.wait()
        found.extend((handle.value, lazy_things.Name))

    threads = [threading.Thread(target=touch) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 32
    assert sorted(lazy_things.runs) == ["a", "b"]


def test_names_load_what_they_stand_for_when_they_are_used(package: str) -> None:
    module = types.ModuleType(f"{package}.c")
    module.__package__ = package
    sys.modules[module.__name__] = module
    lazy_names(
        module.__name__,
        {"_b": ".b"},
        {"Name": "_b.Name | None", "Names": "list[Name]", "Broken": "_b.Nothing"},
    )
    assert package not in sys.modules
    name: Any = resolved(module.Name)
    assert name == sys.modules[f"{package}.b"].Name | None
    assert typing.get_args(resolved(module.Names)) == (name,)
    assert resolved(name) is name
    assert lazy_module(".c", package).Names == resolved(module.Names)
    assert typing.get_type_hints(types.SimpleNamespace(__annotations__={"x": module.Name})) == {"x": name}
    with pytest.raises(AttributeError, match="Nothing"):
        resolved(module.Broken)


def test_the_helpers_need_no_names() -> None:
    get_attribute, list_attributes = lazy_package("atlex", ("interface",))
    assert get_attribute("interface") is interface
    assert "interface" in list_attributes()
