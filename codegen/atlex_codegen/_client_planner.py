"""From documents to the plan of what a client offers: namespaces with methods and collections of records."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, Literal

from atlex.lexicon import (
    DefId,
    ErrorDeclaration,
    Object,
    Params,
    Payload,
    Procedure,
    Query,
    Record,
    Ref,
)
from atlex_codegen._context import Context
from atlex_codegen._expressions import BYTES, NONE, STR, Expression, Member, either, sdk
from atlex_codegen._layers import Layer, prefixes
from atlex_codegen._names import (
    CLIENT_NAMES,
    RECORDS_NAMES,
    Scope,
    allocate,
    class_name,
    field_name,
)
from atlex_codegen._naming import Naming, json_schema, last_segment
from atlex_codegen._phrases import listed, with_article
from atlex_codegen._plan import ArgumentPlan, ChildPlan, MethodPlan, NamespacePlan, RecordsPlan
from atlex_codegen._text import paragraphs
from atlex_codegen._types import Types

__all__ = ["plan_namespaces"]

_REPOSITORY_CALLS: Final = (
    "com.atproto.repo.applyWrites",
    "com.atproto.repo.createRecord",
    "com.atproto.repo.deleteRecord",
    "com.atproto.repo.getRecord",
    "com.atproto.repo.listRecords",
    "com.atproto.repo.putRecord",
    "com.atproto.sync.getBlob",
)


def plan_namespaces(context: Context, wanted: Collection[str]) -> tuple[NamespacePlan, ...]:
    """Plan the client's namespaces, sorted by path; the first is the client itself.

    Args:
        context: What planning goes by.
        wanted: The namespaces to plan, of those that the package has; the client itself is "".
    """
    planner = _Planner(context)
    plans = [planner.namespace(nsid) for nsid in ("", *planner.own) if nsid in wanted]
    return tuple(sorted(plans, key=lambda plan: plan.path))


def _namespaces(naming: Naming) -> Layer:
    """Which package has the class of a namespace: of what has something to call, or a collection of records, below it."""
    callables = {
        nsid
        for nsid, home in naming.homes.items()
        if isinstance(home.lexicons[nsid].main, Query | Procedure | Record)
    }
    offering = {prefix for nsid in callables for prefix in prefixes(nsid)[:-1]}
    own = {prefix for nsid in callables & naming.lexicons.keys() for prefix in prefixes(nsid)}
    return Layer(naming.package, own & offering, [_namespaces(base) for base in naming.bases])


def _class_name(naming: Naming, nsid: str) -> str:
    """The name that the synchronous class of a namespace has in a package."""
    if not nsid:
        return "Client"
    document = naming.document(nsid)
    is_collection = document is not None and isinstance(document.main, Record)
    return class_name(last_segment(nsid)).rstrip("_") + ("Records" if is_collection else "Namespace")


class _Planner:
    def __init__(self, context: Context) -> None:
        self._lexicons = context.lexicons
        self._naming = context.naming
        self._prose = context.prose
        self._proxies = context.proxies
        self._types = Types(context.lexicons, context.naming)
        self._handles = frozenset(context.naming.handles.values())
        self._layer = _namespaces(context.naming)

    @property
    def own(self) -> frozenset[str]:
        """The namespaces whose classes the package has by itself."""
        return self._layer.own

    def _path(self, nsid: str) -> tuple[str, ...]:
        return self._naming.path(nsid) if nsid else ()

    def namespace(self, nsid: str) -> NamespacePlan:
        """Plan one namespace."""
        main = self._main(nsid)
        is_own = nsid in self._naming.lexicons
        bases = self._bases(nsid)
        taken = CLIENT_NAMES if not nsid else RECORDS_NAMES if isinstance(main, Record) else frozenset[str]()
        children: list[ChildPlan] = []
        methods: list[MethodPlan] = []
        records: list[RecordsPlan] = []
        for child in self._naming.children[nsid]:
            own = self._naming.path(child)[-1]
            name = f"{own}_" if own in taken else own
            definition = self._main(child)
            if child in self._layer.own:
                if isinstance(definition, Query | Procedure) and child not in self._naming.lexicons:
                    # A base has the method under this name.
                    name = f"{own}_"
                collection = self._types.member(child, "RECORD") if isinstance(definition, Record) else None
                children.append(ChildPlan(name, child, self._namespace_member(child), collection))
            elif child not in self._naming.lexicons or self._layer.home(child) is not None:
                # Inherited from a base, or nothing that a client offers.
                continue
            elif isinstance(definition, Query | Procedure):
                methods.append(self._method(child, definition, name))
            elif isinstance(definition, Record):
                records.append(self._records(child, definition, name))
        return NamespacePlan(
            path=self._path(nsid),
            nsid=nsid,
            class_name=_class_name(self._naming, nsid),
            bases=bases,
            children=tuple(children),
            methods=tuple(methods),
            records=tuple(records),
            call=self._method(nsid, main, "__call__")
            if is_own and isinstance(main, Query | Procedure)
            else None,
            collection=self._records(nsid, main, "")
            if isinstance(main, Record) and (is_own or not bases)
            else None,
            repository_calls=() if nsid else tuple(self._repository_calls()),
            proxies=() if nsid else tuple(sorted(self._proxies.items())),
            doc=self._namespace_doc(nsid, main),
        )

    def _repository_calls(self) -> Iterator[tuple[str, Member]]:
        for nsid in _REPOSITORY_CALLS:
            if nsid in self._naming.lexicons and isinstance(self._main(nsid), Query | Procedure):
                yield nsid, self._types.member(nsid, "METHOD")

    def _main(self, nsid: str) -> object:
        return self._lexicons[nsid].main if nsid in self._lexicons else None

    def _bases(self, nsid: str) -> tuple[Member, ...]:
        """The classes that a namespace, or the client, has in the packages that this one is built on."""
        packages = self._layer.extended(nsid) if nsid else [base.package for base in self._naming.bases]
        scope = Scope(self._handles)
        bases: list[Member] = []
        for package in packages:
            naming = self._naming.packages[package]
            # The client is public, so it is taken from the package itself.
            path = ("_client", *naming.path(nsid)) if nsid else ()
            bases.append(Member(path, scope.take("_base"), _class_name(naming, nsid), package))
        return tuple(bases)

    def _namespace_doc(self, nsid: str, main: object) -> tuple[str, ...]:
        if not nsid:
            return ("All methods and collections of records, by namespace.",)
        if isinstance(main, Record):
            return (f"The records of the collection ``{nsid}``, and the namespaces below it.",)
        return (f"The methods and records below ``{nsid}``.",)

    def _namespace_member(self, nsid: str) -> Member:
        path = self._naming.path(nsid)
        # Two underscores in front would be mangled in the class.
        handle = Scope(self._handles).take(f"_{path[-1].lstrip('_')}_namespace")
        return Member(("_client", *path), handle, _class_name(self._naming, nsid))

    def _records(self, nsid: str, record: Record, name: str) -> RecordsPlan:
        said = self._prose.definition(DefId(nsid), record.description)
        return RecordsPlan(
            name=name,
            nsid=nsid,
            base="Records" if record.literal_key is None else "LiteralRecords",
            descriptor=self._types.member(nsid, "RECORD"),
            type=self._types.class_at(nsid, record.record),
            doc=(*said, f"The records of the collection ``{nsid}``."),
        )

    def _method(self, nsid: str, method: Query | Procedure, name: str) -> MethodPlan:
        sent = method.input if isinstance(method, Procedure) else None
        said = self._prose.definition(DefId(nsid), method.description)
        output = self._output(nsid, method.output)
        return MethodPlan(
            name=name,
            nsid=nsid,
            kind="query" if isinstance(method, Query) else "procedure",
            descriptor=self._types.member(nsid, "METHOD"),
            arguments=self._arguments(nsid, method.parameters, sent),
            sends_input=isinstance(self._input_object(nsid, sent)[0], Object),
            returns=output,
            returns_doc=self._returns_doc(nsid, method.output),
            raises=tuple(self._raised(nsid, error) for error in method.errors),
            deprecated=self._prose.deprecation(nsid, method, self._lexicons[nsid]),
            doc=(*said, f"Call the {method.kind} ``{nsid}``."),
        )

    def _raised(self, nsid: str, error: ErrorDeclaration) -> tuple[str, str]:
        said = " ".join(paragraphs(error.description or "")) or f"The method failed with ``{error.name}``."
        return self._naming.error(nsid, error.name), said

    def _output(self, nsid: str, payload: Payload | None) -> Expression:
        if payload is None:
            return NONE
        schema = json_schema(payload)
        if schema is None:
            return BYTES
        return self._types.plain(schema, nsid, "result")

    def _returns_doc(self, nsid: str, payload: Payload | None) -> str:
        if payload is None:
            return ""
        if said := " ".join(paragraphs(payload.description or "")):
            return said
        schema = json_schema(payload)
        if schema is None:
            return f"The response's bytes (``{payload.encoding}``)."
        noun = with_article(f"`{self._types.word(schema, nsid)}`")
        properties = list(schema.properties) if isinstance(schema, Object) else []
        names = allocate(properties, field_name)
        fields = [names[name] for name in properties]
        return f"{noun[:1].upper()}{noun[1:]}" + (f" with {listed(fields)}." if fields else ".")

    def _input_object(self, nsid: str, payload: Payload | None) -> tuple[object, str, DefId]:
        """What a JSON input is, past refs: the schema, the document that it stands in, and its definition."""
        schema = json_schema(payload)
        if isinstance(schema, Ref):
            definition, names = self._lexicons.follow(schema.target)
            return definition, names[-1].nsid, names[-1]
        return schema, nsid, DefId(nsid)

    def _arguments(
        self, nsid: str, params: Params | None, payload: Payload | None
    ) -> tuple[ArgumentPlan, ...]:
        arguments: list[ArgumentPlan] = []
        schema = json_schema(payload)
        carrier, home, owner = self._input_object(nsid, payload)
        sent: tuple[ArgumentPlan, ...] = ()
        if payload is not None and schema is None:
            sent = _data(payload)
        elif schema is not None and not isinstance(carrier, Object):
            type_ = self._types.plain(schema, nsid, "argument")
            sent = (ArgumentPlan("input", type_, None, "body", doc="What to send."),)
        scope = Scope(argument.name for argument in sent)
        if params is not None:
            arguments += self._group(DefId(nsid), params, nsid, "params", scope)
        if isinstance(carrier, Object):
            arguments += self._group(owner, carrier, home, "input", scope)
        arguments.extend(sent)
        return tuple(sorted(arguments, key=lambda argument: argument.default is not None))

    def _group(
        self,
        owner: DefId,
        part: Object | Params,
        home: str,
        goes_to: Literal["params", "input"],
        scope: Scope,
    ) -> Iterator[ArgumentPlan]:
        """The arguments for the properties of parameters or of an input."""
        names = allocate(part.properties, field_name)
        for prop in part.properties.values():
            type_ = self._types.plain(prop.schema, home, "argument")
            default = None
            if prop.nullable:
                type_ = either(type_, NONE)
            if not prop.required:
                default = "OMIT" if prop.nullable else "None"
                type_ = either(type_, sdk("Omit") if prop.nullable else NONE)
            yield ArgumentPlan(
                name=scope.take(names[prop.name]),
                type=type_,
                default=default,
                goes_to=goes_to,
                key=names[prop.name],
                doc=self._prose.argument(owner, prop, names[prop.name], self._types.word(prop.schema, home)),
            )


def _data(payload: Payload) -> tuple[ArgumentPlan, ...]:
    encoding = payload.encoding
    pattern = "*" in encoding
    chosen = (
        f"``{encoding}``"
        if not pattern
        else "the one that the file's name or the first bytes tell, else ``application/octet-stream``"
    )
    return (
        ArgumentPlan(
            "data",
            sdk("Body"),
            None,
            "data",
            doc="What to send: bytes, the path of a file, an open binary file, or an iterable of bytes; "
            "an asynchronous client takes an asynchronous iterable too.",
        ),
        ArgumentPlan(
            "content_type",
            either(STR, NONE),
            "None",
            "content_type",
            doc=f"The MIME type of the data, within ``{encoding}``; None for {chosen}."
            if pattern
            else f"The MIME type of the data; None for {chosen}.",
        ),
    )
