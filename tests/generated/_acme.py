"""An application's own documents, which refer to official ones, and share their roots with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

PACKAGE = "acme_sdk"
OTHER = "other_sdk"


def _ref(target: str) -> Json:
    return {"type": "ref", "ref": target}


def _object(*required: str, **properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def _record(record: Json) -> Json:
    return {"type": "record", "key": "tid", "record": record}


def _document(nsid: str, **defs: Json) -> Json:
    return {"lexicon": 1, "id": nsid, "defs": defs}


_STRING: Json = {"type": "string"}
_DATETIME: Json = {"type": "string", "format": "datetime"}

ACME = [
    _document(
        "com.acme.kitchen.recipe",
        main=_record(
            _object(
                "title",
                "createdAt",
                title={**_STRING, "maxGraphemes": 100},
                createdAt=_DATETIME,
                photos={"type": "array", "items": {"type": "blob", "accept": ["image/*"]}, "maxLength": 4},
                source=_ref("com.atproto.repo.strongRef"),
                embed={"type": "union", "refs": ["#note", "app.bsky.embed.images", "app.bsky.embed.record"]},
                topping={"type": "union", "refs": ["#note"]},
                labels={"type": "union", "refs": ["com.atproto.label.defs#selfLabels"]},
            )
        ),
        note=_object("text", text=_STRING),
        spice=_object("name", name=_STRING),
    ),
    _document(
        "com.acme.kitchen.defs",
        recipeView=_object(
            "uri",
            "cid",
            "author",
            "record",
            uri={"type": "string", "format": "at-uri"},
            cid={"type": "string", "format": "cid"},
            author=_ref("app.bsky.actor.defs#profileViewBasic"),
            record={"type": "unknown"},
            labels={"type": "array", "items": _ref("com.atproto.label.defs#label")},
        ),
    ),
    _document(
        "com.acme.kitchen.getRecipes",
        main={
            "type": "query",
            "parameters": {
                "type": "params",
                "required": ["actor"],
                "properties": {
                    "actor": {"type": "string", "format": "at-identifier"},
                    "limit": {"type": "integer"},
                    "cursor": _STRING,
                },
            },
            "output": {
                "encoding": "application/json",
                "schema": _object(
                    "recipes",
                    cursor=_STRING,
                    recipes={"type": "array", "items": _ref("com.acme.kitchen.defs#recipeView")},
                ),
            },
            "errors": [{"name": "NoSuchCook"}, {"name": "NotFound"}],
        },
    ),
    _document(
        "com.acme.kitchen.cite",
        main={
            "type": "procedure",
            "input": {"encoding": "application/json", "schema": _ref("com.atproto.repo.strongRef")},
            "output": {"encoding": "application/json", "schema": _ref("app.bsky.actor.defs#profileView")},
        },
    ),
    # Below a namespace, and below a method and a record, of the official documents.
    _document("com.atproto.repo.tidy", main=_record(_object("at", at=_DATETIME))),
    _document("app.bsky.feed.post.pin", main=_record(_object("at", at=_DATETIME))),
    _document("app.bsky.feed.getLikes.note", main=_record(_object("at", at=_DATETIME))),
    _document("app.stranger.note", main=_record(_object("text", text=_STRING))),
]
"""The application's documents."""

OTHERS = [
    _document("com.other.thing", main=_record(_object("ref", ref=_ref("com.atproto.repo.strongRef")))),
    _document(
        "com.acme.garden.plant",
        main=_record(_object("name", name=_STRING, subject=_ref("app.bsky.richtext.facet"))),
    ),
]
"""Documents of a package that knows nothing of the application's."""


def write(folder: Path, documents: list[Json]) -> Path:
    """Writes documents into a folder."""
    folder.mkdir()
    for document in documents:
        (folder / f"{document['id']}.json").write_text(json.dumps(document))
    return folder
