"""The proof, before a file is written, that it holds what the templates mean to write and nothing else.

Every statement and expression is held against a list of the kinds that generated code needs: whatever a document might
smuggle past the escaping would have to be one of these, naming nothing but what the file imports.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

from atlex.errors import AtlexError

__all__ = ["UnexpectedCodeError", "prove"]

_MODULES: Final = frozenset(
    {"__future__", "atlex.interface", "builtins", "collections.abc", "datetime", "functools", "typing"}
)

_CALLED: Final = frozenset({"hide_imports", "require_bases", "require_interface"})


class UnexpectedCodeError(AtlexError):
    """Rendered text isn't what the templates mean to write: a fault of the generator, never of a document."""


def prove(path: str, data: bytes, packages: Collection[str] = ()) -> None:
    """Prove that one rendered file is Python of the expected kinds.

    Args:
        path: The file, for the message.
        data: What was rendered.
        packages: The packages that it may import from, beside its own.

    Raises:
        UnexpectedCodeError: It is something else.
    """
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnexpectedCodeError(f"{path} would not be Python") from error
    for statement in tree.body:
        if not _is_module_statement(statement, packages):
            raise UnexpectedCodeError(f"{path}:{statement.lineno} would hold an unexpected statement")


def _is_module_statement(node: ast.stmt, packages: Collection[str]) -> bool:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            return _is_type_checking(test) and all(
                _is_conditional(each, packages) for each in [*body, *orelse]
            )
        case ast.ClassDef(bases=bases, keywords=[], decorator_list=decorators, body=body):
            are_deprecations = all(map(_is_deprecation, decorators)) and len(decorators) < 2
            return are_deprecations and _are_expressions(bases) and all(map(_is_class_statement, body))
        case ast.Expr(value=ast.Call(func=function) as call):
            return _is_of_interface(function, _CALLED) and _are_expressions([call])
        case _:
            return _is_binding(node, packages)


def _is_type_checking(test: ast.expr) -> bool:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _is_conditional(node: ast.stmt, packages: Collection[str]) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=function) as call):
            return _is_of_interface(function, {"lazy_names"}) and _are_expressions([call])
        case _:
            return _is_binding(node, packages)


def _is_of_interface(node: ast.expr, names: Collection[str] | None = None) -> bool:
    """Whether an expression is a name of the interface, which a module binds to ``lex`` if that is free."""
    match node:
        case ast.Attribute(value=ast.Name(id="lex" | "_lex"), attr=name):
            return names is None or name in names
        case _:
            return False


def _is_binding(node: ast.stmt, packages: Collection[str]) -> bool:
    match node:
        case ast.Import(names=[ast.alias(name=name, asname=str())]):
            return name in packages
        case ast.ImportFrom(module=module, level=level, names=names):
            if level == 0 and module == "atlex":
                return [name.name for name in names] == ["interface"]
            return level > 0 or module in _MODULES or (module is not None and _is_of(module, names, packages))
        case ast.Assign(targets=targets, value=value):
            return _are_expressions([*targets, value])
        case _:
            return _is_annotated(node)


def _is_of(module: str, names: Iterable[ast.alias], packages: Collection[str]) -> bool:
    """Whether everything that an import names is one of the packages, or in one of them."""
    found = [f"{module}.{name.name}." for name in names]
    return all(any(name.startswith(f"{package}.") for package in packages if package) for name in found)


def _is_annotated(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.AnnAssign(target=ast.Name() as target, annotation=annotation, value=value):
            return _are_expressions([target, annotation, *([] if value is None else [value])])
        case _:
            return False


def _is_class_statement(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            arguments = node.args
            parts = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            annotations = [part.annotation for part in parts if part.annotation is not None]
            defaults = [default for default in arguments.kw_defaults if default is not None]
            return (
                len(node.decorator_list) < 2
                and all(_is_property(each) or _is_deprecation(each) for each in node.decorator_list)
                and arguments.vararg is None
                and arguments.kwarg is None
                and not arguments.defaults
                and _are_expressions([*annotations, *defaults, *([node.returns] if node.returns else [])])
                and all(map(_is_function_statement, node.body))
            )
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name.startswith("lex_") and _are_expressions([value])
        case _:
            return _is_annotated(node)


def _is_property(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id.lstrip("_") in {"cached_property", "property"}


def _is_deprecation(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(func=function, args=[ast.Constant(value=str())], keywords=[]):
            return _is_of_interface(function, {"deprecated"})
        case _:
            return False


def _is_function_statement(node: ast.stmt) -> bool:
    match node:
        case ast.If(test=test, body=[ast.Return(value=ast.Constant(value=None))], orelse=[]):
            return _are_expressions([test])
        case ast.Return(value=value) if value is not None:
            return _are_expressions([value])
        case ast.Expr(value=value):
            return _are_expressions([value])
        case _:
            return False


def _are_expressions(roots: Iterable[ast.expr]) -> bool:
    pending = list(roots)
    # Most of what there is to prove goes through here: each look-up counts.
    parts_of, is_leaf = _PARTS.get, _LEAVES.__contains__
    while pending:
        node = pending.pop()
        kind = type(node)
        if is_leaf(kind):
            continue
        parts = parts_of(kind, _unexpected)(node)
        if parts is None:
            return False
        pending += parts
    return True


_Parts: TypeAlias = "Callable[[Any], Iterable[ast.expr] | None]"
"""Gives the parts of an expression that are expressions themselves; None if it isn't one that generated code needs."""


def _unexpected(_: ast.expr) -> None:
    return None


def _operation(node: ast.BinOp) -> tuple[ast.expr, ...] | None:
    return (node.left, node.right) if isinstance(node.op, ast.BitOr) else None


def _choice(node: ast.BoolOp) -> list[ast.expr] | None:
    return node.values if isinstance(node.op, ast.Or) else None


def _comparison(node: ast.Compare) -> tuple[ast.expr, ...] | None:
    return (node.left, *node.comparators) if all(isinstance(each, ast.Is) for each in node.ops) else None


def _negative(node: ast.UnaryOp) -> tuple[ast.expr, ...] | None:
    return (node.operand,) if isinstance(node.op, ast.USub) else None


def _display(node: ast.Dict) -> list[ast.expr] | None:
    # The key of an unpacked mapping is None.
    keys = [key for key in node.keys if key is not None]
    return [*keys, *node.values] if len(keys) == len(node.values) else None


def _function(node: ast.Lambda) -> tuple[ast.expr, ...] | None:
    return (node.body,) if _takes_nothing(node.args) else None


def _takes_nothing(node: ast.arguments) -> bool:
    return not (node.posonlyargs or node.args or node.vararg or node.kwonlyargs or node.kwarg)


def _call(node: ast.Call) -> list[ast.expr] | None:
    if not _is_callable(node.func):
        return None
    return [node.func, *node.args, *(keyword.value for keyword in node.keywords)]


_LEAVES: Final[Collection[type[ast.AST]]] = frozenset({ast.Name, ast.Constant})
"""Expressions without parts."""

_PARTS: Final[Mapping[type[ast.AST], _Parts]] = {
    ast.Attribute: lambda node: (node.value,),
    ast.Await: lambda node: (node.value,),
    ast.BinOp: _operation,
    ast.BoolOp: _choice,
    ast.Call: _call,
    ast.Compare: _comparison,
    ast.Dict: _display,
    ast.Lambda: _function,
    ast.List: lambda node: node.elts,
    ast.Set: lambda node: node.elts,
    ast.Subscript: lambda node: (node.value, node.slice),
    ast.Tuple: lambda node: node.elts,
    ast.UnaryOp: _negative,
}


def _is_callable(function: ast.expr) -> bool:
    match function:
        case ast.Name(id="frozenset" | "_frozenset"):
            return True
        case ast.Attribute(value=ast.Name(id="self"), attr="_call"):
            return True
        case ast.Attribute(value=ast.Name(id=handle), attr=name) if handle.startswith("_"):
            return name.endswith(("Namespace", "Records")) or _is_of_interface(function)
        case _:
            return _is_of_interface(function)
