"""Pictures to be sent, made by Pillow as cameras, scanners and programs make them."""

from __future__ import annotations

import io
import itertools
import random
import struct
from functools import cache

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

__all__ = ["PLACE", "cmyk", "exif", "file_of", "gradient", "noise", "photo", "png_text", "srgb"]

PLACE = (48.0, 51.0, 29.6)
"""Degrees, minutes and seconds north, which must be nowhere in what is sent."""


def noise(width, height, mode="RGB", *, seed=1):
    """A picture that no format can make small."""
    pixel = len(Image.new(mode, (1, 1)).tobytes())
    return Image.frombytes(mode, (width, height), random.Random(seed).randbytes(width * height * pixel))


def gradient(width, height, mode="RGB"):
    """A picture whose four corners differ, so that turns show: dark, light, red and blue."""
    corners = Image.new("RGB", (2, 2))
    for place, colour in {
        (0, 0): (0, 0, 0),
        (1, 0): (255, 255, 255),
        (0, 1): (255, 0, 0),
        (1, 1): (0, 0, 255),
    }.items():
        corners.putpixel(place, colour)
    return corners.resize((width, height), Image.Resampling.NEAREST).convert(mode)


def exif(orientation=None, *, place=True):
    """EXIF as a phone writes it: the camera, the orientation, and where the photo was taken."""
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = "Secretcam"
    if orientation is not None:
        tags[ExifTags.Base.Orientation] = orientation
    if place:
        tags.get_ifd(ExifTags.IFD.GPSInfo).update(
            {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: PLACE}
        )
    return tags


def file_of(image, format_, **options):
    """A picture as the bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def photo(width=400, height=300, *, orientation=6, **options):
    """A JPEG with all that a phone and its owner put into one."""
    return file_of(
        gradient(width, height),
        "JPEG",
        exif=exif(orientation),
        comment=b"Secretcomment",
        xmp=b"<x:xmpmeta>Secretxmp</x:xmpmeta>",
        **options,
    )


def png_text():
    """The texts of a PNG."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "Secrettext")
    texts.add_itxt("XML:com.adobe.xmp", "Secretxmp", zip=True)
    return texts


@cache
def srgb():
    """A colour profile; each that is made holds the time."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def cmyk():
    """A colour profile for print, in which every ink is grey."""
    corners = itertools.product((0, 1), repeat=4)
    table = b"".join(bytes((255 * (1 - k) * (3 - c - m - y) // 3, 128, 128)) for c, m, y, k in corners)
    straight = bytes(range(256))
    unchanged = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    inks = b"mft1" + bytes((0, 0, 0, 0, 4, 3, 2, 0)) + unchanged + straight * 4 + table + straight * 3
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(inks)) + inks
    kinds = struct.pack(">I4s4s4s12x4s", 0x02400000, b"prtr", b"CMYK", b"Lab ", b"acsp").ljust(60, b"\0")
    white = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return (struct.pack(">I4x", 128 + len(tags)) + kinds + white).ljust(128, b"\0") + tags
