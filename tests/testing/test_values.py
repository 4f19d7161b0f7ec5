"""Values made from definitions: they are valid, and everything that can come does come."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

import atlex_sdk
from atlex.errors import InputError, LexiconError
from atlex.lexicon import Lexicons, parse_document
from atlex.syntax import FORMATS, count_graphemes, is_valid_format
from atlex.testing import FakePds, values
from atlex.testing._texts import TEXTS, formatted

NSID = "com.example.thing"
DOCUMENT = {
    "lexicon": 1,
    "id": NSID,
    "defs": {
        "main": {
            "type": "record",
            "key": "tid",
            "record": {
                "type": "object",
                "required": ["text", "since", "items", "choice"],
                "nullable": ["since"],
                "properties": {
                    "text": {"type": "string", "minLength": 2, "maxLength": 40, "minGraphemes": 2, "maxGraphemes": 4},
                    "since": {"type": "string", "format": "datetime"},
                    "items": {"type": "array", "minLength": 2, "maxLength": 3, "items": {"type": "ref", "ref": "#node"}},
                    "choice": {"type": "union", "closed": True, "refs": ["#node", "#leaf"]},
                    "open": {"type": "union", "refs": ["#node", "com.example.thing", "#label"]},
                    "empty": {"type": "union", "refs": []},
                    "createdAt": {"type": "integer", "minimum": -2, "maximum": 9},
                    "count": {"type": "integer"},
                    "level": {"type": "integer", "enum": [1, 5]},
                    "fixed": {"type": "string", "const": "x"},
                    "yes": {"type": "boolean", "const": True},
                    "kind": {"type": "string", "knownValues": ["a", "too long to be allowed"], "maxLength": 5},
                    "label": {"type": "ref", "ref": "#label"},
                    "alias": {"type": "ref", "ref": "#alias"},
                    "data": {"type": "bytes", "minLength": 1, "maxLength": 4},
                    "link": {"type": "cid-link"},
                    "file": {"type": "blob"},
                    "picture": {"type": "blob", "accept": ["image/*", "text/vtt"], "maxSize": 100},
                    "rkey": {"type": "string", "format": "record-key", "maxLength": 4},
                    "tomorrow": {"type": "string", "format": "of-tomorrow"},
                    "anything": {"type": "unknown"},
                    "endless": {"type": "ref", "ref": "#endless"},
                    "endlessItems": {"type": "array", "items": {"type": "ref", "ref": "#endless"}},
                },
            },
        },
        "node": {"type": "object", "properties": {"nodes": {"type": "array", "items": {"type": "ref", "ref": "#node"}}}},
        "leaf": {"type": "object", "properties": {}},
        "label": {"type": "token"},
        "alias": {"type": "ref", "ref": "#leaf"},
        "endless": {"type": "object", "required": ["again"], "properties": {"again": {"type": "ref", "ref": "#endless"}}},
        "tomorrow": {"type": "of-tomorrow"},
    },
}  # fmt: skip
METHODS = [
    {
        "lexicon": 1,
        "id": "com.example.ask",
        "defs": {
            "main": {
                "type": "procedure",
                "parameters": {
                    "type": "params",
                    "required": ["limit"],
                    "properties": {
                        "limit": {"type": "integer", "minimum": 1, "maximum": 2},
                        "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}},
                    },
                },
                "input": {"encoding": "application/json", "schema": {"type": "ref", "ref": f"{NSID}#node"}},
                "output": {"encoding": "text/plain"},
            }
        },
    },
    {
        "lexicon": 1,
        "id": "com.example.hear",
        "defs": {
            "main": {
                "type": "subscription",
                "message": {"schema": {"type": "union", "refs": [f"{NSID}#leaf"]}},
            }
        },
    },
]
THINGS = [DOCUMENT, *METHODS]
LEXICONS = Lexicons(filter(None, [parse_document(document)[0] for document in THINGS]))

_thorough = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def thing(**options):
    return values(NSID, lexicons=THINGS, **options)


@cache
def drawn(name=NSID, **options):
    """Some thousand values, always the same."""
    found = []

    @settings(max_examples=2000, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
    @given(values(name, lexicons=THINGS, **options))
    def collect(value):
        found.append(value)

    collect()
    return found


def comes_up(wanted, name=NSID, **options):
    """Looks for such a value among the first thousands, always the same."""
    find(
        values(name, lexicons=THINGS, **options),
        lambda value: bool(wanted(value)),
        settings=settings(
            max_examples=20_000,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def inside(value):
    """A value and everything in it."""
    yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(item)


@pytest.mark.parametrize("undeclared", [False, True])
@pytest.mark.parametrize("mode", ["strict", "lenient"])
@pytest.mark.parametrize("name", [NSID, f"{NSID}#node", f"{NSID}#alias", f"{NSID}#label", f"{NSID}#tomorrow"])
def test_every_value_is_valid_in_its_mode(name, mode, undeclared):
    @_thorough
    @given(values(name, lexicons=THINGS, validation=mode, undeclared=undeclared))
    def check(value):
        assert LEXICONS.validate(name, value, validation=mode) == []
        assert json.loads(json.dumps(value)) == value

    check()


@pytest.mark.parametrize("mode", ["strict", "lenient"])
def test_the_parts_of_a_method_have_values(mode):
    @_thorough
    @given(
        values("com.example.ask", "params", lexicons=THINGS, validation=mode, undeclared=True),
        values("com.example.ask", "input", lexicons=THINGS, validation=mode, undeclared=True),
        values("com.example.hear", "message", lexicons=THINGS, validation=mode, undeclared=True),
        values("com.atproto.server.getSession", "output", validation=mode, undeclared=True),
    )
    def check(params, body, message, output):
        official = atlex_sdk_lexicons()
        json_type = "application/json"
        assert LEXICONS.validate_params("com.example.ask", params, validation=mode) == []
        assert LEXICONS.validate_input("com.example.ask", json_type, body, validation=mode) == []
        assert LEXICONS.validate_message("com.example.hear", message, validation=mode) == []
        assert (
            official.validate_output("com.atproto.server.getSession", json_type, output, validation=mode)
            == []
        )

    check()


def atlex_sdk_lexicons():
    return FakePds()._state.lexicons


def test_what_the_documents_declare_is_all_there_is_unless_asked_for():
    declared = {"$type", "$link", "$bytes", "ref", "mimeType", "size", "nodes"}
    declared |= set(DOCUMENT["defs"]["main"]["record"]["properties"])

    @_thorough
    @given(thing())
    def check(value):
        for inner in inside(value):
            if isinstance(inner, dict):
                # Nobody declares what is in these.
                inner.pop("anything", None)
                inner.pop("empty", None)
                assert set(inner) <= declared
                assert inner.get("$type", NSID).partition("#")[0] in {NSID, "blob"}

    check()


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(lambda value: "created_at" in value and "createdAt" not in value, id="an attribute's name"),
        pytest.param(lambda value: "created_at" in value and "createdAt" in value, id="that beside its field"),
        pytest.param(lambda value: "__class__" in value or "model_fields" in value, id="names of Python's own"),
        pytest.param(lambda value: value.get("open", {}).get("$type") == NSID, id="a record in a union"),
        pytest.param(lambda value: value.get("open", {}).get("$type", NSID).partition("#")[0] != NSID, id="a type unheard of"),
        pytest.param(lambda value: value["since"] is None, id="null"),
        pytest.param(lambda value: value["choice"] == {"$type": f"{NSID}#leaf"}, id="a closed union"),
        pytest.param(lambda value: {} in value["items"], id="an empty object"),
        pytest.param(lambda value: any("$type" in item for item in value["items"]), id="a type where none is needed"),
        pytest.param(lambda value: value.get("data", {}).get("$bytes", "").endswith("="), id="padding"),
        pytest.param(lambda value: len(value.get("data", {}).get("$bytes", "    ")) % 4, id="no padding"),
        pytest.param(lambda value: len(value["items"]) == 3, id="a full array"),
        pytest.param(lambda value: count_graphemes(value["text"]) == 4, id="as many graphemes as can be"),
        pytest.param(lambda value: len(value["text"].encode()) == 40, id="as many bytes as can be"),
        pytest.param(lambda value: value.get("createdAt") in {-2, 9}, id="both ends of a range"),
        pytest.param(lambda value: abs(value.get("count", 0)) == 2**53 - 1, id="53 bits"),
        pytest.param(lambda value: value.get("picture", {}).get("size") == 100, id="as large a blob as can be"),
        pytest.param(lambda value: value.get("picture", {}).get("mimeType") == "text/vtt", id="each media type"),
        pytest.param(lambda value: value.get("kind") not in {"a", None}, id="a value that is not known"),
        pytest.param(lambda value: any(isinstance(inner, dict) and len(inner) > 20 for inner in inside(value.get("anything"))), id="many members"),
        pytest.param(lambda value: sum(1 for inner in inside(value.get("anything"))) > 60, id="something deep"),
    ],
)  # fmt: skip
def test_what_readers_get_wrong_comes_up(wanted):
    comes_up(wanted, undeclared=True)


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(lambda value: abs(value.get("count", 0)) > 2**64, id="more than 64 bits"),
        pytest.param(lambda value: value.get("createdAt", 0) > 9, id="beyond a range"),
        pytest.param(lambda value: value.get("open", {}).get("$type") == f"{NSID}#main", id="#main in a union"),
        pytest.param(lambda value: len(value["items"]) == 0, id="too few items"),
        pytest.param(lambda value: value["text"] == "", id="too short a text"),
        pytest.param(lambda value: not is_valid_format("datetime", value["since"] or "x"), id="no datetime"),
        pytest.param(lambda value: set(value.get("file", ())) == {"cid", "mimeType"}, id="a blob of the old form"),
        pytest.param(lambda value: value.get("file", {}).get("size") == -1, id="a blob without a size"),
        pytest.param(lambda value: set(value.get("picture", ())) > {"$type", "ref", "mimeType", "size"}, id="a blob with more members"),
        pytest.param(lambda value: any(isinstance(inner, float) for inner in inside(value.get("anything"))), id="a fraction"),
        pytest.param(lambda value: any(inner == 0 and str(inner) == "-0.0" for inner in inside(value)), id="minus zero"),
    ],
)  # fmt: skip
def test_a_lenient_value_breaks_limits_and_formats(wanted):
    comes_up(wanted, validation="lenient", undeclared=True)


def test_every_corner_of_unicode_comes_up():
    assert set(TEXTS) <= set(drawn("com.atproto.label.defs#labelValue"))


@pytest.mark.parametrize("name", FORMATS)
def test_strings_of_a_format_are_valid_by_its_strict_rules(name):
    @_thorough
    @given(formatted(name))
    def check(text):
        assert is_valid_format(name, text)

    check()


def test_objects_that_contain_each_other_end():
    def depth(value):
        return 1 + max(map(depth, value.get("nodes", ())), default=0)

    @_thorough
    @given(values(f"{NSID}#node", lexicons=THINGS))
    def check(value):
        assert depth(value) < 6

    check()
    assert max(map(depth, drawn(f"{NSID}#node"))) > 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((f"{NSID}#endless",), "has no values: what it requires contains it again"),
        ((f"{NSID}#nothing",), "no definition com.example.thing#nothing"),
        (("com.example.ask",), "is a procedure: say which part"),
        (("com.example.ask", "output"), "has no output that a document describes"),
        (("com.example.ask", "message"), "has no message"),
        ((NSID, "input"), "has no input"),
        (("app.bsky.authFullApp",), "is a permission set"),
    ],
)
def test_where_there_are_no_values_it_says_why(arguments, said):
    with pytest.raises(LexiconError, match=said):
        values(*arguments, lexicons=THINGS)


def test_a_validation_that_is_not_there_is_refused():
    with pytest.raises(InputError, match='validation is "lenient" or "strict", not \'kind\''):
        thing(validation="kind")


def test_the_documents_come_from_where_the_servers_do(tmp_path):
    (tmp_path / "thing.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    for source in (DOCUMENT,), tmp_path, str(tmp_path), LEXICONS:
        assert values(NSID, lexicons=source) is not None
    assert values("app.bsky.feed.post", lexicons=atlex_sdk) is not None
    with pytest.raises(LexiconError):
        values(NSID, lexicons=atlex_sdk)


def _run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_hypothesis_is_loaded_with_the_first_strategy():
    done = _run("import atlex.testing, sys; print('hypothesis' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr


def test_without_hypothesis_the_error_names_the_extra():
    done = _run(
        "import sys; sys.modules['hypothesis'] = None; from atlex.testing import values\n"
        "try: values('app.bsky.feed.post')\n"
        "except ImportError as error: print(error)"
    )
    assert done.stdout.strip() == "atlex.testing.values needs an extra: pip install 'atlex[testing]'", (
        done.stderr
    )
