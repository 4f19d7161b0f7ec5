"""One fetch, without I/O: what may be visited, and where redirects lead."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

from atlex._agent import Headers, Request, Response
from atlex._connection import Hop
from atlex._http import Answer
from atlex._options import FLAG, TEXT, Kind, check_options, is_integer
from atlex._service_url import check_service_url, resolve_location
from atlex.errors import FetchError, FetchRefusedError, InputError, XrpcError, XrpcInvalidResponseError

__all__ = ["FETCHER_OPTIONS", "Fetched", "Visit"]

FETCHER_OPTIONS: Final = {
    "timeout": Kind(
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600,
        "a number of seconds above 0 and at most 3600",
    ),
    "allow_private": FLAG,
}
_OPTIONS: Final = {
    "max_bytes": Kind(lambda value: is_integer(value) and value > 0, "a whole number of bytes above 0"),
    "max_redirects": Kind(
        lambda value: is_integer(value) and 0 <= value <= 20, "a whole number from 0 to 20"
    ),
    "accept": TEXT,
    "allow_http": FLAG,
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST: Final = 4096
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)(?:#.*)?", re.DOTALL)
_UNSENDABLE: Final = re.compile(r"[^\x21-\x7e]")
# What a resolver may take for an IPv4 address in one of its many forms: 127.1, 0x7f000001, 2130706433.
_ADDRESS: Final = re.compile(r"\[.*|(.*\.)?([0-9]+|0x[0-9a-f]*)\.?")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought.

    Attributes:
        url: Where it came from, after all redirects.
        status: The HTTP status.
        headers: The headers; look-ups ignore case.
        body: The whole body, unpacked.
    """

    url: str
    status: int
    headers: Headers
    body: bytes = field(repr=False)


class Visit:
    """One fetch: where it is, and where it may go.

    Args:
        url: The URL to begin with.
        allow_private: Whether addresses for hosts, and ports, are allowed.
        **options: As for ``AsyncPublicFetcher.get()``.

    Attributes:
        hop: Where it is now.

    Raises:
        FetchRefusedError: The URL may not be fetched.
        InputError: An argument can't be used.
    """

    def __init__(self, url: str, *, allow_private: bool, **options: Any) -> None:
        check_options(options, _OPTIONS)
        self._options = options
        self._allow_private = allow_private
        self._left = options["max_redirects"]
        if not isinstance(cast("object", url), str):
            raise InputError(f"url must be a str, not {type(url).__name__}")
        found = _URL.fullmatch(url.strip()) if len(url) <= _LONGEST else None
        if found is None:
            raise FetchRefusedError("This isn't the URL of a page")
        target = _UNSENDABLE.sub(lambda each: quote(each[0], errors="replace"), found[3])
        headers = Headers({} if options["accept"] is None else {"accept": options["accept"]})
        self.hop = Hop(
            self._origin(f"{found[1]}://{found[2]}"),
            target if target.startswith("/") else f"/{target}",
            headers,
            is_trusted=False,
        )

    def request(self, seconds: float) -> Request:
        """The request, with the moment by which all has to be there."""
        return Request(
            method="GET",
            nsid="fetch",
            headers=self.hop.headers,
            timeout=None,
            deadline=time.monotonic() + seconds,
            max_response_size=self._options["max_bytes"],
        )

    def follow(self, _: Request, hop: Hop, answer: Answer) -> Hop | None:
        """Where an answer leads, or None where it is what was looked for.

        Raises:
            FetchRefusedError: It leads where one may not go.
            FetchError: There have been too many redirects.
        """
        location = next((value for name, value in answer.headers if name.lower() == b"location"), None)
        if answer.status not in _REDIRECTS or location is None:
            return None
        if not self._left:
            raise FetchError(f"{_host(hop)} redirects more than {self._options['max_redirects']} times")
        self._left -= 1
        place, target = resolve_location(hop.origin, hop.target, location[: _LONGEST + 1])
        if len(target) > _LONGEST:
            raise FetchRefusedError(f"{_host(hop)} redirects to a URL of more than {_LONGEST} characters")
        try:
            self.hop = hop._replace(origin=self._origin(place), target=target)
        except FetchRefusedError as error:
            raise FetchRefusedError(f"{_host(hop)} redirects to where one may not go: {error}") from error
        return self.hop

    def failure(self, error: XrpcError) -> FetchError:
        """The error for what the connection raised."""
        if isinstance(error, XrpcInvalidResponseError):
            # What stands behind the colon speaks of the options of calls.
            return FetchError(f"{_host(self.hop)}: {error.message.partition(':')[0]}")
        return FetchError(error.message)

    def fetched(self, response: Response) -> Fetched:
        """What came in the end."""
        return Fetched(self.hop.origin + self.hop.target, response.status, response.headers, response.content)

    def _origin(self, place: str) -> str:
        """Scheme, host and port of a URL in their one form, checked."""
        try:
            origin = check_service_url(place)
        except InputError:
            raise FetchRefusedError("This isn't the URL of a page") from None
        parts = urlsplit(origin)
        if parts.scheme == "http" and not self._options["allow_http"]:
            raise FetchRefusedError(
                f"{parts.netloc} would be asked without TLS: the URL must begin with https://"
            )
        if self._allow_private:
            return origin
        if _ADDRESS.fullmatch(parts.netloc):
            raise FetchRefusedError("The URL has an IP address in the place of a host's name")
        if parts.port is not None:
            raise FetchRefusedError(f"{parts.hostname} would be asked at a port of its own ({parts.port})")
        return origin


def _host(hop: Hop) -> str:
    return urlsplit(hop.origin).netloc
