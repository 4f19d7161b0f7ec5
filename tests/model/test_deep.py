"""Values that nest as deeply as lexicons allow are read, written, copied, pickled, compared and shown."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from tests.model.classes import Images, Post, Reply

from atlex.data import MAX_DEPTH
from atlex.errors import InputError, XrpcInvalidResponseError
from atlex.model import issues
from atlex_sdk import app

DID, CID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
POST: dict[str, Any] = {
    "uri": f"at://{DID}/app.bsky.feed.post/3k5nobkf2w72g",
    "cid": CID,
    "author": {"did": DID, "handle": "a.test"},
    "record": {"$type": "app.bsky.feed.post", "text": "hi", "createdAt": "2026-01-01T00:00:00Z"},
    "indexedAt": "2026-01-01T00:00:00Z",
}
NODE = {"$type": "app.bsky.feed.defs#threadViewPost", "post": POST}
Thread = app.bsky.feed.get_post_thread.GetPostThreadOutput


def replies(depth: int) -> dict[str, Any]:
    thread: dict[str, Any] = dict(NODE)
    for _ in range(depth):
        thread = {**NODE, "replies": [thread]}
    return {"thread": thread}


def parents(depth: int) -> dict[str, Any]:
    thread: dict[str, Any] = dict(NODE)
    for _ in range(depth):
        thread = {**NODE, "parent": thread}
    return {"thread": thread}


def text_of(thread: dict[str, Any]) -> bytes:
    """JSON of any depth, since Python's own writer recurses."""
    holder, opening, closing = thread["thread"], [], []
    while True:
        inner = holder.get("replies", [None])[0] or holder.get("parent")
        if inner is None:
            break
        name, begin, end = ("replies", "[", "]") if "replies" in holder else ("parent", "", "")
        opening.append(json.dumps(NODE)[:-1] + f',"{name}":{begin}')
        closing.append(end + "}")
        holder = inner
    return ('{"thread":' + "".join(opening) + json.dumps(NODE) + "".join(reversed(closing)) + "}").encode()


DEEP = {"100 replies": replies(100), "400 replies": replies(400), "1000 parents": parents(1000)}


@pytest.fixture(params=list(DEEP.values()), ids=list(DEEP))
def deep(request: Any) -> dict[str, Any]:
    thread: dict[str, Any] = request.param
    return thread


def equal(one: Any, other: Any) -> bool:
    """Whether two parsed values are equal, without recursion."""
    pending = [(one, other)]
    while pending:
        left, right = pending.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pending += [(left[name], right[name]) for name in left]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pending += zip(left, right, strict=True)
        elif left != right:
            return False
    return True


@pytest.mark.parametrize("validation", ["lenient", "strict"])
def test_a_deep_thread_is_read_from_text_and_from_a_mapping(deep: dict[str, Any], validation: Any) -> None:
    for form in (text_of(deep), deep):
        value = Thread.from_wire(form, validation=validation)
        assert issues(value) == []
        assert equal(value.to_wire(), deep)


def test_a_deep_thread_is_written_in_every_way(deep: dict[str, Any]) -> None:
    value = Thread.from_wire(text_of(deep))
    assert equal(value.to_wire(), deep)
    assert equal(value.model_dump(), deep)
    assert equal(value.model_dump(mode="json"), deep)
    for text in (value.to_json(), value.model_dump_json().encode()):
        assert equal(Thread.from_wire(text).to_wire(), deep)
    # Nothing but the thread's own text: the depth isn't shown.
    assert len(repr(value)) < 2000
    assert len(str(value)) < 2000


@pytest.mark.parametrize(
    "twin",
    [
        copy.deepcopy,
        lambda value: value.model_copy(deep=True),
        lambda value: pickle.loads(pickle.dumps(value)),
    ],
    ids=["deepcopy", "model_copy", "pickle"],
)
def test_a_deep_thread_is_copied_and_compared(deep: dict[str, Any], twin: Any) -> None:
    value = Thread.from_wire(text_of(deep))
    other = twin(value)
    assert other is not value
    assert other == value
    assert equal(other.to_wire(), deep)
    other.thread.post.author.handle = "other.test"
    assert other != value
    assert value.thread.post.author.handle == "a.test"


def test_what_a_lenient_reading_gave_up_at_the_bottom_is_found_and_copied() -> None:
    deep = parents(600)
    bottom = deep["thread"]
    while "parent" in bottom:
        bottom = bottom["parent"]
    bottom["post"] = {**POST, "likeCount": "many"}
    value = Thread.from_wire(deep)
    path = "thread" + ".parent" * 600 + ".post.likeCount"
    for twin in (value, copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert [issue.path for issue in issues(twin)] == [path]
        assert equal(twin.to_wire(), deep)


def test_undeclared_values_may_be_as_deep() -> None:
    text = '{"text":"","createdAt":"2026-01-01T00:00:00Z","unheard":' + "[" * 1500 + "]" * 1500 + "}"
    value = Post.from_wire(text)
    assert equal(Post.from_wire(value.to_json()).to_wire(), value.to_wire())
    assert json.loads(value.model_dump_json(exclude={"unheard"}))["text"] == ""


def test_what_is_deeper_than_the_limit_is_said_to_be_nested_too_deeply() -> None:
    text = '{"root":"at://a.test","parent":' * (MAX_DEPTH + 1) + "{}" + "}" * (MAX_DEPTH + 1)
    with pytest.raises(XrpcInvalidResponseError, match=r"[Nn]ested too deeply"):
        Reply.from_wire(text)
    reply = Reply(root="at://a.test")
    for _ in range(2 * MAX_DEPTH):
        outer = Reply(root="at://a.test")
        outer.__dict__["parent"] = reply
        reply = outer
    with pytest.raises(InputError, match="nested too deeply"):
        reply.to_wire()
    while (parent := reply.__dict__.pop("parent", None)) is not None:
        reply = parent


def test_a_model_that_contains_itself_is_refused() -> None:
    reply = Reply(root="at://a.test")
    reply.__dict__["parent"] = reply
    with pytest.raises(InputError, match="nested too deeply"):
        reply.to_wire()
    assert "Reply" in repr(reply)
    images = Images(images=[])
    images.__dict__["images"] = [images]
    with pytest.raises(InputError, match="nested too deeply"):
        images.to_wire()
