"""Answers that are read in chunks: told of, checked, and written to files."""

from __future__ import annotations

import asyncio
import io
import os
import pickle
import stat
from pathlib import Path

import pytest
from tests.client import _package
from tests.client._fakes import DID, Body, answer, fetch_error, no_request, refusal
from tests.client.test_calls import IMAGE

from atlex import Response
from atlex.client import Downloaded
from atlex.client._blobs import GET_BLOB
from atlex.errors import CidMismatchError, FileError, InputError, XrpcFetchError, XrpcResponseError
from atlex.syntax import Cid
from atlex_sdk import AsyncClient, Client, com

pytestmark = pytest.mark.anyio

CONTENT = b"\x89PNG and more!"
RIGHT = Cid.for_raw(CONTENT).value
OTHER = Cid.for_raw(b"something else").value
# Of other bytes by SHA-512; a record's; and one by SHA3-512, which the protocol doesn't use.
BY_SHA_512 = "bafkrgqfevpkejdcjkywyfaiv2e5b7thksj7vfngviwjjp6fuhzbnvcjdrpatmjxehxftrxnqqjeisj7msbh3iicxiq4yh2efqulz2ucvdl7ge"
OF_A_RECORD = "bafyreidykglsfhoixmivffc5uwhcgshx4j465xwqntbmu43nb2dzqwfvae"
BY_ANOTHER_HASH = "bafkriqfevpkejdcjkywyfaiv2e5b7thksj7vfngviwjjp6fuhzbnvcjdrpatmjxehxftrxnqqjeisj7msbh3iicxiq4yh2efqulz2ucvdl7ge"


def arriving(*chunks, **headers):
    return Response(200, {**IMAGE, **headers}, stream=Body(*chunks))


def whole(**headers):
    """The content in two chunks, its length known."""
    return arriving(CONTENT[:5], CONTENT[5:], **{"content-length": str(len(CONTENT)), **headers})


def left_in(folder: Path):
    return sorted(path.name for path in folder.iterdir())


class TestStream:
    async def test_progress_is_told_at_the_start_and_after_each_chunk(self, twin):
        told = []
        client = twin.client(whole())
        stream = client.stream(_package.DOWNLOAD, progress=lambda *figures: told.append(figures))
        async with twin.entered(stream) as response:
            assert told == []
            assert b"".join(await twin.read(response)) == CONTENT
        assert told == [(0, 14), (5, 14), (14, 14)]

    @pytest.mark.parametrize(
        "headers",
        [
            {"content-encoding": "gzip"},
            {"content-length": "many"},
            {"content-length": "-1"},
            {"content-length": "9" * 30},
            {"content-length": ""},
        ],
        ids=str,
    )
    async def test_a_total_that_isnt_known_is_none(self, twin, headers):
        told = []
        client = twin.client(whole(**headers))
        stream = client.stream(_package.DOWNLOAD, progress=lambda *figures: told.append(figures))
        async with twin.entered(stream) as response:
            await twin.read(response)
        assert told == [(0, None), (5, None), (14, None)]

    async def test_bytes_that_have_the_cid_pass(self, twin):
        client = twin.client(whole())
        async with twin.entered(client.stream(_package.DOWNLOAD, cid=RIGHT)) as response:
            assert b"".join(await twin.read(response)) == CONTENT

    async def test_others_raise_at_the_end(self, twin):
        client = twin.client(whole())
        with pytest.raises(CidMismatchError, match=f"{RIGHT}, and not {OTHER}") as caught:
            async with twin.entered(client.stream(_package.DOWNLOAD, cid=OTHER)) as response:
                await twin.read(response)
        error = caught.value
        assert (error.expected_cid, error.found_cid) == (OTHER, RIGHT)
        assert (error.method, error.status, error.headers["content-type"]) == (
            "com.example.download",
            200,
            "image/png",
        )

    async def test_reading_whole_checks_too(self, twin):
        client = twin.client(whole())
        with pytest.raises(CidMismatchError):
            async with twin.entered(client.stream(_package.DOWNLOAD, cid=OTHER)) as response:
                await twin.do(response.aread() if twin.is_async else response.read())

    @pytest.mark.parametrize(
        ("cid", "message"),
        [
            ("bafkrei", "not a valid cid"),
            (OF_A_RECORD, "isn't the CID of raw bytes"),
            ("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG", "not a valid cid"),
            (BY_ANOTHER_HASH, "neither by SHA-256 nor by SHA-512"),
        ],
    )
    async def test_a_cid_that_cant_be_checked_is_refused_before_anything_is_sent(self, twin, cid, message):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match=message):
            async with twin.entered(client.stream(_package.DOWNLOAD, cid=cid)):
                pytest.fail("There is nothing to read")

    async def test_the_body_is_closed_when_progress_raises(self, twin):
        body = Body(b"a", b"b")

        def stop(so_far, _):
            if so_far:
                raise KeyError

        client = twin.client(Response(200, IMAGE, stream=body))
        with pytest.raises(KeyError):
            async with twin.entered(client.stream(_package.DOWNLOAD, progress=stop)) as response:
                await twin.read(response)
        assert body.closed

    async def test_an_agent_may_answer_whole(self, twin):
        client = twin.client(Response(200, IMAGE, CONTENT))
        async with twin.entered(client.stream(_package.DOWNLOAD, cid=RIGHT)) as response:
            assert await twin.read(response) == [CONTENT]


class TestDownload:
    @pytest.mark.parametrize("kind", [str, Path])
    async def test_a_path_holds_what_came(self, twin, tmp_path, kind):
        told = []
        client = twin.client(whole())
        done = await twin.do(
            client.download(
                _package.DOWNLOAD,
                kind(tmp_path / "image"),
                progress=lambda *figures: told.append(figures),
                cid=RIGHT,
            )
        )
        assert isinstance(done, Downloaded)
        assert (done.size, done.encoding, done.headers["content-length"]) == (14, "image/png", "14")
        assert (tmp_path / "image").read_bytes() == CONTENT
        assert left_in(tmp_path) == ["image"]
        assert told == [(0, 14), (5, 14), (14, 14)]
        assert client.requests[0].stream

    async def test_an_empty_answer_makes_an_empty_file(self, twin, tmp_path):
        done = await twin.do(twin.client(arriving()).download(_package.DOWNLOAD, tmp_path / "image"))
        assert done.size == 0
        assert (tmp_path / "image").read_bytes() == b""

    async def test_the_parameters_are_sent(self, twin, tmp_path):
        client = twin.client(answer({"things": []}))
        await twin.do(client.download(_package.GET_THINGS, tmp_path / "things", params={"limit": 5}))
        assert client.requests[0].query == "limit=5"

    async def test_a_file_that_was_there_is_replaced_at_the_end_and_not_before(self, twin, tmp_path):
        path = tmp_path / "image"
        path.write_bytes(b"old")
        seen = []
        client = twin.client(whole())
        await twin.do(
            client.download(_package.DOWNLOAD, path, progress=lambda *_: seen.append(path.read_bytes()))
        )
        assert seen == [b"old"] * 3
        assert path.read_bytes() == CONTENT

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    async def test_the_file_has_the_permissions_of_any_new_file(self, twin, tmp_path):
        before = os.umask(0o027)
        try:
            await twin.do(twin.client(whole()).download(_package.DOWNLOAD, tmp_path / "image"))
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "image").stat().st_mode) == 0o640

    async def test_a_symbolic_link_is_written_through(self, twin, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "image")
        await twin.do(twin.client(whole()).download(_package.DOWNLOAD, tmp_path / "link"))
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "image").read_bytes() == CONTENT

    @pytest.mark.parametrize(
        ("answers", "options", "error"),
        [
            ([arriving(b"a", fetch_error())], {}, XrpcFetchError),
            ([refusal("Gone")], {}, XrpcResponseError),
            ([whole()], {"cid": OTHER}, CidMismatchError),
            ([whole()], {"progress": lambda so_far, _: 1 / (14 - so_far)}, ZeroDivisionError),
            ([arriving(b"a", KeyboardInterrupt())], {}, KeyboardInterrupt),
            ([], {"cid": OF_A_RECORD}, InputError),
            ([], {"params": {"x": 1}}, InputError),
        ],
        ids=["network", "answer", "cid", "callback", "interrupt", "cid of a record", "parameters"],
    )
    async def test_a_failure_leaves_everything_as_it_was(self, twin, tmp_path, answers, options, error):
        path = tmp_path / "image"
        path.write_bytes(b"old")
        made = [self._again(each) for each in answers]
        with pytest.raises(error):
            await twin.do(twin.client(*made).download(_package.DOWNLOAD, path, **options))
        assert path.read_bytes() == b"old"
        assert left_in(tmp_path) == ["image"]

    @staticmethod
    def _again(given):
        """The same answer for the other twin: a body can be gone through once."""
        stream = given._stream
        if stream is None:
            return given
        return Response(given.status, given.headers, stream=Body(*stream.chunks))

    async def test_an_open_file_is_written_from_where_it_stands_and_stays_open(self, twin):
        file = io.BytesIO(b"before")
        file.seek(0, io.SEEK_END)
        done = await twin.do(twin.client(whole()).download(_package.DOWNLOAD, file))
        assert file.getvalue() == b"before" + CONTENT
        assert done.size == len(CONTENT)

    async def test_an_open_file_holds_what_had_come_after_a_failure(self, twin):
        file = io.BytesIO()
        with pytest.raises(XrpcFetchError):
            await twin.do(twin.client(arriving(b"a", fetch_error())).download(_package.DOWNLOAD, file))
        assert file.getvalue() == b"a"

    @pytest.mark.parametrize(
        "to", [None, 5, object(), b"image", ["image"], io.StringIO()], ids=lambda to: type(to).__name__
    )
    async def test_what_cant_be_written_to_is_refused(self, twin, to):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="path or a binary file"):
            await twin.do(client.download(_package.DOWNLOAD, to))

    async def test_a_path_that_cant_be_written_is_refused_before_anything_is_sent(self, twin, tmp_path):
        client = twin.client()
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        refused = [
            (tmp_path, "isn't a file"),
            (tmp_path / "pipe", "isn't a file"),
            (tmp_path / "none" / "image", "No such file"),
            (tmp_path / "im\0age", "null"),
            (tmp_path / "loop", "can't be written"),
        ]
        for path, message in refused:
            with no_request(client), pytest.raises(InputError, match=message):
                await twin.do(client.download(_package.DOWNLOAD, path))
        assert left_in(tmp_path) == ["loop", "pipe"]

    async def test_a_file_that_breaks_is_said_to(self, twin):
        class Full(io.BytesIO):
            def write(self, _):
                raise OSError(28, "No space left on device")

        class Short(io.BytesIO):
            def write(self, chunk):
                return len(chunk) - 1

        class Odd(io.BytesIO):
            def write(self, _):
                raise TypeError("no bytes, please")

        closed = io.BytesIO()
        closed.close()
        for file, message, number in [
            (Full(), "No space left", 28),
            (Short(), "4 of 5 bytes", None),
            (Odd(), "no bytes", None),
            (closed, "closed file", None),
        ]:
            with pytest.raises(FileError, match=message) as caught:
                await twin.do(twin.client(whole()).download(_package.DOWNLOAD, file))
            assert isinstance(caught.value, OSError)
            assert not isinstance(caught.value, InputError)
            assert caught.value.errno == pickle.loads(pickle.dumps(caught.value)).errno == number

    async def test_a_place_that_is_taken_by_a_folder_meanwhile_is_said_to_be(self, twin, tmp_path):
        path = tmp_path / "image"
        client = twin.client(whole())
        with pytest.raises(FileError, match="image"):
            await twin.do(
                client.download(_package.DOWNLOAD, path, progress=lambda *_: path.mkdir(exist_ok=True))
            )
        assert left_in(tmp_path) == ["image"]


async def test_a_cancelled_download_leaves_nothing_behind(tmp_path):
    from tests.client._fakes import AsyncFakeAgent

    started = asyncio.Event()

    class Stuck(Body):
        async def __aiter__(self):
            yield CONTENT
            started.set()
            await asyncio.Event().wait()

    body = Stuck()
    client = _package.AsyncClient(AsyncFakeAgent(Response(200, IMAGE, stream=body)))
    task = asyncio.create_task(client.download(_package.DOWNLOAD, tmp_path / "image"))
    await started.wait()
    assert len(left_in(tmp_path)) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left_in(tmp_path) == []
    assert body.closed


class TestBlobs:
    """A blob of an account, by its CID."""

    async def test_a_blob_is_fetched_and_checked(self, twin):
        client = twin.client(Response(200, IMAGE, CONTENT))
        assert await twin.do(client.get_blob(DID, RIGHT)) == CONTENT
        (request,) = client.requests
        assert request.path == f"/xrpc/com.atproto.sync.getBlob?did={DID.replace(':', '%3A')}&cid={RIGHT}"

    async def test_other_bytes_raise(self, twin):
        client = twin.client(Response(200, IMAGE, CONTENT), Response(200, IMAGE, CONTENT))
        with pytest.raises(CidMismatchError) as caught:
            await twin.do(client.get_blob(DID, OTHER))
        assert (caught.value.expected_cid, caught.value.found_cid) == (OTHER, RIGHT)
        assert caught.value.method == "com.atproto.sync.getBlob"
        assert len(client.requests) == 1
        assert await twin.do(client.get_blob(DID, OTHER, verify=False)) == CONTENT

    async def test_sha_512_is_checked_likewise(self, twin):
        client = twin.client(Response(200, IMAGE, CONTENT))
        with pytest.raises(CidMismatchError) as caught:
            await twin.do(client.get_blob(DID, BY_SHA_512))
        found = Cid.parse(caught.value.found_cid)
        assert (found.codec, found.hash_code) == (0x55, 0x13)
        assert found.matches(CONTENT)

    async def test_what_cant_be_checked_is_refused_unless_nobody_asks(self, twin):
        client = twin.client(Response(200, IMAGE, CONTENT))
        with no_request(client), pytest.raises(InputError, match="isn't the CID of raw bytes"):
            await twin.do(client.get_blob(DID, OF_A_RECORD))
        assert await twin.do(client.get_blob(DID, OF_A_RECORD, verify=False)) == CONTENT

    async def test_a_blob_is_written_to_a_file(self, twin, tmp_path):
        client = twin.client(whole())
        done = await twin.do(client.download_blob(DID, RIGHT, tmp_path / "blob"))
        assert done.size == len(CONTENT)
        assert (tmp_path / "blob").read_bytes() == CONTENT

    async def test_other_bytes_make_no_file(self, twin, tmp_path):
        client = twin.client(whole(), whole())
        with pytest.raises(CidMismatchError):
            await twin.do(client.download_blob(DID, OTHER, tmp_path / "blob"))
        assert left_in(tmp_path) == []
        await twin.do(client.download_blob(DID, OTHER, tmp_path / "blob", verify=False))
        assert left_in(tmp_path) == ["blob"]

    async def test_arguments_are_checked(self, twin):
        client = twin.client()
        with no_request(client), pytest.raises(InputError, match="did: not a valid did"):
            await twin.do(client.get_blob("alice.example.com", RIGHT))

    async def test_the_errors_are_the_packages_own(self, twin):
        cls = AsyncClient if twin.is_async else Client
        client = twin.client(refusal("BlobNotFound"), refusal("BlobNotFound"), cls=cls)
        with pytest.raises(com.atproto.sync.get_blob.BlobNotFoundError):
            await twin.do(client.get_blob(DID, RIGHT))
        with pytest.raises(com.atproto.sync.get_blob.BlobNotFoundError):
            await twin.do(client.download_blob(DID, RIGHT, io.BytesIO()))

    def test_the_hand_written_call_is_the_generated_one(self):
        official = com.atproto.sync.get_blob.METHOD
        for name in ("nsid", "kind", "output_encoding", "output"):
            assert getattr(GET_BLOB, name) == getattr(official, name)
        assert GET_BLOB.params.model_fields.keys() == official.params.model_fields.keys()
        for name, field in official.params.model_fields.items():
            own = GET_BLOB.params.model_fields[name]
            assert (repr(own.metadata), own.is_required()) == (repr(field.metadata), field.is_required())
