"""The descriptors of methods and records in generated code: names, classes, encodings, errors."""

from __future__ import annotations

import builtins
import inspect
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeAlias, TypeVar, cast

from atlex._lazy import resolved
from atlex.errors import XrpcResponseError

__all__ = ["HttpMethod", "Method", "Procedure", "Query", "Record", "Subscription"]

ParamsT = TypeVar("ParamsT")
InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")
MessageT = TypeVar("MessageT")
RecordT = TypeVar("RecordT")

# A callable, so that a descriptor can stand before its classes and load them no sooner than they are asked for. What
# it gives is a class; for a body that is a union, the union.
Loader: TypeAlias = Callable[[], Any]
Kind: TypeAlias = Literal["query", "procedure", "subscription"]
Errors: TypeAlias = Mapping[str, type[XrpcResponseError]]

_NO_ERRORS: Final[Errors] = MappingProxyType({})


class _Descriptor:
    """A constant of a module: it can't be changed, a copy is the object itself, and pickle goes by its name."""

    __slots__ = ("_home", "_nsid")

    def __init__(self, nsid: str) -> None:
        self._nsid = nsid
        frame = inspect.currentframe()
        # Past the constructors, and past the call of a class with parameters, such as ``Query[None, Output](…)``.
        while frame is not None and frame.f_globals.get("__name__") in {__name__, "typing"}:
            frame = frame.f_back
        self._home = "" if frame is None else str(frame.f_globals.get("__name__"))

    @property
    def nsid(self) -> str:
        """The NSID of the method, or of the record, whose collection it names as well."""
        return self._nsid

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._nsid}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        for name, value in getattr(sys.modules.get(self._home), "__dict__", {}).items():
            if value is self:
                return _find, (self._home, name)
        from pickle import PicklingError

        raise PicklingError(f"{self!r} can't be pickled: it has no name in the module {self._home}")


def _find(home: str, name: str) -> Any:
    return getattr(import_module(home), name)


class Method(_Descriptor, Generic[ParamsT, InputT, OutputT]):
    """A method of a lexicon: the base of `HttpMethod` and `Subscription`. It can't be changed.

    Args:
        nsid: The method's NSID.
        params: Gives the class of the parameters.
        input: Gives the class of the input.
        output: Gives the class of the output; of a subscription, whose ``message`` it is, of the messages.
        input_encoding: The declared MIME type of the input.
        output_encoding: The declared MIME type of the output.
        errors: The class of each declared error code.
    """

    __slots__ = ("_errors", "_input", "_input_encoding", "_output", "_output_encoding", "_params")

    kind: ClassVar[Kind]

    def __init__(
        self,
        nsid: str,
        *,
        params: Loader | None = None,
        input: Loader | None = None,  # noqa: A002 - the lexicon's word
        output: Loader | None = None,
        input_encoding: str | None = None,
        output_encoding: str | None = None,
        errors: Errors | None = None,
    ) -> None:
        super().__init__(nsid)
        self._params = params
        self._input = input
        self._output = output
        self._input_encoding = input_encoding
        self._output_encoding = output_encoding
        self._errors = MappingProxyType(dict(errors)) if errors else _NO_ERRORS

    @property
    def params(self) -> type[ParamsT] | None:
        """The class of the parameters, or None for a method without any."""
        return None if self._params is None else cast("type[ParamsT]", self._params())

    @property
    def input(self) -> type[InputT] | None:
        """The class of the input, bytes for one that isn't JSON, or None for a method without."""
        return None if self._input is None else cast("type[InputT]", resolved(self._input()))

    @property
    def output(self) -> type[OutputT] | None:
        """The class of the output, bytes for one that isn't JSON, or None for a method without."""
        return None if self._output is None else cast("type[OutputT]", resolved(self._output()))

    @property
    def input_encoding(self) -> str | None:
        """The declared MIME type of the input (``*/*`` and ``image/*`` are possible), or None without input."""
        return self._input_encoding

    @property
    def output_encoding(self) -> str | None:
        """The declared MIME type of the output, or None without output."""
        return self._output_encoding

    @property
    def errors(self) -> Errors:
        """The class of each error code that the lexicon declares."""
        return self._errors


class HttpMethod(Method[ParamsT, InputT, OutputT]):
    """A method that is called with one request: the base of `Query` and `Procedure`."""

    __slots__ = ()


class Query(HttpMethod[ParamsT, None, OutputT]):
    """A method that only reads."""

    __slots__ = ()

    kind: ClassVar[Kind] = "query"

    def __init__(
        self,
        nsid: str,
        *,
        params: Loader | None = None,
        output: Loader | None = None,
        output_encoding: str | None = None,
        errors: Errors | None = None,
    ) -> None:
        super().__init__(nsid, params=params, output=output, output_encoding=output_encoding, errors=errors)


class Procedure(HttpMethod[ParamsT, InputT, OutputT]):
    """A method that may change something."""

    __slots__ = ()

    kind: ClassVar[Kind] = "procedure"


class Subscription(Method[ParamsT, None, MessageT]):
    """A method that sends messages for as long as it is connected."""

    __slots__ = ()

    kind: ClassVar[Kind] = "subscription"

    def __init__(
        self,
        nsid: str,
        *,
        params: Loader | None = None,
        message: Loader | None = None,
        errors: Errors | None = None,
    ) -> None:
        super().__init__(nsid, params=params, output=message, errors=errors)

    @property
    def message(self) -> type[MessageT] | None:
        """The class of the messages; the same as ``output``."""
        return self.output


class Record(_Descriptor, Generic[RecordT]):
    """A record's type. It can't be changed.

    Args:
        nsid: The record's NSID, which is the collection's.
        key: The kind of its keys: ``tid``, ``nsid``, ``any``, or ``literal:`` and the only key.
        type: Gives the class.
    """

    __slots__ = ("_key", "_type")

    def __init__(
        self,
        nsid: str,
        *,
        key: str,
        type: Callable[[], builtins.type[RecordT]],  # noqa: A002 - as above
    ) -> None:
        super().__init__(nsid)
        self._key = key
        self._type = type

    @property
    def key(self) -> str:
        """The kind of the record's keys: ``tid``, ``nsid``, ``any``, or ``literal:`` and the only key."""
        return self._key

    @property
    def type(self) -> builtins.type[RecordT]:
        """The class, loaded when it is asked for."""
        return self._type()
