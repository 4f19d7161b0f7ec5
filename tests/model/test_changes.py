"""What was read or made is changed, copied and sent again: nothing is lost, and everything is checked."""

from __future__ import annotations

import copy
import datetime as dt
import json
import typing as _t
from typing import Any

import pytest
from pydantic import Field, field_validator, model_validator
from tests.generated._timeline import timeline
from tests.model.classes import External, Image, Images, Post, Put, Reply, Timeline

from atlex import interface as _sdk
from atlex.errors import InputError, XrpcResponseValidationError
from atlex.model import Object, _state, build, check, issues
from atlex.model._fast import fast_validator
from atlex.model._state import is_lean
from atlex_sdk.app.bsky.feed.defs import NotFoundPost
from atlex_sdk.app.bsky.feed.get_author_feed import GetAuthorFeedOutput
from atlex_sdk.app.bsky.feed.get_timeline import GetTimelineOutput
from atlex_sdk.chat.bsky.actor.defs import ProfileViewBasic
from atlex_sdk.chat.bsky.convo.defs import LogIncomingJoinRequest

NOW = "2023-01-01T00:00:00Z"
PLAIN: dict[str, Any] = {"$type": "app.test.post", "text": "x", "createdAt": NOW}
_int = int


def paths(values: dict[str, Any], cls: type[Any] = Post) -> list[str]:
    with pytest.raises(InputError) as caught:
        build(cls, values)
    return [issue.path for issue in caught.value.issues]


def test_items_may_be_appended_as_mappings_by_either_name() -> None:
    post = Post(text="a", created_at=NOW, list=[], embed=Images(images=[]), reply=Reply(root="at://a.test"))
    assert post.list is not None
    assert isinstance(post.embed, Images)
    post.list.append({"root": "at://a.test", "parent": {"root": "at://b.test"}})
    post.embed.images.append({"alt": "", "nested": {"$type": "app.test.external", "uri": "a:b"}})
    check(post)
    assert post.to_wire()["list"] == [{"root": "at://a.test", "parent": {"root": "at://b.test"}}]
    assert post.to_wire()["embed"]["images"] == [
        {"alt": "", "nested": {"$type": "app.test.external", "uri": "a:b"}}
    ]
    post.list.append({"rot": "at://a.test"})
    with pytest.raises(InputError, match=r"list\[1\]\.root: is required"):
        check(post)


def test_a_datetime_that_got_in_unchecked_is_refused_before_it_is_sent() -> None:
    post = Post(text="a", created_at=NOW).model_copy(update={"created_at": dt.datetime.now(dt.UTC)})
    with pytest.raises(InputError, match="created_at: expected a string"):
        check(post)


def test_a_broken_member_that_is_an_instance_is_one_issue() -> None:
    post = Post(text="a", created_at=NOW, embed=Images(images=[]))
    assert isinstance(post.embed, Images)
    post.embed.images.append(5)  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        check(post)
    assert [issue.path for issue in caught.value.issues] == ["embed.images[0]"]


def test_a_class_of_the_same_type_from_elsewhere_is_refused() -> None:
    class Images(Object):
        lex_type = "app.test.images"

    assert paths({"text": "", "created_at": NOW, "embed": Images()}) == ["embed"]


def test_a_list_that_is_too_long_tells_what_is_wrong_with_its_items_too() -> None:
    values = {"text": "", "created_at": NOW, "langs": ["!!", "de", "de", "??"]}
    assert paths(values) == ["langs", "langs[0]", "langs[3]"]
    assert paths({**values, "langs": []}) == ["langs"]
    with pytest.raises(XrpcResponseValidationError) as caught:
        Post.from_wire({**PLAIN, "langs": ["!!", "de", "de", "de"]}, validation="strict")
    assert [issue.path for issue in caught.value.issues] == ["langs", "langs[0]"]


def test_a_wrong_type_hides_no_other_fault() -> None:
    assert paths({"$type": "app.test.other", "text": 5, "created_at": NOW}) == ["", "text"]


@pytest.mark.parametrize("spelling", ["app.test.external", "app.test.external#main"])
def test_a_strict_reading_takes_an_object_that_names_its_own_type_and_no_other(spelling: str) -> None:
    for _ in range(2):
        External.from_wire({"uri": "a:b", "$type": spelling}, validation="strict")
        with pytest.raises(
            XrpcResponseValidationError, match=r"\$type: names another type: 'app.test.other'"
        ):
            External.from_wire({"uri": "a:b", "$type": "app.test.other"}, validation="strict")


@pytest.mark.parametrize("named", [None, "app.test.post#main", "app.test.like", "app.test.post#", 5], ids=str)
def test_a_strict_reading_takes_a_record_only_if_it_names_its_type(named: object) -> None:
    data = {"text": "x", "createdAt": NOW, **({} if named is None else {"$type": named})}
    for _ in range(2):
        with pytest.raises(XrpcResponseValidationError, match=r"\$type"):
            Post.from_wire(data, validation="strict")
    assert Post.from_wire(PLAIN, validation="strict").to_wire() == PLAIN


def test_a_record_is_never_written_with_the_fragment_of_a_main_definition() -> None:
    value = Post.from_wire({**PLAIN, "$type": "app.test.post#main"})
    assert value.to_wire()["$type"] == value.model_dump()["$type"] == "app.test.post"
    assert json.loads(value.model_dump_json())["$type"] == "app.test.post"
    assert Post.from_wire({**PLAIN, "$type": "app.test.other"}).to_wire()["$type"] == "app.test.other"


@pytest.mark.parametrize("stray", [1, 1.0, "true", None])
def test_only_a_boolean_is_the_boolean_that_a_lexicon_demands(stray: object) -> None:
    data = {"uri": "at://a.test", "notFound": stray}
    for validation in ("lenient", "strict"):
        with pytest.raises(XrpcResponseValidationError, match="notFound"):
            NotFoundPost.from_wire(json.dumps(data), validation=validation)
    assert paths({"uri": "at://a.test", "not_found": stray}, NotFoundPost) == ["not_found"]


class Numbers(_sdk.Object):
    one: _t.Annotated[_t.Literal[1], _sdk.Int(const=1)] | None = None
    few: _t.Annotated[_t.Literal[1, 2], _sdk.Int(enum=(1, 2))] | None = None


@pytest.mark.parametrize("stray", [True, 1.5, "1"])
def test_only_an_integer_is_an_integer_of_a_set(stray: object) -> None:
    assert paths({"one": stray, "few": stray}, Numbers) == ["one", "few"]
    assert build(Numbers, {"one": 1, "few": 2}).to_wire() == {"one": 1, "few": 2}


class TestKept:
    """What a lenient reading gave up, when the value that keeps it is copied or changed."""

    BROKEN: _t.ClassVar[dict[str, Any]] = {**PLAIN, "count": "x", "list": [{"root": 5}, {"root": "at://a.b"}]}

    def test_a_copy_that_gets_another_value_has_it(self) -> None:
        value = Post.from_wire(self.BROKEN)
        assert value.model_copy(update={"count": 3}).to_wire() == {**self.BROKEN, "count": 3}
        assert value.to_wire() == self.BROKEN

    @pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, Post.model_copy])
    def test_a_copy_is_changed_by_itself(self, twin: Any) -> None:
        value = Post.from_wire(self.BROKEN)
        other = twin(value)
        other.count = 3
        assert other.to_wire()["count"] == 3
        assert value.to_wire() == self.BROKEN

    def test_a_list_that_is_added_to_keeps_what_was_left_out_of_it(self) -> None:
        value = Post.from_wire(self.BROKEN)
        assert value.list is not None
        value.list += [Reply(root="at://c.test")]
        value.list = [*value.list, Reply(root="at://d.test")]
        assert value.to_wire()["list"] == [
            {"root": 5},
            {"root": "at://a.b"},
            {"root": "at://c.test"},
            {"root": "at://d.test"},
        ]
        value.list = [Reply(root="at://e.test")]
        assert value.to_wire()["list"] == [{"root": "at://e.test"}]

    def test_a_dump_has_it_once_whatever_was_used_before(self) -> None:
        label = {"src": "did:plc:x", "uri": "a:b", "val": "v", "cts": NOW}
        member = {"did": "did:plc:a", "handle": "a.b", "labels": [{"uri": 5}, label]}
        ProfileViewBasic.from_wire(member).model_dump()
        request = {"rev": "r", "convoId": "c", "member": member}
        value = LogIncomingJoinRequest.from_wire(request)
        assert (
            value.model_dump(mode="json") == json.loads(value.model_dump_json()) == value.to_wire() == request
        )

    def test_a_dump_of_parts_leaves_it_out(self) -> None:
        value = Post.from_wire({**self.BROKEN, "zz": 1})
        assert value.model_dump(include={"text"}) == {"$type": "app.test.post", "text": "x"}

    def test_values_are_equal_when_it_is(self) -> None:
        assert Post.from_wire(self.BROKEN) == Post.from_wire(json.dumps(self.BROKEN))
        assert Post.from_wire(self.BROKEN) != Post.from_wire({**self.BROKEN, "count": "y"})

    def test_what_is_written_shares_nothing_with_it(self) -> None:
        value = Post.from_wire({**PLAIN, "count": [1], "embed": {"$type": "app.test.stranger", "x": [1]}})
        data = value.to_wire()
        data["count"].append(2)
        data["embed"]["x"].append(2)
        assert value.to_wire()["count"] == value.to_wire()["embed"]["x"] == [1]


class TestSubclasses:
    def test_one_with_a_validator_of_the_whole_is_refused_cleanly(self) -> None:
        class Checked(Post):
            @model_validator(mode="after")
            def _look(self) -> _t.Self:
                return self

        assert Checked.from_wire(PLAIN).to_wire() == PLAIN
        with pytest.raises(XrpcResponseValidationError, match="count"):
            Checked.from_wire({**PLAIN, "count": "x"})

    def test_one_with_a_validator_of_a_field_gives_up_others(self) -> None:
        class Checked(Post):
            @field_validator("list")
            @classmethod
            def _look(cls, value: Any) -> Any:
                return value

        value = Checked.from_wire({**PLAIN, "count": "x", "list": [{"root": "at://a.test"}]})
        assert [issue.path for issue in issues(value)] == ["count"]

    def test_defaults_of_its_own_are_no_given_values(self) -> None:
        class More(Post):
            mood: str = "fine"
            seen: list[str] = Field(default_factory=list)

        value = More.from_wire(PLAIN)
        assert (value.mood, value.seen) == ("fine", [])
        assert value.model_fields_set == {"$type", "text", "created_at"}

    def test_a_field_that_is_excluded_isn_t_sent(self) -> None:
        class Quiet(Post):
            note: str = Field(default="x", exclude=True)

        assert "note" not in Quiet(text="", created_at=NOW, note="secret").to_wire()

    def test_a_field_of_another_kind_is_written_by_pydantic(self) -> None:
        class Dated(Post):
            when: dt.date | None = None

        assert Dated(text="", created_at=NOW, when=dt.date(2026, 1, 2)).to_wire()["when"] == "2026-01-02"

    def test_one_with_its_own_getattr_is_never_left_lean(self) -> None:
        class Open(Post):
            def __getattr__(self, name: str) -> Any:
                raise AttributeError(name)

        value = Open.from_wire(PLAIN)
        assert not is_lean(value)
        assert value.model_fields_set == {"$type", "text", "created_at"}


def test_a_field_that_is_deleted_is_absent_from_what_was_read_either_way() -> None:
    for data in (PLAIN, {**PLAIN, "unheard": 1}):
        value = Post.from_wire({**data, "count": 3})
        del value.count
        assert value.to_wire() == data


def test_what_one_answer_taught_holds_for_every_class_that_has_the_object() -> None:
    page = timeline()
    for cls in (GetTimelineOutput, GetAuthorFeedOutput):
        cls.from_wire(json.dumps(page))
    page["feed"][0]["feedSomething"] = 1
    for cls in (GetTimelineOutput, GetAuthorFeedOutput):
        assert cls.from_wire(json.dumps(page)).to_wire() == page
    for cls in (GetTimelineOutput, GetAuthorFeedOutput):
        # It raises what it refuses.
        assert fast_validator(cls, "lenient").validate_json(json.dumps(page)).to_wire() == page


def test_a_handler_that_comes_in_between_finds_a_whole_instance() -> None:
    value = Timeline.from_wire({"feed": [], "members": [{"$type": "app.test.external", "uri": "a:b"}]})
    assert value.members is not None
    member = value.members[0]
    assert isinstance(member, External)
    with _state._lock:
        assert member.model_extra == {"$type": "app.test.external"}


def test_mappings_of_other_kinds_are_read_like_dictionaries() -> None:
    from types import MappingProxyType

    data = {**PLAIN, "count": "x", "reply": MappingProxyType({"root": "at://a.test"})}
    value = Post.from_wire(MappingProxyType(data))
    assert [issue.path for issue in issues(value)] == ["count"]
    assert Post.from_wire(bytearray(json.dumps(PLAIN).encode())).to_wire() == PLAIN  # type: ignore[arg-type]


def test_a_secret_stays_out_of_what_says_that_it_is_too_long() -> None:
    with pytest.raises(InputError) as caught:
        build(Put, {"password": "hunter2hunter2"})
    assert "hunter2" not in str(caught.value)
    assert Image(alt="x").alt == "x"
