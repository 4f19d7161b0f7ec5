"""Findings for readers: as text, as JSON, and as annotations of GitHub Actions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from atlex._files import read_file
from atlex._printable import printable
from atlex_codegen._check._findings import LEVELS, Finding, Level
from atlex_codegen._pointers import pointer_lines

__all__ = ["check_lines", "findings_json", "github_lines"]

_COMMANDS: Final[dict[Level, str]] = {"error": "error", "warning": "warning", "style": "notice"}


def check_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line for each finding, and one with their number."""
    yield from map(str, findings)
    counts = Counter(finding.level for finding in findings)
    shares = ", ".join(f"{counts[level]} {level}" for level in reversed(LEVELS) if counts[level])
    plural = "finding" if len(findings) == 1 else "findings"
    yield f"{len(findings)} {plural}: {shares}." if findings else "Nothing to find fault with."


def findings_json(findings: Sequence[Finding]) -> str:
    """Write the findings as JSON, in ASCII: a list of objects with the attributes of `Finding`."""
    return json.dumps([asdict(finding) for finding in findings], indent=2) + "\n"


def github_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a workflow command for each finding, which GitHub shows at its line.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    lines: dict[str, dict[str, int]] = {}
    for finding in findings:
        if finding.file not in lines:
            lines[finding.file] = _lines(finding.file)
        place = {
            "file": finding.file,
            "line": str(_nearest(lines[finding.file], finding.pointer)),
            "title": finding.rule,
        }
        properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
        hint = f" ({finding.hint})" if finding.hint else ""
        yield f"::{_COMMANDS[finding.level]} {properties}::{_data(finding.message + hint)}"


def _lines(file: str) -> dict[str, int]:
    try:
        return pointer_lines(read_file(Path(file)).decode("utf-8-sig", "replace"))
    except (OSError, ValueError):
        return {}


def _nearest(lines: dict[str, int], pointer: str) -> int:
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 1)


def _data(text: str) -> str:
    # Whatever else a command could be made of isn't printable, and is escaped.
    return printable(text, limit=len(text)).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
