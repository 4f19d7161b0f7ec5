# Made from _async.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous resolver: the public class around the logic and its driver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from atlex.identity._cache import IdentityCache
from atlex.identity._flows import Logic, Options
from atlex.identity._identity import Identity
from atlex.identity._sync_driver import Driver

__all__ = ["IdentityResolver"]


class IdentityResolver:
    """Finds accounts by handle or DID, synchronously, and verifies them in both directions.

    A handle leads to a DID by a TXT record of ``_atproto.<handle>``, or by the file ``/.well-known/atproto-did`` at the
    handle's own host; both are asked for at the same time, and DNS counts. The DID leads to its document (did:plc in
    the PLC directory, did:web at its own host), and the document has to name the handle. Hosts that strangers name are
    asked as `atlex.fetch` does: at public addresses, within limits.

    What was found is kept for an hour. Then it is used for up to a day, while one look-up in the background brings
    it up to date; what failed is kept for two minutes. Look-ups of one name at the same time are one.

    ``resolve("alice.example.com")`` is the same as ``resolve.resolve("alice.example.com")``. Use it as a
    context manager, or close it. Any number of callers can share one.

    Args:
        cache: Keeps what was found: a ``FileIdentityCache``, a ``RedisIdentityCache``, or one of your own. None for
            memory (`MemoryIdentityCache`).
        plc_url: The URL of the PLC directory, which is trusted: it may be at a private address.
        nameservers: IP addresses of the DNS servers to ask; None for the system's.
        dns_port: Their port.
        timeout: Seconds that each step may take: DNS and https together, and the document.
        allow_private: True to find accounts at private addresses as well, and servers without TLS: for tests, and for
            networks of one's own.
        clock: Gives the time, in seconds since 1970, for tests. None for ``time.time``.

    Raises:
        InputError: dnspython isn't installed (``pip install 'atlex[identity]'``), or an argument can't be used.
    """

    def __init__(
        self,
        *,
        cache: IdentityCache | None = None,
        plc_url: str = "https://plc.directory",
        nameservers: Sequence[str] | None = None,
        dns_port: int = 53,
        timeout: float = 10.0,
        allow_private: bool = False,
        clock: Callable[[], float] | None = None,
    ) -> None:
        options = Options.of(
            cache=cache,
            plc_url=plc_url,
            nameservers=nameservers,
            dns_port=dns_port,
            timeout=timeout,
            allow_private=allow_private,
            clock=clock,
        )
        self._driver = Driver(options)
        self._logic = Logic(options)

    def resolve(self, identifier: str) -> Identity:
        """Find an account.

        Args:
            identifier: A handle, such as ``alice.example.com``, or a DID.

        Returns:
            The account. For a handle, its ``handle`` is that; for a DID it is None where the document's handle doesn't
            lead back to the DID.

        Raises:
            IdentityNotFoundError: There is no account of this name, or none any more.
            IdentityAmbiguousError: The handle has several TXT records that name a DID.
            IdentityMismatchError: The handle leads to a DID whose document names another one.
            IdentityFailedError: It couldn't be found out: the network failed, or what came is broken.
            InputError: It is neither a handle nor a DID.
        """
        return self._driver.run(self._logic.resolve(identifier))

    def __call__(self, identifier: str) -> Identity:
        """Do what `resolve` does."""
        return self.resolve(identifier)

    def refresh(self, identifier: str) -> Identity:
        """Find an account as it is now, whatever is known of it, and keep that.

        Args:
            identifier: A handle or a DID.

        Raises:
            IdentityError: As for `resolve`.
            InputError: It is neither a handle nor a DID.
        """
        return self._driver.run(self._logic.refresh(identifier))

    def purge(self, identifier: str) -> None:
        """Forget what is known of an account, under its handle and its DID: the next look-up asks the network.

        That is what an ``#identity`` event of a stream asks for.

        Args:
            identifier: A handle or a DID.

        Raises:
            InputError: It is neither a handle nor a DID.
        """
        self._driver.run(self._logic.purge(identifier))

    def close(self) -> None:
        """Close the connections that are open, and end look-ups in the background."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._driver.describe()}>"
