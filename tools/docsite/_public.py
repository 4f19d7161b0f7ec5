"""The public names of the packages, each with the module that it belongs to."""

from __future__ import annotations

import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import GenericAlias, ModuleType, UnionType
from typing import Any, Final, NamedTuple, NewType

__all__ = ["PACKAGES", "Name", "public_modules", "public_names", "type_aliases"]

PACKAGES: Final = ("atlex", "atlex_bsky", "atlex_sdk", "atlex_codegen")


class Name(NamedTuple):
    """A public name.

    Attributes:
        name: The name itself.
        module: The public module that the reference has it under.
        value: What it stands for.
        modules: All public modules that hand it on.
    """

    name: str
    module: str
    value: Any
    modules: list[str]

    @property
    def path(self) -> str:
        """Its full name in the reference."""
        return f"{self.module}.{self.name}"

    @property
    def is_class(self) -> bool:
        """Whether it is a class, or an exception."""
        return inspect.isclass(self.value)


@cache
def public_modules() -> dict[str, ModuleType]:
    """The public modules that are written by hand, and the package of the generated client, by their names."""
    found = {name: import_module(name) for package in PACKAGES for name in _modules(package)}
    return {name: module for name, module in found.items() if hasattr(module, "__all__")}


def _modules(name: str) -> Iterator[str]:
    yield name
    if name == "atlex_sdk":
        # The rest of it is the lexicons', which have pages of their own.
        return
    for module in pkgutil.iter_modules(getattr(import_module(name), "__path__", ())):
        # A command line is no interface for programs.
        if not module.name.startswith("_") and module.name != "cli":
            yield from _modules(f"{name}.{module.name}")


@cache
def public_names() -> list[Name]:
    """Every public name of these modules that isn't a module, once."""
    found: dict[tuple[str, int], Name] = {}
    for module, contents in public_modules().items():
        for name in contents.__all__:
            value = getattr(contents, name)
            if not inspect.ismodule(value):
                found.setdefault((name, id(value)), Name(name, module, value, [])).modules.append(module)
    return [name._replace(module=_home(name)) for name in found.values()]


def _home(name: Name) -> str:
    """The module that a name is written in or below, if that is public and has it."""
    home = str(getattr(name.value, "__module__", ""))
    while home and home not in name.modules:
        home = home.rpartition(".")[0]
    # A constant doesn't say where it is from; the interface of generated code is made of what others have.
    return home or min(name.modules, key=lambda module: module == "atlex.interface")


@cache
def type_aliases() -> dict[str, Any]:
    """Types that annotations show by their name, and not by what they stand for."""
    names = public_names()
    taken = Counter(name.name for name in names)
    aliases = {
        name.name: name.module
        for name in names
        if taken[name.name] == 1 and isinstance(name.value, (UnionType, GenericAlias))
    }
    return {name: _named(name, module) for name, module in aliases.items()}


def _named(name: str, module: str) -> Any:
    made = NewType("made", object)
    made.__name__ = name
    made.__module__ = module
    return made
