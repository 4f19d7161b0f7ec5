"""Sending requests over a carrier: redirects, deadlines, limits, encodings, and errors of atlex's tree."""

from __future__ import annotations

from atlex._connection._async import AsyncHttpConnection
from atlex._connection._exchange import Hop, first_hop
from atlex._connection._sync import HttpConnection

__all__ = ["AsyncHttpConnection", "Hop", "HttpConnection", "first_hop"]
