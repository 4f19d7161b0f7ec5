"""Text with mentions, links and tags, without offsets by hand.

    from atlex_bsky.richtext import RichText

    RichText("see ").link("this", "https://example.com").text(" ").tag("#now")

No generated model is imported before `RichText.facets` is asked for.
"""

from __future__ import annotations

from atlex_bsky.richtext._features import Feature, Link, Mention, Tag, UnresolvedMention
from atlex_bsky.richtext._spans import Segment
from atlex_bsky.richtext._text import RichText

__all__ = ["Feature", "Link", "Mention", "RichText", "Segment", "Tag", "UnresolvedMention"]
