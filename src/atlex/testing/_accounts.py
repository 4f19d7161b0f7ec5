"""Accounts, and who is found under which handle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from atlex.syntax import is_valid_did, is_valid_handle
from atlex.testing._clock import Clock, Dice
from atlex.testing._repo import Changed, Repo
from atlex.testing._wire import PdsError

__all__ = ["Account", "Accounts", "normalised_handle"]

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CLOSED: Final = (".local", ".arpa", ".invalid", ".localhost", ".internal", ".example", ".alt", ".onion")
_MAX_PASSWORD: Final = 256
_LABEL_LENGTHS: Final = range(3, 19)
# A few of the many names that the real server keeps for itself.
_RESERVED: Final = frozenset(
    {
        "about",
        "account",
        "admin",
        "administrator",
        "api",
        "help",
        "mail",
        "root",
        "security",
        "support",
        "www",
    }
)


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """One account of the server.

    Attributes:
        did: Its DID.
        handle: Its handle.
        email: Its e-mail address, or None.
        password: Its password, or None for an account that nobody can log in to.
        auth_factor: The second factor that a login needs, or None.
        takendown: Whether the account has been taken down.
        deactivated: Whether its owner has deactivated it.
        created_at: When it was made.
        public_key: What its DID document gives as its key.
        repo: Its records and blobs.
        preferences: What ``app.bsky.actor.putPreferences`` stored.
    """

    did: str
    handle: str
    email: str | None
    password: str | None = field(repr=False)
    auth_factor: str | None = field(repr=False)
    takendown: bool
    deactivated: bool
    created_at: str
    public_key: str
    repo: Repo = field(repr=False)
    preferences: Sequence[Any] = field(default=(), repr=False)

    @property
    def active(self) -> bool:
        """Whether the account is neither taken down nor deactivated."""
        return not (self.takendown or self.deactivated)

    @property
    def status(self) -> str | None:
        """Why the account isn't active, as responses put it; None when it is."""
        if self.takendown:
            return "takendown"
        return "deactivated" if self.deactivated else None

    def did_document(self, url: str) -> dict[str, Any]:
        """Its DID document.

        Args:
            url: Where the server is.
        """
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": self.did,
            "alsoKnownAs": [f"at://{self.handle}"],
            "verificationMethod": [
                {
                    "id": f"{self.did}#atproto",
                    "type": "Multikey",
                    "controller": self.did,
                    "publicKeyMultibase": self.public_key,
                }
            ],
            "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": url}],
        }


def normalised_handle(handle: str) -> str:
    """The handle in lower case.

    Raises:
        PdsError: It isn't a handle.
    """
    lowered = handle.lower()
    if not is_valid_handle(lowered):
        raise PdsError(400, "InvalidHandle", "The handle isn't a valid domain name")
    return lowered


class Accounts:
    """All accounts, and the handles of accounts elsewhere that this server can resolve.

    Args:
        clock: Dates the accounts.
        dice: Names them.
        user_domains: The domains below which people can take handles, each with its leading dot.
        changed: Is told of every change of a record.
    """

    def __init__(self, clock: Clock, dice: Dice, user_domains: Sequence[str], changed: Changed) -> None:
        self._clock = clock
        self._dice = dice
        self._user_domains = tuple(user_domains)
        self._changed = changed
        self._by_did: dict[str, Account] = {}
        self._by_handle: dict[str, Account] = {}
        self._elsewhere: dict[str, str] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_did.values())

    def find(self, identifier: str) -> Account | None:
        """The account with a DID or a handle, in whatever state it is."""
        return self._by_did.get(identifier) or self._by_handle.get(identifier.lower())

    def find_public(self, identifier: str) -> Account | None:
        """The account with a DID or a handle, unless it is taken down or deactivated."""
        account = self.find(identifier)
        return account if account is not None and account.active else None

    def find_email(self, email: str) -> Account | None:
        """The account with an e-mail address."""
        return next((account for account in self if (account.email or "").lower() == email.lower()), None)

    def resolve(self, handle: str) -> str | None:
        """The DID of a handle, here or elsewhere."""
        account = self.find_public(handle)
        return self._elsewhere.get(handle) if account is None else account.did

    def add_handle(self, handle: str, did: str) -> None:
        """Make the handle of an account elsewhere known."""
        self._elsewhere[normalised_handle(handle)] = did

    def is_user_domain(self, handle: str) -> bool:
        """Whether the handle is below a domain of this server."""
        return handle.endswith(self._user_domains)

    def create(
        self,
        handle: str,
        password: str | None,
        *,
        email: str | None,
        did: str | None = None,
        auth_factor: str | None = None,
        takendown: bool = False,
        deactivated: bool = False,
    ) -> Account:
        """Make an account; any valid handle will do, and any valid DID.

        Raises:
            PdsError: The handle, the DID or the e-mail address isn't valid, or is taken.
        """
        handle = normalised_handle(handle)
        if handle in self._by_handle:
            raise PdsError(400, message=f"Handle already taken: {handle}")
        if email is not None and self.find_email(email) is not None:
            raise PdsError(400, message=f"Email already taken: {email}")
        if did is None:
            did = self._dice.did()
        elif not is_valid_did(did):
            raise PdsError(400, message="The DID isn't valid")
        elif did in self._by_did:
            raise PdsError(400, message=f"DID already taken: {did}")
        account = Account(
            did=did,
            handle=handle,
            email=email,
            password=password,
            auth_factor=auth_factor,
            takendown=takendown,
            deactivated=deactivated,
            created_at=self._clock.datetime(),
            public_key=self._dice.public_key(),
            repo=Repo(did, self._clock, self._changed),
        )
        self._by_did[did] = self._by_handle[handle] = account
        return account

    def sign_up(
        self, handle: str, password: str | None, email: str | None, *, did: str | None = None
    ) -> Account:
        """Make an account as a stranger may.

        Args:
            handle: A handle below one of this server's domains.
            password: The password, or None.
            email: The e-mail address, which must be there.
            did: A DID that the stranger has already; the proof that takes isn't known here, so it is refused.

        Raises:
            PdsError: A rule for strangers is broken, or one of `create`.
        """
        if password is not None and len(password) > _MAX_PASSWORD:
            raise PdsError(400, message=f"Password too long. Maximum length is {_MAX_PASSWORD} characters.")
        if not email:
            raise PdsError(400, message="Email is required")
        if not _EMAIL.fullmatch(email):
            message = "This email address is not supported, please use a different email."
            raise PdsError(400, message=message)
        handle = self.checked_handle(handle)
        if not self.is_user_domain(handle):
            raise PdsError(400, "UnsupportedDomain", "Not a supported handle domain")
        if did is not None:
            raise PdsError(401, message=f"Missing auth to create account with did: {did}")
        return self.create(handle, password, email=email)

    def rename(self, account: Account, handle: str) -> None:
        """Give an account another handle.

        Raises:
            PdsError: The handle isn't valid, is taken, or belongs to somebody elsewhere.
        """
        handle = self.checked_handle(handle)
        if not self.is_user_domain(handle) and self._elsewhere.get(handle) != account.did:
            raise PdsError(400, message="External handle did not resolve to DID")
        if self._by_handle.get(handle, account) is not account:
            raise PdsError(400, "HandleNotAvailable", f"Handle already taken: {handle}")
        del self._by_handle[account.handle]
        account.handle = handle
        self._by_handle[handle] = account

    def checked_handle(self, handle: str) -> str:
        """The handle in lower case.

        Raises:
            PdsError: It isn't a handle that an account here can have.
        """
        handle = normalised_handle(handle)
        if handle.endswith(_CLOSED):
            raise PdsError(400, "InvalidHandle", "Handle TLD is invalid or disallowed")
        domain = next((domain for domain in self._user_domains if handle.endswith(domain)), None)
        if domain is not None:
            label = handle.removesuffix(domain)
            if "." in label:
                raise PdsError(400, "InvalidHandle", "Invalid characters in handle")
            if len(label) not in _LABEL_LENGTHS:
                fault = "short" if len(label) < _LABEL_LENGTHS.start else "long"
                raise PdsError(400, "InvalidHandle", f"Handle too {fault}")
            if label in _RESERVED:
                raise PdsError(400, "HandleNotAvailable", "Reserved handle")
        return handle
