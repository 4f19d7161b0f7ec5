"""Walking over the nodes of a definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlex.lexicon import _language as language
from atlex.lexicon._diagnostic import pointer_to

__all__ = ["Part", "Reference", "references", "walk"]

Part = language.Definition | language.Params | language.Payload | language.Message
"""A definition, or something that a definition is made of."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One place where a definition names another.

    Attributes:
        target: The definition named.
        pointer: Where the name stands in the document, as a JSON pointer.
        in_union: Whether it is a member of a union.
    """

    target: language.DefId
    pointer: str
    in_union: bool


def walk(part: Part) -> Iterator[Part]:
    """Yield a definition and everything that it is made of, outside in and in the document's order.

    References are not followed.
    """
    stack: list[Part] = [part]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(_inner(current)))


def _inner(part: Part) -> list[Part]:
    match part:
        case language.Object() | language.Params():
            return [prop.schema for prop in part.properties.values()]
        case language.Array():
            return [part.items]
        case language.Record():
            return [part.record]
        case language.Query():
            return [inner for inner in (part.parameters, part.output) if inner is not None]
        case language.Procedure():
            return [inner for inner in (part.parameters, part.input, part.output) if inner is not None]
        case language.Subscription():
            return [inner for inner in (part.parameters, part.message) if inner is not None]
        case language.Payload() | language.Message():
            return [] if part.schema is None else [part.schema]
        case _:
            return []


def references(part: Part) -> Iterator[Reference]:
    """Yield every reference in a definition, in the document's order; a union names each target once."""
    for inner in walk(part):
        if isinstance(inner, language.Ref):
            yield Reference(inner.target, pointer_to(inner.pointer, "ref"), in_union=False)
        elif isinstance(inner, language.Union):
            yield from _members(inner)


def _members(union: language.Union) -> Iterator[Reference]:
    # Targets are the refs in order, each at its first mention: one pass over both finds every place.
    targets = iter(union.targets)
    target = next(targets, None)
    for index, ref in enumerate(union.refs):
        if target is None:
            return
        nsid, _, name = ref.partition("#")
        if (name or "main") == target.name and nsid in {"", target.nsid}:
            yield Reference(target, pointer_to(union.pointer, "refs", index), in_union=True)
            target = next(targets, None)
