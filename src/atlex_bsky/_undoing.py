"""Finds, without asking, by which record an account has marked something: liked, followed, blocked it."""

from __future__ import annotations

from atlex.syntax import AtUri

__all__ = ["is_about", "mark_of", "own_mark", "shown"]


def own_mark(subject: object, collection: str) -> str | None:
    """The AT-URI, if the subject is such a record itself: the result of ``like``, or its address."""
    uri = subject if isinstance(subject, str) else getattr(subject, "uri", None)
    if isinstance(uri, str) and uri.startswith("at://") and AtUri.parse(uri).collection == collection:
        return uri
    return None


def mark_of(view: object, mark: str) -> str | None:
    """The AT-URI that the viewer's state has under a name, in a view or in an item that was read.

    None if there is none, or if the subject says nothing of the viewer.
    """
    shown_in = view if hasattr(view, "viewer") else getattr(view, "view", None)
    uri = getattr(getattr(shown_in, "viewer", None), mark, None)
    return uri if isinstance(uri, str) else None


def is_about(record: object, named: str) -> bool:
    """Whether a record's subject is the account or record of that DID or AT-URI."""
    subject = getattr(record, "subject", None)
    return named == getattr(subject, "uri", subject)


def shown(subject: object) -> str:
    """A name for a subject in a message."""
    return str(getattr(subject, "uri", None) or getattr(subject, "did", None) or subject)
