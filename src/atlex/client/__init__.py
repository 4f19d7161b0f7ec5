"""The bases of generated clients: calls, options, pages, and records."""

from __future__ import annotations

from atlex.client._asynchronous import AsyncNamespace, BaseAsyncClient
from atlex.client._core import Methods, Proxies
from atlex.client._pages import AsyncPaginator, Paginator, SupportsPage
from atlex.client._records import AsyncLiteralRecords, AsyncRecords, LiteralRecords, Records
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
from atlex.client._synchronous import BaseClient, Namespace
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
