"""Follows docs/tutorial.md to the letter, as somebody does at a terminal who has nothing but Python and the page.

Two things alone differ from the text: the address of the service, and that ``pip install atlex`` takes the wheel that
was built from this tree.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from atlex_bsky import Bluesky

__all__ = ["Reader", "built_wheel", "follow_to_the_end", "wait_until"]

_ROOT: Final = Path(__file__).parents[1]
_BLOCK: Final = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"`(\w+\.py)`")
_LINK: Final = re.compile(r"https://bsky\.app/profile/\S+/post/\S+")
_PROMPT: Final = "reader$ "
_SECONDS: Final = 180
"""How long the reader waits for anything; installing takes longest."""


def built_wheel(folder: Path) -> Path:
    """Build the wheel of this tree into a folder."""
    command = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(_ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


class Reader:
    """Somebody at a terminal, with an empty home folder, who reads the tutorial from the top."""

    def __init__(self, terminal: int, folder: Path, service: str) -> None:
        self._terminal = terminal
        self._folder = folder
        self._service = service
        self._seen = ""
        page = (_ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
        self._steps = self._read(page)

    @classmethod
    @contextmanager
    def at_terminal(cls, folder: Path, wheel: Path, service: str) -> Iterator[Reader]:
        """Sit down in an empty folder.

        Args:
            folder: The folder, which is the reader's home too.
            wheel: What ``pip install atlex`` installs.
            service: What stands in place of ``https://bsky.social``.
        """
        constraint = folder.parent / "constraint.txt"
        constraint.write_text(f"atlex @ {wheel.as_uri()}\n")
        given = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        terminal, other_end = os.openpty()
        # The first terminal that the leader of a session opens is the session's: Ctrl-C goes there, and passwords are
        # asked for there. The path has the interpreter that runs the tests, but not the tests' environment.
        shell = subprocess.Popen(
            ["sh", "-c", 'exec sh <"$0" >"$0" 2>&1', os.ttyname(other_end)],
            cwd=folder,
            env={
                **given,
                "HOME": str(folder),
                "PATH": os.pathsep.join([str(Path(sys.base_prefix) / "bin"), "/usr/bin", "/bin"]),
                "PIP_CONSTRAINT": str(constraint),
                "PS1": _PROMPT,
                "TERM": "dumb",
            },
            start_new_session=True,
        )
        reader = cls(terminal, folder, service)
        try:
            reader.wait(_PROMPT)
            os.close(other_end)
            yield reader
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
            os.close(terminal)

    def follow(self, *answers: tuple[str, str], until: str = _PROMPT) -> str:
        """Take the next steps of the page, up to and with the next commands.

        Args:
            answers: What the programs ask, and what is typed then.
            until: What to wait for in the end; the shell's prompt, unless a program is left running.

        Returns:
            What the terminal showed.
        """
        for name, text in self._steps:
            if name is not None:
                where = self._folder / "first-bot" / name
                where.write_text(text, encoding="utf-8")
                continue
            *commands, last = text.splitlines()
            shown = "".join(self.type(command, _PROMPT) for command in commands)
            for question, answer in answers:
                shown += self.type(last, question)
                last = answer
            shown += self.type(last, until)
            assert "Traceback" not in shown, shown
            return shown
        raise AssertionError("the page has no more steps")

    def interrupt(self) -> str:
        """Press Ctrl-C, and wait for the shell's prompt."""
        os.write(self._terminal, b"\x03")
        return self.wait(_PROMPT)

    def wait_for_file(self, name: str) -> None:
        """Wait until a program has made a file."""
        wait_until((self._folder / "first-bot" / name).exists)

    def type(self, line: str, until: str) -> str:
        """Type a line, and wait for a text."""
        os.write(self._terminal, f"{line}\n".encode())
        return self.wait(until)

    def wait(self, text: str) -> str:
        """Wait for a text on the terminal, and return what came up to it."""
        deadline = time.monotonic() + _SECONDS
        while text not in self._seen:
            ready, _, _ = select.select([self._terminal], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"waited for {text!r}, saw:\n{self._seen}"
            self._seen += os.read(self._terminal, 65536).decode(errors="replace")
        before, _, self._seen = self._seen.partition(text)
        return before.replace("\r\n", "\n")

    def _read(self, page: str) -> Iterator[tuple[str | None, str]]:
        """The page's blocks in order: the name of the file, or None for commands, and the text."""
        above = 0
        for block in _BLOCK.finditer(page):
            if block[1] == "sh":
                yield None, block[2]
            else:
                *_, name = _FILE.findall(page, above, block.start())
                yield name, block[2].replace("https://bsky.social", self._service)
            above = block.end()


def wait_until(found: Callable[[], object]) -> None:
    """Wait until something can be found that isn't false."""
    deadline = time.monotonic() + _SECONDS
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def follow_to_the_end(reader: Reader, handle: str, password: str, bob: Bluesky) -> str:
    """Follow the whole page.

    Args:
        reader: Has read nothing yet.
        handle: The reader's account.
        password: Its app password.
        bob: The friend who is asked to mention the bot.

    Returns:
        The AT-URI of the reader's first post.
    """
    assert "Python 3." in reader.follow()
    assert "Successfully installed" in reader.follow()
    shown = reader.follow(("Handle: ", handle), ("App password: ", password))
    assert f"Logged in as {handle}" in shown
    assert password not in shown

    post = found_link(reader.follow())
    reader.follow()
    reply = found_link(reader.follow(("Link of the post: ", post)))

    reader.follow(until="Ctrl-C ends it.")
    # Mentions count from here on.
    reader.wait_for_file("position.json")
    mention = bob.post(f"@{handle} are you a bot?")
    reader.wait("are you a bot?")
    wait_until(
        lambda: [item for item in bob.notifications(reasons=["reply"]) if item.reply_to == mention.ref]
    )
    shown = reader.interrupt()
    assert "Done." in shown
    assert "Traceback" not in shown

    reader.follow(("Link of the post: ", reply))
    reader.follow()
    return bob.uri_of(post)


def found_link(shown: str) -> str:
    """Find the link of a post that a program printed, below what was typed for it."""
    *_, link = _LINK.findall(shown)
    assert isinstance(link, str)
    return link
