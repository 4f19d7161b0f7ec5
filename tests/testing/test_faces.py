from __future__ import annotations

import asyncio
import gc
import socket
import threading
import warnings

import httpx
import pytest

from atlex.lexicon import Lexicons
from atlex.testing import FakePds, _loopback

UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
DESCRIBE = "/xrpc/com.atproto.server.describeServer"


def error(response):
    """The status and the error code of a refusal."""
    return response.status_code, response.json()["error"]


def raw(url, data):
    """Sends bytes, and gives all that comes back."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def chunks():
    yield b"abc"
    yield b""
    yield b"d" * 100_000


async def async_chunks():
    for chunk in chunks():
        yield chunk


def test_one_connection_serves_many_requests(pds):
    before = set(threading.enumerate())
    with pds.serve() as url, httpx.Client(base_url=url) as client:
        assert pds.url == url
        assert {client.get(DESCRIBE).status_code for _ in range(5)} == {200}
        began = set(threading.enumerate()) - before
        assert len([thread for thread in began if "process_request" in thread.name]) == 1
    assert pds.url == "https://pds.test"


def test_leaving_the_block_ends_all_connections_and_threads(pds):
    with httpx.Client() as client:
        # Threads of other tests may end meanwhile.
        before = set(threading.enumerate())
        with pds.serve() as url:
            client.get(url + DESCRIBE)
        assert set(threading.enumerate()) <= before
        with pytest.raises(httpx.TransportError):
            client.get(url + DESCRIBE)


def test_nothing_is_left_open(pds):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pds.serve() as url, httpx.Client() as client:
            client.get(url + DESCRIBE)
        gc.collect()


def test_a_port_can_be_chosen_and_is_not_shared(make_pds):
    first, second = make_pds(), make_pds()
    with first.serve() as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), second.serve(port):
            pass
    with second.serve(port) as again:
        assert again == url


def test_did_documents_name_the_address_in_use(pds):
    pds.create_account("alice.test")

    def endpoint():
        return pds.create_session("alice.test")["didDoc"]["service"][0]["serviceEndpoint"]

    with pds.serve() as url:
        assert endpoint() == url
    assert endpoint() == "https://pds.test"


def test_both_faces_share_everything(pds):
    with pds.serve() as url, httpx.Client(base_url=url) as over_http, pds.client() as in_process:
        body = {"handle": "carol.test", "email": "carol@example.com", "password": "secret"}
        assert over_http.post("/xrpc/com.atproto.server.createAccount", json=body).status_code == 200
        login = {"identifier": "carol.test", "password": "secret"}
        assert in_process.post("/xrpc/com.atproto.server.createSession", json=login).status_code == 200
    assert [entry.host.partition(":")[0] for entry in pds.requests] == ["127.0.0.1", "127.0.0.1"]


def test_chunked_uploads_arrive_whole_through_every_face(pds, alice):
    headers = {"authorization": f"Bearer {alice.access}", "content-type": "text/plain"}

    async def over_async():
        async with pds.async_client() as client:
            return await client.post(UPLOAD, content=async_chunks(), headers=headers)

    answers = [asyncio.run(over_async())]
    with pds.client() as client:
        answers.append(client.post(UPLOAD, content=chunks(), headers=headers))
    with pds.serve() as url, httpx.Client(base_url=url) as client:
        answers.append(client.post(UPLOAD, content=chunks(), headers=headers))
    assert {answer.json()["blob"]["size"] for answer in answers} == {100_003}


def test_large_answers_come_in_pieces_through_every_face(pds, alice):
    data = bytes(range(256)) * 1000
    blob = alice.upload(data, "application/x-test").json()["blob"]
    alice.repo("createRecord", collection="com.example.thing", record={"f": blob})
    path = f"/xrpc/com.atproto.sync.getBlob?did={alice.did}&cid={blob['ref']['$link']}"

    async def over_async():
        async with pds.async_client() as client, client.stream("GET", path) as answer:
            return [chunk async for chunk in answer.aiter_raw()]

    pieces = asyncio.run(over_async())
    assert (b"".join(pieces), len(pieces)) == (data, 4)
    with pds.client() as client, client.stream("GET", path) as answer:
        assert b"".join(answer.iter_raw()) == data
    with pds.serve() as url:
        assert httpx.get(url + path).content == data


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /xrpc/a.b.c HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
        b"POST /xrpc/a.b.c HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nabc",
        b"POST /xrpc/a.b.c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /xrpc/a.b.c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n",
        b"POST /xrpc/a.b.c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc",
    ],
)
def test_a_request_that_cant_be_read_ends_the_connection(pds, request_bytes):
    with pds.serve() as url:
        assert raw(url, request_bytes) == b""
    assert pds.requests == ()


def test_chunks_may_have_extensions_and_trailers(pds):
    request = (
        b"POST /xrpc/com.atproto.server.createSession HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nx-trailer: 1\r\n\r\n"
    )
    with pds.serve() as url:
        assert b'"InvalidRequest"' in raw(url, request)


def test_requests_without_a_length_or_with_other_methods_are_answered(pds):
    with pds.serve() as url:
        refused = raw(url, b"POST /xrpc/com.atproto.server.createSession HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"none was provided" in refused
        assert raw(url, b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n").startswith(b"HTTP/1.1 405 ")
        assert raw(url, b"DELETE /xrpc/a.b.c HTTP/1.1\r\nhost: x\r\n\r\n").startswith(b"HTTP/1.1 400 ")
        assert b"connection: close" in raw(url, b"GET / HTTP/1.0\r\n\r\n")
        pds.fail_next(status=599)
        assert raw(url, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").startswith(b"HTTP/1.1 599 Unknown")


def test_a_client_that_goes_away_disturbs_nobody(pds, capfd):
    with pds.serve() as url:
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET " + DESCRIBE.encode() + b" HTTP/1.1\r\n")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert httpx.get(url + DESCRIBE).status_code == 200
    assert capfd.readouterr() == ("", "")


def test_a_connection_that_comes_while_the_server_ends_is_ended_too():
    http_server = _loopback._HttpServer(None, None, 0)
    http_server.end_connections()
    mine, other = socket.socketpair()
    with mine, other:
        http_server.begin_connection(mine)
        assert other.recv(1) == b""
    http_server.server_close()


def test_headers_of_every_answer_can_be_set(make_pds):
    pds = make_pds(headers={"ratelimit-limit": "10"})
    with pds.client() as client:
        assert client.get(DESCRIBE).headers["ratelimit-limit"] == "10"
        assert client.get("/xrpc/x").headers["ratelimit-limit"] == "10"


def test_the_transport_answers_for_every_host(pds):
    with httpx.Client(transport=pds.transport) as client:
        assert client.get("https://elsewhere.test/xrpc/_health").status_code == 200
    assert pds.requests[-1].host == "elsewhere.test"
    assert repr(pds) == "<FakePds https://pds.test>"


def test_documents_may_come_as_anything(lexicons, tmp_path):
    document = lexicons["com.atproto.server.describeServer"]
    file = tmp_path / "com" / "describeServer.json"
    file.parent.mkdir()
    file.write_text('{"lexicon": 1, "id": "com.example.one", "defs": {}}')
    (tmp_path / "lexicons.json").write_text("{}")
    for source in (lexicons, [document], [document.raw], str(tmp_path), tmp_path):
        pds = FakePds(source)
        assert isinstance(pds.lexicons, Lexicons)
        with pds.client() as client:
            assert client.get("/xrpc/_health").status_code == 200
