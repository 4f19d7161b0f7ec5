"""The plan: the Python to write, as values.

The planner makes it from the documents and the templates print it; nothing else passes between the two. Its canonical
JSON form is for tests and for tools that compare two versions of a package. Prose in it is as the documents have it,
and is cleaned when it is printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from atlex_codegen._expressions import Expression, Member, Path

__all__ = [
    "AliasPlan",
    "ArgumentPlan",
    "Base",
    "ChildPlan",
    "ClassPlan",
    "ConstantPlan",
    "DescriptorKind",
    "DescriptorPlan",
    "ErrorPlan",
    "FieldPlan",
    "InheritedPlan",
    "MethodPlan",
    "ModulePlan",
    "NamespacePlan",
    "PackagePlan",
    "PagePlan",
    "PermissionSetPlan",
    "ReaderPlan",
    "RecordPlan",
    "RecordsPlan",
    "plan_json",
]

Base: TypeAlias = Literal["Object", "Params", "RecordObject"]
"""The interface's bases of generated classes."""

DescriptorKind: TypeAlias = Literal["Query", "Procedure", "Subscription"]
"""The interface's classes of methods."""


class FieldPlan(NamedTuple):
    """An attribute of a class.

    Attributes:
        name: Its name in Python.
        wire: Its name on the wire.
        type: Its type, with None and the alias where they belong.
        default: ``None``, or the constant of the interface that stands for it; empty for one that is required.
        doc: Its docstring's lines of prose, in paragraphs.
    """

    name: str
    wire: str
    type: Expression
    default: str
    doc: tuple[str, ...] = ()


class ReaderPlan(NamedTuple):
    """A method that reads an ``unknown`` attribute as a class.

    Attributes:
        name: The method's name.
        field: The attribute.
        nullable: Whether the attribute may be None.
    """

    name: str
    field: str
    nullable: bool


class PagePlan(NamedTuple):
    """The method that gives the items of one page.

    Attributes:
        field: The attribute that holds them.
        item: Their type.
        nullable: Whether the attribute may be None.
    """

    field: str
    item: Expression
    nullable: bool


class ClassPlan(NamedTuple):
    """A class for objects, parameters or records.

    Attributes:
        name: Its name.
        base: Which base it has.
        lex_type: Its Lexicon type, or empty where the language gives none.
        lex_key: The kind of its keys, for a record; else empty.
        fields: Its attributes, in the document's order.
        mixins: The classes before the base, which plugins chose.
        nullable: The attributes that the lexicon calls nullable, sorted.
        readers: Its ``x_as`` methods.
        strong_ref: The class of what its ``ref`` property gives, for an object that has an address and a CID.
        page: Its ``lex_items`` method, for an output that is one page of many.
        deprecated: Why it is deprecated; empty if it isn't.
        doc: Its docstring, in paragraphs.
    """

    name: str
    base: Base
    lex_type: str
    fields: tuple[FieldPlan, ...]
    mixins: tuple[InheritedPlan, ...] = ()
    lex_key: str = ""
    nullable: tuple[str, ...] = ()
    readers: tuple[ReaderPlan, ...] = ()
    strong_ref: Expression | None = None
    page: PagePlan | None = None
    deprecated: str = ""
    doc: tuple[str, ...] = ()


class AliasPlan(NamedTuple):
    """A name for a type that isn't a class.

    Attributes:
        name: The name.
        type: The type, as type checkers see it.
        marked: The type at run time, where it needs a class: then it is resolved when it is first used. None for a
            type that is bound as it is when the module loads.
        doc: Its docstring, in paragraphs.
    """

    name: str
    type: Expression
    marked: Expression | None = None
    doc: tuple[str, ...] = ()


class ConstantPlan(NamedTuple):
    """A token."""

    name: str
    value: str
    doc: tuple[str, ...] = ()


class ErrorPlan(NamedTuple):
    """A declared error.

    Attributes:
        name: The class's name.
        code: The declared name, as it stands in an answer.
        base: The shared base's name in the ``errors`` module; for that base itself, its own in the interface.
        doc: Its docstring, in paragraphs.
    """

    name: str
    code: str
    base: str
    doc: tuple[str, ...] = ()


class DescriptorPlan(NamedTuple):
    """The ``METHOD`` of a module.

    Attributes:
        nsid: The method's NSID.
        kind: The interface's class of descriptor.
        params: The class of its parameters, or None.
        input: The type of its input: a class, ``bytes``, or None.
        output: The type of its output (a subscription's: of its messages), likewise.
        input_encoding: The declared MIME type, or None without input.
        output_encoding: The declared MIME type, or None without output.
        errors: The codes and classes of its errors.
    """

    nsid: str
    kind: DescriptorKind
    params: Expression | None = None
    input: Expression | None = None
    output: Expression | None = None
    input_encoding: str | None = None
    output_encoding: str | None = None
    errors: tuple[tuple[str, str], ...] = ()


class RecordPlan(NamedTuple):
    """The ``RECORD`` of a module."""

    nsid: str
    key: str
    type: Expression


class PermissionSetPlan(NamedTuple):
    """The ``PERMISSION_SET`` of a module; ``permissions`` holds JSON objects."""

    nsid: str
    permissions: tuple[Mapping[str, Any], ...]


class InheritedPlan(NamedTuple):
    """A name that a module hands on from a package that the generated one is built on.

    Attributes:
        source: The full name of the module that has it.
        name: The name.
    """

    source: str
    name: str


class ModulePlan(NamedTuple):
    """A module of the generated package, or a package within it.

    Attributes:
        path: Its place below the generated package.
        nsid: The NSID of the document, or the namespace where there is no document.
        has_document: Whether there is a document.
        children: Its submodules' names; a module with children is a package.
        inherited: The names that it hands on from packages that the generated one is built on.
        doc: Its docstring, in paragraphs.
    """

    path: Path
    nsid: str
    has_document: bool
    children: tuple[str, ...] = ()
    inherited: tuple[InheritedPlan, ...] = ()
    aliases: tuple[AliasPlan, ...] = ()
    constants: tuple[ConstantPlan, ...] = ()
    errors: tuple[ErrorPlan, ...] = ()
    classes: tuple[ClassPlan, ...] = ()
    method: DescriptorPlan | None = None
    record: RecordPlan | None = None
    permission_set: PermissionSetPlan | None = None
    doc: tuple[str, ...] = ()


class ArgumentPlan(NamedTuple):
    """A keyword argument.

    Attributes:
        name: Its name.
        type: Its type.
        default: ``None`` or a constant of the interface; None itself where the argument is required.
        goes_to: ``params``, ``input``, ``body`` (the whole input), ``data`` or ``content_type``.
        key: The attribute that it fills, for ``params`` and ``input``.
        doc: What the docstring says of it.
    """

    name: str
    type: Expression
    default: str | None
    goes_to: Literal["params", "input", "body", "data", "content_type"]
    key: str = ""
    doc: str = ""


class MethodPlan(NamedTuple):
    """A method of a namespace.

    Attributes:
        name: Its name.
        nsid: The method's NSID.
        kind: ``query`` or ``procedure``.
        descriptor: Where its ``METHOD`` is.
        arguments: Its keyword arguments.
        sends_input: Whether it sends a JSON object, which may be empty.
        returns: What it returns, ``None`` among the types.
        returns_doc: What the docstring says of that; empty for None.
        raises: The declared errors, with what is said of each.
        deprecated: Why it is deprecated; empty if it isn't.
        doc: Its docstring, in paragraphs.
    """

    name: str
    nsid: str
    kind: Literal["query", "procedure"]
    descriptor: Member
    arguments: tuple[ArgumentPlan, ...]
    sends_input: bool
    returns: Expression
    returns_doc: str = ""
    raises: tuple[tuple[str, str], ...] = ()
    deprecated: str = ""
    doc: tuple[str, ...] = ()


class RecordsPlan(NamedTuple):
    """A collection of records, as an attribute of a namespace.

    Attributes:
        name: The attribute.
        nsid: The collection.
        base: The interface's class, without ``Async``.
        descriptor: Where its ``RECORD`` is.
        type: The record's class.
        doc: Its docstring, in paragraphs.
    """

    name: str
    nsid: str
    base: Literal["Records", "LiteralRecords"]
    descriptor: Member
    type: Expression
    doc: tuple[str, ...] = ()


class ChildPlan(NamedTuple):
    """A namespace as an attribute of the one above it.

    Attributes:
        name: The attribute.
        nsid: The namespace.
        type: Its synchronous class.
        collection: Where its ``RECORD`` is, for a namespace that is a collection of records as well.
    """

    name: str
    nsid: str
    type: Member
    collection: Member | None = None


class NamespacePlan(NamedTuple):
    """A module below ``_client``: what one namespace offers on a client, sync and async.

    Attributes:
        path: The namespace's place; its module is the same place below ``_client``.
        nsid: The namespace.
        class_name: The name of the synchronous class; the other one begins with ``Async``.
        bases: The synchronous classes of the namespace in packages that the generated one is built on.
        children: The attributes that are namespaces.
        methods: The methods.
        records: The collections of records.
        call: The method that calling the namespace itself makes, where its own NSID is one.
        collection: The collection that the namespace is itself, where its own NSID is one.
        repository_calls: On the client itself: the methods that record and blob calls are made of, by their NSIDs,
            and where their ``METHOD`` is, as far as there are documents of them.
        proxies: On the client itself: the services that methods go to where no proxy is given, by namespace.
        doc: The docstring, in paragraphs.
    """

    path: Path
    nsid: str
    class_name: str
    bases: tuple[Member, ...] = ()
    children: tuple[ChildPlan, ...] = ()
    methods: tuple[MethodPlan, ...] = ()
    records: tuple[RecordsPlan, ...] = ()
    call: MethodPlan | None = None
    collection: RecordsPlan | None = None
    repository_calls: tuple[tuple[str, Member], ...] = ()
    proxies: tuple[tuple[str, str], ...] = ()
    doc: tuple[str, ...] = ()


# No tuple, since plugins get it: there is one of it, and its page in the reference lists each attribute once.
@dataclass(frozen=True, slots=True)
class PackagePlan:
    """A whole generated package.

    Attributes:
        modules: Its modules, sorted by path.
        namespaces: The client's namespaces, sorted by path; the one with the empty path is the client itself.
        errors: The bases that errors of one name share, sorted by name.
        bases: The packages that it is built on directly.
        inherited: The top-level modules that it hands on from those.
        inherited_errors: The bases of errors that it hands on from those.
    """

    modules: tuple[ModulePlan, ...]
    namespaces: tuple[NamespacePlan, ...]
    errors: tuple[ErrorPlan, ...]
    bases: tuple[str, ...] = ()
    inherited: tuple[InheritedPlan, ...] = ()
    inherited_errors: tuple[InheritedPlan, ...] = ()

    @property
    def roots(self) -> tuple[str, ...]:
        """The names of the top-level modules."""
        return tuple(module.path[0] for module in self.modules if len(module.path) == 1)


def plan_json(plan: PackagePlan) -> str:
    """The canonical JSON form of a plan: keys sorted, two spaces, types as they are written."""
    parts = {field.name: _json(getattr(plan, field.name)) for field in fields(plan)}
    return json.dumps(parts, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def _json(value: object) -> Any:
    match value:
        case Expression():
            return value.flat()
        case _ if hasattr(value, "_asdict"):
            part = cast("ModulePlan", value)
            return {name: _json(each) for name, each in part._asdict().items()}
        case tuple() | list():
            return [_json(item) for item in cast("tuple[object, ...]", value)]
        case dict():
            return {str(key): _json(item) for key, item in cast("dict[object, object]", value).items()}
        case _:
            return value
