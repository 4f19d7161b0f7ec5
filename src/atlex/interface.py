"""The generated-code interface: all that a generated package uses of atlex, and nothing else.

A generated package names the version that it was made for, `INTERFACE_VERSION` at that time, and `require_interface`
refuses another one. The version goes up when generated code of the version before would no longer work. Every name
loads when it is first used, so that a package which only looks something up loads only that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from atlex._lazy import lazy_module, lazy_package
from atlex.errors import InterfaceVersionError

if TYPE_CHECKING:
    from atlex._agent import Body, SyncBody
    from atlex._permissions import PermissionSet
    from atlex.client import (
        AsyncLiteralRecords,
        AsyncNamespace,
        AsyncRecords,
        BaseAsyncClient,
        BaseClient,
        LiteralRecords,
        Methods,
        Namespace,
        Proxies,
        Records,
    )
    from atlex.data import OMIT, CidLink, Omit, UnknownObject
    from atlex.errors import InvalidSwapError, LexAuthFactorError, RecordNotFoundError, XrpcResponseError
    from atlex.model import (
        NONE,
        Alias,
        AnyBlob,
        Array,
        BlobRef,
        Bool,
        Boolean,
        Bytes,
        Datetime,
        Int,
        Integer,
        Link,
        M,
        Object,
        OptionalDatetime,
        Params,
        RecordObject,
        String,
        Text,
        Unknown,
        UnknownInput,
        closed_union,
        open_union,
        read_as,
    )
    from atlex.xrpc import Procedure, Query, Record, Subscription

__all__ = [
    "INTERFACE_VERSION",
    "NONE",
    "OMIT",
    "Alias",
    "AnyBlob",
    "Array",
    "AsyncLiteralRecords",
    "AsyncNamespace",
    "AsyncRecords",
    "BaseAsyncClient",
    "BaseClient",
    "BlobRef",
    "Body",
    "Bool",
    "Boolean",
    "Bytes",
    "CidLink",
    "Datetime",
    "Int",
    "Integer",
    "InvalidSwapError",
    "LexAuthFactorError",
    "Link",
    "LiteralRecords",
    "M",
    "Methods",
    "Namespace",
    "Object",
    "Omit",
    "OptionalDatetime",
    "Params",
    "PermissionSet",
    "Procedure",
    "Proxies",
    "Query",
    "Record",
    "RecordNotFoundError",
    "RecordObject",
    "Records",
    "String",
    "Subscription",
    "SyncBody",
    "Text",
    "Unknown",
    "UnknownInput",
    "UnknownObject",
    "XrpcResponseError",
    "closed_union",
    "lazy_module",
    "lazy_package",
    "open_union",
    "read_as",
    "require_interface",
]

INTERFACE_VERSION: Final = 1
"""The version of this interface."""

_HOMES: Final = {
    "atlex._agent": ("Body", "SyncBody"),
    "atlex._permissions": ("PermissionSet",),
    "atlex.client": (
        "AsyncLiteralRecords",
        "AsyncNamespace",
        "AsyncRecords",
        "BaseAsyncClient",
        "BaseClient",
        "LiteralRecords",
        "Methods",
        "Namespace",
        "Proxies",
        "Records",
    ),
    "atlex.data": ("OMIT", "CidLink", "Omit", "UnknownObject"),
    "atlex.errors": ("InvalidSwapError", "LexAuthFactorError", "RecordNotFoundError", "XrpcResponseError"),
    "atlex.model": (
        "NONE",
        "Alias",
        "AnyBlob",
        "Array",
        "BlobRef",
        "Bool",
        "Boolean",
        "Bytes",
        "Datetime",
        "Int",
        "Integer",
        "Link",
        "M",
        "Object",
        "OptionalDatetime",
        "Params",
        "RecordObject",
        "String",
        "Text",
        "Unknown",
        "UnknownInput",
        "closed_union",
        "open_union",
        "read_as",
    ),
    "atlex.xrpc": ("Procedure", "Query", "Record", "Subscription"),
}


def require_interface(version: int, package: str) -> None:
    """Refuses a package that was generated for another version of this interface.

    Args:
        version: The version that the package was generated for.
        package: The package's name, for the message.

    Raises:
        InterfaceVersionError: The versions differ.
    """
    if version != INTERFACE_VERSION:
        remedy = "run `atlex build` again" if version < INTERFACE_VERSION else "upgrade atlex"
        raise InterfaceVersionError(
            f"The package {package!r} was generated for version {version} of atlex's generated-code interface, "
            f"and this atlex has version {INTERFACE_VERSION}: {remedy}."
        )


if not TYPE_CHECKING:
    # Type checkers see the imports above; with a __getattr__ in sight they would let any name pass.
    __getattr__, __dir__ = lazy_package(
        __name__, (), {name: home for home, names in _HOMES.items() for name in names}
    )
