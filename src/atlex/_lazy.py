"""Modules, packages and types that load on first touch.

Nothing here takes a lock: Python's own import locks make the first touch safe from many threads, and a lock around an
import can deadlock with them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, ForwardRef

__all__ = ["Resolving", "hide_imports", "lazy_face", "lazy_module", "lazy_names", "lazy_package", "resolved"]


class _LazyModule:
    """Stands for a module until an attribute of it is asked for, and keeps those that were."""

    def __init__(self, name: str, package: str | None) -> None:
        self._name = name
        self._package = package

    def __getattr__(self, attribute: str) -> Any:
        value = resolved(getattr(import_module(self._name, self._package), attribute))
        # The next look-up finds it without coming here.
        setattr(self, attribute, value)
        return value

    def __repr__(self) -> str:
        return f"lazy_module({self._name!r}, {self._package!r})"


def lazy_module(name: str, package: str | None) -> Any:
    """Give a stand-in for a module, which imports it when an attribute is asked for.

    Args:
        name: The module's name; with leading dots it is relative to ``package``.
        package: The importing module's ``__package__``.
    """
    return _LazyModule(name, package)


def lazy_names(module: str, modules: Mapping[str, str], types: Mapping[str, str] | None = None) -> None:
    """Bind names in a module that load what they stand for when they are first used, and leave them out of its ``dir()``.

    Args:
        module: The module's ``__name__``.
        modules: Modules by the names to bind them to, as for `lazy_module`.
        types: Type expressions by the names to bind them to, in the words of the module. Each is a `ForwardRef`,
            which everything that reads annotations knows to look up in the module that it names.
    """
    names = vars(sys.modules[module])
    for name, home in modules.items():
        names[name] = _LazyModule(home, names["__package__"])
    for name, text in (types or {}).items():
        names[name] = ForwardRef(text, module=module)
    hide_imports(module)


def hide_imports(module: str) -> None:
    """Leave what a module imports for itself out of its ``dir()``, which completion in notebooks goes by.

    Args:
        module: The module's ``__name__``.
    """
    vars(sys.modules[module]).setdefault("__dir__", partial(_listed, module, ()))


def resolved(value: Any) -> Any:
    """The type that a `ForwardRef` of `lazy_names` stands for; any other value as it is."""
    if not isinstance(value, ForwardRef) or value.__forward_module__ is None:
        return value
    names = vars(import_module(value.__forward_module__))
    return eval(value.__forward_arg__, names, Resolving(names))  # noqa: S307 - the module's own source


class Resolving(dict[str, Any]):
    """The names of a module as an expression sees them, with types in place of the references to them.

    Args:
        names: The module's names.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, name: str) -> Any:
        return resolved(self.names[name])


def lazy_package(
    package: str, modules: Iterable[str], names: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Give the ``__getattr__`` and ``__dir__`` (PEP 562) of a package whose parts load on first touch.

    Args:
        package: The package's ``__name__``.
        modules: The names of its submodules; those in ``names`` may be among them.
        names: Attributes that live in a submodule, mapped to that module's relative name.
    """
    submodules = frozenset(modules)
    elsewhere = {} if names is None else dict(names)

    def get_attribute(attribute: str) -> Any:
        home = elsewhere.get(attribute)
        if home is None:
            if attribute in submodules:
                return import_module(f".{attribute}", package)
            raise AttributeError(f"module {package!r} has no attribute {attribute!r}")
        value = getattr(import_module(home, package), attribute)
        # The next look-up finds it without coming here, as it does for a submodule.
        setattr(import_module(package), attribute, value)
        return value

    return get_attribute, partial(_listed, package, {*submodules, *elsewhere})


def lazy_face(
    module: str, homes: Mapping[str, str], modules: str = ""
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Give the ``__all__``, ``__getattr__`` and ``__dir__`` of a module that hands on names of others.

    Args:
        module: The module's ``__name__``.
        homes: The names, separated by spaces, by the module that each lives in.
        modules: The names of the module's public submodules, separated by spaces.
    """
    submodules = modules.split()
    elsewhere = {name: home for home, names in homes.items() for name in names.split()}
    return sorted(elsewhere), *lazy_package(module, submodules, elsewhere)


def _listed(module: str, lazy: Iterable[str]) -> list[str]:
    """What a module has for its users, without what it imports for itself."""
    names = vars(import_module(module))
    return sorted({*lazy, *names.get("__all__", ()), *filter(_is_special, names)})


def _is_special(name: str) -> bool:
    return name.startswith("__")
