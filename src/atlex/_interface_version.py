"""The version of the generated-code interface, and the check that a package was made for it."""

from __future__ import annotations

from typing import Final

from atlex.errors import InterfaceVersionError

__all__ = ["INTERFACE_VERSION", "require_interface"]

INTERFACE_VERSION: Final = 1
"""The version of this interface."""


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
