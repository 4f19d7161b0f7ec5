"""Finding a definition by a name that somebody typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from atlex.lexicon import DefId
from atlex_codegen._describe._describer import Describer

__all__ = ["Lookup", "Namespace"]


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace.

    Attributes:
        name: Its name; empty for all that there is.
        namespaces: The namespaces below it, however deep, that hold documents.
        documents: The documents right below it.
    """

    name: str
    namespaces: tuple[str, ...]
    documents: tuple[str, ...]


class Lookup:
    """Finds definitions and namespaces.

    Args:
        describers: Who describes the documents of a package, by NSID.
        package: The package's name, which a name may begin with.
    """

    def __init__(self, describers: Mapping[str, Describer], package: str) -> None:
        self._describers = describers
        self._package = package

    def find(self, name: str) -> DefId | Namespace | None:
        """The definition or the namespace of a name, or None.

        Args:
            name: An NSID, alone or with ``#`` and the name of a definition; a dotted name in Python, with or without
                ``client`` or the package before it; a namespace; empty for all there is.
        """
        name = name.removeprefix("client.").removeprefix(f"{self._package}.").removesuffix("()")
        nsid, mark, definition = name.partition("#")
        if nsid in self._describers:
            def_id = DefId(nsid, definition or "main")
            return def_id if not mark or def_id in self._definitions else None
        return self._names.get(name) or self._namespace(name)

    def close_to(self, name: str) -> list[str]:
        """The names that somebody may have meant, the best first, five at most."""
        spoken = {**{str(def_id): def_id for def_id in self._definitions}, **self._names}
        by_word: dict[str, list[str]] = {}
        for each in spoken:
            by_word.setdefault(_last_word(each), []).append(each)
        words = get_close_matches(_last_word(name), by_word, n=3, cutoff=0.8)
        near = get_close_matches(name, [*spoken, *self._namespaces], n=5, cutoff=0.75)
        # A whole name is nearer than its last word, unless that is what was typed.
        found = [each for word in words for each in by_word[word]]
        ordered = [*near, *found] if "." in name else [*found, *near]
        return list(dict.fromkeys(str(spoken.get(each, each)) for each in ordered))[:5]

    def _namespace(self, name: str) -> Namespace | None:
        start = f"{name}." if name else ""
        namespaces = tuple(each for each in self._namespaces if each.startswith(start))
        documents = tuple(each for each in self._describers if each.rpartition(".")[0] == name)
        return Namespace(name, namespaces, documents) if namespaces or documents else None

    @cached_property
    def _namespaces(self) -> tuple[str, ...]:
        """The namespaces that hold documents."""
        return tuple(sorted({nsid.rpartition(".")[0] for nsid in self._describers}))

    @cached_property
    def _definitions(self) -> frozenset[DefId]:
        return frozenset(self._all_definitions())

    def _all_definitions(self) -> Iterator[DefId]:
        for nsid, describer in self._describers.items():
            yield from describer.definitions(nsid)

    @cached_property
    def _names(self) -> Mapping[str, DefId]:
        names: dict[str, DefId] = {}
        for describer in dict.fromkeys(self._describers.values()):
            names |= describer.names
        return names


def _last_word(name: str) -> str:
    return name.lower().replace("#", ".").rpartition(".")[2].replace("_", "")
