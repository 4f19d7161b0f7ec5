"""Annotations, each evaluated in the module of the class that it stands in, when the class is first used.

pydantic evaluates annotations when a class is made, when names of the module may still be missing, and tries again on
first use with the names of whoever uses it. Neither fits generated modules: they bind the modules that they refer to
after their classes, and their names mean the same wherever they are used. So the texts are put aside while pydantic
makes the class (`put_aside`), given back afterwards (`give_back`), and evaluated by `evaluate` before pydantic needs
them.

The fields of a class as the generator writes it are made here too, equal to pydantic's, which looks at each for much
that they never have. Whatever differs is left to pydantic.

Where an annotation says ``str``, ``int`` or ``bool``, the data model's own kind is meant: pydantic's would convert.

Classes that are made inside a function are left to pydantic, which knows the names of that function.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable
from functools import lru_cache
from types import CodeType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Union, cast, get_origin

from pydantic.errors import PydanticUndefinedAnnotation
from pydantic.fields import FieldInfo

from atlex._lazy import Resolving
from atlex.model._keys import to_camel
from atlex.model._markers import Boolean, Integer, Text
from atlex.model._state import state_of

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["evaluate", "give_back", "is_local", "put_aside"]

_KINDS: Final = {str: Text, int: Integer, bool: Boolean}

_common: Final[dict[tuple[str, tuple[Any, ...]], Any]] = {}
"""The types of texts that mean the same in many modules, by text and what it names."""


class _Names(Resolving):
    """The names of the module of a class, as the annotations of its fields see them."""

    def __missing__(self, name: str) -> Any:
        value = super().__missing__(name) if name in self.names else vars(builtins)[name]
        return _KINDS.get(value, value) if isinstance(value, type) else value


def is_local(model: type[BaseModel]) -> bool:
    """Whether a class was made inside a function."""
    return "<locals>" in model.__qualname__


def put_aside(model: type[BaseModel]) -> None:
    """Hide the texts of a new class's field annotations from pydantic.

    It sees class variables where the fields are made here, and fields of any type elsewhere.
    """
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
        (state.constants if "ClassVar" in text else state.annotations)[name] = text
    state.is_usual = _is_usual(model, state.annotations)
    annotations.update(dict.fromkeys(texts, ClassVar))
    if not state.is_usual:
        annotations.update(dict.fromkeys(state.annotations, Any))


def _is_usual(model: type[BaseModel], names: Iterable[str]) -> bool:
    """Whether a class is as the generator writes it: its fields are all its own, and absent ones are None."""
    config, bases = model.model_config, model.__bases__
    return (
        config.get("alias_generator") is to_camel
        and not config.get("field_title_generator")
        and not config.get("use_attribute_docstrings")
        and not any(getattr(base, "__pydantic_fields__", None) for base in bases)
        and all(vars(model).get(name) is None for name in names)
        # pydantic warns of these.
        and not any(hasattr(base, name) for base in bases for name in names)
    )


def give_back(model: type[BaseModel]) -> None:
    """Show the texts again, and have the fields made from them when the class is first used."""
    state = state_of(model)
    texts, constants = state.annotations, state.constants
    vars(model).get("__annotations__", {}).update(texts | constants)
    constants.clear()
    fields: dict[str, Any] = cast("Any", model).__pydantic_fields__
    if state.is_usual:
        model.__class_vars__.difference_update(texts)
        for name in texts:
            fields[name] = field = cast("Any", FieldInfo())
            if name in vars(model):
                field.default = field._original_assignment = None
                delattr(model, name)
    for name, text in texts.items():
        field = fields[name]
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
                annotation = _evaluated(text, state.module, names)
            except NameError as error:
                raise PydanticUndefinedAnnotation.from_name_error(error) from error
            if not (state.is_usual and _complete(fields, name, annotation)):
                fields[name]._original_annotation = annotation
        state.annotations = {}


def _evaluated(text: str, module: dict[str, Any], names: _Names) -> Any:
    """The type that a text stands for: one for the classes of all modules, where it names nothing of their own."""
    code = _compiled(text)
    # Built-ins and attributes are None here.
    values = tuple(map(module.get, code.co_names))
    alike = (None, Annotated, sys.modules.get("atlex.interface"))
    is_common = all(any(value is known for known in alike) for value in values)
    if is_common and (text, values) in _common:
        return _common[text, values]
    found = eval(code, module, names)  # noqa: S307 - the module's own source
    if is_common and _is_evaluated(found):
        _common[text, values] = found
    return found


@lru_cache(maxsize=256)
def _compiled(text: str) -> CodeType:
    return compile(text, "<annotation>", "eval")


def _complete(fields: dict[str, Any], name: str, annotation: Any) -> bool:
    """Complete a field, or return False if pydantic has to do so: it may have settings, or names to look up."""
    type_: Any = annotation
    markers: tuple[Any, ...] = ()
    if get_origin(annotation) is Annotated:
        type_, markers = annotation.__origin__, annotation.__metadata__
    if not (_is_evaluated(type_) and all(hasattr(item, "__get_pydantic_core_schema__") for item in markers)):
        return False
    default, wire = fields[name]._original_assignment, to_camel(name)
    field: Any = FieldInfo(
        annotation=type_,
        default=default,
        alias=wire,
        alias_priority=1,
        validation_alias=wire,
        serialization_alias=wire,
    )
    field.metadata = [*markers]
    field._original_annotation, field._original_assignment = annotation, default
    field._final = True
    fields[name] = field
    return True


def _is_evaluated(type_: Any) -> bool:
    """Whether a type has no text in it, and is of the kinds that fields have."""
    origin = get_origin(type_)
    if origin in {Annotated, list, Union, UnionType}:
        return all(map(_is_evaluated, type_.__args__))
    return isinstance(type_, type) if origin is None else origin is Literal
