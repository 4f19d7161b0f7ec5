"""What is said of a thing: the overlay's description, else the document's own, and its rules in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from atlex.lexicon import Array, DefId, Document, Lexicons, Object, Params, Part, Property, Record, Schema
from atlex_codegen._naming import payloads
from atlex_codegen._phrases import fallback, is_told, rule
from atlex_codegen._text import clean, paragraphs, shortened

__all__ = ["Prose", "known_keys"]


class Prose:
    """The descriptions of a set of documents.

    Args:
        lexicons: The documents.
        overlay: Descriptions that come before the documents' own, by ``nsid``, ``nsid#def`` or
            ``nsid#def.property``; the properties of a record, and of a method's parameters, input and output, go by
            ``nsid#main.property``.
    """

    def __init__(self, lexicons: Lexicons, overlay: Mapping[str, str]) -> None:
        self._lexicons = lexicons
        self._overlay = overlay

    def document(self, document: Document) -> tuple[str, ...]:
        """What a document's module says: the document's description, else its main definition's."""
        main = document.main
        texts = [self._overlay.get(document.id), document.description, main.description if main else None]
        return _first(texts)

    def definition(self, def_id: DefId, description: str | None) -> tuple[str, ...]:
        """What is said of a definition; empty when nothing is."""
        return _first([self._overlay.get(str(def_id)), description])

    def property(self, def_id: DefId, prop: Property) -> tuple[str, ...]:
        """What is said of a property of a definition, with its rules; empty when there is nothing to say."""
        key = f"{def_id.nsid}#{def_id.name}.{prop.name}"
        said = _first([self._overlay.get(key), prop.schema.description])
        rules = self.rules(prop.schema)
        if not rules or is_told(prop.schema, self._lexicons, " ".join(said)):
            return said
        return (*said, rules)

    def rules(self, schema: Schema) -> str:
        """The rules of a schema in words; empty when it has none."""
        return rule(schema, self._lexicons)

    def argument(self, def_id: DefId, prop: Property, name: str, class_name: str) -> str:
        """What is said of an argument for a property of a definition.

        Args:
            def_id: The definition.
            prop: The property.
            name: The argument's name.
            class_name: The class or alias of its type, or of its items.
        """
        said = " ".join(self.property(def_id, prop))
        return said or fallback(name, prop.schema, self._lexicons, class_name)

    def deprecation(self, key: str, *nodes: Part | Document) -> str:
        """Why something is deprecated, and what replaces it; empty for what isn't.

        The language has no word for it. The documents have a habit: a description that begins with the word, or has it
        in capitals, as the official code generators know it; or a member ``deprecated``, as in JSON Schema.

        Args:
            key: What the overlay calls it.
            nodes: The parts of the documents that are about it.
        """
        for text in (self._overlay.get(key), *(node.description for node in nodes)):
            said = clean(text or "")
            # The pattern looks at every word.
            found = _DEPRECATED.search(said) if "deprecated" in said.lower() else None
            if found:
                return _reason(found["reason"])
        for node in nodes:
            mark = node.extra.get("deprecated")
            if mark is True or isinstance(mark, str):
                return _reason("" if mark is True else mark)
        return ""


_DEPRECATED: Final = re.compile(
    r"(?:^\W*(?i:deprecated)|\bDEPRECATED)\b[\])*]*(?:\s*[:.,;\u2013\u2014-]+)?\s*(?P<reason>.*)", re.DOTALL
)


def _reason(text: str) -> str:
    line = shortened(text, 200)
    if not line:
        return "This is deprecated."
    return f"{line[:1].upper()}{line[1:]}" + ("" if line.endswith((".", "…", "!")) else ".")


def known_keys(document: Document) -> set[str]:
    """The keys that an overlay may use for a document."""
    keys = {document.id}
    for name, definition in document.defs.items():
        full = f"{document.id}#{name}"
        keys.add(full)
        part = definition.record if isinstance(definition, Record) else definition
        for owner in (part, *(inner for _, inner in payloads(definition))):
            pending: list[object] = [owner]
            while pending:
                current = pending.pop()
                if isinstance(current, Array):
                    pending.append(current.items)
                elif isinstance(current, Object | Params):
                    keys.update(f"{full}.{prop}" for prop in current.properties)
                    pending.extend(prop.schema for prop in current.properties.values())
    return keys


def _first(texts: Iterable[str | None]) -> tuple[str, ...]:
    for text in texts:
        if text and (found := paragraphs(text)):
            return tuple(found)
    return ()
