"""Annotations, each evaluated in the module of the class that it stands in, when the class is first used.

pydantic evaluates annotations when a class is made, when names of the module may still be missing, and tries again on
first use with the names of whoever uses it. Neither fits generated modules: they bind the modules that they refer to
after their classes, and their names mean the same wherever they are used. So the texts are put aside while pydantic
makes the class (`put_aside`), given back afterwards (`give_back`), and evaluated by `evaluate` before pydantic needs
them.

Where an annotation says ``str``, ``int`` or ``bool``, the data model's own kind is meant: pydantic's would convert.

Classes that are made inside a function are left to pydantic, which knows the names of that function.
"""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from pydantic.errors import PydanticUndefinedAnnotation

from atlex._lazy import Resolving
from atlex.model._markers import Boolean, Integer, Text
from atlex.model._state import state_of

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["evaluate", "give_back", "is_local", "put_aside"]

_KINDS: Final = {str: Text, int: Integer, bool: Boolean}


class _Names(Resolving):
    """The names of the module of a class, as the annotations of its fields see them."""

    def __missing__(self, name: str) -> Any:
        value = super().__missing__(name) if name in self.names else vars(builtins)[name]
        return _KINDS.get(value, value) if isinstance(value, type) else value


def is_local(model: type[BaseModel]) -> bool:
    """Whether a class was made inside a function."""
    return "<locals>" in model.__qualname__


def put_aside(model: type[BaseModel]) -> None:
    """Hide the texts of a new class's field annotations from pydantic, which sees fields of any type."""
    module = sys.modules.get(model.__module__)
    if is_local(model) or module is None:
        return
    annotations: dict[str, Any] = vars(model).get("__annotations__", {})
    texts = {
        name: text
        for name, text in annotations.items()
        if isinstance(text, str) and not name.startswith("_") and name != "model_config"
    }
    state = state_of(model)
    # The module itself, since another may have its name by the time that the class is used.
    state.module = vars(module)
    for name, text in texts.items():
        is_field = "ClassVar" not in text
        annotations[name] = Any if is_field else ClassVar
        (state.annotations if is_field else state.constants)[name] = text


def give_back(model: type[BaseModel]) -> None:
    """Show the texts again, and let pydantic know that its fields are to be made from them."""
    state = state_of(model)
    texts, constants = state.annotations, state.constants
    vars(model).get("__annotations__", {}).update(texts | constants)
    constants.clear()
    for name, text in texts.items():
        field = cast("Any", model.__pydantic_fields__[name])
        field.annotation = field._original_annotation = text
        field._complete = False


def evaluate(model: type[BaseModel]) -> None:
    """Evaluate what is still a text, for a class and those that it inherits from.

    Threads may do so at once: they come to the same types.

    Raises:
        PydanticUndefinedAnnotation: A name isn't defined in the class's module.
    """
    for base in reversed(model.__mro__):
        state = base.__dict__.get("__atlex__")
        if state is None or not state.annotations:
            continue
        fields: dict[str, Any] = cast("Any", base).__pydantic_fields__
        names = _Names(state.module)
        for name, text in list(state.annotations.items()):
            try:
                # The module's own source.
                fields[name]._original_annotation = eval(text, state.module, names)  # noqa: S307
            except NameError as error:
                raise PydanticUndefinedAnnotation.from_name_error(error) from error
        state.annotations = {}
