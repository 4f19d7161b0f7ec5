"""Fresh interpreters for claims about what is imported and made, and when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.generated._documents import ROOT


def environment(**extra: str) -> dict[str, str]:
    """The environment without what would load more than the code itself does, such as a coverage measurement."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")} | extra


def run_fresh(code: str, *arguments: str, **variables: str) -> Any:
    """Runs code in a new interpreter and reads the JSON that it prints last."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(**variables),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
