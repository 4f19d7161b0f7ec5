"""What there is to say of one definition, as values: the pages of the reference and the terminal show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from atlex.lexicon import DefId

__all__ = ["Call", "DeclaredError", "Description", "Field", "Reference", "TypeText", "spelled"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A class or alias of a generated package, within a type.

    Attributes:
        target: The definition that it is, or that it is a part of.
        path: Its name below the package, dotted.
    """

    target: DefId
    path: str

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition(".")[2]


TypeText: TypeAlias = tuple[str | Reference, ...]
"""A type as a reader of a signature wants it, in pieces."""


def spelled(type_: TypeText) -> str:
    """A type on one line, its classes by their dotted names."""
    return "".join(piece if isinstance(piece, str) else piece.path for piece in type_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An argument of a method, or a field of an object.

    Attributes:
        name: Its name in Python.
        wire: Its name in JSON.
        type: Its type, None not mentioned where leaving out is what it means.
        required: Whether it must be given, or is always there.
        doc: What is said of it: its format and limits, the server's default, its known values.
        values: All known or possible values, where ``doc`` doesn't have room for them.
    """

    name: str
    wire: str
    type: TypeText
    required: bool
    doc: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredError:
    """An error that a method declares.

    Attributes:
        code: Its name in the response.
        path: Its class's name below the package, dotted.
        doc: What is said of it.
    """

    code: str
    path: str
    doc: str


@dataclass(frozen=True, slots=True)
class Call:
    """A method of a collection of records, or of an object.

    Attributes:
        text: How it is called.
        doc: What it does, in a sentence.
    """

    text: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One definition of a document, or a class within it that has no definition of its own.

    Attributes:
        id: The definition.
        kind: Its kind in the Lexicon language, such as ``query`` or ``object``.
        path: Its name in Python: what is called on a client, or the name below the package, dotted.
        part: The name of the class, for one that stands inside the definition; empty for the definition itself.
        doc: What is said of it, in paragraphs.
        deprecated: Why it is deprecated; empty if it isn't.
        arguments: What a method takes.
        returns: What a method returns, a subscription sends, or an alias stands for; empty for nothing.
        fields: What an object or a record has, or what a method returns.
        errors: The errors that a method declares.
        client_path: Where a client has a collection of records.
        service: The service that a method goes to where no proxy is given; empty for the client's own server.
        key: The kind of a record's keys, or the one key that there is.
        calls: The methods of a collection, or of an object beside its fields.
        values: The known values of a string, or what a token is written as.
        permissions: What a permission set grants, each entry as JSON.
        example: Python that uses it. It needs a ``client`` where that is mentioned, and imports all else.
        used_by: The definitions that refer to it.
    """

    id: DefId
    kind: str
    path: str
    part: str = ""
    doc: tuple[str, ...] = ()
    deprecated: str = ""
    arguments: tuple[Field, ...] = ()
    returns: TypeText = ()
    fields: tuple[Field, ...] = ()
    errors: tuple[DeclaredError, ...] = ()
    client_path: str = ""
    service: str = ""
    key: str = ""
    calls: tuple[Call, ...] = ()
    values: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    example: str = ""
    used_by: tuple[DefId, ...] = ()

    @property
    def returns_title(self) -> str:
        """What ``returns`` is headed with."""
        return {"query": "Returns", "procedure": "Returns", "subscription": "Messages"}.get(self.kind, "Type")

    @property
    def has_own_output(self) -> bool:
        """Whether a method returns a class of its own, so that ``fields`` are nowhere else."""
        return any(isinstance(piece, Reference) and piece.target == self.id for piece in self.returns)
