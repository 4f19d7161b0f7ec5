"""What a package index shows of a release: its addresses, and a description whose links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from tools.metadata import ReleaseMetadata, absolute

_ROOT = Path(__file__).parents[1]
_REPOSITORY = "https://example.com/owner/atlex"
_TARGET = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def built(folder, repository=""):
    """Build both distributions, have twine check them, and return the wheel's metadata."""
    subprocess.run(
        ["uv", "build", "--quiet", "--out-dir", str(folder), str(_ROOT)],
        check=True,
        env={**os.environ, "ATLEX_REPOSITORY": repository},
        capture_output=True,
    )
    distributions = sorted(map(str, folder.glob("atlex-*")))
    subprocess.run(
        ["uv", "run", "--no-project", "--with", "twine", "twine", "check", "--strict", *distributions],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(name for name in distributions if name.endswith(".whl"))) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(wheel.read(name), policy=policy.compat32)


def description(metadata):
    return metadata.get_payload(decode=True).decode()


@pytest.mark.slow
def test_a_release_has_addresses_and_no_relative_link(tmp_path):
    metadata = built(tmp_path, _REPOSITORY)
    urls = dict(url.split(", ") for url in metadata.get_all("Project-URL"))
    assert set(urls) == {"Homepage", "Documentation", "Source", "Issues", "Changelog", "Security"}
    targets = [first or second for first, second in _TARGET.findall(description(metadata))]
    assert all(re.match(r"https?://", target) for target in targets)
    files = re.compile(rf"{_REPOSITORY}/(?:blob|raw)/v{re.escape(metadata['Version'])}/([^#]+)")
    paths = [found[1] for target in (*targets, *urls.values()) if (found := files.match(target))]
    assert len(paths) > 10
    assert [path for path in paths if not (_ROOT / path).exists()] == []


@pytest.mark.slow
def test_a_build_without_an_address_invents_none(tmp_path):
    metadata = built(tmp_path)
    assert metadata.get_all("Project-URL") is None
    assert description(metadata).strip() == (_ROOT / "README.md").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](docs/a.md#b)", f"[a]({_REPOSITORY}/blob/v1/docs/a.md#b)"),
        ("![a](docs/a.svg)", f"![a]({_REPOSITORY}/raw/v1/docs/a.svg)"),
        ("[![a](a.svg)](b.md)", f"[![a]({_REPOSITORY}/raw/v1/a.svg)]({_REPOSITORY}/blob/v1/b.md)"),
        ("[![a](https://b.example/c.svg)](d)", f"[![a](https://b.example/c.svg)]({_REPOSITORY}/blob/v1/d)"),
        ("[a](https://b.example) [c](#d) [e](mailto:f@g.example)",) * 2,
        ("values[0](1 2)",) * 2,
    ],
)
def test_relative_links_lead_into_the_repository(text, expected):
    assert absolute(text, _REPOSITORY, "v1") == expected


@pytest.mark.parametrize("address", ["host/owner", "http://host/owner", "https:///x", "https://host/x?y"])
def test_an_address_that_is_none_ends_the_build(address, monkeypatch):
    monkeypatch.setenv("ATLEX_REPOSITORY", address)
    with pytest.raises(ValueError, match="ATLEX_REPOSITORY is an address such as"):
        ReleaseMetadata(str(_ROOT), {}).update({"version": "0.1.0"})
