"""``atlex demo``: the whole way once, from documents to authenticated calls, on this machine or a real server."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from atlex.errors import AtlexError, LexiconError
from atlex_codegen._say import say
from atlex_codegen.cli._ask import ask

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
    if service is not None and "://" not in service:
        service = f"https://{service}"
    if (service is None) != (identifier is None):
        raise typer.BadParameter("--service and --identifier go together")
    from rich.console import Console

    from atlex_codegen.cli._demo_show import Show

    show = Show(Console(highlight=False))
    show.begin(service or "this machine")
    # Loading the generator takes a while, in which the line above can be read.
    from atlex_codegen.cli._demo_steps import NEXT_COMMANDS, NEXT_PROGRAM, walk

    account = None
    if service is not None and identifier is not None:
        account = {"service": service, "identifier": identifier, "password": _password()}
    try:
        with tempfile.TemporaryDirectory(prefix="atlex-demo-") as folder:
            walk(show.do, lexicons, Path(folder), account)
    except (AtlexError, OSError) as error:
        reason = error.diagnostics[0] if isinstance(error, LexiconError) and error.diagnostics else error
        say([f"{show.title}: {reason}"], err=True)
        raise SystemExit(1) from error
    show.end(NEXT_COMMANDS, NEXT_PROGRAM)


def _password() -> str:
    # Never an argument: the list of processes shows those.
    return os.environ.get("ATLEX_PASSWORD") or ask("Password", otherwise="in ATLEX_PASSWORD", hidden=True)
