"""The rules for one permission of a permission set.

Source: https://atproto.com/specs/permission
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from atlex.lexicon._json import is_array
from atlex.syntax import is_valid_nsid

__all__ = ["permission_fault"]

_CHOICES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "account": {"attr": frozenset({"email", "repo", "status"}), "action": frozenset({"read", "manage"})},
    "blob": {},
    "identity": {"attr": frozenset({"*", "handle"}), "action": frozenset({"submit", "manage"})},
    "repo": {"action": frozenset({"create", "update", "delete"})},
    "rpc": {},
}
_NEEDS: Final = {"account": "attr", "blob": "accept", "identity": "attr", "repo": "collection", "rpc": "lxm"}


def permission_fault(resource: str, attributes: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a permission for a resource; None when nothing is."""
    if resource not in _CHOICES:
        return f'the resource "{resource}" is not known'
    needed = _NEEDS[resource]
    if not attributes.get(needed):
        return f'a permission for "{resource}" needs "{needed}"'
    for name, choices in _CHOICES[resource].items():
        if strange := [value for value in _values(attributes, name) if not _is_one_of(value, choices)]:
            return f'"{name}" can\'t be {strange[0]!r:.80}'
    if needed in {"collection", "lxm"}:
        for nsid in _values(attributes, needed):
            if nsid != "*" and not is_valid_nsid(nsid):
                return f'"{needed}" holds {nsid!r:.80}, which is not an NSID'
    if resource == "rpc" and (attributes.get("inheritAud") is True) == bool(attributes.get("aud")):
        return 'a permission for "rpc" needs either "aud" or "inheritAud": true'
    return None


def _values(attributes: Mapping[str, Any], name: str) -> list[Any]:
    value = attributes.get(name, [])
    return value if is_array(value) else [value]


def _is_one_of(value: object, choices: frozenset[str]) -> bool:
    # A list of a document has no hash.
    return isinstance(value, str) and value in choices
