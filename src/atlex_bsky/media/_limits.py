"""How large a blob may be, by the lexicons."""

from __future__ import annotations

from itertools import chain
from typing import Any, get_args

from atlex.model import BlobRef, Model

__all__ = ["max_blob_size"]


def max_blob_size(model: type[Model], field: str) -> int:
    """The most bytes that a blob may have.

    Args:
        model: The class that has the blob.
        field: The name of the field, which must have a limit.
    """
    info = model.model_fields[field]
    optional: tuple[Any, ...] = get_args(info.annotation)
    markers = chain(info.metadata, *(getattr(part, "__metadata__", ()) for part in optional))
    sizes = (marker.max_size for marker in markers if isinstance(marker, BlobRef))
    return next(size for size in sizes if size is not None)
