"""What the header of a video's file tells, and how little a hostile one costs."""

from __future__ import annotations

import io
import random
import struct

import pytest
from tests.bsky.media._videos import GIF, box, mp4, track

from atlex.errors import FileError, InputError
from atlex_bsky.media._video_files import VideoFile, inspect, read_part


def look(data):
    return inspect(io.BytesIO(data))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("large", [True, False])
@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(("turned", "size"), [(False, (640, 360)), (True, (360, 640))])
def test_the_ratio_of_an_mp4_is_that_of_what_is_seen(first, large, version, turned, size):
    data = mp4(track(640, 360, turned=turned, version=version), first=first, large=large)
    assert look(data) == VideoFile(len(data), "video/mp4", size)


@pytest.mark.parametrize(
    ("data", "media_type", "size"),
    [
        pytest.param(mp4(track(0, 0), track(4, 3)), "video/mp4", (4, 3), id="sound first"),
        pytest.param(mp4(brand=b"qt  "), "video/quicktime", (640, 360), id="quicktime"),
        pytest.param(mp4(track(0, 0)), "video/mp4", None, id="sound only"),
        pytest.param(box(b"ftyp", b"isom", b"\0" * 8), "video/mp4", None, id="nothing behind it"),
        pytest.param(GIF, "image/gif", (30, 20), id="gif"),
        pytest.param(b"\x1a\x45\xdf\xa3" + b"\0" * 40, "video/webm", None, id="webm"),
        pytest.param(b"\0\0\1\xba" + b"\0" * 40, "video/mpeg", None, id="mpeg"),
    ],
)
def test_the_type_is_told_by_the_first_bytes(data, media_type, size):
    assert look(data) == VideoFile(len(data), media_type, size)


@pytest.mark.parametrize("data", [b"", b"\0", b"a text", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0AVI LIST"])
def test_other_files_are_no_videos(data):
    with pytest.raises(InputError, match="must be an MP4"):
        look(data)


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(struct.pack(">I4s", 4, b"moov"), id="shorter than its head"),
        pytest.param(struct.pack(">I4s", 0xFFFFFFFF, b"moov"), id="longer than the file"),
        pytest.param(struct.pack(">I4sQ", 1, b"moov", 2**63), id="longer than any file"),
        pytest.param(struct.pack(">I4sQ", 1, b"moov", 3), id="a long length that is short"),
        pytest.param(box(b"moov", box(b"trak", box(b"tkhd", b"\0" * 20))), id="a short header"),
        pytest.param(box(b"moov", box(b"trak", box(b"tkhd", b"\7" * 200))), id="a header of the future"),
        pytest.param(box(b"moov", box(b"trak", box(b"tkhd"))), id="an empty header"),
        pytest.param(box(b"free") * 100_000 + mp4(), id="many boxes"),
    ],
)
def test_a_broken_header_tells_no_ratio(rest):
    assert look(box(b"ftyp", b"isom", b"\0" * 8) + rest).size is None


def test_a_box_of_length_0_reaches_to_the_end():
    head = bytearray(mp4(first=False))
    place = head.index(b"moov") - 4
    head[place : place + 4] = b"\0\0\0\0"
    assert look(bytes(head)).size == (640, 360)


def test_a_hostile_file_costs_few_reads():
    class Counting(io.BytesIO):
        reads = 0

        def read(self, *size):
            self.reads += 1
            assert size[0] <= 96
            return super().read(*size)

    tracks = box(b"trak", box(b"tkhd") * 500) * 500
    file = Counting(box(b"ftyp", b"isom") + box(b"moov", tracks) * 3)
    assert inspect(file).size is None
    assert file.reads < 100_000


def test_damage_anywhere_raises_nothing():
    data, chance = mp4(track(640, 360), track(0, 0)), random.Random(5)
    for place in range(16, len(data)):
        for value in (0, 255, chance.randrange(256)):
            look(data[:place] + bytes([value]) + data[place + 1 :])
            look(data[:place])


def test_a_file_must_be_binary_and_move(tmp_path):
    path = tmp_path / "video.mp4"
    path.write_bytes(mp4())
    with path.open() as file, pytest.raises(InputError, match="can't be read"):
        inspect(file)
    with pytest.raises(InputError, match="can't be read"):
        inspect(io.StringIO("ftyp" * 9))
    with path.open("rb") as file:
        file.seek(30)
        assert inspect(file).size == (640, 360)
    with pytest.raises(InputError, match="can't be read"):
        inspect(file)


def test_a_part_that_has_gone_is_a_file_error():
    with pytest.raises(FileError, match="shorter"):
        read_part(io.BytesIO(b"12345"), 3, 5)
    file = io.BytesIO(b"12345")
    file.close()
    with pytest.raises(FileError, match="can't be read"):
        read_part(file, 0, 5)
