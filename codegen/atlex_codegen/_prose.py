"""What is said of a thing: the overlay's description, else the document's own, and its rules in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atlex.lexicon import (
    Array,
    Blob,
    Boolean,
    Bytes,
    CidLink,
    DefId,
    Document,
    Integer,
    Lexicons,
    Object,
    Params,
    Property,
    Record,
    Ref,
    Schema,
    String,
    Union,
    UnknownKind,
)
from atlex_codegen._naming import payloads
from atlex_codegen._text import paragraphs, shortened

__all__ = ["Prose", "kind_words", "known_keys"]

_VALUES_SHOWN = 12


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
        said = _first(
            [self._overlay.get(f"{def_id.nsid}#{def_id.name}.{prop.name}"), prop.schema.description]
        )
        rules = self.rules(prop.schema)
        return (*said, rules) if rules else said

    def rules(self, schema: Schema) -> str:
        """The rules of a schema in words; empty when it has none."""
        return " ".join(f"{sentence}." for sentence in self._sentences(schema))

    def _sentences(self, schema: Schema) -> Iterable[str]:
        match schema:
            case Boolean():
                if schema.const is not None:
                    yield f"Always {schema.const}"
                if schema.default is not None:
                    yield f"The server's default is {schema.default}"
            case Integer():
                yield from _range(schema.minimum, schema.maximum, "")
                if schema.enum:
                    yield f"One of {_listed(str(value) for value in schema.enum)}"
                if schema.const is not None:
                    yield f"Always {schema.const}"
                if schema.default is not None:
                    yield f"The server's default is {schema.default}"
            case String():
                yield from _string(schema)
            case Bytes():
                yield from _range(schema.min_length, schema.max_length, " bytes")
            case Blob():
                if schema.accept:
                    yield f"Accepts {_listed(schema.accept)}"
                yield from _range(None, schema.max_size, " bytes")
            case Array():
                yield from _range(schema.min_length, schema.max_length, " items")
                rules = "; ".join(rule[0].lower() + rule[1:] for rule in self._sentences(schema.items))
                if rules:
                    yield f"Each item: {rules}"
            case Ref():
                definition, _ = self._lexicons.follow(schema.target)
                if isinstance(definition, String | Integer | Boolean | Bytes | Blob):
                    yield from self._sentences(definition)
            case _:
                pass


def kind_words(schema: Schema) -> str:
    """What a schema is, in a sentence, for a value of which nothing else is said."""
    match schema:
        case Object():
            return f"An object: {_listed(schema.properties)}." if schema.properties else "An object."
        case Ref():
            return f"A value of ``{schema.target}``."
        case Union():
            return f"One of {_listed(map(str, schema.targets))}." if schema.targets else "An object."
        case Array():
            inner = kind_words(schema.items)
            return f"A list. Each item: {inner[0].lower()}{inner[1:]}"
        case Boolean():
            return "True or False."
        case Integer():
            return "An integer."
        case String():
            return "A string."
        case Bytes():
            return "Bytes."
        case Blob():
            return "A blob that has been uploaded."
        case CidLink():
            return "A link by content hash."
        case UnknownKind():
            return "Any value."
        case _:
            return "Any object."


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


def _string(schema: String) -> Iterable[str]:
    if schema.format is not None:
        yield f"Format: {shortened(schema.format)}"
    yield from _range(schema.min_length, schema.max_length, " bytes of UTF-8")
    yield from _range(schema.min_graphemes, schema.max_graphemes, " graphemes")
    if schema.enum:
        yield f"One of {_listed(schema.enum)}"
    elif schema.known_values:
        yield f"Known values: {_listed(schema.known_values)}"
    if schema.const is not None:
        yield f"Always {_quoted(schema.const)}"
    if schema.default is not None:
        yield f"The server's default is {_quoted(schema.default)}"


def _range(low: int | None, high: int | None, unit: str) -> Iterable[str]:
    if low is not None and high is not None:
        yield f"From {low} to {high}{unit}"
    elif low is not None:
        yield f"At least {low}{unit}"
    elif high is not None:
        yield f"At most {high}{unit}"


def _quoted(value: str) -> str:
    return f"``{shortened(value)}``"


def _listed(values: Iterable[str]) -> str:
    items = [_quoted(value) for value in values]
    more = len(items) - _VALUES_SHOWN
    return ", ".join(items[:_VALUES_SHOWN]) + (f" and {more} more" if more > 0 else "")
