"""The URL of a service: what is accepted, and its one form."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from atlex.errors import InputError

__all__ = ["check_service_url"]

# urlsplit drops some of these without a word.
_REFUSED: Final = re.compile(r"[\x00-\x20\x7f\\?#]")


@lru_cache(maxsize=64)
def check_service_url(service: str) -> str:
    """Check the URL of a service.

    Args:
        service: An http or https URL with a host and without user name, password, query string and fragment. A path
            is a prefix of every call's path.

    Returns:
        The URL without a slash at its end.

    Raises:
        InputError: The text isn't such a URL. The message doesn't show it, since it may hold a password.
    """
    try:
        parts = urlsplit(service)
        port = parts.port
    except ValueError:
        raise InputError("The service URL has no valid host and port") from None
    if "@" in parts.netloc:
        raise InputError("The service URL may not hold a user name or a password")
    if parts.scheme not in {"http", "https"}:
        raise InputError("The service must be an http or https URL, such as https://bsky.social")
    if not parts.hostname or port == 0:
        raise InputError("The service URL has no valid host and port")
    if _REFUSED.search(service):
        raise InputError("The service URL may not hold spaces, control characters, backslashes, '?' or '#'")
    return service.rstrip("/")
