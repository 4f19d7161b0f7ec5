"""The Lexicon language: a strict model of its documents, and a validator that interprets them."""

from __future__ import annotations

from atlex.lexicon import _language
from atlex.lexicon._collection import Lexicons
from atlex.lexicon._diagnostic import Diagnostic, Severity
from atlex.lexicon._language import *  # noqa: F403 - the names of the nodes stand once
from atlex.lexicon._load import LoadResult, load_documents
from atlex.lexicon._methods import default_of
from atlex.lexicon._package import package_data_digest
from atlex.lexicon._parse import parse_document
from atlex.lexicon._prose import schema_digest, strip_prose
from atlex.lexicon._walk import Part, Reference, references, walk

__all__ = [
    "Diagnostic",
    "Lexicons",
    "LoadResult",
    "Part",
    "Reference",
    "Severity",
    "default_of",
    "load_documents",
    "package_data_digest",
    "parse_document",
    "references",
    "schema_digest",
    "strip_prose",
    "walk",
]
__all__ += _language.__all__
