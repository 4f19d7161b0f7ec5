"""From documents to the plan of a package: its modules, and what its clients offer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, cast

from atlex.lexicon import Array, Lexicons, Object, Params, Procedure, Query, Ref, String, Union
from atlex_codegen._client_planner import plan_namespaces
from atlex_codegen._context import Context
from atlex_codegen._load import Source
from atlex_codegen._module_planner import inherited_names, plan_module, plan_namespace_module
from atlex_codegen._naming import Naming, json_schema
from atlex_codegen._plan import ErrorPlan, InheritedPlan, PackagePlan
from atlex_codegen._plugins import Plugins
from atlex_codegen._prose import Prose

__all__ = ["has_cursor", "plan_context", "plan_package"]

_KNOWN_ERRORS: Final = {
    "AuthFactorTokenRequired": "LexAuthFactorError",
    "InvalidSwap": "InvalidSwapError",
    "RecordNotFound": "RecordNotFoundError",
}
"""The errors that the interface has a class for: sessions and record calls raise them without a generated package."""


def plan_package(
    lexicons: Lexicons,
    source: Source,
    naming: Naming | None = None,
    plugins: Plugins | None = None,
    *,
    only: Collection[str] | None = None,
) -> PackagePlan:
    """Plan the package for a set of documents.

    Args:
        lexicons: The documents, with their references checked, and those of the packages that it is built on.
        source: What is said beside them.
        naming: The names in the package; None where it is built on no other.
        plugins: What adds to the plan; None for nothing.
        only: The documents and namespaces to plan, of those that have a module or a class of their own; None for all.
    """
    naming = naming or Naming(lexicons)
    context = plan_context(lexicons, source, naming, plugins)
    wanted = {"", *naming.paths} if only is None else only
    modules = [
        plan_namespace_module(naming, nsid)
        for nsid in naming.paths
        if nsid in wanted and nsid in naming.modules.own and nsid not in naming.lexicons
    ]
    modules += [
        plan_module(context, document) for document in naming.lexicons.values() if document.id in wanted
    ]
    return PackagePlan(
        bases=tuple(base.package for base in naming.bases),
        inherited=inherited_names(naming, ""),
        inherited_errors=tuple(
            sorted(
                InheritedPlan(f"{package}.errors", naming.shared_errors[code])
                for code, package in naming.inherited_errors.items()
            )
        ),
        modules=tuple(sorted(modules, key=lambda module: module.path)),
        namespaces=plan_namespaces(context, wanted),
        errors=tuple(
            ErrorPlan(
                name,
                code,
                base=_KNOWN_ERRORS.get(code, "XrpcResponseError"),
                doc=(f"A method failed with ``{code}``.",),
            )
            for code, name in sorted(naming.shared_errors.items(), key=lambda pair: pair[1])
            if code not in naming.inherited_errors
        ),
    )


def plan_context(
    lexicons: Lexicons, source: Source, naming: Naming, plugins: Plugins | None = None
) -> Context:
    """What the planning of a package goes by; the arguments are those of `plan_package`."""
    return Context(
        lexicons=lexicons,
        naming=naming,
        prose=Prose(lexicons, source.descriptions),
        pages=_pages(lexicons, source.pages),
        proxies=source.proxies,
        mixins=(plugins or Plugins({})).mixins,
    )


def _pages(lexicons: Lexicons, chosen: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The array that is the page, by the place of the output that holds it.

    A method is paged when a cursor goes in and comes out. Which array is the page is plain when there is one;
    otherwise ``chosen`` says so, by the method's NSID.
    """
    pages: dict[tuple[str, str], str] = {}
    for def_id, method in lexicons.definitions():
        if not isinstance(method, Query | Procedure):
            continue
        sent = json_schema(method.input) if isinstance(method, Procedure) else method.parameters
        answered = json_schema(method.output)
        home = def_id.nsid
        if isinstance(answered, Ref):
            definition, names = lexicons.follow(answered.target)
            answered, home = cast("Object", definition), names[-1].nsid
        if not (isinstance(answered, Object) and has_cursor(sent) and has_cursor(answered)):
            continue
        arrays = [name for name, prop in answered.properties.items() if isinstance(prop.schema, Array)]
        page = arrays[0] if len(arrays) == 1 else chosen.get(def_id.nsid)
        if page in arrays:
            pages[home, answered.pointer] = page
    return pages


def has_cursor(part: Object | Params | Ref | Union | None) -> bool:
    """Whether parameters, an input or an output have a text by the name of a cursor."""
    cursor = part.properties.get("cursor") if isinstance(part, Object | Params) else None
    return cursor is not None and isinstance(cursor.schema, String)
