"""The bases of generated clients: calls, options, pages, records. Each name loads when it is first used."""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex.client._async import AsyncClientOptions as AsyncClientOptions
    from atlex.client._async import AsyncNamespace as AsyncNamespace
    from atlex.client._async import BaseAsyncClient as BaseAsyncClient
    from atlex.client._async_pages import AsyncPaginator as AsyncPaginator
    from atlex.client._async_records import AsyncLiteralRecords as AsyncLiteralRecords
    from atlex.client._async_records import AsyncRecords as AsyncRecords
    from atlex.client._core import Methods as Methods
    from atlex.client._core import Proxies as Proxies
    from atlex.client._options import AsyncCallOptions as AsyncCallOptions
    from atlex.client._options import CallOptions as CallOptions
    from atlex.client._results import Applied as Applied
    from atlex.client._results import Commit as Commit
    from atlex.client._results import Created as Created
    from atlex.client._results import Deleted as Deleted
    from atlex.client._results import Downloaded as Downloaded
    from atlex.client._results import Listed as Listed
    from atlex.client._results import Page as Page
    from atlex.client._results import Progress as Progress
    from atlex.client._results import Stored as Stored
    from atlex.client._results import SupportsPage as SupportsPage
    from atlex.client._results import Updated as Updated
    from atlex.client._results import WriteResult as WriteResult
    from atlex.client._results import Written as Written
    from atlex.client._sync import BaseClient as BaseClient
    from atlex.client._sync import ClientOptions as ClientOptions
    from atlex.client._sync import Namespace as Namespace
    from atlex.client._sync_pages import Paginator as Paginator
    from atlex.client._sync_records import LiteralRecords as LiteralRecords
    from atlex.client._sync_records import Records as Records
    from atlex.client._writes import Create as Create
    from atlex.client._writes import Delete as Delete
    from atlex.client._writes import Update as Update
    from atlex.client._writes import Write as Write
    from atlex.errors import InvalidSwapError as InvalidSwapError
    from atlex.errors import RecordNotFoundError as RecordNotFoundError
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex.client._async": "AsyncClientOptions AsyncNamespace BaseAsyncClient",
            "atlex.client._async_pages": "AsyncPaginator",
            "atlex.client._async_records": "AsyncLiteralRecords AsyncRecords",
            "atlex.client._core": "Methods Proxies",
            "atlex.client._options": "AsyncCallOptions CallOptions",
            "atlex.client._results": (
                "Applied Commit Created Deleted Downloaded Listed Page Progress Stored SupportsPage Updated "
                "WriteResult Written"
            ),
            "atlex.client._sync": "BaseClient ClientOptions Namespace",
            "atlex.client._sync_pages": "Paginator",
            "atlex.client._sync_records": "LiteralRecords Records",
            "atlex.client._writes": "Create Delete Update Write",
            "atlex.errors": "InvalidSwapError RecordNotFoundError",
        },
    )
