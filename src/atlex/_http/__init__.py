"""HTTP: the only package that knows HTTP libraries, each behind a carrier.

A connection sends one request to one origin and gives a response, or raises an error of atlex's tree.
"""

from __future__ import annotations

from atlex._http._async import AsyncHttpConnection
from atlex._http._choice import AsyncHttpClient, HttpClient, Transport
from atlex._http._exchange import first_hop
from atlex._http._sync import HttpConnection

__all__ = ["AsyncHttpClient", "AsyncHttpConnection", "HttpClient", "HttpConnection", "Transport", "first_hop"]
