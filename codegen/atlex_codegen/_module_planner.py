"""From a document to the plan of its module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

from atlex.lexicon import (
    Array,
    DefId,
    Definition,
    Document,
    Object,
    Params,
    Payload,
    PermissionSet,
    Procedure,
    Property,
    Query,
    Record,
    Ref,
    Schema,
    String,
    Subscription,
    Token,
    Union,
    Unknown,
    UnknownKind,
)
from atlex_codegen._context import Context
from atlex_codegen._expressions import ANYTHING, BYTES, UNKNOWN_OBJECT, Expression
from atlex_codegen._names import FIELD_NAMES, Scope, allocate, field_name
from atlex_codegen._naming import Naming, json_schema, payloads
from atlex_codegen._plan import (
    AliasPlan,
    Base,
    ClassPlan,
    ConstantPlan,
    DescriptorKind,
    DescriptorPlan,
    ErrorPlan,
    FieldPlan,
    InheritedPlan,
    ModulePlan,
    PagePlan,
    PermissionSetPlan,
    ReaderPlan,
    RecordPlan,
)
from atlex_codegen._text import paragraphs
from atlex_codegen._types import Types

__all__ = ["STRONG_REF", "inherited_names", "plan_module", "plan_namespace_module"]

STRONG_REF: Final = DefId("com.atproto.repo.strongRef")
"""The protocol's own way to name a version of a record."""


def plan_module(context: Context, document: Document) -> ModulePlan:
    """Plan the module of a document."""
    return _Module(context, document).plan()


def plan_namespace_module(naming: Naming, nsid: str) -> ModulePlan:
    """Plan the module of a namespace that has no document."""
    return ModulePlan(
        path=naming.path(nsid),
        nsid=nsid,
        has_document=False,
        children=_children(naming, nsid),
        inherited=inherited_names(naming, nsid),
        doc=(f"The namespace ``{nsid}``.",),
    )


def _children(naming: Naming, nsid: str) -> tuple[str, ...]:
    own = naming.modules.own
    return tuple(sorted(naming.paths[child][-1] for child in naming.children[nsid] if child in own))


def inherited_names(naming: Naming, nsid: str) -> tuple[InheritedPlan, ...]:
    """What the module of a document or a namespace hands on from the packages below: submodules, and definitions."""
    names: dict[str, str] = {}
    for child in naming.children[nsid]:
        package = naming.modules.home(child)
        if package:
            path = naming.packages[package].path(child)
            names[path[-1]] = ".".join((package, *path[:-1]))
    home = naming.homes.get(nsid, naming)
    if home is not naming:
        source = ".".join((home.package, *home.path(nsid)))
        names = dict.fromkeys(home.public_names(nsid), source) | names
    return tuple(InheritedPlan(source, name) for name, source in sorted(names.items()))


class _Module:
    """The plan of one document's module."""

    def __init__(self, context: Context, document: Document) -> None:
        self._lexicons = context.lexicons
        self._naming = context.naming
        self._prose = context.prose
        self._pages = context.pages
        self._mixins = context.mixins
        self._document = document
        self._nsid = document.id
        self._types = Types(context.lexicons, context.naming, document.id)
        self._classes: list[ClassPlan] = []
        self._aliases: list[AliasPlan] = []
        self._constants: list[ConstantPlan] = []

    def plan(self) -> ModulePlan:
        main = self._document.main
        for name, definition in self._document.defs.items():
            self._add(DefId(self._nsid, name), definition)
        method = main if isinstance(main, Query | Procedure | Subscription) else None
        return ModulePlan(
            path=self._naming.path(self._nsid),
            nsid=self._nsid,
            has_document=True,
            children=_children(self._naming, self._nsid),
            inherited=inherited_names(self._naming, self._nsid),
            aliases=tuple(self._aliases),
            constants=tuple(self._constants),
            errors=() if method is None else self._errors(method),
            classes=tuple(self._classes),
            method=None if method is None else self._descriptor(method),
            record=self._record(main) if isinstance(main, Record) else None,
            permission_set=_permission_set(self._nsid, main) if isinstance(main, PermissionSet) else None,
            doc=self._prose.document(self._document) or (_module_doc(self._nsid, main),),
        )

    def _add(self, def_id: DefId, definition: Definition) -> None:
        doc = self._prose.definition(def_id, definition.description)
        match definition:
            case Query() | Procedure() | Subscription():
                self._add_payloads(def_id, definition)
            case PermissionSet() | UnknownKind():
                pass
            case Token():
                self._constants.append(ConstantPlan(self._naming.definition(def_id), str(def_id), doc))
            case Record():
                said = doc or _first(definition.record.description) or (f"A record of ``{def_id}``.",)
                self._add_class(
                    def_id, definition.record, "RecordObject", str(def_id), said, key=definition.key
                )
            case Object():
                self._add_class(
                    def_id, definition, "Object", str(def_id), doc or (f"The object ``{def_id}``.",)
                )
            case _:
                name = self._naming.definition(def_id)
                if isinstance(definition, Array):
                    self._add_inner(def_id, definition, f"`{name}`")
                rules = self._prose.rules(definition)
                self._add_alias(name, definition, (*doc, rules) if rules else doc)

    def _add_payloads(self, def_id: DefId, method: Query | Procedure | Subscription) -> None:
        for suffix, part in payloads(method):
            said = _first(part.description) or (_PAYLOAD_DOCS[suffix].format(self._nsid),)
            if isinstance(part, Union):
                self._add_alias(self._naming.class_at(self._nsid, part.pointer), part, said)
            else:
                base: Base = "Params" if isinstance(part, Params) else "Object"
                self._add_class(def_id, cast("Object | Params", part), base, "", said)

    def _add_alias(self, name: str, schema: Schema, doc: tuple[str, ...]) -> None:
        if isinstance(schema, Union):
            type_, marked = self._types.union(schema)
            self._aliases.append(AliasPlan(name, type_, marked, doc))
        else:
            type_ = self._types.marked(schema, self._nsid, expand=True)
            self._aliases.append(AliasPlan(name, type_, type_ if self._needs_class(schema) else None, doc))

    def _needs_class(self, schema: Schema) -> bool:
        """Whether what a schema is written as names a class of a module."""
        match schema:
            case Array():
                return self._needs_class(schema.items)
            case Ref():
                definition, _ = self._lexicons.follow(schema.target)
                return isinstance(definition, Record) or self._needs_class(cast("Schema", definition))
            case _:
                return isinstance(schema, Object | Union)

    def _add_inner(self, def_id: DefId, schema: Schema, where: str) -> None:
        """Add the class or alias for an object or a union that stands within another schema.

        Args:
            def_id: The definition.
            schema: The schema that it is, or a list of it.
            where: What holds it, in a few words.
        """
        kind = "Any item" if isinstance(schema, Array) else "The value"
        while isinstance(schema, Array):
            schema = schema.items
        if isinstance(schema, Object):
            said = _first(schema.description) or (f"A part of ``{def_id}``.",)
            self._add_class(def_id, schema, "Object", "", said)
        elif isinstance(schema, Union):
            name = self._naming.class_at(self._nsid, schema.pointer)
            self._add_alias(name, schema, (f"{kind} of {where}.",))

    def _add_class(
        self,
        def_id: DefId,
        part: Object | Params,
        base: Base,
        lex_type: str,
        doc: tuple[str, ...],
        *,
        key: str = "",
    ) -> None:
        properties = part.properties
        names = allocate(properties, field_name)
        name = self._naming.class_at(self._nsid, part.pointer)
        for prop in properties.values():
            self._add_inner(def_id, prop.schema, f"`{name}.{names[prop.name]}`")
        self._classes.append(
            ClassPlan(
                name=name,
                base=base,
                lex_type=lex_type,
                lex_key=key,
                mixins=self._mixins(lex_type) if lex_type else (),
                fields=tuple(self._field(def_id, prop, names[prop.name]) for prop in properties.values()),
                nullable=tuple(
                    sorted(names[prop.name] for prop in properties.values() if self._takes_null(prop))
                ),
                readers=tuple(self._readers(properties, names)),
                strong_ref=self._strong_ref(part) if lex_type else None,
                page=self._page(part, names),
                deprecated=self._deprecation(def_id, part) if lex_type else "",
                doc=doc,
            )
        )

    def _takes_null(self, prop: Property) -> bool:
        # A kind that nobody knows may have null among its values; where a value has to be there, null is one.
        return prop.nullable or (
            prop.required and self._types.plain(prop.schema, self._nsid, "result") is ANYTHING
        )

    def _deprecation(self, def_id: DefId, part: Object | Params) -> str:
        definition = self._document.defs[def_id.name]
        nodes = (definition, part, self._document) if def_id.name == "main" else (definition, part)
        return self._prose.deprecation(str(def_id), *nodes)

    def _field(self, def_id: DefId, prop: Property, name: str) -> FieldPlan:
        return FieldPlan(
            name=name,
            wire=prop.name,
            type=self._types.attribute(
                prop, name, self._nsid, self._prose.deprecation(_key(def_id, prop), prop.schema)
            ),
            default=self._types.default(prop),
            doc=self._prose.property(def_id, prop),
        )

    def _readers(self, properties: Mapping[str, Property], names: Mapping[str, str]) -> Iterator[ReaderPlan]:
        scope = Scope((*names.values(), *FIELD_NAMES))
        for prop in properties.values():
            if self._is_unknown(prop.schema):
                name = scope.take(f"{names[prop.name].rstrip('_')}_as")
                yield ReaderPlan(name, names[prop.name], not prop.required or prop.nullable)

    def _strong_ref(self, part: Object | Params) -> Expression | None:
        """The class of strong references, for an object that has what one consists of."""
        if self._nsid == STRONG_REF.nsid or "ref" in part.properties or not _names_version(part):
            return None
        return self._types.definition(STRONG_REF) if _names_version(self._lexicons.find(STRONG_REF)) else None

    def _is_unknown(self, schema: Schema) -> bool:
        definition = self._lexicons.follow(schema.target)[0] if isinstance(schema, Ref) else schema
        return isinstance(definition, Unknown)

    def _page(self, part: Object | Params, names: Mapping[str, str]) -> PagePlan | None:
        wire = self._pages.get((self._nsid, part.pointer))
        if wire is None:
            return None
        prop = part.properties[wire]
        item = self._types.plain(cast("Array", prop.schema).items, self._nsid, "result")
        return PagePlan(names[wire], item, not prop.required or prop.nullable)

    def _errors(self, method: Query | Procedure | Subscription) -> tuple[ErrorPlan, ...]:
        return tuple(
            ErrorPlan(
                name=self._naming.error(self._nsid, error.name),
                code=error.name,
                base=self._naming.shared_errors[error.name],
                doc=_first(error.description) or (f"``{self._nsid}`` failed with ``{error.name}``.",),
            )
            for error in method.errors
        )

    def _descriptor(self, method: Query | Procedure | Subscription) -> DescriptorPlan:
        params = method.parameters
        sent = method.input if isinstance(method, Procedure) else None
        errors = tuple((error.name, self._naming.error(self._nsid, error.name)) for error in method.errors)
        answered = None if isinstance(method, Subscription) else method.output
        return DescriptorPlan(
            nsid=self._nsid,
            kind=_KINDS[method.kind],
            params=None if params is None else self._types.class_at(self._nsid, params),
            input=self._body(sent),
            output=self._message(method) if isinstance(method, Subscription) else self._body(answered),
            input_encoding=None if sent is None else sent.encoding,
            output_encoding=None if answered is None else answered.encoding,
            errors=errors,
        )

    def _message(self, method: Subscription) -> Expression:
        schema = method.message.schema
        return UNKNOWN_OBJECT if isinstance(schema, UnknownKind) else self._types.class_at(self._nsid, schema)

    def _body(self, payload: Payload | None) -> Expression | None:
        if payload is None:
            return None
        schema = json_schema(payload)
        if schema is None:
            return BYTES
        if isinstance(schema, Union):
            return self._types.class_at(self._nsid, schema)
        return self._types.marked(schema, self._nsid)

    def _record(self, record: Record) -> RecordPlan:
        return RecordPlan(self._nsid, record.key, self._types.class_at(self._nsid, record.record))


def _names_version(part: Definition | Params | None) -> bool:
    """Whether an object has the address and the CID of a record."""
    return isinstance(part, Object | Params) and all(
        (prop := part.properties.get(name)) is not None
        and prop.required
        and isinstance(prop.schema, String)
        and prop.schema.format == format_name
        for name, format_name in (("uri", "at-uri"), ("cid", "cid"))
    )


def _key(def_id: DefId, prop: Property) -> str:
    return f"{def_id.nsid}#{def_id.name}.{prop.name}"


_KINDS: Final[Mapping[str, DescriptorKind]] = {
    "query": "Query",
    "procedure": "Procedure",
    "subscription": "Subscription",
}

_PAYLOAD_DOCS: Final = {
    "Params": "The parameters of ``{}``.",
    "Input": "The input of ``{}``.",
    "Output": "The output of ``{}``.",
    "Message": "A message of ``{}``.",
}


def _module_doc(nsid: str, main: Definition | None) -> str:
    if isinstance(main, Query | Procedure | Subscription | Record | PermissionSet):
        return f"The {main.kind.replace('-', ' ')} ``{nsid}``."
    return f"The definitions of ``{nsid}``."


def _first(text: str | None) -> tuple[str, ...]:
    return tuple(paragraphs(text)) if text else ()


def _permission_set(nsid: str, permission_set: PermissionSet) -> PermissionSetPlan:
    return PermissionSetPlan(
        nsid,
        tuple(
            {"resource": permission.resource, **permission.attributes}
            for permission in permission_set.permissions
        ),
    )
