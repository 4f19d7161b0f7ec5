"""What it costs to begin: ``imports WHAT URL``."""

# The peer isn't installed where this is checked.
# pyright: reportMissingImports=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

import sys
import time

_STARTED = time.perf_counter()
_WORKED = time.process_time()
_LOADED = len(sys.modules)

_URL = sys.argv[2]


def floor() -> object:
    """The libraries that any such client needs, one model and one connection pool."""
    import httpx
    import pydantic

    type("One", (pydantic.BaseModel,), {"__annotations__": {"name": str}})
    return httpx.Client()


def atlex_import() -> object:
    """The package alone."""
    import atlex_sdk

    return atlex_sdk


def atlex_client() -> object:
    """A client, ready to call."""
    from atlex_sdk import Client

    return Client(_URL)


def atlex_timeline() -> object:
    """A client, and its first answer."""
    from atlex_sdk import Client

    client = Client(_URL)
    return client, client.app.bsky.feed.get_timeline(limit=100)


def atlex_models() -> object:
    """Every model, with the validator that reads answers."""
    import pkgutil
    from importlib import import_module

    import atlex_sdk
    from atlex.model import Model
    from atlex.model._levels import validator

    for found in pkgutil.walk_packages(atlex_sdk.__path__, "atlex_sdk."):
        module = import_module(found.name)
        for cls in list(vars(module).values()):
            if isinstance(cls, type) and issubclass(cls, Model) and cls.__module__ == found.name:
                validator(cls, "lenient")
    return atlex_sdk


def peer_import() -> object:
    """The peer's package."""
    import atproto

    return atproto


def peer_client() -> object:
    """The peer's client."""
    from atproto import Client

    return Client(_URL)


def peer_timeline() -> object:
    """The peer's client, and its first answer."""
    from atproto import Client

    client = Client(_URL)
    return client, client.app.bsky.feed.get_timeline({"limit": 100})


def peer_models() -> object:
    """Every model of the peer."""
    from atproto_client import models
    from pydantic import BaseModel

    models.load_all() if hasattr(models, "load_all") else [getattr(models, name) for name in dir(models)]
    waiting, seen = [BaseModel], set()
    while waiting:
        for cls in waiting.pop().__subclasses__():
            if cls not in seen:
                seen.add(cls)
                waiting.append(cls)
    for cls in seen:
        cls.model_rebuild()
    return seen


if __name__ == "__main__":
    kept = globals()[sys.argv[1]]()
    taken, worked = (time.perf_counter() - _STARTED) * 1000, (time.process_time() - _WORKED) * 1000
    from benchmarks.subjects._tools import finish, peak_mib

    finish({"ms": taken, "cpu_ms": worked, "mib": peak_mib(), "modules": len(sys.modules) - _LOADED})
