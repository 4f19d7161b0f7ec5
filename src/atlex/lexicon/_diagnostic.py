"""What is wrong with a document, as values that can be collected, sorted and printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from atlex._printable import printable
from atlex.errors import LexiconError

__all__ = ["Diagnostic", "Fault", "Severity", "fault_diagnostics", "pointer_to", "raise_on_errors"]

Severity: TypeAlias = Literal["error", "warning"]
"""Whether something stands in the way (``error``) or not (``warning``)."""


Fault: TypeAlias = tuple[str, str, str]
"""What is wrong with JSON: where, as a JSON pointer; what; and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault of a Lexicon document.

    Attributes:
        severity: ``error`` when the document can't be used, ``warning`` when it can.
        file: Where the document was read from; empty when unknown.
        nsid: The document's NSID; empty when it has none that can be read.
        pointer: The JSON pointer (RFC 6901) of the fault; empty for the whole document.
        message: What is wrong.
        hint: What to do about it.
    """

    severity: Severity
    file: str = ""
    nsid: str = ""
    pointer: str = ""
    message: str
    hint: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the document can't be used."""
        return self.severity == "error"

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.nsid, self.pointer) if part)
        text = f"{self.severity}: {self.message}"
        if place:
            text = f"{place}: {text}"
        if self.hint:
            text = f"{text} ({self.hint})"
        # Names in a document may hold anything; a terminal must not obey them.
        return printable(text, limit=len(text))


def pointer_to(pointer: str, *segments: str | int) -> str:
    """Extend a JSON pointer by keys and positions, escaped as RFC 6901 wants it."""
    for part in segments:
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer


def fault_diagnostics(faults: Iterable[Fault], *, file: str = "", nsid: str = "") -> list[Diagnostic]:
    """The errors that faults of the JSON are."""
    return [
        Diagnostic(severity="error", file=file, nsid=nsid, pointer=pointer, message=message, hint=hint)
        for pointer, message, hint in faults
    ]


def raise_on_errors(diagnostics: Iterable[Diagnostic]) -> None:
    """Raise when there is an error among the diagnostics.

    Raises:
        LexiconError: It carries all of them, warnings too.
    """
    found = tuple(diagnostics)
    if errors := sum(diagnostic.is_error for diagnostic in found):
        plural = "error" if errors == 1 else "errors"
        raise LexiconError(f"{errors} {plural} in the Lexicon documents:", found)
