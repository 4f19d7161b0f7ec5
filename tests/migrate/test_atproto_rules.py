"""What is rewritten of atproto's names, and what is left and reported: one claim each, on a few lines of code."""

from __future__ import annotations

import textwrap
import tomllib
from importlib import resources
from pathlib import Path

import libcst as cst
import pytest

from atlex_codegen._migrate._from_atproto import migrate_module
from atlex_codegen._migrate._incumbent import Incumbent
from atlex_codegen._migrate._package import installed_package

DOCS = Path(__file__).parents[2] / "docs" / "coming-from-atproto.md"
LOGGED_IN = "from atproto import Client, models\n\nclient = Client()\nclient.login('alice.test', 'secret')\n"


@pytest.fixture(scope="module")
def incumbent():
    return Incumbent(installed_package("atlex_sdk"))


@pytest.fixture(scope="module")
def migrated(incumbent):
    def run(source):
        module, leftovers = migrate_module(cst.parse_module(textwrap.dedent(source)), incumbent)
        compile(module.code, "migrated", "exec")
        return module.code, [f"{leftover.line}: {leftover.message}" for leftover in leftovers]

    return run


def last(migrated, line):
    """What a last line after a login becomes, and what is said of it."""
    code, leftovers = migrated(LOGGED_IN + line + "\n")
    return code.splitlines()[-1], leftovers


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("client.get_timeline(limit=3)", "client.app.bsky.feed.get_timeline(limit=3)"),
        (
            "client.get_timeline(None, 'next')",
            "client.app.bsky.feed.get_timeline(algorithm=None, cursor='next')",
        ),
        ("client.app.bsky.feed.get_likes({'uri': u})", "client.app.bsky.feed.get_likes(uri=u)"),
        ("client.app.bsky.feed.get_likes(params={'uri': u})", "client.app.bsky.feed.get_likes(uri=u)"),
        (
            "client.com.atproto.repo.put_record(data={'repo': r, 'swapCommit': c})",
            "client.com.atproto.repo.put_record(repo=r, swap_commit=c)",
        ),
        (
            "client.com.atproto.server.delete_session()",
            "client.com.atproto.server.delete_session()",
        ),
        ("client.com.atproto.repo.upload_blob(data)", "client.com.atproto.repo.upload_blob(data=data)"),
        ("client.me.did", "client.assert_did()"),
        ("client.unlike(uri)", "client.app.bsky.feed.like.delete(uri)"),
        (
            "models.create_strong_ref(client.app.bsky.feed.post.create(client.me.did, post))",
            "client.app.bsky.feed.post.create(post).ref",
        ),
        ("client.mute(actor='a.test')", "client.app.bsky.graph.mute_actor(actor='a.test')"),
        (
            "client.with_bsky_chat_proxy().chat.bsky.convo.list_convos()",
            "client.chat.bsky.convo.list_convos()",
        ),
        (
            "client.app.bsky.feed.post.get('did:plc:x', '3k')",
            "client.app.bsky.feed.post.get('3k', repo='did:plc:x')",
        ),
        ("models.get_model_as_dict(x or y)", "(x or y).to_wire()"),
        ("models.AppBskyEmbedRecord.Main(record=r)", "app.bsky.embed.record.Record(record=r)"),
        ("models.AppBskyEmbedRecord.Main(py_type='x', record=r)", "app.bsky.embed.record.Record(record=r)"),
        ("x: 'models.AppBskyFeedDefs.PostView'", "x: 'app.bsky.feed.defs.PostView'"),
        ("x: list[models.AppBskyFeedPost.GetRecordResponse]", "x: list[Stored[app.bsky.feed.post.Post]]"),
        ("models.ids.AppBskyFeedPost", '"app.bsky.feed.post"'),
        (
            "[p.post.record.text for p in client.get_timeline().feed]",
            "[p.post.record_as(app.bsky.feed.post.Post).text for p in client.app.bsky.feed.get_timeline().feed]",
        ),
    ],
)
def test_a_line_is_rewritten(migrated, before, after):
    assert last(migrated, before) == (after, [])


@pytest.mark.parametrize(
    "line",
    [
        "client.send_post(*args)",
        "client.like(**post)",
        "client.app.bsky.feed.get_likes(params)",
        "client.app.bsky.feed.get_likes({'uri': u, 'nonsense': 1})",
        "client.app.bsky.feed.get_likes({key: u})",
        "client.app.bsky.feed.get_likes({'uri': u}, timeout=3)",
        "client.request.add_additional_header('a', 'b')",
        "client.on_session_change(print)",
        "client.no_such_method()",
        "client.login(*pair)",
        "models.create_strong_ref(make())",
        "models.AppBskyNoSuchThing.Main()",
        "isinstance(client.get_posts(u).posts[0].record, models.AppBskyFeedPost.Record)",
        "client.get_profile('a.test').no_such_field",
    ],
)
def test_a_line_that_can_not_be_moved_is_left_and_reported(migrated, line):
    code, leftovers = last(migrated, line)
    assert {leftover.partition(":")[0] for leftover in leftovers} == {"5"}
    assert code.partition("(")[0].rpartition(".")[2] in line


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ("class Bot(Client):\n    pass", "1: a subclass of the client can't be moved"),
        ("IdResolver().handle.resolve('a.test')", "5: IdResolver has no counterpart: use IdentityResolver"),
    ],
)
def test_what_has_no_counterpart_is_named_with_what_to_do(migrated, left, said):
    _, leftovers = migrated(f"from atproto import Client, IdResolver\n\n\n\n{left}\n")
    assert [leftover.partition(": ")[2].startswith(said.partition(": ")[2]) for leftover in leftovers] == [
        True
    ]


def test_what_is_left_keeps_its_import(migrated):
    code, _ = migrated("from atproto import CAR, Client\n\nclient = Client()\nprint(CAR.from_bytes(b''))\n")
    assert "from atproto import CAR\n" in code
    assert "from atlex_sdk import Client\n" in code


@pytest.mark.parametrize(
    "line",
    [
        "from atproto import FirehoseSubscribeReposClient, parse_subscribe_repos_message",
        "from atproto import AsyncJetstreamClient",
        "from atproto import firehose_models",
        "from atproto_firehose import FirehoseSubscribeLabelsClient as Stream",
    ],
)
def test_a_module_that_reads_a_stream_is_left_as_it_is(migrated, line):
    name = line.rpartition(" ")[2]
    source = f"from atproto import models\n{line}\n\nprint({name}, models.AppBskyFeedPost.Record)\n"
    code, leftovers = migrated(source)
    assert code == source
    assert len(leftovers) == 1


def test_a_subclass_of_the_client_leaves_the_file_as_it_is(migrated):
    source = "from atproto import Client\n\n\nclass Bot(Client):\n    pass\n"
    assert migrated(source)[0] == source


def test_names_that_are_taken_are_imported_as_others(migrated):
    code, _ = migrated(
        """
        from atproto import Client, models
        from fastapi import FastAPI

        app = FastAPI()
        now = 5
        client = Client()
        client.login('a.test', 'b')
        client.send_post('x', embed=models.AppBskyEmbedRecord.Main(record=now))
        """
    )
    assert "from atlex_sdk import Client, app as atproto_app\n" in code
    assert "from atlex import PasswordSession, now as atproto_now\n" in code
    assert "created_at=atproto_now()" in code


def test_a_text_that_a_builder_may_have_made_is_left(migrated):
    code, leftovers = migrated(
        """
        from atproto import Client, client_utils

        client = Client()
        client.login('a.test', 'b')
        text = client_utils.TextBuilder().text('a ').link('b', 'https://c.test')
        client.send_post(text)
        client.send_post('plain')
        """
    )
    assert "client.send_post(text)" in code
    assert "text='plain'" in code or 'text="plain"' in code
    assert [leftover.partition(":")[0] for leftover in leftovers] == ["6", "7"]


def test_a_login_elsewhere_binds_the_client_again(migrated):
    code, leftovers = migrated(
        """
        from atproto import Client

        client = Client('https://pds.test')

        def begin():
            '''Log in.'''
            client.login('a.test', 'b')

        def outer():
            other = Client()
            def inner():
                other.login(session_string='x')
            inner()
        """
    )
    assert (
        "global client\n    client = Client(\n" in code or "    global client\n    client = Client(" in code
    )
    assert "nonlocal other" in code
    assert "PasswordSession.resume(SessionData.model_validate_json('x'))" in code
    assert leftovers == []


def test_a_client_that_comes_from_elsewhere_logs_in_where_it_is_made(migrated):
    code, leftovers = migrated(
        "from atproto import Client\n\n\ndef f(client: Client):\n    client.login('a', 'b')\n"
    )
    assert "client.login('a', 'b')" in code
    assert leftovers == ["5: client.login: log in where the client is made: Client(PasswordSession.login(…))"]


def test_other_code_with_the_same_names_is_left(migrated):
    source = "from atproto import models\nfrom other import client\n\nclient.send_post('x')\nself.me.did\n"
    assert migrated(source)[0].endswith("from other import client\n\nclient.send_post('x')\nself.me.did\n")


def test_awaits_are_put_where_calls_are_added(migrated):
    code, leftovers = migrated(
        """
        import atproto

        class Bot:
            client: atproto.AsyncClient

            async def run(self):
                print(self.client.me.handle)
                await self.client.send_image('x', b'y', 'z')
                params = atproto.models.AppBskyActorGetProfile.Params(actor='a.test')
                return (await self.client.app.bsky.actor.get_profile(params)).did
        """
    )
    assert "(await self.client.app.bsky.actor.get_profile(actor=self.client.assert_did())).handle" in code
    assert "image=(await self.client.com.atproto.repo.upload_blob(data=b'y')).blob" in code
    assert "((await self.client.xrpc(app.bsky.actor.get_profile.METHOD, params=params)).body).did" in code
    assert "import atproto" not in code
    assert leftovers == []


def test_the_page_of_the_documentation_has_the_table():
    rows = {
        tuple(cell.strip().replace("`", "") for cell in line.strip("|").split(" | "))
        for line in DOCS.read_text().splitlines()
        if line.startswith("| `")
    }
    table = tomllib.loads(resources.files("atlex_codegen._migrate").joinpath("atproto.toml").read_text())
    records = table.pop("unknown")
    expected = {(left, right) for section in table.values() for left, right in section.items()}
    for key, record in records.items():
        definition, field, *attributes = key.split()
        expected.add(
            (f"{definition} {field}", f"{record}, for {', '.join(attributes)}" if attributes else record)
        )
    assert rows == expected
