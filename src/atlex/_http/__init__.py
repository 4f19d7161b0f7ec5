"""HTTP: the only package that knows HTTP libraries, each behind a carrier.

A connection sends one request to one origin and gives a response, or raises an error of atlex's tree.
"""

from __future__ import annotations

from atlex._http._async import AsyncHttpConnection
from atlex._http._async_agent import AsyncServiceAgent
from atlex._http._choice import AsyncHttpClient, HttpClient, Transport
from atlex._http._home import Home, here, here_async, is_gone
from atlex._http._sync import HttpConnection
from atlex._http._sync_agent import ServiceAgent

__all__ = [
    "AsyncHttpClient",
    "AsyncHttpConnection",
    "AsyncServiceAgent",
    "Home",
    "HttpClient",
    "HttpConnection",
    "ServiceAgent",
    "Transport",
    "here",
    "here_async",
    "is_gone",
]
