"""The types of a program's expressions, from where its names are bound.

A name has a type when everything that is bound to it in its scope has that same type: an assignment, an annotation, an
import, ``with … as``, a loop. Nothing is taken from the order in which statements run, so a type that is found holds
everywhere in the scope; where the bindings differ, or one of them isn't understood, there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

import libcst as cst
from libcst.metadata import (
    Assignment,
    BaseAssignment,
    ImportAssignment,
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    Scope,
    ScopeProvider,
)

from atlex_codegen._migrate._types import (
    AnyOf,
    Awaitable,
    ClassOf,
    Instance,
    ListOf,
    Type,
    UserClass,
    UserFunction,
    UserInstance,
    any_of,
)

__all__ = ["Inference", "World", "dotted", "quoted_expression"]

_LISTS: Final = frozenset(
    {"list", "List", "Sequence", "Iterable", "Iterator", "tuple", "Tuple", "set", "Set"}
)
_MAYBE: Final = frozenset({"Optional", "Final", "ClassVar", "Annotated"})
_ITEMWISE: Final = frozenset({"list", "sorted", "reversed", "tuple", "set", "iter"})


class World(Protocol):
    """What is known of the packages that a program uses."""

    def imported(self, module: str, name: str) -> Type | None:
        """The type of a name of a module; with the name empty, of the module itself."""
        ...

    def attribute(self, of: Type, name: str) -> Type | None:
        """The type of an attribute."""
        ...

    def called(self, function: Type, call: cst.Call, argument: Type | None = None) -> Type | None:
        """The type of what a call gives; ``argument`` is that of the argument which stands for a class or method."""
        ...

    def iterated(self, of: Type) -> Type | None:
        """The type of what a loop over something that is no list gives."""
        ...

    def entered(self, of: Type) -> Type | None:
        """The type of what ``with`` binds."""
        ...


def dotted(node: cst.BaseExpression | None) -> str:
    """The text of a dotted name; empty for anything else."""
    match node:
        case cst.Name():
            return node.value
        case cst.Attribute():
            start = dotted(node.value)
            return f"{start}.{node.attr.value}" if start else ""
        case _:
            return ""


class Inference:
    """The types in one module.

    Args:
        module: The module.
        world: What is known of the packages that it uses.
    """

    def __init__(self, module: cst.Module, world: World) -> None:
        wrapper = MetadataWrapper(module)
        self.module = wrapper.module
        self.world = world
        self.scopes = wrapper.resolve(ScopeProvider)
        self.parents = wrapper.resolve(ParentNodeProvider)
        self._positions = wrapper.resolve(PositionProvider)
        self._known: dict[int, Type | None] = {}
        self._own: dict[tuple[int, str], Type | None] = {}
        self._results: dict[int, Type | None] = {}
        self._targets: dict[int, dict[str, list[cst.BaseExpression]]] = {}

    def line(self, node: cst.CSTNode) -> int:
        """The line on which a node begins."""
        return self._positions[node].start.line

    def column(self, node: cst.CSTNode) -> int:
        """The column at which a node begins, from 0."""
        return self._positions[node].start.column

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The scope that a node stands in."""
        found: cst.CSTNode | None = node
        while found is not None:
            if (scope := self.scopes.get(found)) is not None:
                return scope
            found = self.parents.get(found)
        return None

    def enclosing(self, node: cst.CSTNode, *kinds: type[cst.CSTNode]) -> cst.CSTNode | None:
        """The nearest node of one of some kinds that a node stands in."""
        found = self.parents.get(node)
        while found is not None and not isinstance(found, kinds):
            found = self.parents.get(found)
        return found

    def type_of(self, node: cst.BaseExpression) -> Type | None:
        """The type of an expression of the module, or None where it can't be proved."""
        key = id(node)
        if key not in self._known:
            # What leads back here has no type by itself, and stands in the way of none that the rest has.
            self._known[key] = None
            of = self._type_of(node)
            if isinstance(of, AnyOf) and isinstance(node, cst.Name | cst.Attribute):
                of = self._narrowed(node) or of
            self._known[key] = of
        return self._known[key]

    def _narrowed(self, node: cst.Name | cst.Attribute) -> Type | None:
        """The type that an expression has where ``isinstance`` has said so."""
        inner: cst.CSTNode = node
        outer = self.parents.get(node)
        while outer is not None and not isinstance(outer, cst.FunctionDef | cst.ClassDef):
            if isinstance(outer, cst.If | cst.IfExp) and outer.body is inner:
                tests = [outer.test]
            elif (
                isinstance(outer, cst.BooleanOperation)
                and isinstance(outer.operator, cst.And)
                and outer.right is inner
            ):
                tests = [outer.left]
            else:
                tests = []
            while tests:
                test = tests.pop()
                if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
                    tests += [test.left, test.right]
                elif _is_instance_of(test, node):
                    return self.annotated(cst.ensure_type(test, cst.Call).args[1].value)
            inner, outer = outer, self.parents.get(outer)
        return None

    def _type_of(self, node: cst.BaseExpression) -> Type | None:
        match node:
            case cst.Name():
                return self._name(node)
            case cst.Attribute():
                of = self.type_of(node.value)
                if isinstance(of, UserInstance):
                    return self._own_attribute(of.of, node.attr.value)
                return None if of is None else self.world.attribute(of, node.attr.value)
            case cst.Call():
                return self._call(node)
            case cst.Await():
                of = self.type_of(node.expression)
                return of.of if isinstance(of, Awaitable) else None
            case cst.Subscript():
                return self._subscript(node)
            case cst.NamedExpr():
                return self.type_of(node.value)
            case cst.IfExp():
                return self._same([node.body, node.orelse])
            case cst.BooleanOperation():
                return self._same([node.left, node.right])
            case cst.List() | cst.Tuple():
                return ListOf(self._same([element.value for element in node.elements]))
            case cst.ListComp() | cst.GeneratorExp() | cst.SetComp():
                return ListOf(self.type_of(node.elt))
            case _:
                return None

    def _name(self, node: cst.Name) -> Type | None:
        scope = self.scope(node)
        if scope is None or node.value not in scope:
            return None
        return self._agreed(self._binding(assignment) for assignment in scope[node.value])

    def type_of_name(self, text: str, node: cst.CSTNode) -> Type | None:
        """The type of a dotted name that stands in a text, such as a quoted annotation."""
        first, *rest = text.split(".")
        scope = self.scope(node)
        if scope is None or first not in scope:
            return None
        of = self._agreed(self._binding(assignment) for assignment in scope[first])
        for name in rest:
            of = None if of is None else self.world.attribute(of, name)
        return of

    def assignments(self, node: cst.Name) -> list[BaseAssignment]:
        """Everything that is bound to a name."""
        scope = self.scope(node)
        return [] if scope is None else list(scope[node.value])

    def _agreed(self, types: Iterable[Type | None]) -> Type | None:
        found: Type | None = None
        for type_ in types:
            if type_ is None or (found is not None and found != type_):
                return None
            found = type_
        return found

    def _same(self, nodes: Sequence[cst.BaseExpression]) -> Type | None:
        return self._agreed(self.type_of(node) for node in nodes if not _is_none(node))

    def _binding(self, assignment: BaseAssignment) -> Type | None:
        if isinstance(assignment, ImportAssignment):
            return self._import(assignment)
        if not isinstance(assignment, Assignment):
            return None
        node = assignment.node
        match node:
            case cst.FunctionDef():
                return None if node.decorators else UserFunction(node, id(node))
            case cst.ClassDef():
                return UserClass(node, id(node))
            case cst.Param():
                return self._parameter(node)
            case cst.Name():
                return self._bound(node)
            case _:
                return None

    def _import(self, assignment: ImportAssignment) -> Type | None:
        node = assignment.node
        if isinstance(node, cst.ImportFrom):
            if isinstance(node.names, cst.ImportStar):
                return None
            module = "." * len(node.relative) + dotted(node.module)
            for alias in node.names:
                if assignment.name == (alias.evaluated_alias or alias.evaluated_name):
                    return self.world.imported(module, alias.evaluated_name)
            return None
        for alias in node.names if isinstance(node, cst.Import) else ():
            name = alias.evaluated_name
            if alias.evaluated_alias == assignment.name:
                return self.world.imported(name, "")
            if alias.asname is None and name == assignment.name:
                return self.world.imported(name.partition(".")[0], "")
        return None

    def _parameter(self, node: cst.Param) -> Type | None:
        if node.annotation is not None:
            return self.annotated(node.annotation.annotation)
        function = self.enclosing(node, cst.FunctionDef, cst.Lambda)
        if isinstance(function, cst.FunctionDef) and _first(function) is node:
            owner = self.enclosing(function, cst.ClassDef, cst.FunctionDef)
            if isinstance(owner, cst.ClassDef):
                return UserInstance(UserClass(owner, id(owner)))
        return None

    def _bound(self, node: cst.BaseExpression) -> Type | None:
        """The type that a target gets from the statement that binds it."""
        parent = self.parents[node]
        match parent:
            case cst.AssignTarget():
                statement = self.parents[parent]
                return self.type_of(statement.value) if isinstance(statement, cst.Assign) else None
            case cst.AnnAssign():
                return self.annotated(parent.annotation.annotation)
            case cst.NamedExpr():
                return self.type_of(parent.value)
            case cst.For() | cst.CompFor():
                return self._item(self.type_of(parent.iter))
            case cst.AsName():
                return self._as_name(parent)
            case _:
                return None

    def _as_name(self, node: cst.AsName) -> Type | None:
        parent = self.parents[node]
        if isinstance(parent, cst.WithItem):
            of = self.type_of(parent.item)
            if isinstance(of, Awaitable):
                of = of.of
            return None if of is None else self.world.entered(of)
        if isinstance(parent, cst.ExceptHandler) and parent.type is not None:
            caught = self.type_of(parent.type)
            return caught.of if isinstance(caught, ClassOf) else None
        return None

    def _item(self, of: Type | None) -> Type | None:
        if isinstance(of, ListOf):
            return of.item
        return None if of is None else self.world.iterated(of)

    def annotated(self, node: cst.BaseExpression, text: cst.SimpleString | None = None) -> Type | None:
        """The type of what an annotation describes.

        Args:
            node: The annotation.
            text: The text that it stands in, where it is quoted.
        """
        match node:
            case cst.SimpleString():
                inner = quoted_expression(node)
                return None if inner is None else self.annotated(inner, node)
            case cst.Subscript():
                return self._generic(node, text)
            case cst.BinaryOperation(operator=cst.BitOr()):
                sides = [side for side in (node.left, node.right) if not _is_none(side)]
                return _either([self.annotated(side, text) for side in sides])
            case _:
                of = self.type_of(node) if text is None else self.type_of_name(dotted(node), text)
                if isinstance(of, UserClass):
                    return UserInstance(of)
                return of.of if isinstance(of, ClassOf) else None

    def _generic(self, node: cst.Subscript, text: cst.SimpleString | None) -> Type | None:
        name = dotted(node.value).rpartition(".")[2]
        inner = [part.slice.value for part in node.slice if isinstance(part.slice, cst.Index)]
        if name == "Union":
            return _either([self.annotated(side, text) for side in inner if not _is_none(side)])
        if name in _LISTS:
            return ListOf(self.annotated(inner[0], text)) if inner else None
        return self.annotated(inner[0], text) if inner and name in _MAYBE else None

    def _call(self, node: cst.Call) -> Type | None:
        function = self.type_of(node.func)
        match function:
            case None:
                if dotted(node.func) in _ITEMWISE and node.args:
                    of = self.type_of(node.args[0].value)
                    return of if isinstance(of, ListOf) else None
                return None
            case UserClass():
                return UserInstance(function)
            case UserFunction():
                given = self._returned(function.node)
                return Awaitable(given) if function.node.asynchronous is not None else given
            case _:
                told = [self.type_of(argument.value) for argument in node.args if argument.keyword is None]
                return self.world.called(function, node, told[-1] if told else None)

    def _returned(self, function: cst.FunctionDef) -> Type | None:
        if function.returns is not None:
            return self.annotated(function.returns.annotation)
        if id(function) not in self._results:
            # As for expressions, a function that calls itself has the type that the rest of it has.
            self._results[id(function)] = None
            self._results[id(function)] = self._same(list(_returns(function.body)))
        return self._results[id(function)]

    def _subscript(self, node: cst.Subscript) -> Type | None:
        of = self.type_of(node.value)
        if not isinstance(of, ListOf) or len(node.slice) != 1:
            return None
        return of if isinstance(node.slice[0].slice, cst.Slice) else of.item

    def _own_attribute(self, owner: UserClass, name: str) -> Type | None:
        """The type of an attribute of a class of the program, from what its own methods bind to it."""
        key = owner.key, name
        if key not in self._own:
            self._own[key] = None
            self._own[key] = self._find_own(owner, name)
        return self._own[key]

    def _find_own(self, owner: UserClass, name: str) -> Type | None:
        for statement in owner.node.body.body:
            if isinstance(statement, cst.FunctionDef) and statement.name.value == name:
                if _is_property(statement):
                    return self._returned(statement)
                return None if statement.decorators else UserFunction(statement, id(statement))
        found = list(self.own_bindings(owner.node, name))
        annotated = [node for node in found if isinstance(self.parents[node], cst.AnnAssign)]
        return self._agreed(self._bound(node) for node in annotated or found if not self._is_emptied(node))

    def _is_emptied(self, node: cst.BaseExpression) -> bool:
        parent = self.parents[node]
        statement = self.parents[parent] if isinstance(parent, cst.AssignTarget) else None
        return isinstance(statement, cst.Assign) and _is_none(statement.value)

    def own_bindings(self, owner: cst.ClassDef, name: str) -> Iterator[cst.BaseExpression]:
        """Every target ``self.name`` in the methods of a class, and ``name`` in its body."""
        if id(owner) not in self._targets:
            collector = _Targets()
            owner.body.visit(collector)
            self._targets[id(owner)] = collector.found
        for node in self._targets[id(owner)].get(name, ()):
            if isinstance(node, cst.Name):
                if self.enclosing(node, cst.ClassDef, cst.FunctionDef, cst.Lambda) is owner:
                    yield node
            elif isinstance(node, cst.Attribute) and self._is_self(node.value, owner):
                yield node

    def _is_self(self, node: cst.BaseExpression, owner: cst.ClassDef) -> bool:
        of = self.type_of(node)
        return isinstance(of, UserInstance) and of.of.key == id(owner)


class _Targets(cst.CSTVisitor):
    """The targets of assignments, by their names or those of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[cst.BaseExpression]] = {}

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._take(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._take(node.target)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._take(node.name)

    def _take(self, node: cst.BaseExpression) -> None:
        name = node.attr if isinstance(node, cst.Attribute) else node
        if isinstance(name, cst.Name):
            self.found.setdefault(name.value, []).append(node)


def quoted_expression(node: cst.SimpleString) -> cst.BaseExpression | None:
    """The expression that a text is, as a quoted annotation is one."""
    text = node.evaluated_value
    try:
        return cst.parse_expression(text) if isinstance(text, str) else None
    except cst.ParserSyntaxError:
        return None


def _either(types: Sequence[Type | None]) -> Type | None:
    """One of several types; None where one of them isn't known."""
    if len(types) == 1 or all(type_ == types[0] for type_ in types):
        return types[0] if types else None
    return any_of(types) if all(isinstance(type_, Instance | AnyOf) for type_ in types) else None


def _is_instance_of(test: cst.BaseExpression, node: cst.BaseExpression) -> bool:
    """Whether a test asks for the class of an expression."""
    return (
        isinstance(test, cst.Call)
        and dotted(test.func) == "isinstance"
        and len(test.args) == 2
        and test.args[0].value.deep_equals(node)
    )


def _returns(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    for child in node.children:
        if isinstance(child, cst.Return) and child.value is not None:
            yield child.value
        elif not isinstance(child, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            yield from _returns(child)


def _first(function: cst.FunctionDef) -> cst.Param | None:
    if any(
        dotted(decorator.decorator) in {"staticmethod", "classmethod"} for decorator in function.decorators
    ):
        return None
    params = (*function.params.posonly_params, *function.params.params)
    return params[0] if params else None


def _is_property(function: cst.FunctionDef) -> bool:
    names = {dotted(decorator.decorator).rpartition(".")[2] for decorator in function.decorators}
    return bool(names & {"property", "cached_property"})


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"
