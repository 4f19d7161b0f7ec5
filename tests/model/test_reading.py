"""Reading the wire: nothing is lost, and one broken thing costs as little as it can."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from typing import Any

import pytest
from tests.model.classes import External, Images, Post, Put, Timeline

from atlex.client import Listed, Page, Stored
from atlex.data import Blob, CidLink, LegacyBlob, UnknownObject, WireBytes
from atlex.errors import InputError, XrpcInvalidResponseError, XrpcResponseValidationError
from atlex.model import Model, issues, read_as

CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
RAW = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
WHOLE: dict[str, Any] = {
    "$type": "app.test.post",
    "text": "héllo",
    "createdAt": "2023-01-01T00:00:00.5+01:00",
    "embed": {"$type": "app.test.images#main", "images": [{"alt": "a", "unheard": {"of": [1.5, None]}}]},
    "langs": ["en"],
    "reply": {"root": "at://alice.test", "parent": {"root": "at://bob.test", "$type": "app.test.post#reply"}},
    "meta": {"a": [1.5, {"$link": CID}], "$type": "x"},
    "count": 5,
    "list": [{"root": "at://alice.test"}],
    "from": "f",
    "picture": {"$type": "blob", "ref": {"$link": RAW}, "mimeType": "image/png", "size": 4, "more": 1},
    "data": {"$bytes": "aGk="},
    "kind": "zz",
    "link": {"$link": CID},
    "created_at": "an undeclared member with an attribute's name",
    "yes": True,
}


def read(data: dict[str, Any], cls: type[Model] = Post) -> Any:
    """Read both ways, and check that the JSON comes back."""
    value = cls.from_wire(json.dumps(data))
    parsed = cls.from_wire(data)
    assert value.to_wire() == data
    assert json.loads(value.to_json()) == data
    assert parsed.to_wire() == data
    assert value == parsed
    return value


def changed(**members: Any) -> dict[str, Any]:
    return {**WHOLE, **members}


def test_a_whole_object_is_read_and_written_back() -> None:
    value = read(WHOLE)

    assert issues(value) == []
    assert isinstance(value.embed, Images)
    assert value.embed.images[0].unheard == {"of": [1.5, None]}  # type: ignore[attr-defined]
    assert value.picture == Blob(CidLink(RAW), "image/png", 4, {"more": 1})
    assert value.picture.cid == RAW
    assert value.data == b"hi"
    assert isinstance(value.data, WireBytes)
    assert str(value.link) == CID
    assert value.from_ == "f"
    assert value.created_at == "2023-01-01T00:00:00.5+01:00"


SOUND: dict[str, Any] = {
    **WHOLE,
    "embed": {"$type": "app.test.images#main", "images": [{"alt": "a", "unheard": {"of": [15, None]}}]},
    "meta": {"a": [5.0, {"$link": CID}], "$type": "x"},
    "picture": {"$type": "blob", "ref": {"$link": RAW}, "mimeType": "image/png", "size": 4},
}
"""The same without what the data model doesn't allow."""


def test_a_strict_reading_takes_what_keeps_every_rule() -> None:
    assert Post.from_wire(SOUND, validation="strict").to_wire() == SOUND


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"meta": {"a": [1.5]}}, "meta.a[0]"),
        ({"meta": {"a": 2**53}}, "meta.a"),
        ({"meta": {"$type": 1}}, "meta"),
        ({"picture": {**SOUND["picture"], "more": 1}}, "picture"),
        ({"unheard": {"of": 1.5}}, "unheard.of"),
        ({"unheard": {"$link": "no"}}, "unheard"),
        ({"embed": {"$type": "app.test.stranger", "x": [{"$bytes": 1}]}}, "embed.x[0]"),
        ({"reply": {"root": "at://a.test", "unheard": [0.5]}}, "reply.unheard[0]"),
    ],
)
def test_a_strict_reading_holds_undeclared_values_to_the_data_model_and_a_lenient_one_keeps_them(
    members: dict[str, Any], path: str
) -> None:
    data = {**SOUND, **members}
    assert issues(read(data)) == []
    with pytest.raises(XrpcResponseValidationError) as caught:
        Post.from_wire(json.dumps(data), validation="strict")
    assert [issue.path for issue in caught.value.issues] == [path]


def test_a_strict_reading_names_every_fault_with_its_path() -> None:
    with pytest.raises(XrpcResponseValidationError) as caught:
        Post.from_wire(
            SOUND
            | {
                "text": "x" * 3001,
                "createdAt": "yesterday",
                "langs": None,
                "reply": {"root": "bad"},
                "count": 11,
            },
            validation="strict",
        )

    assert {issue.path for issue in caught.value.issues} == {
        "text",
        "createdAt",
        "langs",
        "reply.root",
        "count",
    }


def test_a_strict_reading_refuses_5_5_and_a_lenient_one_gives_the_field_up() -> None:
    value = read(changed(size=5.5))

    assert value.size is None
    assert [(issue.path, issue.raw) for issue in issues(value)] == [("size", 5.5)]
    with pytest.raises(XrpcResponseValidationError, match="size: expected an integer"):
        Post.from_wire(changed(size=5.5), validation="strict")


def test_a_whole_number_with_a_fraction_is_an_integer_and_a_boolean_is_none() -> None:
    value = read(changed(size=5.0, count=True))

    assert (value.size, type(value.size)) == (5, int)
    assert [issue.path for issue in issues(value)] == ["count"]

    strict = Post.from_wire({**SOUND, "size": 5.0}, validation="strict")
    assert (strict.size, type(strict.size)) == (5, int)
    with pytest.raises(XrpcResponseValidationError, match="count: expected an integer"):
        Post.from_wire(changed(count=True), validation="strict")


def test_a_level_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="validation must be"):
        Post.from_wire(WHOLE, validation="loose")  # type: ignore[arg-type]


def test_limits_and_formats_are_not_a_lenient_reading_s_business() -> None:
    assert issues(read(changed(text="x" * 4000, createdAt="yesterday", count=99, langs=[]))) == []


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"size": "5"}, "size"),
        ({"reply": {"root": 1}}, "reply.root"),
        ({"reply": 1}, "reply"),
        ({"meta": 1}, "meta"),
        ({"picture": {"$type": "blob"}}, "picture"),
        ({"data": {"$bytes": 1}}, "data"),
        ({"link": {"$link": 1}}, "link"),
        ({"langs": [1]}, "langs[0]"),
        ({"langs": 1}, "langs"),
        ({"list": [{"root": "at://a.test"}, {}]}, "list[1].root"),
        ({"embed": {"$type": "app.test.external"}}, "embed"),
        ({"embed": {"images": []}}, "embed"),
        ({"embed": {"$type": "app.test.images", "images": [{"alt": 1}]}}, "embed.images[0].alt"),
        (
            {
                "embed": {
                    "$type": "app.test.images",
                    "images": [{"alt": "", "nested": {"$type": "app.test.external"}}],
                }
            },
            "embed.images[0].nested",
        ),
        ({"embed": 1}, "embed"),
        ({"choice": "z"}, "choice"),
        ({"yes": False}, "yes"),
        ({"reply": {"root": "at://a.test", "media": {"$type": "app.test.unheard"}}}, "reply.media"),
        ({"reply": {"root": "at://a.test", "media": {"$type": "app.test.external"}}}, "reply.media.uri"),
    ],
)
def test_the_smallest_thing_gives_way_and_is_written_back(members: dict[str, Any], path: str) -> None:
    value = read(changed(**members))

    assert [issue.path for issue in issues(value)] == [path]
    assert value.text == "héllo"
    with pytest.raises(XrpcResponseValidationError) as caught:
        Post.from_wire(changed(**members), validation="strict")
    assert any(issue.path.startswith(path) for issue in caught.value.issues)


def test_a_broken_required_field_costs_its_list_item_only() -> None:
    feed = [{"post": WHOLE}, {"post": {**WHOLE, "text": None}}, {"post": changed(size="no")}]
    value = read({"feed": feed, "cursor": "x"}, Timeline)

    assert len(value.feed) == 2
    assert [issue.path for issue in issues(value)] == ["feed[1].post.text", "feed[2].post.size"]


def test_a_broken_required_field_at_the_top_is_an_error_with_its_path() -> None:
    with pytest.raises(XrpcResponseValidationError, match="text: is required"):
        Post.from_wire({"createdAt": "x"})


def test_unknown_members_of_an_open_union_stay_as_they_are() -> None:
    stranger = {"$type": "app.test.stranger", "x": [1]}
    value = read(changed(embed=stranger))

    match value.embed:
        case UnknownObject(type="app.test.stranger", data=data):
            assert data == stranger
        case _:
            pytest.fail("not an UnknownObject")
    assert issues(value) == []


@pytest.mark.parametrize("stray", [5, "x", True, [], None])
def test_what_stands_in_a_union_and_is_no_object_is_kept_as_it_came(stray: object) -> None:
    value = read({"feed": [], "members": [{"$type": "app.test.external", "uri": "a:b"}, stray]}, Timeline)

    match value.members:
        case [External(), UnknownObject(data=data, reason=str(reason)) as member]:
            assert (data, reason) == ({}, "expected an object that names its type")
            assert (member.stray, member.raw, member.to_wire()) == (stray, stray, stray)
            assert member.type is None
        case _:
            pytest.fail(f"not what was expected: {value.members!r}")
    assert [(issue.path, issue.raw) for issue in issues(value)] == [("members[1]", stray)]
    with pytest.raises(XrpcResponseValidationError, match="expected an object"):
        read_as(value.members[1], External)
    with pytest.raises(XrpcResponseValidationError, match=r"members\[0\]"):
        Timeline.from_wire({"feed": [], "members": [stray]}, validation="strict")


def test_issues_are_found_in_what_holds_a_value_too() -> None:
    value = Post.from_wire(changed(size="x"))
    stored = Stored("at://a.test/app.test.post/1", None, value)

    assert [issue.path for issue in issues(stored)] == ["value.size"]
    assert [issue.path for issue in issues(Page((Listed("at://x", "", None, {}, "no"),), None))] == []
    assert [issue.path for issue in issues([value, (value,)])] == ["[0].size", "[1][0].size"]
    assert issues("anything else") == []


def test_a_thing_that_gives_way_is_one_issue_however_many_faults_it_has() -> None:
    value = read({"feed": [{"post": {"text": 1, "createdAt": 2}}]}, Timeline)

    (issue,) = issues(value)
    assert (issue.path, issue.raw) == ("feed[0]", {"post": {"text": 1, "createdAt": 2}})
    assert issue.reason == (
        "feed[0].post.text: expected a string (got 1); feed[0].post.createdAt: expected a string (got 2)"
    )


def test_a_null_from_the_wire_stays_null_and_absence_stays_absence() -> None:
    assert read(changed(reply=None)).reply is None
    assert read({"$type": "app.test.post", "text": "", "createdAt": ""}).reply is None


def test_a_record_without_its_type_is_written_back_without_it() -> None:
    read({"text": "", "createdAt": ""})


def test_legacy_blobs_and_unpadded_bytes_come_back() -> None:
    value = read(changed(picture={"cid": RAW, "mimeType": "image/gif"}, data={"$bytes": "aGk"}))

    assert value.picture == LegacyBlob(RAW, "image/gif")
    assert (value.data, type(value.data)) == (b"hi", bytes)


def test_reading_and_changing_and_writing_keeps_what_gave_way() -> None:
    value = read({"feed": [{"post": 1}, {"post": WHOLE}]}, Timeline)
    value.feed[0].post.text = "new"

    assert value.to_wire() == {"feed": [{"post": 1}, {"post": {**WHOLE, "text": "new"}}]}


def test_assigning_a_field_replaces_what_gave_way() -> None:
    value = read(changed(size="no"))
    value.size = 7

    assert issues(value) == []
    assert value.to_wire() == changed(size=7)


def test_copies_and_pickles_keep_everything() -> None:
    value = read(changed(size=5.5, reply=None))
    for twin in (
        copy.copy(value),
        copy.deepcopy(value),
        value.model_copy(),
        pickle.loads(pickle.dumps(value)),
    ):
        assert twin == value
        assert twin.to_wire() == value.to_wire()
        assert issues(twin) == issues(value)


def test_an_unknown_value_is_read_as_a_class_when_asked() -> None:
    put = Put.from_wire({"record": WHOLE})
    assert put.record is not None
    post = read_as(put.record, Post)

    assert post.to_wire() == WHOLE
    assert read_as(post, Post) is post
    with pytest.raises(XrpcResponseValidationError, match=r"names 'app\.test\.post', not"):
        read_as(put.record, External)


def test_what_is_not_json_says_so_and_shows_no_content() -> None:
    with pytest.raises(XrpcInvalidResponseError, match="Not JSON"):
        Post.from_wire(b'{"text": ')


def test_issues_are_logged_once_for_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    Post.from_wire(changed(size="x", count="y"))

    assert [record.getMessage() for record in caplog.records] == [
        "Post was read with 2 issues, the first: size: expected an integer (got 'x')"
        if list(Post.model_fields).index("size") < list(Post.model_fields).index("count")
        else "Post was read with 2 issues, the first: count: expected an integer (got 'y')"
    ]


def test_classes_are_completed_once_however_many_threads_come_first() -> None:
    results: list[object] = []

    def work(cls: type[Model]) -> None:
        results.append(cls.from_wire({"feed": [{"post": WHOLE}]}).to_wire())

    class Fresh(Timeline):
        pass

    threads = [threading.Thread(target=work, args=(Fresh,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"feed": [{"post": WHOLE}]}] * 8


def test_deeply_nested_hostile_answers_are_refused_without_a_crash() -> None:
    deep = (
        b'{"text":"","createdAt":"","reply":' + b'{"root":"at://a.test","parent":' * 5000 + b"1" + b"}" * 5001
    )

    with pytest.raises((XrpcInvalidResponseError, XrpcResponseValidationError)):
        Post.from_wire(deep)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_know_are_refused_but_not_their_names_in_a_text(constant: str) -> None:
    for text in (f'{{"text":"","createdAt":"","z":{constant}}}', f'{{"text":{constant},"createdAt":""}}'):
        with pytest.raises(XrpcInvalidResponseError, match="Not JSON"):
            Post.from_wire(text)
        with pytest.raises(XrpcInvalidResponseError, match="Not JSON"):
            Post.from_wire(text.encode())
    assert Post.from_wire(f'{{"text":"{constant}","createdAt":""}}').text == constant


def test_a_number_too_great_for_python_is_not_written_as_another_value() -> None:
    value = Put.from_wire(b'{"record": {"a": 1e400}}')
    assert value.to_wire() == {"record": {"a": float("inf")}}
    assert Put.from_wire(value.to_json()) == value
