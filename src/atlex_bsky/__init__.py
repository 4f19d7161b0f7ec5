"""The Bluesky layer: what a bot does, in one line each, on the typed client of ``atlex_sdk``.

    from atlex_bsky import Bluesky

    bsky = Bluesky(client)

Every name here loads when it is first used.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex_bsky._async_bluesky import AsyncBluesky as AsyncBluesky
    from atlex_bsky._drafts import Draft as Draft
    from atlex_bsky._drafts import Posted as Posted
    from atlex_bsky._sync_bluesky import Bluesky as Bluesky
    from atlex_bsky.richtext import RichText as RichText
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex_bsky._async_bluesky": "AsyncBluesky",
            "atlex_bsky._drafts": "Draft Posted",
            "atlex_bsky._sync_bluesky": "Bluesky",
            "atlex_bsky.richtext": "RichText",
        },
        "richtext",
    )
