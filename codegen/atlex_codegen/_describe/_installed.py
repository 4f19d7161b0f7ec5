"""Installed packages: their documents, and the descriptions out of their docstrings.

A package carries its documents, and what its build was told beside them stands in the docstrings alone. They are read
from the source; nothing is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from inspect import cleandoc
from itertools import pairwise
from typing import Final

from atlex._bases import DATA_FILE, package_file
from atlex.errors import LexiconError
from atlex.lexicon import DefId, Document, Method, Object, Params, PermissionSet, UnknownKind, walk
from atlex_codegen._bases import load_bases
from atlex_codegen._context import Context
from atlex_codegen._describe._describer import Describer
from atlex_codegen._load import Source
from atlex_codegen._module_planner import plan_module
from atlex_codegen._naming import Naming
from atlex_codegen._plan import AliasPlan, ClassPlan, ConstantPlan
from atlex_codegen._planner import plan_context
from atlex_codegen._text import paragraphs

__all__ = ["describers_of", "installed_source"]

_NOTHING: Final = Source((), {}, {}, {}, ())


def describers_of(package: str) -> dict[str, Describer]:
    """The describers of an installed package and of those that it is built on, by the NSIDs that they describe.

    Args:
        package: The import name of a generated package.

    Raises:
        LexiconError: There is none, or it is damaged.
    """
    if package_file(package, DATA_FILE) is None:
        raise LexiconError(f"There is no generated package {package!r} here.")
    (naming,) = load_bases([package])
    contexts = {
        name: plan_context(home.all_lexicons(), installed_source(home), home)
        for name, home in naming.packages.items()
    }
    describers = {name: Describer(context, package) for name, context in contexts.items()}
    return {nsid: describers[home.package] for nsid, home in sorted(naming.homes.items())}


def installed_source(naming: Naming) -> Source:
    """What a package was made from beside its documents: descriptions, services, and which arrays are pages.

    Args:
        naming: The names in the installed package.
    """
    modules = _Modules(naming)
    nsids = tuple(naming.lexicons)
    proxies = _proxies(naming.package)
    return Source((), _Tables(nsids, modules.words), proxies, _Tables(nsids, modules.page), ())


def _proxies(package: str) -> dict[str, str]:
    """The services that the methods of namespaces go to, as the package's client has them."""
    for node in ast.walk(ast.parse(package_file(package, "_client/__init__.py") or "")):
        match node:
            case ast.AnnAssign(target=ast.Name(id="lex_proxies"), value=ast.Dict() as table):
                found: dict[str, str] = ast.literal_eval(table)
                return found
            case _:
                pass
    return {}


class _Tables(Mapping[str, str]):
    """Tables of documents as one, each read when it is asked for: a key begins with the document's NSID."""

    def __init__(self, nsids: tuple[str, ...], read: Callable[[str], Mapping[str, str]]) -> None:
        self._nsids = nsids
        self._read = read
        self._tables: dict[str, Mapping[str, str]] = {}

    def _table(self, nsid: str) -> Mapping[str, str]:
        if nsid not in self._tables:
            self._tables[nsid] = self._read(nsid) if nsid in self._nsids else {}
        return self._tables[nsid]

    def __getitem__(self, key: str) -> str:
        return self._table(key.partition("#")[0])[key]

    def __iter__(self) -> Iterator[str]:
        for nsid in self._nsids:
            yield from self._table(nsid)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Modules:
    """Reads the modules of a package's documents."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming

    @cached_property
    def _untold(self) -> Context:
        """What planning goes by where nothing is described."""
        return plan_context(self._naming.all_lexicons(), _NOTHING, self._naming)

    def words(self, nsid: str) -> dict[str, str]:
        """The descriptions in the docstrings of a document's module, by the keys of an overlay."""
        document = self._naming.lexicons[nsid]
        tree = self._tree(nsid)
        plan = plan_module(self._untold, document)
        said = _docstrings(tree.body)
        inside = {node.name: _docstrings(node.body) for node in tree.body if isinstance(node, ast.ClassDef)}
        plans: list[ClassPlan | AliasPlan | ConstantPlan] = [*plan.classes, *plan.aliases, *plan.constants]
        untold = {each.name: each.doc for each in plans}
        fields = {each.name: each.fields for each in plan.classes}
        found: dict[str, str] = {}
        if isinstance(document.main, Method | PermissionSet):
            found[nsid] = _told(ast.get_docstring(tree) or "", plan.doc)
        for def_id, name in self._names(document):
            if name in untold:
                found[str(def_id)] = _told(said.get(name, ""), untold[name])
        for def_id, name in self._classes(document):
            for field in fields[name]:
                key = f"{nsid}#{def_id.name}.{field.wire}"
                text = _told(inside.get(name, {}).get(field.name, ""), field.doc)
                found[key] = found.get(key) or text
        return {key: text for key, text in found.items() if text}

    def page(self, nsid: str) -> dict[str, str]:
        """The array that is the page of a method's output, by the method's NSID."""
        document = self._naming.lexicons[nsid]
        plans = {each.name: each for each in plan_module(self._untold, document).classes}
        for node in ast.walk(self._tree(nsid)):
            if isinstance(node, ast.ClassDef) and node.name in plans:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.FunctionDef) and inner.name == "lex_items":
                        attributes = {
                            each.attr for each in ast.walk(inner) if isinstance(each, ast.Attribute)
                        }
                        wires = [each.wire for each in plans[node.name].fields if each.name in attributes]
                        return {nsid: wires[0]} if wires else {}
        return {}

    def _tree(self, nsid: str) -> ast.Module:
        path = "/".join(self._naming.path(nsid))
        for file in (f"{path}.py", f"{path}/__init__.py"):
            source = package_file(self._naming.package, file)
            if source is not None:
                return ast.parse(source)
        # A package without its sources has no docstrings to read.
        return ast.Module([], [])

    def _names(self, document: Document) -> Iterator[tuple[DefId, str]]:
        for name, definition in document.defs.items():
            if not isinstance(definition, Method | PermissionSet | UnknownKind):
                def_id = DefId(document.id, name)
                yield def_id, self._naming.definition(def_id)

    def _classes(self, document: Document) -> Iterator[tuple[DefId, str]]:
        for name, definition in document.defs.items():
            for part in walk(definition):
                if isinstance(part, Object | Params):
                    yield DefId(document.id, name), self._naming.class_at(document.id, part.pointer)


def _docstrings(body: list[ast.stmt]) -> dict[str, str]:
    """What is said of the classes and names that statements bind."""
    found: dict[str, str] = {}
    for statement, following in pairwise([*body, ast.Pass()]):
        match statement, following:
            case ast.ClassDef(name=name), _:
                found[name] = ast.get_docstring(statement) or ""
            case ast.If(body=inner), _:
                found |= _docstrings(inner)
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = cleandoc(text)
            case _:
                pass
    return found


def _told(docstring: str, untold: tuple[str, ...]) -> str:
    """What a docstring says beyond what it would say if nothing were described."""
    said = paragraphs(docstring)
    if untold and said[-len(untold) :] == list(untold):
        said = said[: -len(untold)]
    return "\n\n".join(said)
