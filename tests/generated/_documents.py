"""What the official documents say, read with nothing but the standard library.

The claims about the generated package are compared with this walk, so that it shares no fault with the generator or with
``atlex.lexicon``. It knows the simple cases of the naming rules only: the official documents have no others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LEXICONS = ROOT / "lexicons"
PACKAGE = "atlex_sdk"
METHODS = ("query", "procedure", "subscription")

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Every document, by NSID."""
    found = [json.loads(path.read_bytes()) for path in sorted(LEXICONS.rglob("*.json"))]
    return {document["id"]: document for document in found if "lexicon" in document}


def mains(*kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The main definitions of these kinds, with their NSIDs."""
    for nsid, document in documents().items():
        main = document["defs"].get("main", {})
        if main.get("type") in kinds:
            yield nsid, main


def snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def module_name(nsid: str, package: str = PACKAGE) -> str:
    return ".".join((package, *map(snake, nsid.split("."))))


def last(nsid: str) -> str:
    return nsid.rpartition(".")[2]


@dataclass(frozen=True)
class Shape:
    """An object or the parameters of a method, somewhere in a document.

    Attributes:
        nsid: The document.
        name: The class that stands for it, by the naming rules.
        lex_type: The type that its JSON names; "" where it has none.
        schema: Its part of the document.
    """

    nsid: str
    name: str
    lex_type: str
    schema: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.nsid}:{self.name}"


@cache
def shapes() -> tuple[Shape, ...]:
    """Every object and all parameters of every document."""
    return tuple(shape for nsid in documents() for shape in _document_shapes(nsid))


def _document_shapes(nsid: str) -> Iterator[Shape]:
    document = pascal(last(nsid))
    taken: set[str] = set()
    defs = documents()[nsid]["defs"]
    for name in sorted(defs, key=lambda name: name != "main"):
        definition = defs[name]
        if definition["type"] in METHODS:
            for suffix, schema in bodies(definition):
                yield from _inside(nsid, document + suffix, "", schema)
            continue
        natural = document if name == "main" else pascal(name)
        natural = document + natural if natural in taken else natural
        taken.add(natural)
        lex_type = nsid if name == "main" else f"{nsid}#{name}"
        yield from _inside(nsid, natural, lex_type, definition.get("record", definition))


def bodies(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas of a method, with what the classes made of them end in."""
    if "parameters" in definition:
        yield "Params", definition["parameters"]
    for part, suffix in (("input", "Input"), ("output", "Output"), ("message", "Message")):
        if "schema" in definition.get(part, {}):
            yield suffix, definition[part]["schema"]


def _inside(nsid: str, name: str, lex_type: str, schema: dict[str, Any]) -> Iterator[Shape]:
    while schema["type"] == "array":
        schema, lex_type = schema["items"], ""
    if schema["type"] not in {"object", "params"}:
        return
    yield Shape(nsid, name, lex_type, schema)
    for key, inner in schema.get("properties", {}).items():
        yield from _inside(nsid, name + pascal(key), "", inner)


def reached_from(nsid: str) -> set[str]:
    """The documents that a method's parameters, input and output lead to, definition by definition."""
    pending, seen, reached = [(nsid, "main")], set[tuple[str, str]](), set[str]()
    while pending:
        place = pending.pop()
        if place in seen:
            continue
        seen.add(place)
        home, name = place
        reached.add(home)
        for ref in _refs(documents()[home]["defs"][name]):
            target, _, definition = ref.partition("#")
            pending.append((target or home, definition or "main"))
    return reached


def _refs(node: Any) -> Iterator[str]:
    match node:
        case {"type": "ref", "ref": str(ref)}:
            yield ref
        case {"type": "union", "refs": list(refs)}:
            yield from refs
        case dict():
            for inner in node.values():
                yield from _refs(inner)
        case list():
            for inner in node:
                yield from _refs(inner)
        case _:
            pass


def target_of(ref: str, home: str) -> str:
    """The type that a reference names, in its shortest form."""
    nsid, _, name = ref.partition("#")
    nsid = nsid or home
    return nsid if name in {"", "main"} else f"{nsid}#{name}"
