"""The parts that only generated packages need: the version of their interface, and permission sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from atlex.errors import InterfaceVersionError

__all__ = ["INTERFACE_VERSION", "PermissionSet", "require_interface"]

INTERFACE_VERSION: Final = 1
"""The version of the generated-code interface."""


def require_interface(version: int, package: str) -> None:
    """Refuse a package that was generated for another version of the interface.

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
            f"and this atlex has version {INTERFACE_VERSION}: {remedy}"
        )


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """A named group of OAuth permissions, as its lexicon states it.

    Source: https://atproto.com/specs/permission

    Attributes:
        nsid: The name that an OAuth scope includes it by.
        permissions: Its entries; each maps ``resource`` and that resource's own keys to their JSON values.
    """

    nsid: str
    permissions: tuple[Mapping[str, Any], ...] = ()
