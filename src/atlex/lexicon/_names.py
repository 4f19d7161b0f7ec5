"""Names of definitions, and references to them."""

from __future__ import annotations

from atlex.lexicon._language import DefId
from atlex.syntax import is_valid_nsid

__all__ = ["name_oddity", "parse_ref"]


def name_oddity(name: str) -> str | None:
    """Say what is unusual about the name of a definition, a property or an error; None for a usual one.

    The specification gives no pattern, and names such as ``9`` or ``ob-je-c$t`` are in use.
    """
    if not name.isprintable() or " " in name:
        return "holds spaces or control characters"
    if "#" in name:
        return 'holds "#"'
    if name.startswith("$"):
        return 'begins with "$", which the protocol keeps for itself'
    return None


def parse_ref(ref: str, base: str) -> DefId | None:
    """Read ``#name``, ``nsid`` or ``nsid#name``; None when it is none of them.

    Args:
        ref: The reference as a document writes it.
        base: The NSID that ``#name`` belongs to.
    """
    nsid, hash_sign, name = ref.partition("#")
    if nsid and not is_valid_nsid(nsid):
        return None
    if not hash_sign:
        return DefId(nsid) if nsid else None
    return DefId(nsid or base, name) if name and "#" not in name else None
