"""The program of a helper process: libcst parses the texts on standard input, and the exit status says whether it could.

Each text is UTF-8 with its length in bytes before it, in four bytes. It imports nothing of this project, so that it is
ready early.
"""

from __future__ import annotations

import gc
import sys

import libcst

__all__ = ["main"]


def main() -> None:
    """Parses what comes in, up to its end or the first text that isn't Python."""
    # A syntax tree is no cycle: its references are counted, and there is nothing to find.
    gc.disable()
    texts = sys.stdin.buffer
    while size := texts.read(4):
        libcst.parse_module(texts.read(int.from_bytes(size)).decode())


if __name__ == "__main__":
    main()
