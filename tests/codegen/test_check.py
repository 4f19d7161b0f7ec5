"""What `check` finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, obj, procedure, query, ref, write_documents

from atlex.errors import LexiconError
from atlex_codegen import Finding, check
from atlex_codegen._check._findings import RULES

Json = dict[str, Any]
SAID = {"description": "What it is."}
BOOLEAN: Json = {"type": "boolean"}
BYTES: Json = {"type": "bytes"}


def record(**properties: Json) -> Json:
    return {"type": "record", "key": "tid", "record": obj(**properties)} | SAID


def asked(output: Json | None = None, **parameters: Json) -> Json:
    return query(obj() if output is None else output, **parameters) | SAID


def subscription(*refs: str, **parameters: Json) -> Json:
    raw: Json = {"type": "subscription", "message": {"schema": {"type": "union", "refs": list(refs)}}} | SAID
    return raw | ({"parameters": {"type": "params", "properties": parameters}} if parameters else {})


def page(cursor: Json = STRING, *required: str) -> Json:
    return obj(required, cursor=cursor, things={"type": "array", "items": ref("#thing")})


THING = document("com.example.thing", record(text=STRING | {"maxLength": 9}))
LIST = "com.example.listThings"
PART = {"thing": obj()}

CASES: dict[str, tuple[str, list[Json], str]] = {
    "two properties of one name": (
        "python-clash",
        [document("com.example.thing", record(fooBar=INTEGER, foo_Bar=INTEGER))],
        "/defs/main/record/properties/foo_Bar",
    ),
    "two definitions of one name": (
        "python-clash",
        [document("com.example.defs", fooBar=obj(), FooBar=obj())],
        "/defs/fooBar",
    ),
    "a parameter like a property of the input": (
        "python-clash",
        [document("com.example.setThing", procedure(obj(name=STRING), obj(), name=STRING) | SAID)],
        "/defs/main",
    ),
    "two modules of one name": (
        "python-clash",
        [document("com.example.getURL", asked()), document("com.example.getUrl", asked())],
        "/id",
    ),
    "a keyword": (
        "python-reserved",
        [document("com.example.thing", record(**{"from": INTEGER}))],
        "/defs/main/record/properties/from",
    ),
    "a name of pydantic's": (
        "python-reserved",
        [document("com.example.thing", record(schema=INTEGER))],
        "/defs/main/record/properties/schema",
    ),
    "a module called by a keyword": ("python-reserved", [document("com.example.class", obj())], "/id"),
    "a document that is a namespace": (
        "name-conflict",
        [THING, document("com.example.thing.defs", **PART)],
        "/id",
    ),
    "a token that isn't there": (
        "known-value",
        [
            document(
                "com.example.thing",
                record(a=STRING | {"maxLength": 9, "knownValues": ["com.example.thing#b"]}),
            )
        ],
        "/defs/main/record/properties/a/knownValues/0",
    ),
    "a known value that means nothing elsewhere": (
        "known-value",
        [document("com.example.thing", record(a=STRING | {"maxLength": 9, "knownValues": ["#b"]}))],
        "/defs/main/record/properties/a/knownValues/0",
    ),
    "snake_case": (
        "name-case",
        [document("com.example.thing", record(foo_bar=INTEGER))],
        "/defs/main/record/properties/foo_bar",
    ),
    "an error in lowerCamelCase": (
        "error-case",
        [document("com.example.getThing", query(obj(), errors=("notFound",)) | SAID)],
        "/defs/main/errors/0",
    ),
    "a known value in camelCase": (
        "known-value-case",
        [document("com.example.thing", record(a=STRING | {"maxLength": 9, "knownValues": ["ab-c", "aB"]}))],
        "/defs/main/record/properties/a/knownValues/1",
    ),
    "a generic name": ("generic-name", [document("com.example.defs", length=obj())], "/defs/length"),
    "a record in the plural": ("record-name", [document("com.example.things", record())], "/id"),
    "a method without a verb": ("method-name", [document("com.example.thing", asked())], "/id"),
    "a subscription of another name": (
        "subscription-name",
        [document("com.example.watch", subscription("#thing"), **PART)],
        "/id",
    ),
    "a record without a description": (
        "description",
        [document("com.example.thing", {"type": "record", "key": "tid", "record": obj()})],
        "/defs/main/record",
    ),
    "a token without a description": (
        "description",
        [document("com.example.defs", spam={"type": "token"})],
        "/defs/spam",
    ),
    "a uri of something": (
        "description",
        [document("com.example.thing", record(uri=STRING | {"format": "at-uri"}))],
        "/defs/main/record/properties/uri",
    ),
    "a main definition of defs": ("defs-main", [document("com.example.defs", obj())], "/defs/main"),
    "no output": ("output", [document("com.example.getThing", query() | SAID)], "/defs/main"),
    "a required cursor": (
        "pagination",
        [
            document(
                LIST,
                query(page(STRING, "things"))
                | SAID
                | {
                    "parameters": {
                        "type": "params",
                        "properties": {"cursor": STRING, "limit": INTEGER},
                        "required": ["cursor"],
                    }
                },
                **PART,
            )
        ],
        "/defs/main/parameters/properties/cursor",
    ),
    "no limit": (
        "pagination",
        [document(LIST, asked(page(STRING, "things"), cursor=STRING), **PART)],
        "/defs/main/parameters/properties/cursor",
    ),
    "no cursor in the answer": (
        "pagination",
        [document(LIST, asked(page(INTEGER, "things"), cursor=STRING, limit=INTEGER), **PART)],
        "/defs/main/output",
    ),
    "no array in the answer": (
        "pagination",
        [document(LIST, asked(page(), cursor=STRING, limit=INTEGER), **PART)],
        "/defs/main/output",
    ),
    "a cursor of a stream that is a string": (
        "subscription-cursor",
        [document("com.example.subscribeThings", subscription("#thing", cursor=STRING), **PART)],
        "/defs/main/parameters/properties/cursor",
    ),
    "a stream of nothing": (
        "subscription-messages",
        [document("com.example.subscribeThings", subscription())],
        "/defs/main/message",
    ),
    "null and nothing": (
        "nullable-optional",
        [document("com.example.defs", a=obj((), ("x",), x=INTEGER))],
        "/defs/a/properties/x",
    ),
    "a closed union": (
        "closed-union",
        [document("com.example.defs", a=obj(x={"type": "union", "refs": ["#a"], "closed": True}))],
        "/defs/a/properties/x",
    ),
    "an enum of strings": ("enum", [document("com.example.defs", a=STRING | {"enum": ["x"]})], "/defs/a"),
    "an enum of integers": ("enum", [document("com.example.defs", a=INTEGER | {"enum": [1]})], "/defs/a"),
    "true by default": (
        "boolean-default",
        [document("com.example.getThing", asked(all=BOOLEAN | {"default": True}))],
        "/defs/main/parameters/properties/all",
    ),
    "a list of strings": (
        "array-items",
        [document("com.example.thing", record(a={"type": "array", "items": STRING | {"maxLength": 9}}))],
        "/defs/main/record/properties/a",
    ),
    "a string of any length": (
        "string-length",
        [document("com.example.thing", record(a=STRING))],
        "/defs/main/record/properties/a",
    ),
    "a string of any length by reference": (
        "string-length",
        [
            document("com.example.thing", record(a=ref("com.example.defs#a"))),
            document("com.example.defs", a=STRING),
        ],
        "/defs/a",
    ),
    "a format and a length": (
        "format-length",
        [document("com.example.defs", a=STRING | {"format": "did", "maxLength": 9})],
        "/defs/a",
    ),
    "graphemes alone": (
        "grapheme-length",
        [document("com.example.defs", a=STRING | {"maxGraphemes": 9})],
        "/defs/a",
    ),
    "as many graphemes as bytes": (
        "grapheme-length",
        [document("com.example.defs", a=STRING | {"maxGraphemes": 9, "maxLength": 9})],
        "/defs/a",
    ),
    "bytes of any length": ("bytes-length", [document("com.example.defs", a=BYTES)], "/defs/a"),
    "many bytes": ("large-value", [document("com.example.defs", a=BYTES | {"maxLength": 99999})], "/defs/a"),
    "a long string": (
        "large-value",
        [document("com.example.defs", a=STRING | {"maxLength": 99999})],
        "/defs/a",
    ),
    "a parameter for DIDs only": (
        "account-parameter",
        [document("com.example.getThing", asked(actor=STRING | {"format": "did"}))],
        "/defs/main/parameters/properties/actor",
    ),
    "a handle in a record": (
        "record-handle",
        [document("com.example.thing", record(a=STRING | {"format": "handle"}))],
        "/defs/main/record/properties/a",
    ),
    "a link in a record": (
        "cid-link",
        [document("com.example.thing", record(a={"type": "cid-link"}))],
        "/defs/main/record/properties/a",
    ),
    "a set without a title": (
        "permission-set",
        [
            document(
                "com.example.authBasic",
                {
                    "type": "permission-set",
                    "permissions": [
                        {"type": "permission", "resource": "repo", "collection": ["com.example.thing"]}
                    ],
                },
            )
        ],
        "/defs/main",
    ),
    "a set of nothing": (
        "permission-set",
        [document("com.example.authBasic", {"type": "permission-set", "title": "All", "permissions": []})],
        "/defs/main",
    ),
}


def found(tmp_path: Path, *documents: Json) -> list[Finding]:
    return list(check(write_documents(tmp_path / "lexicons", *documents)))


@pytest.mark.parametrize("name", CASES)
def test_a_broken_rule_is_found_once_at_its_place(name: str, tmp_path: Path) -> None:
    rule, documents, pointer = CASES[name]
    of_rule = [finding for finding in found(tmp_path, *documents) if finding.rule == rule]
    assert [(finding.pointer, finding.level) for finding in of_rule] == [(pointer, RULES[rule].level)]
    assert of_rule[0].hint == RULES[rule].hint
    assert Path(of_rule[0].file).is_file()


def test_every_rule_has_a_case() -> None:
    assert {rule for rule, *_ in CASES.values()} == RULES.keys()


def test_documents_by_the_guide_have_no_findings(tmp_path: Path) -> None:
    documents = [
        THING,
        document(
            LIST,
            asked(
                page(STRING, "things"),
                cursor=STRING,
                limit=INTEGER,
                actor=STRING | {"format": "at-identifier"},
            ),
            **PART,
        ),
        document("com.example.putThing", procedure(obj(text=STRING), obj()) | SAID),
        document("com.example.subscribeThings", subscription("#thing", cursor=INTEGER), **PART),
        document("com.example.defs", spam={"type": "token"} | SAID, status=STRING | {"knownValues": ["a-b"]}),
        document("com.example.status", record(a=STRING | {"maxGraphemes": 5, "maxLength": 50})),
    ]
    assert found(tmp_path, *documents) == []


def test_everything_is_found_at_once(tmp_path: Path) -> None:
    folder = write_documents(
        tmp_path / "lexicons",
        document("com.example.broken", obj(a={"type": "string", "maxLength": -1}, b={"type": "number!"})),
        document("com.example.lost", obj(a=ref("com.example.nowhere"), b=ref("com.example.broken"))),
        document("com.example.things", record(foo_bar=INTEGER)),
    )
    (folder / "bad.json").write_text("{")
    findings = check(folder)
    assert {(finding.rule, finding.level, finding.nsid, finding.pointer) for finding in findings} == {
        ("language", "error", "", ""),
        ("language", "error", "com.example.broken", "/defs/main/properties/a/maxLength"),
        ("language", "warning", "com.example.broken", "/defs/main/properties/b/type"),
        # What leads to a broken document is as it should be.
        ("reference", "error", "com.example.lost", "/defs/main/properties/a/ref"),
        ("record-name", "style", "com.example.things", "/id"),
        ("name-case", "style", "com.example.things", "/defs/main/record/properties/foo_bar"),
    }
    assert list(findings) == sorted(findings, key=lambda finding: finding.file)


def test_references_may_lead_into_a_base(tmp_path: Path) -> None:
    folder = write_documents(tmp_path / "own", document("com.example.defs", a=obj(x=ref("com.base.defs#x"))))
    base = write_documents(tmp_path / "base", document("com.base.defs", x=STRING, foo_bar=BYTES))
    assert [finding.rule for finding in check(folder)] == ["reference"]
    assert check(folder, bases=[base]) == ()
    with pytest.raises(LexiconError, match="nowhere"):
        check(folder, bases=["nowhere"])


def test_what_the_overlay_describes_is_described(tmp_path: Path) -> None:
    folder = write_documents(
        tmp_path, document("com.example.thing", record(uri=STRING | {"format": "at-uri"}))
    )
    (folder / "descriptions.toml").write_text('"com.example.thing#main.uri" = "Where it is."\n')
    assert check(folder) == ()


def test_a_single_document_and_no_document_are_checked_too(tmp_path: Path) -> None:
    file = tmp_path / "thing.json"
    file.write_text(json.dumps(THING))
    assert check(file) == ()
    with pytest.raises(LexiconError, match="There is no folder and no document"):
        check(tmp_path / "nowhere")


def test_one_document_brings_no_more_than_a_thousand_findings(tmp_path: Path) -> None:
    many = {f"a_{number}": INTEGER for number in range(1100)}
    assert len(found(tmp_path, document("com.example.defs", a=obj(**many)))) == 1000
