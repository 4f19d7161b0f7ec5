"""XRPC without I/O: what a method is, the request that calls it, what its response means, and when to try again.

Source: https://atproto.com/specs/xrpc
"""

from __future__ import annotations

from atlex._rate_limit import RateLimit
from atlex.xrpc._descriptors import HttpMethod, Method, Procedure, Query, Record, Subscription
from atlex.xrpc._failures import read_error_body
from atlex.xrpc._headers import PROXY_HEADER, with_labelers, with_proxy
from atlex.xrpc._media_types import HEAD_SIZE, JSON, needs_head, received_type
from atlex.xrpc._request import RESERVED_HEADERS, build_request
from atlex.xrpc._response import XrpcResponse, check_response, read_response
from atlex.xrpc._retry import retry_delay

__all__ = [
    "HEAD_SIZE",
    "JSON",
    "PROXY_HEADER",
    "RESERVED_HEADERS",
    "HttpMethod",
    "Method",
    "Procedure",
    "Query",
    "RateLimit",
    "Record",
    "Subscription",
    "XrpcResponse",
    "build_request",
    "check_response",
    "needs_head",
    "read_error_body",
    "read_response",
    "received_type",
    "retry_delay",
    "with_labelers",
    "with_proxy",
]
