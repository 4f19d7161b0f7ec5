from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex._agent import DEFAULT_TIMEOUT
from atlex.data import OMIT, Blob
from atlex.errors import InputError
from atlex.model import Array, BlobRef, Boolean, Int, Integer, Object, Params, String, Text
from atlex.xrpc import Procedure, Query, Subscription, build_request


class SearchParams(Params):
    q: Text | None = None
    limit: Annotated[int, Int(minimum=1, maximum=100)] | None = None
    tag: Annotated[list[Text], Array(max_length=3)] | None = None
    flags: list[Boolean] | None = None
    include_pins: Boolean | None = None


class NeedyParams(Params):
    actor: Annotated[str, String(format="at-identifier")]


class NoteInput(Object):
    text: Annotated[str, String(max_length=10)]
    like_count: Integer | None = None
    gone: Text | None = None
    image: Annotated[Blob, BlobRef(accept=("image/png",), max_size=10)] | None = None
    lex_nullable: ClassVar[frozenset[str]] = frozenset({"gone"})


class Cat(Object):
    lex_type: ClassVar[str] = "com.example.defs#cat"
    name: Text


SEARCH: Query[SearchParams, None] = Query("com.example.search", params=lambda: SearchParams)
NEEDY: Query[NeedyParams, None] = Query("com.example.needy", params=lambda: NeedyParams)
BARE: Query[None, None] = Query("com.example.bare")
POKE: Procedure[None, None, None] = Procedure("com.example.poke")
JSON_OUT: Query[None, Cat] = Query("com.example.json", output=lambda: Cat, output_encoding="application/json")
IMAGE_OUT: Query[None, bytes] = Query("com.example.image", output=lambda: bytes, output_encoding="image/*")
NOTE: Procedure[None, NoteInput, None] = Procedure(
    "com.example.note", input=lambda: NoteInput, input_encoding="application/json"
)
BOTH: Procedure[SearchParams, NoteInput, None] = Procedure(
    "com.example.both",
    params=lambda: SearchParams,
    input=lambda: NoteInput,
    input_encoding="application/json",
)


def upload(encoding: str) -> Procedure[None, bytes, None]:
    return Procedure("com.example.upload", input=lambda: bytes, input_encoding=encoding)


def body_of(request) -> object:
    return json.loads(request.body)


class TestParameters:
    def test_they_are_the_query_string(self) -> None:
        request = build_request(SEARCH, params={"limit": 25})
        assert (request.method, request.path) == ("GET", "/xrpc/com.example.search?limit=25")

    def test_they_are_encoded_by_type(self) -> None:
        values = {
            "q": "a b&c=ü",
            "limit": 5,
            "tag": ["x y", "z%26"],
            "include_pins": False,
            "flags": [True, False],
        }
        assert build_request(SEARCH, params=values).query == (
            "q=a+b%26c%3D%C3%BC&limit=5&tag=x+y&tag=z%2526&flags=true&flags=false&includePins=false"
        )

    @pytest.mark.parametrize("params", [None, {}, {"q": None, "tag": None}, {"tag": []}, SearchParams()])
    def test_what_is_left_out_isnt_sent(self, params) -> None:
        assert build_request(SEARCH, params=params).path == "/xrpc/com.example.search"

    def test_an_instance_is_checked_again(self) -> None:
        params = SearchParams(tag=["a"])
        assert build_request(SEARCH, params=params).query == "tag=a"
        params.tag.extend("bcd")
        with pytest.raises(InputError, match="tag"):
            build_request(SEARCH, params=params)

    @pytest.mark.parametrize(
        ("params", "path"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": "5"}, "limit"),
            ({"limit": True}, "limit"),
            ({"limit": 1.5}, "limit"),
            ({"tag": ["a", 1]}, r"tag\[1\]"),
            ({"tag": "abc"}, "tag"),
            ({"include_pins": 1}, "include_pins"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_a_wrong_one_is_refused_by_name(self, params, path: str) -> None:
        with pytest.raises(InputError, match=path):
            build_request(SEARCH, params=params)

    def test_a_missing_one_is_refused_by_name(self) -> None:
        for params in (None, {}, {"actor": "not a handle"}):
            with pytest.raises(InputError, match="actor"):
                build_request(NEEDY, params=params)

    @pytest.mark.parametrize("params", [NoteInput(text="x"), {1: "x"}, [("q", "x")], "q=x"], ids=repr)
    def test_something_else_is_refused(self, params) -> None:
        with pytest.raises(InputError, match="parameters must be a mapping or an instance of SearchParams"):
            build_request(SEARCH, params=params)

    def test_a_method_without_any_takes_none(self) -> None:
        assert build_request(BARE, params={}).path == "/xrpc/com.example.bare"
        for params in ({"q": "x"}, SearchParams()):
            with pytest.raises(InputError, match="takes no parameters"):
                build_request(BARE, params=params)

    def test_half_a_character_is_refused(self) -> None:
        with pytest.raises(InputError):
            build_request(SEARCH, params={"q": "\ud800"})

    def test_undeclared_ones_from_the_wire_go_back(self) -> None:
        params = SearchParams.from_wire({"limit": 1, "new": "x", "many": [1, True]})
        assert dict(parse_qsl(build_request(SEARCH, params=params).query)) == {
            "limit": "1",
            "new": "x",
            "many": "true",
        }
        for strange in ({"new": 1.5}, {"new": {}}, {"new": None}, {"new": [[]]}):
            with pytest.raises(InputError, match="new"):
                build_request(SEARCH, params=SearchParams.from_wire(strange))

    @given(
        q=st.text(st.characters(exclude_categories=["Cs"])),
        tags=st.lists(st.text(st.characters(codec="utf-8")), max_size=3),
    )
    def test_any_text_arrives(self, q: str, tags: list[str]) -> None:
        query = build_request(SEARCH, params={"q": q, "tag": tags}).query
        assert query.isascii()
        assert parse_qsl(query, keep_blank_values=True) == [("q", q), *(("tag", tag) for tag in tags)]


class TestJsonInput:
    def test_it_is_the_body_of_a_post(self) -> None:
        request = build_request(NOTE, input={"text": "hi", "like_count": 2})
        assert (request.method, request.path) == ("POST", "/xrpc/com.example.note")
        assert request.headers["content-type"] == "application/json"
        assert body_of(request) == {"text": "hi", "likeCount": 2}

    def test_an_instance_will_do(self) -> None:
        assert body_of(build_request(NOTE, input=NoteInput(text="hi"))) == {"text": "hi"}

    def test_none_is_left_out_where_null_isnt_a_value(self) -> None:
        assert body_of(build_request(NOTE, input={"text": "hi", "like_count": None})) == {"text": "hi"}

    def test_null_is_sent_where_it_is_a_value(self) -> None:
        assert body_of(build_request(NOTE, input={"text": "hi", "gone": None})) == {
            "text": "hi",
            "gone": None,
        }

    def test_undeclared_properties_from_the_wire_go_back(self) -> None:
        wire = {"text": "hi", "new": {"$type": "com.example.new"}}
        assert body_of(build_request(NOTE, input=NoteInput.from_wire(wire))) == wire

    @pytest.mark.parametrize(
        ("input_", "path"),
        [
            ({"text": 1}, "text"),
            ({"text": "x" * 11}, "text"),
            ({"text": "x", "unknown": 1}, "unknown"),
            ({}, "text"),
            (None, "text"),
            ({"text": "x", "image": {"$type": "blob"}}, "image"),
        ],
    )
    def test_a_wrong_one_is_refused_by_path(self, input_, path: str) -> None:
        with pytest.raises(InputError, match=path) as caught:
            build_request(NOTE, input=input_)
        assert caught.value.issues

    def test_an_instance_is_checked_again(self) -> None:
        note = NoteInput.from_wire({"text": "longer than ten"})
        with pytest.raises(InputError, match="text"):
            build_request(NOTE, input=note)

    @pytest.mark.parametrize("input_", [SearchParams(), "text", b"{}", [1]], ids=repr)
    def test_something_else_is_refused(self, input_) -> None:
        with pytest.raises(InputError, match="input must be a mapping or an instance of NoteInput"):
            build_request(NOTE, input=input_)

    def test_parameters_go_beside_it(self) -> None:
        request = build_request(BOTH, params={"limit": 1}, input={"text": "x"})
        assert request.path == "/xrpc/com.example.both?limit=1"
        assert body_of(request) == {"text": "x"}

    def test_data_is_refused(self) -> None:
        with pytest.raises(InputError, match="give it as input"):
            build_request(NOTE, data=b"{}")

    def test_a_content_type_must_match(self) -> None:
        hinted = build_request(NOTE, input={"text": "x"}, content_type="application/json; charset=utf-8")
        assert hinted.headers["content-type"] == "application/json; charset=utf-8"
        with pytest.raises(InputError, match="doesn't match"):
            build_request(NOTE, input={"text": "x"}, content_type="text/plain")

    def test_a_body_that_isnt_an_object_is_possible(self) -> None:
        cats: Procedure[None, list[Cat], None] = Procedure(
            "com.example.cats", input=lambda: list[Cat], input_encoding="application/json"
        )
        request = build_request(cats, input=[Cat(name="Tom")])
        assert body_of(request) == [{"name": "Tom"}]
        with pytest.raises(InputError):
            build_request(cats, input=[1])


class TestOtherInput:
    @pytest.mark.parametrize(
        ("declared", "content_type", "sent"),
        [
            ("*/*", None, "application/octet-stream"),
            ("*/*", "image/png", "image/png"),
            ("*/*", "Text/Plain; Charset=UTF-8", "Text/Plain; Charset=UTF-8"),
            ("text/*", None, "text/plain; charset=utf-8"),
            ("text/html", None, "text/html; charset=utf-8"),
            ("text/html", "text/html", "text/html"),
            ("image/*", "image/png", "image/png"),
            ("application/vnd.ipld.car", None, "application/vnd.ipld.car"),
            ("video/mp4", "video/mp4; codecs=x", "video/mp4; codecs=x"),
            ("application/json", None, "application/json"),
        ],
    )
    def test_its_type_is_never_a_pattern(self, declared: str, content_type: str | None, sent: str) -> None:
        request = build_request(upload(declared), data=b"x", content_type=content_type)
        assert request.headers["content-type"] == sent
        assert request.body == b"x"

    @pytest.mark.parametrize(
        ("declared", "content_type"),
        [
            ("image/*", "text/plain"),
            ("image/png", "image/jpeg"),
            ("video/mp4", "video/*"),
            ("*/*", "*/*"),
            ("*/*", "image/*"),
            ("*/*", "png"),
            ("*/*", ""),
            ("*/*", "image/png\r\nx: y/z"),
        ],
    )
    def test_a_type_that_doesnt_match_is_refused(self, declared: str, content_type: str) -> None:
        with pytest.raises(InputError):
            build_request(upload(declared), data=b"x", content_type=content_type)

    def test_a_pattern_that_nothing_tells_more_of_is_refused(self) -> None:
        with pytest.raises(InputError, match="name its own type with content_type"):
            build_request(upload("image/*"), data=b"x")

    @pytest.mark.parametrize(
        ("declared", "path", "sent"),
        [
            ("*/*", "a.png", "image/png"),
            ("image/*", "a.jpeg", "image/jpeg"),
            ("*/*", "a.txt", "text/plain; charset=utf-8"),
            ("*/*", "a.tar.gz", "application/gzip"),
            ("*/*", "a.unheard-of", "application/octet-stream"),
            ("*/*", "a", "application/octet-stream"),
            ("video/mp4", "a.png", "video/mp4"),
            ("text/*", "a.png", "text/plain; charset=utf-8"),
        ],
    )
    def test_a_paths_ending_tells_the_type(self, declared: str, path: str, sent: str) -> None:
        assert build_request(upload(declared), data=Path(path)).headers["content-type"] == sent

    @pytest.mark.parametrize(
        "data",
        [b"", b"x", Path("x"), io.BytesIO(b"x"), [b"x"], iter([b"x"])],
        ids=["nothing", "bytes", "path", "file", "list", "iterator"],
    )
    def test_it_is_handed_on_as_it_is(self, data) -> None:
        assert build_request(upload("*/*"), data=data).body is data

    @pytest.mark.parametrize("data", [bytearray(b"x"), memoryview(b"x")], ids=["bytearray", "memoryview"])
    def test_buffers_are_bytes(self, data) -> None:
        assert build_request(upload("*/*"), data=data).body == b"x"

    @pytest.mark.parametrize("data", ["text", 1, {"a": 1}, object()], ids=["text", "int", "dict", "object"])
    def test_something_else_is_refused(self, data) -> None:
        with pytest.raises(InputError, match="data must be bytes"):
            build_request(upload("*/*"), data=data)

    def test_an_asynchronous_iterable_will_do(self) -> None:
        async def chunks():
            yield b"x"

        data = chunks()
        assert build_request(upload("*/*"), data=data).body is data

    def test_a_missing_body_is_refused(self) -> None:
        with pytest.raises(InputError, match="data is missing"):
            build_request(upload("*/*"))

    def test_json_input_is_refused(self) -> None:
        with pytest.raises(InputError, match="give it as data"):
            build_request(upload("image/png"), input={"a": 1}, data=b"x")


class TestNoInput:
    @pytest.mark.parametrize("method", [BARE, POKE, SEARCH])
    def test_no_body_and_no_type_are_sent(self, method) -> None:
        request = build_request(method)
        assert request.body is None
        assert "content-type" not in request.headers

    @pytest.mark.parametrize("method", [BARE, POKE])
    @pytest.mark.parametrize("argument", [{"input": {}}, {"data": b""}, {"content_type": "a/b"}], ids=repr)
    def test_any_is_refused(self, method, argument) -> None:
        with pytest.raises(InputError, match="takes no input"):
            build_request(method, **argument)

    def test_a_procedure_is_a_post(self) -> None:
        assert build_request(POKE).method == "POST"


class TestHeaders:
    def test_they_are_sent(self) -> None:
        request = build_request(BARE, headers={"X-Custom": "v", "atproto-proxy": "did:web:a#b"})
        assert dict(request.headers) == {"x-custom": "v", "atproto-proxy": "did:web:a#b"}

    def test_the_content_type_cant_be_set(self) -> None:
        for name in ("content-type", "Content-Type", "CONTENT-LENGTH", "transfer-encoding"):
            with pytest.raises(InputError, match="can't be set"):
                build_request(NOTE, input={"text": "x"}, headers={name: "application/json"})

    @pytest.mark.parametrize(("method", "accept"), [(JSON_OUT, "application/json"), (IMAGE_OUT, "image/*")])
    def test_the_output_says_what_is_accepted(self, method, accept: str) -> None:
        assert build_request(method).headers["accept"] == accept
        assert build_request(method, headers={"Accept": "text/html"}).headers["accept"] == accept

    def test_without_output_it_is_as_it_was(self) -> None:
        assert "accept" not in build_request(BARE).headers
        assert build_request(BARE, headers={"Accept": "text/html"}).headers["accept"] == "text/html"

    def test_a_broken_one_is_refused(self) -> None:
        with pytest.raises(InputError):
            build_request(BARE, headers={"x-a": "b\r\nx-c: d"})


def test_timeout_and_streaming_are_handed_on() -> None:
    request = build_request(BARE, timeout=1.5, stream=True)
    assert (request.timeout, request.stream) == (1.5, True)
    assert build_request(BARE, timeout=None).timeout is None
    assert build_request(BARE).timeout == DEFAULT_TIMEOUT
    for timeout in (0, -1, float("nan")):
        with pytest.raises(InputError, match="timeout"):
            build_request(BARE, timeout=timeout)


def test_a_subscription_cant_be_called() -> None:
    with pytest.raises(InputError, match="subscription"):
        build_request(Subscription("com.example.listen"))


def test_an_argument_left_out_isnt_sent() -> None:
    request = build_request(NOTE, input={"text": "x", "gone": OMIT})
    assert body_of(request) == {"text": "x"}
