"""The string formats once more, read character by character and without a regular expression.

Slow and plain on purpose, so that it can be checked against the specifications by eye: the tests compare its verdicts
with those of the package.
"""

from __future__ import annotations

import base64
import calendar
import string
from collections.abc import Callable

ALPHA = set(string.ascii_letters)
DIGITS = set(string.digits)
ALNUM = ALPHA | DIGITS


def _only(text: str, allowed: set[str]) -> bool:
    return all(character in allowed for character in text)


def _is_label(text: str) -> bool:
    return 1 <= len(text) <= 63 and _only(text, ALNUM | {"-"}) and text[0] != "-" and text[-1] != "-"


def did(text: str) -> bool:
    parts = text.split(":", 2)
    return (
        len(text) <= 2048
        and len(parts) == 3
        and parts[0] == "did"
        and parts[1] != ""
        and _only(parts[1], set(string.ascii_lowercase))
        and parts[2] != ""
        and _only(parts[2], ALNUM | set("._:%-"))
        and parts[2][-1] not in ":%"
    )


def handle(text: str) -> bool:
    labels = text.split(".")
    return len(text) <= 253 and len(labels) >= 2 and all(map(_is_label, labels)) and labels[-1][0] in ALPHA


def at_identifier(text: str) -> bool:
    return did(text) if text.startswith("did:") else handle(text)


def nsid(text: str) -> bool:
    *domain, name = text.split(".")
    return (
        len(text) <= 317
        and len(domain) >= 2
        and all(map(_is_label, domain))
        and domain[0][0] in ALPHA
        and 1 <= len(name) <= 63
        and _only(name, ALNUM)
        and name[0] in ALPHA
    )


def record_key(text: str) -> bool:
    return 1 <= len(text) <= 512 and _only(text, ALNUM | set("_~.:-")) and text not in {".", ".."}


def tid(text: str) -> bool:
    return len(text) == 13 and _only(text, set("234567" + string.ascii_lowercase)) and text[0] < "k"


def _fragment(text: str) -> bool:
    if not text.startswith("/") or not _only(text, ALNUM | set("._~:@!$&'()*+,;=%/[]-")):
        return False
    first, *escaped = text.split("%")
    written = bytearray(first, "ascii")
    for part in escaped:
        if len(part) < 2 or not _only(part[:2], set(string.hexdigits)):
            return False
        written.append(int(part[:2], 16))
        written += part[2:].encode()
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return True


def at_uri(text: str) -> bool:
    if len(text) > 8192 or not text.startswith("at://"):
        return False
    rest, sharp, fragment = text[5:].partition("#")
    if sharp and not _fragment(fragment):
        return False
    checks = [at_identifier, nsid, record_key]
    parts = rest.split("/")
    return len(parts) <= 3 and all(check(part) for check, part in zip(checks, parts, strict=False))


def _varint(data: list[int]) -> int | None:
    """Takes a varint off the front; None where it isn't one, or not the shortest, or longer than 9 bytes."""
    taken: list[int] = []
    while data:
        taken.append(data.pop(0))
        if taken[-1] < 128:
            break
    else:
        return None
    if len(taken) > 9 or (len(taken) > 1 and taken[-1] == 0):
        return None
    return sum((byte & 127) << 7 * index for index, byte in enumerate(taken))


def cid(text: str) -> bool:
    base32 = set(string.ascii_lowercase + "234567")
    if not text.startswith("b") or len(text) == 1 or not _only(text, base32):
        return False
    body = text[1:].upper()
    try:
        binary = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        return False
    if base64.b32encode(binary).rstrip(b"=").decode() != body:
        return False
    data = list(binary)
    header = [_varint(data) for _ in range(4)]
    return header[0] == 1 and None not in header and header[3] == len(data)


def datetime(text: str) -> bool:
    if len(text) > 64 or len(text) < 20:
        return False
    shape = "".join("0" if character in DIGITS else character for character in text)
    date_time, rest, zone = shape[:19], shape[19:-1], shape[-1]
    if zone != "Z":
        rest, zone = shape[19:-6], shape[-6:]
    if date_time != "0000-00-00T00:00:00" or zone not in {"Z", "+00:00", "-00:00"}:
        return False
    if rest and not (rest[0] == "." and len(rest) > 1 and set(rest[1:]) == {"0"}):
        return False
    if zone != "Z" and (
        text.endswith("-00:00") or int(text[-5:-3]) not in range(24) or int(text[-2:]) not in range(60)
    ):
        return False
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    offset = 0 if zone == "Z" else int(text[-6] + text[-5:-3]) * 60 + int(text[-6] + text[-2:])
    minutes = hour * 60 + minute - offset
    if (text[:10] == "0000-01-01" and minutes < 0) or (text[:10] == "9999-12-31" and minutes >= 1440):
        return False
    # The calendar repeats after 400 years, and Python's has no year 0.
    return (
        month in range(1, 13)
        and day in range(1, calendar.monthrange(year + 400, month)[1] + 1)
        and hour in range(24)
        and minute in range(60)
        and second in range(60)
    )


IRREGULAR = (
    "en-GB-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao i-tay i-tsu "
    "sgn-BE-FR sgn-BE-NL sgn-CH-DE art-lojban cel-gaulish no-bok no-nyn zh-guoyu zh-hakka zh-min zh-min-nan zh-xiang"
)


def language(text: str) -> bool:
    if text in IRREGULAR.split():
        return True
    tags = text.split("-")
    if not all(1 <= len(tag) <= 8 and _only(tag, ALNUM) for tag in tags):
        return False
    if "x" in (lower := [tag.lower() for tag in tags]):
        at = lower.index("x")
        if at + 1 == len(tags):
            return False
        if at == 0:
            return True
        tags = tags[:at]
    first = tags.pop(0)
    if len(first) not in {2, 3} or not _only(first, set(string.ascii_lowercase)):
        return False

    def take(wanted: Callable[[str], bool], at_most: int) -> list[str]:
        taken: list[str] = []
        while tags and len(taken) < at_most and wanted(tags[0]):
            taken.append(tags.pop(0).lower())
        return taken

    take(lambda tag: len(tag) == 3 and _only(tag, ALPHA), 3)
    take(lambda tag: len(tag) == 4 and _only(tag, ALPHA), 1)
    take(lambda tag: (len(tag) == 2 and _only(tag, ALPHA)) or (len(tag) == 3 and _only(tag, DIGITS)), 1)
    variants = take(lambda tag: len(tag) >= 5 or (len(tag) == 4 and tag[0] in DIGITS), len(tags))
    singletons: list[str] = []
    while tags:
        found = take(lambda tag: len(tag) == 1, 1)
        if not found or not take(lambda tag: len(tag) >= 2, len(tags)):
            return False
        singletons += found
    return len(set(variants)) == len(variants) and len(set(singletons)) == len(singletons)


def uri(text: str) -> bool:
    scheme, colon, rest = text.partition(":")
    return (
        len(text.encode("utf-8", "surrogatepass")) <= 8192
        and scheme != ""
        and scheme[0] in ALPHA
        and _only(scheme, ALNUM | set("+-."))
        and colon != ""
        and rest not in {"", "//"}
        and not any(
            character.isspace()
            or ord(character) < 32
            or ord(character) == 127
            or character == "\ufeff"
            or "\ud800" <= character <= "\udfff"
            for character in rest
        )
    )


BY_HAND: dict[str, Callable[[str], bool]] = {
    "at-identifier": at_identifier,
    "at-uri": at_uri,
    "cid": cid,
    "datetime": datetime,
    "did": did,
    "handle": handle,
    "language": language,
    "nsid": nsid,
    "record-key": record_key,
    "tid": tid,
    "uri": uri,
}
