"""The URL of a service: what is accepted, and its one form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import ip_address
from typing import Final, cast
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from atlex.errors import InputError

__all__ = ["check_service_url", "origin_of", "resolve_location"]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# urlsplit drops some of these without a word.
_REFUSED: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\?#\ud800-\udfff]")
# The path of calls, or of one call.
_XRPC: Final = re.compile(r"/xrpc(?:/[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){2,})?/*\Z")
_LONGEST_LABEL: Final = 63
_UNSENDABLE: Final = re.compile(r"[^\x21-\x7e]")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ABSOLUTE: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^/?]*)(.*)")


def check_service_url(service: str) -> str:
    """Check the URL of a service.

    Args:
        service: An http or https URL with a host and without user name, password, query string and fragment.
            A path is a prefix of every call's path, and doesn't end in that (``/xrpc``).

    Returns:
        The URL in the form that all its spellings have in common: scheme and host in lower case, the host in
        ASCII (IDNA), an IPv6 address in its short form, no default port, and no slash at the end.

    Raises:
        InputError: The value isn't such a URL. The message doesn't show it, since it may hold a password.
    """
    if not isinstance(cast("object", service), str):
        raise InputError("The service must be a str: an http or https URL, such as https://bsky.social")
    return _checked(service)


@lru_cache(maxsize=64)
def _checked(service: str) -> str:
    try:
        parts = urlsplit(service)
        port = parts.port
    except ValueError:
        raise InputError("The service URL has no valid host and port") from None
    if "@" in parts.netloc:
        raise InputError("The service URL may not hold a user name or a password")
    if parts.scheme not in _DEFAULT_PORTS:
        raise InputError("The service must be an http or https URL, such as https://bsky.social")
    if not parts.hostname or port == 0:
        raise InputError("The service URL has no valid host and port")
    if _REFUSED.search(service):
        raise InputError("The service URL may not hold spaces, control characters, backslashes, '?' or '#'")
    if _XRPC.search(parts.path):
        raise InputError(
            "The service URL must end before /xrpc, which calls add themselves, as https://bsky.social does"
        )
    origin = origin_of(parts)
    if origin is None:
        raise InputError("The service URL has no valid host and port")
    return (origin + parts.path).rstrip("/")


def origin_of(parts: SplitResult) -> str | None:
    """Scheme, host and port of an http or https URL, in their one form; None where the host can't be one."""
    host = _host(parts.hostname or "")
    if host is None:
        return None
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def resolve_location(origin: str, target: str, location: bytes) -> tuple[str, str]:
    """Find out where a ``Location`` header leads.

    Args:
        origin: Scheme, host and port of the request.
        target: Its path and query string.
        location: The header's value.

    Returns:
        Scheme, host and port, unchecked, and path and query string as the server wrote them, since a signature may be of
        just that text. What can't stand in a request is percent-encoded.
    """
    text = location.decode("latin-1").strip().partition("#")[0]
    text = _UNSENDABLE.sub(lambda found: quote(found[0].encode("latin-1")), text)
    if text.startswith("//"):
        text = f"{origin.partition(':')[0]}:{text}"
    if found := _ABSOLUTE.fullmatch(text):
        rest = found[2]
        return found[1], rest if rest.startswith("/") else f"/{rest}"
    if _SCHEME.match(text):
        # Nothing that HTTP can follow: mailto:, or https: without a host.
        return text, ""
    if text.startswith("/"):
        return origin, text
    if text.startswith("?"):
        return origin, target.partition("?")[0] + text
    return origin, urljoin(origin + target, text).removeprefix(origin)


def _host(host: str) -> str | None:
    if ":" in host:
        try:
            return f"[{ip_address(host).compressed}]"
        except ValueError:
            return None
    if host.isascii():
        # Nobody unescapes a name before it is looked up.
        return None if "%" in host else host.lower()
    # Browsers fold characters before they write a label in ASCII (UTS 46); `ß` stays one of its own (IDNA
    # 2008).
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", host).lower())
    labels = folded.replace("。", ".").split(".")
    written = [label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels]
    if any(len(label) > _LONGEST_LABEL or _REFUSED.search(label) for label in written):
        return None
    return ".".join(written)
