"""What stands where in each kind of generated file, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from atlex_codegen._imports import ModuleImport, ModuleImports
from atlex_codegen._plan import AliasPlan, ClassPlan, ModulePlan, NamespacePlan, PackagePlan
from atlex_codegen._statements import Statements
from atlex_codegen._text import comment

__all__ = ["INTERFACE_VERSION", "errors_lines", "module_lines", "namespace_lines", "root_lines"]

INTERFACE_VERSION = 1
"""The version of the generated-code interface that the files are written for."""

_FUTURE = "from __future__ import annotations"


def root_lines(py: Statements, plan: PackagePlan) -> Iterator[str]:
    """The lines of the package's ``__init__``."""
    roots = sorted({*plan.roots, "errors"})
    names = ["AsyncClient", "Client", *sorted([*roots, *(part.name for part in plan.inherited)])]
    yield from _header()
    yield '"""A typed SDK for the AT Protocol, made from Lexicon documents. Everything in it loads when it is first used."""'
    yield from (
        "",
        _FUTURE,
        "",
        "from typing import TYPE_CHECKING",
        "",
        "from atlex import interface as lex",
        "",
    )
    yield f"lex.require_interface({INTERFACE_VERSION}, __name__)"
    if plan.bases:
        yield "lex.require_bases(__name__)"
    yield from ("", "if TYPE_CHECKING:")
    for part in plan.inherited:
        yield f"    from {part.source} import {part.name} as {part.name}"
    for name in roots:
        yield f"    from . import {name} as {name}"
    yield "    from ._client import AsyncClient as AsyncClient"
    yield "    from ._client import Client as Client"
    yield from ("", py.listing("__all__ = ", names), "", "if not TYPE_CHECKING:")
    clients = [("AsyncClient", "._client"), ("Client", "._client")]
    yield f"    {py.lazy_package([], plan.inherited, clients)}"


def errors_lines(py: Statements, plan: PackagePlan) -> Iterator[str]:
    """The lines of the module of errors."""
    yield from _header()
    yield '"""The errors that methods declare: every method\'s own error of a name is below the one here."""'
    yield from ("", _FUTURE)
    if plan.errors or plan.inherited_errors:
        yield ""
    if plan.errors:
        yield "from atlex import interface as lex"
    for part in plan.inherited_errors:
        yield f"from {part.source} import {part.name} as {part.name}"
    names = [*(error.name for error in plan.errors), *(part.name for part in plan.inherited_errors)]
    yield from ("", py.listing("__all__ = ", sorted(names, key=str.lower)))
    for error in plan.errors:
        yield from ("", "", f"class {error.name}(lex.{error.base}):", f"    {py.doc(error.doc, 4)}")


def module_lines(
    py: Statements,
    module: ModulePlan,
    imports: ModuleImports,
    names: Sequence[str],
    *,
    children: Sequence[ModuleImport],
    mixins: Sequence[ModuleImport],
    errors_source: str,
) -> Iterator[str]:
    """The lines of the module of a document or a namespace.

    Args:
        py: Writes the statements.
        module: The module.
        imports: What it imports.
        names: Its public names.
        children: What it hands on.
        mixins: What it takes from plugins.
        errors_source: Where the module of errors is, seen from here.
    """
    yield from _header(module.nsid if module.has_document else "")
    yield from (py.doc(module.doc, 0), "", _FUTURE, "")
    yield from _imports(imports)
    if mixins:
        yield ""
        yield from (each.statement() for each in mixins)
    if module.errors:
        yield from ("", f"from {errors_source} import errors as _errors")
    if imports.modules or children:
        yield from ("", f"if {py.type_checking()}:")
        yield from (f"    {each.statement()}" for each in (*imports.modules, *children))
    if imports.standard or imports.sdk:
        yield ""
    yield py.listing("__all__ = ", names)
    for alias in module.aliases:
        if alias.marked is None:
            yield from ("", *_alias(py, alias, 0))
    for constant in module.constants:
        yield from ("", f"{constant.name}: {py.final()} = {py.literal(constant.value)}")
        if constant.doc:
            yield py.doc(constant.doc, 0)
    for error in module.errors:
        yield from ("", "", f"class {error.name}(_errors.{error.base}):", f"    {py.doc(error.doc, 4)}")
    for class_ in module.classes:
        yield from ("", "", *_class(py, class_))
    descriptors = [
        *([py.descriptor(module.method)] if module.method else []),
        *([py.record(module.record)] if module.record else []),
        *([py.permission_set(module.permission_set)] if module.permission_set else []),
    ]
    if descriptors and (module.classes or module.errors):
        yield ""
    for descriptor in descriptors:
        yield from ("", descriptor)
    late = [alias for alias in module.aliases if alias.marked is not None]
    if late or imports.modules or children:
        if module.classes and not descriptors:
            yield ""
        yield ""
        yield from _at_run_time(
            py, module, late, lazy_names=bool(imports.modules), has_children=bool(children)
        )


def _class(py: Statements, class_: ClassPlan) -> Iterator[str]:
    if class_.deprecated:
        yield f"@{py.sdk('deprecated')}({py.literal(class_.deprecated)})"
    yield f"class {class_.name}({py.class_bases(class_)}):"
    yield f"    {py.doc(class_.doc, 4)}"
    if class_.lex_type or class_.nullable:
        yield ""
    if class_.lex_type:
        yield f"    lex_type = {py.literal(class_.lex_type)}"
    if class_.lex_key:
        yield f"    lex_key = {py.literal(class_.lex_key)}"
    if class_.nullable:
        yield f"    {py.nullable(class_.nullable)}"
    # Attributes with a docstring stand apart.
    apart = True
    for field in class_.fields:
        if apart or field.doc:
            yield ""
        yield f"    {py.field(field)}"
        if field.doc:
            yield f"    {py.doc(field.doc, 4)}"
        apart = bool(field.doc)
    for reader in class_.readers:
        unless = "; None stays None" if reader.nullable else ""
        yield from ("", f"    {py.reader(reader)}")
        yield f'        """Read ``{reader.field}`` as an instance of a class{unless}."""'
        if reader.nullable:
            yield from (f"        if self.{reader.field} is None:", "            return None")
        yield f"        return {py.sdk('read_as')}(self.{reader.field}, type_, validation=validation)"
    if class_.strong_ref is not None:
        name = py.name(class_.strong_ref)
        yield from ("", f"    @{py.property()}", f"    def ref(self) -> {name}:")
        yield '        """The strong reference to this version of the record."""'
        yield f"        return {py.sdk('strong_ref')}(self, {name})"
    if class_.page is not None:
        yield from ("", f"    {py.items(class_.page)}", '        """The items of this page."""')
        yield f"        return self.{class_.page.field}{' or []' if class_.page.nullable else ''}"


def _at_run_time(
    py: Statements, module: ModulePlan, late: Sequence[AliasPlan], *, lazy_names: bool, has_children: bool
) -> Iterator[str]:
    """The end of a module: what type checkers see at once, and what loads when it is first used."""
    if late:
        yield f"if {py.type_checking()}:"
        for number, alias in enumerate(late):
            if number:
                yield ""
            yield from _alias(py, alias, 4)
        yield "else:"
    else:
        yield f"if not {py.type_checking()}:"
    if late or lazy_names:
        yield "    # At run time these load when they are first used."
        yield f"    {py.lazy_names(module.aliases)}"
    if has_children:
        yield f"    {py.lazy_package(module.children if module.has_document else [], module.inherited)}"


def _alias(py: Statements, alias: AliasPlan, indent: int) -> Iterator[str]:
    yield f"{' ' * indent}{py.alias(alias, indent)}"
    if alias.doc:
        yield f"{' ' * indent}{py.doc(alias.doc, indent)}"


def namespace_lines(py: Statements, namespace: NamespacePlan, imports: ModuleImports) -> Iterator[str]:
    """The lines of the module of a client's namespace, or of the client itself."""
    class_name, collection = namespace.class_name, namespace.collection
    yield from _header()
    yield from (py.doc(namespace.doc, 0), "", _FUTURE, "")
    yield from _imports(imports)
    if imports.modules:
        bases: list[tuple[str, str]] = []
        if collection is not None:
            bases = [
                ("_Base", py.collection_base(collection, is_async=False)),
                ("_AsyncBase", py.collection_base(collection, is_async=True)),
            ]
        yield from ("", f"if {py.type_checking()}:")
        yield from (f"    {each.statement()}" for each in imports.modules)
        if collection is not None:
            record = py.name(collection.type)
            yield ""
            yield from (f"    {name} = {base}[{record}]" for name, base in bases)
        yield from ("else:", f"    {py.lazy_names()}")
        yield from (f"    {name} = {base}" for name, base in bases)
    yield from ("", py.listing("__all__ = ", [f"Async{class_name}", class_name]))
    for is_async in (False, True):
        yield from ("", "", *_namespace_class(py, namespace, is_async=is_async))


def _namespace_class(py: Statements, namespace: NamespacePlan, *, is_async: bool) -> Iterator[str]:
    name = f"{'Async' if is_async else ''}{namespace.class_name}"
    yield f"class {name}({py.namespace_base(namespace, is_async=is_async)}):"
    yield f"    {py.doc(namespace.doc, 4)}"
    if namespace.repository_calls:
        yield from ("", f"    {py.lex_methods(namespace.repository_calls)}")
    if namespace.proxies:
        yield from ("", f"    {py.lex_proxies(namespace.proxies)}")
    for child in namespace.children:
        yield from (
            "",
            f"    @{py.cached_property()}",
            f"    {py.child(child, namespace, is_async=is_async)}",
        )
    for records in namespace.records:
        yield from ("", f"    @{py.cached_property()}", f"    {py.records(records, is_async=is_async)}")
    for method in (*([namespace.call] if namespace.call else []), *namespace.methods):
        yield ""
        if method.deprecated:
            yield f"    @{py.sdk('deprecated')}({py.literal(method.deprecated)})"
        yield f"    {py.method(method, is_async=is_async)}"


def _header(source: str = "") -> Iterator[str]:
    whence = f" from {comment(source)}" if source else ""
    yield f"# Generated by atlex{whence}. Do not edit; run `atlex build`."
    yield from ("# ruff: noqa", "# fmt: off", "# pyright: reportDeprecated=false, reportImportCycles=false")


def _imports(imports: ModuleImports) -> Iterable[str]:
    yield from imports.standard
    if imports.standard and imports.sdk:
        yield ""
    if imports.sdk:
        yield f"from atlex import interface as {imports.sdk}"
    yield from imports.interface
