"""Installed packages that the one being made is built on: their documents, their names, and what is used of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from atlex._bases import DATA_FILE, base_names, digest_of, package_file
from atlex.errors import BasePackageError, LexiconError
from atlex.lexicon import DefId, Diagnostic, Lexicons, Ref, references, schema_digest, strip_prose
from atlex_codegen._naming import Naming
from atlex_codegen._plan import PackagePlan
from atlex_codegen._plugins import MANIFEST_FILE, load_plugins, plugins_of

__all__ = ["bases_text", "load_bases", "separate"]


def load_bases(packages: Iterable[str]) -> tuple[Naming, ...]:
    """The documents and names of installed packages; none is imported.

    Args:
        packages: Their names. One that another of them is built on needn't be named, and is left out.

    Raises:
        LexiconError: One isn't installed, or isn't a generated package.
    """
    loaded: dict[str, Naming] = {}
    bases = [_load(package, loaded) for package in dict.fromkeys(packages)]
    return tuple(base for base in bases if not any(base.package in other.modules.below for other in bases))


def _load(package: str, loaded: dict[str, Naming], above: tuple[str, ...] = ()) -> Naming:
    if package in above:
        raise LexiconError(f"The package {package!r} is built on itself, by way of {above[-1]!r}.")
    if package not in loaded:
        data = package_file(package, DATA_FILE)
        if data is None:
            raise LexiconError(
                f"There is no generated package {package!r} to build on: install it where the atlex command runs."
            )
        try:
            names = base_names(package)
        except BasePackageError as error:
            raise LexiconError(*error.args) from error
        bases = [_load(base, loaded, (*above, package)) for base in names]
        plugins = plugins_of(package_file(package, MANIFEST_FILE))
        loaded[package] = Naming(
            Lexicons.from_package_data(data), package, bases, load_plugins(plugins).class_name
        )
    return loaded[package]


def separate(own: Lexicons, bases: Sequence[Naming]) -> tuple[Lexicons, list[Diagnostic]]:
    """Leave out the documents that a base has too.

    Returns:
        The rest, and a warning about each that differs from a base's, and each that several bases have.
    """
    homes = _homes(bases)
    found = [
        Diagnostic(
            severity="warning",
            nsid=nsid,
            message=f"the packages {homes[nsid].package!r} and {base.homes[nsid].package!r} both have the document, "
            "and the first is used",
            hint="build both on one package that has it",
        )
        for base in bases
        for nsid in base.homes
        if base.homes[nsid] is not homes[nsid]
    ]
    found += [
        Diagnostic(
            severity="warning",
            file=document.source,
            nsid=nsid,
            message=f"the document isn't the one of the package {home.package!r}, which is used in its place",
            hint="remove it, or give it an NSID of its own",
        )
        for nsid, document in own.items()
        if (home := homes.get(nsid)) and schema_digest(document) != schema_digest(home.lexicons[nsid])
    ]
    return Lexicons(document for nsid, document in own.items() if nsid not in homes), found


def bases_text(naming: Naming, plan: PackagePlan) -> str:
    """What a package says of those that it is built on: `BASES_FILE`.

    Args:
        naming: The names in the package.
        plan: Its plan.
    """
    used: dict[str, dict[str, Any]] = {base.package: _nothing_used(base) for base in naming.bases}

    def entry(home: Naming) -> dict[str, Any]:
        return used.setdefault(home.package, _nothing_used(home))

    for def_id in sorted(_references(naming), key=str):
        home = naming.homes[def_id.nsid]
        if home is not naming:
            schema = strip_prose(home.lexicons[def_id.nsid].raw)["defs"][def_id.name]
            entry(home)["definitions"][f"{def_id.nsid}#{def_id.name}"] = schema
    for namespace in plan.namespaces:
        for member in namespace.bases if namespace.nsid else ():
            entry(naming.packages[member.package])["namespaces"].append(namespace.nsid)
    content = {"bases": [base.package for base in naming.bases], "used": used}
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def _homes(bases: Sequence[Naming]) -> dict[str, Naming]:
    homes: dict[str, Naming] = {}
    for base in reversed(bases):
        homes |= base.homes
    return homes


def _nothing_used(base: Naming) -> dict[str, Any]:
    data = package_file(base.package, DATA_FILE) or b""
    return {"documents": digest_of(data), "definitions": {}, "namespaces": []}


def _references(naming: Naming) -> set[DefId]:
    """The definitions that the documents refer to, and those that these are only another name for."""
    pending = [
        ref.target for _, definition in naming.lexicons.definitions() for ref in references(definition)
    ]
    found: set[DefId] = set()
    while pending:
        target = pending.pop()
        if target not in found:
            found.add(target)
            definition = naming.homes[target.nsid].lexicons.definition(target)
            if isinstance(definition, Ref):
                pending.append(definition.target)
    return found
