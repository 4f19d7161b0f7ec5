"""Names lead to definitions; references that don't are told; packages carry documents."""

from __future__ import annotations

import bz2
import json
import random
from typing import Any

import pytest

from atlex.errors import LexiconError
from atlex.lexicon import (
    DefId,
    Document,
    Lexicons,
    Object,
    Query,
    Reference,
    String,
    Token,
    default_of,
    package_data_digest,
    parse_document,
    references,
    walk,
)

A, B = "com.example.a", "com.example.b"


def document(nsid: str, **defs: Any) -> Document:
    result, _ = parse_document({"lexicon": 1, "id": nsid, "defs": defs}, source=f"{nsid}.json")
    assert result is not None
    return result


def ref(name: str) -> dict[str, Any]:
    return {"type": "ref", "ref": name}


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def checked(*documents: Document) -> dict[str, tuple[str, str]]:
    return {
        f"{diagnostic.nsid} {diagnostic.pointer}": (diagnostic.severity, diagnostic.message)
        for diagnostic in Lexicons(documents).check_refs()
    }


def test_it_is_a_mapping_by_nsid_and_sorted() -> None:
    a, b = document(A), document(B)
    lexicons = Lexicons([b, a])
    assert list(lexicons.items()) == [(A, a), (B, b)]
    assert B in lexicons
    assert "com.example.c" not in lexicons
    assert repr(lexicons) == "Lexicons(2 documents)"


def test_two_documents_with_one_id_are_refused() -> None:
    with pytest.raises(LexiconError, match=r"two documents with the id com\.example\.a"):
        Lexicons([document(A), document(A, x={"type": "token"})])


@pytest.mark.parametrize("name", ["#main", A, f"{A}#main"])
def test_main_goes_by_three_names(name: str) -> None:
    assert Lexicons([document(A, main={"type": "token"})]).resolve(name, base=A) == Token()


def test_names_resolve_from_their_document() -> None:
    lexicons = Lexicons([document(A, x={"type": "token"}), document(B, x={"type": "string"})])
    assert lexicons.resolve("#x", base=A) == Token()
    assert lexicons.resolve("#x", base=B) == String()
    assert lexicons.resolve(f"{B}#x", base=A) == String()
    assert lexicons.find(DefId(A)) is None
    assert [str(def_id) for def_id, _ in lexicons.definitions()] == [f"{A}#x", f"{B}#x"]


@pytest.mark.parametrize("name", ["", "x", "#", f"{A}#", A, f"{A}#y", "com.example.c", "#x"])
def test_a_name_without_a_definition_is_an_error(name: str) -> None:
    with pytest.raises(LexiconError):
        Lexicons([document(A, x={"type": "token"})]).resolve(name, base=B)


def test_references_are_listed_with_their_places() -> None:
    main = {
        "type": "procedure",
        "parameters": {"type": "params", "properties": {"p": {"type": "string"}}},
        "input": {"encoding": "application/json", "schema": ref("#in")},
        "output": {
            "encoding": "application/json",
            "schema": an_object(u={"type": "union", "refs": ["#a", f"{A}#a", "#b", f"{B}#main", "#b"]}),
        },
    }
    definition = document(A, main=main).main
    assert definition is not None
    union = "/defs/main/output/schema/properties/u/refs"
    assert list(references(definition)) == [
        Reference(DefId(A, "in"), "/defs/main/input/schema/ref", in_union=False),
        Reference(DefId(A, "a"), f"{union}/0", in_union=True),
        Reference(DefId(A, "b"), f"{union}/2", in_union=True),
        Reference(DefId(B), f"{union}/3", in_union=True),
    ]
    assert [part.kind for part in walk(definition)] == [
        "procedure", "params", "string", "", "ref", "", "object", "union",
    ]  # fmt: skip


def test_every_kind_of_definition_is_walked() -> None:
    message = {"schema": {"type": "union", "refs": ["#c"]}}
    array = {"type": "array", "items": ref("#a")}
    definitions = [
        document(A, main={"type": "subscription", "message": message}).main,
        document(A, main={"type": "record", "key": "any", "record": an_object(p=array)}).main,
        document(A, main={"type": "query", "output": {"encoding": "*/*"}}).main,
    ]
    found = [
        [str(reference.target) for reference in references(part)] for part in definitions if part is not None
    ]
    assert found == [[f"{A}#c"], [f"{A}#a"], []]


def test_references_that_lead_nowhere_are_errors() -> None:
    main = an_object(
        p=ref("#x"), q={"type": "array", "items": ref(f"{B}#x")}, r={"type": "union", "refs": [B]}
    )
    assert checked(document(A, main=main)) == {
        f"{A} /defs/main/properties/p/ref": ("error", f'there is no definition "x" in {A}'),
        f"{A} /defs/main/properties/q/items/ref": ("error", f"the document {B} is missing"),
        f"{A} /defs/main/properties/r/refs/0": ("error", f"the document {B} is missing"),
    }


def test_a_reference_to_a_method_is_an_error() -> None:
    assert checked(document(A, x=ref(B)), document(B, main={"type": "query"})) == {
        f"{A} /defs/x/ref": ("error", f'"{B}" is a query, which describes no value')
    }


def test_a_reference_to_an_unknown_kind_is_a_warning() -> None:
    assert checked(document(A, x=ref(B)), document(B, main={"type": "space"})) == {
        f"{A} /defs/x/ref": ("warning", f'"{B}" is of the kind "space", which is not known')
    }


def test_a_member_of_a_union_without_a_tag_is_a_warning() -> None:
    defs = {"s": {"type": "string"}, "o": an_object(), "u": {"type": "union", "refs": ["#s", "#o"]}}
    assert checked(document(A, **defs)) == {
        f"{A} /defs/u/refs/0": ("warning", f'"{A}#s" is a string, which has no "$type" to be told apart by')
    }


def test_refs_in_a_circle_are_errors_but_those_that_only_lead_there_are_not() -> None:
    defs = {"a": ref("#b"), "b": ref("#c"), "c": ref("#b"), "d": ref("#d"), "e": ref("#f"), "f": an_object()}
    problem = ("error", "the definition is a circle of refs")
    assert checked(document(A, **defs)) == {f"{A} /defs/{name}/ref": problem for name in "bcd"}


def test_objects_may_contain_each_other() -> None:
    assert checked(document(A, main=an_object(b=ref(B))), document(B, main=an_object(a=ref(A)))) == {}


def test_aliases_are_followed_to_the_definition() -> None:
    lexicons = Lexicons([document(A, a=ref("#b"), b=ref("#c"), c=an_object(), x=ref("#x"))])
    assert lexicons.follow(DefId(A, "a")) == (Object(), (DefId(A, "a"), DefId(A, "b"), DefId(A, "c")))
    with pytest.raises(LexiconError, match="circle"):
        lexicons.follow(DefId(A, "x"))


def test_the_parts_of_an_api_are_told_apart() -> None:
    lexicons = Lexicons([document(A, main={"type": "query"}), document(B, main=an_object())])
    assert lexicons.method(A) == Query()
    with pytest.raises(LexiconError, match="is not a method"):
        lexicons.method(B)
    with pytest.raises(LexiconError, match="no definition"):
        lexicons.method("com.example.c")


def test_defaults_are_known_for_scalars() -> None:
    properties = {
        "a": {"type": "string", "default": "x"},
        "b": {"type": "integer", "default": 0},
        "c": {"type": "boolean", "default": False},
        "d": {"type": "string"},
        "e": {"type": "unknown"},
    }
    main = document(A, main=an_object(**properties)).main
    assert isinstance(main, Object)
    assert [default_of(prop.schema) for prop in main.properties.values()] == ["x", 0, False, None, None]


# Package data


def test_package_data_gives_the_documents_back() -> None:
    lexicons = Lexicons([document(B, main={"type": "odd", "x": "ü"}), document(A, main=an_object(b=ref(B)))])
    back = Lexicons.from_package_data(lexicons.to_package_data())
    assert dict(back) == dict(lexicons)


def test_package_data_does_not_depend_on_the_order_of_documents() -> None:
    documents = [document(f"com.example.x{n}", main=an_object(a=ref("#m"), b=ref("#m"))) for n in range(9)]
    data = Lexicons(documents).to_package_data()
    random.Random(1).shuffle(documents)
    assert Lexicons(documents).to_package_data() == data


@pytest.mark.parametrize("names", ["ab", "ba", "cab", "zyxba"])
def test_package_data_keeps_the_order_of_members(names: str) -> None:
    given = document(A, main=an_object(**{name: ref("#main") for name in names}))
    back = Lexicons.from_package_data(Lexicons([given]).to_package_data())
    main = back[A].main
    assert isinstance(main, Object)
    assert "".join(main.properties) == names
    assert json.dumps(back[A].raw) == json.dumps(given.raw)


def test_the_digest_sees_the_content_and_not_the_compression() -> None:
    data = Lexicons([document(A, main={"type": "token"})]).to_package_data()
    again = bz2.compress(bz2.decompress(data), 1)
    assert again != data
    assert package_data_digest(again) == package_data_digest(data)
    assert package_data_digest(data) != package_data_digest(Lexicons([]).to_package_data())
    assert len(package_data_digest(data)) == 64


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BZh9",
        b"not bzip2 at all",
        bz2.compress(b"[]")[:-1],
        bz2.compress(b"[]") + b"x",
        bz2.compress(b"{}"),
        bz2.compress(b"[1]"),
        bz2.compress(b"["),
        bz2.compress(json.dumps([{"lexicon": 1, "id": "x", "defs": {}}]).encode()),
    ],
)
def test_damaged_package_data_is_an_error(data: bytes) -> None:
    with pytest.raises(LexiconError):
        Lexicons.from_package_data(data)


def test_package_data_can_not_fill_the_memory() -> None:
    bomb = bz2.compress(b" " * (65 * 1024 * 1024), 1)
    assert len(bomb) < 10_000
    with pytest.raises(LexiconError, match="larger than 64 MiB"):
        Lexicons.from_package_data(bomb)
