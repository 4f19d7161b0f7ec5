from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlex.xrpc._media_types import HEAD_SIZE, _by_bytes, _by_name

BOX = b"\x00\x00\x00\x1c"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\n\x00\x00\x00WEBPVP8 ", "image/webp"),
        (BOX + b"ftypavif", "image/avif"),
        (BOX + b"ftypavis", "image/avif"),
        (BOX + b"ftypheic", "image/heic"),
        (BOX + b"ftypqt  ", "video/quicktime"),
        (BOX + b"ftypM4A ", "audio/mp4"),
        (BOX + b"ftypM4V ", "video/mp4"),
        (BOX + b"ftypisom", "video/mp4"),
        (BOX + b"ftypmp42", "video/mp4"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "video/webm"),
        (b"RIFF\n\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (b"fLaC\x00", "audio/flac"),
        (b"%PDF-1.7", "application/pdf"),
        (b"", None),
        (b"text", None),
        (b"RIFF\n\x00\x00\x00AVI ", None),
        (BOX + b"ftyp3gp4", None),
        (b"\x1aE\xdf\xa3\x93B\x82\x88matroska", None),
        (b" \x89PNG\r\n\x1a\n", None),
        (b"<svg", None),
    ],
)
def test_common_media_are_known_by_their_first_bytes(head, expected):
    assert _by_bytes(head) == expected
    assert _by_bytes((head + bytes(HEAD_SIZE))[:HEAD_SIZE]) == expected


@given(st.binary(max_size=HEAD_SIZE))
def test_any_bytes_are_taken(head):
    found = _by_bytes(head)
    assert found is None or "*" not in found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", "image/png"),
        ("A.PNG", "image/png"),
        ("a.jpg", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.mp4", "video/mp4"),
        ("a.webm", "video/webm"),
        ("a.car", "application/vnd.ipld.car"),
        ("data:text/html,a.png", "image/png"),
        ("http://example.com/a.png?b", None),
        ("a.tar.gz", "application/gzip"),
        ("a.md", "text/markdown"),
        ("a.wav", "audio/vnd.wave"),
        ("a.mkv", "video/matroska"),
        ("a.woff2", "font/woff2"),
        ("a.unheard-of", None),
        (".png", None),
        ("png", None),
        ("a.", None),
        ("", None),
    ],
)
def test_an_ending_tells_the_type(name, expected):
    assert _by_name(Path(name)) == expected
    file = io.BytesIO()
    file.name = name
    assert _by_name(file) == expected


@pytest.mark.parametrize(
    "body", [b"a.png", "a.png", ["a.png"], io.BytesIO(), None], ids=lambda body: type(body).__name__
)
def test_what_has_no_name_tells_nothing(body):
    assert _by_name(body) is None


def test_a_name_may_be_bytes_and_a_descriptor_isnt_one():
    file = io.BytesIO()
    file.name = b"a.png"
    assert _by_name(file) == "image/png"
    file.name = 3
    assert _by_name(file) is None
