"""Values against documents: what is valid, and what is said of what isn't."""

from __future__ import annotations

from typing import Any

import pytest

from atlex.errors import InputError, LexiconError
from atlex.lexicon import DefId, Lexicons, parse_document

NSID = "com.example.thing"
RAW_CID = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
DATA_CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"

BLOB = {"$type": "blob", "ref": {"$link": RAW_CID}, "mimeType": "image/png", "size": 10}
LEGACY = {"cid": RAW_CID, "mimeType": "image/png"}
LINK = {"$link": RAW_CID}
BYTES = {"$bytes": "AAEC"}


def lexicons(**defs: Any) -> Lexicons:
    document, diagnostics = parse_document({"lexicon": 1, "id": NSID, "defs": defs})
    assert document is not None, diagnostics
    return Lexicons([document])


def issues(schema: Any, value: Any, mode: Any = "strict", **defs: Any) -> list[str]:
    return [str(issue) for issue in lexicons(x=schema, **defs).validate(f"{NSID}#x", value, validation=mode)]


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


# (schema, values that are valid, values that aren't, values that only lenient mode takes)
SCALARS: list[tuple[dict[str, Any], list[Any], list[Any], list[Any]]] = [
    ({"type": "boolean"}, [True, False], [0, 1, "true", None, [], {}], []),
    ({"type": "boolean", "const": True}, [True], [False], []),
    (
        {"type": "integer"},
        [0, -5, 5.0, 2**53 - 1, 1 - 2**53],
        [True, 5.5, "5", None, [], {}, float("nan"), float("inf")],
        [2**53, -(2**53), 1e300],
    ),
    ({"type": "integer", "minimum": 1, "maximum": 3}, [1, 3, 2.0], [1.5], [0, 4]),
    ({"type": "integer", "enum": [1, 2]}, [1, 2.0], [3], []),
    ({"type": "integer", "const": 1}, [1], [2], []),
    ({"type": "string"}, ["", "a", "\x00", "👨‍👩‍👧"], [1, True, None, [], {}, b"a"], ["\ud800"]),
    ({"type": "string", "minLength": 2, "maxLength": 4}, ["éa", "éé", "abcd"], [], ["a", "ééé", "abcde"]),
    ({"type": "string", "minGraphemes": 2, "maxGraphemes": 3}, ["éé", "👨‍👩‍👧" * 3, "abc"], [], ["👨‍👩‍👧", "abcd"]),
    ({"type": "string", "maxGraphemes": 0}, [""], [], ["a"]),
    ({"type": "string", "enum": ["a", "b"]}, ["a", "b"], ["c", ""], []),
    ({"type": "string", "const": "a"}, ["a"], ["b"], []),
    ({"type": "string", "knownValues": ["a"]}, ["a", "b"], [1], []),
    ({"type": "string", "format": "did"}, ["did:plc:abc"], [1], ["did", "@alice"]),
    ({"type": "string", "format": "at-uri"}, ["at://did:plc:abc/com.example.a/b"], [1], ["http://a", ""]),
    ({"type": "string", "format": "datetime"}, ["2024-01-01T00:00:00Z"], [], ["2024-01-01"]),
    ({"type": "string", "format": "odd"}, ["anything"], [1], []),
    (
        {"type": "bytes"},
        [BYTES, {"$bytes": ""}, {"$bytes": "AA"}, {"$bytes": "AA=="}],
        ["AAEC", b"a", None, {}, {"$bytes": 1}, {"$bytes": "A"}, {"$bytes": "_-AA"}, {**BYTES, "x": 1}, {"$bytes": "é"}],
        [],
    ),
    ({"type": "bytes", "minLength": 2, "maxLength": 3}, [BYTES], [], [{"$bytes": "AA"}, {"$bytes": "AAECAw"}]),
    (
        {"type": "cid-link"},
        [LINK, {"$link": DATA_CID}],
        [RAW_CID, None, {}, {"$link": 1}, {**LINK, "x": 1}],
        [{"$link": "cid"}, {"$link": "b" + "a" * 3000}],
    ),
    (
        {"type": "blob"},
        [BLOB, {**BLOB, "size": 10.0}, {**BLOB, "size": 0}],
        [
            None,
            "blob",
            {},
            [],
            {"$type": "blob"},
            {**BLOB, "ref": RAW_CID},
            {**BLOB, "size": "10"},
            {**BLOB, "size": 1.5},
            {**BLOB, "mimeType": None},
            {**BLOB, "$type": "other"},
            {"cid": 1, "mimeType": "a/b"},
            {"cid": RAW_CID},
        ],
        [
            LEGACY,
            {**BLOB, "size": -1},
            {**BLOB, "mimeType": "png"},
            {**BLOB, "ref": {"$link": DATA_CID}},
            {**BLOB, "ref": {"$link": "cid"}},
            {**BLOB, "alt": "text"},
        ],
    ),
    (
        {"type": "blob", "accept": ["image/*", "video/mp4"], "maxSize": 10},
        [BLOB, {**BLOB, "mimeType": "video/mp4"}],
        [],
        [
            {**BLOB, "size": 11},
            *({**BLOB, "mimeType": other} for other in ("imagery/png", "video/mp4a", "Video/MP4", "video/mp4; codecs=x")),
        ],
    ),
    ({"type": "blob", "accept": ["*/*"]}, [{**BLOB, "mimeType": "a/b"}], [], []),
    (
        {"type": "unknown"},
        [{}, {"a": [1, {"b": None}]}, {"$type": "com.example.other", "x": LINK}, BLOB, {"a": 5.0}],
        [None, 1, "a", [], LINK, BYTES],
        [
            {"a": 1.5},
            {"a": 2**53},
            {"$type": ""},
            {"$type": 1},
            {"a": {"$link": 1}},
            {"a": [{"$bytes": "A"}]},
            {"$type": "blob"},
            {"a": object()},
            {"a": "\udfff"},
            {1: 2},
            {"a": float("nan")},
        ],
    ),
    ({"type": "token"}, [f"{NSID}#x"], [NSID, "x", 1, None], []),
    ({"type": "odd"}, [None, 1, "a", {}, [LINK]], [], [1.5]),
    (
        {"type": "array", "items": {"type": "integer"}, "minLength": 1, "maxLength": 2},
        [[1], [1, 2], (1,)],
        [None, "1", {}, ["1"], [None]],
        [[], [1, 2, 3]],
    ),
    ({"type": "object"}, [{}, {"a": 1}, {"a": LINK}, {"$type": f"{NSID}#x"}], [None, [], "a", LINK, BYTES], [{"a": 1.5}]),
    (
        {"type": "union", "refs": ["#x", "com.example.a"]},
        [{"$type": "com.example.b"}, {"$type": "com.example.b", "a": [1]}, {"$type": "#x"}],
        [None, {}, [], "a", {"$type": 1}, {"$type": None}, LINK],
        [{"$type": ""}, {"$type": "com.example.b", "a": 1.5}],
    ),
    ({"type": "union", "refs": [], "closed": True}, [], [{"$type": "com.example.b"}, {}], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "valid", "invalid", "only_lenient"), SCALARS, ids=lambda value: str(value)[:60]
)
def test_a_schema_takes_what_it_says(
    schema: dict[str, Any], valid: list[Any], invalid: list[Any], only_lenient: list[Any]
) -> None:
    for value in valid:
        assert issues(schema, value) == issues(schema, value, "lenient") == []
    for value in invalid:
        assert issues(schema, value)
        assert issues(schema, value, "lenient")
    for value in only_lenient:
        assert issues(schema, value)
        assert issues(schema, value, "lenient") == []


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        ({"type": "integer"}, True, "expected an integer, got a boolean"),
        ({"type": "integer"}, 5.5, "expected an integer, got a number with a fraction"),
        ({"type": "integer", "minimum": 2}, 1, "integer is below 2"),
        ({"type": "integer", "maximum": 2}, 3, "integer is above 2"),
        ({"type": "string"}, None, "expected a string, got null"),
        ({"type": "string"}, 5, "expected a string, got an integer"),
        ({"type": "string"}, b"", "expected a string, got a value of type bytes"),
        ({"type": "string", "maxLength": 3}, "éé", "length is 4 bytes of UTF-8, at most 3 allowed"),
        ({"type": "string", "minGraphemes": 2}, "é", "length is 1 graphemes, at least 2 expected"),
        ({"type": "string", "format": "did"}, "x", "not a valid did"),
        ({"type": "string", "enum": ["a", "b"]}, "c", "expected one of 'a', 'b'"),
        (
            {"type": "integer", "enum": list(range(99))},
            -1,
            "expected one of 0, 1, 2, 3, 4, 5, 6, 7, …",
        ),
        ({"type": "boolean"}, "no", "expected a boolean, got a string"),
        ({"type": "array", "items": {"type": "integer"}}, {}, "expected an array, got an object"),
        ({"type": "array", "items": {"type": "integer"}, "minLength": 1}, [], "length is 0 items, at least 1 expected"),
        ({"type": "object"}, [], "expected an object, got an array"),
    ],
)  # fmt: skip
def test_the_reason_is_said_in_a_few_words(schema: Any, value: Any, reason: str) -> None:
    assert issues(schema, value) == [reason]


def test_the_text_of_an_issue_never_holds_the_value() -> None:
    schema = an_object(
        a={"type": "string", "maxLength": 1, "maxGraphemes": 1},
        f={"type": "string", "enum": ["x"]},
        e={"type": "string", "format": "did", "const": "did:a:b"},
        b={"type": "integer"},
        c={"type": "union", "refs": [], "closed": True},
        d={"type": "blob"},
    )
    secret = "hunter2-hunter2"
    value = {
        "a": secret,
        "f": secret,
        "e": secret,
        "b": secret,
        "c": {"$type": secret},
        "d": {**BLOB, "mimeType": secret},
    }
    found = lexicons(x=schema).validate(f"{NSID}#x", value)
    assert len(found) == 7
    assert secret not in str(found) + "".join(map(str, found))
    assert found[0].raw == secret


def test_all_faults_are_found_in_the_values_order_with_their_paths() -> None:
    item = {"type": "object", "required": ["alt", "size"], "properties": {"alt": {"type": "string"}}}
    item["properties"]["size"] = {"type": "integer"}
    schema = an_object(embed=an_object(images={"type": "array", "items": item}), text={"type": "string"})
    value = {"text": 1, "embed": {"images": [{"alt": "a", "size": 1}, 5, {"alt": 2}]}}
    assert issues(schema, value) == [
        "embed.images[1]: expected an object, got an integer",
        "embed.images[2].size: required, but missing",
        "embed.images[2].alt: expected a string, got an integer",
        "text: expected a string, got an integer",
    ]


def test_the_path_of_the_value_itself_is_empty() -> None:
    (issue,) = lexicons(x={"type": "string"}).validate(f"{NSID}#x", 1)
    assert (issue.path, issue.raw) == ("", 1)
    (issue,) = lexicons(x={"type": "array", "items": {"type": "string"}}).validate(f"{NSID}#x", [1])
    assert issue.path == "[0]"


def test_required_and_nullable_are_two_things() -> None:
    schema = {
        "type": "object",
        "required": ["a", "b"],
        "nullable": ["b", "d"],
        "properties": {name: {"type": "string"} for name in "abcd"},
    }
    for mode in ("strict", "lenient"):
        assert issues(schema, {"a": "", "b": None, "d": None}, mode) == []
        assert issues(schema, {"a": None, "c": None}, mode) == [
            "a: can't be null",
            "b: required, but missing",
            "c: can't be null",
        ]


def test_undeclared_properties_only_need_to_be_of_the_data_model() -> None:
    value = {"x": [LINK, BYTES, BLOB, None, {"$type": "a.b.c"}], "y": {"z": [1.5, {"$link": "x"}, LEGACY]}}
    assert issues({"type": "object"}, value) == [
        "y.z[0]: the data model has no numbers with a fraction",
        "y.z[1]: not a valid cid",
    ]


def test_anything_is_valid_for_an_unknown_kind() -> None:
    schema = an_object(
        a={"type": "odd"}, b={"type": "ref", "ref": "#odd"}, c={"type": "array", "items": {"type": "odd"}}
    )
    for value in (None, 5, "text", [], {}, [{"a": None}], BLOB, LINK):
        assert issues(schema, {"a": value, "b": value, "c": [value]}, odd={"type": "odd"}) == []
    for wrong in (1.5, {"$link": "x"}, {"a": {"$type": 1}}):
        assert len(issues(schema, {"a": wrong, "b": wrong, "c": [wrong]}, odd={"type": "odd"})) == 3


def test_names_and_types_of_what_is_undeclared_are_text() -> None:
    value = {"\ud800": 1, "x": {"$type": "\udfff"}, "y": {"a": {"\udc00": None}}}
    assert issues({"type": "object"}, value) == [
        "a lone surrogate is not text",
        "x.$type: expected the name of a type",
        "y.a: a lone surrogate is not text",
    ]
    assert issues({"type": "object"}, {"$type": "\ud800"})


def test_a_named_object_may_say_its_type_and_must_not_say_another() -> None:
    lex = lexicons(main=an_object(), other=an_object(), alias={"type": "ref", "ref": "#other"})
    for name, tags in {
        NSID: [NSID, f"{NSID}#main"],
        f"{NSID}#other": [f"{NSID}#other"],
        f"{NSID}#alias": [f"{NSID}#alias", f"{NSID}#other"],
    }.items():
        assert lex.validate(name, {}) == []
        for tag in tags:
            assert lex.validate(name, {"$type": tag}) == []
        for wrong in (f"{NSID}#nope", f"{tags[0]}#main#main", f"{NSID}#other#main", "", None, 1, "blob"):
            for mode in ("strict", "lenient"):
                (issue,) = lex.validate(name, {"$type": wrong}, validation=mode)
                assert issue.path == "$type"


def test_an_inline_object_may_say_any_type() -> None:
    schema = an_object(p=an_object())
    assert issues(schema, {"p": {"$type": "com.example.any"}}) == []
    assert issues(schema, {"p": {"$type": 1}}) == ["p.$type: expected the name of a type"]
    assert issues(schema, {"p": {"$type": 1}}, "lenient") == []


def test_a_known_member_of_a_union_is_checked_in_full() -> None:
    defs = {
        "a": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}},
        "main": an_object(),
    }
    for closed in (False, True):
        schema = {"type": "union", "refs": ["#a", "#main"], "closed": closed}
        assert issues(schema, {"$type": f"{NSID}#a", "n": 1}, **defs) == []
        assert issues(schema, {"$type": f"{NSID}#a"}, **defs) == ["n: required, but missing"]
        assert issues(schema, {"$type": NSID}, **defs) == []
        assert issues(schema, {"$type": f"{NSID}#main"}, **defs) == []


def test_a_closed_union_takes_no_other() -> None:
    schema = {"type": "union", "refs": ["#a", "#b"], "closed": True}
    defs = {"a": an_object(), "b": an_object()}
    for mode in ("strict", "lenient"):
        assert issues(schema, {"$type": "com.example.c"}, mode, **defs) == [
            f'$type: expected one of "{NSID}#a", "{NSID}#b"'
        ]
    empty = {"type": "union", "refs": [], "closed": True}
    assert issues(empty, {"$type": "com.example.c"}) == ["$type: no type is allowed"]


def test_refs_lead_on() -> None:
    defs = {
        "alias": {"type": "ref", "ref": "#text"},
        "text": {"type": "string", "maxLength": 2},
        "tok": {"type": "token"},
        "rec": an_object(next={"type": "ref", "ref": "#rec"}),
    }
    assert issues(an_object(p={"type": "ref", "ref": "#alias"}), {"p": "abc"}, **defs) == [
        "p: length is 3 bytes of UTF-8, at most 2 allowed"
    ]
    assert issues({"type": "ref", "ref": "#tok"}, f"{NSID}#tok", **defs) == []
    assert issues({"type": "ref", "ref": "#tok"}, f"{NSID}#x", **defs) == []
    assert issues({"type": "ref", "ref": "#tok"}, "tok", **defs) == [f'expected "{NSID}#tok"']
    assert issues({"type": "ref", "ref": "#rec"}, {"next": {"next": {"next": 1}}}, **defs) == [
        "next.next.next: expected an object, got an integer"
    ]


def test_a_definition_goes_by_name_or_by_id() -> None:
    lex = lexicons(x={"type": "string"})
    assert lex.validate(DefId(NSID, "x"), "a") == lex.validate(f"{NSID}#x", "a") == []


@pytest.mark.parametrize(
    "name", ["#x", "x", NSID, f"{NSID}#y", "com.example.other", f"{NSID}#dangling", f"{NSID}#q"]
)
def test_a_name_that_describes_no_value_is_an_error(name: str) -> None:
    lex = lexicons(
        main={"type": "query"},
        dangling={"type": "ref", "ref": "com.example.missing"},
        q={"type": "ref", "ref": "#main"},
    )
    with pytest.raises(LexiconError):
        lex.validate(name, {})


def test_there_are_two_modes() -> None:
    with pytest.raises(InputError, match="strict"):
        issues({"type": "string"}, "", "loose")


@pytest.mark.parametrize("mode", ["strict", "lenient"])
def test_a_deep_value_is_checked_to_a_depth_and_never_crashes(mode: Any) -> None:
    value: Any = {}
    for _ in range(50_000):
        value = {"next": value}
    schema = an_object(next={"type": "ref", "ref": "#x"})
    found = lexicons(x=schema).validate(f"{NSID}#x", value, validation=mode)
    assert [issue.reason for issue in found] == ["nested more than 1000 levels deep"]
    assert found[0].path == ".".join(["next"] * 1001)


def test_a_deep_value_without_schema_is_checked_to_a_depth() -> None:
    value: Any = []
    for _ in range(50_000):
        value = [value]
    assert len(issues({"type": "unknown"}, {"a": value})) == 1
    assert issues({"type": "unknown"}, {"a": value}, "lenient") == []


def test_a_value_that_contains_itself_ends() -> None:
    value: dict[str, Any] = {}
    value["a"] = value["b"] = value
    assert len(issues({"type": "unknown"}, value)) == 1


# Records


RECORD = {
    "type": "record",
    "key": "tid",
    "record": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
}


def test_a_record_must_say_its_type() -> None:
    lex = lexicons(main=RECORD)
    for check in (lex.validate_record, lex.validate):
        assert check(NSID, {"$type": NSID, "text": "a"}) == []
        main = {"$type": f"{NSID}#main", "text": "a"}
        assert [str(issue) for issue in check(NSID, main)] == [f'$type: expected "{NSID}"']
        assert check(NSID, main, validation="lenient") == []
        assert [str(issue) for issue in check(NSID, {})] == [
            "$type: required, but missing",
            "text: required, but missing",
        ]
        for mode in ("strict", "lenient"):
            found = check(NSID, {"$type": "com.example.other", "text": "a"}, validation=mode)
            assert [str(issue) for issue in found] == [f'$type: expected "{NSID}"']


def test_a_record_inside_another_must_say_its_type_too() -> None:
    schema = an_object(r={"type": "ref", "ref": NSID})
    assert issues(schema, {"r": {"text": "a"}}, main=RECORD) == ["r.$type: required, but missing"]


@pytest.mark.parametrize(
    ("key", "valid", "invalid"),
    [
        ("tid", ["3jzfcijpj2z2a"], ["self", "3jzfcijpj2z2", ""]),
        ("nsid", ["com.example.a"], ["self", "com", "com.example.a/b"]),
        ("any", ["self", "a:b", "3jzfcijpj2z2a"], ["", ".", "..", "a/b", "a b", "a" * 513]),
        ("literal:self", ["self"], ["Self", "other", ""]),
    ],
)
def test_a_record_key_is_of_its_kind(key: str, valid: list[str], invalid: list[str]) -> None:
    lex = lexicons(main={**RECORD, "key": key})
    assert [rkey for rkey in valid + invalid if not lex.validate_record_key(NSID, rkey)] == valid


def test_what_is_not_a_record_has_no_record_keys() -> None:
    lex = lexicons(main=an_object())
    with pytest.raises(LexiconError, match="not a record"):
        lex.validate_record(NSID, {})
    with pytest.raises(LexiconError, match="not a record"):
        lex.validate_record_key(NSID, "self")
