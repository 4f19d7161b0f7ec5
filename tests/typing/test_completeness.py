"""The public interface has one type for every reader: no checker has to guess, and annotations resolve at run time."""

from __future__ import annotations

import inspect
import json
import os
import pkgutil
import subprocess
import sys
import typing
from importlib import import_module

import pytest
from pydantic import BaseModel, create_model
from tests.generated._documents import ROOT
from tests.generated._fresh import environment
from tests.typing._checkers import script

import atlex

_SOURCES = {
    "atlex": "src",
    "atlex_bsky": "src",
    "atlex_cli": "src",
    "atlex_codegen": "codegen",
    "atlex_sdk": "generated",
}
_ENTRANCES = {"__aenter__", "__call__", "__enter__", "__init__"}


@pytest.mark.slow
@pytest.mark.parametrize("package", _SOURCES)
def test_every_public_type_is_known_and_unambiguous(package, tmp_path):
    done = subprocess.run(
        [
            script("basedpyright"),
            *("--verifytypes", package, "--ignoreexternal", "--outputjson", "--pythonpath", sys.executable),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment(PYTHONPATH=os.pathsep.join(str(ROOT / folder) for folder in _SOURCES.values())),
    )
    found = json.loads(done.stdout)
    counts = found["typeCompleteness"]["exportedSymbolCounts"]
    faults = [entry["message"] for entry in found["generalDiagnostics"] if entry["severity"] == "error"]
    assert (counts["withAmbiguousType"], counts["withUnknownType"], faults) == (0, 0, [])
    # The command line has no names for other programs.
    assert (counts["withKnownType"] > 0) == (package != "atlex_cli")


def _own_functions(class_):
    """The functions that a caller of a class reaches and that the distribution defines."""
    for name in dir(class_):
        if name.startswith("_") and name not in _ENTRANCES:
            continue
        member = inspect.getattr_static(class_, name)
        member = getattr(member, "__func__", getattr(member, "fget", getattr(member, "func", member)))
        if inspect.isfunction(member) and member.__module__.partition(".")[0] in _SOURCES:
            yield member


def _callables(package):
    """Every public class and function of a package, and the public functions of its classes."""
    found = set()
    for name in {
        package,
        *(info.name for info in pkgutil.walk_packages(import_module(package).__path__, f"{package}.")),
    }:
        is_client = name.startswith("atlex_sdk._client")
        if not is_client and any(part.startswith("_") for part in name.split(".")):
            continue
        module = import_module(name)
        values = [getattr(module, entry) for entry in getattr(module, "__all__", ())]
        values += [value for value in vars(module).values() if is_client and inspect.isclass(value)]
        for value in values:
            if inspect.isclass(value):
                found.update([value, *_own_functions(value)])
            elif inspect.isfunction(value):
                found.add(value)
    return found


@pytest.mark.parametrize(
    ("package", "least"), [("atlex", 400), ("atlex_bsky", 200), ("atlex_sdk", 1900), ("atlex_codegen", 8)]
)
def test_the_hints_of_everything_public_resolve(package, least):
    broken = {}
    callables = _callables(package)
    for value in callables:
        try:
            typing.get_type_hints(value)
        except Exception as error:  # noqa: BLE001 - each is named in the end
            broken[f"{value.__module__}.{value.__qualname__}"] = repr(error)
    assert broken == {}
    assert len(callables) > least


@pytest.mark.parametrize("write", [atlex.Create, atlex.Update])
def test_a_write_is_a_field_of_a_model(write):
    model = create_model("Job", write=(write, ...))
    assert issubclass(model, BaseModel)
    assert model.model_fields["write"].annotation is write
