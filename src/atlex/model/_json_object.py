"""The value of an ``unknown`` field: a dictionary that says how its members are read as attributes."""

from __future__ import annotations

from typing import Any, NoReturn, cast

__all__ = ["JsonObject", "UnknownField"]


class JsonObject(dict[str, Any]):
    """A JSON object whose members no lexicon declares, and the name of the field that holds it."""

    _field = "record"

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"{name!r} is no attribute of what the lexicon calls unknown: read it as its class first, with "
            f"{self._field}_as(Type).{name}, or get the member with [{name!r}]"
        )


class UnknownField:
    """Makes a `JsonObject` of a value when it is first looked at: reading it costs nothing more."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None or self._name not in vars(instance):
            raise AttributeError(self._name)
        value: Any = vars(instance)[self._name]
        if type(value) is dict:
            made = vars(instance)[self._name] = JsonObject(cast("dict[str, Any]", value))
            made._field = self._name
            return made
        return value

    def __set__(self, instance: object, value: object) -> None:
        vars(instance)[self._name] = value
