"""From bytes to models: ``parsing WHO FOLDER BATCHES``. One reader to a process, beside `json.loads`.

A reading's figures are ``ms``, its time, and ``loads``, its multiple of what `json.loads` took in the same batches of the
same process. The multiples are what is compared between processes.
"""

# The peer isn't installed where this is checked.
# pyright: reportMissingImports=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.subjects._tools import finish, interleave

# How often each is read in a batch, so that a batch takes some milliseconds at least.
_PAYLOADS: Final = {"timeline": 4, "profile": 200, "listing": 2, "thread": 20}

_Readers = dict[str, Callable[[bytes], object]]


def _atlex() -> dict[str, _Readers]:
    from atlex.model import Model
    from atlex_sdk.app.bsky.actor.defs import ProfileViewDetailed
    from atlex_sdk.app.bsky.feed.get_post_thread import GetPostThreadOutput
    from atlex_sdk.app.bsky.feed.get_timeline import GetTimelineOutput
    from atlex_sdk.app.bsky.feed.post import Post
    from atlex_sdk.com.atproto.repo.list_records import ListRecordsOutput

    def with_posts(data: bytes) -> object:
        timeline = GetTimelineOutput.from_wire(data)
        return timeline, [item.post.record_as(Post) for item in timeline.feed]

    classes: dict[str, type[Model]] = {
        "timeline": GetTimelineOutput,
        "profile": ProfileViewDetailed,
        "listing": ListRecordsOutput,
        "thread": GetPostThreadOutput,
    }
    readers: dict[str, _Readers] = {
        name: {"lenient": cls.from_wire, "strict": partial(cls.from_wire, validation="strict")}
        for name, cls in classes.items()
    }
    readers["timeline"]["typed"] = with_posts
    return readers


def _peer() -> dict[str, _Readers]:
    from atproto import models
    from atproto_client.models.utils import get_or_create

    def read(response: Any, data: bytes) -> object:
        return get_or_create(json.loads(data), response, strict=True)

    responses = {
        "timeline": models.AppBskyFeedGetTimeline.Response,
        "profile": models.AppBskyActorDefs.ProfileViewDetailed,
        "listing": models.ComAtprotoRepoListRecords.Response,
        "thread": models.AppBskyFeedGetPostThread.Response,
    }
    return {name: {"read": partial(read, response)} for name, response in responses.items()}


def _floor() -> dict[str, _Readers]:
    from pydantic_core import from_json

    return {name: {"from_json": from_json} for name in _PAYLOADS}


def _held(read: Callable[[], object]) -> float:
    """How much memory a reading keeps, in MiB. It is counted, not sampled."""
    gc.collect()
    tracemalloc.start()
    kept = [read() for _ in range(3)]
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / len(kept) / (1 << 20)
    tracemalloc.stop()
    return size


def _compared(taken: Mapping[str, list[float]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, times in taken.items():
        figures[f"{name}.ms"] = statistics.median(times)
        multiples = [value / base for value, base in zip(times, taken["json"], strict=True)]
        figures[f"{name}.loads"] = statistics.median(multiples)
    return figures


def main(who: str, folder: str, batches: str) -> None:
    """Measure all payloads: the first reading of the timeline, readings after a warm-up, and the memory held."""
    readers = {"atlex": _atlex, "peer": _peer, "floor": _floor}[who]()
    figures: dict[str, float] = {}
    for payload, size in _PAYLOADS.items():
        data = Path(folder, f"{payload}.json").read_bytes()
        contenders: dict[str, Callable[[], object]] = {
            name: partial(read, data) for name, read in readers[payload].items()
        }
        if payload == "timeline":
            start = time.process_time()
            next(iter(contenders.values()))()
            figures["timeline.first.ms"] = (time.process_time() - start) * 1000
        contenders = {"json": partial(json.loads, data), **contenders}
        found = _compared(interleave(contenders, int(batches), size))
        figures |= {f"{payload}.{name}": value for name, value in found.items()}
        if payload == "timeline":
            gc.disable()
            found = _compared(interleave(contenders, int(batches), size))
            gc.enable()
            figures |= {f"timeline-uncollected.{name}": value for name, value in found.items()}
            figures |= {f"timeline.{name}.held_mib": _held(read) for name, read in contenders.items()}
    finish(figures)


if __name__ == "__main__":
    main(*sys.argv[1:])
