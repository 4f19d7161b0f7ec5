"""Documents that belong together: names are resolved in them, and values checked against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from atlex._validation import Validation
from atlex.errors import Issue, LexiconError
from atlex.lexicon import _language as language
from atlex.lexicon._diagnostic import Diagnostic, raise_on_errors
from atlex.lexicon._load import StrPath, load_documents
from atlex.lexicon._methods import body_issues, read_parameters
from atlex.lexicon._package import pack, unpack
from atlex.lexicon._parse import document_from_json
from atlex.lexicon._references import parse_ref, reference_diagnostics
from atlex.lexicon._validate import ValueCheck, is_strict
from atlex.syntax import is_valid_format

__all__ = ["Lexicons"]

_NO_PARAMS: Final = language.Params()


class Lexicons(Mapping[str, language.Document]):
    """A set of documents, by NSID and sorted by it.

    A check is ``strict`` or ``lenient``. ``strict`` enforces everything that the documents say and the data model with it. ``lenient`` enforces the
    shape: types, required properties, nulls, enum and const, the tags of unions; no lengths, ranges or formats, and
    blobs of the old form pass.

    Args:
        documents: The documents, in any order.

    Raises:
        LexiconError: Two documents have the same NSID.
    """

    def __init__(self, documents: Iterable[language.Document]) -> None:
        self._documents: dict[str, language.Document] = {}
        for document in sorted(documents, key=lambda document: document.id):
            if self._documents.setdefault(document.id, document) is not document:
                raise LexiconError(f"There are two documents with the id {document.id}")

    @classmethod
    def load(cls, paths: StrPath | Iterable[StrPath]) -> Lexicons:
        """Read all documents under one or more paths, and check them and their references.

        Args:
            paths: As for `load_documents`.

        Raises:
            LexiconError: Something is wrong; its ``diagnostics`` say what, all of it.
        """
        result = load_documents(paths)
        lexicons = cls(result.documents)
        # References to a document that is broken itself would only repeat its error.
        raise_on_errors(result.diagnostics if result.errors else lexicons.check_refs())
        return lexicons

    @classmethod
    def from_package_data(cls, data: bytes) -> Lexicons:
        """Read the documents that a generated package carries.

        Raises:
            LexiconError: The data is damaged, or holds something else.
        """
        documents: list[language.Document] = []
        diagnostics: list[Diagnostic] = []
        for raw in unpack(data):
            document, found = document_from_json(raw)
            diagnostics.extend(found)
            if document is not None:
                documents.append(document)
        raise_on_errors(diagnostics)
        return cls(documents)

    def to_package_data(self) -> bytes:
        """Write all documents, as they were read, into the bytes that `from_package_data` reads.

        Equal documents give equal bytes, whatever the order in which they were given.
        """
        return pack(self.values())

    def __getitem__(self, nsid: str) -> language.Document:
        return self._documents[nsid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def __repr__(self) -> str:
        return f"Lexicons({len(self)} documents)"

    # Names

    def definitions(self) -> Iterator[tuple[language.DefId, language.Definition]]:
        """Yield all definitions, by NSID and within it in the document's order."""
        for nsid, document in self._documents.items():
            for name, definition in document.defs.items():
                yield language.DefId(nsid, name), definition

    def find(self, def_id: language.DefId) -> language.Definition | None:
        """The definition of that name, or None."""
        document = self._documents.get(def_id.nsid)
        return None if document is None else document.defs.get(def_id.name)

    def definition(self, def_id: language.DefId) -> language.Definition:
        """The definition of that name.

        Raises:
            LexiconError: There is none.
        """
        definition = self.find(def_id)
        if definition is None:
            raise LexiconError(f"There is no definition {def_id}")
        return definition

    def resolve(self, ref: str, *, base: str = "") -> language.Definition:
        """The definition that a reference names.

        Args:
            ref: ``#name``, ``nsid`` or ``nsid#name``.
            base: The NSID of the document that the reference stands in; only ``#name`` needs it.

        Raises:
            LexiconError: It isn't a reference, or there is no such definition.
        """
        return self.definition(self._def_id(ref, base))

    def follow(self, def_id: language.DefId) -> tuple[language.Definition, tuple[language.DefId, ...]]:
        """The definition of a name, past definitions that are only a ref to another.

        Returns:
            The definition, and the names passed on the way, from the one asked for to the definition's own.

        Raises:
            LexiconError: There is no such definition, or the refs go in a circle.
        """
        names = {def_id: None}
        definition = self.definition(def_id)
        while isinstance(definition, language.Ref):
            if definition.target in names:
                raise LexiconError(f"The definition {def_id} is a circle of refs")
            names[definition.target] = None
            definition = self.definition(definition.target)
        return definition, tuple(names)

    def check_refs(self) -> list[Diagnostic]:
        """Find references that lead nowhere, to what can't be referred to, or in a circle of nothing but refs.

        A reference to a definition of a kind that isn't known is a warning: anything is valid there. Objects that
        contain each other are fine.
        """
        return reference_diagnostics(self._documents.values(), self.find)

    # Values

    def validate(
        self, definition: str | language.DefId, value: object, *, validation: Validation = "strict"
    ) -> list[Issue]:
        """Check a JSON value against a definition.

        Args:
            definition: Its name: ``nsid``, ``nsid#name``, or a `DefId`.
            value: The value as JSON has it: dicts, lists, strings, numbers, booleans and None; links, bytes and blobs
                in their JSON form. Undeclared properties are allowed.
            validation: See the class.

        Returns:
            Every fault found; none when the value is valid.

        Raises:
            LexiconError: There is no such definition, or it describes no value (a method, for example).
        """
        def_id = definition if isinstance(definition, language.DefId) else self._def_id(definition, "")
        return self._check(validation).run_named(def_id, value)

    def validate_record(
        self, collection: str, value: object, *, validation: Validation = "strict"
    ) -> list[Issue]:
        """Check a record's value, which must have the collection's NSID as its ``$type``.

        Args:
            collection: The NSID of a record document.
            value: As for `validate`.
            validation: See the class.

        Raises:
            LexiconError: There is no such record document.
        """
        record = self._record(collection)
        return self._check(validation).run_record(language.DefId(collection), record, value)

    def validate_record_key(self, collection: str, rkey: str) -> list[Issue]:
        """Check a record key against the kind of key that the collection has.

        Raises:
            LexiconError: There is no such record document.
        """
        record = self._record(collection)
        if not is_valid_format("record-key", rkey):
            return [Issue("", "not a valid record-key", rkey)]
        if record.literal_key is not None:
            return [] if rkey == record.literal_key else [Issue("", f'expected "{record.literal_key}"', rkey)]
        if record.key != "any" and not is_valid_format(record.key, rkey):
            return [Issue("", f"not a valid {record.key}", rkey)]
        return []

    def parse_params(
        self, nsid: str, pairs: Iterable[tuple[str, str]], *, validation: Validation = "strict"
    ) -> tuple[dict[str, Any], list[Issue]]:
        """Read a query string as a server does.

        Integers and booleans become such, a parameter that is an array takes all its values, absent ones get their
        default, and pairs with an empty value count as absent. Undeclared parameters are kept as strings.

        Args:
            nsid: The method's.
            pairs: Names and values, decoded, in the order of the query string.
            validation: See the class.

        Returns:
            The values, and every fault found.

        Raises:
            LexiconError: There is no such method.
        """
        params = self.method(nsid).parameters or _NO_PARAMS
        values = read_parameters(params, pairs)
        return values, self._check(validation).run(params, values)

    def validate_params(self, nsid: str, params: object, *, validation: Validation = "strict") -> list[Issue]:
        """Check the parameters of a call, as values: a mapping of booleans, integers, strings and lists of these.

        Raises:
            LexiconError: There is no such method.
        """
        return self._check(validation).run(self.method(nsid).parameters or _NO_PARAMS, params)

    def validate_input(
        self, nsid: str, encoding: str | None, body: object, *, validation: Validation = "strict"
    ) -> list[Issue]:
        """Check what is sent to a method.

        Args:
            nsid: The method's.
            encoding: The content type, with or without parameters; None when there is no body.
            body: The JSON value where that is the type; anything else isn't looked at.
            validation: See the class.

        Raises:
            LexiconError: There is no such method.
        """
        method = self.method(nsid)
        payload = method.input if isinstance(method, language.Procedure) else None
        if payload is None:
            return [] if encoding is None else [Issue("", "no body is expected")]
        return body_issues(payload, encoding, body, lambda: self._check(validation))

    def validate_output(
        self, nsid: str, encoding: str | None, body: object, *, validation: Validation = "strict"
    ) -> list[Issue]:
        """Check what a query or procedure returns. Where no output is declared, anything is valid.

        The arguments are those of `validate_input`.

        Raises:
            LexiconError: There is no such query or procedure.
        """
        method = self.method(nsid)
        if isinstance(method, language.Subscription):
            raise LexiconError(f"{nsid} is a subscription, which has messages and no output")
        if method.output is None:
            return []
        return body_issues(method.output, encoding, body, lambda: self._check(validation))

    def validate_message(
        self, nsid: str, message: object, *, validation: Validation = "strict"
    ) -> list[Issue]:
        """Check a message of a subscription, with its ``$type`` as a full name.

        Raises:
            LexiconError: There is no such subscription.
        """
        method = self.method(nsid)
        if not isinstance(method, language.Subscription):
            raise LexiconError(f"{nsid} is a {method.kind}, which has no messages")
        return self._check(validation).run(method.message.schema, message)

    def method(self, nsid: str) -> language.Method:
        """The query, procedure or subscription of that NSID.

        Raises:
            LexiconError: There is none.
        """
        definition = self.definition(language.DefId(nsid))
        if not isinstance(definition, language.Method):
            raise LexiconError(f"{nsid} is not a method")
        return definition

    def _record(self, collection: str) -> language.Record:
        definition = self.definition(language.DefId(collection))
        if not isinstance(definition, language.Record):
            raise LexiconError(f"{collection} is not a record")
        return definition

    def _def_id(self, ref: str, base: str) -> language.DefId:
        def_id = parse_ref(ref, base)
        if def_id is None:
            raise LexiconError(f"{ref!r} is not the name of a definition")
        return def_id

    def _check(self, validation: Validation) -> ValueCheck:
        return ValueCheck(self._value_definition, strict=is_strict(validation))

    def _value_definition(
        self, def_id: language.DefId
    ) -> tuple[language.Definition, tuple[language.DefId, ...]]:
        definition, names = self.follow(def_id)
        if isinstance(definition, language.Method | language.PermissionSet):
            raise LexiconError(f"{names[-1]} is a {definition.kind}: it describes no value")
        return definition, names
