"""Make the synchronous twins from the asynchronous modules: `python -m tools.unasync [--check]`.

The twin of `_async.py` is `_sync.py` beside it, that of `_async_pages.py` is `_sync_pages.py`. Words are
replaced by the rules below, in code and in docstrings alike, and ruff then sorts the imports, drops the
unused ones and lays the lines out. What the asynchronous side alone does ends with a comment: the whole
statement under `if deadline is not None:  # async only` is left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools._made import write_or_check

__all__ = ["RULES", "WRITTEN", "main", "twin", "twin_path"]

ROOT: Final = Path(__file__).parents[1]
WRITTEN: Final = (
    "src/atlex/_connection/_async.py",
    "src/atlex/_effects/_async.py",
    "src/atlex/_upload/_async.py",
    "src/atlex/client/_async.py",
    "src/atlex/client/_async_agent.py",
    "src/atlex/client/_async_pages.py",
    "src/atlex/client/_async_records.py",
    "src/atlex/fetch/_async.py",
    "src/atlex/identity/_async.py",
    "src/atlex/session/_async.py",
    "src/atlex_bsky/_async_bluesky.py",
    "src/atlex_bsky/_async_chat.py",
    "src/atlex_bsky/_async_core.py",
    "src/atlex_bsky/_async_following.py",
    "src/atlex_bsky/_async_graph.py",
    "src/atlex_bsky/_async_lists.py",
    "src/atlex_bsky/_async_pages.py",
    "src/atlex_bsky/_async_posting.py",
    "src/atlex_bsky/_async_profile.py",
    "src/atlex_bsky/_async_reading.py",
    "src/atlex_bsky/media/_async_upload.py",
    "src/atlex_bsky/media/_async_video.py",
)
"""The modules that are written, each of which has a twin made from it."""

_NESTED: Final = r"((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)"
RULES: Final = (
    (r"``httpx``, ``httpx2`` or ``aiohttp``", "``httpx`` or ``httpx2``"),
    (r", or an ``aiohttp\.ClientSession``,", ""),
    (r"\basynchronous=True", "asynchronous=False"),
    (r"\basync (?=def|with|for)", ""),
    (r"\bawait to_thread\.run_sync\(([\w.]+)(?:, )?", r"\1("),
    (r"\bawait ", ""),
    (r"\ba(?=(?:iter|next)\()", ""),
    # A session that is awaited or entered has begun when the synchronous call returns.
    (r"\bOpening\[(\w+)\]", r"\1"),
    (r"\bOpening\(begin\)", "begin()"),
    (r", to be awaited or entered\b", ""),
    (r"(?ms)^ *Under asyncio and trio, .*?\n\n", ""),
    (r"\bfunction or coroutine function\b", "function"),
    (r"\bFunctions or coroutine functions\b", "Functions"),
    (rf"\bAwaitable\[{_NESTED}\]", r"\1"),
    (rf"\bCoroutine\[Any, Any, {_NESTED}\]", r"\1"),
    (r"\b__a(?=(?:enter|exit|iter|next)__)", "__"),
    (r"\ba(?=(?:read|close|iter_bytes)\b)", ""),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\bAsyncTaken\b", "list"),
    (r"\b(_*(?:Abstract|Base)?)Async(?=[A-Z])", r"\1"),
    (r"\bBody(?= \||,|`)", "SyncBody"),
    (r"\b_async(?=\b|_)", "_sync"),
    (r"(?<=\w)_async\b", ""),
    (r"\ban asynchronous", "a synchronous"),
    (r"\bAn asynchronous", "A synchronous"),
    (r"\basynchronous(?!=)", "synchronous"),
    (r"\bAsynchronous", "Synchronous"),
    (r"\banyio(?=\.sleep\b)", "time"),
    (r"\bimport anyio\b", "import time"),
)
"""Patterns and what each becomes, applied in this order."""

_ASYNC_ONLY: Final = "  # async only"


def twin_path(written: Path) -> Path:
    """The path of a module's twin."""
    return written.with_name(written.name.replace("_async", "_sync", 1))


def twin(source: str, name: str) -> str:
    """The synchronous form of a module, before ruff has laid it out.

    Args:
        source: The text of the asynchronous module.
        name: Its file name, for the header.
    """
    text = _without_async_only(source)
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return f"# Made from {name} by tools/unasync.py: change that file, and run the tool.\n{text}"


def _without_async_only(source: str) -> str:
    kept: list[str] = []
    limit: int | None = None
    for line in source.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if limit is not None and (not line.strip() or indent > limit):
            continue
        limit = None
        if line.rstrip().endswith(_ASYNC_ONLY):
            limit = indent
        else:
            kept.append(line)
    return "".join(kept)


def _laid_out(text: str, path: Path) -> str:
    """What ruff makes of a module: imports and names sorted, unused imports gone, lines laid out."""
    for command in (["check", "--fix-only", "--select", "D202,F401,I,RUF022", "--quiet"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(path), "-"]
        done = subprocess.run(ruff, input=text, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)  # noqa: S603
        text = done.stdout
    return text


def main(arguments: list[str]) -> int:
    """Write the twins, or with ``--check`` say which aren't what the tool makes, and return 1 if any is."""
    return write_or_check(dict(map(_made, WRITTEN)), arguments, "tools.unasync")


def _made(name: str) -> tuple[Path, str]:
    written = ROOT / name
    path = twin_path(written)
    return path, _laid_out(twin(written.read_text("utf-8"), written.name), path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
