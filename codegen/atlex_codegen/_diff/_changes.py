"""What differs between two sets of documents, as values: for reports, and for what rewrites code after them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from atlex.lexicon import DefId

__all__ = [
    "IMPACTS",
    "Change",
    "ChangeKind",
    "Diff",
    "Impact",
    "NameKind",
    "Place",
    "PythonChange",
    "PythonName",
]

Impact: TypeAlias = Literal["compatible", "deprecated", "breaking"]
"""What a change does to those who rely on the older documents, from the mildest to the worst."""

IMPACTS: Final[tuple[Impact, ...]] = get_args(Impact)

ChangeKind: TypeAlias = Literal[
    "definition-added",
    "definition-removed",
    "definition-renamed",
    "deprecated",
    "undeprecated",
    "property-added",
    "property-removed",
    "property-renamed",
    "property-required",
    "property-optional",
    "property-nullable",
    "property-not-nullable",
    "type-changed",
    "ref-changed",
    "ref-to-union",
    "union-member-added",
    "union-member-removed",
    "union-closed",
    "union-opened",
    "enum-changed",
    "known-values-changed",
    "const-changed",
    "default-changed",
    "format-changed",
    "limit-changed",
    "accept-changed",
    "parameters-added",
    "parameters-removed",
    "input-added",
    "input-removed",
    "output-added",
    "output-removed",
    "schema-added",
    "schema-removed",
    "encoding-changed",
    "error-added",
    "error-removed",
    "record-key-changed",
    "permissions-changed",
    "revision-changed",
    "unknown-keys-changed",
]
"""What changed. ``ref-to-union`` is a ``type-changed`` whose union has the earlier target as a member; a definition
that moved to another document is ``definition-renamed`` too.
"""

NameKind: TypeAlias = Literal[
    "module", "class", "alias", "constant", "field", "error", "method", "argument", "collection"
]
"""What a name in Python is. A ``collection`` is an attribute of a client: the records of one kind."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a document.

    Attributes:
        definition: The definition that it belongs to.
        pointer: Its JSON pointer (RFC 6901) within the document.
        file: Where the document was read from; empty for one out of a package.
    """

    definition: DefId
    pointer: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class PythonName:
    """A name that a generated package has for its users.

    Attributes:
        kind: What it is.
        path: For methods, their arguments and collections, the attributes that lead from a client to the namespace
            (``("app", "bsky", "feed")``); for everything else the place of the module below the package.
        name: The class, alias, constant, error, method or collection. Empty for a module, and for a method or
            collection that the namespace is itself.
        member: The attribute of the class, or the argument of the method; else empty.
    """

    kind: NameKind
    path: tuple[str, ...]
    name: str = ""
    member: str = ""

    def __str__(self) -> str:
        on_client = self.kind in {"method", "argument", "collection"}
        text = ".".join(part for part in (*(("client",) if on_client else ()), *self.path, self.name) if part)
        if self.kind in {"method", "argument"}:
            return f"{text}({self.member}{'=' if self.member else ''})"
        return f"{text}.{self.member}" if self.member else text


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonChange:
    """What happens to one name.

    Attributes:
        old: The name in the older package; None for one that is new.
        new: The name in the newer package; None for one that is gone.
        old_type: The older type, for a field, an argument, an alias, or what a method returns; else empty. Classes go
            by their names alone.
        new_type: The same of the newer one.
        old_required: Whether the older argument or field had to be given.
        new_required: Whether the newer one has to be.
    """

    old: PythonName | None
    new: PythonName | None
    old_type: str = ""
    new_type: str = ""
    old_required: bool = False
    new_required: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether the name is there on both sides, and differs."""
        return self.old is not None and self.new is not None and self.old != self.new


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of the documents.

    Attributes:
        kind: What changed.
        definition: The definition that changed, by its newer name where it has one.
        old: Where it was; None for something that is new.
        new: Where it is; None for something that is gone.
        subject: What the change is about, where the place alone doesn't say it: the name of a property, the code of an
            error, the member of a union, or the key that holds a limit. The older name, for something renamed.
        before: The JSON value that was there, or None.
        after: The JSON value that is there, or None.
        lexicon: What it means by the evolution rules of the Lexicon language.
        python: What it means to code that uses the generated package.
        message: What changed, in a sentence.
        names: What it does to names in Python: each field, argument, class and method that it touches.
        is_guess: Whether a renaming is inferred from likeness alone: the two differ in more than their names, or in too
            little to be sure.
    """

    kind: ChangeKind
    definition: DefId
    old: Place | None
    new: Place | None
    subject: str = ""
    before: Any = None
    after: Any = None
    lexicon: Impact
    python: Impact
    message: str
    names: tuple[PythonChange, ...] = ()
    is_guess: bool = False

    @property
    def impact(self) -> Impact:
        """The worse of the two meanings."""
        return self.lexicon if IMPACTS.index(self.lexicon) > IMPACTS.index(self.python) else self.python


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that differs between two sets of documents.

    Attributes:
        changes: The changes of the documents, by definition and in it from the top.
        names: Names in Python that differ although nothing changed where they come from: one that is numbered because
            another took its place, for example.
    """

    changes: tuple[Change, ...]
    names: tuple[PythonChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.names)

    @property
    def impact(self) -> Impact | None:
        """The worst of all changes; None when there are none."""
        found: list[Impact] = [change.impact for change in self.changes]
        if self.names:
            found.append("breaking")
        return max(found, key=IMPACTS.index, default=None)

    @property
    def python(self) -> Iterator[PythonChange]:
        """All changes of names in Python."""
        for change in self.changes:
            yield from change.names
        yield from self.names
