"""The imports of a package that a program is moved away from, and every place that uses what they bind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import libcst as cst
from libcst.metadata import ImportAssignment

from atlex_codegen._migrate._inference import Inference, dotted
from atlex_codegen._migrate._types import ClassOf, Client, External

__all__ = ["References"]

NodeT = TypeVar("NodeT", cst.Import, cst.ImportFrom)


class References:
    """The uses of a package in one module.

    Args:
        inference: The types of the module.
        belongs: Whether a module, by its dotted name, belongs to the package.
    """

    def __init__(self, inference: Inference, belongs: Callable[[str], bool]) -> None:
        self._inference = inference
        finder = _Imports(belongs)
        inference.module.visit(finder)
        self.imports = finder.found
        self.stars = finder.stars
        self._aliases: dict[int, tuple[int, str]] = {}
        self._used: dict[tuple[int, str], set[int]] = {
            (id(node), name): set() for node in finder.found for name, _ in _bound(node)
        }
        self._nodes: dict[int, cst.CSTNode] = {}
        for node in finder.found:
            self._collect(node)

    def _collect(self, node: cst.Import | cst.ImportFrom) -> None:
        scope = self._inference.scope(node)
        for assignment in scope.assignments if scope is not None else ():
            if isinstance(assignment, ImportAssignment) and assignment.node is node:
                local = assignment.name.partition(".")[0]
                for access in assignment.references:
                    root = _root(access.node)
                    self._aliases[id(root)] = id(node), local
                    self._nodes[id(root)] = root
                    self._used.setdefault((id(node), local), set()).add(id(root))

    @property
    def names(self) -> frozenset[str]:
        """The names that the imports bind."""
        return frozenset(name for _, name in self._used)

    def is_reference(self, node: cst.BaseExpression) -> bool:
        """Whether an expression begins with a name of the package that hasn't been replaced."""
        return id(_root(node)) in self._aliases

    def alias(self, node: cst.BaseExpression) -> tuple[int, str] | None:
        """The import, by its identity, and the name that it binds, which an expression begins with."""
        return self._aliases.get(id(_root(node)))

    def consume(self, node: cst.BaseExpression) -> None:
        """Note that an expression's first name has been replaced."""
        alias = self._aliases.pop(id(_root(node)), None)
        if alias is not None:
            self._used[alias].discard(id(_root(node)))

    def leftovers(self) -> Iterator[tuple[cst.CSTNode, str]]:
        """Every place that hasn't been replaced, with what is used there."""
        for key in self._aliases:
            node = self._nodes[key]
            if not isinstance(node, cst.Name):
                yield node, "this annotation"
                continue
            found: cst.BaseExpression = node
            parent = self._inference.parents[node]
            while isinstance(parent, cst.Attribute) and parent.value is found:
                found = parent
                parent = self._inference.parents[parent]
            of = self._inference.type_of(found)
            if isinstance(of, ClassOf) and isinstance(of.of, External):
                of = of.of
            yield node, of.name if isinstance(of, External) else dotted(found)

    def first_use(self, name: str) -> cst.CSTNode | None:
        """Where the program first uses something of the package whose name begins like this."""
        for node in self._nodes.values():
            of = self._inference.type_of(node) if isinstance(node, cst.Name) else None
            of = of.of if isinstance(of, ClassOf) else of
            if isinstance(of, External) and of.name.startswith(name):
                return node
        return None

    def receivers(self, name: str) -> frozenset[str]:
        """What the program has before an attribute of the package, such as ``client`` of ``client.login``."""
        finder = _Receivers(self._inference, name)
        self._inference.module.visit(finder)
        return frozenset(finder.found)

    def subclass(self) -> cst.ClassDef | None:
        """A class of the program whose base is a client."""
        finder = _Subclass(self._inference)
        self._inference.module.visit(finder)
        return finder.found

    def with_imports(self, module: cst.Module, added: Sequence[cst.SimpleStatementLine]) -> cst.Module:
        """Put imports behind those that a module begins with."""
        body = list(module.body)
        start = _first_place(body)
        return module.with_changes(body=[*body[:start], *added, *body[start:]])

    def without_replaced(self, module: cst.Module, added: Sequence[cst.SimpleStatementLine]) -> cst.Module:
        """Take out the imports whose names aren't used any more, and put others in their place."""
        remover = _Remover(self._used, added)
        module = cst.ensure_type(module.visit(remover), cst.Module)
        if remover.is_placed or not added:
            return module
        return self.with_imports(module, added)


def _root(node: cst.CSTNode) -> cst.CSTNode:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node


def _bound(node: cst.Import | cst.ImportFrom) -> list[tuple[str, cst.ImportAlias]]:
    """The names that an import binds."""
    if isinstance(node.names, cst.ImportStar):
        return []
    if isinstance(node, cst.ImportFrom):
        return [(alias.evaluated_alias or alias.evaluated_name, alias) for alias in node.names]
    return [(alias.evaluated_alias or alias.evaluated_name.partition(".")[0], alias) for alias in node.names]


class _Imports(cst.CSTVisitor):
    def __init__(self, belongs: Callable[[str], bool]) -> None:
        super().__init__()
        self._belongs = belongs
        self.found: list[cst.Import | cst.ImportFrom] = []
        self.stars: list[cst.ImportFrom] = []

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        if node.relative or not self._belongs(dotted(node.module)):
            return
        self.found.append(node)
        if isinstance(node.names, cst.ImportStar):
            self.stars.append(node)

    def visit_Import(self, node: cst.Import) -> None:
        if any(self._belongs(alias.evaluated_name) for alias in node.names):
            self.found.append(node)


class _Receivers(cst.CSTVisitor):
    def __init__(self, inference: Inference, name: str) -> None:
        super().__init__()
        self._inference = inference
        self._name = name
        self.found: set[str] = set()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        of = self._inference.type_of(node)
        if isinstance(of, External) and of.name == self._name:
            self.found.add(dotted(node.value))


class _Subclass(cst.CSTVisitor):
    def __init__(self, inference: Inference) -> None:
        super().__init__()
        self._inference = inference
        self.found: cst.ClassDef | None = None

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> bool:
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        for base in node.bases:
            of = self._inference.type_of(base.value)
            if isinstance(of, ClassOf) and isinstance(of.of, Client):
                self.found = node


class _Remover(cst.CSTTransformer):
    """Takes the names out that aren't used, and puts the new imports where the first of these stood in the module."""

    def __init__(
        self, used: dict[tuple[int, str], set[int]], added: Sequence[cst.SimpleStatementLine]
    ) -> None:
        super().__init__()
        self._used = used
        self._added = added
        self._depth = 0
        self._meets = False
        self.is_placed = False

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self._depth += 1

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        self._depth -= 1
        return updated_node

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        return self._reduced(original_node, updated_node)

    def leave_Import(
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.Import | cst.RemovalSentinel:
        return self._reduced(original_node, updated_node)

    def _reduced(self, original: NodeT, updated: NodeT) -> NodeT | cst.RemovalSentinel:
        names = _bound(original)
        ours = [(name, alias) for name, alias in names if (id(original), name) in self._used]
        if not ours:
            return updated
        self._meets = True
        kept = [alias for name, alias in names if self._used.get((id(original), name), True)]
        if not kept:
            return cst.RemoveFromParent()
        if len(kept) == len(names):
            return updated
        if kept[-1] is not names[-1][1]:
            kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated.with_changes(names=kept)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        meets, self._meets = self._meets, False
        if not meets:
            return updated_node
        lines: list[cst.BaseStatement] = []
        if not self._depth and not self.is_placed:
            self.is_placed = True
            lines += self._added
        if updated_node.body:
            lines.append(updated_node)
        if not lines:
            return cst.RemoveFromParent()
        lines[0] = lines[0].with_changes(leading_lines=original_node.leading_lines)
        if updated_node.body and len(lines) > 1:
            lines[-1] = updated_node.with_changes(leading_lines=[])
        return cst.FlattenSentinel(lines)


def _first_place(body: Sequence[cst.CSTNode]) -> int:
    """Behind a docstring and the imports that a module begins with."""
    place = 0
    for number, statement in enumerate(body):
        small = (
            statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and statement.body else None
        )
        is_docstring = (
            number == 0 and isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
        )
        if not is_docstring and not isinstance(small, cst.Import | cst.ImportFrom):
            break
        place = number + 1
    return place
