"""Pictures, videos and link cards to be sent. Nothing is read before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import NamedTuple, Protocol, TypeAlias, cast

from atlex.errors import InputError
from atlex_bsky.media._sources import Source, check_source

__all__ = ["Card", "Image", "Picture", "PillowImage", "Progress", "Video"]

Progress: TypeAlias = Callable[[int, int], object]
"""Called with how many bytes have been sent, and how many there are."""


class PillowImage(Protocol):
    """A picture of Pillow's: a ``PIL.Image.Image``."""

    @property
    def mode(self) -> str:
        """How its pixels are stored."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height in pixels."""
        ...


class Picture(NamedTuple):
    """A picture as it is sent."""

    data: bytes
    media_type: str
    width: int
    height: int


def _check_text(value: object, name: str) -> None:
    if not isinstance(value, str):
        raise InputError(f"{name} must be a str, not {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture to be posted; it takes the extra ``media``.

    The file that is sent is upright (the EXIF orientation is applied), without metadata (no place, no camera,
    no comments), and of at most as many bytes as the lexicon allows. docs/media.md has the details.

    Args:
        source: A path, the bytes of a file, an open binary file, or a ``PIL.Image.Image``.
        alt: A description for people who can't see the picture. It may be empty.

    Raises:
        InputError: An argument is of another type. Whether the picture can be read shows when it is sent.
    """

    source: Source | PillowImage = field(repr=False)
    _: KW_ONLY
    alt: str

    def __post_init__(self) -> None:
        if not hasattr(self.source, "mode") or not hasattr(self.source, "size"):
            check_source(self.source, "A picture")
        _check_text(self.alt, "alt")


@dataclass(frozen=True, slots=True)
class Video:
    """A video to be posted, by way of the video service.

    Args:
        source: A path, the bytes of a file, or an open binary file that can be moved in, which is read from
            its beginning. MP4, QuickTime, WebM, MPEG, or an animated GIF.
        alt: A description for people who can't see the video. None for no description.
        captions: Subtitles as WebVTT files, by language (``{"en": "talk.en.vtt"}``), each in one of the forms
            of ``source``.
        aspect_ratio: Width and height, which may be those of 16:9. None: those in the file, where it is an
            MP4, a QuickTime file or a GIF; else none.
        progress: Called with how many bytes have been sent, and how many there are: with 0 at first, then
            after each part.
        deadline: Seconds that the service may take to process the video once it has all of it.
        service: The URL of the video service.

    Raises:
        InputError: An argument isn't what it should be. Whether the files can be read shows when they are
            sent.
    """

    source: Source = field(repr=False)
    _: KW_ONLY
    alt: str | None = None
    captions: Mapping[str, Source] = field(default_factory=dict[str, Source], repr=False)
    aspect_ratio: tuple[int, int] | None = None
    progress: Progress | None = field(default=None, repr=False)
    deadline: float = 900.0
    service: str = "https://video.bsky.app"

    def __post_init__(self) -> None:
        check_source(self.source, "A video")
        if self.alt is not None:
            _check_text(self.alt, "alt")
        if not isinstance(cast("object", self.captions), Mapping):
            raise InputError("captions must be files by language, such as {'en': 'talk.vtt'}")
        for language, caption in self.captions.items():
            check_source(caption, f"captions[{language!r}]")
        if self.aspect_ratio is not None:
            match self.aspect_ratio:
                case (int(width), int(height)) if width > 0 and height > 0:
                    pass
                case _:
                    raise InputError(
                        "aspect_ratio must be a pair of whole numbers from 1 on: width and height"
                    )


@dataclass(frozen=True, slots=True)
class Card:
    """A link card: the box with a title and a picture that stands for a page.

    ``Card(uri)`` alone is filled from the page itself, by its Open Graph, which takes the extra ``cards``.
    With a title all is taken from here, and nothing is fetched.

    Args:
        uri: The address of the page.
        title: The title. None: the page's own.
        description: The sentence below. None: the page's own; with a title, none.
        thumb: The picture, in one of the forms that `Image` takes. None: the page's own; with a title, none.

    Raises:
        InputError: There is a description or a picture without a title, or an argument is of another type.
    """

    uri: str
    title: str | None = None
    description: str | None = None
    thumb: Source | PillowImage | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check_text(self.uri, "uri")
        if self.title is None and (self.description is not None or self.thumb is not None):
            raise InputError("A card is taken from its page, or given by hand: then it needs a title too")
