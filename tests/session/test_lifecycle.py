"""How sessions begin and end: login URLs, new accounts, blocks, connections."""

from __future__ import annotations

import gc
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.errors import (
    InputError,
    XrpcError,
    XrpcInternalError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)
from atlex.session import PasswordSession
from atlex.session._urls import parse_login_url

pytestmark = pytest.mark.anyio


def refusal(status, error="Nonsense"):
    return httpx.Response(status, json={"error": error, "message": "No"})


class BlockFailed(Exception):  # noqa: N818 - reads better in its place
    """What goes wrong in a block."""


async def test_logging_in_sends_what_was_given(world):
    await world.login()
    assert world.net.last("createSession").json == {"identifier": "alice", "password": world.password}
    assert world.net.last("createSession").request.headers["content-type"] == "application/json"

    await world.do(
        world.Session.login(
            world.entryway,
            **world.credentials,
            auth_factor_token=world.second_factor,
            allow_takendown=True,
            **world.options,
        )
    )
    assert world.net.last("createSession").json == {
        "identifier": "alice",
        "password": world.password,
        "authFactorToken": world.second_factor,
        "allowTakendown": True,
    }
    assert world.net.last("createSession").token is None


@pytest.mark.parametrize("service", ["https://entryway.example", "https://entryway.example/"])
async def test_the_service_is_kept_as_it_was_given(world, service):
    session = await world.do(world.Session.login(service, **world.credentials, **world.options))
    assert session.data.service == service
    assert world.net.seen[0].request.url == "https://entryway.example/xrpc/com.atproto.server.createSession"


@pytest.mark.parametrize(
    "service",
    ["", "entryway.example", "ftp://entryway.example", "https://", "https://me:SECRET@entryway.example"],
)
async def test_a_service_has_to_be_a_url(world, service):
    with pytest.raises(InputError) as caught:
        await world.do(world.Session.login(service, **world.credentials, **world.options))
    assert "SECRET" not in str(caught.value)
    assert world.net.seen == []


async def test_arguments_are_checked_before_they_are_sent(world):
    for credentials in (
        {"identifier": b"alice", "password": "SECRET"},
        {"identifier": "alice", "password": None},
    ):
        with pytest.raises(InputError, match="must be a str"):
            await world.do(world.Session.login(world.entryway, **credentials, **world.options))
    with pytest.raises(InputError, match="can't be written as JSON"):
        await world.do(
            world.Session.create_account(
                world.entryway, handle="a.example", plc_op={"key": object()}, **world.options
            )
        )
    assert world.net.seen == []


@pytest.mark.parametrize(
    ("missing", "fault"),
    [
        ({"accessJwt": None}, "accessJwt: is missing or invalid"),
        ({"refreshJwt": 7}, "refreshJwt: is missing or invalid"),
        ({"handle": None}, "handle: is missing or invalid"),
        ({"did": "nobody"}, "did: is missing or invalid"),
        ({"accessJwt": "SECRET\r\nx-evil: 1"}, "accessJwt: is missing or invalid"),
    ],
)
async def test_an_answer_that_is_no_session_is_an_error(world, missing, fault):
    answer = world.net._tokens(world.net.verifier.create("alice", world.password)) | missing
    world.net.faults["createSession"] = [httpx.Response(200, json=answer)]

    with pytest.raises(XrpcResponseValidationError, match=fault) as caught:
        await world.login()

    assert caught.value.method == "com.atproto.server.createSession"
    assert "SECRET" not in f"{caught.value!r}{caught.value}{caught.value.body!r}"
    assert world.journal == []


async def test_optional_fields_of_the_wrong_type_cost_no_session(world):
    answer = world.net._tokens(world.net.verifier.create("alice", world.password))
    answer |= {"email": 7, "emailConfirmed": "yes", "didDoc": [1], "active": None, "status": {}}
    world.net.faults["createSession"] = [httpx.Response(200, json=answer)]

    session = await world.login()

    assert set(session.data.model_dump()) == {"accessJwt", "refreshJwt", "handle", "did", "service"}
    world.net.faults["customMethod"] = [httpx.Response(200)]
    await world.call(session)
    assert world.net.seen[-1].origin == world.entryway


async def test_creating_an_account(world):
    """createAccount (+headers)"""
    session = await world.do(
        world.Session.create_account(
            world.entryway,
            handle="bob.example",
            email="bob@mail.example",
            password=world.password,
            invite_code="invite",
            verification_code="code",
            verification_phone="phone",
            did="did:example:bob",
            recovery_key="did:key:zabc",
            plc_op={"type": "plc_operation"},
            headers={"Authorization": "Bearer moving-here", "x-once": "1"},
            **world.options,
        )
    )

    sent = world.net.last("createAccount")
    assert sent.json == {
        "handle": "bob.example",
        "email": "bob@mail.example",
        "password": world.password,
        "inviteCode": "invite",
        "verificationCode": "code",
        "verificationPhone": "phone",
        "did": "did:example:bob",
        "recoveryKey": "did:key:zabc",
        "plcOp": {"type": "plc_operation"},
    }
    assert (sent.token, sent.request.headers["x-once"]) == ("Bearer moving-here", "1")
    assert session.data.service == world.entryway
    assert session.data.email is None
    assert world.journal == [("on_updated", session, session.data)]
    assert (await world.call(session)).status == 200
    assert "x-once" not in world.net.seen[-1].request.headers

    with pytest.raises(InputError, match="content-type"):
        await world.do(
            world.Session.create_account(
                world.entryway, handle="c.example", headers={"Content-Type": "text/plain"}, **world.options
            )
        )
    world.net.faults["createAccount"] = [refusal(400, "HandleNotAvailable")]
    with pytest.raises(XrpcResponseError) as caught:
        await world.do(world.Session.create_account(world.entryway, handle="bob.example", **world.options))
    assert (caught.value.error, caught.value.expected) == ("HandleNotAvailable", True)
    assert world.journal.names == ["on_updated"]


async def test_logging_in_with_a_url(world):
    """URL login forms"""
    session = await world.do(
        world.Session.login_from_url(
            f"https://alice%40mail.example:{world.password}@entryway.example", **world.options
        )
    )
    assert session.data.service == "https://entryway.example"
    assert world.net.last("createSession").json == {
        "identifier": "alice@mail.example",
        "password": world.password,
    }
    with pytest.raises(InputError, match=r"^Invalid URL$"):
        await world.do(world.Session.login_from_url("not a url"))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "Invalid URL"),
        ("alice:SECRET@host", "Invalid URL"),
        ("ftp://alice:SECRET@host/", "Invalid URL"),
        ("https://alice:SECRET/word@host", "Invalid URL"),
        ("https://alice:SECRET@host:port", "Invalid URL"),
        ("https://alice:SECRET@", "'alice' is neither a handle, such as alice.example.com, nor a DID"),
        ("https://alice:SECRET℀@host", "Invalid URL"),
        ("https://alice:\ud800SECRET@host", "Invalid URL"),
        ("https://alice:SECRET@host/path", "Invalid login URL: unexpected pathname"),
        ("https://alice:SECRET@host//", "Invalid login URL: unexpected pathname"),
        ("https://alice:SECRET@host/#hash", "Invalid login URL: unexpected hash"),
        ("https://alice:SECRET@host?a=b", "Invalid login URL: unexpected search parameters"),
        ("https://alice:SECRET@host/path?a=b#hash", "Invalid login URL: unexpected pathname"),
        ("https://host", "Invalid login URL: missing identifier or password"),
        ("https://alice@host", "Invalid login URL: missing identifier or password"),
        ("https://alice:@host", "Invalid login URL: missing identifier or password"),
        ("https://:SECRET@host", "Invalid login URL: missing identifier or password"),
        ("https://alice:SECRET%ff@host", "Invalid login URL: identifier or password isn't UTF-8"),
    ],
)
def test_a_login_url_that_cannot_be_used(url, sentence):
    with pytest.raises(InputError) as caught:
        PasswordSession.login_from_url(url)
    error: BaseException | None = caught.value
    assert str(error) == sentence
    while error is not None:
        assert "SECRET" not in f"{error}{error.args}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://alice.example:pass@host", ("https://host", "alice.example", "pass")),
        ("https://alice.example:pass@HOST:443/", ("https://host", "alice.example", "pass")),
        ("http://did%3Aplc%3Aabc:p%20w@[::1]:2583/", ("http://[::1]:2583", "did:plc:abc", "p w")),
        ("https://alice:p:w%2525@host/?#", ("https://host", "alice", "p:w%25")),
        ("https://alice:p%C3%A4ss@host:8443", ("https://host:8443", "alice", "päss")),
        (" https://alice:100%@host\n", ("https://host", "alice", "100%")),
    ],
)
def test_a_login_url_is_percent_decoded(url, parts):
    assert parse_login_url(url) == parts


@given(identifier=st.text(min_size=1), password=st.text(min_size=1), port=st.integers(1, 65535))
def test_any_identifier_and_password_survive_a_login_url(identifier, password, port):
    from urllib.parse import quote

    url = f"https://{quote(identifier, safe='')}:{quote(password, safe='')}@host:{port}/"
    if len(url) <= 2048:
        parsed = parse_login_url(url)
        assert (parsed.identifier, parsed.password) == (identifier, password)


@given(st.text() | st.text().map(lambda rest: f"https://alice:SECRET-word@{rest}"))
def test_any_text_is_a_login_url_or_an_input_error(text):
    with suppress(InputError):
        parsed = parse_login_url(text)
        # Without a host the account's own server is meant.
        assert parsed.service is None or parsed.service.startswith("http")


async def test_a_block_logs_out_of_what_it_logged_in_to(world):
    """dispose"""
    async with world.api.entered(world.begin()) as session:
        assert (await world.call(session)).status == 200
    assert session.destroyed
    assert world.journal.names == ["on_updated", "on_deleted"]

    opening = world.Session.create_account(world.entryway, handle="bob.example", **world.options)
    async with world.api.entered(opening) as session:
        pass
    assert session.destroyed

    opening = world.Session.login_from_url(
        f"https://alice:{world.password}@entryway.example", **world.options
    )
    async with world.api.entered(opening) as session:
        pass
    assert session.destroyed
    assert world.net.count("deleteSession") == 3


async def test_a_block_around_an_awaited_session_logs_out_too(world):
    async with world.api.entered(await world.login()) as session:
        pass
    assert session.destroyed


async def test_a_block_around_an_old_session_only_closes(world):
    session = await world.login()
    async with world.api.entered(world.Session.resume(session.data, **world.options)) as resumed:
        pass
    async with world.api.entered(world.Session(resumed.data, **world.options)) as constructed:
        pass
    assert world.net.count("deleteSession") == 0
    assert not resumed.destroyed
    assert not constructed.destroyed


async def test_a_block_can_log_out_itself(world):
    async with world.api.entered(world.begin()) as session:
        await world.do(session.logout())
    assert world.net.count("deleteSession") == 1


async def test_a_failed_logout_at_the_end_of_a_block_is_raised(world):
    world.net.faults["deleteSession"] = [refusal(500)]
    with pytest.raises(XrpcResponseError) as caught:
        async with world.api.entered(world.begin()):
            pass
    assert caught.value.status == 500
    assert world.journal.names == ["on_updated", "on_delete_failure"]


async def test_the_exception_of_a_block_wins(world):
    with pytest.raises(BlockFailed) as caught:
        async with world.api.entered(world.begin()) as session:
            raise BlockFailed
    assert session.destroyed
    assert not hasattr(caught.value, "__notes__")

    world.net.faults["deleteSession"] = [refusal(503)]
    with pytest.raises(BlockFailed) as caught:
        async with world.api.entered(world.begin()) as session:
            raise BlockFailed
    assert not session.destroyed
    assert world.journal.names[-1] == "on_delete_failure"
    assert caught.value.__notes__ == [
        "Ending the session after this failed too: com.atproto.server.deleteSession: Nonsense: No"
    ]


async def test_a_login_that_fails_in_a_block_raises_as_it_is(world):
    world.net.faults["createSession"] = [refusal(400, "AccountTakedown")]
    with pytest.raises(XrpcError, match="AccountTakedown"):
        async with world.api.entered(world.begin()):
            raise AssertionError
    assert world.net.count("deleteSession") == 0


async def test_closing_leaves_the_users_client_open(world):
    session = await world.login()
    await world.do(session.close())
    assert not world.client.is_closed
    with pytest.raises(XrpcInternalError):
        await world.call(session)
    assert not session.destroyed


async def test_a_session_without_a_client_opens_and_closes_its_own(world):
    """No ResourceWarning, which would be an error, and nothing is sent by the constructor."""
    session = await world.login()
    own = world.Session(session.data)
    await world.do(own.close())
    with pytest.raises(XrpcInternalError):
        await world.do(own.logout())
    del own
    gc.collect()


async def test_the_wrong_kind_of_client_is_refused(world, data):
    wrong = httpx.Client() if world.api.is_async else httpx.AsyncClient()
    with pytest.raises(InputError, match="http_client"):
        world.Session(data, http_client=wrong)


async def test_the_constructor_uses_no_network(world, data):
    session = world.Session(data, **world.options)
    assert (session.did, session.handle, session.data) == (data.did, data.handle, data)
    assert world.net.seen == []
    assert world.journal == []


async def test_a_session_shows_whose_it_is(world):
    session = await world.login()
    name = world.Session.__name__
    assert repr(session) == f"<{name} did:example:alice at https://entryway.example, transport: http_client>"
    await world.do(session.logout())
    assert repr(session) == f"<{name} https://entryway.example (logged out), transport: http_client>"


async def test_subclasses_begin_as_themselves(world):
    class Mine(world.Session):  # type: ignore[name-defined]
        pass

    session = await world.do(Mine.login(world.entryway, **world.credentials, **world.options))
    assert type(session) is Mine


async def test_an_answer_with_tokens_but_a_wrong_type_keeps_them_out_of_the_error(world):
    tokens = b'{"accessJwt":"SECRET-a","refreshJwt":"SECRET-r"}'
    world.net.faults["createSession"] = [
        httpx.Response(200, content=tokens, headers={"content-type": "text/plain"})
    ]

    with pytest.raises(XrpcInvalidResponseError) as caught:
        await world.login()
    assert "SECRET" not in str(vars(caught.value))
