"""Permission sets: the named groups of OAuth permissions that lexicons publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PermissionSet"]


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
