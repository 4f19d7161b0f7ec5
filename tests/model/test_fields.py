"""The fields of a class: made here where they are as the generator writes them, by pydantic where not, and the same."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, Final

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from tests.model import classes

from atlex import interface
from atlex import model as lex
from atlex.model._state import state_of


class Usual(lex.Object):
    display_name: str
    count: Annotated[int, lex.Int(minimum=0)] | None = None
    other: Usual | None = None
    others: list[Annotated[str, lex.String(format="did")]] | None = None
    old: Annotated[str | None, lex.deprecated("Has no effect.")] = None
    renamed: Annotated[str | None, lex.Alias("from")] = None
    exact: Annotated[int | None, Field(description="exact", ge=3)] = None
    fixed: Final[int]
    quoted: list["Usual"] | None = None  # noqa: UP037 - a text within a text


class Inheriting(Usual):
    count: int | None = 5
    added: str | None = None


class Configured(lex.Object):
    model_config = ConfigDict(alias_generator=str.upper, use_attribute_docstrings=True)
    name: str
    """A name."""


class WithDefaults(lex.Object):
    name: str = "n"
    size: int = Field(default=3, description="A size.")


def _shown(field: FieldInfo) -> dict[str, Any]:
    return {name: getattr(field, name) for name in FieldInfo.__slots__ if not name.startswith("_")}


def _as_pydantic_makes_it(model: type[BaseModel], name: str) -> dict[str, Any]:
    field: Any = model.model_fields[name]
    made = (
        FieldInfo.from_annotation(field._original_annotation)
        if field.is_required()
        else FieldInfo.from_annotated_attribute(field._original_annotation, field._original_assignment)
    )
    return _shown(made)


_GENERATED = (
    "app.bsky.feed.post",
    "app.bsky.feed.defs",
    "app.bsky.actor.search_actors",
    "com.atproto.repo.create_record",
)


@pytest.mark.parametrize(
    "module", [__name__, classes.__name__, *(f"atlex_sdk.{name}" for name in _GENERATED)]
)
def test_fields_are_what_pydantic_makes_of_the_same_annotations(module: str) -> None:
    import_module(module)
    found = [
        value
        for value in vars(sys.modules[module]).values()
        if isinstance(value, type) and issubclass(value, lex.Model) and value.__module__ == module
    ]
    usual = [cls for cls in found if state_of(cls).is_usual]
    assert usual
    for cls in usual:
        for name, field in cls.model_fields.items():
            aliases = {"alias", "alias_priority", "validation_alias", "serialization_alias", "description"}
            ours, theirs = _shown(field), _as_pydantic_makes_it(cls, name)
            assert {key: ours[key] for key in ours.keys() - aliases} == {
                key: theirs[key] for key in theirs.keys() - aliases
            }, f"{cls.__name__}.{name}"


def test_the_fields_of_a_class_keep_the_order_of_the_source() -> None:
    assert list(Usual.model_fields) == [
        *("display_name", "count", "other", "others", "old", "renamed", "exact", "fixed", "quoted")
    ]
    assert list(Inheriting.model_fields) == [*Usual.model_fields, "added"]
    assert Inheriting.model_fields["count"].default == 5


def test_no_field_is_left_among_the_class_variables() -> None:
    for cls in (Usual, Inheriting, WithDefaults):
        assert not cls.__class_vars__ & cls.model_fields.keys()
        assert not any(hasattr(cls, name) for name in cls.model_fields.keys() - {"old"})


def test_a_configuration_of_ones_own_has_its_say() -> None:
    assert Configured.model_validate({"NAME": "a"}).model_dump() == {"NAME": "a"}
    assert Configured.model_fields["name"].description == "A name."


def test_defaults_other_than_none_hold() -> None:
    assert WithDefaults().model_dump() == {"name": "n", "size": 3}
    assert WithDefaults.model_fields["size"].description == "A size."


def test_a_field_that_hides_a_method_is_warned_of() -> None:
    source = "class Hiding(lex.Object):\n    to_wire: str | None = None"
    names = {"lex": lex, "__name__": __name__}
    with pytest.warns(UserWarning, match="shadows an attribute"):
        exec(compile(source, "<source>", "exec", dont_inherit=False), names)


def _loaded(name: str, source: str, **names: Any) -> Any:
    module = ModuleType(name)
    vars(module).update(lex=interface, Annotated=Annotated, **names)
    sys.modules[name] = module
    try:
        exec(f"from __future__ import annotations\n{source}", vars(module))
        for value in list(vars(module).values()):
            if isinstance(value, type) and issubclass(value, lex.Model):
                value.model_rebuild()
    finally:
        del sys.modules[name]
    return module


@pytest.mark.parametrize(
    ("text", "value", "is_shared"),
    [
        ("str", "a", True),
        ("Annotated[str, lex.String(max_length=3)] | None", "a", True),
        ("list[Annotated[int, lex.Int(minimum=1)]]", [1], True),
        ("Own", {"own": "a"}, False),
        ('list["Own"] | None', [{"own": "a"}], False),
        ("other.Own", {"own": "a"}, False),
    ],
)
def test_modules_share_the_types_that_name_nothing_of_theirs(text: str, value: Any, is_shared: bool) -> None:
    source = f"class Own(lex.Object):\n    own: str\n\nclass Holder(lex.Object):\n    field: {text}\n"
    own = "class Own(lex.Object):\n    own: str\n"
    one, other = (
        _loaded(name, source, other=_loaded(f"{name}.other", own)) for name in ("module_one", "module_other")
    )
    for module in (one, other):
        held = module.Holder.from_wire({"field": value}).field
        made = held[0] if text.startswith("list") else held
        assert not isinstance(made, lex.Model) or type(made) in {module.Own, module.other.Own}
    types = [module.Holder.model_fields["field"]._original_annotation for module in (one, other)]
    assert (types[0] is types[1]) is is_shared
