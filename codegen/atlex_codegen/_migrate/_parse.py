"""From the bytes of a file to its syntax tree."""

from __future__ import annotations

import ast
import warnings
from typing import Final

import libcst as cst

from atlex_codegen._migrate._files import UnreadableError

__all__ = ["TOO_DEEP", "parse_program"]

TOO_DEEP: Final = "is nested too deeply"
_MAX_DEPTH: Final = 1000


def parse_program(data: bytes) -> cst.Module:
    """Parse a program.

    Raises:
        UnreadableError: It isn't Python, isn't text, or is nested too deeply.
    """
    try:
        # libcst's parser has no limit of its own, and ends the process where the stack ends. Python's has.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
        if _depth(tree) > _MAX_DEPTH:
            raise UnreadableError(TOO_DEEP)
        module = cst.parse_module(data)
        is_kept = module.bytes == data
    except (SyntaxError, cst.ParserSyntaxError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else error.raw_line
        where = f" (line {line})" if line else ""
        raise UnreadableError(f"isn't Python that can be parsed{where}") from error
    except (UnicodeError, LookupError, ValueError) as error:
        if b"\0" in data:
            # Python before 3.11.4 has a ValueError for it.
            raise UnreadableError("isn't Python that can be parsed") from error
        raise UnreadableError("isn't text of the encoding that it has") from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableError(TOO_DEEP) from error
    if not is_kept:
        raise UnreadableError("has line ends that can't be kept")
    return module


def _depth(tree: ast.AST) -> int:
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth
