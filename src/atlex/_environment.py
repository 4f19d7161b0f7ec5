"""What the environment says of proxies and certificates: one reading for every carrier.

The libraries read it each in their own way, and what they can't use they report as whatever came up.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from atlex._files import reason_of
from atlex.errors import InputError

__all__ = ["Proxy", "environment_proxies", "proxy_for", "tls_context"]

_SYSTEM_HAS_PROXIES: Final = sys.platform in {"darwin", "win32"}
"""Whether proxies can be set elsewhere than in the environment."""

_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
_HOST_AND_PORT: Final = re.compile(r"\[?(.*?)\]?(?::(\d+))?")


class Proxy(NamedTuple):
    """A proxy.

    Attributes:
        scheme: ``http``, ``https``, ``socks5`` or ``socks5h``.
        host: Its host, an IPv6 address without brackets.
        port: Its port.
        credentials: User name and password, or None for none.
        setting: Where it is from, for a message.
    """

    scheme: str
    host: str
    port: int
    credentials: tuple[str, str] | None
    setting: str

    @property
    def place(self) -> str:
        """Host and port, for a message: what else there is may be a secret."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def environment_proxies() -> dict[str, str]:
    """The URLs of proxies by scheme, ``http``, ``https`` and ``all``, with the hosts that go without as ``no``."""
    if not _SYSTEM_HAS_PROXIES and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    # Loads http.client and email with it.
    from urllib.request import getproxies

    return {
        scheme: url
        for scheme, url in getproxies().items()
        if url and scheme in {"http", "https", "all", "no"}
    }


def proxy_for(origin: str, proxies: dict[str, str]) -> Proxy | None:
    """The proxy for an origin, or None for none.

    Args:
        origin: Scheme, host and port, in their one form.
        proxies: What `environment_proxies` gave.

    Raises:
        InputError: The setting that applies can't be used. The message names its variable.
    """
    scheme, _, place = origin.partition("://")
    kind = scheme if scheme in proxies else "all"
    url = proxies.get(kind)
    if url is None or _goes_without(place, proxies.get("no", "")):
        return None
    name = next((name for name in (f"{kind}_proxy", f"{kind}_proxy".upper()) if name in os.environ), None)
    setting = f"{name}, in the environment," if name else f"The system's proxy for {scheme}"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = None
    if parts is None or not host:
        raise InputError(f"{setting} isn't the URL of a proxy")
    if parts.scheme not in _SCHEMES:
        raise InputError(f"{setting} names a kind of proxy that can't be used: {parts.scheme[:20]!r}")
    if port is None:
        port = 1080 if parts.scheme.startswith("socks") else 443 if parts.scheme == "https" else 80
    user = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    return Proxy(parts.scheme, host, port, user, setting)


def _goes_without(place: str, entries: str) -> bool:
    """Whether ``NO_PROXY`` has an entry for a host, which may have a port."""
    host, port = _split(place)
    return any(_fits(entry, host, port) for entry in re.split(r"[,\s]+", entries.lower()) if entry)


def _split(place: str) -> tuple[str, str | None]:
    """Host and port; an IPv6 address may come without brackets, if it comes without a port."""
    if place.count(":") > 1 and not place.startswith("["):
        return place, None
    found = _HOST_AND_PORT.fullmatch(place)
    return (found[1], found[2]) if found else (place, None)


def _fits(entry: str, host: str, port: str | None) -> bool:
    if entry == "*":
        return True
    entry = entry.rpartition("://")[2]
    with suppress(ValueError):
        network = entry.removeprefix("[").removesuffix("]").replace("]/", "/")
        return ip_address(host) in ip_network(network, strict=False)
    name, only = _split(entry)
    if only is not None and only != port:
        return False
    name = name.removeprefix("*").lstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def tls_context() -> ssl.SSLContext:
    """The certificates of authorities: those of ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, else certifi's.

    Raises:
        InputError: They can't be loaded. The message names the variables.
    """
    given = tuple((name, os.environ[name]) for name in _CERTIFICATES if os.environ.get(name))
    return _tls_context(given)


@lru_cache(maxsize=4)
def _tls_context(given: tuple[tuple[str, str], ...]) -> ssl.SSLContext:
    settings = dict(given)
    file, folder = settings.get("SSL_CERT_FILE"), settings.get("SSL_CERT_DIR")
    if file is None and folder is None:
        import certifi

        file = certifi.where()
    try:
        if file is None:
            for path in (folder or "").split(os.pathsep):
                # OpenSSL would say nothing of one that isn't there.
                os.scandir(path).close()
        context = ssl.create_default_context(cafile=file, capath=None if file else folder)
    except OSError as error:
        names = ", ".join(f"{name}={value!r}" for name, value in given)
        raise InputError(
            f"The environment's settings for TLS can't be used ({names}): {reason_of(error)}"
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context
