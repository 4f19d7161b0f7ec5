"""The effects that only a session's logic asks its driver for, beside those of clients."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, TypeAlias, TypeVar

from atlex._effects import Block, Hook, Read, Send, Sleep

__all__ = ["Effect", "Exclusive", "Find", "Flow", "Locked", "Settle"]

T = TypeVar("T")


class Settle(NamedTuple):
    """Wait until no exclusive flow runs. Gives nothing."""


class Exclusive(NamedTuple):
    """Run a flow while no other exclusive flow of this session runs, to its end. Gives what it returns."""

    flow: Flow[Any]


class Find(NamedTuple):
    """Find the account of a handle or a DID, with the session's resolver. Gives its Identity."""

    identifier: str


class Locked(NamedTuple):
    """Run a flow while a lock is held that other processes know too. Gives what it returns."""

    lock: AbstractContextManager[object]
    flow: Flow[Any]


Effect: TypeAlias = Send | Read | Sleep | Block | Settle | Exclusive | Find | Locked | Hook
Flow: TypeAlias = Generator[Effect, Any, T]
