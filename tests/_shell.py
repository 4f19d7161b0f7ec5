"""Somebody at a shell, with an empty home, for whom the servers that a page names are on this machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests._children import environment
from tests._pages import ROOT

__all__ = ["Shell"]

_GIVEN: Final = ROOT / "tests" / "pages"
_COMMANDS: Final = {
    # The script that is installed, with the public directories of accounts replaced.
    "atlex": """\
import json, os
from atlex.identity._flows import Options
from atlex_cli._entry import main

given, places = Options.of, json.loads(os.environ["PLACES"])
Options.of = lambda **options: given(**{**options, **places})
main()
""",
    # What is asked for is here already, or is no package or extra at all.
    "pip": """\
import sys
from importlib import metadata
from packaging.requirements import Requirement

assert sys.argv[1] == "install"
for requirement in map(Requirement, sys.argv[2:]):
    extras = metadata.metadata(requirement.name).get_all("Provides-Extra", [])
    assert requirement.extras <= set(extras), requirement
""",
    # A bundle takes minutes, and tests/places makes one. Here the options are read, and data is found.
    "pyinstaller": """\
import os.path
from PyInstaller.__main__ import generate_parser
from PyInstaller.utils.hooks import collect_data_files

options = generate_parser().parse_args()
assert all(map(collect_data_files, options.collect_data))
assert all(map(os.path.isfile, options.filenames))
""",
}


class Shell:
    """Runs the blocks of one page.

    Args:
        page: The page's name without ``.md``. What its reader has, besides ``atlex``, is in ``tests/pages``.
        folder: An empty folder.
        places: What stands in place of the servers, addresses and words of the page: see `localized`.
        directory: What resolvers are given.
    """

    def __init__(
        self, page: str, folder: Path, places: Mapping[str, str], directory: Mapping[str, Any]
    ) -> None:
        self._places = places
        self._given = _GIVEN / page
        self._printed = ""
        self.folder = folder / "work"
        commands, home = folder / "bin", folder / "home"
        commands.mkdir()
        home.mkdir()
        for name, program in _COMMANDS.items():
            command = commands / name
            command.write_text(f"#!{sys.executable} -P\n{program}")
            command.chmod(0o755)
        kept = ("LANG", "SYSTEMROOT", "TMPDIR")
        self._environment = {
            **{name: value for name, value in environment().items() if name in kept},
            "ATLEX_PASSWORD": "app-password",
            "CHECKOUT": str(ROOT),
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "user.name",
            "GIT_CONFIG_VALUE_0": "Alice",
            "GIT_CONFIG_KEY_1": "user.email",
            "GIT_CONFIG_VALUE_1": "alice@example.com",
            "HOME": str(home),
            "PATH": os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PLACES": json.dumps(directory),
            "PYTHONPATH": str(self.folder / "src"),
        }
        if self._given.is_dir():
            shutil.copytree(self._given, self.folder)
        else:
            self.folder.mkdir()
        self.run(self._read("given.sh"))
        self._printed = ""

    def run(self, commands: str) -> str:
        """Run commands as a block of the page, to the first that fails.

        Returns:
            What they print.
        """
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.localized(commands)],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\nends with {done.returncode}:\n{done.stdout}"
        self._printed += done.stdout
        return done.stdout

    def program(self, source: str) -> None:
        """Run a program, which goes on from the page's programs above it."""
        with (self.folder / "program.py").open("a", encoding="utf-8") as file:
            file.write(self.localized(source))
        self.run("python program.py")

    def build_with(self, name: str, settings: str) -> None:
        """Write settings where the page says that they are, and build with them."""
        if name == "pyproject.toml":
            (self.folder / name).write_text(settings, encoding="utf-8")
            self.run("atlex build && rm pyproject.toml")
        else:
            # A key that leads nowhere is a warning.
            (self.folder / "my" / "lexicons" / name).write_text(settings, encoding="utf-8")
            self.run("atlex build my/lexicons --out strict/my_sdk --strict")

    def has_shown(self, text: str) -> None:
        """Require that a text was printed since the page began."""
        self.run(self._read("shown.sh"))
        # Columns are filled up with spaces, which nobody sees.
        assert text in re.sub(" +$", "", self._printed, flags=re.MULTILINE)

    def localized(self, text: str) -> str:
        """A text with what is on this machine in place of what it names."""
        for pattern, value in self._places.items():
            text = re.sub(pattern, value, text)
        return text

    def _read(self, name: str) -> str:
        file = self._given / name
        return file.read_text(encoding="utf-8") if file.is_file() else ""
