"""Sessions: logging in with a password, and staying logged in.

``PasswordSession`` and its asynchronous twin are agents: a client sends through them. ``SessionData`` is what
a session is stored as, and a ``SessionStore`` where: ``FileSessionStore`` or ``RedisSessionStore``.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex._did_document import extract_pds_endpoint as extract_pds_endpoint
    from atlex.errors import LexAuthFactorError as LexAuthFactorError
    from atlex.session._async import AsyncPasswordSession as AsyncPasswordSession
    from atlex.session._async import AsyncSessionOptions as AsyncSessionOptions
    from atlex.session._async_driver import Opening as Opening
    from atlex.session._data import SessionData as SessionData
    from atlex.session._file_store import FileSessionStore as FileSessionStore
    from atlex.session._options import CallOptions as CallOptions
    from atlex.session._redis_store import RedisSessionStore as RedisSessionStore
    from atlex.session._store import SessionStore as SessionStore
    from atlex.session._sync import PasswordSession as PasswordSession
    from atlex.session._sync import SessionOptions as SessionOptions
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex._did_document": "extract_pds_endpoint",
            "atlex.errors": "LexAuthFactorError",
            "atlex.session._async": "AsyncPasswordSession AsyncSessionOptions",
            "atlex.session._async_driver": "Opening",
            "atlex.session._data": "SessionData",
            "atlex.session._file_store": "FileSessionStore",
            "atlex.session._options": "CallOptions",
            "atlex.session._redis_store": "RedisSessionStore",
            "atlex.session._store": "SessionStore",
            "atlex.session._sync": "PasswordSession SessionOptions",
        },
    )
