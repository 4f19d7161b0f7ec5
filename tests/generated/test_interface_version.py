from __future__ import annotations

import subprocess
import sys

import pytest
from tests.generated._documents import PACKAGE, ROOT
from tests.generated._fresh import environment

from atlex.interface import INTERFACE_VERSION


@pytest.mark.parametrize(
    ("version", "remedy"),
    [(INTERFACE_VERSION - 1, "run `atlex build` again"), (INTERFACE_VERSION + 1, "upgrade atlex")],
)
@pytest.mark.parametrize("code", ["import other_sdk", "import other_sdk.app.bsky.feed.post"])
def test_a_package_made_for_another_interface_version_fails_on_import_with_one_sentence(
    tmp_path, code, version, remedy
):
    package = tmp_path / "other_sdk"
    package.mkdir()
    text = (ROOT / "generated" / PACKAGE / "__init__.py").read_text()
    other = text.replace(f"require_interface({INTERFACE_VERSION}, ", f"require_interface({version}, ")
    assert other != text
    (package / "__init__.py").write_text(other)

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment(PYTHONPATH=str(tmp_path)),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"atlex.errors.InterfaceVersionError: The package 'other_sdk' was generated for version {version} of atlex's "
        f"generated-code interface, and this atlex has version {INTERFACE_VERSION}: {remedy}"
    )
