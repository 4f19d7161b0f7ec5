"""``atlex docs``: what a method, a record or a definition is, as the site's reference has it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

import typer

from atlex.lexicon import DefId
from atlex_cli._docs_text import Line, described, listed
from atlex_cli._output import fail, failing_with_a_sentence, uses_colour
from atlex_codegen._describe._describer import Describer
from atlex_codegen._describe._installed import describers_of
from atlex_codegen._describe._lookup import Lookup, Namespace
from atlex_codegen._say import shown

__all__ = ["docs_command"]

_MOST_COLUMNS: Final = 100
_COLOURS: Final = {"heading": "1", "name": "36"}


def docs_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="An NSID, with # and a definition if need be; a name in Python; a namespace. Nothing: all namespaces.",
        ),
    ] = "",
    package: Annotated[
        str, typer.Option("--package", metavar="PACKAGE", help="The generated package to look in.")
    ] = "atlex_sdk",
) -> None:
    """Show what a method, a record or a definition of the lexicons is, and how it is used.

    Example: atlex docs app.bsky.feed.defs#postView
    """
    with failing_with_a_sentence():
        describers = describers_of(package)
    lookup = Lookup(describers, package)
    found = lookup.find(name)
    if found is None:
        close = lookup.close_to(name)
        fail(f"There is no {name} in {package}" + (f"; did you mean {_any_of(close)}?" if close else "."))
    width = min(shutil.get_terminal_size((80, 24)).columns, _MOST_COLUMNS)
    coloured = uses_colour()
    for text, role in _shown(found, describers, width):
        line = shown(text)
        # Line by line, so that a reader who has seen enough ends it.
        typer.echo(f"\x1b[{_COLOURS[role]}m{line}\x1b[0m" if coloured and role else line, color=coloured)


def _any_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _shown(found: DefId | Namespace, describers: Mapping[str, Describer], width: int) -> Iterator[Line]:
    if isinstance(found, Namespace):
        inside = next(describer for nsid, describer in describers.items() if nsid.startswith(found.name))
        summaries = {nsid: describers[nsid].summary(nsid) for nsid in found.documents}
        yield from listed(found, inside.service(found.name), summaries, width)
        return
    document = describers[found.nsid].document(found.nsid)
    own = [each for each in document if each.id == found]
    rest = [each for each in document if each.id != found and not each.part] if found.is_main else []
    yield from described(found, own, rest, width)
