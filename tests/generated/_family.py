"""A family of documents whose names meet: with each other, with Python's, with those of atlex, and in circles."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import atlex
from atlex import interface

Json = dict[str, Any]

PACKAGE = "family_sdk"

_STRING: Json = {"type": "string"}


def _object(*required: str, **properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def _ref(target: str) -> Json:
    return {"type": "ref", "ref": target}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _union(*targets: str, **more: Any) -> Json:
    return {"type": "union", "refs": list(targets), **more}


def _document(nsid: str, **defs: Json) -> Json:
    return {"lexicon": 1, "id": nsid, "defs": defs}


def _called(nsid: str, names: Iterable[str]) -> Json:
    """A document with a definition of each of the names, every one referred to before it is defined."""
    usable = sorted({name for name in names if name.strip("_")})
    groups = [usable[start : start + 6] for start in range(0, len(usable), 6)]
    defs: dict[str, Json] = {}
    for group in groups:
        for name, other in zip(group, [*group[1:], group[0]], strict=True):
            defs[name] = _object(
                "text",
                text=_STRING,
                one=_ref(f"#{other}"),
                several=_list(_ref(f"#{other}")),
                any=_union(*dict.fromkeys([f"#{other}", f"#{name}"])),
            )
    return _document(
        nsid,
        main=_object(**{f"p{place}": _ref(f"#{group[0]}") for place, group in enumerate(groups)}),
        **defs,
    )


def _namesakes() -> Iterable[Json]:
    """Documents with the same names for other things, which refer to each other's."""
    others = {"first": "second", "second": "third", "third": "first"}
    for own, (place, other) in zip(others, enumerate(others.values()), strict=True):
        there = f"com.example.{other}.defs"
        yield _document(
            f"com.example.{own}.defs",
            main=_object(view=_ref("#view"), other=_ref(f"{there}#view")),
            view=_object(
                own,
                **{own: {"type": "integer", "minimum": place}},
                item=_ref("#item"),
                items=_list(_ref(f"{there}#item")),
            ),
            item=_object(
                own,
                **{own: _STRING},
                embeds=_list(_union("#view", f"{there}#view", f"com.example.{own}.record")),
            ),
            state=_object(**{own: {"type": "boolean"}, "state": _ref(f"{there}#state")}),
        )
        yield _document(
            f"com.example.{own}.record",
            main={
                "type": "record",
                "key": "tid",
                "record": _object(own, **{own: _STRING}, embed=_union("#view", f"{there}#item")),
            },
            view=_object(record=_union(f"{there}", "#view", closed=True), state=_ref(f"{there}#state")),
        )
        yield _document(
            f"com.example.{own}.get",
            main={
                "type": "query",
                "parameters": {"type": "params", "properties": {own: {"type": "integer"}}},
                "output": {
                    "encoding": "application/json",
                    "schema": _object(view=_ref(f"{there}#view"), views=_list(_ref("#view"))),
                },
                "errors": [{"name": "Exception"}, {"name": "ValueError"}, {"name": "NotFound"}],
            },
            view=_object(state=_ref(f"com.example.{own}.defs#state")),
        )


def _odd() -> Iterable[Json]:
    """Documents as strangers write them: not quite by the specification, and taken by the protocol's own parsers."""
    bodies = {"a/b, c/d": "com.example.odd.either", "text/plain; charset=utf-8": "com.example.odd.text"}
    for encoding, nsid in bodies.items():
        yield _document(
            nsid,
            main={"type": "procedure", "input": {"encoding": encoding}, "output": {"encoding": encoding}},
        )
    yield _document(
        "com.example.odd.place",
        main={
            "type": "record",
            "key": "tid",
            "record": _object(
                "lat",
                "$type",
                **{
                    "$type": {"type": "string", "const": "com.example.odd.place"},
                    "lat": {"type": "number"},
                    "lng": {"type": "number"},
                    "all": _list({"type": "number"}),
                    "named": _ref("#number"),
                    "display name": {**_STRING, "maxLength": 2, "default": "\u25cf"},
                    "level": {"type": "integer", "maximum": 5, "enum": [1, 9], "default": 7},
                    "kind": {**_STRING, "enum": []},
                    "fixed": {**_STRING, "maxLength": 1, "const": "long"},
                    "inside": _object("a", a=_STRING, b=_list(_object(c=_STRING))),
                    "state": _union("#done", "#open"),
                    "none": _union(closed=True),
                    "picture": {"type": "blob", "accept": ["*", "image/*", "text/ht*"], "maxSize": 0},
                    "$link": _STRING,
                },
            ),
        },
        number={"type": "number"},
        done={"type": "token"},
        open={"type": "token"},
        bare={"type": "object"},
        bares=_list(_ref("#bare")),
    )
    yield _document("com.example.odd.hear", main={"type": "subscription", "parameters": {"type": "params"}})
    yield _document(
        "com.example.odd.ask",
        main={
            "type": "query",
            "parameters": {"type": "params", "properties": {"a b": {"type": "integer"}}},
            "output": {"encoding": "application/json", "schema": _ref("com.example.odd.place#bares")},
            "errors": [{"name": "Not Found"}],
        },
    )


def documents() -> Mapping[str, Json]:
    """The family, by NSID."""
    own = {
        "annotations",
        "Annotated",
        "Literal",
        "Sequence",
        "cached_property",
        "lazy_module",
        "METHOD",
        "RECORD",
    }
    found = [
        _called("com.example.names.builtins", vars(builtins)),
        _called("com.example.names.public", vars(atlex)["__all__"]),
        _called("com.example.names.interface", {*vars(interface)["__all__"], *own}),
        _called(
            "com.example.names.spellings",
            ["warning", "Warning", "WARNING", "list", "List", "_list", "t", "_t", "sdk"],
        ),
        _document(
            "com.example.annotations", main=_object(annotations=_ref("com.example.annotations.typing"))
        ),
        _document("com.example.annotations.typing", main=_object(builtins=_STRING)),
        *_namesakes(),
        *_odd(),
    ]
    return {document["id"]: document for document in found}


def write(folder: Path) -> None:
    """Writes the documents into a folder."""
    folder.mkdir()
    for nsid, document in documents().items():
        (folder / f"{nsid}.json").write_text(json.dumps(document))
