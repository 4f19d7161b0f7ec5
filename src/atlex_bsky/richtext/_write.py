"""Makes facets for a record: the only module here that needs generated models, once it is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from atlex.data import UnknownObject
from atlex.errors import InputError
from atlex.syntax import utf8_length
from atlex_bsky.richtext._features import Feature, Link, Mention, Tag, UnresolvedMention
from atlex_bsky.richtext._spans import Segment

if TYPE_CHECKING:
    from atlex_sdk.app.bsky.richtext.facet import Facet, FacetFeature

__all__ = ["facets_of"]


def facets_of(segments: Iterable[Segment]) -> Iterator[Facet]:
    """The facets of a text, whose offsets count bytes of UTF-8.

    Raises:
        InputError: A mention isn't resolved yet.
    """
    from atlex_sdk.app.bsky.richtext.facet import ByteSlice, Facet

    start = 0
    for segment in segments:
        end = start + utf8_length(segment.text)
        if segment.features:
            features = [_model_of(feature) for feature in segment.features]
            yield Facet(index=ByteSlice(byte_start=start, byte_end=end), features=features)
        start = end


def _model_of(feature: Feature) -> FacetFeature:
    from atlex_sdk.app.bsky.richtext import facet as models

    match feature:
        case Mention(did):
            return models.Mention(did=did)
        case Link(uri):
            return models.Link(uri=uri)
        case Tag(tag):
            return models.Tag(tag=tag)
        case UnresolvedMention(handle):
            raise InputError(f"The mention of @{handle} has no DID yet: resolved() gives it one")
        case UnknownObject():
            return feature
