from __future__ import annotations

import io
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from atlex.errors import FileError, InputError

BIG = bytes(range(256)) * 1024  # four chunks


class Pipe(io.RawIOBase):
    """A file without a position."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


class Failing(io.BytesIO):
    """A file that breaks while it is read."""

    def read(self, *_) -> bytes:
        raise OSError(5, "Input/output error")


@pytest.fixture
def sent(driver):
    """Send a body, and say what arrived: the body, its length header, its transfer encoding."""

    def send(body: object) -> tuple[bytes, str | None, str | None]:
        seen = []

        def server(request: httpx.Request) -> httpx.Response:
            seen.append((request.content, *map(request.headers.get, ("content-length", "transfer-encoding"))))
            return httpx.Response(200)

        driver.send(server, driver.request(method="POST", body=body))
        return seen[0]

    return send


@pytest.mark.parametrize("content", [b"", b"body", BIG], ids=["empty", "small", "big"])
class TestContent:
    def test_bytes(self, sent, content: bytes) -> None:
        assert sent(content) == (content, str(len(content)), None)

    def test_a_path(self, sent, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "blob"
        path.write_bytes(content)
        assert sent(path) == (content, str(len(content)), None)

    def test_an_open_file(self, sent, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "blob"
        path.write_bytes(content)
        with path.open("rb") as file:
            assert sent(file) == (content, str(len(content)), None)
            assert not file.closed

    def test_a_file_from_where_it_stands(self, sent, content: bytes) -> None:
        file = io.BytesIO(b"before" + content)
        file.seek(6)
        assert sent(file) == (content, str(len(content)), None)

    def test_a_pipe(self, sent, content: bytes) -> None:
        assert sent(io.BufferedReader(Pipe(content))) == (content, None, "chunked")

    def test_a_temporary_file(self, sent, content: bytes) -> None:
        with tempfile.SpooledTemporaryFile() as file:
            file.write(content)
            file.seek(0)
            assert sent(file) == (content, str(len(content)), None)

    def test_an_iterable(self, sent, content: bytes) -> None:
        assert sent([content, b"x", bytearray(b"y")]) == (content + b"xy", None, "chunked")
        assert sent(part for part in (content, b"x")) == (content + b"x", None, "chunked")


def test_a_file_beyond_its_end_is_empty(sent) -> None:
    file = io.BytesIO(b"body")
    file.seek(10)
    assert sent(file) == (b"", "0", None)


def test_a_procedure_without_a_body_has_the_length_nought(sent) -> None:
    assert sent(None) == (b"", "0", None)


def test_an_asynchronous_iterable_is_for_asynchronous_calls(sent, driver) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    if driver.name == "async":
        assert sent(chunks()) == (b"ab", None, "chunked")
    else:
        with pytest.raises(InputError, match="synchronous call"):
            sent(chunks())


@pytest.mark.parametrize(
    "body",
    ["text", ["text"], [1], io.StringIO("text"), bytearray(b"x"), 1, object()],
    ids=["str", "list of str", "list of int", "text file", "bytearray", "int", "object"],
)
def test_what_isnt_made_of_bytes_is_refused(sent, body: object) -> None:
    with pytest.raises(InputError, match=r"bytes|send a body of type"):
        sent(body)


def test_a_path_that_cant_be_opened_is_refused(sent, tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path, Path("nul\0")):
        with pytest.raises(InputError, match="can't be opened"):
            sent(path)


def test_a_file_that_cant_be_read_is_refused(sent) -> None:
    closed = io.BytesIO(b"x")
    closed.close()
    for file in (closed, Failing(b"x")):
        with pytest.raises(InputError, match="can't be read") as caught:
            sent(file)
        assert caught.value.__cause__ is not None


def test_the_file_of_a_path_is_closed(sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    class Noting(os.PathLike):
        def __fspath__(self) -> str:
            return str(tmp_path / "blob")

    real = open

    def noting(*args):
        opened.append(real(*args))
        return opened[-1]

    (tmp_path / "blob").write_bytes(b"x")
    monkeypatch.setattr("builtins.open", noting)
    assert sent(Noting())[0] == b"x"
    assert [file.closed for file in opened if file.name == str(tmp_path / "blob")] == [True]


def test_a_body_that_fails_after_its_first_chunk_is_an_error_of_its_own(sent) -> None:
    class Later(io.BytesIO):
        def read(self, *_) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(3)

    def chunks(then: object):
        yield b"abc"
        if isinstance(then, Exception):
            raise then
        yield then

    for body, number in [
        (Later(b"abcdef"), 5),
        (chunks(OSError(5, "Input/output error")), 5),
        (chunks(ValueError("read of closed file")), None),
        (chunks("text"), None),
        ([b"abc", 5], None),
    ]:
        with pytest.raises(FileError, match=r"can't be read|made of bytes") as caught:
            sent(body)
        assert isinstance(caught.value, OSError)
        assert not isinstance(caught.value, InputError)
        assert caught.value.errno == number


def test_a_file_that_was_opened_for_a_body_is_closed_when_it_cant_be_read(
    sent, tmp_path, monkeypatch
) -> None:
    opened = []

    def opens(*_) -> Failing:
        opened.append(Failing(b"x"))
        return opened[0]

    monkeypatch.setattr("builtins.open", opens)
    with pytest.raises(InputError, match="can't be read"):
        sent(tmp_path / "x")
    assert opened[0].closed
