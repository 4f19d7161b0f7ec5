"""The types of attributes that the lexicon calls datetimes: strings that may also be given as `datetime`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from atlex.model._markers import String

__all__ = ["NONE", "Datetime", "OptionalDatetime"]

NONE: Final[Any] = None
"""The default of an `OptionalDatetime`. Type checkers would refuse a plain None, which is no descriptor."""

if TYPE_CHECKING:
    # A descriptor tells a type checker that more may be written than is read. At run time there is none.
    class Datetime:
        """A string of the format datetime; a `datetime` with a time zone is written as such a string."""

        def __get__(self, instance: object, owner: object, /) -> str: ...

        def __set__(self, instance: object, value: str | datetime, /) -> None: ...

    class OptionalDatetime:
        """A `Datetime`, or None."""

        def __get__(self, instance: object, owner: object, /) -> str | None: ...

        def __set__(self, instance: object, value: str | datetime | None, /) -> None: ...

else:
    Datetime = Annotated[str, String(format="datetime")]
    OptionalDatetime = Datetime | None
