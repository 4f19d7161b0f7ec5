from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from atlex.lexicon import Lexicons, parse_document
from atlex_codegen._load import Source
from atlex_codegen._plan import PackagePlan
from atlex_codegen._planner import plan_package
from atlex_codegen._render import render_package

Json = dict[str, Any]


def document(nsid: str, main: Json | None = None, /, description: str | None = None, **defs: Json) -> Json:
    """A Lexicon document; ``main`` is its main definition."""
    raw: Json = {"lexicon": 1, "id": nsid}
    if description is not None:
        raw["description"] = description
    raw["defs"] = ({} if main is None else {"main": main}) | defs
    return raw


def obj(required: tuple[str, ...] = (), nullable: tuple[str, ...] = (), **properties: Json) -> Json:
    """An object definition."""
    raw: Json = {"type": "object", "properties": properties}
    if required:
        raw["required"] = list(required)
    if nullable:
        raw["nullable"] = list(nullable)
    return raw


def query(output: Json | None = None, errors: tuple[str, ...] = (), **parameters: Json) -> Json:
    """A query that answers with JSON."""
    raw: Json = {"type": "query"}
    if parameters:
        raw["parameters"] = {"type": "params", "properties": parameters}
    if output is not None:
        raw["output"] = {"encoding": "application/json", "schema": output}
    if errors:
        raw["errors"] = [{"name": name} for name in errors]
    return raw


def procedure(input_: Json | None = None, output: Json | None = None, **parameters: Json) -> Json:
    """A procedure that takes and gives JSON."""
    raw = query(output, **parameters) | {"type": "procedure"}
    if input_ is not None:
        raw["input"] = {"encoding": "application/json", "schema": input_}
    return raw


def ref(target: str) -> Json:
    return {"type": "ref", "ref": target}


STRING: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}


def lexicons_of(*documents: Json) -> Lexicons:
    """The documents, checked."""
    parsed = []
    for raw in documents:
        found, diagnostics = parse_document(raw)
        assert found is not None, [str(diagnostic) for diagnostic in diagnostics]
        parsed.append(found)
    return Lexicons(parsed)


def plan_of(
    *documents: Json,
    descriptions: Mapping[str, str] | None = None,
    proxies: Mapping[str, str] | None = None,
    pages: Mapping[str, str] | None = None,
) -> PackagePlan:
    lexicons = lexicons_of(*documents)
    source = Source(tuple(lexicons.values()), descriptions or {}, proxies or {}, pages or {}, ())
    return plan_package(lexicons, source)


def files_of(*documents: Json, descriptions: Mapping[str, str] | None = None) -> dict[str, str]:
    """The text of every file that the documents make."""
    return dict(sorted(render_package(plan_of(*documents, descriptions=descriptions))))


def write_documents(folder: Path, *documents: Json) -> Path:
    """Writes documents into a folder, one file each."""
    for raw in documents:
        path = folder.joinpath(*raw["id"].split(".")).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(raw))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder of documents below the test's own."""

    def make(*documents: Json) -> Path:
        return write_documents(tmp_path / "lexicons", *documents)

    return make
