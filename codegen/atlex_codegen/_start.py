"""A start for lexicons of one's own: a document, the settings to build it with, and a program that uses the package."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from atlex._printable import printable
from atlex.errors import LexiconError
from atlex.lexicon import Lexicons, parse_document
from atlex.syntax import is_valid_nsid
from atlex_codegen._files import check_places, replace_file
from atlex_codegen._install import document_path, document_text
from atlex_codegen._names import segment_name
from atlex_codegen._naming import Naming

__all__ = ["start_files", "write_start"]

_DOCUMENT: Final[Mapping[str, Any]] = {
    "type": "record",
    "key": "tid",
    "description": "A short text of an account's.",
    "record": {
        "type": "object",
        "required": ["text", "createdAt"],
        "properties": {
            "text": {"type": "string", "maxLength": 3000, "maxGraphemes": 300},
            "createdAt": {"type": "string", "format": "datetime"},
        },
    },
}
_SETTINGS_FILE: Final = Path("pyproject.toml")
_SETTINGS: Final = """\
[tool.atlex]
lexicons = "lexicons"
out = "{package}"
"""
_PROGRAM: Final = '''\
"""Writes a note and reads it back, on a server that lives in this process: python example.py"""

import {package}
from atlex import PasswordSession, now
from atlex.testing import FakePds
from {package} import Client, {root}

with FakePds({package}) as pds, pds.serve() as url:
    pds.create_account("alice.test", "password")
    with PasswordSession.login(url, identifier="alice.test", password="password") as session:
        notes = Client(session).{module}
        notes.create({module}.Note(text="My first note", created_at=now()))
        for note in notes.iterate():
            # None for a record that can't be read as a note: in a real repository, anybody's program writes.
            if note.value is not None:
                print(note.uri, note.value.text)
'''


def start_files(authority: str) -> dict[Path, str]:
    """The files of a start, by their paths.

    Args:
        authority: What the NSIDs begin with: a domain turned around, such as ``com.example``.

    Raises:
        LexiconError: It isn't one.
    """
    nsid = f"{authority}.note"
    raw = {"lexicon": 1, "id": nsid, "defs": {"main": _DOCUMENT}}
    document, _ = parse_document(raw)
    if document is None or not is_valid_nsid(nsid):
        example = "give a domain turned around, such as com.example"
        raise LexiconError(f'"{printable(authority)}" can\'t begin an NSID: {example}.')
    path = Naming(Lexicons([document])).path(nsid)
    names = {
        "package": f"{segment_name(authority.rpartition('.')[2]).rstrip('_')}_sdk",
        "root": path[0],
        "module": ".".join(path),
    }
    return {
        "lexicons" / document_path(nsid): document_text(raw),
        _SETTINGS_FILE: _SETTINGS.format(**names),
        Path("example.py"): _PROGRAM.format(**names),
    }


def write_start(folder: Path, authority: str) -> tuple[list[Path], str]:
    """Write the files of a start into a folder, which is made if need be.

    Returns:
        The files, by their paths below the folder; and what is to be added to a ``pyproject.toml`` that was there, which
        is left as it is.

    Raises:
        LexiconError: ``authority`` can't begin an NSID, or the folder has one of the files already; nothing was
            written.
        OSError: They can't be written.
    """
    files = start_files(authority)
    settings = files.pop(_SETTINGS_FILE) if os.path.lexists(folder / _SETTINGS_FILE) else ""
    check_places([folder / path for path in files], folder)
    if there := [str(path) for path in files if os.path.lexists(folder / path)]:
        raise LexiconError(f"Nothing was written, since there is one already: {', '.join(there)}.")
    for path, text in files.items():
        replace_file(folder / path, text.encode())
    return list(files), settings
