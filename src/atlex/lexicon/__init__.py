"""The Lexicon language: a strict model of its documents, and a validator that interprets them."""

from __future__ import annotations

from atlex.lexicon._collection import Lexicons
from atlex.lexicon._diagnostic import Diagnostic, Severity
from atlex.lexicon._language import (
    Array,
    Blob,
    Boolean,
    Bytes,
    CidLink,
    DefId,
    Definition,
    Document,
    ErrorDeclaration,
    Integer,
    Message,
    Method,
    Node,
    Object,
    Params,
    Payload,
    Permission,
    PermissionSet,
    Procedure,
    Property,
    Query,
    Record,
    Ref,
    Schema,
    String,
    Subscription,
    Token,
    Union,
    Unknown,
    UnknownKind,
)
from atlex.lexicon._load import LoadResult, load_documents
from atlex.lexicon._methods import default_of
from atlex.lexicon._package import package_data_digest
from atlex.lexicon._parse import parse_document
from atlex.lexicon._prose import schema_digest, strip_prose
from atlex.lexicon._validate import Mode
from atlex.lexicon._walk import Part, Reference, references, walk

__all__ = [
    "Array",
    "Blob",
    "Boolean",
    "Bytes",
    "CidLink",
    "DefId",
    "Definition",
    "Diagnostic",
    "Document",
    "ErrorDeclaration",
    "Integer",
    "Lexicons",
    "LoadResult",
    "Message",
    "Method",
    "Mode",
    "Node",
    "Object",
    "Params",
    "Part",
    "Payload",
    "Permission",
    "PermissionSet",
    "Procedure",
    "Property",
    "Query",
    "Record",
    "Ref",
    "Reference",
    "Schema",
    "Severity",
    "String",
    "Subscription",
    "Token",
    "Union",
    "Unknown",
    "UnknownKind",
    "default_of",
    "load_documents",
    "package_data_digest",
    "parse_document",
    "references",
    "schema_digest",
    "strip_prose",
    "walk",
]
