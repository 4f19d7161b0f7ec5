"""Who a handle or a DID is: the account's DID, its verified handle, its server and its signing key.

    from atlex.identity import IdentityResolver

    with IdentityResolver() as resolve:
        alice = resolve("alice.example.com")
        print(alice.did, alice.handle, alice.pds)

It takes the extra ``atlex[identity]``. Every name here loads when it is first used.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex.identity._async import AsyncIdentityResolver as AsyncIdentityResolver
    from atlex.identity._cache import IdentityCache as IdentityCache
    from atlex.identity._cache import MemoryIdentityCache as MemoryIdentityCache
    from atlex.identity._file_cache import FileIdentityCache as FileIdentityCache
    from atlex.identity._identity import Identity as Identity
    from atlex.identity._redis_cache import RedisIdentityCache as RedisIdentityCache
    from atlex.identity._sync import IdentityResolver as IdentityResolver
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex.identity._async": "AsyncIdentityResolver",
            "atlex.identity._cache": "IdentityCache MemoryIdentityCache",
            "atlex.identity._file_cache": "FileIdentityCache",
            "atlex.identity._identity": "Identity",
            "atlex.identity._redis_cache": "RedisIdentityCache",
            "atlex.identity._sync": "IdentityResolver",
        },
    )
