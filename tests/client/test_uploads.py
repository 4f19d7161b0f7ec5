"""What an upload says that it is."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from tests.client import _package
from tests.client._fakes import answer, no_request

from atlex.errors import InputError
from atlex.xrpc import Procedure

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1000)
MP4 = b"\x00\x00\x00\x20ftypisom" + bytes(1000)
UPLOAD_IMAGE = Procedure("com.example.uploadImage", input=lambda: bytes, input_encoding="image/*")
UPLOAD_VIDEO = Procedure("com.example.uploadVideo", input=lambda: bytes, input_encoding="video/mp4")


async def sent(twin, data, method=_package.UPLOAD, content_type=None):
    """The content type that an upload is sent with, and the body as the agent gets it."""
    client = twin.client(answer({"name": "a"}))
    await twin.do(client.xrpc(method, data=data, content_type=content_type))
    (request,) = client.requests
    assert request.body is data
    return request.headers["content-type"]


@pytest.fixture
def file(tmp_path):
    def make(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


class Pipe(io.BytesIO):
    def seekable(self):
        return False


async def test_bytes_are_known_by_their_first(twin):
    assert await sent(twin, PNG) == "image/png"
    assert await sent(twin, PNG, UPLOAD_IMAGE) == "image/png"
    assert await sent(twin, b"something") == "application/octet-stream"
    assert await sent(twin, b"") == "application/octet-stream"


async def test_a_path_is_known_by_its_name_then_by_its_first_bytes(twin, file):
    assert await sent(twin, file("a.webp", b"x")) == "image/webp"
    assert await sent(twin, file("a.jpg", PNG)) == "image/jpeg"
    assert await sent(twin, file("a", PNG)) == "image/png"
    assert await sent(twin, file("b", b"x")) == "application/octet-stream"


async def test_a_name_that_doesnt_suit_the_method_isnt_believed(twin, file):
    assert await sent(twin, file("a.txt", PNG), UPLOAD_IMAGE) == "image/png"
    with pytest.raises(InputError, match="content_type"):
        await sent(twin, file("b.txt", b"x"), UPLOAD_IMAGE)


async def test_an_open_file_is_known_by_its_name_then_by_its_next_bytes(twin, file):
    with file("a.avif", b"x").open("rb") as opened:
        assert await sent(twin, opened) == "image/avif"
    with file("a", b"before" + MP4).open("rb") as opened:
        opened.seek(6)
        assert await sent(twin, opened) == "video/mp4"
        assert opened.tell() == 6
    unnamed = io.BytesIO(PNG)
    assert await sent(twin, unnamed) == "image/png"
    assert unnamed.tell() == 0


async def test_a_file_opened_by_its_descriptor_has_no_name(twin, file):
    with os.fdopen(os.open(file("a", PNG), os.O_RDONLY), "rb") as opened:
        assert await sent(twin, opened) == "image/png"


async def test_what_gives_its_bytes_once_isnt_looked_at(twin, tmp_path):
    assert await sent(twin, Pipe(PNG)) == "application/octet-stream"
    assert await sent(twin, iter([PNG])) == "application/octet-stream"
    os.mkfifo(tmp_path / "pipe")
    assert await sent(twin, tmp_path / "pipe") == "application/octet-stream"


async def test_the_users_word_comes_first(twin, file):
    assert await sent(twin, PNG, content_type="image/x-mine") == "image/x-mine"
    assert await sent(twin, file("a.png", PNG), content_type="image/x-mine") == "image/x-mine"


async def test_a_type_that_the_method_declares_is_sent_as_it_is(twin, file):
    assert await sent(twin, PNG, UPLOAD_VIDEO) == "video/mp4"
    assert await sent(twin, file("a.png", PNG), UPLOAD_VIDEO) == "video/mp4"


async def test_a_file_that_cant_be_read_is_refused(twin):
    class Broken(io.BytesIO):
        def read(self, *_):
            raise OSError(5, "Input/output error")

    client = twin.client()
    with no_request(client), pytest.raises(InputError, match="Input/output error"):
        await twin.do(client.example.upload(data=Broken(PNG)))


async def test_a_file_that_isnt_there_is_left_for_the_agent_to_refuse(twin):
    assert await sent(twin, Path("not/there.png")) == "image/png"
    assert await sent(twin, Path("not/there")) == "application/octet-stream"
