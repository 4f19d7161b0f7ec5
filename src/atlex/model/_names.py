"""From Python names to wire names."""

from __future__ import annotations

__all__ = ["to_camel"]


def to_camel(name: str) -> str:
    """The wire name that a snake_case name stands for: ``display_name`` is ``displayName``.

    A field whose wire name differs carries an `Alias`.
    """
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
