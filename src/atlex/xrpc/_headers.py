"""The headers by which a call is passed on and labelled, as functions from headers to headers.

Source: https://atproto.com/specs/xrpc#service-proxying and https://atproto.com/specs/label
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from atlex._agent import Headers
from atlex.errors import InputError

__all__ = ["PROXY_HEADER", "with_labelers", "with_proxy"]

PROXY_HEADER: Final = "atproto-proxy"
"""The header that names the service to pass a call on to."""
_LABELERS: Final = "atproto-accept-labelers"
_DID: Final = r"did:[a-z]+:[A-Za-z0-9._:%-]+"
_SERVICE: Final = re.compile(rf"{_DID}#[A-Za-z0-9._~-]+")
_LABELER: Final = re.compile(rf"{_DID}(?: *; *[A-Za-z0-9=_-]+)*")


def with_proxy(headers: Mapping[str, str], proxy: str | None) -> Headers:
    """Have the server pass the call on to another service.

    Args:
        headers: The headers so far.
        proxy: The service's DID, ``#``, and the ID of its entry in the DID document:
            ``did:web:api.bsky.chat#bsky_chat``. None takes the header away.

    Raises:
        InputError: The text doesn't name a service in that way.
    """
    others = {name: value for name, value in Headers(headers).items() if name != PROXY_HEADER}
    if proxy is None:
        return Headers(others)
    if not _SERVICE.fullmatch(proxy):
        raise InputError(
            f"proxy: {proxy!r} isn't a DID and a service's ID, such as 'did:web:api.bsky.chat#bsky_chat'"
        )
    return Headers({**others, PROXY_HEADER: proxy})


def with_labelers(
    headers: Mapping[str, str], labelers: Iterable[str] | None, *, redact: Iterable[str] = ()
) -> Headers:
    """Name the labelers whose labels are wanted.

    Args:
        headers: The headers so far.
        labelers: The labelers' DIDs, put before those that the headers name already. None drops the latter.
        redact: DIDs of labelers that come first, and whose takedowns the server is asked to obey (``;redact``).

    Returns:
        Headers that name each labeler once; without the header where there is none to name.

    Raises:
        InputError: One of them isn't a DID.
    """
    given = Headers(headers)
    others = {name: value for name, value in given.items() if name != _LABELERS}
    named = [*(f"{did};redact" for did in redact), *(labelers or ())]
    for labeler in named:
        if not _LABELER.fullmatch(labeler):
            raise InputError(f"labelers: {labeler!r} isn't the DID of a labeler")
    if labelers is not None:
        named += [entry.strip() for entry in given.get(_LABELERS, "").split(",") if entry.strip()]
    return Headers({**others, _LABELERS: ", ".join(dict.fromkeys(named))} if named else others)
