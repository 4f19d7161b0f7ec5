"""Link cards: from a page, or by hand; and what they mustn't be made to fetch."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading

import httpcore
import pytest
from tests.bsky.media._photos import exif, file_of, gradient, noise

from atlex import XrpcResponseError
from atlex.errors import FetchError, FetchRefusedError, InputError
from atlex_bsky import Card, CardError

pytestmark = pytest.mark.anyio
PUBLIC = "93.184.215.14"
PICTURE = file_of(noise(900, 700), "JPEG", quality=99, exif=exif(6))
ANIMATION = file_of(gradient(60, 40), "GIF", save_all=True, append_images=[noise(60, 40)])
HEAD = (
    "<title>Plain</title><meta property=og:title content=Title><meta property=og:description content=Words>"
)


class Web:
    """A website on this machine: what each path answers with, and what was asked for."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                web.asked.append(self.path)
                status, headers, body = web.pages.get(self.path, (404, {}, b"nothing"))
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def put(self, path, body, content_type="text/html; charset=utf-8", *, status=200, **headers):
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (status, {"content-type": content_type, **headers}, data)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def web():
    web = Web()
    yield web
    web.close()


@pytest.fixture
async def near(twin):
    """A fetcher that may fetch from this machine."""
    async with twin.fetcher(allow_private=True) as fetcher:
        yield fetcher


async def test_a_card_is_made_from_the_page(twin, web, near):
    web.put("/a/page", HEAD + "<meta property=og:image content=../i.jpg>")
    web.put("/i.jpg", PICTURE, "image/jpeg")
    card = (await twin.card_for(web.url + "/a/page", fetcher=near)).external
    assert (card.uri, card.title, card.description) == (web.url + "/a/page", "Title", "Words")
    assert card.thumb.mime_type == "image/jpeg"
    assert card.thumb.size <= 1_000_000 < len(PICTURE)


async def test_a_redirect_is_followed_and_the_card_keeps_its_address(twin, web, near):
    web.put("/short", "", status=302, location="/deep/page")
    web.put("/deep/page", HEAD + "<meta property=og:image content=i.gif>")
    web.put("/deep/i.gif", ANIMATION, "image/gif")
    card = (await twin.card_for(Card(web.url + "/short"), fetcher=near)).external
    assert card.uri == web.url + "/short"
    assert card.thumb.mime_type == "image/png"


async def test_a_page_that_says_nothing_is_called_by_its_address(twin, web, near):
    web.put("/", "<p>hello")
    card = (await twin.card_for(web.url + "/", fetcher=near)).external
    assert (card.title, card.description, card.thumb) == (web.url + "/", "", None)


@pytest.mark.parametrize(
    "picture",
    ["/broken.jpg", "/missing.jpg", "/drawing.svg", "/endless.jpg", "http://[", "data:,x", "ftp://x/y"],
)
async def test_a_picture_that_can_not_be_used_is_left_out(twin, web, near, picture):
    web.put("/", f"{HEAD}<meta property=og:image content='{picture}'>")
    web.put("/broken.jpg", PICTURE[:1000], "image/jpeg")
    web.put("/drawing.svg", "<svg/>", "image/svg+xml")
    web.put("/endless.jpg", b"x" * 100, "image/jpeg", **{"content-length": "99999999999"})
    card = (await twin.card_for(web.url + "/", fetcher=near)).external
    assert (card.title, card.thumb) == ("Title", None)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "words"),
    [
        ("gone", "text/html", 404, "status 404"),
        ("down", "text/html", 503, "status 503"),
        (b"%PDF-1.7", "application/pdf", 200, "isn't HTML"),
        (PICTURE, "image/jpeg", 200, "isn't HTML"),
        ("text", "text/plain", 200, "isn't HTML"),
    ],
)
async def test_what_is_no_page_has_no_card(twin, web, near, body, content_type, status, words):
    web.put("/", body, content_type, status=status)
    with pytest.raises(CardError, match=words) as caught:
        await twin.card_for(web.url + "/", fetcher=near)
    assert caught.value.uri == web.url + "/"


async def test_a_page_that_is_too_large_is_refused(twin, web, near):
    web.put("/", "x" * 5_000_001)
    with pytest.raises(FetchError):
        await twin.card_for(web.url + "/", fetcher=near)


async def test_a_failing_upload_of_the_picture_fails_the_card(twin, web, near, pds):
    web.put("/", HEAD + "<meta property=og:image content=/i.gif>")
    web.put("/i.gif", ANIMATION, "image/gif")
    pds.fail_next("com.atproto.repo.uploadBlob", status=400)
    with pytest.raises(XrpcResponseError):
        await twin.card_for(web.url + "/", fetcher=near)


async def test_a_card_by_hand_fetches_nothing(twin):
    card = (await twin.card_for(Card("https://nowhere.invalid/", title="T", thumb=PICTURE))).external
    assert (card.uri, card.title, card.description) == ("https://nowhere.invalid/", "T", "")
    assert card.thumb.size <= 1_000_000
    assert (await twin.card_for(Card("https://nowhere.invalid/", "T", "D"))).external.description == "D"
    with pytest.raises(InputError, match="The picture"):
        await twin.card_for(Card("https://nowhere.invalid/", title="T", thumb=b"nothing"))


class TestWhatIsRefused:
    @pytest.fixture
    def names(self, monkeypatch):
        """Names and their addresses; those of the public Internet lead to the website of the test."""
        names, system = {}, socket.getaddrinfo

        def look_up(host, port, *given, **named):
            name = host.decode() if isinstance(host, bytes) else host
            if name not in names:
                return system(host, port, *given, **named)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (names[name], port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return names

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433", "localhost"]
    )
    async def test_addresses_of_this_machine_and_its_neighbours(self, twin, host):
        for scheme in ("http", "https"):
            with pytest.raises(FetchRefusedError):
                await twin.card_for(f"{scheme}://{host}/")

    async def test_a_port_of_this_machine(self, twin, web):
        with pytest.raises(FetchRefusedError):
            await twin.card_for(web.url)
        assert not web.asked

    async def test_a_name_that_resolves_there(self, twin, names):
        names["inside.example.com"] = "127.0.0.1"
        with pytest.raises(FetchRefusedError, match="has an address that isn't public"):
            await twin.card_for("http://inside.example.com/")

    @pytest.mark.parametrize(
        "target",
        ["http://127.0.0.1/", "http://inside.example.com/", "http://[::1]/secret", "file:///etc/passwd"],
    )
    @pytest.mark.parametrize("of", ["page", "picture"])
    async def test_a_redirect_there(self, twin, names, web, monkeypatch, target, of):
        names.update({"example.com": PUBLIC, "inside.example.com": "192.168.0.1"})
        connected = []

        def lead(connect):
            def led(self, *, host, **options):
                connected.append(host)
                # Calls to the account's server go their own way.
                port = web.port if host == PUBLIC else options.pop("port")
                return connect(self, host="127.0.0.1", **{**options, "port": port})

            return led

        monkeypatch.setattr("atlex._http._choice._has", lambda library: library == "httpx")
        for kind in (httpcore.SyncBackend, httpcore.AnyIOBackend):
            monkeypatch.setattr(kind, "connect_tcp", lead(kind.connect_tcp))
        web.put("/away", "", status=302, location=target)
        web.put("/", f"{HEAD}<meta property=og:image content=/away>")
        if of == "page":
            with pytest.raises(FetchRefusedError):
                await twin.card_for("http://example.com/away")
        else:
            assert (await twin.card_for("http://example.com/")).external.thumb is None
        assert "/away" in web.asked
        assert set(connected) == {PUBLIC}
