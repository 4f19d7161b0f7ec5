"""jedi by the names of the language servers' client: what notebooks, IPython and Spyder complete with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jedi

__all__ = ["Jedi"]


class Jedi:
    """jedi for a folder.

    Args:
        folder: The folder of the documents.
        path: Folders to look for packages in.
    """

    def __init__(self, folder: Path, path: tuple[Path, ...]) -> None:
        self._project = jedi.Project(folder, added_sys_path=[str(place) for place in path])

    def complete(self, text: str) -> list[str]:
        """What is offered where the text has ``|``."""
        script, place = self._open(text)
        return [found.name_with_symbols for found in script.complete(*place)]

    def parameters(self, text: str) -> list[str]:
        """The parameters of the call which the text's ``|`` is in."""
        script, place = self._open(text)
        (signature,) = script.get_signatures(*place)
        return [parameter.to_string() for parameter in signature.params]

    def hover(self, text: str) -> str:
        """What is shown for the name that the text's ``|`` is in."""
        script, place = self._open(text)
        return "\n".join(found.docstring() for found in script.help(*place))

    def definition(self, text: str) -> list[tuple[Path, str]]:
        """Where the name that the text's ``|`` is in comes from: files, and the line of each."""
        script, place = self._open(text)
        found = script.goto(*place, follow_imports=True)
        return [(name.module_path, name.get_line_code().strip()) for name in found]

    def _open(self, text: str) -> tuple[Any, tuple[int, int]]:
        before, _, after = text.partition("|")
        lines = before.split("\n")
        return jedi.Script(before + after, project=self._project), (len(lines), len(lines[-1]))
