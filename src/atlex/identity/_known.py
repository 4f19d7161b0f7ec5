"""What is known under a name, and its form in a cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from atlex.data import JsonError, is_object, parse_json, write_json
from atlex.errors import (
    IdentityAmbiguousError,
    IdentityError,
    IdentityFailedError,
    IdentityMismatchError,
    IdentityNotFoundError,
    InputError,
)
from atlex.identity._identity import Identity

__all__ = ["FRESH", "SOON", "Alias", "Known", "read_known", "write_known"]

FRESH: Final = 3600
"""Seconds for which an account is what it was."""

SOON: Final = 120
"""Seconds after which what has failed is tried again."""

_USABLE: Final = 86_400
# How far the clocks of two machines may be apart.
_CLOCKS: Final = 60
_ERRORS: Final[Mapping[str, type[IdentityError]]] = {
    "ambiguous": IdentityAmbiguousError,
    "failed": IdentityFailedError,
    "mismatch": IdentityMismatchError,
    "not found": IdentityNotFoundError,
}


@dataclass(frozen=True, slots=True)
class Alias:
    """What is kept under a handle: the DID that it leads to, under which the account is."""

    did: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known under a name.

    Attributes:
        outcome: The account, or why there is none.
        found: When that was found, in seconds since 1970.
        due: When it has to be found anew, likewise.
    """

    outcome: Identity | IdentityError
    found: float
    due: float

    @property
    def until(self) -> float:
        """Until when it may be used: an account for a day, while another look at it is under way or fails."""
        return self.found + _USABLE if isinstance(self.outcome, Identity) else self.due

    def given(self) -> Identity:
        """The account.

        Raises:
            IdentityError: There is none.
        """
        if isinstance(self.outcome, Identity):
            return self.outcome
        # A copy: many may raise it, and each adds its traceback.
        raise type(self.outcome)(str(self.outcome), identifier=self.outcome.identifier)


def write_known(known: Known | Alias) -> str:
    """The form in a cache."""
    if isinstance(known, Alias):
        values: dict[str, Any] = {"did": known.did}
    else:
        outcome = known.outcome
        values = {"found": int(known.found), "due": int(known.due)}
        if isinstance(outcome, Identity):
            values |= {"document": dict(outcome.document), "handle": outcome.handle}
        else:
            kind = next(name for name, class_ in _ERRORS.items() if isinstance(outcome, class_))
            values |= {"error": kind, "message": str(outcome)}
    return write_json(values).decode()


def read_known(text: str | None, name: str, now: float, *, allow_private: bool) -> Known | Alias | None:
    """What a cache has under a name, or None where that isn't something to go by any more, or never was.

    Args:
        text: What the cache gave.
        name: The name.
        now: The time, in seconds since 1970.
        allow_private: As for `Identity.of`.
    """
    try:
        values = parse_json(text.encode()) if isinstance(text, str) else None
    except (JsonError, InputError, UnicodeEncodeError):
        return None
    if not is_object(values):
        return None
    did = values.get("did")
    if isinstance(did, str):
        return Alias(did)
    found, due = values.get("found"), values.get("due")
    if type(found) is not int or type(due) is not int or not 0 < found <= min(due, now + _CLOCKS):
        return None
    outcome = _outcome(values, name, allow_private=allow_private)
    known = None if outcome is None else Known(outcome, found, min(due, found + _USABLE))
    return known if known is not None and now < known.until else None


def _outcome(values: Mapping[str, Any], name: str, *, allow_private: bool) -> Identity | IdentityError | None:
    document, handle, message = (values.get(key) for key in ("document", "handle", "message"))
    if is_object(document) and document.get("id") == name and isinstance(handle, str | None):
        return Identity.of(document, handle, allow_private=allow_private)
    class_ = _ERRORS.get(str(values.get("error")))
    return class_(message, identifier=name) if class_ is not None and isinstance(message, str) else None
