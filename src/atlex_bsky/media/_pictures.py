"""Pictures made ready to be sent: upright, without metadata, and small enough.

Everything that uses Pillow is here; the module loads with the first picture.
"""

# Pillow's types leave some parts open.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import io
import math
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, cast

from atlex.errors import InputError
from atlex_bsky.media._metadata import without_metadata
from atlex_bsky.media._sources import Source, naming_file, read
from atlex_bsky.media._values import Picture, PillowImage

try:
    import PIL
    from PIL import Image, ImageCms
except ImportError as _missing:
    raise InputError("Pictures need an extra: pip install 'atlex[media]'") from _missing

__all__ = ["prepare"]

_WHAT: Final = "The picture"
_LARGEST_FILE: Final = 128 * 1024 * 1024
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "TIFF", "BMP", "PPM")
"""Formats that are read. Pillow knows more, some of which start other programs."""

_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MEDIA_TYPES: Final = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_MAY_MOVE: Final = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
"""Other files of several pictures are a photo with its depth, or pages: the first counts."""

_LOSSLESS: Final = frozenset({None, "PNG", "GIF", "BMP"})
_MOST_LOSSLESS_PIXELS: Final = 4_000_000
"""Above this a PNG isn't tried: it would take seconds, and be too large."""

_QUALITIES: Final = (92, 86, 80)
_LOWEST_QUALITY: Final = 74
"""Below this fewer pixels look better than coarser ones."""

_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The operation that makes a picture upright, by the orientation in its EXIF."""

_COLOUR_SPACES: Final = {"L": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}
"""The colour space of a profile, as its header has it, by the mode of pictures that it can describe."""


def prepare(source: Source | PillowImage, max_bytes: int, still: bool = False) -> Picture:
    """Make a picture ready to be sent.

    A file that is upright, small enough and without metadata stays as it is, to the byte. One that only has
    metadata loses it and no quality. Any other is encoded again: as PNG where it was lossless or has
    transparency and fits, else as WebP with transparency and as JPEG without, with the highest quality and
    then the largest size that fits.

    Args:
        source: A path, the file's bytes, a binary file, or a picture of Pillow's.
        max_bytes: The most bytes that it may have.
        still: Whether the first frame of an animated picture is taken, in place of an error.

    Raises:
        InputError: It can't be read, is animated, has too many pixels, or can't be made small enough. The message
            begins with the path, if it is one.
    """
    with naming_file(source):
        return _prepared(source, max_bytes, still=still)


def _prepared(source: Source | PillowImage, max_bytes: int, *, still: bool) -> Picture:
    if isinstance(source, Image.Image):
        data, image = b"", source
    else:
        data = read(cast("Source", source), _WHAT, limit=_LARGEST_FILE)
        image = _opened(data)
    with _decoding():
        _check_size(image)
        moves = image.format in _MAY_MOVE and getattr(image, "is_animated", False)
        if moves and not still:
            raise InputError(
                f"{_WHAT} is animated, and Bluesky shows none that move: "
                "send it as a Video, or one frame of it"
            )
        image.load()
        turn = _turn(image)
        if turn is None and not moves and image.mode != "CMYK":
            stripped = without_metadata(data, image.format)
            if stripped is not None and len(stripped) <= max_bytes:
                return Picture(stripped, _MEDIA_TYPES[str(image.format)], *image.size)
        profile = image.info.get("icc_profile")
        plain = _plain(image, profile)
    if turn is not None:
        plain = plain.transpose(turn)
    kept = profile if profile and profile[16:20] == _COLOUR_SPACES[plain.mode] else None
    return _encoded(plain, max_bytes, kept, lossless=image.format in _LOSSLESS)


@contextmanager
def _decoding() -> Generator[None]:
    """A block in which Pillow reads a picture, and raises its errors as `InputError`."""
    try:
        yield
    except InputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # Pillow doesn't say which exceptions its decoders raise for broken files.
        raise InputError(f"{_WHAT} can't be decoded: {error}") from error


def _opened(data: bytes) -> Image.Image:
    Image.init()
    with _decoding():
        try:
            return Image.open(io.BytesIO(data), formats=[name for name in _FORMATS if name in Image.OPEN])
        except PIL.UnidentifiedImageError as error:
            if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
                raise InputError(
                    "A HEIC picture needs another package: pip install pillow-heif, and call "
                    "pillow_heif.register_heif_opener() once"
                ) from error
            raise InputError(
                f"{_WHAT} is broken, or in none of the known formats: {', '.join(_FORMATS)}"
            ) from error


def _too_many_pixels() -> InputError:
    return InputError(f"{_WHAT} has more pixels than PIL.Image.MAX_IMAGE_PIXELS allows")


def _check_size(image: Image.Image) -> None:
    most = Image.MAX_IMAGE_PIXELS
    # Pillow itself only warns until there are twice as many.
    if most is not None and image.width * image.height > most:
        raise _too_many_pixels()
    if not image.width or not image.height:
        raise InputError(f"{_WHAT} has no pixels")


def _turn(image: Image.Image) -> Image.Transpose | None:
    """The operation that makes a picture upright; None where it is upright or its EXIF is broken."""
    try:
        return _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - as in _decoding
        return None


def _plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The pixels alone, in a mode that every format here takes: L, RGB or RGBA."""
    if image.mode == "F":
        raise InputError(f"{_WHAT} has floating-point values: convert it to one of eight bits a channel")
    if image.mode == "CMYK" and profile and profile[16:20] == b"CMYK":
        described, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, described, target, outputMode="RGB")
        image = cast("Image.Image", converted)
    if image.mode.startswith("I"):
        plain = _eight_bits(image)
    elif image.has_transparency_data:
        plain = image.convert("RGBA")
        if plain.getchannel("A").getextrema()[0] == 255:
            plain = plain.convert("RGB")
    else:
        plain = image.convert("L" if image.mode in {"1", "L"} else "RGB")
    # Pillow writes comments and profiles that it finds here.
    plain.info = {}
    return plain


def _eight_bits(image: Image.Image) -> Image.Image:
    wide = image.convert("I")
    _, highest = cast("tuple[int, int]", wide.getextrema())
    if highest > 255:
        wide = wide.point(lambda value: value * (1 / 256))
    return wide.convert("L")


def _encoded(image: Image.Image, max_bytes: int, profile: bytes | None, *, lossless: bool) -> Picture:
    lossless = lossless or image.mode == "RGBA"
    if lossless and image.width * image.height <= _MOST_LOSSLESS_PIXELS:
        data = _saved(image, "PNG", icc_profile=profile)
        if len(data) <= max_bytes:
            return Picture(data, "image/png", *image.size)
    format_ = "WEBP" if image.mode == "RGBA" else "JPEG"
    scale, scaled = 1.0, image
    while True:
        smallest = _saved(scaled, format_, quality=_LOWEST_QUALITY, icc_profile=profile)
        if len(smallest) <= max_bytes:
            break
        if scaled.size == (1, 1):
            raise InputError(f"{_WHAT} can't be brought below {max_bytes:,} bytes")
        scale *= min(0.9, 0.97 * math.sqrt(max_bytes / len(smallest)))
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        scaled = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    tries = (_saved(scaled, format_, quality=quality, icc_profile=profile) for quality in _QUALITIES)
    data = next((data for data in tries if len(data) <= max_bytes), smallest)
    return Picture(data, _MEDIA_TYPES[format_], *scaled.size)


def _saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    try:
        image.save(buffer, format_, optimize=format_ == "JPEG", **options)
    except Exception as error:
        # As in _decoding; a side of more pixels than the format has numbers for, say.
        raise InputError(f"{_WHAT} can't be encoded as {format_}: {error}") from error
    return buffer.getvalue()
