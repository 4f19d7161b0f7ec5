from __future__ import annotations

import importlib
import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.generated._documents import PACKAGE, ROOT, documents, module_name, shapes
from tests.generated._fresh import environment, run_fresh

_FOLDER = ROOT / "generated" / PACKAGE

# What generated modules load that isn't generated: each child would load the same.
_LIBRARIES = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
generated = ("atlex_sdk", "__main__")
print(json.dumps([name for name in sys.modules if name.partition(".")[0] not in generated]))
"""

_BUILD = """
import importlib, json, sys
order, names = sys.argv[1], sys.argv[2:]
for name in names:
    importlib.import_module(name)
from atlex.model import Model
from atlex.model._levels import validator

classes = {}
pending = [Model]
while pending:
    for cls in pending.pop().__subclasses__():
        pending.append(cls)
        if cls.__module__.startswith("atlex_sdk."):
            classes[f"{cls.__module__}:{cls.__name__}"] = cls
for name in sorted(classes, reverse=order == "backward"):
    cls = classes[name]
    cls.model_rebuild()
    assert cls.__pydantic_complete__, name
    for level in ("lenient", "strict", "resend"):
        validator(cls, level)
print(json.dumps(sorted(classes)))
"""


def _modules():
    """Every module of the package, by its files."""
    files = (path.relative_to(_FOLDER.parent).with_suffix("") for path in _FOLDER.rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in files)


def _shuffled(record_property):
    seed = random.SystemRandom().randrange(2**32)
    record_property("seed", seed)
    print(f"The order's seed: {seed}")  # noqa: T201 - pytest shows it with a failure
    modules = _modules()
    random.Random(seed).shuffle(modules)
    return modules


def test_every_document_has_its_module():
    assert {module_name(nsid) for nsid in documents()} <= set(_modules())


def _serve_forks(modules, libraries):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(Path(__file__).with_name("_fork_server.py")), *libraries],
        input="\n".join(modules),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    *faults, end = map(json.loads, done.stdout.splitlines())
    assert end == {"done": True}
    return faults


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_dir_of_a_module_has_what_it_exports_and_nothing_that_it_imports():
    for name in _modules():
        module = importlib.import_module(name)
        shown = {entry for entry in dir(module) if not entry.startswith("_")}
        assert shown == {entry for entry in module.__all__ if not entry.startswith("_")}, name


def test_every_module_imports_alone_in_a_process_of_its_own(record_property):
    modules = _shuffled(record_property)
    libraries = run_fresh(
        _LIBRARIES, "atlex_sdk.app.bsky.actor.get_profile", "atlex_sdk._client.app.bsky.actor"
    )
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        parts = [modules[start::workers] for start in range(workers)]
        faults = [
            fault for part in pool.map(lambda part: _serve_forks(part, libraries), parts) for fault in part
        ]
    assert faults == []


def test_the_fork_server_tells_what_fails():
    (fault,) = _serve_forks(["json", "no_such_module_anywhere"], []) if hasattr(os, "fork") else [{}]
    assert not fault or (
        fault["module"] == "no_such_module_anywhere" and "ModuleNotFoundError" in fault["fault"]
    )


@pytest.mark.slow
@pytest.mark.parametrize("order", ["forward", "backward"])
def test_all_modules_import_together_in_any_order_and_every_model_builds(order, record_property):
    built = run_fresh(_BUILD, order, *_shuffled(record_property))
    expected = {f"{module_name(shape.nsid)}:{shape.name}" for shape in shapes()}
    assert len(expected) == len(shapes())
    assert set(built) == expected
