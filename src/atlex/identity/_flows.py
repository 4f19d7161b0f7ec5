"""The logic of looking accounts up, written once and without I/O.

A handle leads to a DID (a TXT record, or a file at the handle's own host), the DID to its document, and the document has
to name the handle: only then is it the account's. https://atproto.com/specs/handle and https://atproto.com/specs/did have
the rules.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Self, TypeVar, cast

from atlex._did_document import claimed_handle
from atlex._effects import Block
from atlex._options import FLAG, FUNCTION, Kind, check_options, is_integer
from atlex._printable import printable
from atlex._service_url import check_service_url
from atlex.data import JsonError, is_object, parse_json
from atlex.errors import (
    FetchError,
    IdentityAmbiguousError,
    IdentityError,
    IdentityFailedError,
    IdentityMismatchError,
    IdentityNotFoundError,
    InputError,
    XrpcInvalidResponseError,
)
from atlex.fetch import Fetched
from atlex.identity._cache import LARGEST, IdentityCache, MemoryIdentityCache, check_cache
from atlex.identity._effects import Background, DnsError, Fetch, Flow, LookUp, Once, Race
from atlex.identity._identity import Identity, checked_name, document_url, is_possible_handle
from atlex.identity._known import FRESH, SOON, Alias, Known, read_known, write_known
from atlex.syntax import is_valid_did

__all__ = ["Logic", "Options"]

_logger = logging.getLogger("atlex.identity")

T = TypeVar("T")

_LARGEST_PAGE: Final = 2048
_LARGEST_DOCUMENT: Final = 256 * 1024
_MOST_PURGED: Final = 10_000
_KINDS: Final = {
    "dns_port": Kind(lambda value: is_integer(value) and 0 < value < 65536, "a port's number"),
    "timeout": Kind(
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 60,
        "a number of seconds above 0 and at most 60",
    ),
    "allow_private": FLAG,
    "clock": FUNCTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A resolver's options, which its twins describe."""

    cache: IdentityCache
    plc_url: str
    nameservers: Any
    dns_port: int
    timeout: float
    allow_private: bool
    clock: Callable[[], float]

    @classmethod
    def of(cls, **given: Any) -> Self:
        """Check what a resolver was given.

        Raises:
            InputError: A value can't be used.
        """
        check_options({name: value for name, value in given.items() if name in _KINDS}, _KINDS)
        if given["cache"] is None:
            given["cache"] = MemoryIdentityCache()
        check_cache(given["cache"])
        try:
            given["plc_url"] = check_service_url(given["plc_url"])
        except InputError as error:
            raise InputError(f"plc_url: {error}") from None
        if given["clock"] is None:
            given["clock"] = time.time
        return cls(**given)


class Logic:
    """Looks accounts up, and keeps what it found."""

    def __init__(self, options: Options) -> None:
        self._options = options
        # When names were purged, on the clock of time.monotonic(): what was on its way then isn't kept.
        self._purged: dict[str, float] = {}

    def resolve(self, identifier: str) -> Flow[Identity]:
        """The account of a handle or a DID, from the cache if it is there.

        Raises:
            IdentityError: There is none, or it couldn't be found out.
            InputError: It is neither a handle nor a DID.
        """
        name = checked_name(identifier)
        known = yield from self._load(name)
        if known is None:
            found: Identity = yield Once(name, self._find(name))
            return found
        if self._is_due(known):
            yield Background(name, self._renew(name))
        return known.given()

    def refresh(self, identifier: str) -> Flow[Identity]:
        """The account as it is now, whatever is in the cache; the cache has it then."""
        name = checked_name(identifier)
        # Not together with a look-up that began before.
        found: Identity = yield Once(f"refresh {name}", self._look_up(name))
        return found

    def purge(self, identifier: str) -> Flow[None]:
        """Forget what is known of an account."""
        name = checked_name(identifier)
        for each in {name, *(yield from self._names(name))}:
            self._purged.pop(each, None)
            self._purged[each] = time.monotonic()
            yield from self._cached(partial(self._options.cache.delete, each))
        while len(self._purged) > _MOST_PURGED:
            self._purged.pop(next(iter(self._purged)), None)

    def _names(self, name: str) -> Flow[list[str]]:
        known = yield from self._load(name)
        if known is None or not isinstance(known.outcome, Identity):
            return []
        return [each for each in (known.outcome.did, known.outcome.handle) if each is not None]

    def _find(self, name: str) -> Flow[Identity]:
        # Somebody else may have found it since.
        known = yield from self._load(name)
        return (yield from self._look_up(name)) if known is None else known.given()

    def _renew(self, name: str) -> Flow[None]:
        known = yield from self._load(name)
        if known is None or self._is_due(known):
            try:
                yield from self._look_up(name)
            except IdentityError as error:
                _logger.debug("%s couldn't be looked up again: %s", name, error)

    def _look_up(self, name: str) -> Flow[Identity]:
        """Look an account up, and keep what came of it."""
        began = time.monotonic()
        try:
            identity, is_settled = yield from self._identify(name)
        except IdentityError as error:
            yield from self._note(name, error, began)
            raise
        now = self._options.clock()
        known = Known(identity, now, now + (FRESH if is_settled else SOON))
        yield from self._keep(identity.did, known, known.until, began, name)
        if identity.handle is not None:
            yield from self._keep(
                identity.handle, Alias(identity.did), known.until, began, name, identity.did
            )
        return identity

    def _note(self, name: str, error: IdentityError, began: float) -> Flow[None]:
        """Keep that a look-up failed."""
        now = self._options.clock()
        known = yield from self._load(name)
        if known is not None and isinstance(known.outcome, Identity):
            place = known.outcome.did
            if isinstance(error, IdentityFailedError):
                # What is there stays usable, and is looked up again before long.
                yield from self._keep(place, replace(known, due=now + SOON), known.until, began)
                return
            # No other name leads to it any more either.
            yield from self._cached(partial(self._options.cache.delete, place))
        yield from self._keep(name, Known(error, now, now + SOON), now + SOON, began)

    def _identify(self, name: str) -> Flow[tuple[Identity, bool]]:
        """The account of a name, and whether its handle is settled: that it leads elsewhere, or where it leads."""
        private = self._options.allow_private
        if not name.startswith("did:"):
            did = yield from self._did_of(name)
            document = yield from self._document(did)
            claimed = claimed_handle(document)
            if claimed != name:
                other = "no handle" if claimed is None else f"the handle {printable(claimed)}"
                raise IdentityMismatchError(
                    f"{name} leads to {did}, whose document names {other}", identifier=name
                )
            return Identity.of(document, name, allow_private=private), True
        document = yield from self._document(name)
        handle, is_settled = claimed_handle(document), True
        if handle is not None:
            try:
                if not is_possible_handle(handle) or (yield from self._did_of(handle)) != name:
                    handle = None
            except IdentityError as error:
                handle, is_settled = None, not isinstance(error, IdentityFailedError)
        return Identity.of(document, handle, allow_private=private), is_settled

    def _did_of(self, handle: str) -> Flow[str]:
        """The DID that a handle leads to."""
        if not is_possible_handle(handle):
            raise IdentityNotFoundError(
                f"{handle} is under a domain in which nobody has a handle", identifier=handle
            )
        name, url = f"_atproto.{handle}", f"https://{handle}/.well-known/atproto-did"
        texts, page = yield Race(LookUp(name), Fetch(url, _LARGEST_PAGE), _has_did)
        dids = _dids(texts)
        if len(dids) > 1:
            raise IdentityAmbiguousError(
                f"{handle}: {len(dids)} TXT records of {name} name a DID, where there must be one",
                identifier=handle,
            )
        if dids:
            if not is_valid_did(dids[0]):
                raise IdentityFailedError(
                    f"{handle}: the TXT record of {name} has no DID: {dids[0]!r:.100}",
                    identifier=handle,
                )
            return dids[0]
        did, trouble = _did_on(page)
        if did is not None:
            return did
        if isinstance(texts, DnsError):
            trouble = " and ".join(filter(None, (f"DNS failed ({texts})", trouble)))
        if trouble:
            # That of DNS alone is worth less.
            cause = page if isinstance(page, FetchError) else texts
            raise IdentityFailedError(
                f"Where {handle} leads couldn't be found out: {trouble}", identifier=handle
            ) from (cause if isinstance(cause, FetchError) else None)
        raise IdentityNotFoundError(
            f"{handle} is nobody's handle: {name} has no TXT record with a DID, and {url} has none either",
            identifier=handle,
        )

    def _document(self, did: str) -> Flow[dict[str, Any]]:
        options = self._options
        url = document_url(did, options.plc_url, allow_private=options.allow_private)
        try:
            page: Fetched = yield Fetch(url, _LARGEST_DOCUMENT, is_trusted=did.startswith("did:plc:"))
        except FetchError as error:
            if _is_absence(error) and not did.startswith("did:plc:"):
                raise IdentityNotFoundError(
                    f"{did}: there is no host of this name", identifier=did
                ) from error
            raise IdentityFailedError(
                f"The document of {did} can't be had: {error}", identifier=did
            ) from error
        if page.status in {404, 410}:
            said = "there is no such account" if page.status == 404 else "the account is no more"
            raise IdentityNotFoundError(f"{did}: {said} ({page.status} from {page.url})", identifier=did)
        if page.status != 200:
            raise IdentityFailedError(
                f"The document of {did} can't be had: {page.url} answers with {page.status}", identifier=did
            )
        try:
            document: object = parse_json(page.body)
        except JsonError:
            document = None
        if not is_object(document) or document.get("id") != did:
            raise IdentityFailedError(f"What is at {page.url} isn't the document of {did}", identifier=did)
        return document

    def _is_due(self, known: Known) -> bool:
        return self._options.clock() >= known.due

    def _load(self, name: str) -> Flow[Known | None]:
        """What is known under a name, where that may still be used."""
        found = yield from self._read(name)
        if not isinstance(found, Alias):
            return found
        known = yield from self._read(found.did)
        if isinstance(known, Known) and isinstance(known.outcome, Identity) and known.outcome.handle == name:
            return known
        return None

    def _read(self, name: str) -> Flow[Known | Alias | None]:
        text = yield from self._cached(partial(self._options.cache.load, name))
        return read_known(text, name, self._options.clock(), allow_private=self._options.allow_private)

    def _keep(self, name: str, known: Known | Alias, until: float, began: float, *others: str) -> Flow[None]:
        """Keep something under a name, unless that or one of the others has been purged since the look-up began."""
        if any(self._purged.get(each, 0.0) >= began for each in (name, *others)):
            return
        try:
            text = write_known(known)
        except InputError:
            # A document may hold what JSON can say and can't be written.
            return
        if len(text) <= LARGEST:
            yield from self._cached(
                partial(self._options.cache.save, name, text, max(until - self._options.clock(), 1))
            )

    def _cached(self, call: Callable[[], T]) -> Flow[T | None]:
        """Use the cache, whose failures cost a look-up and no more."""
        try:
            if isinstance(self._options.cache, MemoryIdentityCache):
                # It takes less time than to go to another thread.
                return call()
            result: T = yield Block(call)
        except Exception:
            _logger.exception("The cache of identities failed")
            return None
        return result


def _dids(texts: object) -> list[str]:
    """The DIDs in TXT records, unchecked."""
    found = cast("list[str]", texts) if isinstance(texts, list) else []
    return [text.removeprefix("did=") for text in found if text.startswith("did=")]


def _has_did(texts: object) -> bool:
    return bool(_dids(texts))


def _did_on(page: Fetched | FetchError | None) -> tuple[str | None, str]:
    """The DID on a page, or None with what went wrong, which is nothing where there just is none."""
    if isinstance(page, FetchError):
        return None, "" if _is_absence(page) else str(page)
    if page is None or page.status in {408, 425, 429} or page.status >= 500:
        return None, "" if page is None else f"{page.url} answers with {page.status}"
    lines = page.body.decode("ascii", "replace").splitlines() if page.status == 200 else []
    did = lines[0].strip() if lines else ""
    return (did if is_valid_did(did) else None), ""


def _is_absence(error: FetchError) -> bool:
    """Whether a failure shows that nothing is there: no such host, or a page that can't be the file."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, XrpcInvalidResponseError):
            return True
        if isinstance(cause, socket.gaierror):
            return cause.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
        # httpcore takes the cause away, and leaves the context.
        cause = cause.__cause__ or cause.__context__
    return False
