"""The base of generated classes, the markers of their fields, and the levels at which answers are read."""

from __future__ import annotations

from atlex._validation import Validation
from atlex.data import UnknownObject
from atlex.model._datetimes import NONE, Datetime, OptionalDatetime
from atlex.model._deprecation import deprecated
from atlex.model._issues import issues
from atlex.model._keys import to_camel
from atlex.model._markers import (
    Alias,
    AnyBlob,
    Array,
    BlobRef,
    Bool,
    Boolean,
    Bytes,
    Int,
    Integer,
    Link,
    String,
    Text,
)
from atlex.model._model import (
    M,
    Model,
    Object,
    Params,
    RecordObject,
    UnknownInput,
    build,
    check,
    read_as,
    strong_ref,
)
from atlex.model._unions import Anything, Unknown, closed_union, open_union

__all__ = [
    "NONE",
    "Alias",
    "AnyBlob",
    "Anything",
    "Array",
    "BlobRef",
    "Bool",
    "Boolean",
    "Bytes",
    "Datetime",
    "Int",
    "Integer",
    "Link",
    "M",
    "Model",
    "Object",
    "OptionalDatetime",
    "Params",
    "RecordObject",
    "String",
    "Text",
    "Unknown",
    "UnknownInput",
    "UnknownObject",
    "Validation",
    "build",
    "check",
    "closed_union",
    "deprecated",
    "issues",
    "open_union",
    "read_as",
    "strong_ref",
    "to_camel",
]
