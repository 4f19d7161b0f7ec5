"""The package loads what is asked for, and has the names that it says."""

from __future__ import annotations

import subprocess
import sys

import atlex.errors
from atlex import session


def loaded_by(statement):
    code = (
        f"{statement}\nimport sys\nprint(*(name for name in sys.modules if name.startswith('atlex.session')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_package_itself_loads_nothing():
    assert loaded_by("import atlex.session") == {"atlex.session"}


def test_the_blocking_session_loads_no_asynchronous_one():
    loaded = loaded_by("from atlex.session import PasswordSession, SessionData")
    assert "atlex.session._sync" in loaded
    assert "atlex.session._async" not in loaded


def test_every_public_name_is_there():
    listed = vars(session)["__all__"]
    assert {name for name in listed if getattr(session, name) is not None} == set(listed)
    assert set(listed) <= set(dir(session))
    assert session.LexAuthFactorError is atlex.errors.LexAuthFactorError
