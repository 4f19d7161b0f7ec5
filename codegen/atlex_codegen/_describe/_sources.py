"""Where descriptions come from: a folder of documents, as the generator reads it."""

from __future__ import annotations

from pathlib import Path

from atlex.lexicon import Lexicons
from atlex_codegen._describe._describer import Describer
from atlex_codegen._load import load_source
from atlex_codegen._naming import Naming
from atlex_codegen._planner import plan_context

__all__ = ["of_folder"]


def of_folder(lexicons: Path, package: str) -> Describer:
    """The describer of the documents in a folder, and of what is said beside them.

    Args:
        lexicons: The folder, whose documents are valid.
        package: The package that is made from it.
    """
    source = load_source(lexicons, None)
    documents = Lexicons(source.documents)
    return Describer(plan_context(documents, source, Naming(documents)), package)
