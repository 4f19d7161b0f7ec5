"""The bases of generated clients: calls, options, pages, and records. Every name loads when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from atlex._lazy import lazy_package

if TYPE_CHECKING:
    from atlex.client._async import AsyncNamespace, BaseAsyncClient
    from atlex.client._async_pages import AsyncPaginator
    from atlex.client._async_records import AsyncLiteralRecords, AsyncRecords
    from atlex.client._core import Methods, Proxies
    from atlex.client._pages import SupportsPage
    from atlex.client._results import (
        Applied,
        Commit,
        Created,
        Deleted,
        Downloaded,
        Listed,
        Page,
        Progress,
        Stored,
        Updated,
        WriteResult,
        Written,
    )
    from atlex.client._sync import BaseClient, Namespace
    from atlex.client._sync_pages import Paginator
    from atlex.client._sync_records import LiteralRecords, Records
    from atlex.client._writes import Create, Delete, Update, Write
    from atlex.errors import InvalidSwapError, RecordNotFoundError

__all__ = [
    "Applied",
    "AsyncLiteralRecords",
    "AsyncNamespace",
    "AsyncPaginator",
    "AsyncRecords",
    "BaseAsyncClient",
    "BaseClient",
    "Commit",
    "Create",
    "Created",
    "Delete",
    "Deleted",
    "Downloaded",
    "InvalidSwapError",
    "Listed",
    "LiteralRecords",
    "Methods",
    "Namespace",
    "Page",
    "Paginator",
    "Progress",
    "Proxies",
    "RecordNotFoundError",
    "Records",
    "Stored",
    "SupportsPage",
    "Update",
    "Updated",
    "Write",
    "WriteResult",
    "Written",
]

_HOMES: Final = {
    "atlex.client._async": ("AsyncNamespace", "BaseAsyncClient"),
    "atlex.client._async_pages": ("AsyncPaginator",),
    "atlex.client._async_records": ("AsyncLiteralRecords", "AsyncRecords"),
    "atlex.client._core": ("Methods", "Proxies"),
    "atlex.client._pages": ("SupportsPage",),
    "atlex.client._results": (
        "Applied",
        "Commit",
        "Created",
        "Deleted",
        "Downloaded",
        "Listed",
        "Page",
        "Progress",
        "Stored",
        "Updated",
        "WriteResult",
        "Written",
    ),
    "atlex.client._sync": ("BaseClient", "Namespace"),
    "atlex.client._sync_pages": ("Paginator",),
    "atlex.client._sync_records": ("LiteralRecords", "Records"),
    "atlex.client._writes": ("Create", "Delete", "Update", "Write"),
    "atlex.errors": ("InvalidSwapError", "RecordNotFoundError"),
}

if not TYPE_CHECKING:
    # Type checkers see the imports above; with a __getattr__ in sight they would let any name pass.
    __getattr__, __dir__ = lazy_package(
        __name__, (), {name: home for home, names in _HOMES.items() for name in names}
    )
