"""The base of what holds connections."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["NonCopyable"]


class NonCopyable:
    """Refuses to be copied and pickled: copies of a session would race for a refresh token that is good once."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} can't be copied or pickled: threads and tasks share one, and each process "
            "makes its own"
        )
