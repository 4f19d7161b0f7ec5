"""The base of every generated class: a pydantic model that loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self, TypeAlias, TypeVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from pydantic_core import CoreSchema, PydanticSerializationError, SchemaValidator

from atlex.data import JsonError, UnknownObject, holds_constant, is_object, parse_json, write_json
from atlex.errors import InputError, Issue, XrpcInvalidResponseError, XrpcResponseValidationError
from atlex.model._bare import is_bare, note_news, remember, settle
from atlex.model._collector import collector_paused
from atlex.model._faults import is_secret, issues_of
from atlex.model._issues import issues
from atlex.model._levels import (
    check_own_members,
    fast_validator,
    note_wire_names,
    reading_schema,
    validator,
    wire_names,
)
from atlex.model._names import member_name, own_types_of, to_camel
from atlex.model._rare import is_watched, watch
from atlex.model._rebuilt import with_suggestions
from atlex.model._salvage import KEPT, Kept, kept_of, salvage
from atlex.model._writing import lengths_of, write_model

__all__ = [
    "M",
    "Model",
    "Object",
    "Params",
    "RecordObject",
    "UnknownInput",
    "Validation",
    "build",
    "check",
    "issues",
    "read_as",
]

Validation: TypeAlias = Literal["lenient", "strict"]
"""How an answer is read: ``lenient`` gives up the smallest broken thing, ``strict`` enforces every rule."""

M = TypeVar("M", bound="Model")

UnknownInput: TypeAlias = "Mapping[str, Any] | Model | UnknownObject"
"""What a call takes where the lexicon says ``unknown``: a JSON object, or an instance that stands for one."""

_LARGE: Final = 64 * 1024
"""The length of a text from which on the collector's pause is worth its calls."""

_log = logging.getLogger("atlex")


class Model(BaseModel):
    """The base of every generated class.

    The constructor and assignment check everything that the lexicon says, and raise pydantic's ``ValidationError``;
    `from_wire` reads at a level, keeps what nobody knows, and raises atlex's errors. Keyword arguments are the
    attributes' names (the wire's names work too); None for a field that the lexicon doesn't call nullable means
    that it is absent.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        defer_build=True,
        extra="forbid",
        hide_input_in_errors=True,
        protected_namespaces=(),
        ser_json_inf_nan="constants",
        serialize_by_alias=True,
        validate_assignment=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    lex_type: ClassVar[str] = ""
    """The Lexicon type, such as ``app.bsky.feed.defs#postView``; empty where the language gives none."""

    lex_is_record: ClassVar[bool] = False
    """Whether the class's JSON always names its type, as that of a record does."""

    lex_nullable: ClassVar[frozenset[str]] = frozenset()
    """The attributes that the lexicon calls nullable: for them None is a value of its own."""

    def __init_subclass__(cls, **options: Any) -> None:
        # A field that a subclass inherits is read in the subclass's module, unless its own class is complete.
        for base in cls.__bases__:
            if issubclass(base, Model) and base.__pydantic_fields__:
                base.model_rebuild(raise_errors=False)
        super().__init_subclass__(**options)

    @classmethod
    def from_wire(cls, data: bytes | str | Mapping[str, Any], *, validation: Validation = "lenient") -> Self:
        """Read JSON from the wire.

        Args:
            data: JSON text as bytes or str, or the parsed object.
            validation: ``lenient`` or ``strict``; see `Validation`. What a lenient reading gave up is in
                ``atlex.issues(value)``, and `to_wire` writes it back.

        Raises:
            XrpcResponseValidationError: The data doesn't match the class, beyond what can be given up.
            XrpcInvalidResponseError: The text isn't JSON.
            InputError: There is no such level.
        """
        if validation not in ("lenient", "strict"):
            raise InputError("validation must be 'lenient' or 'strict'")
        if isinstance(data, (bytes, str)):
            if holds_constant(data):
                # It may well stand inside a string.
                _parsed(data)
        elif not is_object(data):
            data = _as_json(data)
        try:
            return _first_reading(cls, data, validation)
        except RecursionError:
            raise XrpcInvalidResponseError("The data is nested too deeply", status=200) from None

    def to_wire(self) -> dict[str, Any]:
        """The JSON form, as a dictionary of JSON's own types: what came from the wire goes back as it came.

        Raises:
            InputError: An ``unknown`` field holds a value that has no JSON form.
        """
        try:
            return write_model(self)
        except PydanticSerializationError as error:
            raise InputError(f"The value can't be written as JSON: {error}") from None
        except RecursionError:
            raise InputError("The value can't be written as JSON: it is nested too deeply") from None

    def to_json(self) -> bytes:
        """The JSON form, as compact UTF-8.

        Raises:
            InputError: An ``unknown`` field holds a value that has no JSON form.
        """
        return write_json(self.to_wire())

    if not TYPE_CHECKING:
        # Type checkers would let any name pass.
        def __getattr__(self, name: str) -> Any:
            if is_bare(self):
                settle(self)
                return getattr(self, name)
            return super().__getattr__(name)

    def __iter__(self) -> Generator[tuple[str, Any], None, None]:
        settle(self)
        return super().__iter__()

    def __copy__(self) -> Self:
        settle(self)
        twin = super().__copy__()
        if (kept := kept_of(twin)) is not None and (private := twin.__pydantic_private__) is not None:
            private[KEPT] = kept.copy()
        return twin

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        settle(self)
        return super().__deepcopy__(memo)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, as pydantic makes it: updated values aren't checked before they are sent.

        Args:
            update: Values by attribute that the copy is to have instead.
            deep: Whether the values inside are copied too.
        """
        twin = super().model_copy(update=update, deep=deep)
        names = wire_names(type(self))
        for name in update or ():
            if name in names and (kept := kept_of(twin)) is not None:
                kept.forget(names[name])
        return twin

    def __getstate__(self) -> dict[Any, Any]:
        settle(self)
        return super().__getstate__()

    def __setattr__(self, name: str, value: Any) -> None:
        # pydantic would check undeclared members together with the fields, where their names can meet.
        extra = self.__pydantic_extra__
        names = wire_names(type(self))
        before = self.__dict__.get(name)
        if name in names:
            object.__setattr__(self, "__pydantic_extra__", None)
        try:
            super().__setattr__(name, value)
        except ValidationError as error:
            raise with_suggestions(error, names) from None
        finally:
            if name in names:
                object.__setattr__(self, "__pydantic_extra__", extra)
        if name in names:
            if value is None and name not in self.lex_nullable:
                self.__pydantic_fields_set__.discard(name)
            if (kept := kept_of(self)) is not None and not _is_edit(before, value):
                kept.forget(names[name])

    def __delattr__(self, name: str) -> None:
        settle(self)
        super().__delattr__(name)
        self.__pydantic_fields_set__.discard(name)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        peer = cast("Self", other)
        settle(self)
        settle(peer)
        return (
            all(vars(self).get(name) == vars(peer).get(name) for name in wire_names(type(self)))
            and _undeclared(self) == _undeclared(peer)
            and _given_up(self) == _given_up(peer)
        )

    __hash__ = None  # type: ignore[assignment] # models are mutable

    def __repr_args__(self) -> Any:
        settle(self)
        for name, value in super().__repr_args__():
            if name is None or name == "$type" or (is_secret(name) and not isinstance(value, bool)):
                continue
            if value is not None or self._is_null(name):
                yield name, value

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        schema = handler(source)
        if schema["type"] != "model":
            return schema
        note_wire_names(cls, schema)
        return check_own_members(schema, cls.lex_type)

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        settle(self)
        data = cast("dict[str, Any]", handler(self))
        names = wire_names(type(self))
        for name, wire in names.items():
            if self.__dict__.get(name) is None and not self._is_null(name):
                data.pop(name, None)
                data.pop(wire, None)
        extra = self.__pydantic_extra__
        asks_for_parts = info.include is not None or info.exclude is not None
        if extra and not asks_for_parts:
            for name in extra:
                data.pop(name, None)
            extra = {member_name(name): item for name, item in extra.items()}
            data = {"$type": extra["$type"], **data, **extra} if "$type" in extra else {**data, **extra}
        elif extra is None and self.lex_is_record:
            data = {"$type": self.lex_type, **data}
        if (kept := kept_of(self)) is not None and not asks_for_parts:
            kept.restore(data, lengths_of(self))
        return data

    def _is_null(self, name: str) -> bool:
        """Whether a field that reads None is null, rather than absent."""
        if name not in self.__pydantic_fields_set__:
            return False
        return self.__pydantic_extra__ is not None or name in self.lex_nullable


class Object(Model):
    """The base of the classes of objects."""


class Params(Model):
    """The base of the classes of parameters."""


class RecordObject(Model):
    """The base of the classes of records: their JSON names its type."""

    lex_is_record = True

    lex_key: ClassVar[str] = "any"
    """The kind of the record's key: ``tid``, ``nsid``, ``any``, or ``literal:`` and the key itself."""


def _undeclared(value: Model) -> dict[str, Any]:
    return {name: item for name, item in (value.__pydantic_extra__ or {}).items() if name != "$type"}


def _given_up(value: Model) -> tuple[Any, Any]:
    kept = kept_of(value) or Kept()
    return kept.fields, kept.items


def _is_edit(before: object, after: object) -> bool:
    """Whether a list is the one that was there, changed: what was left out of that one then stays in its place."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return False
    old = {id(item) for item in cast("list[object]", before)}
    return after is before or any(id(item) in old for item in cast("list[object]", after))


def _parsed(data: bytes | str) -> Any:
    try:
        return parse_json(data)
    except JsonError as broken:
        raise XrpcInvalidResponseError(str(broken), status=200) from None


def _as_json(data: Any) -> Any:
    """Mappings of other kinds as what JSON's parser would have made."""
    if isinstance(data, bytearray):
        return bytes(data)
    if isinstance(data, Mapping):
        return {name: _as_json(item) for name, item in cast("Mapping[str, Any]", data).items()}
    if isinstance(data, (list, tuple)):
        return [_as_json(item) for item in cast("list[Any]", data)]
    return data


def _validated(validator: SchemaValidator, data: Any) -> Any:
    return (
        validator.validate_json(data) if isinstance(data, (bytes, str)) else validator.validate_python(data)
    )


def _first_reading(cls: type[M], data: Any, validation: Validation) -> M:
    validator = fast_validator(cls, validation)
    try:
        if not isinstance(data, (bytes, str)):
            value: M = validator.validate_python(data)
        elif len(data) < _LARGE:
            value = validator.validate_json(data)
        else:
            # A tree of models has no cycles.
            with collector_paused():
                value = validator.validate_json(data)
    except ValidationError:
        return _second_reading(cls, data, validation)
    if is_watched(cls) and watch(value):
        note_news()
    return value


def _second_reading(cls: type[M], data: Any, validation: Validation) -> M:
    try:
        value = _validated(validator(cls, validation), data)
    except ValidationError as error:
        if not isinstance(data, (bytes, str)):
            return _third_reading(cls, data, validation, error)
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            # Or at least not what pydantic takes for JSON.
            return _second_reading(cls, _parsed(data), validation)
        return _third_reading(cls, _parsed(data), validation, error)
    remember(value)
    return cast("M", value)


def _third_reading(cls: type[M], data: Any, validation: Validation, error: ValidationError) -> M:
    schema = reading_schema(cls, validation)
    if validation == "strict":
        raise XrpcResponseValidationError(issues_of(error, schema, python_names=False)) from None
    value, faults = salvage(schema, data, error, lambda part: validator(part, "lenient"))
    if faults:
        raise XrpcResponseValidationError(faults) from None
    if found := issues(value):
        _log.warning("%s was read with %d issues, the first: %s", cls.__name__, len(found), found[0])
    return cast("M", value)


def build(cls: type[M], values: Mapping[str, Any]) -> M:
    """The class's constructor, for values by Python name.

    Raises:
        InputError: The values break the lexicon's rules; every fault is named with its path.
    """
    try:
        value = cls(**values)
    except ValidationError as error:
        raise InputError(
            "The input was refused", _input_issues(error, cls.__pydantic_core_schema__)
        ) from None
    if not issubclass(cls, Params):
        # Instances inside may have changed since they were made.
        check(value)
    return value


def check(value: Model) -> None:
    """Check a value again before it is sent: it may have changed since it was made or read.

    What came from the wire and gave way to a lenient reading is exempt, since it goes back as it came.

    Raises:
        InputError: The value breaks the lexicon's rules; every fault is named with its path.
    """
    cls = type(value)
    try:
        validator(cls, "resend").validate_python(value)
    except ValidationError as error:
        raise InputError(
            "The input was refused", _input_issues(error, reading_schema(cls, "resend"))
        ) from None


def _input_issues(error: ValidationError, schema: Any) -> list[Issue]:
    return issues_of(error, schema, python_names=True)


def read_as(
    value: Mapping[str, Any] | UnknownObject | Model,
    type_: type[M],
    /,
    *,
    validation: Validation = "lenient",
) -> M:
    """Read a value of unknown type as a class: ``read_as(post.record, Post)``.

    Args:
        value: The JSON object, an `UnknownObject`, or an instance (which is returned when it is one of the class).
        type_: The class to read it as.
        validation: The reading level.

    Raises:
        XrpcResponseValidationError: The value names another type, or doesn't match the class.
    """
    if isinstance(value, type_):
        return value
    wire: object = value if isinstance(value, Mapping) else value.to_wire()
    if not isinstance(wire, Mapping):
        raise XrpcResponseValidationError([Issue("", "expected an object", wire)])
    data = cast("Mapping[str, Any]", wire)
    name = data.get("$type")
    if name is not None and type_.lex_type and name not in own_types_of(type_.lex_type):
        raise XrpcResponseValidationError(
            [Issue("$type", f"names {name!r:.80}, not {type_.lex_type!r}", name)]
        )
    return type_.from_wire(data, validation=validation)
