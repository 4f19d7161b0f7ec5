"""Small sets of documents, and all that they make: the plan and the text of every file.

``ATLEX_UPDATE_GOLDENS=1`` writes what is made today; the difference is then git's to show.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, obj, plan_of, procedure, query, ref

from atlex_codegen import plan_json
from atlex_codegen._gate import prove
from atlex_codegen._render import render_package

GOLDENS = Path(__file__).with_name("goldens")


def array(items, **limits):
    return {"type": "array", "items": items, **limits}


def union(*refs, **more):
    return {"type": "union", "refs": list(refs), **more}


SETS = {
    "scalars": [
        document(
            "com.example.scalars",
            obj(
                ("text", "from", "seenAt"),
                text=STRING | {"maxGraphemes": 300, "maxLength": 3000, "description": "What it says."},
                did=STRING | {"format": "did"},
                seenAt=STRING | {"format": "datetime"},
                namedAt=ref("#aMoment"),
                shortAt=STRING | {"format": "datetime", "maxLength": 30},
                moments=array(STRING | {"format": "datetime"}),
                kind=STRING | {"knownValues": ["a", "b", "com.example.scalars#reasonSpam"]},
                side=STRING | {"enum": ["left", "right"], "default": "left"},
                fixed=STRING | {"const": "x"},
                count=INTEGER | {"minimum": 1, "maximum": 100, "default": 50},
                level=INTEGER | {"enum": [1, 2]},
                only=INTEGER | {"const": 7},
                plain=INTEGER,
                isOverAge13={"type": "boolean"},
                yes={"type": "boolean", "const": True},
                data={"type": "bytes", "maxLength": 10},
                link={"type": "cid-link"},
                picture={"type": "blob", "accept": ["image/*"], "maxSize": 1000},
                anything={"type": "unknown"},
                list=array(STRING, maxLength=3, minLength=1),
                validate={"type": "boolean"},
                odd={"type": "newfangled"},
                **{"from": STRING, "made-at": STRING | {"format": "datetime"}},
            )
            | {"description": 'Says "everything" that a scalar can.\n\nDeprecated: use another.'},
            reasonSpam={"type": "token", "description": "It is spam."},
            aMoment=STRING | {"format": "datetime"},
            aText=STRING | {"maxLength": 10, "description": "A named text."},
        )
    ],
    "references": [
        document(
            "com.example.a",
            obj(
                ("author", "until"),
                ("until", "maybe"),
                author=ref("com.example.b#author"),
                self=ref("#main"),
                until=STRING,
                maybe=ref("com.example.b#name"),
                token=ref("com.example.b#mark"),
                anyOf=union("com.example.b#author", "#other"),
                oneOf=union("com.example.b#author", "#other", closed=True),
                noneYet=union(),
                all=array(union("com.example.b#author", "#other"), maxLength=9),
                inner=obj(("deep",), deep=obj(a=STRING), deeper=array(obj(b=INTEGER))),
                strange=ref("com.example.b#strange"),
            ),
            other=obj(a=ref("#names")),
            names=array(ref("com.example.b#name")),
            authors=array(ref("com.example.b#author")),
        ),
        document(
            "com.example.b",
            None,
            author=obj(name=ref("#name"), back=ref("com.example.a")),
            name=STRING | {"format": "handle"},
            mark={"type": "token"},
            strange={"type": "newfangled"},
        ),
    ],
    "methods": [
        document(
            "com.example.getThings",
            query(
                obj(("things",), cursor=STRING, things=array(ref("com.example.defs#thing"))),
                ("NotFound", "BadError"),
                limit=INTEGER | {"minimum": 1, "maximum": 100, "default": 50, "description": "How many."},
                cursor=STRING,
                kinds=array(STRING | {"knownValues": ["a"]}),
                since=STRING | {"format": "datetime"},
                days=array(STRING | {"format": "datetime"}),
            )
            | {"description": "Lists things."},
        ),
        document("com.example.getThing", query(ref("com.example.defs#thing"), ("NotFound",), id=STRING)),
        document(
            "com.example.putThing",
            procedure(
                obj(
                    ("thing", "note"),
                    ("swap", "note"),
                    thing=ref("com.example.defs#thing"),
                    swap=STRING,
                    note=STRING,
                    others=array(ref("com.example.defs#thing")),
                    record={"type": "unknown"},
                )
            ),
        ),
        document(
            "com.example.setThing", procedure(ref("com.example.defs#thing"), obj(ok={"type": "boolean"}))
        ),
        document(
            "com.example.anyThing",
            procedure(union("com.example.defs#thing"), union("com.example.defs#thing")),
        ),
        document("com.example.ping", procedure()),
        document(
            "com.example.upload",
            {
                "type": "procedure",
                "parameters": {"type": "params", "required": ["data"], "properties": {"data": STRING}},
                "input": {"encoding": "*/*"},
                "output": {"encoding": "application/vnd.ipld.car"},
            },
        ),
        document(
            "com.example.import",
            {"type": "procedure", "input": {"encoding": "application/vnd.ipld.car"}},
        ),
        document(
            "com.example.subscribe",
            {
                "type": "subscription",
                "parameters": {"type": "params", "properties": {"cursor": INTEGER}},
                "message": {"schema": union("#commit")},
                "errors": [{"name": "FutureCursor", "description": "Too far."}],
            },
            commit=obj(seq=INTEGER),
        ),
        document("com.example.defs", None, thing=obj(("id",), id=STRING)),
    ],
    "records": [
        document("com.example.post", {"type": "record", "key": "tid", "record": obj(("text",), text=STRING)}),
        document(
            "com.example.profile", {"type": "record", "key": "literal:self", "record": obj(name=STRING)}
        ),
        document(
            "com.example.auth",
            {
                "type": "permission-set",
                "title": "All",
                "permissions": [
                    {"type": "permission", "resource": "repo", "collection": ["com.example.post"]},
                    {"type": "permission", "resource": "rpc", "inheritAud": True, "lxm": ["*"]},
                ],
            },
        ),
        document("com.atproto.repo.createRecord", procedure(obj(("record",), record={"type": "unknown"}))),
    ],
    "aliases": [
        document(
            "com.example.names",
            None,
            flag={"type": "boolean", "default": True},
            size=INTEGER | {"minimum": 0, "default": 1},
            text=STRING | {"minLength": 1, "minGraphemes": 1, "default": "x"},
            raw={"type": "bytes", "minLength": 1},
            link={"type": "cid-link"},
            file={"type": "blob"},
            anything={"type": "unknown"},
            other=ref("#text"),
            mark={"type": "token"},
            choice=union("#thing", "#otherChoice"),
            otherChoice=union("#thing", "com.example.use#here"),
            impossible=union(closed=True),
            texts=array(ref("#text"), minLength=1),
            marks=array(ref("#mark")),
            things=array(ref("#thing")),
            shapes=array(obj(a=STRING)),
            manyTexts=array(ref("#texts")),
            oddities=array(ref("#odd")),
            thing=obj(),
            odd={"type": "newfangled"},
            reasonSpam={"type": "token"},
            ReasonSpam={"type": "token"},
            **{"9": obj(), "none": obj(), "ob-je-c$t": obj()},
        ),
        document(
            "com.example.use",
            procedure(
                obj(
                    (),
                    **{
                        name: ref(f"com.example.names#{name}")
                        for name in [
                            "flag",
                            "size",
                            "text",
                            "raw",
                            "link",
                            "file",
                            "anything",
                            "other",
                            "mark",
                            "choice",
                            "texts",
                            "marks",
                            "things",
                            "shapes",
                            "odd",
                        ]
                    },
                    flags=array({"type": "boolean"}),
                    fixed={"type": "boolean", "const": True},
                    data={"type": "bytes"},
                    inner=obj(a=STRING),
                    file2={"type": "blob"},
                    link2={"type": "cid-link"},
                    anyOf=union("#here"),
                    noneYet=union(),
                    lists=array(ref("com.example.names#texts")),
                    anythingAs=STRING,
                ),
                ref("com.example.names#things"),
            ),
            here=obj(a=STRING),
        ),
    ],
    "prefixes": [
        document(
            "social.grain.gallery",
            {"type": "record", "key": "tid", "record": obj(item=ref("social.grain.gallery.item"))},
        ),
        document(
            "social.grain.gallery.item",
            {"type": "record", "key": "tid", "record": obj(in_=ref("social.grain.gallery"))},
        ),
        document("social.grain.gallery.list", query(obj(a=STRING))),
        document("social.grain.find", query(obj(a=STRING), q=STRING)),
        document("social.grain.find.more", query(obj(a=STRING))),
        document("social.in.fooBar", obj(a=STRING)),
        document("social.in.4-2.thing", obj(a=STRING), thing=obj(b=STRING)),
        document("errors.did.close", query()),
        document("did.example.do", query()),
    ],
}


@pytest.mark.parametrize("name", sorted(SETS))
def test_a_set_of_documents_makes_what_it_made_before(name: str) -> None:
    plan = plan_of(*SETS[name])
    files = dict(sorted(render_package(plan)))
    text = "".join(f"{'=' * 20} {path}\n{content}" for path, content in files.items())
    for path, content in files.items():
        prove(path, content.encode())
    for made, golden in ((text, GOLDENS / f"{name}.txt"), (plan_json(plan), GOLDENS / f"{name}.json")):
        if os.environ.get("ATLEX_UPDATE_GOLDENS"):
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(made, encoding="utf-8")
        assert made == golden.read_text(encoding="utf-8")
