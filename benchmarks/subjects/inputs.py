"""Making, checking and writing a record: ``inputs RECORD ROUNDS [peer]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from atlex.model import check
from atlex_sdk.app.bsky.feed.post import Post
from benchmarks.subjects._tools import finish, interleave

_TIMES = 20


def _repeated(run: Callable[[], object]) -> object:
    for _ in range(_TIMES):
        run()
    return None


def main(record: str, rounds: str, *options: str) -> None:
    """Measure all of it; a figure is the microseconds of one record."""
    data: dict[str, Any] = json.loads(Path(record).read_bytes())
    post = Post.model_validate(data)
    contenders: dict[str, Callable[[], object]] = {
        "make.atlex": partial(Post.model_validate, data),
        "check.atlex": partial(check, post),
        "write.atlex": post.to_json,
        "write.json": partial(json.dumps, data),
    }
    if "peer" in options:
        from atproto_client.models import AppBskyFeedPost
        from atproto_client.models.utils import get_model_as_dict, get_or_create

        theirs = get_or_create(data, AppBskyFeedPost.Record, strict=True)
        contenders["make.peer"] = partial(get_or_create, data, AppBskyFeedPost.Record, strict=True)
        contenders["write.peer"] = lambda: json.dumps(get_model_as_dict(theirs))
    taken = interleave({name: partial(_repeated, run) for name, run in contenders.items()}, int(rounds))
    finish({f"{name}.us": value * 1000 / _TIMES for name, value in taken.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
