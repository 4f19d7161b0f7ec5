"""Whatever a document holds: it is refused in a sentence, or becomes what the templates mean to write."""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import json
import keyword
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from atlex.lexicon import Document, Lexicons, load_documents, parse_document, references
from atlex_codegen import build
from atlex_codegen._gate import prove
from atlex_codegen._load import Source
from atlex_codegen._planner import plan_package
from atlex_codegen._render import render_package
from atlex_codegen._resolve import reference_faults

Json = dict[str, Any]

LEXICONS = Path(__file__).parents[2] / "lexicons"

TEXTS = [
    '"""', "'''", "\\", '\\"', '"', "'", "\n", "\r", "\x00", "\x1b[2J", "\u2028", "\u202e", "\ufeff", "{{ x }}", "{% if %}",
    "# Generated", "\\N{DIGIT ONE}", "\\x41", "\\u", '"""\nimport os\n"""', "__import__('os')", "')\nimport os\nx = ('",
    "{0}", "%s", "`", "```", "]", ")", "x" * 400, "a b", "", " ", "-", "_", "__", "__init__", "__class__", "True",
]  # fmt: skip

# What Python reads as another name (NFKC), what differs in case alone, and what somebody else needs.
NAMES = [
    *keyword.kwlist, *keyword.softkwlist, *dir(builtins), *dir(object), "self", "cls", "typing", "annotations", "model_config",
    "model_fields", "lex_type", "METHOD", "RECORD", "errors", "con", "aux", "nul", "com1", "lpt9", "prn", "thing", "Thing",
    "THING", "thinG", "thing_", "thing2", "thing_2", "Thing2", "\ufb01ne", "fine", "\uff58", "x", "\u210c", "H", "\u00aa", "a", "\U0001d4b6", "\u00e9", "e\u0301",
    "\u0131", "i", "\u0130", "\u00df", "ss", "\u017f", "s", "\u00b5", "\u03bc", "1", "1a", "_1", "\u65e5\u672c", "str", "int", "list", "type", "property", "Client",
    "$type", "$link", "py/reduce",
]  # fmt: skip

_KEYS = [
    "type",
    "ref",
    "refs",
    "items",
    "properties",
    "required",
    "nullable",
    "enum",
    "const",
    "default",
    "format",
    "description",
]
_VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**60,
    1.5,
    [],
    {},
    [[]],
    {"type": "object"},
    {"type": "union", "refs": ["#main"]},
]


@cache
def families() -> list[list[Json]]:
    """Real documents, each with all that it refers to; only those that refer to few."""
    documents = Lexicons(load_documents(LEXICONS).documents)
    found: list[list[Json]] = []
    for nsid in documents:
        family = closure(documents, nsid)
        if len(family) < 6:
            found.append([dict(document.raw) for document in family])
    return found


def closure(documents: Lexicons, nsid: str) -> list[Document]:
    family = {nsid: documents[nsid]}
    pending = [nsid]
    while pending:
        for definition in documents[pending.pop()].defs.values():
            for target in {reference.target.nsid for reference in references(definition)} - family.keys():
                family[target] = documents[target]
                pending.append(target)
    return list(family.values())


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a JSON value with each of its keys."""
    pending = [value]
    while pending:
        current = pending.pop()
        keys = list(current) if isinstance(current, dict) else range(len(current))
        for key in keys:
            yield current, key
            if isinstance(current[key], dict | list):
                pending.append(current[key])


texts = st.sampled_from([*TEXTS, *NAMES]) | st.text(max_size=6)


@st.composite
def mutated(draw: st.DrawFn) -> list[Json]:
    """A family of real documents with one to four changes in the first."""
    family = copy.deepcopy(draw(st.sampled_from(families())))
    for _ in range(draw(st.integers(1, 4))):
        found = list(places(family[0]))
        if not found:
            break
        container, key = found[draw(st.integers(0, len(found) - 1))]
        match draw(st.sampled_from(["text", "value", "drop", "rename", "move", "add"])):
            case "text":
                container[key] = draw(texts)
            case "value":
                container[key] = copy.deepcopy(draw(st.sampled_from(_VALUES)))
            case "drop":
                del container[key]
            case "rename" if isinstance(container, dict):
                container[draw(texts)] = container.pop(key)
            case "move":
                other, place = found[draw(st.integers(0, len(found) - 1))]
                container[key] = copy.deepcopy(other[place])
            case "add" if isinstance(container, dict):
                container[draw(st.sampled_from(_KEYS) | texts)] = draw(texts)
            case _:
                container[key] = draw(st.integers(-3, 3))
    return family


def files_or_faults(raws: list[Json], words: dict[str, str] | None = None) -> dict[str, str] | list[str]:
    """What the documents make, or all that is said against them."""
    documents: dict[str, Document] = {}
    faults: list[str] = []
    for raw in raws:
        document, found = parse_document(json.dumps(raw))
        faults += [str(each) for each in found if each.is_error]
        if document is not None:
            documents.setdefault(document.id, document)
    if faults:
        return faults
    lexicons = Lexicons(documents.values())
    faults = [str(each) for each in reference_faults(lexicons) if each.is_error]
    if faults:
        return faults
    source = Source(tuple(lexicons.values()), words or {}, {}, {}, ())
    return dict(render_package(plan_package(lexicons, source)))


def check(outcome: dict[str, str] | list[str]) -> None:
    if isinstance(outcome, list):
        assert all(fault.isprintable() for fault in outcome)
        return
    for name, text in outcome.items():
        prove(name, text.encode())
        assert name.isascii()
        assert PurePosixPath(name).parts[0] != ".."
        compile(text, name, "exec")
    assert len({name.casefold() for name in outcome}) == len(outcome)


def permission(resource: str, **attributes: Any) -> list[Json]:
    one = {"type": "permission", "resource": resource, **attributes}
    main = {"type": "permission-set", "permissions": [one]}
    return [{"lexicon": 1, "id": "com.example.auth", "defs": {"main": main}}]


@example(permission("repo", action=[[], {}, None, 1], collection=["com.example.thing"]))
@example(permission("repo", collection=[{}, [], 1.5, True]))
@example(permission("rpc", lxm={"a": []}, aud=[[]]))
@example(permission("account", attr={"email": 1}))
@given(mutated())
def test_changed_documents_make_what_the_templates_write_or_are_refused(family: list[Json]) -> None:
    check(files_or_faults(family))


@settings(max_examples=settings.default.max_examples // 4 if settings.default else 25)
@given(st.sampled_from(families()), st.data())
def test_no_description_leaves_its_docstring(family: list[Json], data: st.DataObject) -> None:
    nsid = family[0]["id"]
    keys = [nsid, *(f"{nsid}#{name}" for name in family[0]["defs"])]
    words = data.draw(
        st.dictionaries(st.sampled_from(keys), st.lists(texts, min_size=1, max_size=3).map("".join))
    )
    outcome = files_or_faults(family, words)
    assert isinstance(outcome, dict)
    check(outcome)
    plain = files_or_faults(family)
    assert isinstance(plain, dict)
    for name, text in outcome.items():
        assert shape(text) == shape(plain[name])


def shape(text: str) -> str:
    """A module's tree with every docstring left out."""
    return ast.dump(_WithoutDocstrings().visit(ast.parse(text)))


class _WithoutDocstrings(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node


names = st.sampled_from(NAMES)
segments = st.sampled_from(
    sorted({name for name in NAMES if name.isascii() and name.isalnum() and name[0].isalpha()})
)


@st.composite
def strangely_named(draw: st.DrawFn) -> list[Json]:
    """Documents whose names are what Python, pydantic and file systems have other plans for."""
    string = {"type": "string"}

    def schema() -> Json:
        fields = dict.fromkeys(draw(st.lists(names, max_size=8, unique=True)), string)
        return {"type": "object", "properties": fields, "required": list(fields)[: draw(st.integers(0, 3))]}

    raws: list[Json] = []
    for _ in range(draw(st.integers(1, 4))):
        nsid = ".".join([draw(segments).lower() for _ in range(draw(st.integers(2, 4)))] + [draw(segments)])
        defs: Json = {
            name: draw(st.sampled_from([schema(), {"type": "token"}, string]))
            for name in draw(st.lists(names, max_size=5))
        }
        errors = [{"name": name} for name in draw(st.lists(names, max_size=3, unique=True))]
        params = {"type": "params", "properties": schema()["properties"]}
        body = {"encoding": "application/json", "schema": schema()}
        defs["main"] = draw(
            st.sampled_from(
                [
                    {"type": "query", "parameters": params, "output": body, "errors": errors},
                    {
                        "type": "procedure",
                        "parameters": params,
                        "input": body,
                        "output": body,
                        "errors": errors,
                    },
                    {"type": "record", "key": "tid", "record": schema()},
                    schema(),
                ]
            )
        )
        raws.append({"lexicon": 1, "id": nsid, "defs": defs})
    return list({raw["id"]: raw for raw in raws}.values())


@settings(max_examples=settings.default.max_examples // 4 if settings.default else 25)
@given(strangely_named())
def test_no_name_is_lost_or_means_something_else(raws: list[Json]) -> None:
    outcome = files_or_faults(raws)
    check(outcome)
    if isinstance(outcome, dict):
        for text in outcome.values():
            check_scopes(ast.parse(text))
        for name in outcome:
            parts = PurePosixPath(name).with_suffix("").parts
            assert not {"con", "aux", "nul", "prn", "com1", "lpt9"} & set(parts)
            assert all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)


def check_scopes(tree: ast.Module) -> None:
    """Each class and function of a module has its own name, and each attribute of a class."""
    scopes: list[ast.Module | ast.ClassDef] = [tree]
    scopes += [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for scope in scopes:
        bound = [node.name for node in scope.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        bound += [
            node.target.id
            for node in scope.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]
        assert len(set(bound)) == len(bound)


@settings(max_examples=settings.default.max_examples // 10 if settings.default else 10)
@given(strangely_named())
def test_packages_of_strange_names_load_and_their_models_are_complete(raws: list[Json]) -> None:
    if not isinstance(files_or_faults(raws), dict):
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, raw in enumerate(raws):
            Path(folder, f"{number}.json").write_text(json.dumps(raw))
        report = build(folder, Path(folder) / "fuzzed_sdk")
        sys.path.insert(0, folder)
        try:
            for name in report.written:
                if name.endswith(".py"):
                    module = importlib.import_module(module_name(name))
                    for value in vars(module).values():
                        if isinstance(value, type) and hasattr(value, "model_rebuild"):
                            value.model_rebuild()
        finally:
            sys.path.remove(folder)
            for name in [name for name in sys.modules if name.partition(".")[0] == "fuzzed_sdk"]:
                del sys.modules[name]


def module_name(file: str) -> str:
    parts = PurePosixPath("fuzzed_sdk", file).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
