"""The proof, before a file is written, that it holds what the templates mean to write and nothing else.

libcst reads the file as Python. Then every statement and expression is held against a list of the kinds that generated
code needs: whatever a document might smuggle past the escaping would have to be one of these, naming nothing but what
the file imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Final

import libcst

from atlex.errors import AtlexError

__all__ = ["UnexpectedCodeError", "prove"]

_MODULES: Final = frozenset({"__future__", "builtins", "collections.abc", "functools", "typing"})

_EXPRESSIONS: Final = (
    ast.Attribute,
    ast.Await,
    ast.BinOp,
    ast.BitOr,
    ast.BoolOp,
    ast.Call,
    ast.Compare,
    ast.Constant,
    ast.Dict,
    ast.Is,
    ast.Lambda,
    ast.List,
    ast.Load,
    ast.Name,
    ast.Or,
    ast.Store,
    ast.Subscript,
    ast.Tuple,
    ast.UnaryOp,
    ast.USub,
    ast.arguments,
    ast.keyword,
)


class UnexpectedCodeError(AtlexError):
    """Rendered text isn't what the templates mean to write: a fault of the generator, never of a document."""


def prove(path: str, text: str) -> None:
    """Proves that a rendered file is Python of the expected kinds.

    Args:
        path: The file, for the message.
        text: What was rendered.

    Raises:
        UnexpectedCodeError: It is something else.
    """
    try:
        libcst.parse_module(text)
        tree = ast.parse(text)
    except (libcst.ParserSyntaxError, SyntaxError, ValueError, RecursionError) as error:
        raise UnexpectedCodeError(f"{path} would not be Python") from error
    for statement in tree.body:
        if not _is_module_statement(statement):
            raise UnexpectedCodeError(f"{path}:{statement.lineno} would hold an unexpected statement")


def _is_module_statement(node: ast.stmt) -> bool:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            return _is_type_checking(test) and all(map(_is_binding, [*body, *orelse]))
        case ast.ClassDef(bases=bases, keywords=[], decorator_list=[], body=body):
            return _are_expressions(bases) and all(map(_is_class_statement, body))
        case ast.Expr(value=ast.Call(func=function) as call):
            return ast.unparse(function) == "_sdk.require_interface" and _are_expressions([call])
        case _:
            return _is_binding(node)


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in {"_t.TYPE_CHECKING", "not _t.TYPE_CHECKING"}


def _is_binding(node: ast.stmt) -> bool:
    match node:
        case ast.Import(names=[ast.alias(name="typing", asname="_t")]):
            return True
        case ast.ImportFrom(module=module, level=level, names=names):
            if level == 0 and module == "atlex":
                return [name.name for name in names] == ["interface"]
            return level > 0 or module in _MODULES
        case ast.Assign(targets=targets, value=value):
            return _are_expressions([*targets, value])
        case _:
            return _is_annotated(node)


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
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            arguments = node.args
            parts = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            annotations = [part.annotation for part in parts if part.annotation is not None]
            defaults = [default for default in arguments.kw_defaults if default is not None]
            return (
                decorators in ([], ["_cached_property"])
                and arguments.vararg is None
                and arguments.kwarg is None
                and not arguments.defaults
                and _are_expressions([*annotations, *defaults, *([node.returns] if node.returns else [])])
                and all(map(_is_function_statement, node.body))
            )
        case _:
            return _is_annotated(node)


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
    return all(_is_expected(node) for root in roots for node in ast.walk(root))


def _is_expected(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=function):
            return _is_callable(function)
        case ast.Lambda(args=arguments):
            return not ast.unparse(arguments)
        case _:
            return isinstance(node, _EXPRESSIONS)


def _is_callable(function: ast.expr) -> bool:
    match function:
        case ast.Name(id="_frozenset"):
            return True
        case ast.Attribute(value=ast.Name(id="_sdk")):
            return True
        case ast.Attribute(value=ast.Name(id="self"), attr="_call"):
            return True
        case ast.Attribute(value=ast.Name(id=handle)):
            return handle.endswith("_namespace")
        case _:
            return False
