"""Packages that are built on others: what they use of them, and whether it is still there.

A package that is built on others carries a file, `BASES_FILE`, that says on which and keeps the definitions of theirs
that it refers to. As long as a base has the very documents that it was built on, nothing more is looked at; otherwise
those definitions are compared by the rules of the Lexicon language: an optional property may be new, a member of an open
union or a known value may come and go, and nothing else may change.

Source: https://atproto.com/specs/lexicon#lexicon-evolution
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, cast

from atlex.errors import BasePackageError, LexiconError

__all__ = [
    "BASES_FILE",
    "DATA_FILE",
    "base_names",
    "digest_of",
    "package_file",
    "package_place",
    "require_bases",
]

BASES_FILE: Final = "bases.json"
"""What a package is built on: ``bases`` names the packages right below it; ``used`` has, by package, the checksum of its
documents, the definitions that are used, and the namespaces whose classes are.
"""

DATA_FILE: Final = "lexicons.bin"
"""The file of a generated package that holds its documents."""

_NO_CHANGE: Final = frozenset({"description", "knownValues"})


def package_place(package: str) -> str | None:
    """The folder of an installed package, which isn't imported; it may be inside a zip file. None where there is none."""
    spec = _spec(package)
    places = None if spec is None or spec.origin is None else spec.submodule_search_locations
    return places[0] if places else None


def package_file(package: str, name: str) -> bytes | None:
    """A file of an installed package, which isn't imported; None where there is no such file or package."""
    place = package_place(package)
    if place is None:
        return None
    try:
        # By the loader, since the package may be inside a zip file.
        return cast("bytes", cast("Any", _spec(package)).loader.get_data(f"{place}/{name}"))
    except OSError:
        return None


def _spec(package: str) -> ModuleSpec | None:
    try:
        return find_spec(package) if package.replace(".", "_").isidentifier() else None
    except (ImportError, ValueError):
        # A package that it would be in isn't there, or the module is one without a specification.
        return None


def digest_of(data: bytes) -> str:
    """What tells a package's documents from those of another version of it; nobody is kept from making the same."""
    return f"{len(data)}-{zlib.crc32(data):08x}"


def base_names(package: str) -> tuple[str, ...]:
    """The packages that an installed package is built on directly.

    Raises:
        BasePackageError: What it says of them can't be read.
    """
    return tuple(_content(package)["bases"])


def _content(package: str) -> dict[str, Any]:
    data = package_file(package, BASES_FILE)
    if data is None:
        return {"bases": [], "used": {}}
    try:
        content = json.loads(data)
        _ = [
            (used["documents"], used["definitions"].items(), [*used["namespaces"]])
            for used in content["used"].values()
        ]
        _ = [name.isidentifier() for name in content["bases"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BasePackageError(f"The file {BASES_FILE} of the package {package!r} is damaged.") from error
    return cast("dict[str, Any]", content)


def require_bases(package: str) -> None:
    """Refuse a package whose bases don't have what it was built on.

    Args:
        package: The package's name.

    Raises:
        BasePackageError: A base is missing or has changed in a way that the package can't live with, or what the
            package says of its bases can't be read.
    """
    for base, used in _content(package)["used"].items():
        data = package_file(base, DATA_FILE)
        if data is None:
            raise BasePackageError(
                f"The package {package!r} is built on {base!r}, which isn't installed: install it."
            )
        if digest_of(data) != used["documents"]:
            faults = list(_faults(base, data, used))
            if faults:
                more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
                raise BasePackageError(
                    f"The package {package!r} was built on another version of {base!r}: {faults[0]}{more}. "
                    f"Run `atlex build` again, or install the version that it was built on."
                )


def _faults(base: str, data: bytes, used: Mapping[str, Any]) -> Iterator[str]:
    if TYPE_CHECKING:
        # They would follow the import to the Lexicon language, in every user's project.
        _package: Any = None
    else:
        from atlex.lexicon import _package

    try:
        documents = {document["id"]: document["defs"] for document in _package.unpack(data)}
    except (LexiconError, LookupError, TypeError):
        yield f"the documents of {base!r} can't be read"
        return
    for name, definition in used["definitions"].items():
        nsid, _, key = name.partition("#")
        if nsid not in documents:
            yield f"{nsid} is missing"
        elif key not in documents[nsid]:
            yield f"{name} is missing"
        elif not _is_compatible(definition, documents[nsid][key]):
            yield f"{name} has changed"
    for namespace in used["namespaces"]:
        if not any(nsid.startswith(f"{namespace}.") for nsid in documents):
            yield f"{namespace} is missing"


def _is_compatible(old: Any, new: Any) -> bool:
    """Whether what was made for a schema, or for a part of one, works with another."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return bool(old == new)
    before, after = _object(old), _object(new)
    for key in (before.keys() | after.keys()) - _NO_CHANGE:
        was, now = before.get(key), after.get(key)
        if key == "properties":
            here = _object(now)
            if not all(
                name in here and _is_compatible(each, here[name]) for name, each in _object(was).items()
            ):
                return False
        elif key in {"required", "nullable"}:
            if set(was or ()) != set(now or ()):
                return False
        elif key == "refs" and not before.get("closed"):
            continue
        elif not _is_compatible(was, now):
            return False
    return True


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) or {}
