"""An account's identity, and the names that can be looked up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from atlex._did_document import pds_origin, signing_key
from atlex.errors import IdentityFailedError, IdentityNotFoundError, InputError
from atlex.syntax import is_valid_did, is_valid_handle

__all__ = ["Identity", "checked_name", "document_url", "is_possible_handle"]

# Names that are never anybody's on the public Internet (https://atproto.com/specs/handle).
_RESERVED: Final = frozenset({"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion"})
_PLC: Final = re.compile(r"did:plc:[a-z2-7]{24}")
_HOST: Final = re.compile(r"(localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:%3A([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Identity:
    """An account, as the network knows it.

    Attributes:
        did: The account's DID, which never changes.
        handle: Its handle, in lower case. The DID's document names it and it leads back to the DID; None where the
            document names none, or one that doesn't lead back.
        pds: The URL of the server that the account is at, without a path; None where the document names none, or one
            that isn't an https URL. It is what the account's owner wrote: whoever connects to it on a machine that
            has more to reach than the public Internet has to check where it leads, as `atlex.fetch` does.
        signing_key: The key that the repository is signed with, as a ``did:key``; None where the document has none.
        document: The whole DID document, as parsed JSON.
    """

    did: str
    handle: str | None
    pds: str | None
    signing_key: str | None
    document: Mapping[str, Any] = field(repr=False, hash=False)

    @classmethod
    def of(cls, document: Mapping[str, Any], handle: str | None, *, allow_private: bool) -> Identity:
        """The identity that a document describes.

        Args:
            document: The document; its ``id`` has been checked.
            handle: The handle, verified.
            allow_private: Whether a PDS may have an http URL.
        """
        pds = pds_origin(document)
        if pds is not None and not allow_private and not pds.startswith("https://"):
            pds = None
        return cls(document["id"], handle, pds, signing_key(document), document)

    def server(self) -> str:
        """The URL of the account's server.

        Raises:
            IdentityFailedError: The document names none that can be used.
        """
        if self.pds is None:
            raise IdentityFailedError(
                f"The DID document of {self.handle or self.did} names no server that can be used",
                identifier=self.did,
            )
        return self.pds


def checked_name(identifier: str) -> str:
    """The one form of a handle or a DID.

    Raises:
        InputError: It is neither.
    """
    if not isinstance(cast("object", identifier), str):
        raise InputError(f"An account is named by its handle or DID, a str, not {type(identifier).__name__}")
    if is_valid_did(identifier):
        return identifier
    if is_valid_handle(identifier):
        return identifier.lower()
    if identifier.startswith("@"):
        raise InputError("A handle is written without the @ before it, such as alice.example.com")
    raise InputError(f"{identifier!r:.100} is neither a handle, such as alice.example.com, nor a DID")


def is_possible_handle(name: str) -> bool:
    """Whether a name can be somebody's handle: a valid one, and not under a domain that is reserved."""
    return is_valid_handle(name) and name.rpartition(".")[2] not in _RESERVED


def document_url(did: str, plc_url: str, *, allow_private: bool) -> str:
    """Where the document of a DID is.

    Args:
        did: A DID.
        plc_url: The URL of the PLC directory.
        allow_private: Whether a did:web may have a port or be this machine, which is asked without TLS.

    Raises:
        IdentityNotFoundError: No account has such a DID.
        IdentityFailedError: It is of another method than accounts have.
    """
    method = did.split(":")[1]
    if method == "plc":
        if not _PLC.fullmatch(did):
            raise IdentityNotFoundError(
                f"{did} can't be a did:plc: it has 24 characters, a-z and 2-7", identifier=did
            )
        return f"{plc_url}/{did}"
    if method != "web":
        raise IdentityFailedError(
            f"{did}: accounts have DIDs of the methods plc and web only", identifier=did
        )
    found = _HOST.fullmatch(did.removeprefix("did:web:"))
    if found is None:
        raise IdentityFailedError(
            f"{did}: an account's did:web is a host's name, without a path", identifier=did
        )
    host, port = found[1], found[2]
    if allow_private and host == "localhost":
        return f"http://localhost{f':{port}' if port else ''}/.well-known/did.json"
    if (port or host.rpartition(".")[2] in {*_RESERVED, "localhost"}) and not allow_private:
        raise IdentityFailedError(f"{did}: its host isn't one of the public Internet", identifier=did)
    return f"https://{host}{f':{port}' if port else ''}/.well-known/did.json"
