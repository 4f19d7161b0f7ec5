"""Sessions: logging in with a password, and staying logged in.

``PasswordSession`` and its asynchronous twin are agents: a client sends through them. ``SessionData`` is what a
session is stored as, and a ``SessionStore`` where: ``FileSessionStore`` or ``RedisSessionStore``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlex._lazy import lazy_package

if TYPE_CHECKING:
    from atlex.errors import LexAuthFactorError
    from atlex.session._async import AsyncPasswordSession, AsyncSessionOptions, Opening
    from atlex.session._data import SessionData
    from atlex.session._file_store import FileSessionStore
    from atlex.session._redis_store import RedisSessionStore
    from atlex.session._store import SessionStore
    from atlex.session._sync import PasswordSession, SessionOptions
    from atlex.session._urls import extract_pds_endpoint

__all__ = [
    "AsyncPasswordSession",
    "AsyncSessionOptions",
    "FileSessionStore",
    "LexAuthFactorError",
    "Opening",
    "PasswordSession",
    "RedisSessionStore",
    "SessionData",
    "SessionOptions",
    "SessionStore",
    "extract_pds_endpoint",
]

__getattr__, __dir__ = lazy_package(
    __name__,
    (),
    {
        "AsyncPasswordSession": "._async",
        "AsyncSessionOptions": "._async",
        "FileSessionStore": "._file_store",
        "LexAuthFactorError": "atlex.errors",
        "Opening": "._async",
        "PasswordSession": "._sync",
        "RedisSessionStore": "._redis_store",
        "SessionData": "._data",
        "SessionOptions": "._sync",
        "SessionStore": "._store",
        "extract_pds_endpoint": "._urls",
    },
)
