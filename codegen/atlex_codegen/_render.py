"""From the plan to the text of every file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from atlex_codegen._expressions import FROZENSET, LIST, STR, Import, Path
from atlex_codegen._imports import ModuleImport, ModuleImports
from atlex_codegen._plan import ClassPlan, ModulePlan, NamespacePlan, PackagePlan
from atlex_codegen._statements import FILTERS

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["INTERFACE_VERSION", "render_package"]

INTERFACE_VERSION: Final = 1
"""The version of the generated-code interface that the templates are written for."""

_TYPING: Final = Import("typing")
_SDK: Final = Import("atlex.interface")
_PROPERTY: Final = Import("builtins", "property")
_TYPE: Final = Import("builtins", "type")
_CACHED_PROPERTY: Final = Import("functools", "cached_property")


def render_package(plan: PackagePlan) -> Iterator[tuple[str, str]]:
    """The path of every Python file of a package, with forward slashes, and its text; one after the other."""
    environment = _environment()
    template = environment.get_template("root.py.j2")
    yield "__init__.py", template.render(version=INTERFACE_VERSION, roots=sorted({*plan.roots, "errors"}))
    yield "errors.py", environment.get_template("errors.py.j2").render(errors=plan.errors)
    template = environment.get_template("module.py.j2")
    for module in plan.modules:
        package = module.path if module.children else module.path[:-1]
        yield (
            _file(module.path, is_package=bool(module.children)),
            template.render(
                module=module,
                names=_public_names(module),
                imports=ModuleImports.gather(_module_needs(module), package),
                children=[ModuleImport(".", child, child, f".{child}") for child in module.children],
                errors_source="." * (len(package) + 1),
            ),
        )
    template = environment.get_template("namespace.py.j2")
    for namespace in plan.namespaces:
        path = ("_client", *namespace.path)
        is_package = bool(namespace.children) or not namespace.path
        imports = ModuleImports.gather(_namespace_needs(namespace), path if is_package else path[:-1])
        yield _file(path, is_package=is_package), template.render(namespace=namespace, imports=imports)


def _file(path: Path, *, is_package: bool) -> str:
    return "/".join((*path, "__init__.py")) if is_package else "/".join(path) + ".py"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # What is rendered is Python, and every text goes through a filter of `_text`: escaping HTML would break it.
    environment = Environment(
        autoescape=False,  # noqa: S701 - see above
        keep_trailing_newline=True,
        loader=PackageLoader("atlex_codegen"),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    cast("dict[str, Callable[..., str]]", environment.filters).update(FILTERS)
    return environment


# Imports


def _module_needs(module: ModulePlan) -> Iterator[Import]:
    if module.children or module.aliases or module.constants:
        yield _TYPING
    if module.children:
        yield _SDK
    for alias in module.aliases:
        yield from alias.type.imports()
    for class_ in module.classes:
        yield from _class_needs(class_)
    for part in (module.method, module.record, module.permission_set):
        if part is not None:
            yield from (_TYPING, _SDK)
    if module.method is not None:
        for expression in (module.method.params, module.method.input, module.method.output):
            if expression is not None:
                yield from expression.imports()


def _class_needs(class_: ClassPlan) -> Iterator[Import]:
    yield _SDK
    for field in class_.fields:
        yield from field.type.imports()
    if class_.lex_type:
        yield _TYPING
        yield from STR.imports()
    if class_.nullable:
        yield _TYPING
        yield from FROZENSET.imports()
        yield from STR.imports()
    if class_.readers:
        yield _TYPE
    if class_.strong_ref is not None:
        yield _PROPERTY
        yield from class_.strong_ref.imports()
    if class_.page is not None:
        yield from LIST.imports()
        yield from class_.page.item.imports()


def _namespace_needs(namespace: NamespacePlan) -> Iterator[Import]:
    yield _SDK
    if namespace.children or namespace.records:
        yield _CACHED_PROPERTY
    if namespace.children or namespace.records or namespace.methods or namespace.proxies:
        yield _TYPING
    for child in namespace.children:
        yield from child.type.imports()
        if child.collection is not None:
            yield from child.collection.imports()
    for records in (*namespace.records, namespace.collection):
        if records is not None:
            yield from records.type.imports()
            yield from records.descriptor.imports()
    for _, descriptor in namespace.repository_calls:
        yield _TYPING
        yield from descriptor.imports()
    for method in (*namespace.methods, namespace.call):
        if method is not None:
            yield from method.descriptor.imports()
            yield from method.returns.imports()
            for argument in method.arguments:
                yield from argument.type.imports()


def _public_names(module: ModulePlan) -> list[str]:
    parts: Iterable[tuple[object, str]] = (
        (module.method, "METHOD"),
        (module.permission_set, "PERMISSION_SET"),
        (module.record, "RECORD"),
    )
    names = [name for part, name in parts if part is not None]
    for group in (module.aliases, module.constants, module.errors, module.classes):
        names += [item.name for item in group]
    return sorted({*names, *module.children})
