"""The public names of a generated package, each with the part of a document that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

from atlex.lexicon import (
    DefId,
    Definition,
    Lexicons,
    Object,
    Params,
    Part,
    Payload,
    PermissionSet,
    Procedure,
    Query,
    Record,
    Ref,
    Schema,
    Subscription,
    Token,
    Union,
    UnknownKind,
    walk,
)
from atlex_codegen._diff._changes import PythonName
from atlex_codegen._expressions import NONE, either
from atlex_codegen._names import allocate, field_name
from atlex_codegen._naming import Naming, json_schema, payloads
from atlex_codegen._plan import MethodPlan, PackagePlan
from atlex_codegen._types import Types

__all__ = ["Entry", "Spot", "package_names"]

Spot: TypeAlias = tuple[str, str]
"""A part of a document: the NSID and the JSON pointer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name of a package.

    Attributes:
        name: The name.
        spot: The part of a document that it comes from.
        owner: For a field the part that its class comes from, for an argument its method; None for other names.
        label: The code of an error, or the part of a request that an argument goes to; else empty.
        type: Its type as source text; for a class, a reference to it.
        required: Whether it must be given, for a field or an argument.
    """

    name: PythonName
    spot: Spot
    owner: Spot | None = None
    label: str = ""
    type: str = ""
    required: bool = False


def package_names(naming: Naming, plan: PackagePlan) -> list[Entry]:
    """List the names of a package.

    Args:
        naming: The names in it; the references in its documents have been checked.
        plan: Its plan.
    """
    lexicons = naming.lexicons
    types = Types(lexicons, naming)
    entries = [
        Entry(PythonName("module", naming.path(nsid)), (nsid, next(iter(document.defs.values())).pointer))
        for nsid, document in lexicons.items()
        if document.defs
    ]
    for def_id, definition in lexicons.definitions():
        entries += _definition(naming, types, def_id, definition)
    entries += _client(lexicons, plan)
    return entries


def _definition(naming: Naming, types: Types, def_id: DefId, definition: Definition) -> Iterator[Entry]:
    nsid, path = def_id.nsid, naming.path(def_id.nsid)
    match definition:
        case Query() | Procedure() | Subscription():
            for error in definition.errors:
                name = naming.error(nsid, error.name)
                yield Entry(PythonName("error", path, name), (nsid, error.pointer), label=error.name)
            for _, part in payloads(definition):
                yield from _part(naming, types, nsid, part, naming.class_at(nsid, part.pointer))
        case PermissionSet() | UnknownKind():
            pass
        case Token():
            name = naming.definition(def_id)
            yield Entry(PythonName("constant", path, name), (nsid, definition.pointer))
        case _:
            part = definition.record if isinstance(definition, Record) else definition
            yield from _part(naming, types, nsid, part, naming.definition(def_id))


def _part(naming: Naming, types: Types, nsid: str, part: Part, name: str) -> Iterator[Entry]:
    """The class or alias of a named part, and those of the parts inside it, with their fields."""
    path = naming.path(nsid)
    for inner in walk(part):
        spot = nsid, inner.pointer
        match inner:
            case Object() | Params():
                name = naming.class_at(nsid, inner.pointer)
                type_ = types.class_at(nsid, inner)
                yield Entry(PythonName("class", path, name), spot, type=type_.flat())
                yield from _fields(types, nsid, inner, PythonName("field", path, name))
            case Union():
                name = naming.class_at(nsid, inner.pointer)
                type_, _ = types.union(inner)
                yield Entry(PythonName("alias", path, name), spot, type=type_.flat())
            case _ if inner is part:
                type_ = types.plain(cast("Schema", part), nsid, "result")
                yield Entry(PythonName("alias", path, name), spot, type=type_.flat())
            case _:
                pass


def _fields(types: Types, nsid: str, part: Object | Params, name: PythonName) -> Iterator[Entry]:
    attributes = allocate(part.properties, field_name)
    for prop in part.properties.values():
        type_ = types.plain(prop.schema, nsid, "result")
        yield Entry(
            replace(name, member=attributes[prop.name]),
            (nsid, prop.schema.pointer),
            owner=(nsid, part.pointer),
            type=(either(type_, NONE) if prop.nullable or not prop.required else type_).flat(),
            required=prop.required,
        )


def _client(lexicons: Lexicons, plan: PackagePlan) -> Iterator[Entry]:
    paths: dict[str, tuple[str, ...]] = {"": ()}
    # A namespace stands after the one that it is in.
    for namespace in plan.namespaces:
        path = paths[namespace.nsid]
        for child in namespace.children:
            paths[child.nsid] = (*path, child.name)
        for method in namespace.methods:
            yield from _method(lexicons, path, method.name, method)
        if namespace.call is not None:
            yield from _method(lexicons, path, "", namespace.call)
        for records in namespace.records:
            yield Entry(PythonName("collection", path, records.name), (records.nsid, "/defs/main"))
        if namespace.collection is not None:
            yield Entry(PythonName("collection", path), (namespace.nsid, "/defs/main"))


def _method(lexicons: Lexicons, path: tuple[str, ...], name: str, plan: MethodPlan) -> Iterator[Entry]:
    spot = plan.nsid, "/defs/main"
    yield Entry(PythonName("method", path, name), spot, type=plan.returns.flat())
    method = lexicons.method(plan.nsid)
    sent = method.input if isinstance(method, Procedure) else None
    groups = {
        "params": _attributes(plan.nsid, method.parameters),
        "input": _attributes(*_input_object(lexicons, plan.nsid, sent)),
    }
    for argument in plan.arguments:
        body = spot if sent is None else (plan.nsid, sent.pointer)
        yield Entry(
            PythonName("argument", path, name, argument.name),
            groups.get(argument.goes_to, {}).get(argument.key, body),
            owner=spot,
            label=argument.goes_to,
            type=argument.type.flat(),
            required=argument.default is None,
        )


def _attributes(nsid: str, part: Part | None) -> dict[str, Spot]:
    """Where the properties of an object or of parameters are, by their names in Python."""
    if not isinstance(part, Object | Params):
        return {}
    names = allocate(part.properties, field_name)
    return {names[prop.name]: (nsid, prop.schema.pointer) for prop in part.properties.values()}


def _input_object(lexicons: Lexicons, nsid: str, payload: Payload | None) -> tuple[str, Part | None]:
    """The object that a method takes, past references, with the document that it is in."""
    schema = json_schema(payload)
    if not isinstance(schema, Ref):
        return nsid, schema
    definition, names = lexicons.follow(schema.target)
    return names[-1].nsid, definition
