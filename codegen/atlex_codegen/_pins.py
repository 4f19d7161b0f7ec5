"""``lexicons.json``: where each installed document came from, and the digest of its schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from atlex._files import MAX_TOTAL_SIZE, read_file
from atlex.errors import LexiconError
from atlex.lexicon import Diagnostic, load_documents, schema_digest
from atlex.syntax import is_valid_nsid

__all__ = ["PINS_FILE", "Pin", "pins_text", "read_pins", "verify"]

PINS_FILE: Final = "lexicons.json"
"""The file's name, at the top of the folder of documents."""

_HINT: Final = "run `atlex install` for it"


def _nsid(text: str) -> str:
    # A document's path is made from it: anything else could lead out of the folder.
    if not is_valid_nsid(text):
        raise ValueError("not an NSID")
    return text


_Nsid: TypeAlias = Annotated[str, AfterValidator(_nsid)]


class Pin(BaseModel):
    """What is on record about one installed document.

    Attributes:
        origin: Where it came from, as ``atlex install --origin`` said; None when it wasn't said.
        schema_sha256: The SHA-256, in hex, of the document without prose (see `atlex.lexicon.schema_digest`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    origin: str | None = None
    schema_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class _Pins(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: Literal[1] = 1
    documents: dict[_Nsid, Pin] = {}


def read_pins(folder: Path) -> dict[str, Pin]:
    """Read a folder's pins, by NSID. A folder without the file has none.

    Raises:
        LexiconError: The file can't be read, or isn't as `pins_text` writes it.
    """
    file = folder / PINS_FILE
    try:
        return _Pins.model_validate_json(read_file(file, MAX_TOTAL_SIZE)).documents
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _broken(file, f"can't be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _broken(file, f"{place} is missing or invalid" if place else "isn't JSON") from error


def _broken(file: Path, message: str) -> LexiconError:
    found = Diagnostic(
        severity="error", file=str(file), message=message, hint="restore the file, or remove it"
    )
    return LexiconError("The list of installed documents is broken.", [found])


def pins_text(pins: Mapping[str, Pin]) -> str:
    """Write pins as JSON, sorted by NSID: equal pins give equal text."""
    document = _Pins(documents={nsid: pins[nsid] for nsid in sorted(pins)})
    return document.model_dump_json(indent=2, exclude_none=True) + "\n"


def verify(folder: Path) -> list[Diagnostic]:
    """Compare a folder's documents with its pins.

    Returns:
        An error for each document that is broken, has no pin or isn't what its pin says, and for each pin without a
        document; warnings about the documents as well. No errors: all is well.
    """
    try:
        pins = read_pins(folder)
    except LexiconError as error:
        return [found for found in error.diagnostics if isinstance(found, Diagnostic)]
    loaded = load_documents(folder)
    found = list(loaded.diagnostics)
    for document in loaded.documents:
        pin = pins.pop(document.id, None)
        if pin is None:
            found.append(_fault(document.source, document.id, f"not in {PINS_FILE}"))
        elif pin.schema_sha256 != schema_digest(document):
            found.append(
                _fault(document.source, document.id, f"its schema isn't the one pinned in {PINS_FILE}")
            )
    known = {diagnostic.nsid for diagnostic in loaded.errors}
    place = str(folder / PINS_FILE)
    found.extend(
        _fault(place, nsid, "pinned, but there is no such document") for nsid in pins if nsid not in known
    )
    return found


def _fault(file: str, nsid: str, message: str) -> Diagnostic:
    return Diagnostic(severity="error", file=file, nsid=nsid, message=message, hint=_HINT)
