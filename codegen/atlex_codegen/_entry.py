"""The ``atlex`` script. It is installed with the runtime; what it needs beyond that comes with an extra."""

from __future__ import annotations

import gc
import sys
from typing import Final

__all__ = ["main"]

_EXTRA: Final = frozenset({"jinja2", "libcst", "rich", "typer"})


def main() -> None:
    """Run the command line; without the packages that it needs, say what to install and exit with 1."""
    # A command makes many objects that last to its end, which is soon: collections would find nothing.
    gc.disable()
    try:
        if sys.argv[1:2] == ["build"]:
            from atlex_codegen._run import builds_plainly

            if builds_plainly(sys.argv[2:]):
                return
        from atlex_codegen.cli import app

        app()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        sys.exit('The atlex command needs more packages: pip install "atlex[codegen]"')
