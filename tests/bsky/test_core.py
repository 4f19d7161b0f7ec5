"""Who and what is meant by a name, in both twins."""

from __future__ import annotations

import asyncio
import datetime as dt
import traceback
from types import SimpleNamespace

import pytest

from atlex import AsyncPasswordSession, FileSessionStore, PasswordSession, now
from atlex.errors import AtlexError, InputError, SessionStoreError, XrpcResponseError
from atlex.testing import FakePds
from atlex_bsky import AsyncBluesky, Bluesky, MemoryCursorStore, actor_of, record_of
from atlex_sdk import AsyncClient, Client, app


@pytest.fixture
def pds():
    with FakePds() as pds:
        pds.create_account("alice.test", "password")
        pds.create_account("bob.test", "password")
        yield pds


@pytest.fixture
def client(pds):
    with (
        pds.serve() as url,
        PasswordSession.login(url, identifier="alice.test", password="password") as session,
    ):
        yield Client(session)


@pytest.mark.parametrize(
    ("actor", "found"),
    [
        ("bob.test", "bob.test"),
        ("@bob.test", "bob.test"),
        ("did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
        ("https://bsky.app/profile/bob.test", "bob.test"),
        ("https://bsky.app/profile/did:plc:ewvi7nxzyoun6zhxrhs64oiz/", "did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
    ],
)
def test_an_account_is_named_in_every_form(actor, found):
    assert actor_of(actor) == found


@pytest.mark.parametrize(
    "actor",
    [
        "",
        "@",
        "@@bob.test",
        "bob",
        "bob@example.com",
        "http://bsky.app/profile/bob.test",
        "https://bsky.app.evil.test/profile/bob.test",
        "https://bsky.app/profile/bob.test/post/3k5nobkf2w72g",
        "https://[bsky.app/profile/bob.test",
    ],
)
def test_what_names_no_account_is_refused(actor):
    with pytest.raises(InputError, match="neither a DID, a handle"):
        actor_of(actor)


@pytest.mark.parametrize("actor", [None, 5, b"bob.test", object()])
def test_what_could_name_no_account_is_refused_by_its_type(actor):
    with pytest.raises(InputError, match=rf"value with did, not by a value of type {type(actor).__name__}$"):
        actor_of(actor)


@pytest.mark.parametrize("client", [None, "https://pds.test", object()])
@pytest.mark.parametrize("layer", [Bluesky, AsyncBluesky])
def test_what_is_no_client_is_refused_when_the_layer_is_made(layer, client):
    with pytest.raises(InputError, match=rf"^{layer.__name__} needs a client, such as \w*Client\(session\)"):
        layer(client)


@pytest.mark.parametrize(("layer", "client"), [(Bluesky, AsyncClient), (AsyncBluesky, Client)])
def test_a_client_of_the_other_kind_is_refused_when_the_layer_is_made(layer, client):
    for made in (client("https://pds.example.com"), client(client("https://pds.example.com"), timeout=5)):
        with pytest.raises(
            InputError, match=rf"^{layer.__name__} needs .* not a value of type {client.__name__}$"
        ):
            layer(made)


@pytest.mark.parametrize("subject", [None, 5, ["at://bob.test/app.bsky.feed.post/3k5nobkf2w72g"]])
def test_what_could_name_no_record_is_refused_by_its_type(pds, subject):
    with pds.client() as http, Client(pds.url, http_client=http) as client:
        for use in (record_of, Bluesky(client).uri_of, Bluesky(client).ref_of):
            with pytest.raises(InputError, match=f"not by a value of type {type(subject).__name__}$"):
                use(subject)


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        ("/profile/bob.test/post/3k5nobkf2w72g", "at://bob.test/app.bsky.feed.post/3k5nobkf2w72g"),
        ("/profile/bob.test/post/3k5nobkf2w72g?ref=x#y", "at://bob.test/app.bsky.feed.post/3k5nobkf2w72g"),
        ("/profile/bob.test/feed/cats", "at://bob.test/app.bsky.feed.generator/cats"),
        ("/profile/bob.test/lists/3k5nobkf2w72g", "at://bob.test/app.bsky.graph.list/3k5nobkf2w72g"),
        ("/starter-pack/bob.test/3k5nob", "at://bob.test/app.bsky.graph.starterpack/3k5nob"),
    ],
)
def test_a_link_names_its_record(link, uri):
    address = record_of(uri)
    assert record_of("https://bsky.app" + link) == record_of(SimpleNamespace(uri=uri, cid="")) == address


@pytest.mark.parametrize(
    "subject",
    [
        "at://bob.test",
        "at://bob.test/app.bsky.feed.post",
        "https://bsky.app/profile/bob.test",
        "https://bsky.app/profile/bob%20test/post/3k5nobkf2w72g",
        "https://example.com/profile/bob.test/post/3k5nobkf2w72g",
        "3k5nobkf2w72g",
    ],
)
def test_what_names_no_record_is_refused(subject):
    with pytest.raises(InputError):
        record_of(subject)


def test_a_handle_is_looked_up_once(pds, client):
    bsky = Bluesky(client)
    found = {bsky.did_of(name) for name in ("bob.test", "@BOB.test", pds.account("bob.test").did)}
    assert found == {pds.account("bob.test").did}
    assert pds.count("com.atproto.identity.resolveHandle") == 1


def test_a_resolver_is_asked_in_place_of_the_server(client):
    class Known:
        did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"

    asked = []

    def resolver(handle):
        asked.append(handle)
        return Known

    bsky = Bluesky(client, resolver=resolver)
    assert bsky.did_of("elsewhere.example.com") == bsky.did_of("elsewhere.example.com") == Known.did
    assert asked == ["elsewhere.example.com"]


def test_a_handle_that_nobody_has_is_an_error_of_the_tree(client):
    with pytest.raises(AtlexError):
        Bluesky(client).did_of("nobody.test")


def test_a_record_is_found_by_view_address_and_link(client):
    bsky = Bluesky(client)
    post = client.app.bsky.feed.post.create(app.bsky.feed.post.Post(text="hello", created_at=now()))
    link = f"https://bsky.app/profile/alice.test/post/{post.rkey}"
    assert bsky.ref_of(post) == bsky.ref_of(post.uri) == bsky.ref_of(link)
    assert bsky.ref_of(link).cid == post.cid


def test_the_asynchronous_twin_finds_the_same(pds):
    async def find():
        with pds.serve() as url:
            async with AsyncPasswordSession.login(
                url, identifier="alice.test", password="password"
            ) as session:
                client = AsyncClient(session)
                bsky = AsyncBluesky(client)
                post = await client.app.bsky.feed.post.create(
                    app.bsky.feed.post.Post(text="hello", created_at=now())
                )
                assert await bsky.did_of("@alice.test") == bsky.did == session.did
                assert await bsky.ref_of(post.uri) == await bsky.ref_of(post)

    asyncio.run(find())


def test_a_login_lasts_as_long_as_its_block(pds):
    with pds.serve() as url:
        with Bluesky.login(url, identifier="alice.test", password="password") as bsky:
            assert isinstance(bsky, Bluesky)
            assert bsky.post("hello").uri.startswith(f"at://{pds.account('alice.test').did}/")
        with (
            pytest.raises(XrpcResponseError),
            Bluesky.login(url, identifier="alice.test", password="wrong") as bsky,
        ):
            pass

        async def log_in():
            async with AsyncBluesky.login(url, identifier="alice.test", password="password") as bsky:
                assert isinstance(bsky, AsyncBluesky)
                await bsky.post("hello")

        asyncio.run(log_in())


def test_a_login_with_a_store_goes_on_with_the_session_of_the_last_run(pds, tmp_path):
    with pds.serve() as url:
        for _ in range(2):
            with Bluesky.login(
                url,
                identifier="alice.test",
                password="password",
                store=FileSessionStore(tmp_path / "session.json"),
            ) as bsky:
                bsky.post("hello")
    assert pds.count("com.atproto.server.createSession") == 1


def test_a_store_that_holds_a_session_makes_up_for_identifier_and_password(pds, tmp_path):
    store = FileSessionStore(tmp_path / "session.json")
    with pds.serve() as url:
        with Bluesky.login(url, identifier="alice.test", password="password", store=store) as bsky:
            did = bsky.did
        for given in (
            {},
            {"service": url},
            {"identifier": "alice.test"},
            {"identifier": did, "password": None},
        ):
            with Bluesky.login(store=store, **given) as bsky:
                assert bsky.did == did
                bsky.post("hello")

        async def go_on():
            async with AsyncBluesky.login(store=store) as bsky:
                await bsky.post("hello")

        asyncio.run(go_on())
    assert pds.count("com.atproto.server.createSession") == 1


def test_a_store_without_the_session_that_is_asked_for_says_what_it_has(pds, tmp_path):
    store = FileSessionStore(tmp_path / "session.json")

    def refusal(**given):
        with pytest.raises(SessionStoreError) as caught, Bluesky.login(store=store, **given):
            pass
        return str(caught.value)

    with pds.serve() as url:
        assert "The store holds no session, and there is no password" in refusal()
        with Bluesky.login(url, identifier="alice.test", password="password", store=store):
            pass
        assert "The store holds the session of alice.test" in refusal(identifier="bob.test")
        assert "not one for https://pds.example" in refusal(service="https://pds.example")


@pytest.mark.parametrize(
    "given",
    [{}, {"identifier": "alice.test"}, {"password": "open sesame"}, {"service": "https://pds.example"}],
)
def test_without_a_store_a_login_needs_identifier_and_password(given):
    with (
        pytest.raises(InputError, match="identifier and password are needed; only a store=") as caught,
        Bluesky.login(**given),
    ):
        pass
    error = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "sesame" not in "".join(line for line in error.format() if "test_core.py" not in line)


@pytest.mark.parametrize("store", [False, True])
def test_no_traceback_shows_the_password(pds, tmp_path, store):
    def shown(service, identifier):
        kept = FileSessionStore(tmp_path / "session.json") if store else None
        with (
            pytest.raises(AtlexError) as caught,
            Bluesky.login(service, identifier=identifier, password="open sesame", store=kept) as bsky,
        ):
            bsky.like("nothing")
        error = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        return "".join(line for line in error.format() if "test_core.py" not in line)

    pds.create_account("carol.test", "open sesame")
    with pds.serve() as url:
        refused, broken = shown(url, "alice.test"), shown(url, "carol.test")
    assert "in login" in refused
    assert "sesame" not in refused + broken


def test_a_repr_shows_the_account_and_the_server(client):
    bsky = Bluesky(client)
    assert repr(bsky) == f"Bluesky({client!r})"
    assert repr(bsky.chat) == f"<Chat of Bluesky({client!r})>"
    assert repr(AsyncBluesky(AsyncClient("https://pds.example.com"))).startswith("AsyncBluesky(AsyncClient(")


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (lambda bsky: bsky.search("x", tags="cats").take(pages=1), ("searchPosts", "tag=cats")),
        (
            lambda bsky: bsky.notifications(reasons="mention").take(pages=1),
            ("listNotifications", "reasons=mention"),
        ),
        (
            lambda bsky: bsky.notifications(reasons=["like"]).take(pages=1),
            ("listNotifications", "reasons=like"),
        ),
    ],
)
def test_a_lone_text_isnt_taken_apart(pds, client, call, sent):
    call(Bluesky(client))
    asked = pds.requests[-1]
    assert asked.nsid.endswith(sent[0])
    assert [pair for pair in asked.query.split("&") if pair.startswith(("tag", "reasons"))] == [sent[1]]


def test_an_account_alone_isnt_taken_apart(client):
    bsky = Bluesky(client)
    bob = bsky.did_of("bob.test")
    made = bsky.create_list("Friends", "bob.test")
    assert bsky.remove_from_list(made, "@bob.test") == [bob]
    assert bsky.add_to_list(made, bob) == [bob]


def test_a_preference_alone_isnt_taken_apart(client):
    def change(preferences):
        preferences.interests = "cats"
        preferences.mute_word("spoiler", targets="content")

    found = Bluesky(client).update_preferences(change)
    assert found.interests == ("cats",)
    assert [word.targets for word in found.muted_words] == [["content"]]


@pytest.mark.parametrize("name", ["langs", "tags", "labels"])
def test_none_leaves_an_argument_of_a_post_out(client, name):
    record = Bluesky(client).post("hello", **{name: None}).record
    assert getattr(record, name) is None


@pytest.mark.parametrize(
    "beside", [{"store": MemoryCursorStore()}, {"since": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}]
)
def test_a_position_without_a_loop_is_refused(client, beside):
    with pytest.raises(InputError, match=r"give poll=… beside store and since$"):
        Bluesky(client).notifications(**beside)


@pytest.mark.parametrize("long", ["cut", "", None])
def test_a_way_with_long_texts_that_there_isnt_is_refused(client, long):
    with pytest.raises(InputError, match=r"^long must be 'thread' or 'error', not "):
        Bluesky(client).post("hello", long=long)


@pytest.mark.parametrize("gate", ["everyone", "folowing", ["mentioned", "friends"], [""]])
def test_a_reply_rule_that_there_isnt_is_refused(client, gate):
    with pytest.raises(InputError, match=r"reply_gate has no rule '.*': it is 'nobody' alone, or"):
        Bluesky(client).post("hello", reply_gate=gate)


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("moment", [dt.datetime(2026, 1, 1), dt.datetime.max, dt.datetime(1, 1, 1)])  # noqa: DTZ001, DTZ901
def test_a_search_by_a_time_without_a_zone_is_refused(client, name, moment):
    with pytest.raises(InputError, match=f"^{name} needs a time zone"):
        Bluesky(client).search("cats", **{name: moment})
