"""``atlex call``: calls any method of the lexicons, and prints what the server answers."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from atlex_cli._arguments import ArgumentError, failing, read_json, read_values
from atlex_cli._documents import Documents, UnknownNameError, python_path, suggestion
from atlex_cli._output import fail, say

if TYPE_CHECKING:
    from atlex.client import BaseClient
    from atlex_cli._exchange import Exchange

__all__ = ["call_command"]

_SHOWN: Final = 5
"""How many faults of an answer are said one by one."""


def call_command(
    method: Annotated[
        str, typer.Argument(metavar="NSID", help="The method, such as app.bsky.actor.getProfile.")
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=VALUE]...",
            help="Its arguments. @FILE as a value is the file's content, - standard input: @-; @FILE alone is all of "
            "the input.",
            show_default=False,
        ),
    ] = None,
    *,
    input_: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="The whole input: JSON, or the bytes of an upload; - for standard input.",
            show_default=False,
        ),
    ] = None,
    content_type: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE", help="What an upload is. Without it, what its name or first bytes tell."
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the answer to a file, as it comes."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="ACCOUNT", help="The account to call for: its handle or DID, or the beginning of it."
        ),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A server to call without an account, such as public.api.bsky.app."),
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option(
            metavar="DID#SERVICE", help="The service that the account's server passes the call on to."
        ),
    ] = None,
    labeler: Annotated[
        list[str] | None,
        typer.Option(metavar="DID", help="A labeler whose labels are wanted. May be given several times."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="How long each phase of the call may take. Without it, 30."),
    ] = None,
    package: Annotated[
        str, typer.Option(metavar="NAME", help="The generated package that has the method.")
    ] = "atlex_sdk",
    all_pages: Annotated[
        bool,
        typer.Option(
            "--all-pages", help="Follow the cursor, and print the items of all pages as one answer."
        ),
    ] = False,
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Follow the cursor, and print an item a line as the pages arrive."),
    ] = False,
    limit_items: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", min=0, help="With --all-pages or --stream, the most items to print."),
    ] = None,
    json_: Annotated[
        bool,
        typer.Option(
            "--json", help="Print on a terminal what would be printed elsewhere: plain lines of JSON."
        ),
    ] = False,
) -> None:
    """Call a method, and print its answer as JSON.

    Arguments are typed by the lexicons: actors=a actors=b is a list, record.text=hello a member of an object. A name is
    the wire's or Python's, and so is the method's.

    Example: atlex call app.bsky.actor.getProfile actor=alice.example.com
    """
    with failing():
        documents = Documents(package)
        nsid = documents.method(method)
        given = list(arguments or ())
        if input_ is None and given and given[-1].startswith("@") and "=" not in given[-1]:
            input_ = given.pop()[1:]
        params, body, data = _read(documents, nsid, given, input_)
        # What calls take loads once it is clear that there will be one.
        from atlex_cli._exchange import Exchange

        with _client(documents.package(nsid), account, service) as client:
            options: dict[str, Any] = {"proxy": proxy, "labelers": labeler, "timeout": timeout}
            exchange = Exchange(
                client.with_options(**{name: value for name, value in options.items() if value is not None}),
                import_module(f"{documents.package(nsid)}.{python_path(nsid)}").METHOD,
                params,
                body,
                data,
                content_type,
            )
            if all_pages or stream:
                gc.enable()
                exchange.print_pages(stream=stream, limit=limit_items, plain=json_)
            elif limit_items is not None:
                fail("--limit-items goes with --all-pages or --stream", 2)
            else:
                exchange.print_answer(output, plain=json_)
        _tell_issues(exchange)


def _read(
    documents: Documents, nsid: str, arguments: list[str], source: str | None
) -> tuple[dict[str, Any], dict[str, Any] | None, str | None]:
    """The parameters, the JSON input and the place of an upload, from what was typed."""
    parameters, properties = documents.parameters(nsid), documents.input(nsid)
    encoding = documents.main(nsid).get("input", {}).get("encoding")
    known = {**properties, **parameters}
    if arguments and not known:
        raise UnknownNameError(
            f"{nsid} takes no arguments{'; --input has what it sends' if encoding else ''}"
        )
    values = read_values(arguments, documents, known)
    params = {name: value for name, value in values.items() if name in parameters}
    rest = {name: value for name, value in values.items() if name not in parameters}
    if encoding is None or encoding == "application/json":
        if source is None:
            return params, rest if encoding else None, None
        if encoding is None:
            raise ArgumentError(f"{nsid} has no input")
        read = read_json(source)
        if rest or not isinstance(read, dict):
            raise ArgumentError("--input is a JSON object that is all of the input")
        body = cast("dict[str, Any]", read)
        for name in body:
            if properties and name not in properties:
                raise UnknownNameError(f"The input has no {name!r}{suggestion(name, properties)}")
        return params, body, None
    if source is None:
        raise ArgumentError(f"{nsid} sends a file: --input FILE")
    return params, None, source


@contextmanager
def _client(package: str, account: str | None, service: str | None) -> Generator[BaseClient]:
    from atlex_cli._accounts import open_client

    if account is not None and service is not None:
        raise ArgumentError("--account and --service don't go together")
    with open_client(account, service=service) as client:
        # Its own namespaces would do as well: what counts is where its methods go by default.
        yield client if package == "atlex_sdk" else import_module(package).Client(client)


def _tell_issues(exchange: Exchange) -> None:
    found = exchange.issues
    say((f"The answer breaks its lexicon: {issue}" for issue in found[:_SHOWN]), err=True)
    if len(found) > _SHOWN:
        say([f"The answer breaks its lexicon in {len(found) - _SHOWN} more places"], err=True)
