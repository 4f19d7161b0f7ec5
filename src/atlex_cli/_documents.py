"""The Lexicon documents of an installed package, as plain JSON: what its methods take, without loading a model."""

from __future__ import annotations

import bz2
import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Final, TypeAlias

from atlex._bases import DATA_FILE, base_names, package_file
from atlex.errors import AtlexError
from atlex_codegen._names import field_name, segment_name

__all__ = ["Documents", "Properties", "Schema", "UnknownNameError", "python_path", "suggestion", "wire_name"]

Schema: TypeAlias = Mapping[str, Any]
Properties: TypeAlias = Mapping[str, "tuple[Schema, str]"]
"""The arguments of a method by their wire names: the schema of each, and the NSID of the document it stands in."""

_METHODS: Final = frozenset({"query", "procedure", "subscription"})


class UnknownNameError(AtlexError):
    """Something that was named isn't in the documents. The message says so, and what was perhaps meant."""


class Documents:
    """The documents of a package and of those that it is built on.

    Args:
        package: What it is imported as.

    Raises:
        UnknownNameError: There is no such package, or it has no documents.
    """

    def __init__(self, package: str = "atlex_sdk") -> None:
        self._documents: dict[str, Schema] = {}
        self._packages: dict[str, str] = {}
        self._add(package)
        if not self._documents:
            raise UnknownNameError(
                f"There is no installed package {package!r:.100} of atlex's making. Is its folder on the path?"
            )

    def _add(self, package: str) -> None:
        data = package_file(package, DATA_FILE)
        if data is None:
            return
        try:
            found: list[Any] = json.loads(bz2.decompress(data))
            for document in found:
                if self._documents.setdefault(document["id"], document["defs"]) is document["defs"]:
                    self._packages[document["id"]] = package
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise UnknownNameError(f"The documents of the package {package!r} are damaged.") from error
        for base in base_names(package):
            self._add(base)

    def __iter__(self) -> Iterator[str]:
        """The NSIDs of all documents."""
        return iter(self._documents)

    def main(self, nsid: str) -> Schema:
        """The main definition of a document; empty where it has none."""
        main: Schema = self._documents[nsid].get("main", {})
        return main

    def nsids(self, *types: str) -> list[str]:
        """The NSIDs of the documents whose main definition is of one of these types."""
        return [nsid for nsid in self._documents if self.main(nsid).get("type") in types]

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        return {python_path(nsid): nsid for nsid in self._documents}

    def look_up(self, name: str) -> str | None:
        """The NSID of a document that is named by it or by what the module is called in Python; None for no such."""
        return name if name in self._documents else self._paths.get(name)

    def find(self, name: str) -> str:
        """The NSID of a document.

        Args:
            name: The NSID, or what the module is called in Python.

        Raises:
            UnknownNameError: There is none.
        """
        nsid = self.look_up(name)
        if nsid is None:
            known = (
                [*self._documents, *self._paths] if name != name.lower() or "_" in name else self._documents
            )
            raise UnknownNameError(f"There is no {name!r:.100}{suggestion(name, known)}")
        return nsid

    def method(self, name: str) -> str:
        """The NSID of a method that can be called.

        Raises:
            UnknownNameError: There is none, or it can't be called.
        """
        nsid = self.find(name)
        type_ = self.main(nsid).get("type")
        if type_ == "subscription":
            raise UnknownNameError(
                f"{nsid} is a subscription: atlex doesn't open WebSockets, on the command line or in Python"
            )
        if type_ == "record":
            raise UnknownNameError(f"{nsid} is a record, not a method: see atlex record --help")
        if type_ not in _METHODS:
            raise UnknownNameError(f"{nsid} has definitions, and is no method: see atlex docs {nsid}")
        return nsid

    def package(self, nsid: str) -> str:
        """The package that has a document."""
        return self._packages[nsid]

    def parameters(self, nsid: str) -> Properties:
        """The parameters of a method."""
        properties = self.main(nsid).get("parameters", {}).get("properties", {})
        return {name: (schema, nsid) for name, schema in properties.items()}

    def input(self, nsid: str) -> Properties:
        """The properties of a method's JSON input."""
        return self.properties(self.main(nsid).get("input", {}).get("schema", {}), nsid)

    def properties(self, schema: Schema, nsid: str) -> Properties:
        """The properties of an object, which may be a ref to it; none for anything else."""
        schema, nsid = self.resolve(schema, nsid)
        schema = schema.get("record", schema)
        if schema.get("type") != "object":
            return {}
        return {name: (value, nsid) for name, value in schema.get("properties", {}).items()}

    def resolve(self, schema: Schema, nsid: str) -> tuple[Schema, str]:
        """What a schema is past refs, and the NSID of the document that it stands in."""
        for _ in range(100):
            if schema.get("type") != "ref":
                break
            document, _, name = str(schema.get("ref", "")).partition("#")
            nsid = document or nsid
            schema = self._documents.get(nsid, {}).get(name or "main", {})
        return schema, nsid


def python_path(nsid: str) -> str:
    """What the module of a document is called: ``app.bsky.actor.get_profile``."""
    return ".".join(segment_name(segment) for segment in nsid.split("."))


def wire_name(name: str, known: Mapping[str, object]) -> str | None:
    """The wire name of a property that is named so on the wire or in Python, or None where there is none."""
    if name in known:
        return name
    return next((wire for wire in known if field_name(wire) == name), None)


def suggestion(name: str, known: Any) -> str:
    """What was perhaps meant, as the end of a sentence; empty where nothing is like it."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f". Did you mean {found[0]}?" if found else ""
