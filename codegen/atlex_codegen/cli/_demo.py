"""``atlex demo``: the whole way once, from documents to authenticated calls, on this machine or a real server."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlex._printable import printable
from atlex.errors import AtlexError, LexiconError
from atlex_codegen._say import say

if TYPE_CHECKING:
    from rich.console import Console

    from atlex_codegen.cli._demo_steps import Note

__all__ = ["demo_command"]


def demo_command(
    *,
    lexicons: Annotated[
        Path | None,
        typer.Option(
            metavar="DIRECTORY",
            help="The folder of the documents. Without it, those of the installed atlex_sdk.",
            show_default=False,
        ),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="SERVER",
            help="A real server, such as bsky.social. Without it, an embedded one is started.",
        ),
    ] = None,
    identifier: Annotated[
        str | None,
        typer.Option(help="The account there: its handle, e-mail address or DID."),
    ] = None,
) -> None:
    """Show the whole way: build the SDK, import it, log in, call, write, read, refresh, log out.

    With --service and --identifier it does so on a real server and deletes there what it wrote. The password comes
    from a prompt or from the environment variable ATLEX_PASSWORD.

    Example: atlex demo --service bsky.social --identifier alice.example.com
    """
    from rich.console import Console

    from atlex_codegen.cli._demo_steps import walk_embedded_server, walk_real_server

    if service is not None and "://" not in service:
        service = f"https://{service}"
    if (service is None) != (identifier is None):
        typer.echo("--service and --identifier go together.", err=True)
        raise typer.Exit(1)
    steps = _Steps(Console(highlight=False, soft_wrap=True))
    try:
        with tempfile.TemporaryDirectory(prefix="atlex-demo-") as folder:
            if service is None or identifier is None:
                walk_embedded_server(steps.open, lexicons, Path(folder))
            else:
                walk_real_server(
                    steps.open,
                    lexicons,
                    Path(folder),
                    service=service,
                    identifier=identifier,
                    password=_password(),
                )
    except (AtlexError, OSError) as error:
        reason = error.diagnostics[0] if isinstance(error, LexiconError) and error.diagnostics else error
        say([f"{steps.title}: {reason}"], err=True)
        raise typer.Exit(1) from error
    steps.end()


def _password() -> str:
    # Never an argument: the list of processes shows those.
    return os.environ.get("ATLEX_PASSWORD") or typer.prompt("Password", hide_input=True)


class _Steps:
    """Prints each step with its time."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.perf_counter()
        self.title = "The demo"

    @contextmanager
    def open(self, title: str) -> Generator[Note]:
        self.title = title
        notes: list[str] = []
        started = time.perf_counter()
        yield notes.append
        self._print(title, "; ".join(notes), time.perf_counter() - started)

    def end(self) -> None:
        self._print("Done", "every step worked", time.perf_counter() - self._started)

    def _print(self, title: str, note: str, seconds: float) -> None:
        from rich.markup import escape

        # A server's words may hold escape sequences.
        note = printable(note)
        took = f"{seconds * 1000:7.0f} ms"
        detail = f": [cyan]{escape(note)}[/]" if note else ""
        self._console.print(f"[dim]{took}[/]  [bold]{escape(title)}[/]{detail}")
