"""The import statements of one generated module, in the order in which ruff sorts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlex_codegen._expressions import Import, Path
from atlex_codegen._text import LINE_LENGTH, call_text, literal

__all__ = ["ModuleImport", "ModuleImports", "relative"]


@dataclass(frozen=True, slots=True)
class ModuleImport:
    """One module of the package, as another imports it.

    Attributes:
        source: What follows ``from``.
        name: What follows ``import``.
        handle: What it is bound to.
        lazy_name: Its relative name, for `lazy_module`.
    """

    source: str
    name: str
    handle: str
    lazy_name: str

    def statement(self) -> str:
        """The import for type checkers, indented by four columns."""
        flat = f"    from {self.source} import {self.name} as {self.handle}"
        if len(flat) <= LINE_LENGTH:
            return flat
        return f"    from {self.source} import (\n        {self.name} as {self.handle},\n    )"

    def lazy_statement(self) -> str:
        """The binding at run time, indented by four columns."""
        before = f"    {self.handle} = "
        arguments = [literal(self.lazy_name), "__package__"]
        return before + call_text("_sdk.lazy_module(", arguments, 4, len(before))


@dataclass(frozen=True, slots=True)
class ModuleImports:
    """The imports of one module.

    Attributes:
        standard: Complete statements for the standard library.
        uses_sdk: Whether the interface is imported.
        modules: The package's own modules, which load when they are first used.
    """

    standard: tuple[str, ...]
    uses_sdk: bool
    modules: tuple[ModuleImport, ...]

    @classmethod
    def gather(cls, needed: Iterable[Import], package: Path) -> ModuleImports:
        """Sort out what a module needs.

        Args:
            needed: The imports; any may come more than once.
            package: The package that the module stands in, below the generated one.
        """
        wanted = sorted(set(needed))
        standard = ["import typing as _t"] if any(item.source == "typing" for item in wanted) else []
        standard += [
            f"from {item.source} import {item.name} as _{item.name}"
            for item in wanted
            if item.source in {"builtins", "collections.abc", "datetime", "functools"}
        ]
        modules = [_module_import(item, package) for item in wanted if not item.source]
        return cls(
            standard=tuple(standard),
            uses_sdk=any(item.source == "atlex.interface" for item in wanted),
            modules=tuple(sorted(modules, key=_order)),
        )


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


def _module_import(item: Import, package: Path) -> ModuleImport:
    source, lazy_name = relative(item.path, package)
    return ModuleImport(source, item.path[-1], item.name, lazy_name)


def _order(module: ModuleImport) -> tuple[int, str, str]:
    name = module.source.lstrip(".")
    return len(name) - len(module.source), name, module.name
