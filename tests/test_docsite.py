"""What builds the documentation: sources and their links, docstrings, the check of links, and what pages lack."""

from __future__ import annotations

import inspect
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest
from sphinx.util.inspect import signature, stringify_signature
from tools.docsite import _accessible, _docstrings, _links, _sources
from tools.docsite._public import public_modules, public_names


@pytest.fixture
def docs(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "bot.py").write_text("print('hello')\n")
    (tmp_path / "CHANGELOG.md").write_text("See [the page](docs/index.md#start) and [the bot](bot.py).\n")
    return tmp_path / "docs"


def test_links_out_of_the_pages_lead_to_pages_made_of_the_files(docs):
    (docs / "index.md").write_text(
        "[News](../CHANGELOG.md), [other](index.md#start), [far](https://example.com)\n"
    )
    sources = _sources.gather(docs)
    assert sources[PurePosixPath("index.md")].decode() == (
        "[News](project/CHANGELOG.md), [other](index.md#start), [far](https://example.com)\n"
    )
    assert sources[PurePosixPath("project/CHANGELOG.md")].decode() == (
        "See [the page](../index.md#start) and [the bot](../files/bot.py.md).\n"
    )
    assert "print('hello')" in sources[PurePosixPath("files/bot.py.md")].decode()


@pytest.mark.parametrize("link", ["../nothing.py", "../docs/../nothing.md", "../bot"])
def test_a_link_to_no_file_ends_the_build(docs, link):
    (docs / "index.md").write_text(f"[here]({link})\n")
    with pytest.raises(SystemExit, match="leads to no file"):
        _sources.gather(docs)


def test_a_folder_of_sources_holds_what_it_should_and_changes_nothing_else(tmp_path):
    _sources.write({PurePosixPath("a/one.md"): b"1", PurePosixPath("two.md"): b"2"}, tmp_path)
    before = (tmp_path / "two.md").stat().st_mtime_ns
    _sources.write({PurePosixPath("two.md"): b"2", PurePosixPath("three.md"): b"3"}, tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.md")) == ["three.md", "two.md"]
    assert (tmp_path / "two.md").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("link", "dead"),
    [
        ("two.html", False),
        ("two.html#place", False),
        ("#here", False),
        ("https://example.com", False),
        ("three.html", True),
        ("two.html#other", True),
        ("#there", True),
    ],
)
def test_links_inside_the_site_are_followed_to_their_place(tmp_path, link, dead):
    (tmp_path / "one.html").write_text(f'<p id="here"><a href="{link}">there</a></p>')
    (tmp_path / "two.html").write_text('<p id="place"></p>')
    report = _links.check(tmp_path)
    assert report.pages == 2
    assert report.dead == ([f"one.html: {link}"] if dead else [])


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://example.com/a.js"></script>',
        '<link href="https://example.com/a.css">',
        '<img src="//example.com/a.png">',
    ],
)
def test_what_a_page_would_load_from_elsewhere_is_reported(tmp_path, tag):
    (tmp_path / "one.html").write_text(tag)
    assert len(_links.check(tmp_path).remote) == 1


def test_a_docstring_keeps_its_examples_and_the_colons_of_its_texts():
    lines = ["Do it.", "", "    do(1)", "", "Returns:", "    The thing: always."]
    made = _docstrings.restructured(lines)
    assert made[2:5] == ["::", "", "    do(1)"]
    assert ":returns: The thing: always." in made


def test_an_attribute_has_its_type_beside_its_name():
    made = _docstrings.restructured(["A thing.", "", "Attributes:", "    size: Bytes."], {"size": "int"})
    assert made[2:4] == [".. attribute:: size", "   :type: int"]


class Place(NamedTuple):
    name: str
    folder: Path | None
    sizes: list[int] = []  # noqa: RUF012


def test_the_fields_of_a_named_tuple_are_shown_with_their_types():
    constructor = Place.__new__
    _docstrings.simplify_annotations(None, constructor, bound=False)
    shown = stringify_signature(signature(constructor))
    assert shown == "(_cls, name: str, folder: Path | None, sizes: list[int] = [])"


def test_pages_are_mended_once():
    page = '<aside class="sidebar-drawer"><pre>x</pre></aside>'
    mended = _accessible.mend(page)
    assert mended == '<aside class="sidebar-drawer" aria-label="Pages"><pre tabindex="0">x</pre></aside>'
    assert _accessible.mend(mended) == mended


def test_the_reference_has_every_public_name_once():
    names = public_names()
    assert len({name.path for name in names}) == len(names)
    handed_on = {(module, name.name) for name in names for module in name.modules}
    for module, contents in public_modules().items():
        for name in contents.__all__:
            assert (module, name) in handed_on or inspect.ismodule(getattr(contents, name)), (module, name)
