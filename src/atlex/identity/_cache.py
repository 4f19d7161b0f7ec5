"""Where what was found is kept."""

from __future__ import annotations

from contextlib import suppress
from typing import Final, Protocol

from atlex._options import Kind, check_options, is_integer
from atlex.errors import InputError

__all__ = ["CACHE_OPTIONS", "LARGEST", "IdentityCache", "MemoryIdentityCache", "check_cache"]

LARGEST: Final = 16 * 1024
"""How many characters may be kept under one name: more than any account of the PLC directory has."""


CACHE_OPTIONS: Final = {"size": Kind(lambda value: is_integer(value) and value > 0, "a whole number above 0")}


class IdentityCache(Protocol):
    """Keeps texts by name. `MemoryIdentityCache`, `FileIdentityCache` and `RedisIdentityCache` are such caches.

    What it gives is checked; a text that isn't one of the resolver's own is as good as none. Exceptions are logged, and
    names are looked up then. Methods may be called from several threads at the same time, and may block.
    """

    def load(self, name: str, /) -> str | None:
        """The text under a name, or None."""
        ...

    def save(self, name: str, text: str, seconds: float, /) -> None:
        """Keep a text, in the place of an earlier one; after so many seconds it may be forgotten."""
        ...

    def delete(self, name: str, /) -> None:
        """Forget the text under a name, if there is one."""
        ...


class MemoryIdentityCache:
    """Keeps what was found in memory, for the threads of one process.

    Args:
        size: How many names to keep, each with at most 16 KiB. The one that was found longest ago goes first.

    Raises:
        InputError: The size isn't a whole number above 0.
    """

    def __init__(self, size: int = 20_000) -> None:
        check_options({"size": size}, CACHE_OPTIONS)
        self._size = size
        # Each step is a single one of the dictionary's, so that no lock is needed, which a fork could leave locked.
        self._texts: dict[str, str] = {}

    def load(self, name: str, /) -> str | None:
        """The text under a name, or None."""
        return self._texts.get(name)

    def save(self, name: str, text: str, _: float, /) -> None:
        """Keep a text."""
        self._texts.pop(name, None)
        self._texts[name] = text
        while len(self._texts) > self._size:
            # Other threads change it as well.
            with suppress(KeyError, RuntimeError, StopIteration):
                del self._texts[next(iter(self._texts))]

    def delete(self, name: str, /) -> None:
        """Forget the text under a name, if there is one."""
        self._texts.pop(name, None)

    def __repr__(self) -> str:
        return f"<MemoryIdentityCache of {len(self._texts)} names>"


def check_cache(cache: object) -> None:
    """Make sure that a cache has the methods of one.

    Raises:
        InputError: It misses one.
    """
    if not all(callable(getattr(cache, name, None)) for name in ("load", "save", "delete")):
        raise InputError("The cache must have the methods load, save and delete")
