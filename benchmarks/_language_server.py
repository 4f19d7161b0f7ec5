"""A small client of the Language Server Protocol, for a server over its standard input and output."""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["LanguageServer"]

_SCRIPTS: Final = Path(sys.executable).parent
_COMMANDS: Final = {
    "basedpyright": ("basedpyright-langserver", "--stdio"),
    "pyrefly": ("pyrefly", "lsp"),
    "ty": ("ty", "server"),
}
_PATIENCE: Final = 120.0
"""Seconds for one answer; the first one waits until the server has read the libraries."""


class LanguageServer:
    """A running language server with a folder open.

    It is a context manager; leaving the block ends the process, whatever happened.

    Args:
        folder: The folder to open, with its settings if it has any.
        server: The server: ``basedpyright``, ``pyrefly`` or ``ty``.
        python: The interpreter whose packages basedpyright sees; the others' settings name theirs.
    """

    def __init__(
        self, folder: Path, *, server: str = "basedpyright", python: Path | str = sys.executable
    ) -> None:
        self._folder = folder
        self._python = str(python)
        self._ids = itertools.count(1)
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._writing = threading.Lock()
        command, *arguments = _COMMANDS[server]
        self._process = subprocess.Popen(
            [str(_SCRIPTS / command), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        try:
            self._begin()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.request("shutdown")
                self._send({"method": "exit"})
                self._process.wait(_PATIENCE)
        finally:
            self._end()

    def complete(self, text: str) -> list[str]:
        """What the server offers where the text has ``|``."""
        return [item["label"] for item in self.items(text)]

    def items(self, text: str) -> list[dict[str, Any]]:
        """What the server offers where the text has ``|``, with all that it says of each."""
        found = self.request("textDocument/completion", self._open(text))
        return cast("Any", found)["items"] if isinstance(found, dict) else found or []

    def hover(self, text: str) -> str:
        """What the server shows for the name that the text's ``|`` is in."""
        found = self.request("textDocument/hover", self._open(text))
        return found["contents"]["value"] if found else ""

    def definition(self, text: str) -> list[tuple[Path, str]]:
        """Where the name that the text's ``|`` is in comes from: files, and the line of each."""
        found: Any = self.request("textDocument/definition", self._open(text))
        places: list[dict[str, Any]] = cast("Any", [found]) if isinstance(found, dict) else found or []
        return [_line(place) for place in places]

    def parameters(self, text: str) -> list[str]:
        """The parameters that the server shows for the call which the text's ``|`` is in."""
        found = self.request("textDocument/signatureHelp", self._open(text))
        signatures: list[Any] = found["signatures"] if found else [{"label": "", "parameters": []}]
        (signature,) = signatures
        labels = (parameter["label"] for parameter in signature["parameters"])
        # A label is the text itself, or its place in the signature's.
        return [
            label if isinstance(label, str) else signature["label"][label[0] : label[1]] for label in labels
        ]

    def request(self, method: str, params: Any = None) -> Any:
        """Asks the server for something and waits for its answer."""
        number = next(self._ids)
        self._send({"id": number, "method": method, **({} if params is None else {"params": params})})
        try:
            while (answer := self._answers.get(timeout=_PATIENCE)) is not None:
                if answer["id"] == number:
                    assert "error" not in answer, answer["error"]
                    return answer["result"]
        except queue.Empty:
            raise AssertionError(f"The language server didn't answer {method} in {_PATIENCE} s") from None
        raise AssertionError(f"The language server ended before it answered {method}")

    def _begin(self) -> None:
        uri = self._folder.as_uri()
        capabilities: dict[str, Any] = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {
                "completion": {"completionItem": {"tagSupport": {"valueSet": [1]}}},
                "hover": {"contentFormat": ["markdown"]},
                "signatureHelp": {
                    "signatureInformation": {"parameterInformation": {"labelOffsetSupport": True}}
                },
            },
        }
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": uri,
                "capabilities": capabilities,
                "workspaceFolders": [{"uri": uri, "name": "user"}],
            },
        )
        self._send({"method": "initialized", "params": {}})

    def _open(self, text: str) -> dict[str, Any]:
        """Opens a text as a new document and gives the place of its ``|``."""
        before, bar, after = text.partition("|")
        assert bar, "The text needs a | where the cursor is"
        uri = (self._folder / f"user_{next(self._ids)}.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": before + after}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        lines = before.split("\n")
        place = {"line": len(lines) - 1, "character": len(lines[-1])}
        return {"textDocument": {"uri": uri}, "position": place}

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        with self._writing:
            stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            stream.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        try:
            while (message := _message(stream)) is not None:
                if "method" not in message:
                    self._answers.put(message)
                elif "id" in message:
                    self._send({"id": message["id"], "result": self._settings(message)})
        except OSError:
            pass  # The process was ended.
        finally:
            self._answers.put(None)

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            # What was meant for a process that has ended can't be written any more.
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def _settings(self, message: dict[str, Any]) -> Any:
        """What the server is told when it asks its client for something."""
        if message["method"] != "workspace/configuration":
            return None
        sections = {"python": {"pythonPath": self._python}}
        return [sections.get(item.get("section", ""), {}) for item in message["params"]["items"]]


def _line(place: Mapping[str, Any]) -> tuple[Path, str]:
    uri: str = place.get("uri") or place["targetUri"]
    number: int = (place.get("range") or place["targetSelectionRange"])["start"]["line"]
    path = Path(url2pathname(urlsplit(uri).path))
    return path, path.read_text(encoding="utf-8").splitlines()[number].strip()


def _message(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message, or None at the end of the stream."""
    length = 0
    while (line := stream.readline()) not in {b"\r\n", b""}:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = stream.read(length)
    return json.loads(body) if line and len(body) == length else None
