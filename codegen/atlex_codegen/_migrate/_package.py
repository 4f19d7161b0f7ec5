"""The Python names of a generated package, from the documents that it carries."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from atlex._bases import package_file
from atlex.errors import LexiconError
from atlex.lexicon import DefId, Lexicons, Object, Params, Procedure, Query, Record, references, walk
from atlex_codegen._migrate._types import Instance
from atlex_codegen._names import CLIENT_NAMES, RECORDS_NAMES, allocate, field_name
from atlex_codegen._naming import Naming
from atlex_codegen._plugins import MANIFEST_FILE, load_plugins, plugins_of

__all__ = ["Package", "installed_package"]

_DOCUMENTS: Final = "lexicons.bin"


class Package:
    """A generated package.

    Args:
        name: What it is imported as.
        lexicons: The documents that it was made from.
        plugins: The plugins that it was made with.
    """

    def __init__(self, name: str, lexicons: Lexicons, plugins: Iterable[str] = ()) -> None:
        self.name = name
        self.lexicons = lexicons
        self.naming = Naming(lexicons, class_name_of=load_plugins(plugins).class_name)

    @cached_property
    def is_based(self) -> bool:
        """Whether documents refer to others that aren't among them: it then has the names of a base beside its own."""
        return any(
            reference.target.nsid not in self.lexicons
            for _, definition in self.lexicons.definitions()
            for reference in references(definition)
        )

    def class_of(self, instance: Instance) -> tuple[str, ...] | None:
        """Where the class of an object is, below the package."""
        try:
            return (*self.naming.path(instance.nsid), self.naming.class_at(instance.nsid, instance.pointer))
        except KeyError:
            return None

    def fields(self, part: Object | Params) -> dict[str, str]:
        """The Python name of each field of an object, by its name on the wire."""
        return allocate(part.properties, field_name)

    def wire_name(self, part: Object | Params, attribute: str) -> str | None:
        """The name on the wire of a field."""
        return next((wire for wire, name in self.fields(part).items() if name == attribute), None)

    def definitions(self, nsid: str) -> Iterator[tuple[DefId, str]]:
        """The definitions of values in a document, with their Python names."""
        for name in self.lexicons[nsid].defs:
            def_id = DefId(nsid, name)
            try:
                yield def_id, self.naming.definition(def_id)
            except KeyError:
                continue

    def inner_classes(self, nsid: str) -> Iterator[tuple[str, Instance]]:
        """The classes of objects in a document, those inside others among them."""
        for definition in self.lexicons[nsid].defs.values():
            for part in walk(definition):
                if isinstance(part, Object | Params):
                    instance = Instance(nsid, part.pointer, part)
                    path = self.class_of(instance)
                    if path is not None:
                        yield path[-1], instance

    def member(self, nsid: str) -> str:
        """The attribute that a client has for a namespace, a method or a collection, on the namespace above it."""
        own = self.naming.path(nsid)[-1]
        parent = nsid.rpartition(".")[0]
        main = self.lexicons[parent].main if parent in self.lexicons else None
        taken = RECORDS_NAMES if isinstance(main, Record) else frozenset[str]() if parent else CLIENT_NAMES
        return f"{own}_" if own in taken else own

    def method(self, nsid: str) -> Query | Procedure | None:
        """The method of an NSID."""
        main = self.lexicons[nsid].main if nsid in self.lexicons else None
        return main if isinstance(main, Query | Procedure) else None

    def record(self, nsid: str) -> Record | None:
        """The record type of an NSID."""
        main = self.lexicons[nsid].main if nsid in self.lexicons else None
        return main if isinstance(main, Record) else None


def installed_package(name: str) -> Package:
    """Find an installed generated package, without importing it.

    Raises:
        LexiconError: There is none of that name, or it carries no documents.
    """
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None:
        raise LexiconError(f"There is no package {name!r} to be imported.")
    try:
        data = Path(spec.origin).with_name(_DOCUMENTS).read_bytes()
    except OSError as error:
        raise LexiconError(f"The package {name!r} carries no Lexicon documents.") from error
    return Package(name, Lexicons.from_package_data(data), plugins_of(package_file(name, MANIFEST_FILE)))
