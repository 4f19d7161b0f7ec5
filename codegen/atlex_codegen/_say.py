"""What a command prints: lines that a terminal shows and doesn't obey, and one sentence where it fails.

It needs none of the command line's own packages, which take longer to load than a small build.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from atlex._printable import printable
from atlex.errors import AtlexError, LexiconError

__all__ = ["failing_with_a_sentence", "say", "shown"]


def say(lines: Iterable[object], *, err: bool = False) -> None:
    """Print values, one a line, with all that doesn't print escaped: paths and names may hold anything."""
    stream = sys.stderr if err else sys.stdout
    # One that was closed before the program began is None, which print takes for standard output.
    for line in map(str, lines if stream is not None else ()):
        print(shown(line, err=err), file=stream, flush=True)


def shown(line: str, *, err: bool = False) -> str:
    """A line with all escaped that doesn't print, or that the stream's encoding doesn't have."""
    text = printable(line, limit=len(line))
    encoding = getattr(sys.stderr if err else sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


@contextmanager
def failing_with_a_sentence(code: int = 1) -> Generator[None]:
    """Print what went wrong, each finding first, and end the command with this exit code."""
    try:
        yield
    except BrokenPipeError:
        # Whoever read the output has had enough, which the command line's library knows how to end with.
        raise
    except (AtlexError, OSError) as error:
        found = error.diagnostics if isinstance(error, LexiconError) else ()
        say([*found, _sentence(error)], err=True)
        raise SystemExit(code) from error


def _sentence(error: AtlexError | OSError) -> object:
    if isinstance(error, OSError):
        return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
    return error.args[0] if isinstance(error, LexiconError) else error
