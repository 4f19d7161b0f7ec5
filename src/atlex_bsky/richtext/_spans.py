"""Where the features of a text stand, in characters, and how that changes when the text does."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from atlex_bsky.richtext._features import Feature, Link, Mention, Tag, UnresolvedMention

__all__ = ["Segment", "Span", "added", "clipped", "covered", "replaced", "shifted"]


class Span(NamedTuple):
    """A stretch of a text: its first character, the one behind its last, and what it is.

    The spans of a text are in order, not empty, and don't overlap.
    """

    start: int
    end: int
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text that is one thing throughout.

    Attributes:
        text: What it says.
        features: What it is; empty for plain text.
    """

    text: str
    features: tuple[Feature, ...] = ()

    @property
    def link(self) -> str | None:
        """The URI that it leads to; None if it is no link."""
        return next((feature.uri for feature in self.features if isinstance(feature, Link)), None)

    @property
    def mention(self) -> str | None:
        """The DID of the account that it mentions; None if it mentions none, or one not resolved yet."""
        return next((feature.did for feature in self.features if isinstance(feature, Mention)), None)

    @property
    def handle(self) -> str | None:
        """The handle that it mentions, if that isn't resolved yet."""
        return next(
            (feature.handle for feature in self.features if isinstance(feature, UnresolvedMention)), None
        )

    @property
    def tag(self) -> str | None:
        """The hashtag without ``#``, or the cashtag with ``$``; None if it is neither."""
        return next((feature.tag for feature in self.features if isinstance(feature, Tag)), None)


def shifted(spans: Iterable[Span], by: int) -> Iterator[Span]:
    """The spans, moved by so many characters."""
    return (Span(start + by, end + by, features) for start, end, features in spans)


def covered(spans: Iterable[Span], length: int, features: tuple[Feature, ...] = ()) -> Iterator[Span]:
    """The spans of a text and those between them, which have the given features: together the whole text."""
    cursor = 0
    for span in spans:
        if cursor < span.start:
            yield Span(cursor, span.start, features)
        yield span
        cursor = span.end
    if cursor < length:
        yield Span(cursor, length, features)


def added(spans: Sequence[Span], found: Iterable[Span]) -> tuple[Span, ...]:
    """The spans, and those of the others that overlap neither them nor one found earlier in the text."""
    starts = [span.start for span in spans]
    kept: list[Span] = []
    cursor = 0
    for span in sorted(found, key=lambda span: span.start):
        after = bisect_right(starts, span.start)
        free_from = spans[after - 1].end if after else 0
        free_to = starts[after] if after < len(starts) else span.end
        if max(cursor, free_from) <= span.start and span.end <= free_to:
            kept.append(span)
            cursor = span.end
    return tuple(sorted([*spans, *kept], key=lambda span: span.start))


def replaced(
    spans: Iterable[Span], start: int, end: int, length: int, inner: Sequence[Span]
) -> tuple[Span, ...]:
    """The spans of a text after some of it was replaced.

    Args:
        spans: The spans before.
        start: The first character that goes.
        end: The first behind it that stays.
        length: How many characters come in its place.
        inner: Their spans, counted from their start. Inside another span, they split it.
    """
    growth = length - (end - start)
    inserted = list(shifted(inner, start))
    before: list[Span] = []
    after: list[Span] = []
    for span in spans:
        if span.end <= start:
            before.append(span)
        elif span.start >= end:
            after.append(Span(span.start + growth, span.end + growth, span.features))
        elif span.start < start and span.end > end:
            if not inner:
                before.append(Span(span.start, span.end + growth, span.features))
                continue
            before.append(Span(span.start, start, span.features))
            inside = covered(inner, length, span.features)
            inserted = list(shifted(inside, start))
            after.append(Span(start + length, span.end + growth, span.features))
        elif span.start < start:
            before.append(Span(span.start, start, span.features))
        elif span.end > end:
            after.append(Span(start + length, span.end + growth, span.features))
    return (*before, *inserted, *after)


def clipped(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """The spans of a part of a text. Of those that are cut only the links stay: they lead to the same place."""
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        features = span.features
        if span.start < start or span.end > end:
            features = tuple(feature for feature in features if isinstance(feature, Link))
        if features:
            yield Span(max(span.start, start) - start, min(span.end, end) - start, features)
