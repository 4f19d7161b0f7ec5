"""From bytes to models, everything in one process and in turn: ``parsing FOLDER ROUNDS [peer]``."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

from atlex.model import Model
from atlex_sdk.app.bsky.actor.defs import ProfileViewDetailed
from atlex_sdk.app.bsky.feed.get_post_thread import GetPostThreadOutput
from atlex_sdk.app.bsky.feed.get_timeline import GetTimelineOutput
from atlex_sdk.app.bsky.feed.post import Post
from atlex_sdk.com.atproto.repo.list_records import ListRecordsOutput
from benchmarks.subjects._tools import finish, interleave

_CLASSES: Final[dict[str, type[Model]]] = {
    "timeline": GetTimelineOutput,
    "profile": ProfileViewDetailed,
    "listing": ListRecordsOutput,
    "thread": GetPostThreadOutput,
}


def _with_posts(data: bytes) -> object:
    timeline = GetTimelineOutput.from_wire(data)
    return timeline, [item.post.record_as(Post) for item in timeline.feed]


def _peer() -> dict[str, Callable[[bytes], object]]:
    from atproto import models
    from atproto_client.models.utils import get_or_create

    def read(response: Any, data: bytes) -> object:
        return get_or_create(json.loads(data), response, strict=True)

    return {
        "timeline": partial(read, models.AppBskyFeedGetTimeline.Response),
        "profile": partial(read, models.AppBskyActorDefs.ProfileViewDetailed),
        "listing": partial(read, models.ComAtprotoRepoListRecords.Response),
        "thread": partial(read, models.AppBskyFeedGetPostThread.Response),
    }


def _held(read: Callable[[], object]) -> float:
    """How much memory a reading keeps, in MiB. It is counted, not sampled."""
    read()
    gc.collect()
    tracemalloc.start()
    kept = [read() for _ in range(3)]
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / len(kept) / (1 << 20)
    tracemalloc.stop()
    return size


def main(folder: str, rounds: str, *options: str) -> None:
    """Measure all of it."""
    contenders: dict[str, Callable[[], object]] = {}
    held: dict[str, Callable[[], object]] = {}
    peer = _peer() if "peer" in options else {}
    for name, cls in _CLASSES.items():
        data = Path(folder, f"{name}.json").read_bytes()
        contenders |= {
            f"{name}.json.ms": partial(json.loads, data),
            f"{name}.from_json.ms": partial(from_json, data),
            f"{name}.lenient.ms": partial(cls.from_wire, data),
            f"{name}.strict.ms": partial(cls.from_wire, data, validation="strict"),
        }
        if name == "timeline":
            contenders["timeline.typed.ms"] = partial(_with_posts, data)
            held |= {
                "held.atlex.mib": partial(cls.from_wire, data),
                "held.json.mib": partial(json.loads, data),
            }
        if name in peer:
            contenders[f"{name}.peer.ms"] = partial(peer[name], data)
            if name == "timeline":
                held["held.peer.mib"] = partial(peer[name], data)
    figures = interleave(contenders, int(rounds))
    finish(figures | {name: _held(read) for name, read in held.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
