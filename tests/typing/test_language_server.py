"""What a real language server offers while somebody writes a call."""

from __future__ import annotations

import pytest
from benchmarks._language_server import LanguageServer
from tests.typing._checkers import pyright_settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("workspace")
    pyright_settings(workspace)
    with LanguageServer(workspace) as running:
        yield running


_STARTS = {
    "Client": "from atlex_sdk import Client, app\n\nasync def use(client: Client) -> None:\n    ",
    "AsyncClient": "from atlex_sdk import AsyncClient, app\n\nasync def use(client: AsyncClient) -> None:\n    ",
}
_TWINS = pytest.mark.parametrize("client", list(_STARTS))


def _result(client, call):
    return f"await {call}" if client == "AsyncClient" else call


@_TWINS
def test_a_namespace_completes_its_methods_and_collections(server, client):
    offered = server.complete(_STARTS[client] + "client.app.bsky.actor.|")
    assert {"get_profile", "get_profiles", "search_actors", "put_preferences", "profile"} <= set(offered)


@_TWINS
def test_a_call_completes_the_names_of_its_arguments(server, client):
    assert "actor=" in server.complete(_STARTS[client] + "client.app.bsky.actor.get_profile(|)")
    offered = server.complete(_STARTS[client] + "client.app.bsky.feed.search_posts(|)")
    assert {"q=", "sort=", "mentions=", "limit=", "cursor="} <= set(offered)


@_TWINS
def test_a_call_shows_its_signature(server, client):
    shown = server.parameters(_STARTS[client] + "client.app.bsky.actor.get_profile(|)")
    assert shown == ["*", "actor: str"]


@_TWINS
def test_the_result_of_a_call_completes_its_attributes(server, client):
    call = _result(client, 'client.app.bsky.actor.get_profile(actor="alice.example")')
    offered = server.complete(f"{_STARTS[client]}profile = {call}\n    profile.|")
    assert {"display_name", "description", "followers_count", "pinned_post"} <= set(offered)


@_TWINS
def test_the_items_of_pages_complete_their_attributes(server, client):
    loop = "async for" if client == "AsyncClient" else "for"
    pages = "client.paginate(client.app.bsky.feed.get_timeline, limit=5)"
    offered = server.complete(f"{_STARTS[client]}{loop} item in {pages}:\n        item.post.|")
    assert {"uri", "author", "record_as", "like_count"} <= set(offered)


@_TWINS
def test_known_values_complete(server, client):
    offered = server.complete(_STARTS[client] + 'client.app.bsky.feed.search_posts(q="cats", sort="|")')
    assert {"latest", "top"} <= {label.strip("\"'") for label in offered}


def test_a_module_completes_its_classes(server):
    offered = server.complete(_STARTS["Client"] + "app.bsky.feed.post.|")
    assert {"Post", "ReplyRef", "RECORD"} <= set(offered)
    assert "create" in server.complete(_STARTS["Client"] + "client.app.bsky.feed.post.|")


def test_a_constructor_completes_its_fields(server):
    offered = server.complete(_STARTS["Client"] + "app.bsky.feed.post.Post(|)")
    assert {"text=", "created_at=", "langs=", "reply="} <= set(offered)
