"""An example of every definition: a call of a method, the creation of a record, an instance of an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, cast

from atlex.lexicon import (
    Array,
    Blob,
    Boolean,
    Bytes,
    CidLink,
    DefId,
    Definition,
    Integer,
    Lexicons,
    Object,
    Params,
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
    UnknownKind,
    references,
)
from atlex_codegen._describe._fields import filled
from atlex_codegen._expressions import value_node
from atlex_codegen._layout import Around, Node, items_of, lay_out
from atlex_codegen._names import allocate, field_name, singular
from atlex_codegen._naming import Naming, json_schema
from atlex_codegen._plan import ArgumentPlan, MethodPlan, RecordsPlan
from atlex_codegen._text import literal

__all__ = ["Examples", "sent_definitions"]

_WIDTH: Final = 76
"""The columns of an example: it is read on phones and in terminals."""

_DID: Final = "did:plc:exampleaccount2345672345"
_CID: Final = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_TID: Final = "3lz2w5k7abc2x"
_FORMATS: Final[Mapping[str, str]] = {
    "at-identifier": "alice.example.com",
    "at-uri": f"at://{_DID}/app.bsky.feed.post/{_TID}",
    "cid": _CID,
    "datetime": "2026-01-01T00:00:00Z",
    "did": _DID,
    "handle": "alice.example.com",
    "language": "en",
    "nsid": "app.bsky.feed.post",
    "record-key": _TID,
    "tid": _TID,
    "uri": "https://example.com/",
}
_COLLECTIONS: Final[Mapping[str, str]] = {
    "feed": "app.bsky.feed.generator",
    "list": "app.bsky.graph.list",
    "lists": "app.bsky.graph.list",
    "starter_pack": "app.bsky.graph.starterpack",
}
"""What the AT-URI of an argument leads to, where it isn't a post."""

_POST: Final = {
    "$type": "app.bsky.feed.post",
    "text": "Hello, world!",
    "createdAt": "2026-01-01T00:00:00Z",
}
"""What is given where any object is taken, which is a record most of the time."""

_TEXTS: Final[Mapping[str, str]] = {
    "code": "ABCDE-12345",
    "contact": "+15555550100",
    "country_code": "US",
    "display_name": "Alice",
    "email": "alice@example.com",
    "identifier": "alice.example.com",
    "lang": "en",
    "language": "en",
    "name": "Alice",
    "phone": "+15555550100",
    "q": "cats",
    "query": "cats",
    "text": "Hello, world!",
    "token": "ABCDE-12345",
}
_FILES: Final[Mapping[str, str]] = {
    "*/*": "picture.jpg",
    "application/vnd.ipld.car": "repo.car",
    "text/vtt": "captions.vtt",
    "video/mp4": "video.mp4",
}
_KEYED: Final = frozenset({"app.bsky.feed.postgate", "app.bsky.feed.threadgate"})
"""The records whose key is that of the post that they are about."""

_UPLOAD: Final = DefId("com.atproto.repo.uploadBlob")


def sent_definitions(lexicons: Lexicons) -> frozenset[DefId]:
    """The definitions that programs make values of: those of records and of what methods are given."""
    pending: list[DefId] = []
    for def_id, definition in lexicons.definitions():
        match definition:
            case Record():
                pending.append(def_id)
            case Query() | Procedure() | Subscription():
                sent = (
                    definition.parameters,
                    definition.input if isinstance(definition, Procedure) else None,
                )
                pending += [to.target for part in sent if part is not None for to in references(part)]
            case _:
                pass
    found: set[DefId] = set()
    while pending:
        def_id = pending.pop()
        if def_id not in found:
            found.add(def_id)
            pending += [to.target for to in references(lexicons.definition(def_id))]
    return frozenset(found)


class Examples:
    """The examples of one package.

    Args:
        naming: The names in the package that has the definitions.
        lexicons: Its documents, and those of the packages that it is built on.
        package: What examples import it as.
        sent: The definitions that programs make values of.
    """

    def __init__(self, naming: Naming, lexicons: Lexicons, package: str, sent: frozenset[DefId]) -> None:
        self._naming = naming
        self._lexicons = lexicons
        self._package = package
        self._sent = sent

    def call(self, path: str, method: MethodPlan, *, is_paged: bool) -> str:
        """A call of a method with what it requires.

        Args:
            path: The method on a client.
            method: Its plan.
            is_paged: Whether there are pages to go through.
        """
        code = _Code(self._naming, self._lexicons)
        given = [
            Around(f"{argument.name}=", code.argument(method.nsid, argument))
            for argument in method.arguments
            if argument.default is None
        ]
        result = "" if method.returns.flat() == "None" else "output = "
        lines = [_laid(Around(result, items_of(f"{path}(", given, ")")))]
        if is_paged:
            pages = items_of("for item in client.paginate(", [path, *given], "):")
            lines += ["", _laid(pages), "    print(item)"]
        return self._text(code, lines)

    def creation(self, path: str, records: RecordsPlan, record: Record) -> str:
        """The creation of a record."""
        code = _Code(self._naming, self._lexicons)
        value = code.value(record.record, "", records.nsid)
        verb = "create" if records.base == "Records" else "put"
        key = _TID if records.nsid in _KEYED else _FORMATS.get(record.key, "") if record.key != "tid" else ""
        call = items_of(f"{path}.{verb}(", ["record", *([f"rkey={literal(key)}"] if key else [])], ")")
        lines = [_laid(Around("record = ", value)), _laid(Around("written = ", call)), "print(written.uri)"]
        return self._text(code, lines)

    def definition(self, def_id: DefId, path: str, definition: Definition) -> str:
        """A value of what a program sends; of what it only gets, one for its tests."""
        code = _Code(self._naming, self._lexicons)
        match definition:
            case PermissionSet():
                line = f"permissions = {code.used(path)}.PERMISSION_SET.permissions"
            case Subscription():
                line = f"method = {code.used(path)}.METHOD"
            case Token():
                line = f"value = {code.used(path)}"
            case Object() if def_id in self._sent:
                line = _laid(Around("value = ", code.value(definition, "", def_id.nsid)))
            case Object():
                code.used("fake", "atlex.testing")
                line = f"value = fake({code.used(path)})"
            case Query() | Procedure() | Record() | UnknownKind():
                return ""
            case _:
                value = code.value(definition, def_id.name, def_id.nsid)
                line = _laid(Around(f"value: {code.used(path)} = ", value))
        return self._text(code, [line])

    def _text(self, code: _Code, lines: Iterable[str]) -> str:
        imports = {**code.imports, self._package: code.roots} if code.roots else code.imports
        head = [
            f"from {source} import {', '.join(sorted(names))}"
            for source, names in sorted(imports.items(), key=lambda item: (item[0] != "pathlib", item))
        ]
        if "pathlib" in imports and len(head) > 1:
            head.insert(1, "")
        if code.blob:
            head += ["", code.blob]
        elif head:
            head.append("")
        return "\n".join([*head, *lines]) + "\n"


def _laid(node: Node) -> str:
    return lay_out(node, width=_WIDTH)


class _Code:
    """Source of values, and what it needs.

    Attributes:
        roots: The packages below the generated one that it mentions.
        imports: What else it imports, by module.
        blob: The statement that uploads the blob that it uses; empty if it uses none.
    """

    def __init__(self, naming: Naming, lexicons: Lexicons) -> None:
        self._naming = naming
        self._lexicons = lexicons
        self._inside: list[DefId] = []
        self.roots: set[str] = set()
        self.imports: dict[str, set[str]] = {}
        self.blob = ""

    def used(self, path: str, source: str = "") -> str:
        """A name, which is then imported: from below the package, or from a module."""
        names = self.imports.setdefault(source, set()) if source else self.roots
        names.add(path.partition(".")[0])
        return path

    def file(self, name: str) -> str:
        """The path of a file."""
        return f"{self.used('Path', 'pathlib')}({literal(name)})"

    def argument(self, nsid: str, argument: ArgumentPlan) -> Node:
        """The value of a method's argument."""
        method = cast("Query | Procedure", self._lexicons[nsid].main)
        payload = method.input if isinstance(method, Procedure) else None
        if argument.goes_to == "data":
            encoding = "" if payload is None else payload.encoding
            return self.file(_FILES.get(encoding, "data.bin"))
        schema: Params | Schema | None = (
            method.parameters if argument.goes_to == "params" else json_schema(payload)
        )
        if argument.goes_to == "body":
            return self.value(cast("Schema", schema), argument.name, nsid)
        home = nsid
        if isinstance(schema, Ref):
            definition, names = self._lexicons.follow(schema.target)
            schema, home = cast("Object", definition), names[-1].nsid
        prop = filled(argument, cast("Object | Params", schema))
        return self.value(prop.schema, argument.key, home)

    def value(self, schema: Schema, name: str, home: str) -> Node:
        """A plausible value.

        Args:
            schema: Its schema.
            name: The name of what it is given for.
            home: The document that the schema stands in.
        """
        match schema:
            case Boolean():
                return repr(True if schema.const is None else schema.const)
            case Integer():
                return value_node(_number(schema))
            case String():
                return self._string(schema, name)
            case Bytes():
                return "b" + literal("x" * max(schema.min_length or 0, 1))
            case CidLink():
                return self._link()
            case Blob():
                return self._blob(schema)
            case Ref():
                return self._named(schema.target, name)
            case Union():
                return self._member(schema, name)
            case Array():
                item = self.value(schema.items, singular(name), home)
                return items_of("[", [item] * max(schema.min_length or 0, 1), "]")
            case Object():
                return self._object(schema, home)
            case _:
                return value_node(_POST)

    def _link(self) -> str:
        return f'{self.used("CidLink", "atlex")}("{_CID}")'

    def _blob(self, schema: Blob) -> Node:
        kind = (schema.accept or ("*/*",))[0]
        if _UPLOAD.nsid in self._lexicons:
            file = self.file(_FILES.get(kind, _FILES["*/*"]))
            self.blob = f"blob = client.com.atproto.repo.upload_blob(data={file}).blob"
            return "blob"
        mime_type = kind.replace("/*", "/x") if kind != "*/*" else "image/jpeg"
        return f"{self.used('Blob', 'atlex')}({self._link()}, {literal(mime_type)}, 1000)"

    def _named(self, target: DefId, name: str) -> Node:
        definition, names = self._lexicons.follow(target)
        if isinstance(definition, Token):
            return literal(str(names[-1]))
        schema = definition.record if isinstance(definition, Record) else cast("Schema", definition)
        self._inside.append(names[-1])
        try:
            return self.value(schema, name or names[-1].name, names[-1].nsid)
        finally:
            self._inside.pop()

    def _member(self, union: Union, name: str) -> Node:
        members = [target for target in union.targets if self._is_object(target)]
        outside = [target for target in members if self._lexicons.follow(target)[1][-1] not in self._inside]
        if outside or (members and union.closed):
            return self._named((outside or members)[0], name)
        return self.used("UnknownObject", "atlex") + '({"$type": "com.example.thing"})'

    def _is_object(self, target: DefId) -> bool:
        return isinstance(self._lexicons.follow(target)[0], Object | Record | Union)

    def _object(self, schema: Object, home: str) -> Node:
        names = allocate(schema.properties, field_name)
        path = ".".join((*self._naming.path(home), self._naming.class_at(home, schema.pointer)))
        given = [
            Around(f"{names[prop.name]}=", self._property(prop, names[prop.name], home))
            for prop in _shown(schema)
        ]
        return items_of(f"{self.used(path)}(", given, ")")

    def _property(self, prop: Property, name: str, home: str) -> Node:
        if isinstance(prop.schema, String) and prop.schema.format == "datetime" and name == "created_at":
            return f"{self.used('now', 'atlex')}()"
        return self.value(prop.schema, name, home)

    def _string(self, schema: String, name: str) -> Node:
        listed = (schema.const, *(schema.enum or ()), *(schema.known_values or ()))
        chosen = next((value for value in listed if value is not None), None)
        if chosen is not None:
            return literal(chosen)
        if schema.format is not None:
            text = _FORMATS.get(schema.format, "")
            collection = _COLLECTIONS.get(name, "app.bsky.feed.post")
            return literal(
                text.replace("app.bsky.feed.post", collection) if schema.format == "at-uri" else text
            )
        if schema.max_graphemes == 1:
            return '"👍"'
        text = (
            _TID if name.endswith("_id") else _TEXTS.get(name) or name.rstrip("_").replace("_", " ") or "text"
        )
        return literal(text.ljust(max(schema.min_length or 0, schema.min_graphemes or 0), "x"))


def _shown(schema: Object) -> list[Property]:
    """The properties that an example gives: the required ones; where there are none, a text that may be there."""
    properties = schema.properties.values()
    required = [prop for prop in properties if prop.required]
    texts = [prop for prop in properties if isinstance(prop.schema, String) and not prop.schema.format]
    return required or texts[:1]


def _number(schema: Integer) -> int:
    for value in (schema.const, *(schema.enum or ()), schema.default):
        if value is not None:
            return value
    low, high = schema.minimum, schema.maximum
    return max(low or 0, min(1, 1 if high is None else high))
