"""HTTP: the only package that knows HTTP libraries, each behind a carrier.

A connection sends one request to one origin and gives a response, or raises an error of atlex's tree.
"""

from __future__ import annotations

from atlex._http._async import AsyncHttpConnection, AsyncServiceAgent
from atlex._http._choice import AsyncHttpClient, HttpClient, Transport
from atlex._http._sync import HttpConnection, ServiceAgent

__all__ = [
    "AsyncHttpClient",
    "AsyncHttpConnection",
    "AsyncServiceAgent",
    "HttpClient",
    "HttpConnection",
    "ServiceAgent",
    "Transport",
]
