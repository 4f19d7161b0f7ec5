"""What IPython and notebooks offer while values are at hand."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import atlex
import atlex_sdk
from atlex_sdk import Client, app
from atlex_sdk.app.bsky.feed.post import Post

_NAMES = {
    "Client": Client,
    "Post": Post,
    "app": app,
    "atlex": atlex,
    "atlex_sdk": atlex_sdk,
    "client": Client("https://pds.example"),
    "post": Post(text="hello", created_at="2026-01-01T00:00:00Z"),
}


@pytest.fixture(scope="module")
def offered(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        shell = InteractiveShell()
        shell.user_ns.update(_NAMES)

        def complete(text):
            with provisionalcompleter():
                return {found.text for found in shell.Completer.completions(text, len(text))}

        yield complete
        shell.history_manager.end_session()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Post(", {"text=", "created_at=", "langs="}),
        ("Client(", {"agent=", "timeout=", "retries="}),
        ("client.with_options(", {"timeout=", "retries="}),
        ("client.app.bsky.actor.get_profile(", {"actor="}),
        ("client.app.bsky.feed.", {"get_timeline", "post"}),
        ("client.app.bsky.feed.post.", {"create", "get", "iterate"}),
        ("client.app.bsky.actor.get_profile(actor='a.test').", {"display_name", "handle"}),
    ],
)
def test_what_a_program_needs_is_offered(offered, text, names):
    assert names <= offered(text)


def test_a_field_is_offered_by_its_python_name(offered):
    assert not {"createdAt="} & offered("Post(")


def test_a_record_shows_its_fields_and_little_else(offered):
    names = offered("post.")
    assert set(Post.model_fields) | {"from_wire", "model_copy", "to_wire"} <= names
    assert len(names) <= 21


@pytest.mark.parametrize("text", ["app.", "app.bsky.", "app.bsky.feed.", "app.bsky.feed.post.", "atlex_sdk."])
def test_a_module_shows_what_is_in_it_alone(offered, text):
    assert not {"TYPE_CHECKING", "annotations", "Final", "lex"} & offered(text)
