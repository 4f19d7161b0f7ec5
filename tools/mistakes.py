"""Make the mistakes of docs/mistakes.md, and write what each shows: `python -m tools.mistakes [--check]`.

The page is the source of the programs and of the advice; only the messages are written here, so that they can't be
out of date.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import re
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any, Final, cast
from unittest import mock

from tools._made import write_or_check

from atlex import PasswordSession
from atlex.testing import FakePds
from atlex_sdk import Client

__all__ = ["PAGE", "made", "main", "page"]

PAGE: Final = Path(__file__).parents[1] / "docs" / "mistakes.md"
"""The page."""

_URL: Final = "https://pds.example.com"
_BEGINNING: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MISTAKE: Final = re.compile(
    r"^```py\n(?P<code>.*?)^```\n\n```text\n(?P<shown>.*?)^```$", re.MULTILINE | re.DOTALL
)

# What depends on the operating system or on the version of Python.
_ELSEWHERE: Final = re.compile(r"(?<=: )\[Errno -?[0-9]+\].*")
_SUGGESTION: Final = re.compile(r"\. Did you mean: .*(?=\n)")


def page(text: str) -> str:
    """The page with the message of each mistake as it is now.

    Args:
        text: The page as it stands.
    """
    [beginning] = _BEGINNING.findall(text)

    def shown(mistake: re.Match[str]) -> str:
        code = mistake["code"]
        return f"```py\n{code}```\n\n```text\n{made(beginning + code)}```"

    return _MISTAKE.sub(shown, text)


def made(program: str) -> str:
    """What Python shows at the end of the traceback of a program, without anything that is only of this run.

    Args:
        program: Source that raises. It has a `client`, its `session`, and the server of both, `pds`.

    Raises:
        ValueError: The program raised nothing.
    """
    with contextlib.ExitStack() as stack:
        pds = FakePds(hostname="pds.example.com", user_domains=[".example.com"])
        url = stack.enter_context(pds.serve())
        pds.create_account("alice.example.com", "app-password", email="alice@example.com")
        pds.create_account("bob.example.com", "app-password", auth_factor="123456")
        session = stack.enter_context(
            PasswordSession.login(url, identifier="alice.example.com", password="app-password")  # noqa: S106
        )
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(contextlib.chdir(folder))
        stack.enter_context(mock.patch.dict(os.environ))
        stack.enter_context(warnings.catch_warnings(action="ignore"))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        given: dict[str, Any] = {
            "__name__": "mistake",
            "client": Client(session),
            "session": session,
            "pds": pds,
        }
        try:
            exec(compile(program.replace(_URL, url), "mistake.py", "exec", dont_inherit=True), given)  # noqa: S102
        except Exception as error:  # noqa: BLE001 - any will do
            last = "".join(traceback.format_exception_only(error))
        else:
            raise ValueError(f"this program is no mistake:\n{program}")
        finally:
            # A coroutine that was left without `await` warns when it goes.
            gc.collect()
            missing = [name for name, module in sys.modules.items() if cast("object", module) is None]
            for name in missing:
                del sys.modules[name]
    for of_this_run, shown in (
        (url, _URL),
        (url.removeprefix("http://"), "pds.example.com"),
        (f"{folder}/", ""),
    ):
        last = last.replace(of_this_run, shown)
    return _SUGGESTION.sub("", _ELSEWHERE.sub("…", last))


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as it should be."""
    return write_or_check({PAGE: page(PAGE.read_text(encoding="utf-8"))}, arguments, "tools.mistakes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
