"""Where the features of a text stand, in characters, and how that changes when the text does."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter
from typing import Final, NamedTuple

from atlex_bsky.richtext._features import Feature, Link, Mention, Tag, UnresolvedMention

__all__ = ["Edit", "Segment", "Span", "added", "clipped", "covered", "moved", "replaced"]

_start: Final = attrgetter("start")


class Span(NamedTuple):
    """A stretch of a text: its first character, the one behind its last, and what it is.

    The spans of a text are in order, don't overlap, and have more in them than white space.
    """

    start: int
    end: int
    features: tuple[Feature, ...]


class Edit(NamedTuple):
    """A change of a text: the first character that goes, the next that stays, and how many come in."""

    start: int
    end: int
    length: int


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
    for span in sorted(found, key=_start):
        after = bisect_right(starts, span.start)
        free_from = spans[after - 1].end if after else 0
        free_to = starts[after] if after < len(starts) else span.end
        if max(cursor, free_from) <= span.start and span.end <= free_to:
            kept.append(span)
            cursor = span.end
    return tuple(sorted([*spans, *kept], key=_start))


def moved(spans: Iterable[Span], edits: Sequence[Edit]) -> Iterator[Span]:
    """The spans of a text after edits. What comes in at the border of a span, or in place of it, isn't in it.

    Args:
        spans: The spans before.
        edits: The edits in order, with something between each two.
    """
    ends = [edit.end for edit in edits]
    growths = [0, *accumulate(edit.length - (edit.end - edit.start) for edit in edits)]
    for span in spans:
        before = bisect_left(ends, span.start)
        start = span.start
        if before < len(edits) and edits[before].start <= start:
            start = edits[before].start + edits[before].length
        start += growths[before]
        before = bisect_left(ends, span.end)
        end = span.end if before == len(edits) else min(span.end, edits[before].start)
        end += growths[before]
        if start < end:
            yield Span(start, end, span.features)


def replaced(spans: Iterable[Span], edit: Edit, inner: Sequence[Span]) -> tuple[Span, ...]:
    """The spans of a text after an edit.

    Args:
        spans: The spans before.
        edit: What changes.
        inner: The spans of what comes in, counted from its start. Inside another span, they split it.
    """
    start, end = edit.start, edit.start + edit.length
    around: tuple[Feature, ...] = ()
    kept: list[Span] = []
    for span in moved(spans, [edit]):
        if inner and span.start < start and end < span.end:
            kept += [Span(span.start, start, span.features), Span(end, span.end, span.features)]
            around = span.features
        else:
            kept.append(span)
    inside = covered(inner, edit.length, around) if around else inner
    kept += (Span(start + first, start + last, features) for first, last, features in inside)
    return tuple(sorted(kept, key=_start))


def clipped(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """The spans of a part of a text: all within it, and the links that are cut, which still lead there."""
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        features = span.features
        if span.start < start or span.end > end:
            features = tuple(feature for feature in features if isinstance(feature, Link))
        if features:
            yield Span(max(span.start, start) - start, min(span.end, end) - start, features)
