"""What the session's logic asks its driver to do. The logic is generators that yield these and do no I/O."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from atlex._agent import Headers, Request, Response

__all__ = ["Block", "Call", "Effect", "Exclusive", "Flow", "Locked", "Read", "Send", "Settle"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request to an origin, with other headers in place of its own where there are any. Gives the Response."""

    origin: str
    request: Request
    headers: Headers | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Read a response's body, so that its ``content`` is there and its connection is free. Gives nothing."""

    response: Response


@dataclass(frozen=True, slots=True)
class Settle:
    """Wait until no exclusive flow runs. Gives nothing."""


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Run a flow while no other exclusive flow of this session runs, to its end. Gives what it returns."""

    flow: Flow[Any]


@dataclass(frozen=True, slots=True)
class Call:
    """Call one of the user's hooks and wait for it. Gives nothing."""

    hook: Callable[..., object]
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Call a function that may block, such as a store's. Gives what it returns."""

    function: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Locked:
    """Run a flow while a lock is held that other processes know too; taking it may block. Gives what it returns."""

    lock: AbstractContextManager[object]
    flow: Flow[Any]


Effect: TypeAlias = Send | Read | Settle | Exclusive | Call | Block | Locked
Flow: TypeAlias = Generator[Effect, Any, T]
