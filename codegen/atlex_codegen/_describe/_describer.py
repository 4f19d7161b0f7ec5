"""From the documents of a package, and their plan, to descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final, cast

from atlex.lexicon import (
    DefId,
    Definition,
    Object,
    PermissionSet,
    Procedure,
    Query,
    Record,
    Ref,
    Schema,
    Subscription,
    Token,
    UnknownKind,
    walk,
)
from atlex_codegen._client_planner import plan_namespaces
from atlex_codegen._context import Context
from atlex_codegen._describe._description import Call, DeclaredError, Description, Field
from atlex_codegen._describe._examples import Examples, sent_definitions
from atlex_codegen._describe._fields import Fields
from atlex_codegen._describe._uses import used_by
from atlex_codegen._module_planner import plan_module
from atlex_codegen._naming import json_schema, payloads
from atlex_codegen._plan import ClassPlan, MethodPlan, ModulePlan, NamespacePlan, RecordsPlan
from atlex_codegen._text import paragraphs

__all__ = ["Describer"]

_CALLS: Final[Mapping[str, tuple[Call, ...]]] = {
    "Records": (
        Call("create(record)", "Write a new record; `rkey` gives its key, which the server makes otherwise."),
        Call("get(rkey)", "Read one record, by its key or its AT-URI."),
        Call("put(rkey, record)", "Write a record under a key, whether one is there or not."),
        Call("delete(rkey)", "Delete a record, if it is there."),
        Call("list()", "List one page of the records."),
        Call("iterate()", "Go through all records, page by page."),
    ),
    "LiteralRecords": (
        Call("create(record)", "Write the record for the first time."),
        Call("get()", "Read the record."),
        Call("put(record)", "Write the record, whether it is there or not."),
        Call("delete()", "Delete the record, if it is there."),
        Call("list()", "List the record, if it is there."),
        Call("iterate()", "Go through what `list` gives."),
    ),
}
"""The methods of the interface's classes for collections."""


class Describer:
    """Describes the definitions of one package.

    Args:
        context: What the planning of the package goes by.
        package: The package's name, which examples import.
    """

    def __init__(self, context: Context, package: str) -> None:
        self._context = context
        self._lexicons = context.lexicons
        self._naming = context.naming
        self._package = package
        self._fields = Fields(context)
        self._namespaces: dict[str, NamespacePlan] = {}

    @property
    def nsids(self) -> tuple[str, ...]:
        """The documents of the package, sorted."""
        return tuple(self._naming.lexicons)

    def document(self, nsid: str) -> tuple[Description, ...]:
        """Describe the definitions of a document, the main one first, each with the classes inside it after it."""
        document = self._naming.lexicons[nsid]
        module = plan_module(self._context, document)
        classes = {plan.name: plan for plan in module.classes}
        found: list[Description] = []
        for name, definition in sorted(document.defs.items(), key=lambda pair: pair[0] != "main"):
            def_id = DefId(nsid, name)
            found.append(self._definition(def_id, definition, module, classes))
            found += self._parts(def_id, definition, module)
        return tuple(found)

    def definitions(self, nsid: str) -> tuple[DefId, ...]:
        """The definitions of a document, in its order."""
        return tuple(DefId(nsid, name) for name in self._naming.lexicons[nsid].defs)

    def summary(self, nsid: str) -> tuple[str, str]:
        """The kind of a document's main definition and what is said of it; of one without, what it defines."""
        document = self._naming.lexicons[nsid]
        if document.main is None:
            return "definitions", ", ".join(document.defs)
        return document.main.kind, next(iter(self._context.prose.document(document)), "")

    def service(self, name: str) -> str:
        """The service that the methods of a namespace, or one method, go to where no proxy is given; empty for none."""
        proxies = self._context.proxies
        namespaces = [each for each in proxies if f"{name}.".startswith(f"{each}.")]
        return proxies[max(namespaces, key=len)] if namespaces else ""

    @cached_property
    def names(self) -> Mapping[str, DefId]:
        """The definitions by their dotted names in Python; a method goes by that of its module, as on a client."""
        modules = {".".join(self._naming.path(nsid)): DefId(nsid) for nsid in self._naming.lexicons}
        return {**modules, **self._fields.names}

    @cached_property
    def _users(self) -> Mapping[DefId, tuple[DefId, ...]]:
        return used_by(self._lexicons)

    @cached_property
    def _examples(self) -> Examples:
        return Examples(self._naming, self._lexicons, self._package, sent_definitions(self._lexicons))

    def _namespace(self, nsid: str) -> NamespacePlan:
        if nsid not in self._namespaces:
            (self._namespaces[nsid],) = plan_namespaces(self._context, {nsid})
        return self._namespaces[nsid]

    def _offer(self, nsid: str) -> tuple[str, MethodPlan | RecordsPlan]:
        """Where a client has a method or a collection, and its plan."""
        path, plan = "client", self._namespace("")
        while True:
            offered: tuple[MethodPlan | RecordsPlan, ...] = (*plan.methods, *plan.records)
            found = next((each for each in offered if each.nsid == nsid), None)
            if found is not None:
                return f"{path}.{found.name}", found
            itself = plan.call or plan.collection
            if itself is not None and itself.nsid == nsid:
                return path, itself
            child = next(child for child in plan.children if f"{nsid}.".startswith(f"{child.nsid}."))
            path, plan = f"{path}.{child.name}", self._namespace(child.nsid)

    def _definition(
        self, def_id: DefId, definition: Definition, module: ModulePlan, classes: Mapping[str, ClassPlan]
    ) -> Description:
        described = Description(
            id=def_id,
            kind=definition.name if isinstance(definition, UnknownKind) else definition.kind,
            path=".".join(module.path),
            doc=self._context.prose.definition(def_id, definition.description),
            used_by=self._users.get(def_id, ()),
        )
        match definition:
            case Query() | Procedure():
                return self._method(described, definition, module)
            case Record():
                path, plan = self._offer(def_id.nsid)
                records = cast("RecordsPlan", plan)
                class_ = classes[self._naming.definition(def_id)]
                return replace(
                    described,
                    path=f"{described.path}.{class_.name}",
                    doc=described.doc or tuple(paragraphs(definition.record.description or "")),
                    deprecated=class_.deprecated,
                    fields=self._fields.of(def_id, definition.record),
                    key=definition.key,
                    client_path=path,
                    calls=_CALLS[records.base],
                    example=self._examples.creation(path, records, definition),
                )
            case PermissionSet():
                granted = ({"resource": each.resource, **each.attributes} for each in definition.permissions)
                described = replace(described, permissions=tuple(map(json.dumps, granted)))
            case Subscription():
                described = self._subscription(described, definition, module)
            case UnknownKind():
                pass
            case _:
                described = self._value(described, def_id, definition, classes)
        return replace(described, example=self._examples.definition(def_id, described.path, definition))

    def _method(self, described: Description, method: Query | Procedure, module: ModulePlan) -> Description:
        nsid = described.id.nsid
        path, plan = self._offer(nsid)
        plan = cast("MethodPlan", plan)
        answered: Schema | None = json_schema(method.output)
        owner = described.id
        if isinstance(answered, Ref):
            found, names = self._lexicons.follow(answered.target)
            answered, owner = cast("Schema", found), names[-1]
        fields = self._fields.of(owner, answered) if isinstance(answered, Object) else ()
        is_paged = answered is not None and (owner.nsid, answered.pointer) in self._context.pages
        return replace(
            described,
            path=path,
            deprecated=plan.deprecated,
            arguments=tuple(self._arguments(method, plan)),
            returns=() if method.output is None else self._fields.type(plan.returns),
            fields=fields,
            errors=_errors(module),
            service=self.service(nsid),
            example=self._examples.call(path, plan, is_paged=is_paged),
        )

    def _arguments(self, method: Query | Procedure, plan: MethodPlan) -> Iterator[Field]:
        sent = json_schema(method.input) if isinstance(method, Procedure) else None
        if isinstance(sent, Ref):
            sent = cast("Object", self._lexicons.follow(sent.target)[0])
        parts = {"params": method.parameters, "input": cast("Object", sent)}
        for argument in plan.arguments:
            yield self._fields.argument(argument, parts.get(argument.goes_to))

    def _subscription(self, described: Description, method: Subscription, module: ModulePlan) -> Description:
        params = method.parameters
        message = method.message.schema
        return replace(
            described,
            arguments=() if params is None else self._fields.of(described.id, params),
            returns=self._fields.schema_type(message, described.id.nsid),
            errors=_errors(module),
        )

    def _value(
        self,
        described: Description,
        def_id: DefId,
        definition: Definition,
        classes: Mapping[str, ClassPlan],
    ) -> Description:
        name = self._naming.definition(def_id)
        described = replace(described, path=f"{described.path}.{name}")
        match definition:
            case Object():
                return replace(
                    described,
                    deprecated=classes[name].deprecated,
                    fields=self._fields.of(def_id, definition),
                    calls=tuple(_calls(classes[name])),
                )
            case Token():
                return replace(described, values=(str(def_id),))
            case _:
                schema = cast("Schema", definition)
                values = self._fields.values(schema)
                rules = "" if values else self._context.prose.rules(schema)
                return replace(
                    described,
                    doc=(*described.doc, rules) if rules else described.doc,
                    returns=self._fields.schema_type(schema, def_id.nsid),
                    values=values,
                )

    def _parts(self, def_id: DefId, definition: Definition, module: ModulePlan) -> Iterator[Description]:
        """The classes of a definition that stand inside another object, and have no definition of their own."""
        own = {part.pointer for _, part in payloads(definition)} | {definition.pointer}
        if isinstance(definition, Record):
            own.add(definition.record.pointer)
        for part in walk(definition):
            if isinstance(part, Object) and part.pointer not in own:
                name = self._naming.class_at(def_id.nsid, part.pointer)
                yield Description(
                    id=def_id,
                    kind=part.kind,
                    path=".".join((*module.path, name)),
                    part=name,
                    doc=tuple(paragraphs(part.description or "")),
                    fields=self._fields.of(def_id, part),
                )


def _errors(module: ModulePlan) -> tuple[DeclaredError, ...]:
    home = ".".join(module.path)
    return tuple(
        DeclaredError(error.code, f"{home}.{error.name}", " ".join(error.doc)) for error in module.errors
    )


def _calls(class_: ClassPlan) -> Iterator[Call]:
    for reader in class_.readers:
        yield Call(f"{reader.name}(Model)", f"Read `{reader.field}` as a class.")
    if class_.strong_ref is not None:
        yield Call("ref", "The strong reference to the record: its AT-URI and its CID.")
