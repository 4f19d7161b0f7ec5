"""``atlex record``: any collection's records, checked where their class is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli._running import Result, atlex

from atlex.session import PasswordSession
from atlex.testing import FakePds
from atlex_cli._accounts import Accounts, folder

POST = "app.bsky.feed.post"
pytestmark = pytest.mark.usefixtures("pds")
NOBODY = "bafyreiax32t3heeoeaia4m5ggaa4o5jfzt5xf7gfpg4xg574lxxpwpe77q"


@pytest.fixture
def pds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePds]:
    monkeypatch.setenv("ATLEX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ATLEX_ACCOUNT", raising=False)
    with FakePds() as pds, pds.serve():
        for handle in ("bob.test", "alice.test"):
            pds.create_account(handle, "password")
            session = PasswordSession.login(pds.url, identifier=handle, password="password")
            session.close()
            Accounts(folder()).add(session.data)
        yield pds


def printed(done: Result) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def refused(*arguments: str, stdin: str | None = None, code: int = 2) -> str:
    done = atlex("record", *arguments, stdin=stdin)
    assert done.code == code, done
    assert done.out == ""
    assert done.err.count("\n") == 1
    return done.err.removesuffix("\n")


def create(collection: str, *values: str, stdin: str | None = None) -> str:
    return printed(atlex("record", "create", collection, *values, stdin=stdin))["uri"]


def value_of(uri: str, *options: str) -> Any:
    return printed(atlex("record", "get", uri, *options))["value"]


class TestCreate:
    def test_a_known_collection_needs_no_creation_time(self) -> None:
        value = value_of(create(POST, "text=Hello"))
        assert value["$type"] == POST
        assert value["text"] == "Hello"
        assert value["createdAt"].endswith("Z")

    def test_a_creation_time_that_is_given_is_kept(self) -> None:
        uri = create(POST, "text=Hello", "createdAt=2024-01-15T12:30:00Z")
        assert value_of(uri)["createdAt"] == "2024-01-15T12:30:00Z"

    def test_the_record_may_come_from_a_file_or_from_standard_input(self, tmp_path: Path) -> None:
        (tmp_path / "post.json").write_text('{"text": "from a file"}', encoding="utf-8")
        assert value_of(create(POST, f"@{tmp_path / 'post.json'}"))["text"] == "from a file"
        assert value_of(create(POST, "-", stdin='{"text": "piped"}'))["text"] == "piped"

    def test_an_unknown_collection_takes_any_object(self) -> None:
        thing = {"n": 1, "list": [True, None], "link": {"$link": NOBODY}, "bytes": {"$bytes": "aGk"}}
        uri = create("com.example.thing", "-", stdin=json.dumps(thing))
        assert value_of(uri) == {"$type": "com.example.thing", **thing}

    def test_a_literal_key_is_known(self) -> None:
        assert create("app.bsky.actor.profile", "displayName=Alice").endswith("/app.bsky.actor.profile/self")

    def test_a_key_can_be_given(self) -> None:
        uri = printed(atlex("record", "create", "com.example.thing", "a=b", "--rkey", "mine"))["uri"]
        assert uri.endswith("/com.example.thing/mine")

    @pytest.mark.parametrize(
        ("values", "fault"),
        [
            ({}, "text: is required"),
            ({"text": 1}, "text: expected a string"),
            ({"text": "x" * 3001}, "text: "),
            (
                {"text": "", "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": ""}]}},
                "embed.images[0].image: ",
            ),
            ({"$type": "app.bsky.feed.like"}, "$type: "),
            ({"text": "", "createdAt": "yesterday"}, "createdAt: "),
        ],
    )
    def test_a_fault_has_its_path_and_nothing_is_sent(
        self, values: dict[str, Any], fault: str, pds: FakePds
    ) -> None:
        assert fault in refused("create", POST, "-", stdin=json.dumps(values))
        assert pds.count("com.atproto.repo.createRecord") == 0

    @pytest.mark.parametrize(
        "collection", ["nothing", "app.bsky.feed.getTimeline", "app.bsky.feed.defs", "\x1b[31m"]
    )
    def test_what_is_no_collection_is_refused(self, collection: str) -> None:
        assert "isn't a collection" in refused("create", collection, "a=b")

    @pytest.mark.parametrize(
        "stdin", ["", "[]", "1", "{", "\ufeff[", '{"a": 1.5}', '{"a": NaN}', '{"a": "\\ud800"}']
    )
    def test_what_is_no_record_is_refused(self, stdin: str, pds: FakePds) -> None:
        refused("create", "com.example.thing", "-", stdin=stdin)
        assert pds.count("com.atproto.repo.createRecord") == 0

    def test_another_account_can_write(self, pds: FakePds) -> None:
        done = atlex("record", "create", POST, "text=hi", "--account", "bob")
        assert printed(done)["uri"].startswith(f"at://{pds.account('bob.test').did}/")

    def test_without_a_session_a_sentence_says_how_to_begin(self) -> None:
        atlex("logout", "--all")
        assert (
            refused("create", POST, "text=hi", code=1)
            == "Nobody is logged in. Log in first: atlex login HANDLE"
        )


class TestGet:
    def test_uri_and_cid_come_with_it(self) -> None:
        made = printed(atlex("record", "create", POST, "text=hi"))
        got = printed(atlex("record", "get", made["uri"]))
        assert (got["uri"], got["cid"]) == (made["uri"], made["cid"])

    def test_a_link_at_bsky_app_leads_to_a_post(self) -> None:
        key = create(POST, "text=linked").rpartition("/")[2]
        assert value_of(f"https://bsky.app/profile/alice.test/post/{key}")["text"] == "linked"

    def test_an_account_s_own_record_is_read_as_that_account(self) -> None:
        key = create(POST, "text=mine").rpartition("/")[2]
        atlex("accounts", "use", "bob")
        assert value_of(f"at://alice.test/{POST}/{key}")["text"] == "mine"

    def test_a_public_record_needs_a_server_and_no_session(self, pds: FakePds) -> None:
        uri = create(POST, "text=public")
        atlex("logout", "--all")
        assert value_of(uri, "--service", pds.url)["text"] == "public"

    def test_a_record_that_isn_t_there_is_one_line(self) -> None:
        assert "RecordNotFound" in refused("get", f"at://alice.test/{POST}/nothing", code=1)

    @pytest.mark.parametrize(
        "uri",
        [
            "",
            "nothing",
            "at://",
            "at://alice.test",
            f"at://alice.test/{POST}",
            "https://example.com/x",
            "\x1b[2J",
        ],
    )
    def test_what_is_no_record_s_address_is_refused(self, uri: str) -> None:
        assert refused("get", uri).isprintable()

    def test_words_of_the_server_are_made_visible(self) -> None:
        uri = create("com.example.thing", "-", stdin=json.dumps({"a": "\x1b]0;pwned\x07 \u202e"}))
        done = atlex("record", "get", uri)
        assert done.code == 0
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out
        assert json.loads(done.out)["value"]["a"] == "\x1b]0;pwned\x07 \u202e"


class TestList:
    @pytest.fixture
    def many(self, pds: FakePds) -> FakePds:
        with Accounts(folder()).open() as session:
            from atlex import Create
            from atlex_sdk import Client, app

            posts = [
                app.bsky.feed.post.Post(text=str(number), created_at="2024-01-15T12:30:00Z")
                for number in range(120)
            ]
            Client(session).apply_writes([Create(post) for post in posts])
        return pds

    @pytest.mark.usefixtures("many")
    def test_so_many_are_listed_newest_first(self) -> None:
        assert [item["value"]["text"] for item in printed(atlex("record", "list", POST, "--limit", "3"))] == [
            "119",
            "118",
            "117",
        ]
        assert len(printed(atlex("record", "list", POST))) == 50
        assert len(printed(atlex("record", "list", POST, "--limit", "110"))) == 110

    @pytest.mark.usefixtures("many")
    def test_all_are_listed_a_line_each(self) -> None:
        done = atlex("record", "list", POST, "--all", "--jsonl", "--reverse")
        assert [json.loads(line)["value"]["text"] for line in done.out.splitlines()] == [
            str(number) for number in range(120)
        ]

    @pytest.mark.usefixtures("many")
    def test_another_account_s_are_listed_by_its_handle_or_link(self) -> None:
        atlex("accounts", "use", "bob")
        assert printed(atlex("record", "list", POST)) == []
        for name in ("alice.test", "@alice.test", "https://bsky.app/profile/alice.test"):
            assert len(printed(atlex("record", "list", POST, "--repo", name))) == 50

    def test_a_public_list_needs_a_server_and_no_session(self, many: FakePds) -> None:
        atlex("logout", "--all")
        done = atlex("record", "list", POST, "--repo", "alice.test", "--service", many.url, "--limit", "2")
        assert len(printed(done)) == 2

    @pytest.mark.parametrize("limit", ["0", "-1", "many"])
    def test_a_limit_is_a_number_above_nothing(self, limit: str) -> None:
        assert "limit" in refused("list", POST, "--limit", limit)


class TestPut:
    def test_a_record_can_be_written_and_written_again(self, pds: FakePds) -> None:
        uri = "at://alice.test/com.example.thing/mine"
        first = printed(atlex("record", "put", uri, "a=1"))
        second = printed(atlex("record", "put", uri, "a=2", "--swap", first["cid"]))
        assert first["uri"] == second["uri"] == f"at://{pds.account('alice.test').did}/com.example.thing/mine"
        assert value_of(uri)["a"] in {2, "2"}

    def test_a_version_that_has_changed_is_told(self) -> None:
        uri = "at://alice.test/com.example.thing/mine"
        printed(atlex("record", "put", uri, "a=1"))
        assert "InvalidSwap" in refused("put", uri, "a=2", "--swap", NOBODY, code=1)

    def test_what_was_printed_can_be_changed_and_put_back(self) -> None:
        uri = create(POST, "text=before")
        value = value_of(uri)
        done = atlex("record", "put", uri, "-", stdin=json.dumps({**value, "text": "after"}))
        assert printed(done)["uri"] == uri
        assert value_of(uri) == {**value, "text": "after"}

    def test_the_uri_says_whose_session_is_used(self) -> None:
        printed(atlex("record", "put", "at://bob.test/com.example.thing/mine", "a=1"))
        assert "isn't logged in here" in refused(
            "put", "at://carla.test/com.example.thing/mine", "a=1", code=1
        )


class TestDelete:
    def test_several_are_deleted_of_several_accounts(self) -> None:
        uris = [create(POST, "text=1"), create(POST, "text=2")]
        uris.append(printed(atlex("record", "create", POST, "text=3", "--account", "bob"))["uri"])
        done = atlex("record", "delete", *uris)
        assert (done.code, done.out.split()) == (0, uris)
        assert printed(atlex("record", "list", POST)) == []
        assert printed(atlex("record", "list", POST, "--repo", "bob.test")) == []

    def test_nothing_is_deleted_where_one_address_is_broken(self) -> None:
        uri = create(POST, "text=1")
        refused("delete", uri, "nothing")
        assert value_of(uri)["text"] == "1"

    def test_a_version_that_has_changed_is_told(self) -> None:
        uri = create(POST, "text=1")
        assert "InvalidSwap" in refused("delete", uri, "--swap", NOBODY, code=1)

    def test_a_version_goes_with_one_address(self) -> None:
        refused(
            "delete",
            "at://a.test/com.example.thing/1",
            "at://a.test/com.example.thing/2",
            "--swap",
            NOBODY,
            code=2,
        )
