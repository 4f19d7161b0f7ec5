"""The comparison of two sets of documents as a whole."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Final

from atlex.errors import LexiconError
from atlex.lexicon import Document, Lexicons, Object, references
from atlex_codegen._diff._changes import Diff
from atlex_codegen._diff._compare import compare_documents
from atlex_codegen._diff._names import Entry, package_names
from atlex_codegen._diff._python import with_names
from atlex_codegen._diff._sources import Side, read_sides
from atlex_codegen._naming import Naming
from atlex_codegen._planner import plan_package
from atlex_codegen._plugins import load_plugins
from atlex_codegen._resolve import reference_faults

__all__ = ["diff"]

_STUBS: Final = "/missing"
"""A pointer that no document has."""


def diff(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> Diff:
    """Compare two sets of Lexicon documents, and the packages that are generated from them.

    Descriptions don't count, except where one says that something is deprecated. References to definitions that neither
    side has, such as those of a base, are compared by name.

    Args:
        old: The older documents: a folder of them; a generated package, by its folder or by the name that it is imported
            by; or ``REVISION:PATH`` as git has it.
        new: The newer ones, likewise.

    Raises:
        LexiconError: Either is nothing of the kind, has documents with errors, which ``diagnostics`` lists, or is a
            package that was made with a plugin which isn't installed.
    """
    before, after = read_sides(old, new)
    old_descriptions = (after if before.is_package else before).source.descriptions
    new_descriptions = (before if after.is_package else after).source.descriptions
    changes = compare_documents(before.lexicons, after.lexicons, old_descriptions, new_descriptions)
    return with_names(changes, _names(before), _names(after))


def _names(side: Side) -> list[Entry]:
    """The names of the package, planned with an empty object for each reference that leads nowhere."""
    lexicons = side.lexicons
    missing = {
        reference.target
        for _, definition in lexicons.definitions()
        for reference in references(definition)
        if lexicons.find(reference.target) is None
    }
    documents = dict(lexicons)
    for number, def_id in enumerate(sorted(missing)):
        document = documents.get(def_id.nsid) or Document(id=def_id.nsid, defs={}, raw={})
        stub = Object(pointer=f"{_STUBS}/{number}")
        documents[def_id.nsid] = replace(document, defs={**document.defs, def_id.name: stub})
    whole = Lexicons(documents.values())
    faults = [fault for fault in reference_faults(whole) if fault.is_error]
    if faults:
        plural = "error" if len(faults) == 1 else "errors"
        raise LexiconError(f"The references in the documents have {len(faults)} {plural}.", faults)
    plugins = load_plugins(side.plugins)
    naming = Naming(whole, class_name_of=plugins.class_name)
    names = package_names(naming, plan_package(whole, side.source, naming, plugins))
    return [entry for entry in names if not entry.spot[1].startswith(_STUBS)]
