"""What is to be sent is checked when it is named, and read when it is sent."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as PillowImage

from atlex.errors import InputError
from atlex_bsky import Card, Image, Video
from atlex_bsky.media._limits import max_blob_size, max_items
from atlex_bsky.media._sources import read
from atlex_sdk.app.bsky.embed import external, images, video


@pytest.mark.parametrize("source", ["a.jpg", Path("a.jpg"), b"", io.BytesIO(), PillowImage.new("L", (1, 1))])
def test_a_picture_may_come_in_every_form(source):
    assert Image(source, alt="").source is source


@pytest.mark.parametrize("source", [None, 1, ["a.jpg"], object()])
def test_other_sources_are_refused_at_once(source):
    for kind in (
        lambda: Image(source, alt=""),
        lambda: Video(source),
        lambda: Video("a", captions={"en": source}),
    ):
        with pytest.raises(InputError, match=f"and not {type(source).__name__}"):
            kind()


@pytest.mark.parametrize("captions", ["en.vtt", ["en.vtt"], b"WEBVTT", None])
def test_captions_are_files_by_language(captions):
    with pytest.raises(
        InputError, match=r"^captions must be files by language, such as \{'en': 'talk.vtt'\}$"
    ):
        Video("a.mp4", captions=captions)


def test_alt_has_to_be_said():
    make: Any = Image
    with pytest.raises(TypeError):
        make("a.jpg")
    with pytest.raises(TypeError):
        make("a.jpg", "alt")
    with pytest.raises(InputError, match="alt must be a str"):
        Image("a.jpg", alt=None)


@pytest.mark.parametrize("ratio", [(16, 0), (-1, 9), (16.0, 9), "16:9", (1,), (1, 2, 3)])
def test_a_ratio_is_two_whole_numbers(ratio):
    with pytest.raises(InputError, match="aspect_ratio"):
        Video("a.mp4", aspect_ratio=ratio)


@pytest.mark.parametrize("given", [{"description": "d"}, {"thumb": b"x"}])
def test_a_card_by_hand_has_a_title(given):
    with pytest.raises(InputError, match="needs a title"):
        Card("https://example.com", **given)


def test_bytes_dont_show():
    secret = b"Secret" * 1000
    assert "Secret" not in repr(
        [Image(secret, alt="x"), Video(secret, captions={"en": secret}), Card("u", "t", thumb=secret)]
    )


def test_files_are_read_within_bounds(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read(path, "It", limit=5) == read(str(path), "It", limit=5) == b"12345"
    with path.open("rb") as file:
        file.seek(2)
        assert read(file, "It", limit=5) == b"345"
        assert not file.closed
    for source, words in [
        (path, "more than 4 bytes"),
        (tmp_path / "nothing", "can't be opened"),
        (tmp_path, "can't be opened"),
        ("a\0b", "can't be opened"),
        (io.StringIO("text"), "binary"),
        (file, "can't be read"),
    ]:
        with pytest.raises(InputError, match=words):
            read(source, "It", limit=4)


def test_limits_are_those_of_the_lexicons():
    assert max_blob_size(images.Image, "image") == 2_000_000
    assert max_blob_size(external.ExternalExternal, "thumb") == 1_000_000
    assert max_blob_size(video.Caption, "file") == 20_000
    assert max_items(video.Video, "captions") == 20


def test_naming_media_loads_neither_pillow_nor_a_parser_nor_a_model():
    program = """if True:
        import sys
        from atlex_bsky import Card, Image, Video, VideoError
        Image("a.jpg", alt=""), Video("a.mp4"), Card("https://example.com")
        print([name for name in ("PIL", "lxml", "atlex_sdk", "pydantic", "httpx") if name in sys.modules])
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_posting_text_loads_neither_pillow_nor_a_parser():
    program = """if True:
        import sys
        from atlex import PasswordSession
        from atlex.testing import FakePds
        from atlex_bsky import Bluesky
        from atlex_sdk import Client
        with FakePds() as pds, pds.serve() as url:
            pds.create_account("alice.test", "password")
            with PasswordSession.login(url, identifier="alice.test", password="password") as session:
                Bluesky(Client(session)).post("hello")
        print([name for name in ("PIL", "lxml") if name in sys.modules])
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("missing", "module", "extra"),
    [("PIL", "_pictures", "media"), ("lxml", "_pages", "cards"), ("lxml.etree", "_pages", "cards")],
)
def test_a_missing_package_names_its_extra(missing, module, extra):
    program = f"""if True:
        import sys
        sys.modules[{missing!r}] = None
        from atlex.errors import InputError
        try:
            from atlex_bsky.media import {module}
        except InputError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"pip install 'atlex[{extra}]'" in done.stdout
