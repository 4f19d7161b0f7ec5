"""Reads one response, good or broken, and prints the memory that it took at most, in KiB.

python -m tests.model._weigh SHAPE BYTES LEVEL
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import logging
import pathlib
import re
import sys
from typing import Any

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
POST: dict[str, Any] = {
    "uri": f"at://{DID}/app.bsky.feed.post/3k5nobkf2w72g",
    "cid": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
    "author": {"did": DID, "handle": "a.test"},
    "record": {"$type": "app.bsky.feed.post", "text": "hi", "createdAt": "2026-01-01T00:00:00Z"},
    "indexedAt": "2026-01-01T00:00:00Z",
}
LABEL = {"src": DID, "uri": POST["uri"], "val": "spam", "cts": "2026-01-01T00:00:00Z"}
NODE = json.dumps({"$type": "app.bsky.feed.defs#threadViewPost", "post": POST})


def chain(depth: int, end: str) -> str:
    """A thread of replies inside each other."""
    return (NODE[:-1] + ',"replies":[') * depth + end + "]}" * depth


def response(shape: str, size: int) -> str:
    """A thread of about so many bytes."""
    pieces = {
        "good": chain(3, NODE),
        "wide": "{}",
        "scalars": "0",
        "unlike": '{"$type":"app.bsky.feed.defs#threadViewPost"}',
        "deep": chain(95, '{"$type":"app.bsky.feed.defs#threadViewPost","post":5}'),
        "labels": '{"$type":"app.bsky.feed.defs#threadViewPost","post":'
        + json.dumps({**POST, "labels": [{}] * 500})
        + "}",
        "good deep": chain(95, NODE),
        "good labels": '{"$type":"app.bsky.feed.defs#threadViewPost","post":'
        + json.dumps({**POST, "labels": [LABEL] * 50})
        + "}",
    }
    piece = pieces[shape]
    return '{"thread":' + NODE[:-1] + ',"replies":[' + ",".join([piece] * (size // len(piece) + 1)) + "]}}"


def most() -> int:
    """The memory that this process has held at most since that was last set back."""
    found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def main() -> None:
    from atlex.errors import XrpcResponseValidationError
    from atlex_sdk.app.bsky.feed.get_post_thread import GetPostThreadOutput

    logging.disable()
    shape, size, level = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    # What is made once, also for what is broken.
    for small in ("good", "wide", "deep"):
        with contextlib.suppress(XrpcResponseValidationError):
            GetPostThreadOutput.from_wire(response(small, 1000), validation=level)  # type: ignore[arg-type]
    body = response(shape, size).encode()
    # What has been freed goes back to the system, or it would be taken again for nothing.
    gc.collect()
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    # What getrusage says begins with the memory of the process that started this one.
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = most()
    with contextlib.suppress(XrpcResponseValidationError):
        GetPostThreadOutput.from_wire(body, validation=level)  # type: ignore[arg-type]
    print(most() - before)


if __name__ == "__main__":
    main()
