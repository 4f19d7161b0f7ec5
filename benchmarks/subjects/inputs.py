"""Making, checking and writing records, and finding what is in a text: ``inputs WHO RECORD BATCHES``.

A figure is the microseconds of one record or text.
"""

# The peer isn't installed where this is checked.
# pyright: reportMissingImports=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.subjects._tools import finish, interleave

_SIZE: Final = 50
_TEXT: Final = "a slow morning by the harbour"
_RICH: Final = "Hi @alice.example.com 👋 look: example.com/a?b=c and https://example.org #cats #dogs $AAPL"
_TIME: Final = "2026-03-01T12:00:00.000Z"


def _atlex(data: dict[str, Any]) -> dict[str, Callable[[], object]]:
    from atlex.model import check
    from atlex_bsky import RichText
    from atlex_sdk.app.bsky.feed.post import Post

    post = Post.model_validate(data)
    return {
        "construct": partial(Post, text=_TEXT, created_at=_TIME, langs=["en"]),
        "make": partial(Post.model_validate, data),
        "check": partial(check, post),
        "write": post.to_json,
        "whole": lambda: Post.model_validate(data).to_json(),
        "detect": partial(RichText.detect, _RICH),
    }


def _peer(data: dict[str, Any]) -> dict[str, Callable[[], object]]:
    from atproto_client.models import AppBskyFeedPost
    from atproto_client.models.utils import get_model_as_dict, get_or_create
    from atproto_client.utils.facet_detection import detect_facets, detect_mentions

    post: Any = get_or_create(data, AppBskyFeedPost.Record, strict=True)
    return {
        "construct": partial(AppBskyFeedPost.Record, text=_TEXT, created_at=_TIME, langs=["en"]),
        "make": partial(get_or_create, data, AppBskyFeedPost.Record, strict=True),
        "write": lambda: json.dumps(get_model_as_dict(post)),
        "whole": lambda: json.dumps(
            get_model_as_dict(get_or_create(data, AppBskyFeedPost.Record, strict=True))
        ),
        "detect": lambda: (detect_facets(_RICH), detect_mentions(_RICH)),
    }


def _floor(data: dict[str, Any]) -> dict[str, Callable[[], object]]:
    return {"write": partial(json.dumps, data)}


def main(who: str, record: str, batches: str) -> None:
    """Measure one side."""
    data: dict[str, Any] = json.loads(Path(record).read_bytes())
    contenders = {"atlex": _atlex, "peer": _peer, "floor": _floor}[who](data)
    taken = interleave(contenders, int(batches), _SIZE)
    finish({f"{name}.us": statistics.median(times) * 1000 for name, times in taken.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
