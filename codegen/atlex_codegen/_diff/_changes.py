"""The changes between two sets of documents, as values: reports print them, and migrations of code go by them."""

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
"""The effect of a change on those who rely on the older documents, from the mildest to the worst."""

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
"""The kinds of changes. ``ref-to-union`` is a ``type-changed`` whose union has the earlier target as a member; a definition
that moved to another document is ``definition-renamed`` too.
"""

NameKind: TypeAlias = Literal[
    "module", "class", "alias", "constant", "field", "error", "method", "argument", "collection"
]
"""The kinds of names in Python. A ``collection`` is an attribute of a client: the records of one kind."""


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
        kind: Its kind.
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
    """The change of one name.

    Attributes:
        old: The name in the older package; None for an added one.
        new: The name in the newer package; None for a removed one.
        old_type: The older type, for a field, an argument, an alias, or the result of a method; else empty. Classes go
            by their names alone.
        new_type: The same of the newer one.
        old_required: Whether the older argument or field was required.
        new_required: Whether the newer one is.
    """

    old: PythonName | None
    new: PythonName | None
    old_type: str = ""
    new_type: str = ""
    old_required: bool = False
    new_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of the documents.

    Attributes:
        kind: The kind of change.
        definition: The definition that changed, by its newer name where it has one.
        old: The place in the older documents; None for an addition.
        new: The place in the newer documents; None for a removal.
        subject: The name of the property, the code of the error, the member of the union, or the key of the value that
            changed; the older name where something was renamed; else empty.
        before: The JSON value in the older documents, or None.
        after: The JSON value in the newer documents, or None.
        lexicon: The verdict by the evolution rules of the Lexicon language.
        python: The verdict for code that uses the generated package.
        message: The change in a sentence.
        names: The names in Python that it affects: fields, arguments, classes, methods and others.
        is_guess: Whether a renaming is inferred from similarity alone.
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
        """The worse of the two verdicts."""
        return self.lexicon if IMPACTS.index(self.lexicon) > IMPACTS.index(self.python) else self.python


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that differs between two sets of documents.

    Attributes:
        changes: The changes of the documents, sorted by definition.
        names: Names in Python that changed although their own definitions didn't: one that is numbered, for example,
            because a new definition takes its name.
    """

    changes: tuple[Change, ...]
    names: tuple[PythonChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.names)

    @property
    def impact(self) -> Impact | None:
        """The worst verdict on any change; None when there are no changes."""
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
