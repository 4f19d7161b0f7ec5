"""The bases of generated clients: calls, options, pages, and records."""

from __future__ import annotations

from atlex.client._asynchronous import AsyncNamespace, BaseAsyncClient
from atlex.client._options import Options
from atlex.client._pages import AsyncPaginator, Paginator, SupportsPage
from atlex.client._records import AsyncLiteralRecords, AsyncRecords, LiteralRecords, Records
from atlex.client._results import (
    Applied,
    Commit,
    Created,
    Deleted,
    Listed,
    Page,
    Stored,
    Updated,
    Written,
)
from atlex.client._synchronous import BaseClient, Namespace
from atlex.client._writes import Create, Delete, Update

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
    "Listed",
    "LiteralRecords",
    "Namespace",
    "Options",
    "Page",
    "Paginator",
    "Records",
    "Stored",
    "SupportsPage",
    "Update",
    "Updated",
    "Written",
]
