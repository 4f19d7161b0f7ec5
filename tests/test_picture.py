"""The README's picture of the demo: made by a script, the same on every run, and with nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tools import picture


@pytest.mark.slow
def test_the_picture_is_the_same_on_every_run_loads_nothing_and_has_a_name() -> None:
    text = picture.picture()
    assert text == picture.picture()
    addresses = set(re.findall(r"\w+://[^\"<\s]+", text))
    assert addresses == {
        "http://www.w3.org/2000/svg",
        "at://did:plc:aaok4glovjkqi53wngylt5pi/app.bsky.feed.post/3l6oveex3ii2l",
    }
    assert not re.search(r"@import|@font-face|<script|<image|<foreignObject", text)
    root = ET.fromstring(text)
    assert root.attrib["role"] == "img"
    assert root.find("{http://www.w3.org/2000/svg}title") is not None


def test_a_picture_that_is_out_of_date_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(picture, "PICTURE", tmp_path / "pictures" / "demo.svg")
    monkeypatch.setattr(picture, "picture", lambda: "<svg>→</svg>")
    assert picture.main([]) == picture.main(["--check"]) == 0
    picture.PICTURE.write_text("<svg/>")
    assert picture.main(["--check"]) == 1
    assert capsys.readouterr().err == f"{picture.PICTURE} is out of date: run python -m tools.picture\n"
