"""HTTP: the only package that imports httpx.

A connection sends one request to one origin and gives a response, or raises an error of atlex's tree. The
names of httpx that the test kit and type annotations need are handed on from here.
"""

from __future__ import annotations

from httpx import AsyncBaseTransport, BaseTransport, ConnectError, ReadError, ReadTimeout
from httpx import AsyncClient as AsyncHttpClient
from httpx import Client as HttpClient
from httpx import Request as HttpRequest
from httpx import Response as HttpResponse

from atlex._http._async import AsyncHttpConnection, AsyncServiceAgent
from atlex._http._clients import Transport
from atlex._http._sync import HttpConnection, ServiceAgent

__all__ = [
    "AsyncBaseTransport",
    "AsyncHttpClient",
    "AsyncHttpConnection",
    "AsyncServiceAgent",
    "BaseTransport",
    "ConnectError",
    "HttpClient",
    "HttpConnection",
    "HttpRequest",
    "HttpResponse",
    "ReadError",
    "ReadTimeout",
    "ServiceAgent",
    "Transport",
]
