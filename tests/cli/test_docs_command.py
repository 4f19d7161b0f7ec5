"""``atlex docs``: the reference of the lexicons in the terminal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from atlex_cli._docs import docs_command
from atlex_codegen import build

_DOCUMENT = {
    "lexicon": 1,
    "id": "com.example.shelf.getBook",
    "defs": {
        "main": {
            "type": "query",
            "description": "Look up one book \x1b[31mby its ISBN.",
            "parameters": {
                "type": "params",
                "required": ["isbn"],
                "properties": {"isbn": {"type": "string"}, "owner": {"type": "string", "format": "did"}},
            },
            "output": {"encoding": "application/json", "schema": {"type": "ref", "ref": "#book"}},
            "errors": [{"name": "BookNotFound"}],
        },
        "book": {
            "type": "object",
            "required": ["post"],
            "properties": {"post": {"type": "ref", "ref": "com.atproto.repo.strongRef"}},
        },
    },
}


@pytest.fixture
def docs(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def run(name="", package="atlex_sdk"):
        docs_command(name, package)
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(capsys, docs):
    def run(name, package="atlex_sdk"):
        with pytest.raises(SystemExit) as ended:
            docs(name, package)
        assert ended.value.code == 1
        out, err = capsys.readouterr()
        assert not out
        assert err.count("\n") == 1
        return err.strip()

    return run


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "getBook.json").write_text(json.dumps(_DOCUMENT))
    (tmp_path / "lexicons" / "descriptions.toml").write_text(
        '"com.example.shelf.getBook#book.post" = "Where it was recommended."\n'
    )
    (tmp_path / "lexicons" / "proxies.toml").write_text(
        '"com.example.shelf" = "did:web:api.example.com#shelf"\n'
    )
    build(tmp_path / "lexicons", tmp_path / "described_shelf", bases=["atlex_sdk"])
    monkeypatch.syspath_prepend(tmp_path)
    return "described_shelf"


@pytest.mark.parametrize(
    "name",
    [
        "app.bsky.actor.getProfile",
        "app.bsky.actor.getProfile#main",
        "app.bsky.actor.get_profile",
        "client.app.bsky.actor.get_profile",
        "atlex_sdk.app.bsky.actor.get_profile",
        "client.app.bsky.actor.get_profile()",
    ],
)
def test_a_method_is_found_by_its_nsid_and_by_its_python_names(docs, name):
    assert docs(name).splitlines()[:2] == [
        "app.bsky.actor.getProfile (query)",
        "client.app.bsky.actor.get_profile",
    ]


@pytest.mark.parametrize("name", ["app.bsky.feed.defs#postView", "app.bsky.feed.defs.PostView"])
def test_a_definition_is_found_by_both_its_names(docs, name):
    assert docs(name).startswith("app.bsky.feed.defs#postView (object)\napp.bsky.feed.defs.PostView\n")


def test_a_record_shows_its_fields_key_methods_and_an_example(docs):
    shown = docs("app.bsky.feed.post")
    assert "  text: str\n" in shown
    assert "\nRecord key\n  tid\n" in shown
    assert "  create(record)\n" in shown
    assert "client.app.bsky.feed.post.create(record)" in shown
    assert "  #replyRef" in shown


@pytest.mark.parametrize(
    "name",
    ["", "app.bsky", "app.bsky.feed", "app.bsky.feed.defs", "app.bsky.feed.post", "app.bsky.graph.list"],
)
def test_lists_and_records_fit_into_the_terminal(docs, name):
    assert max(map(len, docs(name).splitlines())) <= 80


def test_without_a_name_the_namespaces_are_listed(docs):
    listed = docs().splitlines()
    assert {"app.bsky.feed", "com.atproto.repo", "tools.ozone.moderation"} <= set(listed)
    assert listed == sorted(listed)


def test_a_namespace_lists_what_is_in_it_a_line_each(docs):
    lines = docs("app.bsky.actor").splitlines()
    assert lines[0] == "app.bsky.actor"
    assert any(line.split()[:2] == ["getProfile", "query"] for line in lines)
    assert "  com.atproto.repo" in docs("com.atproto").splitlines()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("app.bsky.embed.images#image", ["image", "alt", "aspect_ratio"]),
        ("app.bsky.embed.external#external", ["uri", "title", "description", "thumb"]),
        ("com.atproto.server.createSession", ["identifier", "password", "auth_factor_token"]),
    ],
)
def test_fields_and_arguments_come_in_the_order_of_their_document(docs, name, fields):
    shown = [line.split(":")[0].strip() for line in docs(name).splitlines() if line.startswith("  ")]
    assert [each for each in shown if each in fields][: len(fields)] == fields


def test_calls_and_namespaces_name_the_service_that_they_go_to(docs, shelf):
    going = "Calls go to did:web:api.bsky.chat#bsky_chat where no proxy is given."
    for name in ("chat.bsky", "chat.bsky.convo", "chat.bsky.convo.getLog"):
        assert going in docs(name).splitlines()
        assert going in docs(name, package=shelf).splitlines()
    for name in ("com.example.shelf", "com.example.shelf.getBook"):
        assert "Calls go to did:web:api.example.com#shelf " in docs(name, package=shelf)
    for name in (
        "",
        "chat",
        "app.bsky.actor",
        "app.bsky.feed.getTimeline",
        "chat.bsky.convo.defs#messageView",
    ):
        assert "Calls go to" not in docs(name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("app.bsky.actor.getProfil", "app.bsky.actor.getProfile"),
        ("app.bsky.feed.defs#postVew", "app.bsky.feed.defs#postView"),
        ("getTimeline", "app.bsky.feed.getTimeline"),
        ("get_timelin", "app.bsky.feed.getTimeline"),
        ("com.atproto.repos", "com.atproto.repo"),
    ],
)
def test_a_misspelt_name_is_answered_with_close_ones(refused, typed, meant):
    said = refused(typed)
    assert said.startswith(f"There is no {typed} in atlex_sdk; did you mean ")
    assert meant in said


def test_a_name_like_no_other_is_refused_in_one_line(refused):
    assert refused("\x1b[31mzzz") == "There is no \\x1b[31mzzz in atlex_sdk."


@pytest.mark.parametrize("package", ["no_such_package", "json", "not a name"])
def test_a_package_that_isnt_generated_is_refused(refused, package):
    assert refused("app.bsky.feed.post", package) == f"There is no generated package {package!r} here."


def test_an_own_package_shows_its_words_and_what_it_is_built_on(docs, shelf):
    shown = docs("com.example.shelf.getBook", shelf)
    assert "Look up one book [31mby its ISBN." in shown
    assert "client.com.example.shelf.get_book" in shown
    assert "com.example.shelf.get_book.BookNotFoundError" in shown
    assert "Where it was recommended." in docs("com.example.shelf.getBook#book", shelf)
    assert f"from {shelf} import com" in docs("com.example.shelf.getBook#book", shelf)
    assert docs("com.atproto.repo.strongRef", shelf).startswith("com.atproto.repo.strongRef (object)")


def test_colours_are_for_terminals(docs, monkeypatch):
    assert "\x1b" not in docs("app.bsky.feed.post")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1mapp.bsky.feed.post (record)\x1b[0m\n" in docs("app.bsky.feed.post")


def test_it_needs_neither_the_generators_packages_nor_the_generated_code():
    code = """
import sys
sys.modules |= {"jinja2": None, "libcst": None}
from atlex_cli._docs import docs_command
docs_command("app.bsky.feed.post", "atlex_sdk")
assert not [name for name in sys.modules if name.startswith("atlex_sdk.")]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
