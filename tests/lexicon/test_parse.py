"""Documents become the model of the language; what breaks its rules is said with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atlex.lexicon import (
    Array,
    Blob,
    Boolean,
    Bytes,
    CidLink,
    DefId,
    Diagnostic,
    Document,
    ErrorDeclaration,
    Integer,
    Message,
    Object,
    Params,
    Payload,
    Permission,
    PermissionSet,
    Procedure,
    Property,
    Query,
    Record,
    Ref,
    String,
    Subscription,
    Token,
    Union,
    Unknown,
    UnknownKind,
    parse_document,
)

NSID = "com.example.thing"


def doc(**defs: Any) -> dict[str, Any]:
    return {"lexicon": 1, "id": NSID, "defs": defs}


def parsed(**defs: Any) -> Document:
    document, diagnostics = parse_document(doc(**defs))
    assert not any(diagnostic.is_error for diagnostic in diagnostics)
    assert document is not None
    return document


def found(raw: Any, severity: str = "error") -> dict[str, str]:
    """What is said of a document: pointer to message."""
    document, diagnostics = parse_document(raw)
    assert (document is None) == any(diagnostic.is_error for diagnostic in diagnostics)
    return {
        diagnostic.pointer: diagnostic.message
        for diagnostic in diagnostics
        if diagnostic.severity == severity
    }


def prop(schema: Any) -> dict[str, Any]:
    return doc(main={"type": "object", "properties": {"p": schema}})


P = "/defs/main/properties/p"


def test_a_document_keeps_its_head_its_source_and_what_the_language_does_not_know() -> None:
    raw = {
        **doc(a={"type": "token"}),
        "revision": 3,
        "description": "About.",
        "$type": "com.atproto.lexicon.schema",
    }
    document, _ = parse_document(raw, source="a.json")
    assert document is not None
    assert (document.id, document.revision, document.description, document.source) == (
        NSID,
        3,
        "About.",
        "a.json",
    )
    assert document.extra == {"$type": "com.atproto.lexicon.schema"}
    assert document.raw == raw
    assert document.main is None


def test_text_bytes_and_mapping_give_the_same_document() -> None:
    raw = doc(main={"type": "token"})
    text = json.dumps(raw)
    assert parse_document(raw) == parse_document(text) == parse_document(text.encode())
    assert (
        parse_document("\ufeff" + text)
        == parse_document(b"\xef\xbb\xbf" + text.encode())
        == parse_document(raw)
    )


def test_a_document_does_not_change_with_the_mapping_it_was_made_from() -> None:
    raw = doc(main={"type": "token"})
    document, _ = parse_document(raw)
    raw["defs"].clear()
    assert document is not None
    assert document.raw == doc(main={"type": "token"})


def test_every_value_kind_has_its_constraints() -> None:
    main = {
        "type": "object",
        "description": "All.",
        "required": ["a", "b"],
        "nullable": ["b"],
        "x-mine": 1,
        "properties": {
            "a": {"type": "boolean", "default": True, "const": True, "description": "A.", "x": []},
            "b": {"type": "integer", "minimum": 1, "maximum": 9, "enum": [1, 2], "default": 2},
            "c": {
                "type": "string",
                "format": "did",
                "minLength": 1,
                "maxLength": 99,
                "minGraphemes": 1,
                "maxGraphemes": 50,
                "knownValues": ["did:a:b"],
                "default": "did:a:c",
            },
            "d": {"type": "bytes", "minLength": 1, "maxLength": 2},
            "e": {"type": "cid-link"},
            "f": {"type": "blob", "accept": ["image/*", "*/*", "a/b+c"], "maxSize": 10},
            "g": {"type": "unknown"},
            "h": {"type": "ref", "ref": "#other"},
            "i": {"type": "union", "refs": ["#other", "com.example.b", "com.example.b#c"], "closed": True},
            "j": {"type": "array", "items": {"type": "integer", "const": 5}, "minLength": 0, "maxLength": 3},
            "k": {"type": "string", "enum": ["x", "y"], "const": "x"},
        },
    }
    document = parsed(main=main, other={"type": "token", "description": "T."})
    assert document.defs["other"] == Token(description="T.")
    schemas = {
        "a": Boolean(default=True, const=True, description="A.", extra={"x": []}),
        "b": Integer(minimum=1, maximum=9, enum=(1, 2), default=2),
        "c": String(
            format="did",
            min_length=1,
            max_length=99,
            min_graphemes=1,
            max_graphemes=50,
            known_values=("did:a:b",),
            default="did:a:c",
        ),
        "d": Bytes(min_length=1, max_length=2),
        "e": CidLink(),
        "f": Blob(accept=("image/*", "*/*", "a/b+c"), max_size=10),
        "g": Unknown(),
        "h": Ref(ref="#other", target=DefId(NSID, "other")),
        "i": Union(
            refs=("#other", "com.example.b", "com.example.b#c"),
            targets=(DefId(NSID, "other"), DefId("com.example.b"), DefId("com.example.b", "c")),
            closed=True,
        ),
        "j": Array(items=Integer(const=5), min_length=0, max_length=3),
        "k": String(enum=("x", "y"), const="x"),
    }
    expected = {
        name: Property(name=name, schema=schema, required=name in "ab", nullable=name == "b")
        for name, schema in schemas.items()
    }
    assert document.main == Object(description="All.", extra={"x-mine": 1}, properties=expected)
    assert isinstance(document.main, Object)
    assert list(document.main.properties) == list(schemas)
    assert document.main.properties["j"].schema.pointer == "/defs/main/properties/j"


def test_a_procedure_has_parameters_bodies_and_errors() -> None:
    main = {
        "type": "procedure",
        "description": "Does.",
        "parameters": {
            "type": "params",
            "description": "Ps.",
            "required": ["a"],
            "properties": {"a": {"type": "array", "items": {"type": "string"}}, "b": {"type": "unknown"}},
        },
        "input": {
            "encoding": "application/json",
            "schema": {"type": "ref", "ref": "#o"},
            "description": "In.",
        },
        "output": {"encoding": "*/*", "x": 1},
        "errors": [{"name": "Bad", "description": "So bad.", "code": 1}],
        "deprecated": True,
    }
    assert parsed(main=main, o={"type": "object"}).main == Procedure(
        description="Does.",
        parameters=Params(
            description="Ps.",
            properties={
                "a": Property(name="a", schema=Array(items=String()), required=True),
                "b": Property(name="b", schema=Unknown()),
            },
        ),
        input=Payload(
            encoding="application/json", schema=Ref(ref="#o", target=DefId(NSID, "o")), description="In."
        ),
        output=Payload(encoding="*/*", extra={"x": 1}),
        errors=(ErrorDeclaration(name="Bad", description="So bad.", extra={"code": 1}),),
        extra={"deprecated": True},
    )


def test_a_query_may_have_nothing() -> None:
    assert parsed(main={"type": "query"}).main == Query()


def test_a_subscription_has_messages() -> None:
    message = {"schema": {"type": "union", "refs": ["#m"]}, "description": "M."}
    document = parsed(main={"type": "subscription", "message": message}, m={"type": "object"})
    union = Union(refs=("#m",), targets=(DefId(NSID, "m"),))
    assert document.main == Subscription(message=Message(schema=union, description="M."))


@pytest.mark.parametrize(
    ("key", "literal"), [("tid", None), ("nsid", None), ("any", None), ("literal:self", "self")]
)
def test_a_record_has_a_key(key: str, literal: str | None) -> None:
    record = parsed(main={"type": "record", "key": key, "record": {"type": "object"}}).main
    assert record == Record(key=key, record=Object())
    assert isinstance(record, Record)
    assert record.literal_key == literal


def test_a_permission_set_has_permissions_and_translations() -> None:
    main = {
        "type": "permission-set",
        "title": "T",
        "title:lang": {"de": "Titel"},
        "detail": "D",
        "detail:lang": {"fr": "Détail"},
        "permissions": [{"type": "permission", "resource": "repo", "collection": ["com.example.a"]}],
    }
    assert parsed(main=main).main == PermissionSet(
        title="T",
        title_lang={"de": "Titel"},
        detail="D",
        detail_lang={"fr": "Détail"},
        permissions=(Permission(resource="repo", attributes={"collection": ["com.example.a"]}),),
    )


@pytest.mark.parametrize("name", ["9", "ob-je-c$t", "ff-ri-n.g", "_", "ünï", "a/b~c"])
def test_definitions_in_the_wild_have_odd_names(name: str) -> None:
    assert parsed(**{name: {"type": "token"}}).defs == {name: Token()}


def test_an_unknown_kind_is_kept_with_a_warning() -> None:
    raw = doc(
        main={"type": "space", "description": "S.", "key": "any"},
        other={"type": "object", "properties": {"p": {"type": "odd", "description": 1}}},
    )
    document, diagnostics = parse_document(raw)
    assert document is not None
    assert document.main == UnknownKind(name="space", raw=raw["defs"]["main"], description="S.")
    assert document.defs["other"] == Object(
        properties={
            "p": Property(name="p", schema=UnknownKind(name="odd", raw={"type": "odd", "description": 1}))
        }
    )
    assert [(diagnostic.severity, diagnostic.pointer) for diagnostic in diagnostics] == [
        ("warning", "/defs/main/type"),
        ("warning", "/defs/other/properties/p/type"),
    ]


@pytest.mark.parametrize(
    "schema",
    [{"type": "ref", "ref": "#b"}, {"type": "union", "refs": []}, {"type": "unknown"}],
    ids=lambda schema: schema["type"],
)
def test_refs_unions_and_unknown_as_definitions_are_a_warning(schema: Any) -> None:
    assert list(found(doc(a=schema, b={"type": "token"}), "warning")) == ["/defs/a"]


def test_warnings_leave_the_document_usable() -> None:
    assert found(prop({"type": "string", "format": "email", "default": "x"}), "warning") == {
        f"{P}/format": 'the format "email" is not known'
    }
    assert list(found(doc(), "warning")) == ["/defs"]
    refs = {"type": "union", "refs": [NSID, f"{NSID}#main", "#a", "#a"]}
    document, diagnostics = parse_document(prop(refs))
    assert [diagnostic.pointer for diagnostic in diagnostics] == [f"{P}/refs/1", f"{P}/refs/3"]
    assert document is not None
    assert isinstance(document.main, Object)
    union = document.main.properties["p"].schema
    assert isinstance(union, Union)
    assert union.targets == (DefId(NSID), DefId(NSID, "a"))


def test_an_error_declared_twice_counts_once_with_a_warning() -> None:
    document, diagnostics = parse_document(
        doc(main={"type": "query", "errors": [{"name": "A"}, {"name": "A"}]})
    )
    assert document is not None
    assert document.main == Query(errors=(ErrorDeclaration(name="A"),))
    assert [diagnostic.pointer for diagnostic in diagnostics] == ["/defs/main/errors/1"]


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        ([], ""),
        (None, ""),
        ("text", ""),
        ({"lexicon": 1, "defs": {}}, ""),
        ({"id": NSID, "defs": {}}, ""),
        ({"lexicon": 1, "id": NSID}, ""),
        ({"lexicon": 2, "id": NSID, "defs": {}}, "/lexicon"),
        ({"lexicon": True, "id": NSID, "defs": {}}, "/lexicon"),
        ({"lexicon": 1.0, "id": NSID, "defs": {}}, "/lexicon"),
        ({"lexicon": 1, "id": "thing", "defs": {}}, "/id"),
        ({"lexicon": 1, "id": 5, "defs": {}}, "/id"),
        ({"lexicon": 1, "id": NSID, "defs": []}, "/defs"),
        ({"lexicon": 1, "id": NSID, "defs": {}, "revision": "1"}, "/revision"),
        ({"lexicon": 1, "id": NSID, "defs": {}, "description": 1}, "/description"),
    ],
)
def test_the_head_is_checked(raw: Any, pointer: str) -> None:
    document, diagnostics = parse_document(json.dumps(raw))
    assert document is None
    assert pointer in [diagnostic.pointer for diagnostic in diagnostics if diagnostic.is_error]


@pytest.mark.parametrize("name", ["", "a#b"])
def test_some_names_no_definition_can_have(name: str) -> None:
    assert list(found(doc(**{name: {"type": "token"}}))) == [f"/defs/{name}"]


def test_a_property_has_a_name() -> None:
    raw = doc(main={"type": "object", "properties": {"": {"type": "boolean"}}})
    assert list(found(raw)) == ["/defs/main/properties/"]


@pytest.mark.parametrize("name", ["a b", "a\n", "\x00", "$type", "$link", "$bytes", "a#b"])
def test_odd_names_are_a_warning(name: str) -> None:
    raw = doc(main={"type": "object", "properties": {name: {"type": "boolean"}}})
    assert list(found(raw, "warning")) == [f"/defs/main/properties/{name}"]
    if "#" not in name:
        assert list(found(doc(**{name: {"type": "token"}}), "warning")) == [f"/defs/{name}"]


def test_pointers_are_escaped() -> None:
    assert list(found(doc(**{"a/b~c": {"type": 1}}))) == ["/defs/a~1b~0c/type"]


PRIMARY = ["query", "procedure", "subscription", "record", "permission-set"]


@pytest.mark.parametrize("kind", [*PRIMARY, "params", "permission"])
def test_only_the_main_definition_can_be_primary(kind: str) -> None:
    assert list(found(doc(other={"type": kind}))) == ["/defs/other/type"]


@pytest.mark.parametrize("kind", [*PRIMARY, "params", "permission", "token"])
def test_properties_hold_values_only(kind: str) -> None:
    assert list(found(prop({"type": kind}))) == [f"{P}/type"]


@pytest.mark.parametrize("kind", ["array", "token", "record"])
def test_items_can_not_be(kind: str) -> None:
    assert list(found(prop({"type": "array", "items": {"type": kind}}))) == [f"{P}/items/type"]


@pytest.mark.parametrize(
    "schema", [{"type": "object"}, {"type": "ref", "ref": "#a"}, {"type": "blob"}, {"type": "bytes"}]
)
def test_parameters_are_scalars_or_arrays_of_them(schema: Any) -> None:
    for inner, pointer in [(schema, "/type"), ({"type": "array", "items": schema}, "/items/type")]:
        params = {"type": "params", "properties": {"p": inner}}
        place = "/defs/main/parameters/properties/p"
        assert list(found(doc(main={"type": "query", "parameters": params}))) == [place + pointer]


@pytest.mark.parametrize("schema", [{"type": "string"}, {"type": "array", "items": {"type": "string"}}])
def test_bodies_are_objects_refs_or_unions(schema: Any) -> None:
    output = {"encoding": "application/json", "schema": schema}
    assert list(found(doc(main={"type": "query", "output": output}))) == ["/defs/main/output/schema/type"]


def record(**fields: Any) -> dict[str, Any]:
    return doc(main={"type": "record", "key": "tid", "record": {"type": "object"}, **fields})


def query(**fields: Any) -> dict[str, Any]:
    return doc(main={"type": "query", **fields})


def permissions(*entries: dict[str, Any]) -> dict[str, Any]:
    entries = tuple({"type": "permission", **entry} for entry in entries)
    return doc(main={"type": "permission-set", "permissions": list(entries)})


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (doc(main=1), "/defs/main"),
        (doc(main={}), "/defs/main"),
        (doc(main={"type": 1}), "/defs/main/type"),
        (doc(main={"type": "token", "description": 1}), "/defs/main/description"),
        (doc(main={"type": "object", "properties": []}), "/defs/main/properties"),
        (doc(main={"type": "object", "required": "a"}), "/defs/main/required"),
        (doc(main={"type": "object", "required": [1]}), "/defs/main/required/0"),
        (doc(main={"type": "object", "required": ["a"]}), "/defs/main/required/0"),
        (doc(main={"type": "object", "nullable": ["a"]}), "/defs/main/nullable/0"),
        (prop([]), P),
        (prop({"type": "array"}), P),
        (
            prop({"type": "array", "items": {"type": "string"}, "minLength": 2, "maxLength": 1}),
            f"{P}/minLength",
        ),
        (prop({"type": "boolean", "default": "true"}), f"{P}/default"),
        (prop({"type": "integer", "minimum": 2, "maximum": 1}), f"{P}/minimum"),
        (prop({"type": "integer", "minimum": 1.5}), f"{P}/minimum"),
        (prop({"type": "integer", "minimum": True}), f"{P}/minimum"),
        (prop({"type": "integer", "maximum": 2**53}), f"{P}/maximum"),
        (prop({"type": "integer", "enum": ["1"]}), f"{P}/enum/0"),
        (prop({"type": "string", "minLength": -1}), f"{P}/minLength"),
        (prop({"type": "string", "minGraphemes": 2, "maxGraphemes": 1}), f"{P}/minGraphemes"),
        (prop({"type": "string", "format": 1}), f"{P}/format"),
        (prop({"type": "string", "knownValues": [1]}), f"{P}/knownValues/0"),
        (prop({"type": "bytes", "minLength": 2, "maxLength": 1}), f"{P}/minLength"),
        (prop({"type": "blob", "accept": "image/*"}), f"{P}/accept"),
        (prop({"type": "blob", "maxSize": -1}), f"{P}/maxSize"),
        (prop({"type": "ref"}), P),
        (prop({"type": "ref", "ref": 1}), f"{P}/ref"),
        (prop({"type": "ref", "ref": ""}), f"{P}/ref"),
        (prop({"type": "ref", "ref": "#"}), f"{P}/ref"),
        (prop({"type": "ref", "ref": "example"}), f"{P}/ref"),
        (prop({"type": "ref", "ref": "com.example.a#"}), f"{P}/ref"),
        (prop({"type": "ref", "ref": "com.example.a#b#c"}), f"{P}/ref"),
        (prop({"type": "union"}), P),
        (prop({"type": "union", "refs": "#a"}), f"{P}/refs"),
        (prop({"type": "union", "refs": ["#a", "b"]}), f"{P}/refs/1"),
        (prop({"type": "union", "refs": [], "closed": 1}), f"{P}/closed"),
        (query(parameters=1), "/defs/main/parameters"),
        (query(parameters={"type": "object"}), "/defs/main/parameters/type"),
        (query(parameters={"type": "odd"}), "/defs/main/parameters/type"),
        (query(parameters={"type": "params", "required": ["x"]}), "/defs/main/parameters/required/0"),
        (query(output=1), "/defs/main/output"),
        (query(output={}), "/defs/main/output"),
        (query(output={"encoding": 1}), "/defs/main/output/encoding"),
        (query(errors={}), "/defs/main/errors"),
        (query(errors=["A"]), "/defs/main/errors/0"),
        (query(errors=[{}]), "/defs/main/errors/0"),
        (doc(main={"type": "subscription", "message": {}}), "/defs/main/message"),
        (
            doc(main={"type": "subscription", "message": {"schema": {"type": "object"}}}),
            "/defs/main/message/schema/type",
        ),
        (doc(main={"type": "record", "record": {"type": "object"}}), "/defs/main"),
        (doc(main={"type": "record", "key": "tid"}), "/defs/main"),
        (record(key="uuid"), "/defs/main/key"),
        (record(key=1), "/defs/main/key"),
        (record(record={"type": "ref", "ref": "#a"}), "/defs/main/record/type"),
        (record(record={"type": "odd"}), "/defs/main/record/type"),
        (doc(main={"type": "permission-set"}), "/defs/main"),
        (doc(main={"type": "permission-set", "permissions": [{}]}), "/defs/main/permissions/0"),
        (
            doc(main={"type": "permission-set", "permissions": [{"type": "x", "resource": "repo"}]}),
            "/defs/main/permissions/0/type",
        ),
        (
            doc(main={"type": "permission-set", "permissions": [], "title:lang": {"de": 1}}),
            "/defs/main/title:lang/de",
        ),
        (doc(main={"type": "permission-set", "permissions": [], "detail:lang": 1}), "/defs/main/detail:lang"),
    ],
)
def test_a_fault_is_an_error_at_its_place(raw: Any, pointer: str) -> None:
    assert pointer in found(raw)


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (prop({"type": "boolean", "const": True, "default": False}), f"{P}/default"),
        (prop({"type": "integer", "minimum": 2, "default": 1}), f"{P}/default"),
        (prop({"type": "integer", "maximum": 2, "const": 3}), f"{P}/const"),
        (prop({"type": "integer", "maximum": 2, "enum": [1, 3]}), f"{P}/enum/1"),
        (prop({"type": "integer", "enum": [1], "default": 2}), f"{P}/default"),
        (prop({"type": "integer", "enum": []}), f"{P}/enum"),
        (prop({"type": "string", "maxLength": 2, "default": "éé"}), f"{P}/default"),
        (prop({"type": "string", "maxGraphemes": 1, "default": "éé"}), f"{P}/default"),
        (prop({"type": "string", "minGraphemes": 1, "const": ""}), f"{P}/const"),
        (prop({"type": "string", "format": "did", "enum": ["did:a:b", "x"]}), f"{P}/enum/1"),
        (prop({"type": "string", "format": "did", "const": "x"}), f"{P}/const"),
        (prop({"type": "string", "enum": []}), f"{P}/enum"),
        (prop({"type": "blob", "accept": ["image"]}), f"{P}/accept/0"),
        (query(output={"encoding": "json"}), "/defs/main/output/encoding"),
        (query(output={"encoding": "a/b, c/d"}), "/defs/main/output/encoding"),
        (query(output={"encoding": "text/plain; charset=utf-8"}), "/defs/main/output/encoding"),
        (query(errors=[{"name": "A B"}]), "/defs/main/errors/0/name"),
        (doc(main={"type": "subscription"}), "/defs/main"),
        (record(key="literal:"), "/defs/main/key"),
        (record(key="literal:a b"), "/defs/main/key"),
        (prop({"type": "string", "const": "x", "default": "x"}), f"{P}/default"),
        (prop({"type": "boolean", "const": True, "default": True}), f"{P}/default"),
        (prop({"type": "integer", "const": 1, "default": 1}), f"{P}/default"),
        (prop({"type": "blob", "accept": ["*"]}), f"{P}/accept/0"),
        (prop({"type": "blob", "accept": ["text/ht*"]}), f"{P}/accept/0"),
        (prop({"type": "blob", "maxSize": 0}), f"{P}/maxSize"),
        (prop({"type": "union", "refs": [], "closed": True}), f"{P}/refs"),
        (prop({"type": "object", "properties": {}}), P),
        (prop({"type": "array", "items": {"type": "object", "properties": {}}}), f"{P}/items"),
        (doc(main={"type": "object"}), "/defs/main"),
        (query(parameters={"type": "params"}), "/defs/main/parameters"),
        (
            query(parameters={"type": "params", "properties": {"p": {"type": "unknown"}}}),
            "/defs/main/parameters/properties/p",
        ),
        (doc(), "/defs"),
        (doc(other={"type": "unknown"}), "/defs/other"),
        (permissions({"resource": "repo"}), "/defs/main/permissions/0"),
        (permissions({"resource": "repo", "collection": []}), "/defs/main/permissions/0"),
        (permissions({"resource": "repo", "collection": ["a"]}), "/defs/main/permissions/0"),
        (
            permissions({"resource": "repo", "collection": ["*"], "action": ["read"]}),
            "/defs/main/permissions/0",
        ),
        (permissions({"resource": "rpc", "lxm": ["*"]}), "/defs/main/permissions/0"),
        (
            permissions({"resource": "rpc", "lxm": ["*"], "aud": "*", "inheritAud": True}),
            "/defs/main/permissions/0",
        ),
        (permissions({"resource": "account", "attr": "name"}), "/defs/main/permissions/0"),
        (permissions({"resource": "blob"}), "/defs/main/permissions/0"),
        (permissions({"resource": "other"}), "/defs/main/permissions/0"),
        (
            doc(main={"type": "permission-set", "permissions": [], "title:lang": {"not valid": "x"}}),
            "/defs/main/title:lang/not valid",
        ),
    ],
)
def test_what_a_parser_of_the_protocols_own_takes_is_a_warning_at_its_place(raw: Any, pointer: str) -> None:
    assert found(raw) == {}
    assert pointer in found(raw, "warning")


@pytest.mark.parametrize(
    "permission",
    [
        {"resource": "repo", "collection": ["com.example.thing", "*"], "action": ["create"]},
        {"resource": "repo", "collection": ["com.example.thing"], "action": "delete"},
        {"resource": "rpc", "lxm": ["com.example.thing"], "inheritAud": True},
        {"resource": "rpc", "lxm": ["*"], "aud": "did:web:example.com#service"},
        {"resource": "account", "attr": "email", "action": "read"},
        {"resource": "identity", "attr": "*"},
        {"resource": "blob", "accept": ["image/*"]},
    ],
)
def test_a_permission_has_what_its_resource_needs(permission: dict[str, Any]) -> None:
    assert found(permissions(permission), "warning") == {}


def test_a_declared_type_is_left_out() -> None:
    properties = {"$type": {"type": "string"}, "a": {"type": "boolean"}}
    document = parsed(main={"type": "object", "required": ["$type"], "properties": properties})
    assert document.main == Object(properties={"a": Property(name="a", schema=Boolean())})


def test_a_body_of_no_single_type_is_one_of_any() -> None:
    for encoding, taken in {
        "text/plain; charset=utf-8": "text/plain",
        "a/b, c/d": "*/*",
        "json": "*/*",
    }.items():
        document = parsed(main={"type": "query", "output": {"encoding": encoding}})
        assert document.main == Query(output=Payload(encoding=taken))


def test_messages_that_are_not_described_may_be_of_any_type() -> None:
    assert parsed(main={"type": "subscription"}).main == Subscription(message=Message(schema=Union()))


def test_an_empty_enum_allows_what_none_allows() -> None:
    for kind in ("string", "integer"):
        assert parsed(a={"type": kind, "enum": []}).defs["a"] == parsed(a={"type": kind}).defs["a"]


def test_faults_are_all_collected() -> None:
    raw = prop({"type": "string", "minLength": "1", "maxLength": -1, "enum": [1, 2]})
    raw["defs"]["other"] = {"type": "query"}
    assert list(found(raw)) == [
        f"{P}/minLength",
        f"{P}/maxLength",
        f"{P}/enum/0",
        f"{P}/enum/1",
        "/defs/other/type",
    ]


def test_the_messages_kind_may_be_unknown() -> None:
    raw = doc(main={"type": "subscription", "message": {"schema": {"type": "odd"}}})
    document, _ = parse_document(raw)
    assert document is not None
    assert document.main == Subscription(message=Message(schema=UnknownKind(name="odd", raw={"type": "odd"})))


def test_a_diagnostic_is_one_readable_line() -> None:
    raw = doc(main={"type": "ref"})
    _, diagnostics = parse_document(raw, source="lex/thing.json")
    assert str(diagnostics[-1]) == (
        'lex/thing.json com.example.thing /defs/main: error: "ref" is missing (add "ref": the definition referred to)'
    )
    assert str(Diagnostic(severity="warning", message="odd")) == "warning: odd"


def test_a_diagnostic_sends_nothing_to_the_terminal_that_it_would_obey() -> None:
    _, diagnostics = parse_document(doc(**{"\x1b[2J\ud7ff\n": {"type": "token"}}))
    assert all(str(diagnostic).isprintable() for diagnostic in diagnostics)


def test_the_name_of_a_definition_is_short_for_main() -> None:
    assert str(DefId(NSID)) == NSID
    assert str(DefId(NSID, "a")) == f"{NSID}#a"
    assert min([DefId("b.b.b"), DefId("a.a.a", "x"), DefId("a.a.a")]) == DefId("a.a.a")
