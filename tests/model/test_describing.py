"""What a class says about itself: its signature, the texts of its fields, its JSON Schema, and short texts of values."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import subprocess
import sys
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import models_json_schema
from tests.model.classes import Post as Small
from tests.model.classes import Reply

import atlex_sdk
from atlex.model import Model
from atlex.model._levels import wire_names
from atlex_sdk import app, com

NOW = "2026-01-02T03:04:05.678Z"
Post = app.bsky.feed.post.Post


def classes() -> list[type[Model]]:
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(atlex_sdk.__path__, "atlex_sdk.")
    ]
    values = [(module.__name__, value) for module in modules for value in vars(module).values()]
    return [
        value
        for module, value in values
        if isinstance(value, type) and issubclass(value, Model) and value.__module__ == module
    ]


def test_every_signature_has_the_constructors_keywords_before_and_after_the_first_use() -> None:
    found = classes()
    assert len(found) > 900
    texts = {cls: str(inspect.signature(cls)) for cls in found}
    for index, cls in enumerate(found):
        assert list(inspect.signature(cls).parameters) == list(cls.__pydantic_fields__)
        if index % 20 == 0:
            cls.model_rebuild()
    assert {cls: str(inspect.signature(cls)) for cls in found} == texts


def test_a_signature_has_types_without_loading_what_they_refer_to() -> None:
    program = """
import inspect, sys
from atlex_sdk.app.bsky.feed.post import Post
signature = inspect.signature(Post)
print(signature.parameters["text"].annotation, signature.parameters["facets"].annotation)
print(*sorted(name for name in sys.modules if name.startswith("atlex_sdk.app.bsky.embed.")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["<class 'str'> list[Facet] | None", ""]
    parameters = inspect.signature(Post).parameters
    assert parameters["langs"].annotation == list[str] | None
    assert parameters["text"].default is inspect.Parameter.empty
    assert parameters["reply"].default is None
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters.values())


def test_signatures_of_instances_subclasses_and_classes_in_functions_are_as_one_would_expect() -> None:
    class Own(Post):
        more: int = 3

    assert list(inspect.signature(Own).parameters) == [*inspect.signature(Post).parameters, "more"]
    assert inspect.signature(Own).parameters["more"].default == 3
    with pytest.raises(AttributeError):
        _ = Post(text="", created_at=NOW).__signature__


def test_fields_have_the_texts_of_the_source_once_somebody_asks() -> None:
    assert "graphemes" in (Post.model_fields["text"].description or "")
    assert "DID" in (com.atproto.label.defs.Label.model_fields["src"].description or "")
    described = [field.description for cls in classes()[::20] for field in cls.model_fields.values()]
    assert sum(text is not None for text in described) > len(described) // 3
    assert Reply.model_fields["root"].description is None


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_a_schema_has_a_property_for_every_field_of_every_class(mode: Any) -> None:
    found = classes()
    keys, document = models_json_schema([(cls, mode) for cls in found])
    for cls in found:
        own = document["$defs"][keys[cls, mode]["$ref"].rpartition("/")[2]]
        wires = set(wire_names(cls).values())
        assert own["properties"].keys() - {"$type"} == wires, cls


def test_a_schema_has_descriptions_formats_and_known_values() -> None:
    for mode in ("validation", "serialization"):
        properties = Post.model_json_schema(mode=mode)["properties"]
        assert "graphemes" in properties["text"]["description"]
        assert properties["createdAt"]["format"] == "date-time"
        assert "title" not in properties["text"]
        assert properties["$type"]["const"] == "app.bsky.feed.post"
    known = com.atproto.label.defs.LabelValueDefinition.model_json_schema()["properties"]["severity"]
    assert {"inform", "alert", "none"} <= set(str(known).replace("'", " ").split())


def test_a_schema_of_responses_has_no_null_where_absence_is_meant() -> None:
    answers = Post.model_json_schema(mode="serialization")
    assert "null" not in str(answers["properties"]["langs"])
    assert answers["required"][0] == "$type"
    assert "null" in str(Post.model_json_schema()["properties"]["langs"])


def test_a_type_adapter_and_a_list_have_the_same_schema() -> None:
    schema = TypeAdapter(list[Reply]).json_schema(mode="serialization")
    assert set(schema["$defs"]["Reply"]["properties"]) >= {"root", "parent", "embed"}


def test_a_missing_argument_goes_by_its_keyword_and_one_of_the_wire_by_its_own_name() -> None:
    for values, place in (({}, "created_at"), ({"text": ""}, "created_at")):
        with pytest.raises(ValidationError) as caught:
            Post(**values)
        assert (place,) in [fault["loc"] for fault in caught.value.errors()]
    with pytest.raises(ValidationError) as caught:
        app.bsky.embed.defs.AspectRatio(width=1, Height=2)  # type: ignore[call-arg]
    assert ("height",) in [fault["loc"] for fault in caught.value.errors()]


def test_a_timeline_fits_a_screen() -> None:
    author = {"did": "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "handle": "a.test", "displayName": "A" * 60}
    post = {
        "uri": "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k5nobkf2w72g",
        "cid": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
        "author": author,
        "record": {"$type": "app.bsky.feed.post", "text": "x" * 300, "createdAt": NOW, "langs": ["en"]},
        "indexedAt": NOW,
        "likeCount": 5,
    }
    timeline = app.bsky.feed.get_timeline.GetTimelineOutput.from_wire(
        {"feed": [{"post": post}] * 100, "cursor": "c"}
    )
    for text in (repr(timeline), str(timeline)):
        assert len(text) < 80 * 40
        assert "… 97 more" in text
        assert "cursor='c'" in text


class Printer:
    """What IPython's printer does, as far as it is asked here."""

    def __init__(self) -> None:
        self.out: list[str] = []

    def text(self, text: str) -> None:
        self.out.append(text)

    def breakable(self, separator: str = " ") -> None:
        self.out.append(separator)

    def group(self, _indent: int, opening: str, closing: str) -> Any:
        @contextlib.contextmanager
        def block() -> Any:
            self.out.append(opening)
            yield
            self.out.append(closing)

        return block()


def test_ipython_prints_the_same_with_breaks() -> None:
    printer = Printer()
    post = Small(text="a", created_at=NOW, reply=Reply(root="at://a.test"))
    post._repr_pretty_(printer, cycle=False)
    assert "".join(printer.out) == repr(post)
    printer = Printer()
    post._repr_pretty_(printer, cycle=True)
    assert printer.out == ["Post(…)"]


@pytest.mark.parametrize("name", ["\x1b[2J", "a\nERROR forged", "\ud800", "x" * 500, "\u202egnp.exe"])
def test_a_strangers_names_and_texts_are_printable(name: str) -> None:
    value = Small.from_wire(
        {"text": name, "createdAt": NOW, name: name, "meta": {name: name}, "embed": {"$type": name}}
    )
    for text in (repr(value), str(value)):
        assert text.isprintable()
        text.encode()
    assert str(value.model_fields_set)


def test_half_made_objects_have_a_text() -> None:
    assert repr(Small.__new__(Small)) == "Post()"
    assert repr(Small.model_construct(text="a")) == "Post(text='a')"
    assert repr(Small.model_construct(count=10**5000)).startswith("Post(count=0x")


@pytest.mark.parametrize("secret", ["password", "accessJwt", "refreshToken", "my_secret"])
def test_secrets_stay_out_of_texts(secret: str) -> None:
    value = Small.from_wire({"text": "", "createdAt": NOW, secret: "hunter2"})
    assert "hunter2" not in repr(value) + str(value)
