"""What it costs to begin: ``imports WHAT``."""

import sys
import time

_STARTED = time.perf_counter()
_WORKED = time.process_time()
_LOADED = len(sys.modules)

SERVICE = "https://pds.example.com"


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

    return Client(SERVICE)


def atlex_timeline() -> object:
    """A client, and a timeline read."""
    client = atlex_client()
    from atlex_sdk.app.bsky.feed import get_timeline

    return client, get_timeline.GetTimelineOutput.from_wire(_timeline())


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

    return Client(SERVICE)


def peer_timeline() -> object:
    """The peer's client, and a timeline read the way that its calls read it."""
    client = peer_client()
    import json

    from atproto import models
    from atproto_client.models.utils import get_or_create

    return client, get_or_create(json.loads(_timeline()), models.AppBskyFeedGetTimeline.Response, strict=True)


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


def _timeline() -> bytes:
    from pathlib import Path

    return Path(sys.argv[2]).read_bytes()


if __name__ == "__main__":
    kept = globals()[sys.argv[1]]()
    taken, worked = (time.perf_counter() - _STARTED) * 1000, (time.process_time() - _WORKED) * 1000
    from benchmarks.subjects._tools import finish, peak_mib

    finish({"ms": taken, "cpu_ms": worked, "mib": peak_mib(), "modules": len(sys.modules) - _LOADED})
