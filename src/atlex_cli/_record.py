"""``atlex record``: read, list, write and delete the records of any collection."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from atlex.data import OMIT
from atlex_bsky import actor_of, record_of
from atlex_cli._accounts import Accounts, folder, open_client
from atlex_cli._arguments import failing, read_record
from atlex_cli._output import print_json, say
from atlex_cli._records import completed, literal_key, opened_for

if TYPE_CHECKING:
    from atlex_sdk import Client

__all__ = ["record_app"]

_PAGE: Final = 100
"""How many records servers give at once at the most."""

record_app: typer.Typer = typer.Typer(help="Read, list, write and delete the records of any collection.")

_Uri: TypeAlias = Annotated[str, typer.Argument(metavar="URI", help="An AT-URI, or a link at bsky.app.")]
_Values: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FIELD=VALUE",
        help="The record's fields; or @FILE for a file that holds it as JSON, - for standard input.",
        show_default=False,
    ),
]
_Account: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--account", metavar="ACCOUNT", help="A handle or DID, or its beginning.", show_default=False
    ),
]
_Service: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--service", metavar="URL", help="The server to ask, without authentication.", show_default=False
    ),
]


@record_app.command("get")
def get_command(
    uri: _Uri,
    *,
    cid: Annotated[
        str | None, typer.Option(metavar="CID", help="The version wanted, and not the newest.")
    ] = None,
    account: _Account = None,
    service: _Service = None,
) -> None:
    """Print a record, with its URI and its CID, as JSON.

    Example: atlex record get at://alice.example.com/app.bsky.actor.profile/self
    """
    with failing():
        repo, collection, rkey = record_of(uri)
        with opened_for(repo, account=account, service=service) as client:
            found = client.com.atproto.repo.get_record(repo=repo, collection=collection, rkey=rkey, cid=cid)
        print_json(found.to_wire())


@record_app.command("list")
def list_command(
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="Such as app.bsky.feed.post.")],
    *,
    repo: Annotated[
        str | None,
        typer.Option(
            metavar="ACCOUNT", help="Whose records: a handle or DID. Without it, those of the account."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="The most records.")] = 50,
    every: Annotated[bool, typer.Option("--all", help="All records, however many.")] = False,
    reverse: Annotated[bool, typer.Option("--reverse", help="The oldest first, and not the newest.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one record a line, as they come.")] = False,
    account: _Account = None,
    service: _Service = None,
) -> None:
    """Print the records of a collection, newest first, as JSON.

    Example: atlex record list app.bsky.feed.post --repo alice.example.com --all --jsonl
    """
    if service is not None and repo is None:
        raise typer.BadParameter("--service goes with --repo")
    with failing():
        repo = Accounts(folder()).find(account).did if repo is None else actor_of(repo)
        with opened_for(repo, account=account, service=service) as client:
            size = _PAGE if every else min(limit, _PAGE)
            records = islice(_records(client, repo, collection, size, reverse), None if every else limit)
            if not jsonl:
                print_json(list(records))
                return
            for record in records:
                print_json(record, compact=True)


@record_app.command("create")
def create_command(
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="Such as app.bsky.feed.post.")],
    values: _Values = None,
    *,
    rkey: Annotated[
        str | None, typer.Option(metavar="KEY", help="Its record key. Without it, a new one.")
    ] = None,
    account: _Account = None,
) -> None:
    """Write a new record. Its URI and its CID are printed as JSON.

    A collection that atlex_sdk knows has its fields checked first. A creation time that is missing is now.

    Example: atlex record create app.bsky.feed.post text="Hello from a shell"
    """
    with failing():
        record = completed(collection, read_record(collection, values or []))
        with open_client(account) as client:
            written = client.com.atproto.repo.create_record(
                repo=client.assert_did(),
                collection=collection,
                rkey=rkey or literal_key(collection),
                record=record,
            )
        print_json({"uri": written.uri, "cid": written.cid})


@record_app.command("put")
def put_command(
    uri: _Uri,
    values: _Values = None,
    *,
    swap: Annotated[
        str | None,
        typer.Option(metavar="CID", help="The version to replace: fail if it is another one by now."),
    ] = None,
    account: _Account = None,
) -> None:
    """Write a record at its URI, whether one is there or not.

    Its URI and its CID are printed as JSON.

    Example: atlex record put at://alice.example.com/app.bsky.actor.profile/self @profile.json
    """
    with failing():
        repo, collection, rkey = record_of(uri)
        record = completed(collection, read_record(collection, values or []))
        with open_client(account or repo) as client:
            written = client.com.atproto.repo.put_record(
                repo=repo,
                collection=collection,
                rkey=rkey,
                record=record,
                swap_record=OMIT if swap is None else swap,
            )
        print_json({"uri": written.uri, "cid": written.cid})


@record_app.command("delete")
def delete_command(
    uris: Annotated[list[str], typer.Argument(metavar="URI...", help="AT-URIs, or links at bsky.app.")],
    *,
    swap: Annotated[
        str | None,
        typer.Option(metavar="CID", help="The version to delete: fail if it is another one by now."),
    ] = None,
    account: _Account = None,
) -> None:
    """Delete records, those that are there, and print their URIs.

    Example: atlex record delete at://alice.example.com/app.bsky.feed.post/3k5nobkf2w72g
    """
    if swap is not None and len(uris) > 1:
        raise typer.BadParameter("--swap goes with one URI")
    with failing():
        # All are looked at before the first is deleted.
        wanted = [record_of(uri) for uri in uris]
        for repo, addresses in groupby(wanted, lambda address: address.repo):
            with open_client(account or repo) as client:
                for address in addresses:
                    client.com.atproto.repo.delete_record(
                        repo=repo, collection=address.collection, rkey=address.rkey, swap_record=swap
                    )
                    say([f"at://{repo}/{address.collection}/{address.rkey}"])


def _records(
    client: Client, repo: str, collection: str, size: int, reverse: bool
) -> Iterator[dict[str, Any]]:
    for record in client.paginate(
        client.com.atproto.repo.list_records, repo=repo, collection=collection, limit=size, reverse=reverse
    ):
        yield record.to_wire()
