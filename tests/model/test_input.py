"""Input is checked in full before it is sent, and what is wrong is said with its path."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from tests.model.classes import External, Image, Images, Post, Put, Reply, Timeline

from atlex.data import Blob, CidLink, LegacyBlob, UnknownObject
from atlex.errors import InputError
from atlex.model import Object, build, check

RAW = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
RECORD_CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
NOW = "2023-01-01T00:00:00Z"


def paths(values: dict[str, Any], cls: type[Any] = Post) -> list[str]:
    with pytest.raises(InputError) as caught:
        build(cls, values)
    return [issue.path for issue in caught.value.issues]


def test_a_record_names_its_type_first_and_leaves_absent_fields_out() -> None:
    post = Post(text="hi", created_at=NOW, reply=None, embed=Images(images=[Image(alt="x")]))

    assert list(post.to_wire()) == ["$type", "text", "createdAt", "embed"]
    assert post.to_wire()["embed"] == {"$type": "app.test.images", "images": [{"alt": "x"}]}
    assert post.to_json() == json.dumps(post.to_wire(), separators=(",", ":")).encode()


def test_wire_names_and_json_are_taken_as_input_too() -> None:
    wire = {"$type": "app.test.post", "text": "", "createdAt": NOW, "reply": {"root": "at://a.test"}}

    assert Post.model_validate(wire) == Post.model_validate_json(json.dumps(wire))
    assert Post.model_validate(wire).to_wire() == wire
    with pytest.raises(ValidationError, match="another type"):
        Post.model_validate({**wire, "$type": "app.test.other"})


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"text": 1}, "text"),
        ({"text": "x" * 301}, "text"),
        ({"text": "é" * 1501}, "text"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": dt.datetime(2023, 1, 1)}, "created_at"),  # noqa: DTZ001 - a naive one is the point
        ({"langs": []}, "langs"),
        ({"langs": ["en"] * 4}, "langs"),
        ({"langs": ["not a language"]}, "langs[0]"),
        ({"count": -1}, "count"),
        ({"count": 11}, "count"),
        ({"count": True}, "count"),
        ({"count": "1"}, "count"),
        ({"count": 1.0}, "count"),
        ({"size": 2**53}, "size"),
        ({"kind": "longer"}, "kind"),
        ({"choice": "z"}, "choice"),
        ({"yes": False}, "yes"),
        ({"data": b""}, "data"),
        ({"data": b"12345"}, "data"),
        ({"data": "aGk"}, "data"),
        ({"link": CidLink("no")}, "link"),
        ({"link": RAW}, "link"),
        ({"meta": 1}, "meta"),
        ({"picture": Blob(CidLink(RAW), "video/mp4", 1)}, "picture"),
        ({"picture": Blob(CidLink(RAW), "image/png", 101)}, "picture"),
        ({"picture": Blob(CidLink(RAW), "image/png", -1)}, "picture"),
        ({"picture": Blob(CidLink(RECORD_CID), "image/png", 1)}, "picture"),
        ({"picture": Blob(CidLink("no"), "image/png", 1)}, "picture"),
        ({"picture": {"cid": RAW, "mimeType": "image/png"}}, "picture"),
        ({"reply": Reply(root="at://a.test"), "txet": ""}, "txet"),
        ({"reply": {"root": "bad"}}, "reply.root"),
        ({"reply": {"root": "at://a.test", "media": UnknownObject({"$type": "x"})}}, "reply.media"),
        ({"embed": {"images": []}}, "embed"),
        ({"embed": {"$type": "app.test.images", "images": [{"alt": 1}]}}, "embed.images[0].alt"),
        ({"embed": {"$type": "app.test.images", "images": [{"alt": "", "al": ""}]}}, "embed.images[0].al"),
        ({"embed": 1}, "embed"),
        ({"from_": 1}, "from_"),
    ],
)
def test_every_rule_is_enforced_and_named_with_its_path(values: dict[str, Any], path: str) -> None:
    assert paths({"text": "", "created_at": NOW, **values}) == [path]


def test_all_faults_are_reported_at_once() -> None:
    assert paths({"created_at": "x", "count": 99}) == ["text", "created_at", "count"]


def test_a_misspelt_name_suggests_the_nearest_however_it_comes() -> None:
    values: dict[str, Any] = {"text": "", "createdAt": NOW}
    with pytest.raises(InputError, match="txt: no such field; did you mean 'text'"):
        build(Post, {**values, "txt": ""})
    for made in (Post.model_validate, lambda wire: Post(**wire), TypeAdapter(Post).validate_python):
        with pytest.raises(ValidationError, match="did you mean 'text'"):
            made({**values, "txt": ""})
    with pytest.raises(ValidationError, match="did you mean 'text'"):
        Post.model_validate_json(json.dumps({**values, "txt": ""}))
    with pytest.raises(ValidationError, match="did you mean 'text'"):
        Post(text="", created_at=NOW).txet = ""  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"zzzzzz: no such field$"):
        build(Post, {**values, "zzzzzz": ""})


def test_a_misspelt_name_deep_inside_is_reported_with_all_other_faults() -> None:
    with pytest.raises(ValidationError) as caught:
        Post.model_validate(
            {"text": 1, "createdAt": NOW, "reply": {"rot": "", "parent": {"root": "bad"}}, "picture": 1}
        )
    faults = {fault["loc"]: (fault["type"], fault["msg"]) for fault in caught.value.errors()}
    assert faults == {
        ("text",): ("string_type", "expected a string (got 1)"),
        ("reply", "root"): ("missing", "is required"),
        ("reply", "parent", "root"): ("string_rule", "not a valid at-uri (got 'bad')"),
        ("reply", "rot"): ("extra_forbidden", "no such field; did you mean 'root'?"),
        ("picture",): ("blob", "expected a blob"),
    }


def test_limits_hold_to_the_last_byte_and_grapheme() -> None:
    thumb, family = "\U0001f44d\U0001f3fd", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"

    Post(text=thumb * 300, created_at=NOW)
    assert paths({"text": thumb * 301, "created_at": NOW}) == ["text"]
    Post(text=family * 120, created_at=NOW)
    assert paths({"text": family * 121, "created_at": NOW}) == ["text"]


def test_a_datetime_with_a_zone_is_written_in_the_protocols_form() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    when: Any = dt.datetime(2023, 5, 1, 12, 30, tzinfo=zone)

    assert Post(text="", created_at=when).created_at == "2023-05-01T10:30:00.000Z"


def test_nullable_fields_send_null_and_others_leave_none_out() -> None:
    assert build(Put, {}).to_wire() == {}
    assert build(Put, {"swap_record": None, "record": None}).to_wire() == {"swapRecord": None}


def test_unknown_fields_take_mappings_and_instances_with_their_types() -> None:
    assert Put(record=Post(text="", created_at=NOW)).to_wire()["record"]["$type"] == "app.test.post"
    assert Put(record={"at": CidLink(RAW), "b": [b"hi", External(uri="a:b")]}).to_wire() == {
        "record": {
            "at": {"$link": RAW},
            "b": [{"$bytes": "aGk"}, {"$type": "app.test.external", "uri": "a:b"}],
        }
    }
    put = Put(record={})
    assert isinstance(put.record, dict)
    put.record["when"] = object()
    with pytest.raises(InputError, match="JSON"):
        put.to_json()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": 1.5}, "record.a"),
        ({"a": [0, 2**53]}, "record.a[1]"),
        ({"a": -(2**60)}, "record.a"),
        ({"a": {"b": object()}}, "record.a.b"),
        ({"a": {"$link": "no"}}, "record.a"),
        ({"a": {"$link": RAW, "more": 1}}, "record.a"),
        ({"a": {"$bytes": "%"}}, "record.a"),
        ({"$type": 5}, "record"),
        ({"a": {"$type": ""}}, "record.a"),
        ({"a": {"$type": "blob"}}, "record.a"),
        ({"a": {5: 6}}, "record.a"),
    ],
)
def test_an_unknown_field_takes_what_the_data_model_allows_and_nothing_else(
    value: dict[str, Any], path: str
) -> None:
    assert paths({"record": value}, Put) == [path]
    with pytest.raises(InputError):
        build(Post, {"text": "", "created_at": NOW, "embed": {"$type": "app.test.stranger", "in": value}})


def test_an_unknown_field_takes_everything_that_the_data_model_has() -> None:
    value = {
        "a": [None, True, 1, -(2**53) + 1, 5.0, "x", {"$link": RAW}, {"$bytes": "aGk="}, CidLink(RAW), b"hi"],
        "b": {"$type": "blob", "ref": {"$link": RAW}, "mimeType": "image/png", "size": 1},
        "c": Blob(CidLink(RAW), "image/png", 1),
        "$type": "app.test.any#thing",
    }
    assert Put(record=value).record == value


def test_an_unknown_value_from_the_wire_is_exempt_when_it_is_sent_back() -> None:
    put = Put.from_wire({"record": {"level": 1.5}})
    check(put)
    assert put.to_wire() == {"record": {"level": 1.5}}


def test_open_unions_take_members_of_other_packages() -> None:
    class Stranger(Object):
        lex_type = "app.other.thing"

    # As another package's class would be.
    Stranger.__module__ = "acme_sdk.app.other.thing"
    post = Post(text="", created_at=NOW, embed=Stranger())  # type: ignore[arg-type]
    assert post.to_wire()["embed"] == {"$type": "app.other.thing"}
    check(post)


@pytest.mark.parametrize(
    ("stray", "meant"),
    [
        (Image(alt=""), "did you mean Images(images=[…])?"),
        ({"$type": "app.test.images#image", "alt": ""}, "did you mean Images(images=[…])?"),
        (Reply(root="at://a.test"), "it takes Images, External"),
        ({"$type": "app.test.post", "text": "", "createdAt": NOW}, "Post is no member of this union"),
    ],
    ids=str,
)
def test_a_known_class_where_it_does_not_belong_is_refused(stray: Any, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        build(Post, {"text": "", "created_at": NOW, "embed": stray})
    assert [issue.path for issue in caught.value.issues] == ["embed"]
    assert meant in str(caught.value)
    post = Post(text="", created_at=NOW)
    with pytest.raises(ValidationError, match="no member of this union"):
        post.embed = stray
    # What came from the wire is exempt, and so is what a program says to be of no known class.
    if isinstance(stray, dict):
        read = Post.from_wire({"text": "", "createdAt": NOW, "embed": stray})
        check(read)
        build(Post, {"text": "", "created_at": NOW, "embed": UnknownObject(stray)})


def test_assignment_is_checked_and_refuses_unknown_names() -> None:
    post = Post(text="", created_at=NOW)
    with pytest.raises(ValidationError):
        post.text = "x" * 301
    with pytest.raises(ValidationError):
        post.txet = ""  # type: ignore[attr-defined]
    post.reply = Reply(root="at://a.test")
    post.reply = None
    assert "reply" not in post.to_wire()


def test_what_was_changed_in_place_is_checked_again_before_it_is_sent() -> None:
    post = Post(text="", created_at=NOW, langs=["en"])
    check(post)
    assert post.langs is not None
    post.langs.append("not a language")

    with pytest.raises(InputError, match=r"langs\[1\]"):
        check(post)


def test_what_came_from_the_wire_and_gave_way_is_exempt_from_the_check() -> None:
    line = Timeline.from_wire(
        {
            "feed": [{"post": 1}, {"post": {"text": "", "createdAt": NOW, "size": "x", "unheard": 1}}],
            "more": 1,
        }
    )
    check(line)
    line = Timeline.from_wire({"feed": [], "members": [{"$type": "app.test.external", "broken": 1}]})
    check(line)


def test_a_legacy_blob_from_the_wire_may_go_back() -> None:
    post = Post.from_wire({"text": "", "createdAt": NOW, "picture": {"cid": RAW, "mimeType": "image/png"}})
    assert isinstance(post.picture, LegacyBlob)
    check(post)


def test_no_secret_is_in_a_message() -> None:
    with pytest.raises(InputError) as caught:
        build(Put, {"password": "hunter2hunter2"})
    assert "password: has 14 bytes" in str(caught.value)
    assert "hunter2" not in str(caught.value) + repr(caught.value)
    with pytest.raises(ValidationError) as raised:
        Put(password="hunter2hunter2")
    assert "hunter2" not in str(raised.value)


def test_no_secret_is_in_a_repr() -> None:
    put = Put(password="hunter2")
    assert put.password == "hunter2"
    assert "hunter2" not in repr(put) + str(put)

    stray = Put.from_wire({"accessJwt": "hunter2", "tokenRequired": True})
    assert repr(stray) == "Put(tokenRequired=True)"


def test_models_live_inside_other_pydantic_models() -> None:
    class Body(BaseModel):
        post: Post
        more: list[Post] = []

    wire = {"$type": "app.test.post", "text": "", "createdAt": NOW}
    body = Body.model_validate_json(json.dumps({"post": wire}))
    assert body.model_dump(mode="json") == {"post": wire, "more": []}
    assert TypeAdapter(list[Post]).dump_python([body.post], mode="json") == [wire]
    assert "app" not in json.dumps(Body.model_json_schema()["required"])


def test_a_json_schema_describes_the_input() -> None:
    schema = Post.model_json_schema()
    assert {"text", "createdAt"} == set(schema["required"])
    assert "from" in schema["properties"]


def test_dumps_use_wire_names_unless_told_otherwise() -> None:
    post = Post(text="", created_at=NOW, from_="x", data=b"hi")

    assert post.model_dump() == {
        "$type": "app.test.post",
        "text": "",
        "createdAt": NOW,
        "from": "x",
        "data": b"hi",
    }
    assert post.model_dump(by_alias=False)["created_at"] == NOW
    assert json.loads(post.model_dump_json())["data"] == {"$bytes": "aGk"}


def test_equality_and_repr_speak_of_the_data() -> None:
    post = Post(text="a", created_at=NOW)
    assert post == Post.from_wire(post.to_wire())
    assert post != Post(text="b", created_at=NOW)
    assert post != "a"
    assert repr(post) == f"Post(text='a', created_at='{NOW}')"
    with pytest.raises(TypeError):
        hash(post)


@pytest.mark.parametrize(
    ("value", "lists"),
    [
        (Image(alt="a"), ""),
        (Images(images=[Image(alt="a")]), ": the lists in it are .images"),
        (Images.from_wire({"images": []}), ": the lists in it are .images"),
        (Post(text="", created_at=NOW, langs=["en"]), ": the lists in it are .langs"),
    ],
)
def test_a_loop_over_an_object_is_an_error_that_names_its_lists(value: Any, lists: str) -> None:
    with pytest.raises(TypeError, match=rf"^'{type(value).__name__}' object is not iterable{lists}$"):
        list(value)


@pytest.mark.parametrize("value", [Image(alt="a"), "a", 5, None])
def test_what_isnt_a_list_is_one_fault(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Images(images=value)
    assert [fault["loc"] for fault in caught.value.errors()] == [("images",)]
    assert caught.value.errors()[0]["msg"].startswith("expected a list (got ")
