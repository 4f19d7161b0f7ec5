"""Completes all classes of some packages in many threads and in a random order, and prints what became of each.

It is a script: ``python _completion.py SEED PACKAGE…``. The functions that complete a class have a local variable for the
name of every class, and so has their module: nothing of it may get into a class.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier
from typing import Any

from pydantic import BaseModel

from atlex.errors import AtlexError

THREADS = 8

_USES = (
    "cls.from_wire({})",
    "cls.from_wire('{}', validation='strict')",
    "cls()",
    "cls.model_validate({})",
    "cls.model_rebuild()",
)
"""Ways of using a class for the first time; that an empty object doesn't match most of them makes no difference."""


def classes(package: str) -> Iterator[type[BaseModel]]:
    """The classes of a package."""
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        module = importlib.import_module(found.name)
        for value in list(vars(module).values()):
            if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == found.name:
                yield value


def _users(names: set[str]) -> list[Callable[[type[BaseModel]], None]]:
    """Functions that use a class, surrounded by nonsense under the names."""
    nonsense = "".join(f"    {name} = Nonsense\n" for name in sorted(names))
    space: dict[str, Any] = dict.fromkeys(names, int) | {
        "Nonsense": dict[str, float],
        "_errors": (ValueError, AtlexError),
    }
    for number, use in enumerate(_USES):
        lines = f"    try:\n        {use}\n    except _errors:\n        pass\n"
        exec(f"def use_{number}(cls):\n{nonsense}{lines}", space)
    return [space[f"use_{number}"] for number in range(len(_USES))]


def complete(found: list[type[BaseModel]], seed: int) -> None:
    """Uses every class for the first time, in all threads at once and each in an order of its own."""
    users = _users({cls.__name__ for cls in found})
    barrier = Barrier(THREADS)

    def work(thread: int) -> None:
        random = Random(seed * THREADS + thread)
        order = random.sample(found, len(found))
        barrier.wait()
        for cls in order:
            random.choice(users)(cls)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, thread) for thread in range(THREADS)]:
            done.result()


def _path(cls: type) -> str:
    """A class by its place; one that isn't the class at that place is another."""
    place = f"{cls.__module__}.{cls.__qualname__}"
    is_there = getattr(sys.modules[cls.__module__], cls.__qualname__, None) is cls
    return place if is_there or cls.__module__ == "builtins" else f"{place} at {id(cls)}"


class _Describer:
    """Says what a core schema is, without what differs between processes; other models in it go by their class."""

    def __init__(self, schema: Any) -> None:
        self._definitions: dict[str, Any] = {}
        self.inner: dict[str, set[str]] = {}
        self._gather(schema)

    def _gather(self, node: Any) -> None:
        if isinstance(node, dict):
            if "ref" in node and "type" in node:
                self._definitions[node["ref"]] = node
            for part in node.values():
                self._gather(part)
        elif isinstance(node, list | tuple):
            for part in node:
                self._gather(part)

    def describe(self, node: Any, *, is_own: bool = False) -> str:
        if isinstance(node, dict):
            if node.get("type") == "definitions":
                return self.describe(node["schema"], is_own=is_own)
            if node.get("type") == "definition-ref":
                return self.describe(self._definitions[node["schema_ref"]], is_own=is_own)
            if node.get("type") == "model" and not is_own:
                name = _path(node["cls"])
                if name not in self.inner:
                    # Noted first: a class may hold itself.
                    self.inner[name] = set()
                    self.inner[name].add(self.describe(node, is_own=True))
                return f"<{name}>"
            parts = (f"{key}: {self.describe(part)}" for key, part in node.items() if key != "ref")
            return f"{{{', '.join(sorted(parts))}}}"
        if isinstance(node, list | tuple):
            return f"[{', '.join(map(self.describe, node))}]"
        if isinstance(node, set | frozenset):
            return f"{{{', '.join(sorted(map(self.describe, node)))}}}"
        if isinstance(node, type):
            return _path(node)
        if isinstance(node, partial):
            return f"partial({self.describe(node.func)}, {self.describe(node.args)})"
        if callable(node):
            return getattr(node, "__qualname__", type(node).__qualname__)
        return re.sub(r" at 0x[0-9a-f]+", "", repr(node))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fingerprints(found: list[type[BaseModel]]) -> dict[str, list[str]]:
    """What became of each class: by itself, and wherever it stands in another."""
    forms: dict[str, set[str]] = {}
    for cls in found:
        schema = cls.__pydantic_core_schema__
        describer = _Describer(schema)
        forms.setdefault(_path(cls), set()).add(_digest(describer.describe(schema, is_own=True)))
        for name, inner in describer.inner.items():
            forms.setdefault(name, set()).update(map(_digest, inner))
    return {name: sorted(digests) for name, digests in sorted(forms.items())}


def main() -> None:
    seed, *packages = sys.argv[1:]
    # Every class is used, those that the documents call deprecated too.
    warnings.simplefilter("ignore", DeprecationWarning)
    found = [cls for package in packages for cls in classes(package)]
    complete(found, int(seed))
    incomplete = [_path(cls) for cls in found if not cls.__pydantic_complete__]
    sys.stdout.write(
        json.dumps({"classes": len(found), "incomplete": incomplete, "forms": fingerprints(found)}) + "\n"
    )


if __name__ == "__main__":
    main()
