"""What a DID document says of an account: its PDS, its handle, its signing key (https://atproto.com/specs/did).

A document is whatever its owner wrote: every part may be missing, or of another type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import SplitResult, urlsplit

from atlex._service_url import origin_of

__all__ = ["claimed_handle", "extract_pds_endpoint", "pds_origin", "signing_key", "split_url"]

_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_LONGEST: Final = 2048
_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# The types of keys before Multikey, with the multicodec prefix of their curves.
_OLDER_KINDS: Final = {
    "EcdsaSecp256k1VerificationKey2019": b"\xe7\x01",
    "EcdsaSecp256r1VerificationKey2019": b"\x80\x24",
}
_UNCOMPRESSED: Final = 4
_POINT_LENGTH: Final = 65
_MULTIBASE: Final = re.compile(r"z[1-9A-HJ-NP-Za-km-z]{1,200}")


def split_url(url: str) -> SplitResult | None:
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
    for service in _each(did_doc, "service"):
        name = _get(service, "id")
        if isinstance(name, str) and name.endswith("#atproto_pds"):
            endpoint = _get(service, "serviceEndpoint")
            parts = split_url(endpoint) if isinstance(endpoint, str) else None
            # A URL with an @ may look like one host and name another.
            return None if parts is None or "@" in parts.netloc else cast("str", endpoint)
    return None


def claimed_handle(did_doc: object) -> str | None:
    """The handle that a DID document claims, in lower case and not checked in any way; None for none.

    It is the first ``at://`` URI of ``alsoKnownAs``; no second one is tried.
    """
    for name in _each(did_doc, "alsoKnownAs"):
        if isinstance(name, str) and name.startswith("at://"):
            return name.removeprefix("at://").lower()
    return None


def signing_key(did_doc: object) -> str | None:
    """The key that the account's repository is signed with, as a ``did:key``; None for none, or one in another form.

    It is the first verification method whose ``id`` ends with ``#atproto``: a ``Multikey``, or one of the two older
    types, whose points aren't compressed.
    """
    for method in _each(did_doc, "verificationMethod"):
        name = _get(method, "id")
        if isinstance(name, str) and name.endswith("#atproto"):
            return _did_key(_get(method, "type"), _get(method, "publicKeyMultibase"))
    return None


def _did_key(kind: object, key: object) -> str | None:
    if not isinstance(key, str) or not _MULTIBASE.fullmatch(key):
        return None
    if kind == "Multikey":
        return f"did:key:{key}"
    curve = _OLDER_KINDS.get(kind) if isinstance(kind, str) else None
    point = _base58_decoded(key[1:])
    if curve is None or len(point) != _POINT_LENGTH or point[0] != _UNCOMPRESSED:
        return None
    # Of y a compressed point has only whether it is odd.
    compressed = bytes([2 + point[-1] % 2]) + point[1:33]
    return f"did:key:z{_base58(curve + compressed)}"


def _base58_decoded(text: str) -> bytes:
    number = 0
    for char in text:
        number = number * 58 + _ALPHABET.index(char)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base58(data: bytes) -> str:
    """The base58 of bytes that don't begin with zero."""
    number = int.from_bytes(data, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return text


def _each(value: object, key: str) -> Iterator[object]:
    found = _get(value, key)
    return iter(cast("list[object]", found) if isinstance(found, list | tuple) else ())


def _get(value: object, key: str) -> object:
    return cast("Mapping[str, Any]", value).get(key) if isinstance(value, Mapping) else None
