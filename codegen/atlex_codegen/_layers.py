"""Packages on top of each other: which of them has the module, or the client's namespace, of an NSID."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["Layer", "prefixes"]


def prefixes(nsid: str) -> list[str]:
    """The namespaces that an NSID stands in, from the outermost on, and the NSID itself."""
    segments = nsid.split(".")
    return [".".join(segments[:end]) for end in range(1, len(segments) + 1)]


class Layer:
    """What a package has by itself, on what the packages that it is built on have.

    Where several of those have something of the same name and none of them is built on another, the package has a part
    of its own that puts theirs together.

    Args:
        package: The package's name.
        own: The NSIDs of the parts that the package has because of its own documents.
        bases: The layers below it.

    Attributes:
        package: The package's name.
        below: The names of all packages that it is built on, directly or not.
        own: The NSIDs of all parts that it has by itself.
    """

    def __init__(self, package: str, own: Iterable[str], bases: Sequence[Layer]) -> None:
        self.package = package
        self._bases = bases
        self.below: frozenset[str] = frozenset().union(*({base.package, *base.below} for base in bases))
        inherited = frozenset[str]().union(*(base.all for base in bases))
        self.own: frozenset[str] = frozenset(own) | {
            nsid for nsid in inherited if len(self.extended(nsid)) > 1
        }
        self.all: frozenset[str] = self.own | inherited

    def home(self, nsid: str) -> str | None:
        """The package that has the part of that name as it is seen from here, or None where there is none."""
        if nsid in self.own:
            return self.package
        return next(iter(self.extended(nsid)), None)

    def extended(self, nsid: str) -> tuple[str, ...]:
        """The packages whose parts of that name the package's own is built on, in the order of the bases."""
        homes = {home: base for base in self._bases if (home := base.home(nsid)) is not None}
        # A part contains those of the packages below its own.
        contained = {name for layer in self._layers() if layer.package in homes for name in layer.below}
        return tuple(home for home in homes if home not in contained)

    def _layers(self) -> Iterable[Layer]:
        for base in self._bases:
            yield base
            yield from base._layers()
