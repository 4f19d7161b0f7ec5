"""Pictures made ready: upright, without a place, small enough, and otherwise as they were."""

from __future__ import annotations

import io
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageOps, ImageSequence
from tests.bsky.media._photos import cmyk, exif, file_of, gradient, noise, photo, png_text, srgb

from atlex.errors import InputError
from atlex_bsky.media._pictures import prepare

LIMIT = 100_000
_ORIENTATIONS = range(1, 9)
_SEEN = {"dark": (0, 0, 0), "light": (255, 255, 255), "red": (255, 0, 0), "blue": (0, 0, 255)}


def reopened(picture):
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


def corners(image):
    """The names of the colours in a picture's corners: top left, top right, bottom left, bottom right."""
    image = image.convert("RGB")
    right, bottom = image.width - 8, image.height - 8
    pixels = [image.getpixel(place) for place in ((8, 8), (right, 8), (8, bottom), (right, bottom))]
    return [
        min(_SEEN, key=lambda name: sum(abs(a - b) for a, b in zip(_SEEN[name], pixel, strict=True)))
        for pixel in pixels
    ]


def turned(image, orientation):
    """How a picture looks upright, by Pillow's own hand."""
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    copy = Image.open(io.BytesIO(file_of(image, "PNG", exif=tags)))
    return ImageOps.exif_transpose(copy)


def has_no_metadata(picture):
    image = reopened(picture)
    assert not dict(image.getexif())
    assert b"Secret" not in picture.data
    assert {"exif", "comment", "xmp", "photoshop", "XML:com.adobe.xmp", "Comment"}.isdisjoint(image.info)


def test_a_large_photo_is_brought_below_the_limit_upright_and_without_its_place():
    data = file_of(noise(4608, 2592), "JPEG", quality=94, exif=exif(6))
    assert len(data) > 12_000_000
    picture = prepare(data, 2_000_000)
    assert 1_500_000 < len(picture.data) <= 2_000_000
    assert picture.height / picture.width == pytest.approx(4608 / 2592, rel=0.01)
    assert reopened(picture).size == (picture.width, picture.height)
    has_no_metadata(picture)


@pytest.mark.parametrize("orientation", _ORIENTATIONS)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_orientation_is_applied_and_the_ratio_is_that_of_what_is_seen(format_, orientation):
    drawn = gradient(64, 32)
    picture = prepare(file_of(drawn, format_, exif=exif(orientation)), LIMIT)
    expected = turned(drawn, orientation)
    assert (picture.width, picture.height) == expected.size
    assert reopened(picture).size == expected.size
    assert corners(reopened(picture)) == corners(expected)
    has_no_metadata(picture)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_means_nothing_turns_nothing(orientation):
    picture = prepare(file_of(gradient(64, 32), "JPEG", exif=exif(orientation)), LIMIT)
    assert (picture.width, picture.height) == (64, 32)
    has_no_metadata(picture)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(file_of(gradient(60, 40), "JPEG"), id="jpeg"),
        pytest.param(file_of(gradient(60, 40), "JPEG", progressive=True), id="progressive jpeg"),
        pytest.param(
            file_of(noise(60, 40), "JPEG", quality=100, icc_profile=srgb()), id="jpeg with a profile"
        ),
        pytest.param(
            file_of(gradient(60, 40, "L"), "JPEG", restart_marker_blocks=2), id="grey jpeg with restarts"
        ),
        pytest.param(file_of(gradient(60, 40), "PNG"), id="png"),
        pytest.param(file_of(gradient(60, 40, "P"), "PNG", transparency=0), id="png with a palette"),
        pytest.param(file_of(noise(60, 40, "I;16"), "PNG"), id="png of 16 bits"),
        pytest.param(file_of(gradient(60, 40, "RGBA"), "PNG", icc_profile=srgb()), id="png with a profile"),
        pytest.param(file_of(gradient(60, 40), "WEBP"), id="webp"),
        pytest.param(file_of(noise(61, 41, "RGBA"), "WEBP", icc_profile=srgb()), id="webp with transparency"),
        pytest.param(file_of(gradient(60, 40), "WEBP", lossless=True), id="lossless webp"),
    ],
)
def test_what_fits_and_has_no_metadata_is_sent_as_it_is(data):
    assert prepare(data, LIMIT).data == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(photo(orientation=1, icc_profile=srgb()), id="jpeg"),
        pytest.param(
            file_of(gradient(60, 40), "PNG", exif=exif(1), pnginfo=png_text(), icc_profile=srgb()), id="png"
        ),
        pytest.param(
            file_of(gradient(60, 40), "WEBP", exif=exif(1), xmp=b"Secretxmp", icc_profile=srgb()), id="webp"
        ),
        pytest.param(
            file_of(gradient(60, 40), "MPO", save_all=True, append_images=[gradient(20, 20)]), id="depth"
        ),
        pytest.param(
            file_of(gradient(60, 40), "JPEG") + b"Secret film of a moving photo", id="film behind it"
        ),
        pytest.param(file_of(gradient(60, 40), "PNG") + b"Secret archive", id="archive behind it"),
    ],
)
def test_metadata_goes_without_a_change_to_a_pixel(data):
    picture = prepare(data, LIMIT)
    has_no_metadata(picture)
    assert len(picture.data) < len(data)
    before, after = Image.open(io.BytesIO(data)), reopened(picture)
    assert after.tobytes() == before.tobytes()
    assert after.info.get("icc_profile") == before.info.get("icc_profile")


@pytest.mark.parametrize(
    ("image", "format_", "options"),
    [
        pytest.param(gradient(60, 40, "CMYK"), "JPEG", {}, id="cmyk"),
        pytest.param(gradient(60, 40, "CMYK"), "TIFF", {}, id="cmyk tiff"),
        pytest.param(gradient(60, 40, "P"), "GIF", {}, id="gif"),
        pytest.param(gradient(60, 40), "BMP", {}, id="bmp"),
        pytest.param(gradient(60, 40), "PPM", {}, id="ppm"),
        pytest.param(gradient(60, 40, "RGB"), "TIFF", {"compression": "jpeg"}, id="tiff"),
        pytest.param(gradient(60, 40, "RGB"), "AVIF", {"quality": 95}, id="avif"),
    ],
)
def test_other_formats_are_turned_into_those_that_everybody_shows(image, format_, options):
    picture = prepare(file_of(image, format_, **options), LIMIT)
    assert picture.media_type in {"image/jpeg", "image/png"}
    assert corners(reopened(picture)) == ["dark", "light", "red", "blue"]


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "I", "I;16"]
)
def test_a_picture_of_pillows_own_can_have_any_mode(mode):
    image = gradient(60, 40, "RGB").convert("I").convert(mode) if mode == "I;16" else gradient(60, 40, mode)
    picture = prepare(image, LIMIT)
    assert picture.media_type == "image/png"
    assert (picture.width, picture.height) == (60, 40)
    # What is dark stays dark, and what is light light.
    assert corners(reopened(picture))[:2] == ["dark", "light"]


def test_pillows_own_pictures_are_turned_upright_and_stay_as_they_were(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo())
    with Image.open(path) as image:
        picture = prepare(image, LIMIT)
        assert image.size == (400, 300)
        assert image.info["comment"] == b"Secretcomment"
    assert (picture.width, picture.height) == (300, 400)
    has_no_metadata(picture)


def test_sixteen_bits_of_grey_keep_their_brightness():
    image = Image.new("I;16", (60, 40), 0x8000)
    picture = prepare(file_of(image, "TIFF"), LIMIT)
    assert reopened(picture).convert("L").getpixel((5, 5)) == pytest.approx(128, abs=2)


def test_transparency_survives_shrinking_and_what_is_opaque_needs_none():
    clear = noise(400, 300, "RGBA")
    picture = prepare(file_of(clear, "PNG"), LIMIT)
    assert picture.media_type == "image/webp"
    assert reopened(picture).mode == "RGBA"
    assert len(picture.data) <= LIMIT
    clear.putalpha(255)
    assert prepare(file_of(clear, "PNG"), LIMIT).media_type == "image/jpeg"


def test_a_drawing_that_only_needs_turning_stays_lossless():
    drawn = gradient(60, 40, "RGBA")
    drawn.putalpha(Image.linear_gradient("L").resize((60, 40)))
    picture = prepare(file_of(drawn, "PNG", exif=exif(3)), LIMIT)
    assert picture.media_type == "image/png"
    assert reopened(picture).tobytes() == drawn.transpose(Image.Transpose.ROTATE_180).tobytes()


@pytest.mark.parametrize("limit", [500, 5_000, 50_000])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_shrinking_comes_close_to_the_limit_and_keeps_the_ratio(mode, limit):
    picture = prepare(noise(640, 320, mode), limit)
    assert limit * 0.4 < len(picture.data) <= limit
    assert picture.width / picture.height == pytest.approx(2, rel=0.1)


def test_the_profile_stays_with_colours_that_it_describes():
    data = file_of(noise(400, 300), "JPEG", quality=95, icc_profile=srgb())
    assert reopened(prepare(data, 50_000)).info["icc_profile"] == srgb()
    grey = file_of(noise(400, 300, "L"), "JPEG", quality=95, icc_profile=srgb())
    assert "icc_profile" not in reopened(prepare(grey, 30_000)).info


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(b"", id="none"),
        pytest.param(b"no profile", id="broken"),
        # Without a name of its own the test would have the profile's bytes, and so the time, in its.
        pytest.param(srgb(), id="srgb"),
    ],
)
def test_a_profile_of_other_colours_is_left_out(profile):
    data = file_of(gradient(60, 40, "CMYK"), "JPEG", icc_profile=profile)
    assert corners(reopened(prepare(data, LIMIT))) == ["dark", "light", "red", "blue"]


def test_colours_for_print_are_converted_by_their_profile():
    cyan = Image.new("CMYK", (60, 40), (255, 0, 0, 0))
    picture = reopened(prepare(file_of(cyan, "JPEG", icc_profile=cmyk()), LIMIT))
    assert picture.getpixel((5, 5)) == pytest.approx((162, 162, 162), abs=4)
    assert "icc_profile" not in picture.info


def test_a_broken_profile_of_colours_for_print_is_an_input_error():
    data = file_of(gradient(60, 40, "CMYK"), "JPEG", icc_profile=b"\0" * 16 + b"CMYK" + b"\0" * 200)
    with pytest.raises(InputError, match="can't be decoded"):
        prepare(data, LIMIT)


@pytest.mark.parametrize(
    "broken", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0" + b"\xff" * 40]
)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_photo_with_broken_exif_is_a_photo(format_, broken):
    data = file_of(gradient(60, 40), format_, exif=broken)
    # Pillow warns of it.
    with warnings.catch_warnings(action="ignore"):
        picture = prepare(data, LIMIT)
    assert (picture.width, picture.height) == (60, 40)
    has_no_metadata(picture)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF"])
def test_what_moves_is_refused_as_a_picture_but_for_its_first_frame(format_):
    frames = [gradient(60, 40), noise(60, 40), noise(60, 40, seed=2)]
    data = file_of(frames[0], format_, save_all=True, append_images=frames[1:])
    with pytest.raises(InputError, match=r"animated.*as a Video"):
        prepare(data, LIMIT)
    assert corners(reopened(prepare(data, LIMIT, still=True))) == ["dark", "light", "red", "blue"]
    frame = next(iter(ImageSequence.Iterator(Image.open(io.BytesIO(data))))).copy()
    assert corners(reopened(prepare(frame, LIMIT))) == ["dark", "light", "red", "blue"]


def test_the_first_page_of_a_document_is_a_picture():
    data = file_of(gradient(60, 40), "TIFF", save_all=True, append_images=[noise(60, 40)])
    assert corners(reopened(prepare(data, LIMIT))) == ["dark", "light", "red", "blue"]


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "BMP"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_that_was_cut_off_is_an_input_error(format_, share):
    data = file_of(noise(200, 150), format_)
    with pytest.raises(InputError, match="The picture"):
        prepare(data[: int(len(data) * share)], LIMIT)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="svg"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="a program for a printer"),
        pytest.param(b"\xff\xd8\xff", id="the beginning of a jpeg"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 40, id="zeros in a png"),
        pytest.param(b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff", id="endless webp"),
        pytest.param(b"GIF89a\0\0\0\0\0\0\0;", id="gif without pixels"),
    ],
)
def test_what_is_no_picture_is_an_input_error(data):
    with pytest.raises(InputError, match="The picture"):
        prepare(data, LIMIT)


@pytest.mark.parametrize("as_path", [str, Path])
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("leer.jpg", b"", "The picture is broken"),
        ("ä ö.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "The picture"),
        ("foto.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "pillow-heif"),
        ("missing.jpg", None, "The picture can't be opened"),
    ],
)
def test_a_refusal_names_the_file(tmp_path, name, data, said, as_path):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError, match=said) as caught:
        prepare(as_path(path), LIMIT)
    assert str(caught.value).startswith(f"{str(path)!r}: ")


def test_a_heic_photo_names_the_package_that_reads_it():
    with pytest.raises(InputError, match="pillow-heif"):
        prepare(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, LIMIT)


@pytest.mark.parametrize("size", [(10_000, 9_000), (40_000, 40_000)])
@pytest.mark.parametrize("format_", ["PNG", "GIF"])
@pytest.mark.parametrize("warned", ["error", "ignore"])
def test_a_decompression_bomb_is_refused_before_it_goes_off(format_, size, warned):
    data = bytearray(file_of(Image.new("L", (1, 1)), format_))
    if format_ == "PNG":
        data[16:24] = size[0].to_bytes(4) + size[1].to_bytes(4)
        data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    else:
        data[6:10] = size[0].to_bytes(2, "little") + size[1].to_bytes(2, "little")
    with warnings.catch_warnings(action=warned), pytest.raises(InputError, match="more pixels"):
        prepare(bytes(data), LIMIT)


def test_floating_point_values_and_hopeless_limits_are_refused():
    with pytest.raises(InputError, match="floating-point"):
        prepare(Image.new("F", (4, 4)), LIMIT)
    with pytest.raises(InputError, match="no pixels"):
        prepare(Image.new("L", (0, 4)), LIMIT)
    with pytest.raises(InputError, match="can't be brought below 10 bytes"):
        prepare(noise(40, 30), 10)
    with pytest.raises(InputError, match="can't be encoded"):
        prepare(Image.new("RGB", (70_000, 1)), 50)


def test_pictures_that_were_damaged_anywhere_never_raise_anything_else():
    for format_ in ("JPEG", "PNG", "WEBP", "GIF", "TIFF"):
        data = file_of(gradient(40, 30), format_, **({} if format_ == "GIF" else {"exif": exif(6)}))
        for place in range(0, len(data), max(1, len(data) // 150)):
            for value in (0x00, 0xFF, data[place] ^ 0x55):
                damaged = data[:place] + bytes([value]) + data[place + 1 :]
                try:
                    picture = prepare(damaged, LIMIT)
                except InputError:
                    continue
                has_no_metadata(picture)
