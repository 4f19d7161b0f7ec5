"""The effects that looking accounts up asks for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from atlex._effects import Block

__all__ = ["Background", "DnsError", "Effect", "Fetch", "Flow", "LookUp", "Once", "Race"]

T = TypeVar("T")


class DnsError(Exception):
    """A DNS query failed; its text says how, as a part of a sentence."""


class LookUp(NamedTuple):
    """Ask DNS for the TXT records of a name. Gives their texts, none where there is no such name, or raises DnsError."""

    name: str


class Fetch(NamedTuple):
    """Fetch a URL. Gives a Fetched, or raises FetchError.

    Attributes:
        url: The URL.
        max_bytes: How many bytes the body may have.
        is_trusted: Whether the URL is the user's own choice, and not a stranger's.
    """

    url: str
    max_bytes: int
    is_trusted: bool = False


class Race(NamedTuple):
    """Perform two effects at the same time. Gives a pair: of each what it gives, or the DnsError or FetchError.

    Attributes:
        first: The one that counts.
        second: The other one.
        is_enough: Whether what the first gives ends the second, in whose place None is given then.
    """

    first: LookUp
    second: Fetch
    is_enough: Callable[[Any], bool]


class Once(NamedTuple):
    """Run a flow, unless one of the same name runs, which is waited for then. Gives what it returns or raises."""

    name: str
    flow: Flow[Any]


class Background(NamedTuple):
    """Run a flow beside this one, unless one of the same name runs. Gives nothing, at once."""

    name: str
    flow: Flow[Any]


Effect: TypeAlias = LookUp | Fetch | Race | Once | Background | Block
Flow: TypeAlias = Generator[Effect, Any, T]
