"""The URLs that a session meets: services, the PDS of a DID document, the login URL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final, NamedTuple, cast
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from atlex._service_url import origin_of
from atlex.errors import InputError

__all__ = ["LoginUrl", "extract_pds_endpoint", "is_safe_pds", "parse_login_url", "pds_origin"]

_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_LONGEST: Final = 2048


class LoginUrl(NamedTuple):
    """The parts of a login URL, percent-decoded."""

    service: str
    identifier: str
    password: str

    def __repr__(self) -> str:
        return f"<LoginUrl of {self.service}>"


def _split(url: str) -> SplitResult | None:
    """An http or https URL in its parts, or None for anything else."""
    if len(url) > _LONGEST or _UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and origin_of(parts)
    except ValueError:
        return None
    return parts if usable else None


def pds_origin(did_doc: object) -> str | None:
    """Scheme, host and port of the account's PDS, or None where `extract_pds_endpoint` finds none."""
    endpoint = extract_pds_endpoint(did_doc)
    return None if endpoint is None else origin_of(urlsplit(endpoint))


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


def extract_pds_endpoint(did_doc: object) -> str | None:
    """Find the account's PDS in its DID document.

    It is the ``serviceEndpoint`` of the first service whose ``id`` ends with ``#atproto_pds``; no second one
    is tried (https://atproto.com/specs/did).

    Args:
        did_doc: A DID document as parsed JSON; anything at all may be given.

    Returns:
        The endpoint as it stands in the document, or None where there is none, it isn't an http or https URL,
        or it has a user name or a password in it.
    """
    services = _get(did_doc, "service")
    if not isinstance(services, list | tuple):
        return None
    for service in cast("list[object]", services):
        name = _get(service, "id")
        if isinstance(name, str) and name.endswith("#atproto_pds"):
            endpoint = _get(service, "serviceEndpoint")
            parts = _split(endpoint) if isinstance(endpoint, str) else None
            # A URL with an @ may look like one host and name another.
            return None if parts is None or "@" in parts.netloc else cast("str", endpoint)
    return None


def _get(value: object, key: str) -> object:
    return cast("Mapping[str, Any]", value).get(key) if isinstance(value, Mapping) else None


def parse_login_url(url: str) -> LoginUrl:
    """Take a login URL apart: ``https://<identifier>:<password>@<host>[:<port>]/``.

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
    parts = _split(url.strip()) if isinstance(url, str) else None
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
    return LoginUrl(cast("str", origin_of(parts)), identifier, password)


def _decode(text: str) -> str | None:
    raw = unquote_to_bytes(text)
    decoded = raw.decode(errors="replace")
    return decoded if decoded.encode() == raw else None
