"""What one generated module imports, and what it binds that to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from atlex_codegen._expressions import CHECKING, Import, Path, natural
from atlex_codegen._names import Scope

__all__ = ["ModuleImport", "ModuleImports", "relative"]

_SDK: Final = Import("atlex.interface")

_OWN_NAMES: Final = ("_AsyncBase", "_Base", "_errors")
"""What the templates bind by themselves."""

_TYPING_NAMES: Final = frozenset({"TYPE_CHECKING"})
"""What type checkers know by its name alone; no document can take it."""


class ModuleImport(NamedTuple):
    """One module of the package or of one that it is built on, as another imports it.

    Attributes:
        source: What follows ``from``; empty for a package on top.
        name: What follows ``import``.
        handle: What it is bound to.
        lazy_name: Its name, relative within the package, for `lazy_names`.
    """

    source: str
    name: str
    handle: str
    lazy_name: str

    def statement(self) -> str:
        """The import for type checkers."""
        start = f"from {self.source} import" if self.source else "import"
        return f"{start} {self.name} as {self.handle}"


@dataclass(frozen=True, slots=True)
class ModuleImports:
    """The imports of one module.

    Attributes:
        standard: The statements for the standard library.
        interface: The statements for names of the interface that are bound by themselves.
        sdk: What the interface is bound to; empty where the module doesn't need it.
        modules: The package's own modules, which load when they are first used.
        names: What each import is bound to.
    """

    standard: tuple[str, ...]
    interface: tuple[str, ...]
    sdk: str
    modules: tuple[ModuleImport, ...]
    names: Mapping[Import, str]

    @classmethod
    def gather(cls, needed: Iterable[Import], package: Path, taken: Collection[str]) -> ModuleImports:
        """Sort out what a module needs.

        Args:
            needed: The imports; any may come more than once.
            package: The package that the module stands in, below the generated one.
            taken: The names that the module or a class in it has for something else.
        """
        found = {*needed}
        if not all(item.source for item in found):
            found |= {_SDK, *CHECKING.imports()}
        wanted = sorted(found)
        scope = Scope((*taken, *_OWN_NAMES))
        names = {item: scope.take(_free(natural(item), taken)) for item in wanted if item.source}
        own = [item for item in wanted if not item.source]
        names |= {item: scope.take(handle) for item, handle in _handles(own).items()}
        modules = [_module_import(item, names[item], package) for item in own]
        return cls(
            standard=tuple(_statements(names, of_interface=False)),
            interface=tuple(_statements(names, of_interface=True)),
            sdk=names.get(_SDK, ""),
            modules=tuple(sorted(modules, key=_order)),
            names=names,
        )


def _free(name: str, taken: Collection[str]) -> str:
    return f"_{name}" if name in taken and name not in _TYPING_NAMES else name


def _statements(names: Mapping[Import, str], *, of_interface: bool) -> Iterable[str]:
    items = [
        item
        for item, bound in names.items()
        if item.name
        and item.source
        and (item.source == _SDK.source) == of_interface
        and (item.source != "builtins" or bound != item.name)
    ]
    for source, group in groupby(items, key=attrgetter("source")):
        parts = [item.name if names[item] == item.name else f"{item.name} as {names[item]}" for item in group]
        yield f"from {source} import {', '.join(sorted(parts, key=lambda part: (not part.isupper(), part)))}"


def _handles(modules: Iterable[Import]) -> dict[Import, str]:
    """What modules are bound to: their own names, with as many of the namespaces before them as tell them apart."""
    paths = {item: _full_path(item) for item in modules}
    lengths = {item: 2 if path[-1] == "defs" else 1 for item, path in paths.items()}
    while True:
        handles = {item: _handle(paths[item], length) for item, length in lengths.items()}
        bound = list(handles.values())
        met = [
            item for item in handles if bound.count(handles[item]) > 1 and lengths[item] < len(paths[item])
        ]
        if not met:
            return handles
        lengths |= {item: lengths[item] + 1 for item in met}


def _handle(path: Path, length: int) -> str:
    # Two underscores in front would be mangled in a class.
    return "_" + "_".join(path[-length:]).strip("_")


def _full_path(item: Import) -> Path:
    return (*item.package.split("."), *item.path) if item.package else item.path


def relative(path: Path, package: Path) -> tuple[str, str]:
    """Where a module is imported from: what follows ``from``, and the whole relative name.

    Args:
        path: The module's place below the generated package.
        package: The importing package's.
    """
    common = 0
    while common < len(package) and common < len(path) - 1 and package[common] == path[common]:
        common += 1
    dots = "." * (len(package) - common + 1)
    return dots + ".".join(path[common:-1]), dots + ".".join(path[common:])


def _module_import(item: Import, handle: str, package: Path) -> ModuleImport:
    if item.package:
        full = _full_path(item)
        return ModuleImport(".".join(full[:-1]), full[-1], handle, ".".join(full))
    source, lazy_name = relative(item.path, package)
    return ModuleImport(source, item.path[-1], handle, lazy_name)


def _order(module: ModuleImport) -> tuple[bool, int, str, str]:
    name = module.source.lstrip(".")
    return module.source.startswith("."), len(name) - len(module.source), name, module.name
