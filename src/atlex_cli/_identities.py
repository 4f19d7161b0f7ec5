"""``atlex resolve``, and what else looks accounts up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlex.errors import InputError
from atlex.syntax import AtUri
from atlex_bsky import actor_of, record_of
from atlex_cli._output import failing_with_a_sentence, print_json, say

if TYPE_CHECKING:
    from atlex.identity import Identity, IdentityResolver

__all__ = ["open_resolver", "resolve_command"]


def resolve_command(
    name: Annotated[
        str,
        typer.Argument(metavar="ACCOUNT|URI", help="A handle, a DID, an AT-URI or a link at bsky.app."),
    ],
    *,
    document: Annotated[bool, typer.Option("--document", help="Print the DID document, as JSON.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find an account: its DID, its verified handle, its server and its signing key.

    What a URI or a link names is shown with the DID, which stays when the handle changes.

    Example: atlex resolve alice.example.com
    """
    with failing_with_a_sentence():
        address = _address_of(name)
        with open_resolver() as resolver:
            identity = resolver.resolve(address.authority)
        if document:
            print_json(identity.document)
        elif as_json:
            print_json(_members(identity, address))
        else:
            for title, value in _members(identity, address).items():
                say([f"{title.replace('_', ' '):12} {value or '-'}"])


def open_resolver() -> IdentityResolver:
    """A resolver, to be closed.

    Raises:
        InputError: dnspython isn't installed.
    """
    from atlex.identity import IdentityResolver

    return IdentityResolver()


def _address_of(name: str) -> AtUri:
    """What a name, a URI or a link leads to.

    Raises:
        InputError: It is none of these.
    """
    if name.startswith("at://"):
        return AtUri.parse(name)
    try:
        return AtUri(*record_of(name))
    except InputError:
        return AtUri(actor_of(name))


def _members(identity: Identity, address: AtUri) -> dict[str, Any]:
    members = {
        "did": identity.did,
        "handle": identity.handle,
        "pds": identity.pds,
        "signing_key": identity.signing_key,
    }
    if address.collection is None:
        return members
    return {**members, "uri": str(AtUri(identity.did, address.collection, address.rkey, address.fragment))}
