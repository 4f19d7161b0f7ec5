"""The Bluesky layer: what a bot does, in one line each, on the typed client of ``atlex_sdk``.

    from atlex_bsky import Bluesky

    bsky = Bluesky(client)

Every name here loads when it is first used.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex.cursors import CursorStore as CursorStore
    from atlex.cursors import FileCursorStore as FileCursorStore
    from atlex.cursors import MemoryCursorStore as MemoryCursorStore
    from atlex.errors import CursorStoreError as CursorStoreError
    from atlex_bsky._async_bluesky import AsyncBluesky as AsyncBluesky
    from atlex_bsky._async_chat import AsyncConversation as AsyncConversation
    from atlex_bsky._drafts import Draft as Draft
    from atlex_bsky._drafts import Posted as Posted
    from atlex_bsky._items import FeedItem as FeedItem
    from atlex_bsky._items import NotificationItem as NotificationItem
    from atlex_bsky._items import PostImage as PostImage
    from atlex_bsky._items import PostItem as PostItem
    from atlex_bsky._items import QuoteItem as QuoteItem
    from atlex_bsky._messages import ChatEvent as ChatEvent
    from atlex_bsky._messages import ChatMessage as ChatMessage
    from atlex_bsky._preferences import Preferences as Preferences
    from atlex_bsky._preferences import PreferencesConflictError as PreferencesConflictError
    from atlex_bsky._subjects import Actor as Actor
    from atlex_bsky._subjects import HasDid as HasDid
    from atlex_bsky._subjects import HasRef as HasRef
    from atlex_bsky._subjects import RecordAddress as RecordAddress
    from atlex_bsky._subjects import Subject as Subject
    from atlex_bsky._subjects import actor_of as actor_of
    from atlex_bsky._subjects import record_of as record_of
    from atlex_bsky._sync_bluesky import Bluesky as Bluesky
    from atlex_bsky._sync_chat import Conversation as Conversation
    from atlex_bsky._thread_view import PostNotShownError as PostNotShownError
    from atlex_bsky._thread_view import ThreadNode as ThreadNode
    from atlex_bsky.media import Card as Card
    from atlex_bsky.media import CardError as CardError
    from atlex_bsky.media import Image as Image
    from atlex_bsky.media import Video as Video
    from atlex_bsky.media import VideoError as VideoError
    from atlex_bsky.richtext import RichText as RichText
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex.cursors": "CursorStore FileCursorStore MemoryCursorStore",
            "atlex.errors": "CursorStoreError",
            "atlex_bsky._async_bluesky": "AsyncBluesky",
            "atlex_bsky._async_chat": "AsyncConversation",
            "atlex_bsky._drafts": "Draft Posted",
            "atlex_bsky._items": "FeedItem NotificationItem PostImage PostItem QuoteItem",
            "atlex_bsky._messages": "ChatEvent ChatMessage",
            "atlex_bsky._preferences": "Preferences PreferencesConflictError",
            "atlex_bsky._subjects": "Actor HasDid HasRef RecordAddress Subject actor_of record_of",
            "atlex_bsky._sync_bluesky": "Bluesky",
            "atlex_bsky._sync_chat": "Conversation",
            "atlex_bsky._thread_view": "PostNotShownError ThreadNode",
            "atlex_bsky.media": "Card CardError Image Video VideoError",
            "atlex_bsky.richtext": "RichText",
        },
        "media richtext",
    )
