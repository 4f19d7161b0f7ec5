"""What objects of a class hardly ever have: the fast reading looks for the rest alone.

A field that an object lacks costs the reading nearly as much as one that it has: it is looked for, and then given
None. So the first answers of each kind are gone through once they have been read, and the optional fields that none
of many objects had are left out of the fast reading from then on. An object that has one after all is read in full,
and its class has the field back for good.
"""

from __future__ import annotations

from typing import Any, Final, cast

from pydantic import BaseModel

__all__ = ["is_watched", "rare_fields", "restore", "watch"]

_RARE: Final = "__atlex_rare__"
"""The attribute of a class that has the names of its rare fields."""

_TALLY: Final = "__atlex_tally__"
_ANSWERS: Final = "__atlex_answers__"

_WATCHED: Final = 4
"""How many answers of a kind are gone through, the first excepted: a program that reads one has better things to do."""

_ENOUGH: Final = 100
"""How many objects of a class make it known."""


class _Tally:
    """What the objects of a class have had so far."""

    def __init__(self) -> None:
        self.objects = 0
        self.had: set[str] = set()


def rare_fields(model: type[BaseModel]) -> frozenset[str]:
    """The attributes that objects of a class hardly ever have."""
    rare: frozenset[str] = model.__dict__.get(_RARE, frozenset())
    return rare


def is_watched(model: type[BaseModel]) -> bool:
    """Whether answers of a class are still gone through."""
    return cast("int", model.__dict__.get(_ANSWERS, 0)) <= _WATCHED


def watch(answer: BaseModel) -> bool:
    """Go through an answer that the fast reading gave.

    Returns:
        Whether that made fields rare, and fast validators out of date.
    """
    model = cast("Any", type(answer))
    # Threads may meet here and miscount, which does no harm.
    answers = model.__dict__.get(_ANSWERS, 0)
    setattr(model, _ANSWERS, answers + 1)
    if answers == 0:
        return False
    met = _count(answer)
    if answers < _WATCHED:
        return False
    changed = [cls for cls in met if _conclude(cls)]
    return bool(changed)


def _count(answer: BaseModel) -> set[type[BaseModel]]:
    met: set[type[BaseModel]] = set()
    pending: list[object] = [answer]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(cast("list[object]", item))
        elif isinstance(item, BaseModel):
            cls = type(item)
            met.add(cls)
            tally: _Tally | None = cls.__dict__.get(_TALLY)
            if tally is None:
                tally = _Tally()
                setattr(cls, _TALLY, tally)
            tally.objects += 1
            for name, value in item.__dict__.items():
                if value is not None:
                    tally.had.add(name)
                    pending.append(value)
    return met


def _conclude(model: type[BaseModel]) -> bool:
    tally: _Tally = model.__dict__[_TALLY]
    if tally.objects < _ENOUGH:
        return False
    optional = {name for name, field in model.__pydantic_fields__.items() if not field.is_required()}
    rare = frozenset(optional - tally.had)
    if rare == rare_fields(model):
        return False
    setattr(model, _RARE, rare)
    return True


def restore(model: type[BaseModel], names: set[str]) -> bool:
    """Give a class rare fields back that an object of it had.

    Args:
        model: The class.
        names: The attributes that the object had.

    Returns:
        Whether there were any, and fast validators are out of date.
    """
    rare = rare_fields(model)
    if rare.isdisjoint(names):
        return False
    tally: _Tally = model.__dict__[_TALLY]
    tally.had |= names
    setattr(model, _RARE, rare - names)
    return True
