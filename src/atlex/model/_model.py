"""The base of every generated class: a pydantic model that loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Self, TypeAlias, TypeVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic.errors import PydanticUndefinedAnnotation
from pydantic_core import (
    CoreConfig,
    CoreSchema,
    PydanticSerializationError,
    SchemaValidator,
    core_schema,
)

from atlex._validation import Validation
from atlex.data import UnknownObject, write_json
from atlex.errors import InputError, Issue, XrpcResponseValidationError
from atlex.model._annotations import evaluate, give_back, is_local, put_aside
from atlex.model._copying import are_equal, deep_copy
from atlex.model._deprecation import warn_of_fields
from atlex.model._describing import ClassSignature, DescribedFields, describe_schema
from atlex.model._dumping import dump, dump_json, serialize
from atlex.model._errors import MANY, for_author, issues_of, with_suggestions
from atlex.model._fast_input import checked_fast
from atlex.model._kept import KEPT, kept_of
from atlex.model._keys import own_types_of, to_camel
from atlex.model._levels import level_schema, model_fields_schema, validator, wire_names, with_own_members
from atlex.model._packages import owned_by
from atlex.model._reading import read
from atlex.model._repr import pretty, shown_fields, text_of
from atlex.model._state import ClassState, fill, is_lean, state_of, was_read
from atlex.model._writing import write, write_deep

__all__ = [
    "M",
    "Model",
    "Object",
    "Params",
    "RecordObject",
    "UnknownInput",
    "build",
    "check",
    "read_as",
    "strong_ref",
]

M = TypeVar("M", bound="Model")

_UNLISTED: Final = frozenset(
    {
        *("construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema"),
        *("schema_json", "update_forward_refs", "validate"),
        *("lex_is_record", "lex_nullable"),
        *("model_computed_fields", "model_config", "model_construct", "model_extra", "model_fields"),
        *("model_json_schema", "model_parametrized_name", "model_post_init", "model_rebuild"),
        *("model_validate_json", "model_validate_strings"),
    }
)
"""What ``dir()`` leaves out: pydantic's deprecated methods, and what is for classes rather than for instances."""


# Not a decorated method, which pydantic would look through for each class. Without the type of what is returned, the
# JSON Schema is that of the fields.
_SERIALIZATION: Final = core_schema.wrap_serializer_function_ser_schema(serialize, info_arg=True)


class Model(BaseModel):
    """The base of every generated class.

    The constructor and assignment check everything that the lexicon says, and raise pydantic's ``ValidationError``;
    `from_wire` reads at a level, keeps what the lexicon doesn't declare, and raises atlex's errors. Keyword arguments
    are the attributes' names (the wire's names work too); None for a field that the lexicon doesn't call nullable
    means that it is absent.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        # Type checkers that know pydantic would allow any argument that it might convert.
        strict=True,
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

    if not TYPE_CHECKING:
        # The markers say how strict each field is.
        del model_config["strict"]

    __atlex__: ClassVar[ClassState]

    lex_type: ClassVar[str] = ""
    """The Lexicon type, such as ``app.bsky.feed.defs#postView``; empty where the language gives none."""

    lex_is_record: ClassVar[bool] = False
    """Whether the class's JSON always names its type, as that of a record does."""

    lex_nullable: ClassVar[frozenset[str]] = frozenset()
    """The attributes that the lexicon calls nullable: for them None is a value of its own."""

    def __init_subclass__(cls, **options: Any) -> None:
        for base in cls.__bases__:
            if issubclass(base, Model) and base.__pydantic_fields__:
                # A field that is inherited means what it means in its own class.
                evaluate(base)
        look_up: Any = getattr(cls, "__getattr__", None)
        cls.__atlex__ = ClassState(is_plain=look_up is getattr(Model, "__getattr__", None))
        put_aside(cls)
        super().__init_subclass__(**options)

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: Any) -> None:
        give_back(cls)

    @classmethod
    def __pydantic_on_complete__(cls) -> None:
        # pydantic's has the wire's names.
        type.__delattr__(cls, "__signature__")
        warn_of_fields(cls)

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Complete the class, if it isn't; that happens by itself when it is first used.

        Args:
            force: Whether to complete it again.
            raise_errors: Whether to raise an error for a name that isn't defined, instead of returning False.

        Returns:
            None if there was nothing to do, otherwise whether the class is complete.

        Raises:
            pydantic.errors.PydanticUndefinedAnnotation: A name isn't defined in the class's module.
        """
        try:
            evaluate(cls)
        except PydanticUndefinedAnnotation:
            if raise_errors:
                raise
            return False
        if _types_namespace is None and not is_local(cls):
            _types_namespace = {}
        return super().model_rebuild(
            force=force,
            raise_errors=raise_errors,
            _parent_namespace_depth=_parent_namespace_depth + 1,
            _types_namespace=_types_namespace,
        )

    def __init__(self, /, **data: Any) -> None:
        """Make an instance from its fields, and check them.

        Raises:
            pydantic.ValidationError: A field is missing, unknown, or breaks the lexicon.
        """
        if checked_fast(type(self), "input", data, self) is not None:
            return
        try:
            self.__pydantic_validator__.validate_python(data, self_instance=self)
        except ValidationError as error:
            names = {wire: name for name, wire in wire_names(type(self)).items()}
            raise for_author(
                error,
                type(self).__pydantic_core_schema__,
                None if names.keys() & data.keys() - set(names.values()) else names,
            ) from None

    cast("Any", __init__).__pydantic_base_init__ = True

    @classmethod
    def from_wire(
        cls: type[M], data: bytes | bytearray | str | Mapping[str, Any], *, validation: Validation = "lenient"
    ) -> M:
        """Read JSON from the wire.

        Args:
            data: JSON text as bytes or str, or the parsed object.
            validation: ``lenient`` or ``strict``; see `Validation`. What a lenient reading gave up is in
                ``atlex.issues(value)``, and `to_wire` writes it back.

        Raises:
            XrpcResponseValidationError: The data doesn't match the class, beyond what can be given up.
            XrpcInvalidResponseError: The text isn't JSON, or nests too deeply.
            InputError: There is no such level.
        """
        return read(cls, data, validation)

    def to_wire(self) -> dict[str, Any]:
        """Write the JSON form, a dictionary of JSON's own types: what came from the wire goes back as it came.

        Raises:
            InputError: A value has no JSON form, or nests too deeply.
        """
        try:
            return write(self)
        except RecursionError:
            return write_deep(self)
        except PydanticSerializationError as error:
            raise InputError(f"The value can't be written as JSON: {error}") from None

    def to_json(self) -> bytes:
        """Write the JSON form as compact UTF-8.

        Raises:
            InputError: A value has no JSON form, or nests too deeply.
        """
        return write_json(self.to_wire())

    if TYPE_CHECKING:
        # pydantic's gives pairs of name and value, which is never what a loop over a response is meant to get.
        __iter__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride]

    if not TYPE_CHECKING:
        # Type checkers that saw these would let any name pass, any instance be iterated over, and any option be given.
        def __getattr__(self, name: str) -> Any:
            if is_lean(self):
                fill(self)
                return getattr(self, name)
            return super().__getattr__(name)

        def __iter__(self) -> NoReturn:
            fill(self)
            lists = [f".{name}" for name, value in vars(self).items() if isinstance(value, list)]
            hint = f": the lists in it are {', '.join(lists)}" if lists else ""
            raise TypeError(f"{type(self).__name__!r} object is not iterable{hint}")

        def __setattr__(self, name: str, value: Any) -> None:
            fill(self)
            assign = _assignment(type(self), name)
            if assign is None:
                try:
                    super().__setattr__(name, value)
                except ValidationError as error:
                    told = with_suggestions(error, wire_names(type(self)))
                    raise for_author(told, type(self).__pydantic_core_schema__) from None
                return
            try:
                read_fields, _, _ = assign.validate_python({name: value})
            except ValidationError as error:
                raise for_author(error, type(self).__pydantic_core_schema__) from None
            before, after = self.__dict__.get(name), read_fields[name]
            self.__dict__[name] = after
            if value is None and name not in self.lex_nullable:
                self.__pydantic_fields_set__.discard(name)
            else:
                self.__pydantic_fields_set__.add(name)
            if (kept := kept_of(self)) is not None and not _is_edit(before, value):
                kept.forget(wire_names(type(self))[name])

        def __delattr__(self, name: str) -> None:
            fill(self)
            super().__delattr__(name)
            self.__pydantic_fields_set__.discard(name)

        @classmethod
        @wraps(BaseModel.model_validate.__func__)
        def model_validate(cls, obj: Any, **options: Any) -> Self:
            made = None if options else checked_fast(cls, "input", obj)
            if made is not None:
                return made
            try:
                return super().model_validate(obj, **options)
            except ValidationError as error:
                raise for_author(error, cls.__pydantic_core_schema__) from None

        @classmethod
        @wraps(BaseModel.model_validate_json.__func__)
        def model_validate_json(cls, json_data: Any, **options: Any) -> Self:
            try:
                return super().model_validate_json(json_data, **options)
            except ValidationError as error:
                raise for_author(error, cls.__pydantic_core_schema__) from None

        @wraps(BaseModel.model_dump)
        def model_dump(self, **options: Any) -> dict[str, Any]:
            return dump(self, super().model_dump, options)

        @wraps(BaseModel.model_dump_json)
        def model_dump_json(self, **options: Any) -> str:
            return dump_json(self, super().model_dump_json, options)

    def __copy__(self) -> Self:
        fill(self)
        twin = super().__copy__()
        if (kept := kept_of(twin)) is not None and (private := twin.__pydantic_private__) is not None:
            private[KEPT] = kept.copy()
        return twin

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        fill(self)
        return deep_copy(self, super().__deepcopy__, {} if memo is None else memo)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the instance, as pydantic does: updated values aren't checked before they are sent.

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
        fill(self)
        return super().__getstate__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        from atlex.model._pickling import reduce_deep

        return reduce_deep(self, protocol) or super().__reduce_ex__(protocol)

    def __eq__(self, other: object) -> bool:
        return are_equal(self, other) if type(self) is type(other) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # models are mutable

    def __dir__(self) -> list[str]:
        fill(self)
        hidden = _UNLISTED.difference(self.__pydantic_fields__)
        return [name for name in super().__dir__() if name not in hidden]

    def __repr__(self) -> str:
        return text_of(self)

    def __str__(self) -> str:
        return " ".join(f"{name}={text_of(value, 1)}" for name, value in shown_fields(self))

    def __repr_args__(self) -> Any:
        return shown_fields(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        pretty(self, printer, cycle)

    def _repr_html_(self) -> str:
        from atlex.model._html import html_of

        return html_of(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        evaluate(cls)
        with owned_by(cls):
            return with_own_members(cls, handler(source), _SERIALIZATION)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> dict[str, Any]:
        return describe_schema(cls, schema, handler)

    def _is_null(self, name: str) -> bool:
        """Whether a field that reads None is null, rather than absent."""
        return name in self.__pydantic_fields_set__ and (was_read(self) or name in self.lex_nullable)


UnknownInput: TypeAlias = Mapping[str, Any] | Model | UnknownObject
"""What a call takes where the lexicon says ``unknown``: a JSON object, or an instance that stands for one."""


class Object(Model):
    """The base of the classes of objects."""


class Params(Model):
    """The base of the classes of parameters."""


class RecordObject(Model):
    """The base of the classes of records: their JSON names its type."""

    lex_is_record = True

    lex_key: ClassVar[str] = "any"
    """The kind of the record's key: ``tid``, ``nsid``, ``any``, or ``literal:`` and the key itself."""


for _base in (Model, RecordObject):
    # These are noted as class variables; pydantic would evaluate them again for each class.
    _base.__annotations__.clear()
Model.__atlex__ = ClassState()
Model.__signature__ = cast("Any", ClassSignature())
Model.model_fields = cast("Any", DescribedFields())  # type: ignore[method-assign]


def _assignment(model: type[Model], name: str) -> SchemaValidator | None:
    """The validator of an assignment to a field, or None if pydantic has to make it."""
    assignments = state_of(model).assignments
    if name not in assignments:
        assignments[name] = _make_assignment(model, name)
    return assignments[name]


def _make_assignment(model: type[Model], name: str) -> SchemaValidator | None:
    decorators = model.__pydantic_decorators__
    if decorators.root_validators or decorators.model_validators or model.model_config.get("frozen"):
        return None
    fields, definitions = model_fields_schema(model)
    if name not in fields or fields[name].get("frozen"):
        return None
    schema: CoreSchema = core_schema.model_fields_schema({name: fields[name]})
    if definitions:
        schema = core_schema.definitions_schema(schema, list(definitions.values()))
    config = CoreConfig(
        title=model.__name__, hide_input_in_errors=True, loc_by_alias=False, validate_by_name=True
    )
    return SchemaValidator(schema, config, _use_prebuilt=False)


def _is_edit(before: object, after: object) -> bool:
    """Whether a list is the one that was there, changed: what was left out of that one then stays in its place."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return False
    old = {id(item) for item in cast("list[object]", before)}
    return after is before or any(id(item) in old for item in cast("list[object]", after))


def build(cls: type[M], values: Mapping[str, Any]) -> M:
    """Make an instance as the constructor does, with values by Python name.

    Raises:
        InputError: The values break the lexicon's rules; every fault is named with its path.
    """
    try:
        value: M = checked_fast(cls, "input", values) or cls.__pydantic_validator__.validate_python(
            dict(values)
        )
    except ValidationError as error:
        if error.error_count() > MANY:
            # Checked again, up to the first fault of each list.
            _check(cls, values)
        found = issues_of(error, cls.__pydantic_core_schema__, python_names=True)
        raise InputError("The input was refused", found) from None
    if not issubclass(cls, Params):
        # Instances inside may have changed since they were made.
        check(value)
    return value


def check(value: Model) -> None:
    """Check a value again before it is sent: it may have changed since it was made or read.

    What came from the wire and was given up by a lenient reading is exempt, since it goes back as it came.

    Raises:
        InputError: The value breaks the lexicon's rules; every fault is named with its path.
    """
    _check(type(value), value)


def _check(cls: type[Model], value: object) -> None:
    if checked_fast(cls, "resend", value) is not None:
        return
    try:
        validator(cls, "resend").validate_python(value)
    except ValidationError as error:
        found = issues_of(error, level_schema(cls, "resend"), python_names=True)
        raise InputError("The input was refused", found) from None


def strong_ref(value: Any, type_: type[M]) -> M:
    """Make the strong reference to the version of a record that a value has the ``uri`` and ``cid`` of."""
    return cast("M", cast("Any", type_)(uri=value.uri, cid=value.cid))


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
