"""Metadata is cut out of files that are laid out as their formats say; others are left to a decoder."""

from __future__ import annotations

import pytest
from tests.bsky.media._photos import exif, file_of, gradient, noise, photo

from atlex_bsky.media._metadata import without_metadata

JPEG = file_of(gradient(40, 30), "JPEG")
PNG = file_of(gradient(40, 30), "PNG")
WEBP = file_of(noise(41, 31, "RGBA"), "WEBP")


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        pytest.param(b"", "JPEG", id="nothing"),
        pytest.param(JPEG[:2], "JPEG", id="a beginning"),
        pytest.param(JPEG[:-2], "JPEG", id="no end"),
        pytest.param(JPEG[:40], "JPEG", id="no picture"),
        pytest.param(JPEG[:2] + b"\xff\xf0\0\2" + JPEG[2:], "JPEG", id="an unknown segment"),
        pytest.param(JPEG[:2] + b"x" + JPEG[2:], "JPEG", id="no segment"),
        pytest.param(PNG[:-12], "PNG", id="no end of png"),
        pytest.param(PNG[:50], "PNG", id="half a png"),
        pytest.param(WEBP[:-20], "WEBP", id="half a webp"),
        pytest.param(b"GIF89a", "GIF", id="gif"),
        pytest.param(b"", None, id="no format"),
    ],
)
def test_what_is_laid_out_otherwise_is_not_cut(data, format_):
    assert without_metadata(data, format_) is None


def test_fill_bytes_are_no_segments():
    assert without_metadata(JPEG[:2] + b"\xff\xff" + JPEG[2:], "JPEG") == JPEG


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param(b"\xff\xe0\0\x14JFXX\0" + b"Secret preview"[:13], id="a preview"),
        pytest.param(b"\xff\xe0\0\x18JFIF\0" + b"Secret longer one", id="a longer head"),
        pytest.param(b"\xff\xe1\0\x0eExif\0\0Secret", id="exif"),
        pytest.param(b"\xff\xe2\0\x0cMPF\0Secret", id="an index of pictures"),
        pytest.param(b"\xff\xeb\0\x0aJPSecret", id="provenance"),
        pytest.param(b"\xff\xed\0\x0c8BIMSecret", id="iptc"),
        pytest.param(b"\xff\xee\0\x10AdobeSecret!!!", id="more than Adobe's segment has"),
        pytest.param(b"\xff\xfe\0\x08Secret", id="a comment"),
    ],
)
def test_segments_that_show_nothing_go(segment):
    for place in (2, 20):
        assert without_metadata(JPEG[:place] + segment + JPEG[place:], "JPEG") == JPEG


def test_a_second_pass_finds_nothing():
    for data, format_ in [
        (photo(), "JPEG"),
        (file_of(noise(40, 30), "PNG", exif=exif(1)), "PNG"),
        (file_of(noise(41, 31, "RGBA"), "WEBP", exif=exif(1)), "WEBP"),
    ]:
        once = without_metadata(data, format_)
        assert len(once) < len(data)
        assert without_metadata(once, format_) == once
