"""Every field and every descriptor, compared with the documents."""

from __future__ import annotations

import inspect
import typing
from importlib import import_module

import pytest
from tests.generated._documents import METHODS, documents, last, mains, module_name, shapes, target_of

from atlex import interface
from atlex.errors import XrpcResponseError
from atlex.model import Model, Object, Params, RecordObject
from atlex_sdk import errors as shared_errors

_KINDS: dict[str, typing.Any] = {
    "query": interface.Query,
    "procedure": interface.Procedure,
    "subscription": interface.Subscription,
}
_ALL = [(nsid, main) for nsid, main in mains(*METHODS)]


def _class(shape):
    return getattr(import_module(module_name(shape.nsid)), shape.name)


def _module(nsid):
    return import_module(module_name(nsid))


def _built(shape):
    cls = _class(shape)
    cls.model_rebuild()
    return cls


def test_every_field_has_the_lexicons_name_as_its_alias():
    differing = []
    fields = 0
    for shape in shapes():
        cls = _built(shape)
        aliases = [(field.validation_alias, field.serialization_alias) for field in cls.model_fields.values()]
        fields += len(aliases)
        names = list(shape.schema.get("properties", {}))
        if sorted(aliases) != sorted((name, name) for name in names):
            differing.append(shape.id)
    assert differing == []
    assert fields > 2800


def _python_names(cls):
    """The attribute for each wire name."""
    return {field.serialization_alias: name for name, field in cls.model_fields.items()}


def test_every_field_is_required_or_nullable_as_the_lexicon_says():
    differing = []
    for shape in shapes():
        cls = _built(shape)
        python = _python_names(cls)
        required = {name for name, field in cls.model_fields.items() if field.is_required()}
        if required != {python[name] for name in shape.schema.get("required", ())}:
            differing.append((shape.id, "required"))
        if cls.lex_nullable != {python[name] for name in shape.schema.get("nullable", ())}:
            differing.append((shape.id, "nullable"))
        for name, field in cls.model_fields.items():
            takes_none = type(None) in typing.get_args(field.annotation)
            if takes_none != (name in cls.lex_nullable or name not in required):
                differing.append((shape.id, name))
            if not field.is_required() and field.default is not None:
                differing.append((shape.id, name, "a default of its own"))
    assert differing == []


def test_no_attribute_hides_one_of_the_models_base():
    hiding = [
        (shape.id, name)
        for shape in shapes()
        for name in _built(shape).model_fields
        if hasattr(Model, name) or name.startswith("_")
    ]
    assert hiding == []


def test_every_class_has_its_base_its_type_and_a_docstring():
    for shape in shapes():
        cls = _class(shape)
        document = documents()[shape.nsid]
        is_record = document["defs"].get("main", {}).get("record") is shape.schema
        base = RecordObject if is_record else Params if shape.schema["type"] == "params" else Object
        assert cls.__bases__ == (base,), shape.id
        assert cls.lex_type == shape.lex_type, shape.id
        assert inspect.getdoc(cls), shape.id
        if is_record:
            assert cls.lex_key == document["defs"]["main"]["key"], shape.id


def test_every_type_is_what_the_lexicon_says():
    """The plain kinds, by the core schema: what their limits do is tested with the data model."""
    expected = {"boolean": bool, "integer": int, "string": str}
    differing = []
    compared = 0
    for shape in shapes():
        cls = _built(shape)
        for name, schema in shape.schema.get("properties", {}).items():
            field = cls.model_fields[_python_names(cls)[name]]
            kind = expected.get(schema["type"])
            if kind is not None and ("enum" not in schema and "const" not in schema):
                compared += 1
                if kind not in _leaves(field.annotation):
                    differing.append((shape.id, name))
    assert differing == []
    assert compared > 1500


def _leaves(annotation):
    arguments = typing.get_args(annotation)
    if not arguments:
        return {annotation}
    if typing.get_origin(annotation) is typing.Literal:
        return set()
    return {leaf for argument in arguments for leaf in _leaves(argument)}


@pytest.mark.parametrize("nsid", [nsid for nsid, _ in _ALL])
def test_a_methods_descriptor_says_what_the_document_says(nsid):
    main = documents()[nsid]["defs"]["main"]
    module = _module(nsid)
    method = module.METHOD
    assert type(method) is _KINDS[main["type"]]
    assert (method.nsid, method.kind) == (nsid, main["type"])
    assert method.params is getattr(module, _pascal(nsid) + "Params", None)
    assert (method.params is None) == ("parameters" not in main)
    assert method.input_encoding == main.get("input", {}).get("encoding")
    assert method.output_encoding == main.get("output", {}).get("encoding")
    _same_body(method.input, main.get("input"), nsid, "Input")
    if main["type"] == "subscription":
        assert method.message is method.output
        assert _members(method.message) == {target_of(ref, nsid) for ref in main["message"]["schema"]["refs"]}
    else:
        _same_body(method.output, main.get("output"), nsid, "Output")


def _pascal(nsid):
    name = last(nsid)
    return name[:1].upper() + name[1:]


def _same_body(found, payload, nsid, suffix):
    if payload is None:
        assert found is None
        return
    schema = payload.get("schema")
    match schema:
        case None:
            assert found is bytes
        case {"type": "ref", "ref": ref}:
            assert found.lex_type == target_of(ref, nsid)
        case {"type": "object"}:
            assert found is getattr(_module(nsid), _pascal(nsid) + suffix)
        case _:
            pytest.fail(f"The official documents have a body of another kind now: {schema}")


def _members(union):
    inner = typing.get_args(union)[0]
    return {member.lex_type for member in typing.get_args(inner) if hasattr(member, "lex_type")}


@pytest.mark.parametrize("nsid", [nsid for nsid, main in _ALL if main.get("errors")])
def test_a_methods_errors_are_those_that_the_document_declares(nsid):
    module = _module(nsid)
    declared = [error["name"] for error in documents()[nsid]["defs"]["main"]["errors"]]
    assert list(module.METHOD.errors) == declared
    for name, cls in module.METHOD.errors.items():
        assert cls.__name__ == (name if name.endswith("Error") else f"{name}Error")
        assert getattr(module, cls.__name__) is cls
        (base,) = cls.__bases__
        assert base is getattr(shared_errors, cls.__name__)
        assert issubclass(base, XrpcResponseError)


def test_the_errors_module_has_each_declared_name_once():
    names = {error["name"] for _, main in _ALL for error in main.get("errors", ())}
    assert set(shared_errors.__all__) == {
        name if name.endswith("Error") else f"{name}Error" for name in names
    }


@pytest.mark.parametrize("nsid", [nsid for nsid, _ in mains("record")])
def test_a_records_descriptor_says_what_the_document_says(nsid):
    record = _module(nsid).RECORD
    assert (record.nsid, record.key) == (nsid, documents()[nsid]["defs"]["main"]["key"])
    assert record.type.lex_type == nsid


def test_every_token_is_a_constant():
    tokens = 0
    for nsid, document in documents().items():
        for name, definition in document["defs"].items():
            if definition["type"] == "token":
                tokens += 1
                value = nsid if name == "main" else f"{nsid}#{name}"
                assert value in vars(_module(nsid)).values(), value
    assert tokens > 70


def test_every_public_name_of_every_module_exists():
    for nsid in documents():
        module = _module(nsid)
        assert module.__all__ == sorted(module.__all__)
        assert len(set(module.__all__)) == len(module.__all__)
        missing = [name for name in module.__all__ if not hasattr(module, name)]
        assert missing == [], nsid
        own = {
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__
        }
        assert {name for name in own if not name.startswith("_")} <= set(module.__all__), nsid


def test_what_has_an_address_and_a_cid_gives_its_strong_reference():
    from atlex_sdk import app, com

    uri, cid = (
        "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k",
        ("bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"),
    )
    author = {"did": "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "handle": "a.test"}
    now = "2026-01-02T03:04:05Z"
    post = {"uri": uri, "cid": cid, "author": author, "record": {}, "indexedAt": now}
    view = app.bsky.feed.defs.PostView.from_wire(post)
    assert view.ref == com.atproto.repo.strong_ref.StrongRef(uri=uri, cid=cid)
    like = app.bsky.feed.like.Like(subject=view.ref, created_at=now)
    assert like.to_wire()["subject"] == {"uri": uri, "cid": cid}
    reply = app.bsky.feed.post.ReplyRef(root=view.ref, parent=view.ref)
    assert reply.parent.cid == cid
    assert "ref" not in view.to_wire()
