"""What a class says about itself: its signature, the texts of its fields, and its JSON Schema.

The texts stand in the source, below the fields. They are read from there when somebody asks, so that imports and calls
don't pay for them; a program that was bundled without its sources has none.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
from typing import Any, Final, cast

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from atlex.model._levels import wire_names
from atlex.model._state import state_of

__all__ = ["ClassSignature", "DescribedFields", "describe_schema"]

_ALIAS: Final = re.compile(r"\b_[a-zA-Z0-9_]+\.")


class ClassSignature:
    """The ``__signature__`` of a class: its constructor's keywords, by their Python names.

    Annotations are the types where those are at hand, and short texts where they would have to be imported.
    """

    def __get__(self, instance: object, owner: type[BaseModel]) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")
        parameters = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if field.is_required() else field.get_default(),
                annotation=_shown(owner, name, field),
            )
            for name, field in owner.__pydantic_fields__.items()
        ]
        return inspect.Signature(parameters, return_annotation=None)


class DescribedFields:
    """The ``model_fields`` of a class: pydantic's, complete and with the texts of the source."""

    def __get__(self, instance: object, owner: type[BaseModel]) -> dict[str, Any]:
        owner.model_rebuild(raise_errors=False)
        add_descriptions(owner)
        # pydantic warns of looking at the fields of an instance.
        return cast("dict[str, Any]", vars(BaseModel)["model_fields"].__get__(instance, owner))


def _shown(owner: type[BaseModel], name: str, field: Any) -> Any:
    base = next(base for base in owner.__mro__ if name in vars(base).get("__annotations__", {}))
    text: object = vars(base)["__annotations__"][name]
    if not isinstance(text, str):
        return field.annotation
    short = _ALIAS.sub("", ast.unparse(_Short().visit(ast.parse(text, mode="eval"))))
    known: dict[str, Any] = {"str": str, "int": int, "bool": bool, "bytes": bytes, "list": list}
    known |= {key: value for key, value in state_of(base).module.items() if isinstance(value, type)}
    names = {node.id for node in ast.walk(ast.parse(short, mode="eval")) if isinstance(node, ast.Name)}
    return eval(short, known) if names <= known.keys() else short  # noqa: S307 - made of names alone


class _Short(ast.NodeTransformer):
    """Takes the lexicon's rules, and aliases of builtins, out of an annotation."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.value).rpartition(".")[2] == "Annotated":
            return cast("ast.Tuple", node.slice).elts[0]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Name(_PLAIN.get(node.attr, node.attr))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(node.id.removeprefix("_"))


_PLAIN: Final = {
    "Text": "str",
    "Integer": "int",
    "Boolean": "bool",
    "Link": "CidLink",
    "AnyBlob": "Blob",
    "Datetime": "str",
    "OptionalDatetime": "str | None",
}


def add_descriptions(model: type[BaseModel]) -> None:
    """Give the fields of a class the texts that stand below them in its source."""
    for base in reversed(model.__mro__):
        state = base.__dict__.get("__atlex__")
        if state is None or "__annotations__" not in vars(base):
            continue
        if state.texts is None:
            state.texts = _texts(base)
        for name, text in state.texts.items():
            field = model.__pydantic_fields__.get(name)
            if field is not None and field.description is None:
                field.description = text


def _texts(model: type[BaseModel]) -> dict[str, str]:
    module = sys.modules.get(model.__module__)
    loader: Any = getattr(module, "__loader__", None)
    try:
        source = loader.get_source(model.__module__) if hasattr(loader, "get_source") else None
    except (ImportError, OSError):
        source = None
    if source is None:
        source = "".join(linecache.getlines(getattr(module, "__file__", None) or ""))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == model.__qualname__:
            return dict(_field_texts(node))
    return {}


def _field_texts(node: ast.ClassDef) -> Any:
    for field, text in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            yield field.target.id, inspect.cleandoc(text.value.value)


def describe_schema(model: Any, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """The JSON Schema of a class: what pydantic makes, with the texts of the fields and what the wire adds.

    An answer's form (``mode="serialization"``) leaves absent fields out, may hold members that the lexicon doesn't
    declare, and names its type if it is a record.
    """
    found = handler(schema)
    inner = handler.resolve_ref_schema(found)
    if inner.get("type") != "object":
        return found
    properties: dict[str, Any] = inner.setdefault("properties", {})
    add_descriptions(model)
    answers = handler.mode == "serialization"
    wires = wire_names(model)
    for name, field in cast("type[BaseModel]", model).__pydantic_fields__.items():
        shown: Any = properties.get(wires[name]) or properties.get(name)
        if shown is None:
            continue
        shown.pop("title", None)
        if field.description is not None and "description" not in shown:
            shown["description"] = field.description
        if answers and name not in model.lex_nullable and "anyOf" in shown:
            _without_null(shown)
    if answers:
        inner.pop("additionalProperties", None)
    if model.lex_type:
        inner["properties"] = {"$type": {"type": "string", "const": model.lex_type}, **properties}
        if answers and model.lex_is_record:
            inner["required"] = ["$type", *inner.get("required", [])]
    return found


def _without_null(shown: dict[str, Any]) -> None:
    choices = [choice for choice in shown["anyOf"] if choice != {"type": "null"}]
    shown.pop("default", None)
    if len(choices) == 1:
        del shown["anyOf"]
        for key, value in choices[0].items():
            shown.setdefault(key, value)
    else:
        shown["anyOf"] = choices
