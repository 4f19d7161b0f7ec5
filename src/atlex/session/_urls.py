"""The URLs that a session meets: services and the login URL."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from atlex._did_document import split_url
from atlex._service_url import origin_of
from atlex.errors import InputError

__all__ = ["LoginUrl", "is_safe_pds", "parse_login_url"]


_NO_HOST: Final = re.compile(r"https://[^/?#@]*@/?")


class LoginUrl(NamedTuple):
    """The parts of a login URL, percent-decoded."""

    service: str | None
    identifier: str
    password: str

    def __repr__(self) -> str:
        return f"<LoginUrl of {self.service or 'a server to be found'}>"


def is_safe_pds(origin: str, service: str) -> bool:
    """Whether a DID document may have an account's tokens sent to an origin.

    A DID document is whatever a server says it is. It may send tokens anywhere over TLS; in clear only where
    the user works on their own machine, that is, logs in at a service there.
    """
    return origin.startswith("https://") or _is_loopback(service)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def parse_login_url(url: str) -> LoginUrl:
    """Take a login URL apart: ``https://<identifier>:<password>@[<host>[:<port>]]/``. Without a host it has no service.

    Identifier and password are percent-decoded, so ``alice%40example.com`` is an e-mail address.

    Raises:
        InputError: It isn't a URL, misses a part, or has one too many. The message never quotes it.
    """
    found = _parse_login_url(url)
    # Tracebacks may be printed with the variables of their frames.
    del url
    if isinstance(found, str):
        raise InputError(found)
    return found


def _parse_login_url(url: object) -> LoginUrl | str:
    """The parts, or the sentence that says what is wrong."""
    text = url.strip() if isinstance(url, str) else ""
    is_hostless = _NO_HOST.fullmatch(text) is not None
    # Any host will do, and is dropped again.
    parts = split_url(text.rstrip("/") + "localhost" if is_hostless else text)
    if parts is None:
        return "Invalid URL"
    if parts.path not in {"", "/"}:
        return "Invalid login URL: unexpected pathname"
    if parts.fragment:
        return "Invalid login URL: unexpected hash"
    if parts.query:
        return "Invalid login URL: unexpected search parameters"
    if not parts.username or not parts.password:
        return "Invalid login URL: missing identifier or password"
    identifier, password = _decode(parts.username), _decode(parts.password)
    if identifier is None or password is None:
        return "Invalid login URL: identifier or password isn't UTF-8"
    return LoginUrl(None if is_hostless else origin_of(parts), identifier, password)


def _decode(text: str) -> str | None:
    raw = unquote_to_bytes(text)
    decoded = raw.decode(errors="replace")
    return decoded if decoded.encode() == raw else None
