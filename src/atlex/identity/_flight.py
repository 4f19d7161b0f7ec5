"""A look-up on its way, which several wait for."""

from __future__ import annotations

from copy import copy
from typing import Any

from atlex.errors import AtlexError

__all__ = ["Flight"]


class Flight:
    """A look-up on its way.

    Args:
        landed: The event that those who wait for it wait for.

    Attributes:
        landed: As it was given.
        has_arrived: Whether it has come to its end; after an interruption it hasn't.
    """

    __slots__ = ("_outcome", "has_arrived", "landed")

    def __init__(self, landed: Any) -> None:
        self.landed = landed
        self.has_arrived = False
        self._outcome: Any = None

    def arrive(self, outcome: Any) -> None:
        """Take down what came of it: a result, or the error that was raised."""
        self._outcome = outcome
        self.has_arrived = True

    def given(self) -> Any:
        """What came of it.

        Raises:
            AtlexError: That did, as a copy: each that is raised has a traceback of its own.
        """
        if isinstance(self._outcome, AtlexError):
            raise copy(self._outcome) from self._outcome.__cause__
        return self._outcome
