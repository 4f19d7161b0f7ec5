"""One document: from JSON to the model of the language, with a diagnostic for everything that breaks its rules.

Source of the rules: https://atproto.com/specs/lexicon, and for what it leaves open the reference implementation's
document schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from atlex.lexicon._diagnostic import Diagnostic, fault_diagnostics
from atlex.lexicon._fields import Fields, Notes
from atlex.lexicon._json import copy_json, is_object, read_json
from atlex.lexicon._language import DefId, Definition, Document
from atlex.lexicon._nodes import DefinitionParser
from atlex.lexicon._special import is_mapping
from atlex.syntax import is_valid_nsid

__all__ = ["parse_document"]

_NSID_HINT: Final = 'use at least three segments, such as "com.example.getThing"'


def parse_document(
    data: bytes | str | Mapping[str, Any], *, source: str = ""
) -> tuple[Document | None, list[Diagnostic]]:
    """Read one Lexicon document and check it against the language.

    Whether its references lead anywhere is not checked here, but by `Lexicons.check_refs`.

    Args:
        data: JSON text (bytes are UTF-8), or the JSON object already read. It is copied.
        source: Where it comes from, for the messages: usually a file's path.

    Returns:
        The document, or None when there are errors; and everything that was found, errors and warnings.
    """
    value, faults = read_json(data) if isinstance(data, bytes | str) else (data, [])
    if faults:
        return None, fault_diagnostics(faults, file=source)
    return document_from_json(value, source=source)


def document_from_json(value: Any, *, source: str = "") -> tuple[Document | None, list[Diagnostic]]:
    """Do what `parse_document` does after the JSON text has been read."""
    raw, faults = copy_json(value)
    if faults:
        nsid = value.get("id") if is_mapping(value) else None
        return None, fault_diagnostics(faults, file=source, nsid=nsid if isinstance(nsid, str) else "")
    notes = Notes(source)
    if not is_object(raw):
        notes.error(
            "", "a Lexicon document is a JSON object", 'begin with {"lexicon": 1, "id": …, "defs": …}'
        )
        return None, notes.diagnostics
    document = _document(Fields(notes, raw, ""), source)
    return (None if notes.has_errors else document), notes.diagnostics


def _document(fields: Fields, source: str) -> Document:
    notes = fields.notes
    nsid = fields.required_text("id", "the document's NSID")
    if nsid is not None:
        notes.nsid = nsid
        if not is_valid_nsid(nsid):
            fields.error("id", "not a valid NSID", _NSID_HINT)
    if fields.required("lexicon", "the version of the language, 1"):
        version = fields.value("lexicon")
        if version != 1 or isinstance(version, bool | float):
            fields.error("lexicon", "a version of the language that isn't known", 'only "lexicon": 1 exists')
    return Document(
        id=nsid or "",
        defs=_definitions(fields, nsid or ""),
        revision=fields.size("revision"),
        description=fields.text("description"),
        raw=fields.raw,
        source=source,
        extra=fields.extra(),
    )


def _definitions(fields: Fields, nsid: str) -> Mapping[str, Definition]:
    definitions: dict[str, Definition] = {}
    defs = fields.mapping("defs") if fields.required("defs", "the definitions by name") else None
    if defs is None:
        return definitions
    if not defs:
        fields.notes.warn("/defs", "there are no definitions", "add one, or remove the file")
    parser = DefinitionParser(fields.notes, nsid)
    for name, raw in defs.items():
        place = fields.at("defs", name)
        if "#" in name:
            fields.notes.error(place, "a definition's name can't hold \"#\"", "rename the definition")
        else:
            fields.notes.name(place, "a definition", name)
        definition = parser.definition(raw, place, DefId(nsid, name))
        if definition is not None:
            definitions[name] = definition
    return definitions
