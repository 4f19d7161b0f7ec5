"""Texts of strangers: whether they can be sent, and made fit for messages, logs and terminals."""

from __future__ import annotations

__all__ = ["is_unicode", "printable"]


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can write a text: whether it holds no lone surrogates."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(text: str, limit: int = 300) -> str:
    """The text with all that doesn't print escaped, and cut.

    Args:
        text: Names, values and sentences of servers, records and documents.
        limit: How many of its characters are kept. What is left out is marked with ``…``.
    """
    kept = text[:limit]
    if not kept.isprintable():
        kept = "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in kept
        )
    return kept if len(text) <= limit else kept + "…"
