"""From the plan to the text of every file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from atlex.errors import InputError
from atlex_codegen._expressions import (
    CACHED_PROPERTY,
    CHECKING,
    CLASS_VAR,
    FINAL,
    FROZENSET,
    LIST,
    MODEL,
    PROPERTY,
    STR,
    TYPE,
    TYPE_ALIAS,
    Import,
    Path,
)
from atlex_codegen._imports import ModuleImport, ModuleImports
from atlex_codegen._plan import ClassPlan, ModulePlan, NamespacePlan, PackagePlan
from atlex_codegen._statements import Statements, mixin_name

__all__ = ["INTERFACE_VERSION", "render_package", "render_parts"]

INTERFACE_VERSION: Final = 1
"""The version of the generated-code interface that the templates are written for."""

_SDK: Final = Import("atlex.interface")


def render_package(plan: PackagePlan) -> Iterator[tuple[str, str]]:
    """The path of every Python file of a package, with forward slashes, and its text; one after the other."""
    plain = Statements(ModuleImports.gather([_SDK], (), ()))
    roots = sorted({*plan.roots, "errors"})
    render = _renderer("root.py.j2")
    yield "__init__.py", render(py=plain, version=INTERFACE_VERSION, plan=plan, roots=roots)
    yield "errors.py", _renderer("errors.py.j2")(py=plain, plan=plan)
    yield from render_parts(plan)


def render_parts(plan: PackagePlan) -> Iterator[tuple[str, str]]:
    """What `render_package` yields for the modules and namespaces of the plan, of which it may have but a part."""
    render = _renderer("module.py.j2")
    for module in plan.modules:
        yield _module(render, module)
    render = _renderer("namespace.py.j2")
    for namespace in plan.namespaces:
        yield _namespace(render, namespace)


def _module(render: Callable[..., str], module: ModulePlan) -> tuple[str, str]:
    package = module.path if module.children else module.path[:-1]
    names = _public_names(module)
    late = [alias for alias in module.aliases if alias.marked is not None]
    needs = [_SDK, *_module_needs(module)]
    if late or module.children or module.inherited:
        needs += CHECKING.imports()
    imports = ModuleImports.gather(needs, package, {*names, *_class_names(module)})
    text = render(
        py=Statements(imports),
        module=module,
        names=names,
        imports=imports,
        late=late,
        children=tuple(_handed_on(module)),
        mixins=_mixins(module),
        errors_source="." * (len(package) + 1),
    )
    return _file(module.path, is_package=bool(module.children)), text


def _namespace(render: Callable[..., str], namespace: NamespacePlan) -> tuple[str, str]:
    path = ("_client", *namespace.path)
    is_package = bool(namespace.children) or not namespace.path
    package = path if is_package else path[:-1]
    imports = ModuleImports.gather(_namespace_needs(namespace), package, _attribute_names(namespace))
    text = render(py=Statements(imports), namespace=namespace, imports=imports)
    return _file(path, is_package=is_package), text


def _renderer(template: str) -> Callable[..., str]:
    try:
        from atlex_codegen._templates import renderer
    except ModuleNotFoundError as error:
        raise InputError("Building needs an extra: pip install 'atlex[codegen]'") from error
    return renderer(template)


def _handed_on(module: ModulePlan) -> Iterator[ModuleImport]:
    """The submodules of a module, and what it has from packages below, as type checkers see them."""
    for part in module.inherited:
        yield ModuleImport(part.source, part.name, part.name, part.source)
    for child in module.children:
        yield ModuleImport(".", child, child, f".{child}")


def _mixins(module: ModulePlan) -> list[ModuleImport]:
    found = sorted({mixin for class_ in module.classes for mixin in class_.mixins})
    return [ModuleImport(mixin.source, mixin.name, mixin_name(mixin), "") for mixin in found]


def _file(path: Path, *, is_package: bool) -> str:
    return "/".join((*path, "__init__.py")) if is_package else "/".join(path) + ".py"


# Imports


def _module_needs(module: ModulePlan) -> Iterator[Import]:
    for alias in module.aliases:
        yield from TYPE_ALIAS.imports()
        yield from alias.type.imports()
        if alias.marked is not None:
            yield from alias.marked.imports()
    if module.constants:
        yield from FINAL.imports()
    for class_ in module.classes:
        yield from _class_needs(class_)
    for part in (module.method, module.record, module.permission_set):
        if part is not None:
            yield from FINAL.imports()
    if module.method is not None:
        for expression in (module.method.params, module.method.input, module.method.output):
            if expression is not None:
                yield from expression.imports()


def _class_needs(class_: ClassPlan) -> Iterator[Import]:
    for field in class_.fields:
        yield from field.type.imports()
    if class_.nullable:
        for each in (CLASS_VAR, FROZENSET, STR):
            yield from each.imports()
    if class_.readers:
        yield from (*MODEL.imports(), *TYPE.imports())
    if class_.strong_ref is not None:
        yield from PROPERTY.imports()
        yield from class_.strong_ref.imports()
    if class_.page is not None:
        yield from LIST.imports()
        yield from class_.page.item.imports()


def _namespace_needs(namespace: NamespacePlan) -> Iterator[Import]:
    yield _SDK
    for base in namespace.bases:
        yield from base.imports()
    if namespace.children or namespace.records:
        yield from CACHED_PROPERTY.imports()
    for child in namespace.children:
        yield from child.type.imports()
        if child.collection is not None:
            yield from child.collection.imports()
    for records in (*namespace.records, namespace.collection):
        if records is not None:
            yield from records.type.imports()
            yield from records.descriptor.imports()
    if namespace.repository_calls or namespace.proxies:
        yield from CLASS_VAR.imports()
    for _, descriptor in namespace.repository_calls:
        yield from descriptor.imports()
    for method in (*namespace.methods, namespace.call):
        if method is not None:
            yield from method.descriptor.imports()
            yield from method.returns.imports()
            for argument in method.arguments:
                yield from argument.type.imports()


# Names that imports must not take


def _class_names(module: ModulePlan) -> Iterator[str]:
    """The names of what stands in the classes of a module, where they hide those of the module."""
    for class_ in module.classes:
        yield from (field.name for field in class_.fields)
        yield from (reader.name for reader in class_.readers)


def _attribute_names(namespace: NamespacePlan) -> set[str]:
    names = {child.name for child in namespace.children} | {records.name for records in namespace.records}
    names |= {method.name for method in namespace.methods}
    return names | {namespace.class_name, f"Async{namespace.class_name}"}


def _public_names(module: ModulePlan) -> list[str]:
    parts: Iterable[tuple[object, str]] = (
        (module.method, "METHOD"),
        (module.permission_set, "PERMISSION_SET"),
        (module.record, "RECORD"),
    )
    names = [name for part, name in parts if part is not None]
    names += [part.name for part in module.inherited]
    for group in (module.aliases, module.constants, module.errors, module.classes):
        names += [item.name for item in group]
    return sorted({*names, *module.children})
