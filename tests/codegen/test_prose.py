"""What generated docstrings say of values, and what counts as deprecated."""

from __future__ import annotations

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, files_of, obj, plan_of, procedure, query, ref

from atlex_codegen._phrases import with_article


def _field_doc(schema):
    (module,) = [
        each for each in plan_of(document("com.example.thing", obj(a=schema))).modules if each.classes
    ]
    return " ".join(module.classes[0].fields[0].doc)


def _array(items, **limits):
    return {"type": "array", "items": items, **limits}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (STRING, ""),
        (STRING | {"format": "did"}, "A DID."),
        (STRING | {"format": "at-identifier"}, "A handle or a DID."),
        (STRING | {"format": "newfangled"}, "A string of the format ``newfangled``."),
        (STRING | {"maxLength": 10}, "A string of at most 10 bytes of UTF-8."),
        (STRING | {"minLength": 1, "maxLength": 10}, "A string of 1 to 10 bytes of UTF-8."),
        (
            STRING | {"maxLength": 10, "maxGraphemes": 2},
            "A string of at most 10 bytes of UTF-8 and at most 2 graphemes.",
        ),
        (STRING | {"knownValues": ["a", "b"], "default": "a"}, "The known values are ``a`` and ``b``; the server's default is ``a``."),
        (STRING | {"enum": ["a"]}, "One of ``a``."),
        (STRING | {"const": "a"}, "Always ``a``."),
        (INTEGER, ""),
        (INTEGER | {"minimum": 1, "maximum": 100, "default": 50}, "An integer from 1 to 100; the server's default is 50."),
        (INTEGER | {"minimum": 0}, "An integer of at least 0."),
        (INTEGER | {"maximum": 9}, "An integer of at most 9."),
        ({"type": "boolean", "default": True}, "The server's default is True."),
        ({"type": "boolean", "const": True}, "Always True."),
        ({"type": "bytes", "maxLength": 8}, "At most 8 bytes."),
        ({"type": "blob"}, ""),
        ({"type": "blob", "accept": ["image/png", "image/*"], "maxSize": 9}, "A blob of the type ``image/png`` or ``image/*``, of at most 9 bytes."),
        (_array(STRING), ""),
        (_array(STRING, maxLength=3), "A list of at most 3 strings."),
        (_array(STRING | {"format": "did"}), "A list of DIDs."),
        (_array(STRING | {"maxLength": 5}, minLength=1, maxLength=3), "A list of 1 to 3 strings, each of at most 5 bytes of UTF-8."),
        (_array(STRING | {"knownValues": ["a"]}), "A list of strings; the known value is ``a``."),
        (_array(STRING | {"enum": ["a", "b"]}), "A list of strings; each one of ``a`` and ``b``."),
        (STRING | {"format": "did", "description": "Whose it is."}, "Whose it is. A DID."),
        (STRING | {"format": "did", "description": "The owner's DID."}, "The owner's DID."),
        (STRING | {"format": "at-identifier", "description": "Your DID or handle."}, "Your DID or handle."),
        (STRING | {"format": "at-identifier", "description": "Your DID."}, "Your DID. A handle or a DID."),
        ({"type": "bytes", "maxLength": 1_000_000}, "At most 1,000,000 bytes."),
    ],
)  # fmt: skip
def test_a_schema_is_put_into_a_sentence(schema, said):
    assert _field_doc(schema) == said


def _method_doc(main):
    source = files_of(
        document("com.example.doThing", main), document("com.example.defs", None, thing=obj(a=STRING))
    )["_client/com/example.py"]
    return source.partition('"""Call')[2].partition('"""')[0]


def test_an_argument_of_which_nothing_is_said_goes_by_its_name():
    said = _method_doc(
        query(
            cursor=STRING,
            repoUri=STRING,
            inviteId=STRING,
            q=STRING,
            status=STRING,
            amount=INTEGER,
            isNew={"type": "boolean"},
            names=_array(STRING),
        )
    )
    for line in (
        "cursor: A cursor.",
        "repo_uri: A repo URI.",
        "invite_id: An invite ID.",
        "q: Any text.",
        "status: The status.",
        "amount: An amount.",
        "is_new: True or False.",
        "names: A list of strings.",
    ):
        assert f"    {line}\n" in said


def test_a_class_goes_by_its_python_name_and_so_do_its_fields():
    thing = ref("com.example.defs#thing")
    said = _method_doc(procedure(obj(thing=thing, things=_array(thing)), obj(hitsTotal=INTEGER, thing=thing)))
    assert "    thing: A `Thing`.\n" in said
    assert "    things: A list; each item is a `Thing`.\n" in said
    assert "    A `DoThingOutput` with ``hits_total`` and ``thing``.\n" in said
    assert "A string." not in said


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("cursor", "a cursor"),
        ("email", "an email"),
        ("`Uri`", "a `Uri`"),
        ("`UnknownObject`", "an `UnknownObject`"),
        ("user", "a user"),
        ("update", "an update"),
        ("labels", "the labels"),
        ("access", "an access"),
    ],
)
def test_a_noun_has_its_article(noun, said):
    assert with_article(noun) == said


DEPRECATED = [
    ("DEPRECATED: use other.", "Use other."),
    ("Deprecated: use other.", "Use other."),
    ("deprecated", "This is deprecated."),
    ("[DEPRECATED] Use other", "Use other."),
    ("(Deprecated) - use other.", "Use other."),
    ("**DEPRECATED**", "This is deprecated."),
    ("Lists things. DEPRECATED: use other.", "Use other."),
    ("DEPRECATED in favor of other.", "In favor of other."),
    ("Lists deprecated things.", ""),
    ("Deprecatedly odd.", ""),
    ("Not DEPRECATEDLY meant.", ""),
    ("", ""),
]


def _plans(said, extra):
    plan = plan_of(
        document("com.example.getThing", query(obj(a=STRING | said | extra), q=STRING) | said | extra),
        document("com.example.defs", None, thing=obj(a=STRING | said | extra) | said | extra),
    )
    classes = {each.name: each for module in plan.modules for each in module.classes}
    (method,) = [method for namespace in plan.namespaces for method in namespace.methods]
    return classes, method


@pytest.mark.parametrize(("description", "reason"), DEPRECATED)
def test_a_description_marks_what_is_deprecated(description, reason):
    classes, method = _plans({"description": description}, {})
    assert classes["Thing"].deprecated == method.deprecated == reason
    assert classes["GetThingOutput"].deprecated == ""
    field = classes["Thing"].fields[0].type.flat()
    assert field == (f'Annotated[str | None, lex.deprecated("{reason}")]' if reason else "str | None")


@pytest.mark.parametrize(
    ("mark", "reason"),
    [(True, "This is deprecated."), ("use other", "Use other."), (False, ""), (1, ""), (None, "")],
)
def test_a_member_marks_what_is_deprecated(mark, reason):
    classes, method = _plans({}, {"deprecated": mark})
    assert classes["Thing"].deprecated == method.deprecated == reason
    assert ("lex.deprecated" in classes["Thing"].fields[0].type.flat()) == bool(reason)


def test_the_overlay_marks_it_as_well():
    files = files_of(
        document("com.example.defs", None, thing=obj(a=STRING)),
        descriptions={
            "com.example.defs#thing": 'DEPRECATED: a"b\\c',
            "com.example.defs#thing.a": "Deprecated.",
        },
    )
    source = files["com/example/defs.py"]
    assert "@lex.deprecated('A\"b\\\\c.')\nclass Thing(lex.Object):" in source
    assert 'a: Annotated[str | None, lex.deprecated("This is deprecated.")] = None' in source
