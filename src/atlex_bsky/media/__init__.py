"""Pictures, videos and link cards, made ready and sent.

    from atlex_bsky import Card, Image, Video

    Image("cat.jpg", alt="A cat")
    Video("cat.mp4", alt="The cat moves", captions={"en": "cat.vtt"})
    Card("https://example.com/cats")

These are values: nothing is read, fetched or imported for them before they are sent.
"""

from __future__ import annotations

from atlex_bsky.media._errors import CardError, VideoError
from atlex_bsky.media._values import Card, Image, PillowImage, Progress, Video

__all__ = ["Card", "CardError", "Image", "PillowImage", "Progress", "Video", "VideoError"]
