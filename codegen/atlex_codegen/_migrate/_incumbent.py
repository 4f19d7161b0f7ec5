"""What the PyPI package ``atproto`` offers, as far as its names can be told from the Lexicon documents and the table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import libcst as cst

from atlex.lexicon import DefId, Object, Part, Procedure, Query, Record, Unknown
from atlex_codegen._migrate._inference import dotted
from atlex_codegen._migrate._package import Package
from atlex_codegen._migrate._templates import Template
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
    Type,
    output_type,
    value_type,
)
from atlex_codegen._naming import json_schema

__all__ = ["ACCOUNT", "Incumbent", "Table", "load_table"]

ACCOUNT: Final = DefId("app.bsky.actor.defs", "profileViewDetailed")
"""What a login gives there."""

_ERRORS: Final = re.compile(r"atproto(_client)?\.exceptions")
_RESULTS: Final = {
    "CreateRecordResponse": "written",
    "GetRecordResponse": "stored",
    "ListRecordsResponse": "listed",
}
_PARTS: Final = {"Params": "params", "Data": "input", "Response": "output"}
_CALLS: Final = {"create": "written", "get": "stored", "list": "listed", "delete": "deleted"}
_BUILDER: Final = External("client_utils.TextBuilder")


@dataclass(frozen=True, slots=True)
class Table:
    """The replacements, by what they replace.

    Attributes:
        calls: Templates of calls, such as ``client.send_post``.
        attributes: Templates of attributes, such as ``client.me.did``.
        names: Names of classes: the module and the name that take the place.
        check: What to look at after a replacement, by name.
        by_hand: What to do about the rest, by name.
        unknown: The record that a field of the type ``unknown`` holds, by definition and field, and the attributes that
            it may be read for; none of these for all.
    """

    calls: Mapping[str, Template]
    attributes: Mapping[str, Template]
    names: Mapping[str, tuple[str, str]]
    check: Mapping[str, str]
    by_hand: Mapping[str, str]
    unknown: Mapping[tuple[str, str], tuple[str, frozenset[str]]]


@cache
def load_table() -> Table:
    """Read the table."""
    raw = tomllib.loads((resources.files(__package__ or "") / "atproto.toml").read_text(encoding="utf-8"))
    calls = raw["client"] | raw["records"] | raw["functions"]
    unknown: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
    for key, record in raw["unknown"].items():
        definition, field, *attributes = key.split()
        unknown[definition, field] = record, frozenset(attributes)
    return Table(
        calls={left.partition("(")[0]: Template.parse(left, right) for left, right in calls.items()},
        attributes={left: Template.parse(left, right) for left, right in raw["attributes"].items()},
        names={left: _split(right) for left, right in raw["names"].items()},
        check=raw["check"],
        by_hand=raw["by_hand"],
        unknown=unknown,
    )


def _split(name: str) -> tuple[str, str]:
    module, _, last = name.rpartition(".")
    return module, last


class Incumbent:
    """The types of ``atproto``'s names.

    Args:
        package: The package to migrate to; its documents are taken for those of ``atproto`` as well.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.table = load_table()
        self._lexicons = package.lexicons
        self._modules = {
            "".join(part[:1].upper() + part[1:] for part in nsid.split(".")): nsid
            for nsid in package.lexicons
        }
        self._members: dict[str, dict[str, str]] = {}
        for nsid in package.naming.paths:
            self._members.setdefault(nsid.rpartition(".")[0], {})[package.member(nsid)] = nsid

    def is_incumbent(self, module: str) -> bool:
        """Whether a module belongs to the package."""
        return bool(re.match(r"atproto(_[a-z]+)?(\.|$)", module))

    def imported(self, module: str, name: str) -> Type | None:
        """The type of a name of a module."""
        if not self.is_incumbent(module):
            return None
        if not name:
            return External(module)
        if _ERRORS.fullmatch(module):
            return ClassOf(External(f"exceptions.{name}"))
        if module.startswith("atproto_client.models"):
            return self._generated(module.removeprefix("atproto_client.models").lstrip("."), name)
        if module == "atproto_client.utils":
            return self._top(f"client_utils.{name}")
        return self._top(name)

    def _top(self, name: str) -> Type:
        match name:
            case "Client" | "AsyncClient":
                return ClassOf(Client(asynchronous=name == "AsyncClient"))
            case "client_utils.TextBuilder":
                return ClassOf(_BUILDER)
            case "AtUri":
                return ClassOf(External("uri"))
            case _:
                return External(name)

    def _generated(self, place: str, name: str) -> Type | None:
        """A name of a module of models that is imported by itself."""
        path = [*filter(None, place.split(".")), name]
        for taken in (len(path), len(path) - 1):
            for nsid, found in self.package.naming.paths.items():
                if list(found) == path[:taken] and nsid in self._lexicons:
                    return Module(nsid) if taken == len(path) else self._model(nsid, name)
        return self.attribute(External("models"), name) if not place else None

    def attribute(self, of: Type, name: str) -> Type | None:
        """The type of an attribute."""
        match of:
            case External():
                return self._external(of, name)
            case Module():
                return self._model(of.nsid, name)
            case Client():
                return self._client(of, name)
            case Member():
                return self._member(of, name)
            case Instance():
                return self._field(of, name)
            case AnyOf():
                found = [type_ for member in of.members if (type_ := self._field(member, name)) is not None]
                return found[0] if found and all(type_ == found[0] for type_ in found) else None
            case Opaque():
                record, attributes = self.held(of)
                return self._field(record, name) if record is not None and name in attributes else None
            case ClassOf(External("uri")):
                return External(f"AtUri.{name}")
            case _:
                return None

    def _external(self, of: External, name: str) -> Type | None:
        match of.name:
            case "atproto" | "atproto_client":
                return External("exceptions") if name == "exceptions" else self._top(name)
            case "exceptions":
                return ClassOf(External(f"exceptions.{name}"))
            case "client_utils":
                return self._top(f"client_utils.{name}")
            case "client_utils.TextBuilder":
                return External(f"client_utils.TextBuilder.{name}")
            case "models":
                if name in self._modules:
                    return Module(self._modules[name])
                return External(f"models.{name}")
            case "models.blob_ref":
                return ClassOf(External("models.blob_ref.BlobRef")) if name == "BlobRef" else None
            case "models.ids":
                return External("id", Module(self._modules[name])) if name in self._modules else None
            case "client.me" if isinstance(of.of, Instance):
                return External("client.me.did", of.of) if name == "did" else self._field(of.of, name)
            case "written" | "stored" | "listed":
                return self._result(of, name)
            case "records.map" if name in {"items", "values"}:
                return External(f"records.{name}", of.of)
            case _:
                return External(f"{_receiver(of.name)}.{name}", of.of)

    def _result(self, of: External, name: str) -> Type | None:
        if name == "value":
            return of.of
        if name == "records":
            return External("listed.records", of.of)
        return Plain("string")

    def _client(self, of: Client, name: str) -> Type | None:
        if name in self._members[""]:
            return Member(self._members[""][name], of.asynchronous)
        if name == "me":
            return External("client.me", self._definition(ACCOUNT))
        return External(f"client.{name}", of)

    def _member(self, of: Member, name: str) -> Type | None:
        if name in self._members.get(of.nsid, {}):
            return Member(self._members[of.nsid][name], of.asynchronous)
        if self.package.record(of.nsid) is not None and name in _CALLS:
            return External(f"records.{name}", of)
        return None

    def _definition(self, def_id: DefId) -> Type | None:
        found = self._lexicons.find(def_id)
        return None if found is None else value_type(self._lexicons, def_id.nsid, found)

    def _field(self, of: Instance, name: str) -> Type | None:
        for wire, attribute in self.package.fields(of.part).items():
            if name == attribute:
                schema = of.part.properties[wire].schema
                if not isinstance(schema, Unknown):
                    return value_type(self._lexicons, of.nsid, schema)
                opaque = Opaque(of, wire)
                record, attributes = self.held(opaque)
                return opaque if record is None or attributes else record
        return None

    def held(self, value: Opaque) -> tuple[Instance | None, frozenset[str]]:
        """The record that an ``unknown`` value is known to hold, and the attributes that it may be read for."""
        for def_id in self._names(value.owner):
            nsid, attributes = self.table.unknown.get((def_id, value.name), ("", frozenset[str]()))
            if (record := self.package.record(nsid)) is not None:
                return Instance(nsid, record.record.pointer, record.record), attributes
        return None, frozenset()

    def _names(self, owner: Instance) -> list[str]:
        document = self._lexicons[owner.nsid]
        return [
            str(DefId(owner.nsid, name))
            for name, found in document.defs.items()
            if found.pointer == owner.pointer
        ]

    def _model(self, nsid: str, name: str) -> Type | None:
        """A class of the module of a document."""
        document = self._lexicons[nsid]
        main = document.main
        if name in _RESULTS and isinstance(main, Record):
            return ClassOf(External(_RESULTS[name], self._definition(DefId(nsid))))
        if name in _PARTS and isinstance(main, Query | Procedure):
            of = self.part(nsid, _PARTS[name])
        elif name == "Record" and isinstance(main, Record):
            of = self._definition(DefId(nsid))
        else:
            wanted = (
                "main"
                if name == "Main"
                else next((key for key in document.defs if key[:1].upper() + key[1:] == name), "")
            )
            found = document.defs.get(wanted)
            of = value_type(self._lexicons, nsid, found) if isinstance(found, Object) else None
        return None if of is None else ClassOf(of)

    def part(self, nsid: str, part: str) -> Type | None:
        """What a method takes or gives: its ``params``, ``input`` or ``output``."""
        method = self.package.method(nsid)
        found: Part | None = None
        if method is not None and part == "params":
            found = method.parameters
        elif method is not None and part == "output":
            return output_type(self._lexicons, nsid, method.output)
        elif isinstance(method, Procedure):
            found = json_schema(method.input)
        return None if found is None else value_type(self._lexicons, nsid, found)

    def called(self, function: Type, call: cst.Call, argument: Type | None = None) -> Type | None:
        """The type of what a call gives."""
        match function:
            case ClassOf():
                return function.of
            case Member():
                return _perhaps_awaited(self.part(function.nsid, "output"), function.asynchronous)
            case External("client.login", Client(asynchronous)):
                return _perhaps_awaited(self._definition(ACCOUNT), asynchronous)
            case External(name, Client() as client) if (
                name.startswith("client.with_") or name == "client.clone"
            ):
                return client
            case External(name, Client() as client) if name in self.table.calls:
                return self._replaced(self.table.calls[name], client)
            case External(name, Member(nsid, asynchronous)):
                result = External(_CALLS[name.rpartition(".")[2]], self._definition(DefId(nsid)))
                return _perhaps_awaited(result, asynchronous)
            case External("models.create_strong_ref"):
                return self._definition(DefId("com.atproto.repo.strongRef"))
            case External("AtUri.from_str"):
                return External("uri")
            case External("records.values"):
                return ListOf(function.of)
            case External(name) if name.startswith("client_utils.TextBuilder."):
                return Plain("string") if name.endswith(".build_text") else _BUILDER
            case _:
                return None

    def _replaced(self, template: Template, client: Client) -> Type | None:
        """The type of what takes the place of a client's own method."""
        if not isinstance(template.body, cst.Call):
            return None
        of: Type | None = client
        for name in dotted(template.body.func).split(".")[1:]:
            of = None if of is None else self.attribute(of, name)
        return None if of is None else self.called(of, template.body)

    def entered(self, of: Type) -> Type | None:
        """The type of what ``with`` binds."""
        return of

    def iterated(self, of: Type) -> Type | None:
        """The type of what a loop gives: nothing of the package can be looped over by itself."""
        return None


def _perhaps_awaited(of: Type | None, asynchronous: bool) -> Type | None:
    return Awaitable(of) if asynchronous else of


def _receiver(name: str) -> str:
    return "error" if name.startswith("exceptions.") else name
