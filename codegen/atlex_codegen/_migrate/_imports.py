"""The imports that migrated code needs, under names that the module hasn't given to anything else."""

from __future__ import annotations

import re
from collections.abc import Collection

import libcst as cst

from atlex_codegen._migrate._inference import dotted

__all__ = ["Imports", "names_in"]


class Imports:
    """What migrated code of one module imports.

    Args:
        module: The module as it was.
        leaving: The names that go away with imports that are taken out.
    """

    def __init__(self, module: cst.Module, leaving: Collection[str]) -> None:
        there = _Present()
        module.visit(there)
        self._present = there.imported
        self._taken = there.bound - set(leaving)
        self._names: dict[tuple[str, str], str] = {}

    def is_taken(self, name: str) -> bool:
        """Whether the module uses a name for something."""
        return name in self._taken

    def name(self, module: str, name: str) -> cst.Name:
        """The name to use for one of a module, or with an empty name for the module itself."""
        wanted = module, name
        if wanted in self._present:
            return cst.Name(self._present[wanted])
        if wanted not in self._names:
            natural = name or module
            local, number = natural, 2
            while local in self._taken or local in self._names.values():
                local = f"atproto_{natural}" if local == natural else f"atproto_{natural}_{number}"
                number += local != f"atproto_{natural}"
            self._names[wanted] = local
        return cst.Name(self._names[wanted])

    def statements(self, used: Collection[str]) -> list[cst.SimpleStatementLine]:
        """The import statements for the names that are in use.

        Args:
            used: Every name that the migrated module mentions.
        """
        modules: dict[str, list[str]] = {}
        lines: list[str] = []
        for (module, name), local in sorted(self._names.items()):
            if local not in used:
                continue
            if name:
                modules.setdefault(module, []).append(name if name == local else f"{name} as {local}")
            else:
                lines.append(f"import {module}" if module == local else f"import {module} as {local}")
        lines += [f"from {module} import {', '.join(names)}" for module, names in sorted(modules.items())]
        return [cst.ensure_type(cst.parse_statement(line), cst.SimpleStatementLine) for line in lines]


class _Present(cst.CSTVisitor):
    """The names that a module binds, and which of them stand for what."""

    def __init__(self) -> None:
        super().__init__()
        self.imported: dict[tuple[str, str], str] = {}
        self.bound: set[str] = set()
        self._depth = 0

    def visit_Name(self, node: cst.Name) -> None:
        self.bound.add(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self._depth += 1

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock) -> None:
        self._depth -= 1

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        if not isinstance(node.names, cst.ImportStar):
            module = "." * len(node.relative) + dotted(node.module)
            for alias in node.names:
                self._bind(module, alias.evaluated_name, alias.evaluated_alias or alias.evaluated_name)
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        for alias in node.names:
            self._bind(alias.evaluated_name, "", alias.evaluated_alias or alias.evaluated_name)
        return False

    def _bind(self, module: str, name: str, local: str) -> None:
        self.bound.add(local.partition(".")[0])
        # Only what the whole module sees can be used anywhere in it.
        if not self._depth and "." not in local:
            self.imported.setdefault((module, name), local)


def names_in(module: cst.Module) -> set[str]:
    """Every name that a module's code mentions, outside its import statements."""
    found = _Mentioned()
    module.visit(found)
    return found.names


class _Mentioned(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        # Annotations may be quoted.
        if isinstance(node.evaluated_value, str):
            self.names.update(re.findall(r"\w+", node.evaluated_value))

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        return False
