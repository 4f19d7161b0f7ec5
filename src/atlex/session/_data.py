"""The data of a session, in the form that is stored and exchanged, and the type that hides secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, from_json, to_json

from atlex._service_url import check_service_url
from atlex.data import JsonError, parse_json, without_mark
from atlex.syntax import is_valid_did

__all__ = ["Secret", "SessionData", "is_storable"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Secret(Generic[T_co]):
    """Holds a value that mustn't show.

    Neither in a repr or a log, nor in a traceback that is printed with the variables of its frames.

    Args:
        value: A password or a token, or what holds one: a body, a response, a file's text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T_co) -> None:
        self._value = value

    def reveal(self) -> T_co:
        """The value: to be used in an expression, and not kept in a variable of a function that can fail."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"


def is_storable(name: str, value: object) -> bool:
    """Whether a member of a session can be written as JSON and read again.

    One that can't (a lone surrogate, an integer of thousands of digits, a value nested too deeply) isn't
    worth losing tokens for.
    """
    try:
        from_json(to_json({name: value}), allow_inf_nan=False)
    except ValueError:
        return False
    return True


# A token travels in a header: anything but visible ASCII could end that header and begin another.
_Token = Annotated[str, Field(pattern=r"^[\x21-\x7e]+\z")]
_Optional = Annotated[T | None, Field(exclude_if=lambda value: value is None)]


class SessionData(BaseModel):
    """A session as it is stored: plain JSON, the same as the TypeScript SDK's type of this name.

    It is the output of ``com.atproto.server.createSession`` and ``service``. ``model_dump_json()`` writes it
    and ``model_validate_json()`` reads it, in camelCase; fields that nobody knows yet are kept and written
    back. A value that JSON can't hold, such as a lone surrogate, counts as absent. It can't be changed: a
    refresh makes a new one. Whoever has it is logged in, so store it like a password. Tokens and e-mail
    address stay out of its ``repr`` and out of the text of validation errors.

    Attributes:
        access_jwt: The token that calls carry; it lives for minutes or hours.
        refresh_jwt: The token that renews the session; most servers take it once.
        handle: The account's handle, ``handle.invalid`` where it doesn't resolve.
        did: The account's DID.
        did_doc: The account's DID document; it says where the account's PDS is.
        email: The account's e-mail address; left out where the token doesn't give the right to see it.
        email_confirmed: Whether the address has been confirmed.
        email_auth_factor: Whether logging in takes a second factor, sent by e-mail.
        active: False for an account that is taken down, suspended or deactivated.
        status: Why the account isn't active, such as ``takendown``.
        service: The URL that the session was begun at; refreshing and logging out go there.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        extra="allow",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
    )

    access_jwt: _Token
    refresh_jwt: _Token
    handle: str
    did: str
    did_doc: _Optional[dict[str, Any]] = None
    email: _Optional[str] = None
    email_confirmed: _Optional[bool] = None
    email_auth_factor: _Optional[bool] = None
    active: _Optional[bool] = None
    status: _Optional[str] = None
    service: str

    @field_validator("did")
    @classmethod
    def _check_did(cls, value: str) -> str:
        if not is_valid_did(value):
            raise ValueError("not a DID")
        return value

    @field_validator("service")
    @classmethod
    def _check_service(cls, value: str) -> str:
        check_service_url(value)
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _keep_secrets(cls, value: Any, handler: ModelWrapValidatorHandler[SessionData]) -> SessionData:
        try:
            return handler(_storable(value))
        except ValidationError as error:
            hidden = _without_inputs(error)
        del value
        raise hidden

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Read session data from JSON, such as a saved session's.

        Args:
            json_data: The text.
            options: pydantic's, as its own method has them.

        Raises:
            pydantic.ValidationError: The text isn't JSON, or not a session's; no token is in it.
        """
        try:
            return super().model_validate_json(without_mark(json_data), **options)
        except ValidationError as error:
            hidden = _without_inputs(error)
        parsed = _parsed(json_data) if hidden.errors()[0]["type"] == "json_invalid" else None
        del json_data
        if parsed is None:
            raise hidden
        return cls.model_validate(parsed.reveal(), **options)

    def __setattr__(self, name: str, value: Any) -> None:
        # As pydantic does it, but for showing the value, which may be a token.
        del value
        fault = InitErrorDetails(type="frozen_instance", loc=(name,), input=None)
        raise ValidationError.from_exception_data(type(self).__name__, [fault], hide_input=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name in ("did", "handle", "service", "active", "status"):
            # One that is half made may have none of them.
            if (value := getattr(self, name, None)) is not None:
                yield name, value


def _storable(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    members = cast("Mapping[Any, object]", value)
    return {name: member for name, member in members.items() if is_storable(name, member)}


def _parsed(text: str | bytes | bytearray) -> Secret[Any] | None:
    """JSON that pydantic refuses to parse, such as a lone surrogate, which other languages store."""
    try:
        return Secret(parse_json(bytes(text) if isinstance(text, bytearray) else text))
    except JsonError:
        return None


def _without_inputs(error: ValidationError) -> ValidationError:
    """The same faults without the values, which pydantic hides in its error's text, but not in errors()."""
    faults = [
        InitErrorDetails(type=fault["type"], loc=fault["loc"], input=None, ctx=fault.get("ctx", {}))
        for fault in error.errors(include_url=False)
    ]
    return ValidationError.from_exception_data(error.title, faults, hide_input=True)
