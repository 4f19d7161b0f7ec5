"""What isn't used isn't loaded."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import atlex_bsky
assert not any(name.startswith("atlex_sdk.") for name in sys.modules), "a model was loaded"
from atlex.testing import FakePds
with FakePds() as pds, pds.serve() as url:
    pds.create_account("alice.test", "password")
    with atlex_bsky.Bluesky.login(url, identifier="alice.test", password="password") as bsky:
        bsky.post("hello @alice.test, https://example.com #cats")
print(sorted({"PIL", "dns", "lxml"} & sys.modules.keys()))
"""


def test_importing_loads_no_model_and_a_text_needs_no_optional_library():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
