"""Deprecated methods, classes and fields. Whoever uses one is warned; nobody is warned of what a response holds."""

from __future__ import annotations

import warnings
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import typing_extensions
from pydantic import BaseModel

from atlex.model._state import fill

__all__ = ["deprecated", "warn_of_fields"]

T = TypeVar("T")

if TYPE_CHECKING:
    # Type checkers know it by this name.
    from typing_extensions import deprecated
else:

    class deprecated(typing_extensions.deprecated):  # noqa: N801 - named as what it extends
        """Mark a method, a class, or in an annotation a field as deprecated (PEP 702).

        A model warns in its constructor, which reading the wire doesn't call; Python's own decorator would warn there
        as well.
        """

        def __call__(self, thing: T, /) -> T:
            if not (isinstance(thing, type) and issubclass(thing, BaseModel)):
                return super().__call__(thing)
            construct = thing.__init__

            # It keeps what tells pydantic that the constructor is its own.
            @wraps(construct)
            def __init__(instance: Any, /, **data: Any) -> None:  # noqa: N807 - it is one
                warnings.warn(self.message, self.category, stacklevel=2)
                construct(instance, **data)

            thing.__init__ = __init__
            thing.__deprecated__ = self.message
            return thing


class _DeprecatedField:
    """The attribute of a deprecated field. pydantic's own knows no instance that is filled when it is first used."""

    def __init__(self, name: str, message: str) -> None:
        self._name = name
        self._message = message

    def __get__(self, instance: Any, _owner: Any = None) -> Any:
        if instance is None:
            raise AttributeError(self._name)
        warnings.warn(self._message, DeprecationWarning, stacklevel=2)
        fill(instance)
        if self._name not in instance.__dict__:
            raise AttributeError(f"{type(instance).__name__!r} object has no attribute {self._name!r}")
        return instance.__dict__[self._name]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self._name] = value

    def __delete__(self, instance: Any) -> None:
        del instance.__dict__[self._name]


def warn_of_fields(model: type[BaseModel]) -> None:
    """Have the deprecated fields of a complete class warn whoever reads them."""
    for name, field in model.__pydantic_fields__.items():
        message = field.deprecation_message
        if message is not None:
            setattr(model, name, cast("Any", _DeprecatedField(name, message)))
