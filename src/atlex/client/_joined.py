"""Classes of clients and namespaces that are made of those of several packages.

Where two packages have namespaces below one name, ``com.acme`` and ``com.example``, a class made of both must have both
below ``com``: the namespaces of the bases are joined, down to the last one that they share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from inspect import getattr_static
from typing import Any

__all__ = ["Joined", "gathered", "joined_class"]


class Joined:
    """The base of classes that have namespaces as attributes."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if len(cls.__bases__) > 1:
            for name in dir(cls):
                if name not in vars(cls):
                    _join(cls, name)


def _join(cls: type[Any], name: str) -> None:
    """Let an attribute that several bases have as a namespace give what all of them have."""
    found: list[Any] = [getattr_static(base, name, None) for base in cls.__bases__]
    getters: list[Callable[[Any], Joined]] = [
        each.func for each in dict.fromkeys(filter(_is_cached_property, found))
    ]
    if len(getters) > 1:
        joined = cached_property(lambda self: _joined(getter(self) for getter in getters))
        joined.__set_name__(cls, name)
        setattr(cls, name, joined)


def _is_cached_property(value: object) -> bool:
    return isinstance(value, cached_property)


def _joined(parts: Iterable[Joined]) -> Joined:
    """One namespace that has what each of several has."""
    parts = list(parts)
    cls = joined_class(tuple(type(part) for part in parts))
    instance: Joined = object.__new__(cls)
    for part in reversed(parts):
        vars(instance).update(vars(part))
    return instance


@cache
def joined_class(classes: tuple[type[Any], ...]) -> type[Any]:
    """The class made of several, the first of which counts first; those that another is below are part of that."""
    bases = tuple(
        cls
        for cls in dict.fromkeys(classes)
        if not any(other is not cls and issubclass(other, cls) for other in classes)
    )
    if len(bases) == 1:
        return bases[0]
    return type(bases[0].__name__, bases, {"__doc__": bases[0].__doc__, "__module__": bases[0].__module__})


def gathered(cls: type[Any], name: str) -> dict[str, Any]:
    """What a class and those that it is made of have in a mapping; the first of them counts."""
    tables = [vars(base).get(name, {}) for base in reversed(cls.__mro__)]
    return {key: value for table in tables for key, value in table.items()}
