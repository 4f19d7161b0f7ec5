"""Which Python name everything in a set of documents gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from atlex.lexicon import (
    Array,
    DefId,
    Definition,
    Document,
    ErrorDeclaration,
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
    Subscription,
    Token,
    Union,
    UnknownKind,
)
from atlex_codegen._expressions import Path
from atlex_codegen._layers import Layer, prefixes
from atlex_codegen._names import (
    Scope,
    allocate,
    class_name,
    constant_name,
    error_name,
    segment_name,
    singular,
)

__all__ = ["Naming", "json_schema", "last_segment", "payloads"]

_ROOT_NAMES: Final = frozenset({"errors"})
"""What a generated package's top level has beside its namespaces."""

_CONSTANTS: Final = (
    (Query | Procedure | Subscription, "METHOD"),
    (Record, "RECORD"),
    (PermissionSet, "PERMISSION_SET"),
)
"""What a module is called by, by the kind of its document's main definition."""

Where: TypeAlias = tuple[str, str]
"""A part of a document: the NSID and the part's JSON pointer."""


def last_segment(nsid: str) -> str:
    """The segment of an NSID that names the thing itself."""
    return nsid.rpartition(".")[2]


def payloads(definition: Definition) -> Iterator[tuple[str, Part]]:
    """The parts of a method that have a class of their own, with what is put to the method's name for it."""
    if isinstance(definition, Query | Procedure | Subscription) and definition.parameters is not None:
        yield "Params", definition.parameters
    if isinstance(definition, Procedure) and definition.input is not None:
        yield from _body("Input", definition.input)
    if isinstance(definition, Query | Procedure) and definition.output is not None:
        yield from _body("Output", definition.output)
    if isinstance(definition, Subscription) and isinstance(definition.message.schema, Union):
        yield "Message", definition.message.schema


def _body(suffix: str, payload: Payload) -> Iterator[tuple[str, Part]]:
    schema = json_schema(payload)
    if isinstance(schema, Object | Union):
        yield suffix, schema


def json_schema(payload: Payload | None) -> Object | Ref | Union | None:
    """What a body must be, or None where it is no JSON, or any JSON: then it is bytes in Python."""
    if payload is None or payload.encoding != "application/json" or isinstance(payload.schema, UnknownKind):
        return None
    return payload.schema


class _ModuleScope(Scope):
    """The names of one module.

    Attributes:
        document: The class name of the document's last segment.
    """

    def __init__(self, document: str) -> None:
        super().__init__(("METHOD", "PERMISSION_SET", "RECORD", "TYPE_CHECKING"))
        self.document = document

    def take_or_prefix(self, natural: str, prefix: str) -> str:
        """Take the natural name; where it is taken, the one that begins with the prefix."""
        return self.take(prefix + natural if natural in self else natural)


class Naming:
    """The names for a set of documents.

    Args:
        lexicons: The documents.
        package: The package's name; empty for the one that is being made.
        bases: The names in the packages that it is built on directly.
        class_name_of: Chooses the name of a class or alias, by its Lexicon type and the name that it would have.

    Attributes:
        package: The package's name; empty for the one that is being made.
        lexicons: Its documents.
        bases: The names in the packages that it is built on directly.
        packages: The names in the package and in all that it is built on, directly or not, by package.
        homes: The names in the package that has the document, by NSID.
        modules: Which package has a module.
        children: The documents and namespaces right below each of them, in NSID order; those on top under "".
        paths: The module's place for every document and every namespace.
        handles: The name that a module is bound to in other modules, by its place.
        shared_errors: The class in the ``errors`` module, by declared name.
        inherited_errors: The base's package that a shared error's class comes from, by declared name.
    """

    def __init__(
        self,
        lexicons: Lexicons,
        package: str = "",
        bases: Sequence[Naming] = (),
        class_name_of: Callable[[str, str], str] = lambda _, name: name,
    ) -> None:
        self._class_name_of = class_name_of
        self.package = package
        self.lexicons = lexicons
        self.bases = tuple(bases)
        self.packages: dict[str, Naming] = {package: self}
        self.homes: dict[str, Naming] = {}
        self.inherited_errors: dict[str, str] = {}
        inherited: dict[str, str] = {}
        errors: dict[str, str] = {}
        for base in reversed(bases):
            self.packages |= base.packages
            self.homes |= base.homes
            inherited |= {nsid: path[-1] for nsid, path in base.paths.items()}
            errors |= base.shared_errors
            self.inherited_errors |= dict.fromkeys(base.shared_errors, base.package)
        self.homes |= dict.fromkeys(lexicons, self)
        own = (prefix for nsid in lexicons for prefix in prefixes(nsid))
        self.modules: Layer = Layer(package, own, [base.modules for base in bases])
        self.children = _children(self.homes)
        self.paths: dict[str, Path] = _module_paths(self.children, inherited)
        self.handles = _handles(self.paths.values())
        codes = {error.name for _, definition in lexicons.definitions() for error in _errors(definition)}
        self.shared_errors: dict[str, str] = errors | allocate(
            codes - errors.keys(), error_name, errors.values()
        )
        self._classes: dict[Where, str] = {}
        self._definitions: dict[DefId, str] = {}
        self._errors: dict[tuple[str, str], str] = {}
        for document in lexicons.values():
            self._name_document(document)

    def path(self, nsid: str) -> Path:
        """The place of a document's module, or of a namespace's."""
        return self.paths[nsid]

    def handle(self, nsid: str) -> str:
        """The name that other modules bind a document's module to."""
        return self.handles[self.paths[nsid]]

    def all_lexicons(self) -> Lexicons:
        """The documents of the package and of those that it is built on."""
        return Lexicons(home.lexicons[nsid] for nsid, home in self.homes.items())

    def document(self, nsid: str) -> Document | None:
        """The document of that NSID in the package or in those that it is built on, or None."""
        home = self.homes.get(nsid)
        return None if home is None else home.lexicons[nsid]

    def class_at(self, nsid: str, pointer: str) -> str:
        """The class or alias for the object, parameters or union at a pointer."""
        return self.homes[nsid]._classes[nsid, pointer]

    def definition(self, def_id: DefId) -> str:
        """The class, alias or constant for a definition that describes a value."""
        return self.homes[def_id.nsid]._definitions[def_id]

    def error(self, nsid: str, code: str) -> str:
        """The class for an error that a method declares, in the method's module."""
        return self.homes[nsid]._errors[nsid, code]

    def public_names(self, nsid: str) -> tuple[str, ...]:
        """The names that the module of one of the package's own documents has, sorted; not those of its submodules."""
        tables: tuple[Iterable[tuple[str, str]], ...] = (
            ((where[0], name) for where, name in self._classes.items()),
            ((def_id.nsid, name) for def_id, name in self._definitions.items()),
            ((where[0], name) for where, name in self._errors.items()),
        )
        names = {name for table in tables for owner, name in table if owner == nsid}
        main = self.lexicons[nsid].main
        for kind, constant in _CONSTANTS:
            if isinstance(main, kind):
                names.add(constant)
        return tuple(sorted(names))

    def _name_document(self, document: Document) -> None:
        scope = _ModuleScope(class_name(last_segment(document.id)))
        owners: list[tuple[str, Part]] = []
        unions: list[tuple[str, Union]] = []
        if document.main is not None:
            owners += self._name_main(document.id, document.main, scope)
        for name, definition in sorted(document.defs.items()):
            if name != "main":
                owners += self._name_definition(DefId(document.id, name), definition, name, scope)
        for owner, part in owners:
            unions += self._name_inner(document.id, owner, part, scope)
        # After the classes, whose names don't depend on them.
        for natural, union in unions:
            taken = scope.take(f"{natural}Union" if natural in scope else natural)
            self._classes[document.id, union.pointer] = taken

    def _name_main(self, nsid: str, main: Definition, scope: _ModuleScope) -> list[tuple[str, Part]]:
        owners: list[tuple[str, Part]] = []
        for suffix, part in payloads(main):
            name = self._classes[nsid, part.pointer] = scope.take(scope.document + suffix)
            owners.append((name, part))
        for error in _errors(main):
            self._errors[nsid, error.name] = scope.take_or_prefix(
                self.shared_errors[error.name], scope.document
            )
        return owners or self._name_definition(DefId(nsid), main, last_segment(nsid), scope)

    def _name_definition(
        self, def_id: DefId, definition: Definition, name: str, scope: _ModuleScope
    ) -> list[tuple[str, Part]]:
        match definition:
            case Query() | Procedure() | Subscription() | PermissionSet() | UnknownKind():
                return []
            case Token():
                prefix = constant_name(last_segment(def_id.nsid)) + "_"
                self._definitions[def_id] = scope.take_or_prefix(constant_name(name), prefix)
                return []
            case _:
                natural = self._class_name_of(str(def_id), class_name(name))
                taken = scope.take_or_prefix(natural, scope.document)
        self._definitions[def_id] = taken
        part = definition.record if isinstance(definition, Record) else definition
        if isinstance(part, Object | Union):
            self._classes[def_id.nsid, part.pointer] = taken
        return [(taken, part)]

    def _name_inner(
        self, nsid: str, owner: str, part: Part, scope: _ModuleScope
    ) -> Iterator[tuple[str, Union]]:
        """Name the objects that stand inside another, by owner and property; give the names wanted for unions."""
        for name, schema in _properties(part):
            inner = schema
            while isinstance(inner, Array):
                inner = inner.items
            natural = owner + class_name(name) if name else f"{owner}Item"
            if isinstance(inner, Object):
                taken = self._classes[nsid, inner.pointer] = scope.take(natural)
                yield from self._name_inner(nsid, taken, inner, scope)
            elif isinstance(inner, Union):
                yield (natural if inner is schema or not name else singular(natural)), inner


def _properties(part: Part) -> Iterable[tuple[str, Part]]:
    if isinstance(part, Array):
        return [("", part.items)]
    if not isinstance(part, Object | Params):
        return []
    return [(name, prop.schema) for name, prop in sorted(part.properties.items())]


def _errors(definition: Definition) -> tuple[ErrorDeclaration, ...]:
    return definition.errors if isinstance(definition, Query | Procedure | Subscription) else ()


def _children(lexicons: Iterable[str]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {"": []}
    for nsid in sorted(lexicons):
        parent = ""
        for segment in nsid.split("."):
            child = f"{parent}.{segment}" if parent else segment
            if child not in children:
                children[child] = []
                children[parent].append(child)
            parent = child
    return children


def _module_paths(children: Mapping[str, list[str]], inherited: Mapping[str, str]) -> dict[str, Path]:
    """The places of all modules; those that a base has keep their names."""
    paths: dict[str, Path] = {}
    pending: list[tuple[str, Path]] = [("", ())]
    while pending:
        parent, place = pending.pop()
        natural = segment_name if place else _root_name
        names = {last_segment(child): inherited[child] for child in children[parent] if child in inherited}
        own = [last_segment(child) for child in children[parent] if child not in inherited]
        names |= allocate(own, natural, names.values())
        for child in children[parent]:
            paths[child] = (*place, names[last_segment(child)])
            pending.append((child, paths[child]))
    return dict(sorted(paths.items()))


def _root_name(segment: str) -> str:
    name = segment_name(segment)
    return f"{name}_" if name in _ROOT_NAMES else name


def _handles(paths: Iterable[Path]) -> dict[Path, str]:
    by_text = {"\0".join(path): path for path in paths}
    names = allocate(by_text, lambda text: "_" + text.replace("\0", "_"))
    return {path: names[text] for text, path in by_text.items()}
