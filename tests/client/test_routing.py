"""Where a call goes, and whose labels it asks for."""

from __future__ import annotations

import io

import pytest
from tests.client import _package
from tests.client._fakes import DID, answer, things
from tests.client.test_downloads import CONTENT, RIGHT

import atlex_sdk
from atlex import Response
from atlex.data import OMIT
from atlex.errors import InputError

pytestmark = pytest.mark.anyio

CHAT = "did:web:api.bsky.chat#bsky_chat"
VIEW = "did:web:api.example.com#example_view"
OTHER_VIEW = "did:web:other.example.com#example_view"
ONE = "did:plc:labeler234labeler234labe"
TWO = "did:web:labels.example.com"
THREE = "did:web:more.example.com"

PROXY, LABELERS = "atproto-proxy", "atproto-accept-labelers"
BLOB = {"$type": "blob", "ref": {"$link": RIGHT}, "mimeType": "image/png", "size": 14}


async def headers_of(twin, client):
    client.agent.answers.append(things())
    await twin.do(client.example.get_things())
    return client.requests[-1].headers


async def proxy_of(twin, client):
    return (await headers_of(twin, client)).get(PROXY)


async def labelers_of(twin, client):
    return (await headers_of(twin, client)).get(LABELERS)


def official(twin, *answers, **options):
    cls = atlex_sdk.AsyncClient if twin.is_async else atlex_sdk.Client
    return twin.client(*answers, cls=cls, **options)


class TestNamespaceDefault:
    async def chat_proxy(self, twin, client):
        client.agent.answers.append(answer({"convos": []}))
        await twin.do(client.chat.bsky.convo.list_convos())
        return client.requests[-1].headers.get(PROXY)

    async def test_chat_goes_to_the_chat_service_by_itself(self, twin):
        assert await self.chat_proxy(twin, official(twin)) == CHAT
        assert await self.chat_proxy(twin, official(twin).with_options(timeout=5, headers={"x": "a"})) == CHAT
        assert await self.chat_proxy(twin, official(twin, proxy=OMIT)) == CHAT

    async def test_the_users_word_comes_first(self, twin):
        assert await self.chat_proxy(twin, official(twin, proxy=VIEW)) == VIEW
        assert await self.chat_proxy(twin, official(twin).with_options(proxy=VIEW)) == VIEW
        assert await self.chat_proxy(twin, official(twin, headers={PROXY: VIEW})) == VIEW

    async def test_none_is_none(self, twin):
        assert await self.chat_proxy(twin, official(twin, proxy=None)) is None
        assert await self.chat_proxy(twin, official(twin).with_options(proxy=None)) is None

    async def test_streams_and_whole_answers_go_there_too(self, twin):
        client = official(twin, Response(200, {"content-type": "application/jsonl"}, b"{}"))
        await twin.do(client.download(atlex_sdk.chat.bsky.actor.export_account_data.METHOD, io.BytesIO()))
        client.agent.answers.append(answer({"convos": []}))
        await twin.do(client.xrpc(atlex_sdk.chat.bsky.convo.list_convos.METHOD))
        assert [request.headers.get(PROXY) for request in client.requests] == [CHAT, CHAT]

    async def test_other_namespaces_are_the_servers_to_pass_on(self, twin):
        client = official(twin, answer({"feed": []}))
        await twin.do(client.app.bsky.feed.get_timeline())
        assert PROXY not in client.requests[0].headers

    async def test_a_record_of_the_namespace_is_the_accounts_own(self, twin):
        client = official(twin, answer({"uri": f"at://{DID}/chat.bsky.actor.declaration/self", "cid": RIGHT}))
        await twin.do(
            client.chat.bsky.actor.declaration.put(
                atlex_sdk.chat.bsky.actor.declaration.Declaration(allow_incoming="all")
            )
        )
        assert PROXY not in client.requests[0].headers

    async def test_the_longest_namespace_counts_and_only_whole_segments(self, twin):
        table = {"com": OTHER_VIEW, "com.example": VIEW, "com.ex": CHAT, "com.example.getThings": CHAT}
        cls = type("Sub", (twin.Client,), {"lex_proxies": table})
        assert await proxy_of(twin, twin.client(cls=cls)) == VIEW


class TestProxy:
    async def test_a_header_stands_in_for_the_option(self, twin):
        assert await proxy_of(twin, twin.client(headers={"Atproto-Proxy": VIEW})) == VIEW
        assert await proxy_of(twin, twin.client(headers={PROXY: VIEW}, proxy=OTHER_VIEW)) == OTHER_VIEW
        assert await proxy_of(twin, twin.client(headers={PROXY: VIEW}, proxy=None)) is None

    async def test_a_header_given_later_replaces_an_option_given_before(self, twin):
        client = twin.client(proxy=VIEW)
        assert await proxy_of(twin, client.with_options(headers={PROXY: OTHER_VIEW})) == OTHER_VIEW
        assert await proxy_of(twin, client.with_options(headers={PROXY: OTHER_VIEW}, proxy=None)) is None
        assert await proxy_of(twin, client.with_options(headers={"x": "a"})) == VIEW

    @pytest.mark.parametrize("bad", ["", "x", "did:web:a.example.com", "did:web:a#", "#x", f"{VIEW}#y"])
    async def test_a_header_that_names_no_service_is_refused(self, twin, bad):
        with pytest.raises(InputError, match="service's ID"):
            twin.client(headers={PROXY: bad})
        with pytest.raises(InputError, match="service's ID"):
            twin.client().with_options(headers={PROXY: bad})


class TestLabelers:
    async def test_left_out_the_header_stays(self, twin):
        assert await labelers_of(twin, twin.client()) is None
        assert await labelers_of(twin, twin.client(headers={LABELERS: f"{ONE},{TWO}"})) == f"{ONE}, {TWO}"

    async def test_an_empty_list_keeps_the_header(self, twin):
        assert await labelers_of(twin, twin.client(labelers=[])) is None
        assert await labelers_of(twin, twin.client(labelers=[], headers={LABELERS: ONE})) == ONE

    async def test_none_drops_the_header(self, twin):
        assert await labelers_of(twin, twin.client(labelers=None, headers={LABELERS: ONE})) is None

    async def test_the_apps_come_first_then_the_clients_then_the_headers_each_once(self, twin):
        client = twin.client(
            app_labelers=[ONE], labelers=[TWO, f"{ONE};redact", TWO], headers={LABELERS: f"{THREE} , {TWO}"}
        )
        assert await labelers_of(twin, client) == f"{ONE};redact, {TWO}, {THREE}"

    async def test_the_apps_stay_when_the_others_go(self, twin):
        client = twin.client(app_labelers=iter([ONE]), labelers=[TWO], headers={LABELERS: THREE})
        assert await labelers_of(twin, client.with_options(labelers=None)) == f"{ONE};redact"
        assert await labelers_of(twin, client.with_options(labelers=[])) == f"{ONE};redact, {THREE}"
        assert await labelers_of(twin, client.with_options(headers=None)) == f"{ONE};redact, {TWO}"

    async def test_the_apps_can_be_replaced_and_taken_away(self, twin):
        client = twin.client(app_labelers=[ONE], labelers=[TWO])
        assert await labelers_of(twin, client.with_options(app_labelers=[THREE])) == f"{THREE};redact, {TWO}"
        assert await labelers_of(twin, client.with_options(app_labelers=None)) == TWO

    async def test_an_app_labeler_is_a_did(self, twin):
        with pytest.raises(InputError, match="'nobody;redact'"):
            twin.client(app_labelers=["nobody"])


class TestOwnServer:
    """Records and blobs are the account's own server's."""

    async def sent(self, twin, client):
        """The headers of every call that is for the account's own server."""
        repo = client.com.atproto.repo
        uri = f"at://{DID}/com.example.post/3jzfcijpj2z2a"
        place = {"repo": DID, "collection": "com.example.post"}
        written, one = answer({"uri": uri, "cid": RIGHT}), {**place, "rkey": "3jzfcijpj2z2a"}
        calls = [
            (lambda: repo.create_record(**place, record={"$type": "com.example.post"}), written),
            (lambda: repo.put_record(**one, record={"$type": "com.example.post"}), written),
            (lambda: repo.get_record(**one), answer({"uri": uri, "cid": RIGHT, "value": {}})),
            (lambda: repo.list_records(**place), answer({"records": []})),
            (lambda: repo.delete_record(**one), answer({})),
            (lambda: repo.apply_writes(repo=DID, writes=[]), answer({})),
            (lambda: repo.upload_blob(data=CONTENT), answer({"blob": BLOB})),
            (lambda: client.com.atproto.sync.get_blob(did=DID, cid=RIGHT), Response(200, {}, CONTENT)),
            (lambda: client.get_blob(DID, RIGHT), Response(200, {}, CONTENT)),
            (lambda: client.download_blob(DID, RIGHT, io.BytesIO()), Response(200, {}, CONTENT)),
        ]
        before = len(client.requests)
        for call, answered in calls:
            client.agent.answers.append(answered)
            await twin.do(call())
        return [request.headers for request in client.requests[before:]]

    async def test_the_clients_proxy_and_labelers_are_not_for_it(self, twin):
        client = official(twin, proxy=VIEW, labelers=[TWO], headers={LABELERS: THREE, "x": "a"})
        for headers in await self.sent(twin, client.with_options(timeout=5)):
            assert PROXY not in headers
            assert LABELERS not in headers
            assert headers["x"] == "a"

    async def test_the_apps_labelers_are(self, twin):
        client = official(twin, proxy=VIEW, labelers=[TWO], app_labelers=[ONE])
        for headers in await self.sent(twin, client):
            assert PROXY not in headers
            assert headers[LABELERS] == f"{ONE};redact"

    async def test_what_is_said_for_the_call_is(self, twin):
        client = official(twin, proxy=VIEW, labelers=[TWO], app_labelers=[ONE])
        for headers in await self.sent(twin, client.with_options(proxy=OTHER_VIEW)):
            assert (headers[PROXY], headers[LABELERS]) == (OTHER_VIEW, f"{ONE};redact")
        for headers in await self.sent(twin, client.with_options(labelers=[THREE])):
            assert headers[LABELERS] == f"{ONE};redact, {THREE}"
            assert PROXY not in headers

    async def test_record_calls_are_its_own_whatever_is_said(self, twin):
        client = twin.client(proxy=VIEW).with_options(proxy=OTHER_VIEW, labelers=[TWO], app_labelers=[ONE])
        client.agent.answers.append(answer({"records": []}))
        await twin.do(client.example.post.list())
        assert PROXY not in client.requests[0].headers
        assert client.requests[0].headers[LABELERS] == f"{ONE};redact"


async def test_what_is_accepted_is_what_the_method_declares(twin):
    client = twin.client(things(), Response(200, {"content-type": "image/png"}, CONTENT), Response(200))
    await twin.do(client.example.get_things())
    await twin.do(client.example.download())
    await twin.do(client.example.ping())
    accepted = [request.headers.get("accept") for request in client.requests]
    assert accepted == ["application/json", "image/*", None]


def test_the_package_of_the_tests_names_no_services(twin):
    assert twin.Client.lex_proxies == {}
    assert _package.Client.lex_methods == {}
