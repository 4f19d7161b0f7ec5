"""Limits of blobs and lists, by the lexicons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, get_args

from atlex.model import Array, BlobRef, Model

__all__ = ["max_blob_size", "max_items"]


def max_blob_size(model: type[Model], field: str) -> int:
    """The most bytes that a blob may have.

    Args:
        model: The class that has the blob.
        field: The name of the field, which must have a limit.
    """
    sizes = (marker.max_size for marker in _markers(model, field) if isinstance(marker, BlobRef))
    return next(size for size in sizes if size is not None)


def max_items(model: type[Model], field: str) -> int:
    """The most items that a list may have.

    Args:
        model: The class that has the list.
        field: The name of the field, which must have a limit.
    """
    lengths = (marker.max_length for marker in _markers(model, field) if isinstance(marker, Array))
    return next(length for length in lengths if length is not None)


def _markers(model: type[Model], field: str) -> Iterator[Any]:
    info = model.model_fields[field]
    # The markers of an optional field are inside the union with None.
    parts = get_args(info.annotation)
    return chain(info.metadata, *(getattr(part, "__metadata__", ()) for part in parts))
