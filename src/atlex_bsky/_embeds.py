"""The embeds of posts: pictures, a video, a link card, a quote, or a quote with one of these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias, cast

from atlex.errors import InputError
from atlex_bsky.media._values import Image
from atlex_sdk.app.bsky.embed import external, gallery, images, record, record_with_media, video
from atlex_sdk.com.atproto.repo.strong_ref import StrongRef

__all__ = ["Embed", "Media", "check_pictures", "embed_of", "pictures_of"]

Media: TypeAlias = images.Images | gallery.Gallery | video.Video | external.External
"""Pictures, a video or a link card."""

Embed: TypeAlias = Media | record.Record | record_with_media.RecordWithMedia
"""Media, a quote, or both."""

_MAX_PICTURES: Final = 10
_IN_IMAGES: Final = 4


def check_pictures(pictures: Sequence[object]) -> None:
    """Refuse what isn't a list of pictures, and more than a post can have, before they are sent.

    Raises:
        InputError: There are more than ten, or something else among them.
    """
    # Callers without types easily give one picture, or the names of files.
    if not isinstance(cast("object", pictures), Sequence) or not all(
        isinstance(picture, Image) for picture in pictures
    ):
        raise InputError("images must be a list of pictures, such as [Image('cat.png', alt='A cat')]")
    if len(pictures) > _MAX_PICTURES:
        raise InputError(f"A post has at most {_MAX_PICTURES} pictures, not {len(pictures)}")


def pictures_of(pictures: Sequence[images.Image]) -> images.Images | gallery.Gallery:
    """Up to four pictures as app.bsky.embed.images, more as app.bsky.embed.gallery.

    Raises:
        InputError: There are more than four, and one has no known ratio.
    """
    if len(pictures) <= _IN_IMAGES:
        return images.Images(images=list(pictures))
    items: list[gallery.GalleryItem] = []
    for number, picture in enumerate(pictures):
        if picture.aspect_ratio is None:
            raise InputError(
                f"images[{number}] has no aspect ratio, which more than {_IN_IMAGES} pictures need"
            )
        items.append(gallery.Image(image=picture.image, alt=picture.alt, aspect_ratio=picture.aspect_ratio))
    return gallery.Gallery(items=items)


def embed_of(quote: StrongRef | None, media: Media | None) -> Embed | None:
    """The embed for a quote, for media, or for both (app.bsky.embed.recordWithMedia); None for neither."""
    if quote is None:
        return media
    quoted = record.Record(record=quote)
    return quoted if media is None else record_with_media.RecordWithMedia(record=quoted, media=media)
