# Made from _async_upload.py by tools/unasync.py: change that file, and run the tool.
"""Sending pictures, videos and link cards, synchronously."""

from __future__ import annotations

import contextlib
from typing import Final

from atlex import Blob, LegacyBlob
from atlex.errors import FetchError, InputError
from atlex.fetch import PublicFetcher
from atlex_bsky.media._errors import CardError
from atlex_bsky.media._limits import max_blob_size
from atlex_bsky.media._sources import naming
from atlex_bsky.media._sync_video import upload_video
from atlex_bsky.media._values import Card, Image, Picture
from atlex_sdk import Client
from atlex_sdk.app.bsky.embed import defs, external, images

__all__ = ["card_for", "upload_image", "upload_video"]

_PAGE_BYTES: Final = 5_000_000
_PICTURE_BYTES: Final = 20_000_000


def upload_image(client: Client, image: Image, place: str = "") -> images.Image:
    """Make a picture ready, and send it to the account's server (com.atproto.repo.uploadBlob).

    Args:
        client: The client of the account.
        image: The picture.
        place: What the message of an `InputError` about the picture begins with, such as ``images[2]``.

    Returns:
        The picture as an item of ``app.bsky.embed.images``.

    Raises:
        InputError: The extra ``media`` isn't installed; or the picture can't be read, is animated, has too
            many pixels, or can't be made small enough.
        XrpcError: The call failed.
    """
    from atlex_bsky.media._pictures import prepare

    with naming(place):
        picture = prepare(image.source, max_blob_size(images.Image, "image"))
    blob = _uploaded(client, picture)
    ratio = defs.AspectRatio(width=picture.width, height=picture.height)
    return images.Image(image=blob, alt=image.alt, aspect_ratio=ratio)


def card_for(client: Client, card: Card | str, *, fetcher: PublicFetcher | None = None) -> external.External:
    """Make a link card, from the page itself unless the card has a title, and send its picture.

    The page's Open Graph tags are used first, then Twitter's tags, then HTML's own title and description.
    A page without a title is called by its address. If the page's picture can't be fetched or used, the card
    has none; one that was given by hand has to be right. Calls com.atproto.repo.uploadBlob.

    Args:
        client: The client of the account.
        card: The card, or the address of the page.
        fetcher: Fetches the page and its picture. None: one that connects to public addresses only, and takes
            ten seconds for each.

    Returns:
        The embed of a post.

    Raises:
        InputError: An extra that is needed isn't installed, or a picture given by hand can't be used.
        FetchError: The page can't be fetched; as `FetchRefusedError` where its address, or one that it
            redirects to, may not be fetched.
        CardError: Its server responds with an error, or with something else than HTML.
        XrpcError: The call failed.
    """
    if isinstance(card, str):
        card = Card(card)
    if card.title is not None:
        return _card_by_hand(client, card, card.title)
    if fetcher is not None:
        return _fetched_card(client, card.uri, fetcher)
    with PublicFetcher() as own:
        return _fetched_card(client, card.uri, own)


def _card_by_hand(client: Client, card: Card, title: str) -> external.External:
    thumb: Picture | None = None
    if card.thumb is not None:
        from atlex_bsky.media._pictures import prepare

        limit = max_blob_size(external.ExternalExternal, "thumb")
        thumb = prepare(card.thumb, limit, True)
    return _sent(client, card.uri, title, card.description or "", thumb)


def _fetched_card(client: Client, uri: str, fetcher: PublicFetcher) -> external.External:
    from atlex_bsky.media._pages import is_page, read_page
    from atlex_bsky.media._pictures import prepare

    accept = "text/html, application/xhtml+xml"
    fetched = fetcher.get(uri, max_bytes=_PAGE_BYTES, accept=accept, allow_http=True)
    if not 200 <= fetched.status < 300:
        raise CardError(f"{uri} has no card: its server responds with status {fetched.status}", uri=uri)
    content_type = fetched.headers.get("content-type")
    if not is_page(content_type):
        raise CardError(f"{uri} has no card: it isn't HTML. Card(uri, title=…) makes one by hand", uri=uri)
    page = read_page(fetched.body, content_type, fetched.url)
    thumb: Picture | None = None
    if page.picture is not None:
        limit = max_blob_size(external.ExternalExternal, "thumb")
        # A card without its picture is better than a post that fails for it.
        with contextlib.suppress(FetchError, InputError):
            found = fetcher.get(page.picture, max_bytes=_PICTURE_BYTES, accept="image/*", allow_http=True)
            if 200 <= found.status < 300:
                thumb = prepare(found.body, limit, True)
    return _sent(client, uri, page.title or uri, page.description, thumb)


def _sent(client: Client, uri: str, title: str, description: str, thumb: Picture | None) -> external.External:
    blob = None if thumb is None else _uploaded(client, thumb)
    card = external.ExternalExternal(uri=uri, title=title, description=description, thumb=blob)
    return external.External(external=card)


def _uploaded(client: Client, picture: Picture) -> Blob | LegacyBlob:
    answer = client.com.atproto.repo.upload_blob(data=picture.data, content_type=picture.media_type)
    return answer.blob
