"""Carriers, one for each HTTP library: the only package that imports these.

A carrier knows nothing of redirects, encodings, limits and errors: `atlex._connection` sends over it.
"""

from __future__ import annotations

from atlex._http._carrier import HARMLESS_HEADERS, Answer, Carrier, Exchange, Timeouts, default_headers
from atlex._http._choice import (
    AsyncHttpClient,
    HttpClient,
    Transport,
    check_choice,
    open_carrier,
    own_transport,
)
from atlex._http._network import Patience

__all__ = [
    "HARMLESS_HEADERS",
    "Answer",
    "AsyncHttpClient",
    "Carrier",
    "Exchange",
    "HttpClient",
    "Patience",
    "Timeouts",
    "Transport",
    "check_choice",
    "default_headers",
    "open_carrier",
    "own_transport",
]
