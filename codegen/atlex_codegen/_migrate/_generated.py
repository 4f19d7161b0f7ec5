"""The types of a generated package's names, and of atlex's own as far as they lead to values."""

from __future__ import annotations

from typing import Final

import libcst as cst

from atlex.lexicon import (
    Array,
    DefId,
    Procedure,
    Query,
    Subscription,
    Token,
    Unknown,
)
from atlex_codegen._migrate._package import Package
from atlex_codegen._migrate._types import (
    AnyOf,
    Awaitable,
    ClassOf,
    Client,
    External,
    Instance,
    ListOf,
    Member,
    Module,
    Opaque,
    Plain,
    Symbol,
    Type,
    output_type,
    value_type,
)
from atlex_codegen._naming import json_schema, payloads

__all__ = ["Generated"]

_RECORD_CALLS: Final = {
    "create": "written",
    "put": "written",
    "get": "stored",
    "list": "page",
    "iterate": "listing",
}
_READERS: Final = frozenset({"from_wire", "model_validate", "model_construct"})
_COPIES: Final = frozenset({"model_copy", "copy"})
_DESCRIPTORS: Final = frozenset({"METHOD", "RECORD", "PERMISSION_SET"})


class Generated:
    """The types of a package that atlex generated.

    Args:
        package: The package.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self._lexicons = package.lexicons
        self._modules = {path: nsid for nsid, path in package.naming.paths.items()}
        self._members: dict[str, dict[str, str]] = {}
        for nsid in package.naming.paths:
            self._members.setdefault(nsid.rpartition(".")[0], {})[package.member(nsid)] = nsid

    def belongs(self, module: str) -> bool:
        """Whether a module is part of the package."""
        return module == self.package.name or module.startswith(f"{self.package.name}.")

    def imported(self, module: str, name: str) -> Type | None:
        """The type of a name of a module."""
        if self.belongs(module):
            of: Type | None = External("package")
            for part in [*module.removeprefix(self.package.name).split(".")[1:], *filter(None, [name])]:
                of = None if of is None else self.attribute(of, part)
            return of
        if module == "atlex" and name == "read_as":
            return External("read_as")
        return External("atlex") if module == "atlex" and not name else None

    def attribute(self, of: Type, name: str) -> Type | None:
        """The type of an attribute."""
        match of:
            case External():
                return self._external(of, name)
            case Module():
                return self._symbol(of.nsid, name)
            case Client():
                if name in self._members[""]:
                    return Member(self._members[""][name], of.asynchronous)
                return External(f"client.{name}", of)
            case Member():
                return self._member(of, name)
            case Instance():
                return self._field(of, name) or self._method(of, name)
            case AnyOf():
                found = [self._field(member, name) for member in of.members]
                there = [type_ for type_ in found if type_ is not None]
                return there[0] if there and all(type_ == there[0] for type_ in there) else None
            case ClassOf(Instance() as made) if name in _READERS:
                return External("reader", made)
            case _:
                return None

    def _external(self, of: External, name: str) -> Type | None:
        match of.name, name:
            case "package", "Client" | "AsyncClient":
                return ClassOf(Client(asynchronous=name == "AsyncClient"))
            case "package", _:
                return Module(self._modules[name,]) if (name,) in self._modules else None
            case "atlex", "read_as":
                return External("read_as")
            case "response", "body":
                return of.of
            case "stored" | "listed", "value":
                return of.of
            case "page", "records":
                return ListOf(External("listed", of.of))
            case "written" | "stored" | "listed", "uri" | "cid" | "rkey":
                return Plain("string")
            case "pages", "take":
                return External("pages.take", of.of)
            case _:
                return None

    def _symbol(self, nsid: str, name: str) -> Type | None:
        """A name of a module."""
        path = self.package.naming.path(nsid)
        if (child := self._modules.get((*path, name))) is not None:
            return Module(child)
        if nsid not in self._lexicons:
            return None
        if name in _DESCRIPTORS:
            return Symbol("descriptor", path, name)
        return self._symbols(nsid).get(name)

    def _symbols(self, nsid: str) -> dict[str, Type]:
        naming, path = self.package.naming, self.package.naming.path(nsid)
        found: dict[str, Type] = {}
        for def_name, definition in self._lexicons[nsid].defs.items():
            if isinstance(definition, Query | Procedure | Subscription):
                for error in definition.errors:
                    name = naming.error(nsid, error.name)
                    found[name] = Symbol("error", path, name)
                for _, part in payloads(definition):
                    name = naming.class_at(nsid, part.pointer)
                    of = value_type(self._lexicons, nsid, part)
                    found[name] = ClassOf(of) if isinstance(of, Instance) else Symbol("alias", path, name)
            elif isinstance(definition, Token):
                name = naming.definition(DefId(nsid, def_name))
                found[name] = Symbol("constant", path, name)
        for def_id, name in self.package.definitions(nsid):
            if name not in found:
                of = value_type(self._lexicons, nsid, self._lexicons.definition(def_id))
                found[name] = ClassOf(of) if isinstance(of, Instance) else Symbol("alias", path, name)
        for name, instance in self.package.inner_classes(nsid):
            found.setdefault(name, ClassOf(instance))
        return found

    def _member(self, of: Member, name: str) -> Type | None:
        record = self.package.record(of.nsid)
        if record is not None and name in _RECORD_CALLS:
            result = External(_RECORD_CALLS[name], Instance(of.nsid, record.record.pointer, record.record))
            return External(
                f"records.{name}", _perhaps_awaited(result, of.asynchronous and name != "iterate")
            )
        nsid = self._members.get(of.nsid, {}).get(name)
        return None if nsid is None else Member(nsid, of.asynchronous)

    def _field(self, of: Instance, name: str) -> Type | None:
        wire = self.package.wire_name(of.part, name)
        if wire is None:
            return None
        schema = of.part.properties[wire].schema
        return (
            Opaque(of, wire) if isinstance(schema, Unknown) else value_type(self._lexicons, of.nsid, schema)
        )

    def _method(self, of: Instance, name: str) -> Type | None:
        if name in _COPIES:
            return External("copy", of)
        if name.endswith("_as") and isinstance(self._field(of, name.removesuffix("_as")), Opaque):
            return External("read_as")
        return None

    def called(self, function: Type, call: cst.Call, argument: Type | None = None) -> Type | None:
        """The type of what a call gives."""
        match function:
            case ClassOf():
                return function.of
            case Member():
                return _perhaps_awaited(self.output(function.nsid), function.asynchronous)
            case External(name, of) if name.startswith("records."):
                if isinstance(of, External) and of.name == "listing":
                    return External("pages", External("listed", of.of))
                return of
            case External("reader" | "copy", of):
                return of
            case External("client.with_options", of):
                return of
            case External("read_as"):
                return argument.of if isinstance(argument, ClassOf) else None
            case External("client.paginate", Client()) if isinstance(argument, Member):
                return External("pages", self._page_item(argument.nsid))
            case External("client.xrpc", Client(asynchronous)) if isinstance(argument, Symbol):
                nsid = self._modules.get(argument.path, "")
                return _perhaps_awaited(External("response", self.output(nsid)), asynchronous)
            case External("pages.take", of):
                return ListOf(of)
            case _:
                return None

    def module(self, path: tuple[str, ...]) -> str | None:
        """The document, or the namespace, of a module."""
        return self._modules.get(path)

    def output(self, nsid: str) -> Type | None:
        """What a method gives."""
        method = self.package.method(nsid)
        return None if method is None else output_type(self._lexicons, nsid, method.output)

    def _page_item(self, nsid: str) -> Type | None:
        """What the only array of a method's output has in it."""
        of = self.output(nsid)
        if not isinstance(of, Instance):
            return None
        arrays = [prop.schema for prop in of.part.properties.values() if isinstance(prop.schema, Array)]
        return value_type(self._lexicons, of.nsid, arrays[0].items) if len(arrays) == 1 else None

    def entered(self, of: Type) -> Type | None:
        """The type of what ``with`` binds."""
        return of

    def iterated(self, of: Type) -> Type | None:
        """The type of what a loop over something gives."""
        return of.of if isinstance(of, External) and of.name == "pages" else None

    def arguments(self, nsid: str) -> list[tuple[str, Instance]]:
        """What the arguments of a method belong to, in the order in which names are given."""
        method = self.package.method(nsid)
        found: list[tuple[str, Instance]] = []
        if method is not None and method.parameters is not None:
            found.append(("params", Instance(nsid, method.parameters.pointer, method.parameters)))
        schema = json_schema(method.input) if isinstance(method, Procedure) else None
        of = None if schema is None else value_type(self._lexicons, nsid, schema)
        if isinstance(of, Instance):
            found.append(("input", of))
        return found


def _perhaps_awaited(of: Type | None, asynchronous: bool) -> Type | None:
    return Awaitable(of) if asynchronous else of
