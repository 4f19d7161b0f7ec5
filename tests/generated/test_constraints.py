"""Every constraint of the official documents holds, and its limit is where the document says."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from tests.generated._constraints import KINDS, constraints, minimal
from tests.generated._documents import documents, mains, shapes
from tests.generated._examples import class_of, faults_of, lexicons

from atlex.client._keys import checked_key
from atlex.errors import InputError, XrpcResponseValidationError
from atlex.model import build
from atlex_sdk.app.bsky.feed.post import Post

# Every class is used, those that the documents call deprecated too.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def _of_kind(kind):
    found = [constraint for constraint in constraints() if constraint.kind == kind]
    assert found
    return found


def _python_names(cls):
    cls.model_rebuild()
    return {field.serialization_alias: name for name, field in cls.model_fields.items()}


def _as_arguments(cls, value):
    python = _python_names(cls)
    return {python[name]: item for name, item in value.items()}


def _input_issues(cls, value):
    """What the input check says of an object: the issues, or none."""
    try:
        build(cls, _as_arguments(cls, value))
    except InputError as error:
        return list(error.issues)
    return []


def _strict_issues(cls, value):
    try:
        cls.from_wire(value, validation="strict")
    except XrpcResponseValidationError as error:
        return list(error.issues)
    return []


def _on_the_wire(shape, value):
    """A record's JSON names its type."""
    return (
        {"$type": shape.lex_type, **value}
        if documents()[shape.nsid]["defs"].get("main", {}).get("record") is shape.schema
        else value
    )


@_EVERY_KIND
def test_what_is_just_inside_a_constraint_passes(kind):
    refused = []
    for constraint in _of_kind(kind):
        cls = class_of(constraint.shape)
        for value in constraint.inside():
            wire = _on_the_wire(constraint.shape, value)
            found = {
                "input": _input_issues(cls, value),
                "strict": _strict_issues(cls, wire),
                "interpreted": faults_of(constraint.shape, wire),
            }
            refused += [(constraint.id, reader, issues) for reader, issues in found.items() if issues]
    assert refused == []


@_EVERY_KIND
def test_what_is_just_outside_a_constraint_is_refused_with_its_path(kind):
    differing = []
    for constraint in _of_kind(kind):
        cls = class_of(constraint.shape)
        steps = "[0]" * constraint.level
        attribute = _python_names(cls)[constraint.name] + steps
        member = constraint.name + steps
        for value in constraint.outside():
            wire = _on_the_wire(constraint.shape, value)
            found = {
                "input": (_input_issues(cls, value), attribute),
                "strict": (_strict_issues(cls, wire), member),
            }
            for reader, (issues, path) in found.items():
                said = [(issue.path, bool(re.search(KINDS[kind], issue.reason))) for issue in issues]
                if said != [(path, True)]:
                    differing.append((constraint.id, reader, path, issues))
            interpreted = {issue.path for issue in faults_of(constraint.shape, wire)}
            if interpreted != {f"{member}.$type" if kind == "closed" else member}:
                differing.append((constraint.id, "interpreted", interpreted))
    assert differing == []


def test_no_constraint_is_left_out():
    exercised = Counter(constraint.kind for constraint in constraints())
    assert exercised == _counted()
    assert exercised.total() > 2500


def _counted():
    """The constraints by kind, counted over the bare JSON."""
    counted: Counter[str] = Counter()
    pending: list[Any] = [document["defs"] for document in documents().values()]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            pending += node.values()
            if isinstance(node.get("type"), str):
                counted.update(kind for kind in KINDS if kind in node and kind != "required")
                counted["required"] += len(node.get("required", ()))
    return counted


def test_every_minimal_object_passes():
    refused = []
    for shape in shapes():
        value = minimal(shape.schema, shape.nsid)
        wire = _on_the_wire(shape, value)
        refused += _input_issues(class_of(shape), value)
        refused += _strict_issues(class_of(shape), wire)
        refused += faults_of(shape, wire)
    assert refused == []


def test_null_passes_where_the_document_says_nullable_and_nowhere_else():
    differing = []
    nullable = 0
    for shape in shapes():
        cls = class_of(shape)
        whole = minimal(shape.schema, shape.nsid)
        for name in shape.schema.get("properties", {}):
            allowed = name in shape.schema.get("nullable", ())
            nullable += allowed
            value = _on_the_wire(shape, {**whole, name: None})
            found = [_strict_issues(cls, value), faults_of(shape, value)]
            paths = [[issue.path for issue in issues] for issues in found]
            if paths != [[] if allowed else [name]] * 2:
                differing.append((shape.id, name, paths))
            if allowed:
                arguments = _as_arguments(cls, {**whole, name: None})
                written = build(cls, arguments).to_wire()
                assert written[name] is None
    assert differing == []
    assert nullable == sum(len(shape.schema.get("nullable", ())) for shape in shapes()) > 0


_KEYS = {
    "tid": (["3jzfcijpj2z2a"], ["3jzfcijpj2z2", "self"]),
    "nsid": (["app.bsky.feed.post"], ["a.b", "self"]),
    "any": (["x" * 512, "~"], ["x" * 513, "..", "a/b", ""]),
    "literal:self": (["self"], ["Self", "3jzfcijpj2z2a"]),
}


@pytest.mark.parametrize(
    ("nsid", "main"), list(mains("record")), ids=lambda given: given if isinstance(given, str) else ""
)
def test_a_record_key_is_of_the_kind_that_the_document_says(nsid, main):
    kind = class_of(next(shape for shape in shapes() if shape.lex_type == nsid)).lex_key
    assert kind == main["key"]
    inside, outside = _KEYS[kind]
    for rkey in inside:
        assert checked_key(nsid, kind, rkey) == rkey
        assert lexicons().validate_record_key(nsid, rkey) == []
    for rkey in outside:
        with pytest.raises(InputError) as caught:
            checked_key(nsid, kind, rkey)
        assert [issue.path for issue in caught.value.issues] == ["rkey"]
        assert lexicons().validate_record_key(nsid, rkey)


THUMB = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}"
FAMILY = "\u200d".join("\N{MAN}\N{WOMAN}\N{GIRL}\N{BOY}")


def _post(text):
    return {"text": text, "createdAt": "2024-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "bytes_", "reason"),
    [
        (THUMB * 300, 2400, None),
        (THUMB * 301, 2408, "has 301 graphemes, at most 300 are allowed"),
        (FAMILY * 120, 3000, None),
        (FAMILY * 121, 3025, "has 3025 bytes, at most 3000 are allowed"),
    ],
    ids=["300 thumbs", "301 thumbs", "120 families", "121 families"],
)
def test_a_post_is_measured_in_graphemes_and_in_bytes(text, bytes_, reason):
    assert len(text.encode()) == bytes_
    for issues in (
        _input_issues(Post, _post(text)),
        _strict_issues(Post, {"$type": "app.bsky.feed.post", **_post(text)}),
    ):
        assert [(issue.path, issue.reason.partition(" (")[0]) for issue in issues] == (
            [] if reason is None else [("text", reason)]
        )
    assert Post.from_wire(_post(text)).text == text
