"""What is loaded and made, and when. The packages that httpx loads only because they happen to be there are kept out."""

from __future__ import annotations

from functools import cache

import pytest
from tests.generated._documents import documents, mains, module_name, reached_from
from tests.generated._fresh import run_fresh

# Loaded by httpx's own command line where they are installed, which a plain `pip install atlex` doesn't do.
_ABSENT = ("click", "pygments", "rich")
_NEVER = (
    "atlex.lexicon",
    "atlex.testing",
    "atlex_codegen",
    "hypothesis",
    "jinja2",
    "libcst",
    "pytest",
    "typer",
)

_PRELUDE = f"""
import json, sys
import pydantic_core

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in {_ABSENT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
built = []

def counted(real):
    # A class, since annotations name it.
    class Counted:
        def __new__(cls, schema, *arguments, **options):
            built.append(repr(schema)[:2000])
            return real(schema, *arguments, **options)
    return Counted

pydantic_core.SchemaValidator = counted(pydantic_core.SchemaValidator)

from atlex import Response

class Agent:
    did = None

    def __init__(self, body=b""):
        self.body = body

    def send(self, request):
        return Response(200, {{"content-type": "application/json"}}, self.body)

class AsyncAgent(Agent):
    async def send(self, request):
        return Agent.send(self, request)

def report():
    print(json.dumps({{"modules": sorted(sys.modules), "built": built}}))
"""

_PROFILE = b'{"did":"did:plc:z72i7hdynmk6r22z27h6tvur","handle":"alice.test","displayName":"Alice"}'
_WRITTEN = (
    b'{"uri":"at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3mb6si2elngp4",'
    b'"cid":"bafyreibtyzfkomcfwgj74on52jbgqivqma22brnprr5spcmc5vk66dt77u"}'
)

_GET_PROFILE = f"""
client = atlex_sdk.Client(Agent({_PROFILE!r}))
assert client.app.bsky.actor.get_profile(actor="alice.test").display_name == "Alice"
"""
_GET_PROFILE_ASYNC = f"""
import asyncio
client = atlex_sdk.AsyncClient(AsyncAgent({_PROFILE!r}))
assert asyncio.run(client.app.bsky.actor.get_profile(actor="alice.test")).display_name == "Alice"
"""
_CLIENTS = "atlex_sdk.Client('https://pds.test').close(); atlex_sdk.AsyncClient('https://pds.test')"
_METHODS = sorted(nsid for nsid, _ in mains("query", "procedure"))


@cache
def _after(code):
    found = run_fresh(f"{_PRELUDE}\nimport atlex_sdk\n{code}\nreport()")
    return set(found["modules"]), found["built"]


def _models(modules):
    """The documents whose modules are among these, by NSID."""
    return {nsid for nsid in documents() if module_name(nsid) in modules}


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("", {"atlex_sdk"}),
        (
            _CLIENTS,
            {"atlex_sdk", "atlex_sdk._client"},
        ),
        ("from atlex_sdk import app, com", {"atlex_sdk", "atlex_sdk.app", "atlex_sdk.com"}),
    ],
)
def test_neither_the_package_nor_a_client_loads_a_model_or_builds_a_validator(code, loaded):
    modules, built = _after(code)
    assert {name for name in modules if name.partition(".")[0] == "atlex_sdk"} == loaded
    assert built == []


def test_the_package_alone_loads_no_library():
    modules, _ = _after("")
    assert not modules & {"httpx", "pydantic", "anyio", "asyncio", "atlex.client", "atlex.model"}


def test_a_client_loads_nothing_that_only_some_calls_need():
    modules, _ = _after(_CLIENTS)
    libraries = {
        "anyio",
        "asyncio",
        "difflib",
        "html",
        "http.cookiejar",
        "importlib.metadata",
        "pickle",
        "regex",
    }
    parts = {"_async_pages", "_blobs", "_downloads", "_repo", "_results", "_sync_pages", "_writes"}
    assert not modules & (libraries | {"atlex.session", "atlex.syntax._formats"})
    assert not modules & {f"atlex.client.{part}" for part in parts}


def test_namespaces_load_no_model():
    modules, built = _after(
        "client = atlex_sdk.Client('https://pds.test'); client.app.bsky.actor; client.com.atproto"
    )
    assert _models(modules) == set()
    assert built == []


@pytest.mark.parametrize("code", [_GET_PROFILE, _GET_PROFILE_ASYNC], ids=["sync", "async"])
def test_a_call_loads_only_what_its_refs_reach(code):
    modules, built = _after(code)
    reached = reached_from("app.bsky.actor.getProfile")
    assert {"app.bsky.actor.getProfile", "app.bsky.actor.defs"} <= _models(modules) <= reached
    # Else the claim would be empty.
    assert len(reached) < len(documents()) / 20
    assert any("ProfileViewDetailed" in what for what in built)


@pytest.mark.parametrize("code", [_GET_PROFILE, _GET_PROFILE_ASYNC], ids=["sync", "async"])
def test_a_call_never_loads_the_generator_the_test_kit_or_what_they_need(code):
    modules, _ = _after(code)
    tops = {name.partition(".")[0] for name in modules}
    assert not {*_NEVER, *_ABSENT} & (modules | tops)


@pytest.mark.parametrize("nsid", _METHODS[:: len(_METHODS) // 4])
def test_the_classes_of_a_method_load_only_what_their_refs_reach(nsid):
    code = f"""
from importlib import import_module
from atlex.model import Model
from atlex.model._levels import validator

method = import_module({module_name(nsid)!r}).METHOD
for cls in (method.params, method.input, method.output):
    if isinstance(cls, type) and issubclass(cls, Model):
        validator(cls, "lenient")
"""
    modules, _ = _after(code)
    assert nsid in _models(modules) <= reached_from(nsid)


def test_a_namespace_loads_when_it_is_touched():
    modules, _ = _after("from atlex_sdk import app; app.bsky.feed.post.Post")
    assert _models(modules) == {"app.bsky.feed.post"}


def test_the_record_calls_load_nothing_of_the_official_package():
    code = """
client = atlex_sdk.Client(Agent(b'{"records":[]}'))
assert client.app.bsky.feed.post.list(repo="alice.test").records == ()
"""
    modules, _ = _after(code)
    assert _models(modules) == {"app.bsky.feed.post"}


def _built_by_each(setting, call):
    """How many validators each of three equal calls builds; ``await`` in the call makes it asynchronous."""
    body = f"""
{setting}
counts = []
async def use():
    for _ in range(3):
        before = len(built)
        {call}
        counts.append(len(built) - before)
import asyncio
asyncio.run(use())
print(json.dumps(counts))
"""
    return run_fresh(f"{_PRELUDE}\nimport atlex_sdk\n{body}")


@pytest.mark.parametrize(
    ("client", "agent", "wait"), [("Client", "Agent", ""), ("AsyncClient", "AsyncAgent", "await ")]
)
def test_the_first_call_of_a_method_builds_the_validators_it_needs_and_later_ones_build_none(
    client, agent, wait
):
    setting = f"client = atlex_sdk.{client}({agent}({_PROFILE!r}))"
    counts = _built_by_each(setting, f'{wait}client.app.bsky.actor.get_profile(actor="alice.test")')
    # One for the parameters, and two for the answer: the class's own, and the one that reads leniently.
    assert counts == [3, 0, 0]


@pytest.mark.parametrize(
    ("client", "agent", "wait"), [("Client", "Agent", ""), ("AsyncClient", "AsyncAgent", "await ")]
)
def test_making_and_writing_a_record_builds_validators_once(client, agent, wait):
    setting = f"""
from atlex_sdk.app.bsky.feed.post import Post
{agent}.did = "did:plc:z72i7hdynmk6r22z27h6tvur"
client = atlex_sdk.{client}({agent}({_WRITTEN!r}))
"""
    record = 'Post(text="x", created_at="2026-03-01T12:00:00.000Z")'
    counts = _built_by_each(setting, f"{wait}client.app.bsky.feed.post.create({record})")
    # Two for each of the record, the call's input and its answer.
    assert counts == [6, 0, 0]
