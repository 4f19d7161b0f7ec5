"""The fast path: what lean instances lack is added when asked for, and nothing is taken that the full validator refuses."""

from __future__ import annotations

import contextlib
import copy
import gc
import json
import pickle
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import PrivateAttr, ValidationError
from pydantic_core import SchemaValidator
from tests.model.classes import External, Image, Images, Item, Post, Put, Reply, Timeline, forget

from atlex.errors import XrpcInvalidResponseError
from atlex.model import _levels, issues
from atlex.model._fast import fast_validator
from atlex.model._patterns import PATTERNS, format_pattern, length_pattern
from atlex.model._state import is_lean
from atlex.syntax import count_graphemes, is_valid_format, utf8_length

NOW = "2023-01-01T00:00:00Z"
PLAIN: dict[str, Any] = {
    "text": "x",
    "createdAt": NOW,
    "reply": {"root": "at://a.test"},
    "embed": {"$type": "app.test.images#main", "images": [{"alt": "a"}]},
}
RECORD: dict[str, Any] = {"$type": "app.test.post", **PLAIN}


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Other tests have read all sorts of things as these classes."""
    forget(External, Image, Images, Item, Post, Reply, Timeline)


def fresh() -> type[Post]:
    """A class of its own, for tests that change what is remembered of one."""

    class Own(Post):
        pass

    return Own


def lean(cls: type[Post] = Post, data: dict[str, Any] = PLAIN) -> Any:
    value = cls.from_wire(data)
    assert is_lean(value)
    return value


def test_a_plain_answer_leaves_lean_instances_at_every_level() -> None:
    value = lean()
    assert is_lean(value.reply)
    assert is_lean(value.embed)
    assert is_lean(value.embed.images[0])
    assert (value.text, value.reply.root, value.count) == ("x", "at://a.test", None)
    assert is_lean(value)


USES: dict[str, Any] = {
    "model_fields_set": lambda value: value.model_fields_set,
    "model_extra": lambda value: value.model_extra,
    "private values": lambda value: value.__pydantic_private__,
    "equality, left": lambda value: value == Post.from_wire(PLAIN),
    "equality, right": lambda value: Post.from_wire(PLAIN) == value,
    "repr": repr,
    "to_wire": lambda value: value.to_wire(),
    "model_dump": lambda value: value.model_dump(),
    "model_dump_json": lambda value: value.model_dump_json(),
    "model_copy": lambda value: value.model_copy(),
    "a deep model_copy": lambda value: value.model_copy(deep=True),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "an attribute that there is not": lambda value: getattr(value, "unheard", None),
    "assignment": lambda value: setattr(value, "text", "x"),
    "issues": issues,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_any_use_of_what_was_left_out_finds_it(use: Any) -> None:
    value = lean()
    use(value)
    use(value)
    assert value.to_wire() == PLAIN
    assert value.model_fields_set == {"text", "created_at", "reply", "embed"}
    assert value.model_extra == {}
    assert value.embed.model_extra == {"$type": "app.test.images#main"}
    assert value == Post.from_wire(PLAIN)
    assert set(vars(value)) == set(Post.model_fields)


def test_copies_of_a_lean_instance_are_like_it() -> None:
    for twin in (
        copy.copy(lean()),
        copy.deepcopy(lean()),
        lean().model_copy(),
        pickle.loads(pickle.dumps(lean())),
        lean().model_copy(update={"text": "x"}),
    ):
        assert twin == lean()
        assert twin.to_wire() == PLAIN


def test_a_member_that_there_is_not_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="unheard"):
        _ = lean().unheard


def test_undeclared_members_and_null_are_read_in_full_and_remembered_of_their_class() -> None:
    cls = fresh()
    lean(cls)
    for more in ({"unheard": 1}, {"reply": None}):
        cls = fresh()
        data = {**PLAIN, **more}
        first, second, third = (cls.from_wire(data), cls.from_wire(data), cls.from_wire(PLAIN))
        assert first.to_wire() == second.to_wire() == data
        assert not is_lean(third)
        assert third.embed is not None
        assert is_lean(third.embed)
        assert first.model_fields_set == second.model_fields_set


def test_a_record_that_names_its_type_is_lean_at_once() -> None:
    value = fresh().from_wire(RECORD, validation="strict")
    assert is_lean(value)
    assert value.to_wire() == RECORD


def test_a_type_that_is_named_where_it_need_not_be_is_remembered_too() -> None:
    class Own(Reply):
        pass

    data = {"root": "at://a.test", "$type": "app.test.post#reply"}
    assert not is_lean(Own.from_wire(data))
    second = Own.from_wire(data)
    assert is_lean(second)
    assert second.to_wire() == data
    assert Own.from_wire({"root": "at://a.test"}).to_wire() == {"root": "at://a.test"}


def test_classes_with_private_values_validators_or_nullable_fields_are_never_left_lean() -> None:
    class Private(Post):
        _seen: int = PrivateAttr(default=3)

    value = Private.from_wire(PLAIN)
    assert value._seen == 3
    assert value.to_wire() == PLAIN
    assert not is_lean(Put.from_wire({"swapRecord": None}))
    assert Put.from_wire({"swapRecord": None}).to_wire() == {"swapRecord": None}


def test_threads_that_ask_at_once_all_find_the_same() -> None:
    for _ in range(50):
        value = lean()
        start = threading.Barrier(8)
        found: list[object] = []

        def ask(embed: Images = value.embed, start: threading.Barrier = start, found: Any = found) -> None:
            start.wait()
            found.append(embed.model_extra)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [{"$type": "app.test.images#main"}] * 8


def test_both_forms_of_a_reading_give_equal_values() -> None:
    for level in ("lenient", "strict"):
        for cls, data in (
            (
                Timeline,
                {"feed": [{"post": RECORD}], "members": [{"$type": "app.test.external", "uri": "a:b"}]},
            ),
            (Post, {**RECORD, "count": 5, "size": 7, "langs": ["de", "de-1996"], "meta": {"a": [1, None]}}),
            (Reply, {"root": "at://a.test"}),
        ):
            text = json.dumps(data)
            fast = fast_validator(cls, level).validate_json(text)
            full = _levels.validator(cls, level).validate_json(text)
            assert fast == full
            assert fast.to_wire() == full.to_wire() == data
            assert fast.model_fields_set == full.model_fields_set


@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
def test_a_pattern_of_a_format_takes_nothing_that_is_not_valid(name: str, data: st.DataObject) -> None:
    regex, max_length = PATTERNS[name]
    text = data.draw(st.from_regex(regex, fullmatch=True))
    check = SchemaValidator(format_pattern(name))
    if len(text) <= max_length:
        assert check.validate_python(text) == text
        assert is_valid_format(name, text)
    else:
        with pytest.raises(ValidationError):
            check.validate_python(text)


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("around", ["{}\n", "\n{}", " {}", "{} ", "{}\0"])
def test_a_pattern_of_a_format_looks_at_the_whole_string(name: str, around: str) -> None:
    usual = {
        "at-identifier": "alice.test",
        "at-uri": "at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3k",
        "cid": "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka",
        "datetime": NOW,
        "did": "did:web:a.test",
        "handle": "alice.test",
        "language": "de",
        "nsid": "app.bsky.feed.post",
        "record-key": "self",
        "tid": "3jzfcijpj2z2a",
        "uri": "https://a.test/x",
    }[name]
    check = SchemaValidator(format_pattern(name))
    assert check.validate_python(usual) == usual
    with pytest.raises(ValidationError):
        check.validate_python(around.format(usual))


@given(
    text=st.text(max_size=40),
    min_length=st.none() | st.integers(0, 30),
    max_length=st.none() | st.integers(0, 60),
    min_graphemes=st.none() | st.integers(0, 3),
    max_graphemes=st.none() | st.integers(0, 20),
)
def test_a_pattern_of_lengths_takes_nothing_that_breaks_them(
    text: str,
    min_length: int | None,
    max_length: int | None,
    min_graphemes: int | None,
    max_graphemes: int | None,
) -> None:
    schema = length_pattern(
        min_length=min_length,
        max_length=max_length,
        min_graphemes=min_graphemes,
        max_graphemes=max_graphemes,
    )
    if schema is None:
        return
    try:
        SchemaValidator(schema).validate_python(text)
    except ValidationError:
        return
    size, graphemes = utf8_length(text), count_graphemes(text)
    assert size >= (min_length or 0)
    assert graphemes >= (min_graphemes or 0)
    assert max_length is None or size <= max_length
    assert max_graphemes is None or graphemes <= max_graphemes


def test_a_whole_number_written_with_a_fraction_goes_on_to_the_full_strict_check() -> None:
    value = Post.from_wire({**RECORD, "count": 5.0}, validation="strict")
    assert (value.count, type(value.count)) == (5, int)


def test_classes_that_only_stand_beside_each_other_are_lean_in_one_answer() -> None:
    value = Images.from_wire(
        {"images": [{"alt": "", "nested": {"$type": "app.test.external", "uri": "a:b"}}]}
    )
    (image,) = value.images
    assert isinstance(image, Image)
    assert isinstance(image.nested, External)
    assert all(map(is_lean, (value, image, image.nested)))


LARGE = json.dumps({"feed": [{"post": PLAIN}] * 600}).encode()


@pytest.fixture
def collections() -> Any:
    """The collections of garbage that begin."""
    begun: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            begun.append(info["generation"])

    gc.callbacks.append(note)
    yield begun
    gc.callbacks.remove(note)


def test_a_large_text_is_read_without_the_garbage_collector(collections: list[int]) -> None:
    assert len(LARGE) > 64 * 1024
    Timeline.from_wire(LARGE)
    collections.clear()
    kept = Timeline.from_wire(LARGE)
    during = len(collections)
    parsed = json.loads(LARGE)
    assert during <= 1 < len(collections)
    assert gc.isenabled()
    assert len(kept.feed) == len(parsed["feed"])


@pytest.mark.parametrize("data", [LARGE, LARGE[:-1], b"[" * 100_000], ids=["right", "cut off", "deep"])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(data: bytes, enabled: bool) -> None:
    if not enabled:
        gc.disable()
    try:
        with contextlib.suppress(XrpcInvalidResponseError):
            Timeline.from_wire(data)
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
