"""TXT records by DNS: the only module that imports dnspython, and only when a name is looked up."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from ipaddress import ip_address
from typing import Any

from atlex._home import trio_token
from atlex.errors import InputError
from atlex.identity._effects import DnsError

__all__ = ["Dns"]


class Dns:
    """Asks for TXT records.

    Args:
        nameservers: IP addresses of the servers to ask; None for those of the system.
        port: Their port.
        timeout: Seconds that one query may take, with all of its tries.

    Raises:
        InputError: dnspython isn't installed, or an argument can't be used.
    """

    def __init__(self, nameservers: Sequence[str] | None, port: int, timeout: float) -> None:
        from importlib.util import find_spec

        if find_spec("dns") is None:
            raise InputError("Looking accounts up needs an extra: pip install 'atlex[identity]'")
        if isinstance(nameservers, str) or not all(map(_is_address, nameservers or ())):
            raise InputError("nameservers must be a list of IP addresses, or None for the system's")
        self._nameservers = None if nameservers is None else list(nameservers)
        self._port = port
        self._timeout = timeout

    def texts(self, name: str) -> list[str]:
        """The texts of a name's TXT records, each in one piece; none where there is no such name, or it has none.

        Raises:
            DnsError: The servers didn't answer, or said that they can't.
        """
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            resolver: Any = self._resolver(dns.resolver.Resolver)
            return _texts(resolver.resolve(name, **self._question))
        except (dns.name.NameTooLong, dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return []
        except (dns.exception.DNSException, OSError, EOFError) as error:
            raise DnsError(_reason(error)) from error

    async def texts_async(self, name: str) -> list[str]:
        """Do what `texts` does, asynchronously."""
        if "dns.asyncresolver" not in sys.modules:
            from anyio import to_thread

            # It takes long enough for other tasks to notice.
            await to_thread.run_sync(import_module, "dns.asyncresolver")
        import dns.asyncbackend
        import dns.asyncresolver
        import dns.exception
        import dns.name
        import dns.resolver

        # dnspython keeps the first event loop's kind for all others.
        backend = dns.asyncbackend.get_backend("asyncio" if trio_token() is None else "trio")
        try:
            resolver: Any = self._resolver(dns.asyncresolver.Resolver)
            return _texts(await resolver.resolve(name, **self._question, backend=backend))
        except (dns.name.NameTooLong, dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return []
        except (dns.exception.DNSException, OSError, EOFError) as error:
            raise DnsError(_reason(error)) from error

    def _resolver(self, kind: Any) -> Any:
        resolver = kind(configure=self._nameservers is None)
        if self._nameservers is not None:
            resolver.nameservers = self._nameservers
        resolver.port = self._port
        return resolver

    @property
    def _question(self) -> dict[str, Any]:
        return {"rdtype": "TXT", "lifetime": self._timeout, "search": False, "raise_on_no_answer": False}


def _texts(answer: Any) -> list[str]:
    # A record of more than 255 bytes comes in several strings.
    return [b"".join(record.strings).decode(errors="replace") for record in answer.rrset or ()]


def _reason(error: BaseException) -> str:
    from atlex._printable import printable

    # The first sentence: what follows lists every try.
    return printable(str(error).partition(": ")[0] or type(error).__name__)[:200].rstrip(".")


def _is_address(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(str(ip_address(value)))
    except ValueError:
        return False
