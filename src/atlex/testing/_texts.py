"""Strategies for strings: texts with every corner of Unicode, and one for each string format.

Nearly every strategy here is one draw, an index or a number that is turned into text: a value of the official
documents has dozens of strings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import prod
from typing import Final, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from atlex.data import cid_for
from atlex.lexicon import String
from atlex.syntax import Cid, count_graphemes, exceeds_graphemes, is_valid_format, utf8_length

__all__ = ["TEXTS", "any_text", "formatted", "raw_cids", "strings"]

_T = TypeVar("_T")

TEXTS: Final = (
    "",
    "hello",
    "a b",
    " ",
    "\n",
    "\r\n",
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "\x7f\x85",
    '"\\/',
    "null",
    "NaN",
    "-Infinity",
    "</script>&amp;",
    "$type",
    "{}",
    "\ufeffmarked",
    "\u00e9",
    "e\u0301",
    "\u1100\u1161\u11a8",
    "\u200b\u00ad",
    "\u200d",
    "\u0301",
    "\u2028\u2029",
    "\u202etxet",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\u0e19\u0e49\u0e33",
    "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\u65e5\u672c\u8a9e",
    "\U0001f600",
    "\U0001f44d\U0001f3fd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f1e9\U0001f1ea\U0001f1eb",
    "\u2764\ufe0f",
    "1\ufe0f\u20e3",
    "\U000e0001",
    "\ufdd0\ufffe\uffff",
    "\U0001fffe\U0010ffff",
    "\ue000\ufffd",
    "Z\u0351\u036b\u0343\u036a\u0302A\u0334\u0335\u031cL\u0360\u0321\u034d",
    "\u00df\u0130\u0131\u017f",
)
"""Texts that something somewhere has got wrong before. All of them can be written as UTF-8."""

_MOST_BYTES: Final = 4096
"""No text is filled up to a limit beyond this."""

_BASE32_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"


def _any_of(pools: Sequence[Sequence[_T]], join: Callable[[Sequence[_T]], _T]) -> SearchStrategy[_T]:
    """One of each pool, joined, with a single draw."""

    def pick(index: int) -> _T:
        picked: list[_T] = []
        for pool in pools:
            index, place = divmod(index, len(pool))
            picked.append(pool[place])
        return join(picked)

    return st.integers(0, prod(map(len, pools)) - 1).map(pick)


def _texts(*pools: Sequence[str]) -> SearchStrategy[str]:
    return _any_of(pools, "".join)


def _digits(number: int, alphabet: str, length: int) -> str:
    base = len(alphabet)
    return "".join(alphabet[number // base**place % base] for place in reversed(range(length)))


# The formats


_DIDS: Final = (
    "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
    "did:web:example.com",
    "did:web:localhost%3A1234",
    "did:key:zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N",
    "did:method:a:b.c-d_e",
)
_HANDLES: Final = (
    "alice.test",
    "a.co",
    "XX.LCS.MIT.EDU",
    "xn--ls8h.test",
    "8.cn",
    "one.two.three.four-five.example.com",
    f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 61}",
)
_NSIDS: Final = (
    "app.bsky.feed.post",
    "com.example.fooBar",
    "net.users.bob.ping",
    "a.b.c",
    "cn.8.lex.stuff",
    "a-0.b-1.c3",
    "test.12345.record",
    f"a.{'b' * 63}.{'c' * 63}",
)
_RKEYS: Final = ("self", "3jzfcijpj2z2a", "~1.2-3_", "example.com", "pre:fix", "_", "...", "k" * 512)
_DATETIMES: Final = (
    "1985-04-12T23:20:50.123Z",
    "1985-04-12T23:20:50Z",
    "0000-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999999999999Z",
    "2000-02-29T12:00:00+00:00",
    "2024-06-30T00:00:00.0-23:59",
    "1969-12-31T23:59:59.1000000+14:00",
    f"2024-01-01T00:00:00.{'0' * 43}Z",
)
_LANGUAGES: Final = (
    "en",
    "pt-BR",
    "zh-Hans-CN",
    "es-419",
    "sl-rozaj-biske",
    "de-CH-1901",
    "zh-yue-Hant-HK",
    "en-u-ca-gregory-x-private",
    "i-klingon",
    "x-whatever",
    "fra",
)
_URIS: Final = (
    "https://example.com/a?b=c#d",
    "https://example.com/\u00fc/\U0001f98b?q=%20",
    "at://alice.test/app.bsky.feed.post/self",
    "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
    "data:text/plain;base64,aGVsbG8=",
    "urn:isbn:0451450523",
    "x:\\",
    "http://[::1]:80",
)
_CIDS: Final = (
    "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka",
    "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka",
)


def _instant(milliseconds: int) -> str:
    moment = _EARLIEST + dt.timedelta(milliseconds=milliseconds)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _dids() -> SearchStrategy[str]:
    numbers = st.integers(0, 32**24 - 1)
    return st.sampled_from(_DIDS) | numbers.map(lambda number: "did:plc:" + _digits(number, _BASE32, 24))


def _handles() -> SearchStrategy[str]:
    return st.sampled_from(_HANDLES) | _texts(["a", "B9", "c-d"], [".x", ".7.y-z"], [".test", ".COM"])


def _at_uris() -> SearchStrategy[str]:
    accounts = [f"at://{account}" for account in (*_DIDS, *_HANDLES)]
    collections = [f"/{nsid}" for nsid in _NSIDS]
    rkeys = [f"/{rkey}" for rkey in _RKEYS]
    fragments = ["", "", "", "#/", "#/text/0", "#/%C3%A9"]
    return _texts(accounts, collections, rkeys, fragments) | _texts(accounts, ["", *collections])


_EARLIEST: Final = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_LATEST: Final = (dt.datetime(9999, 12, 31, tzinfo=dt.UTC) - _EARLIEST) // dt.timedelta(milliseconds=1)
_FORMATS: Final[Mapping[str, Callable[[], SearchStrategy[str]]]] = {
    "at-identifier": lambda: _dids() | _handles(),
    "at-uri": _at_uris,
    "cid": lambda: st.sampled_from(_CIDS) | st.integers(0, 2**53 - 1).map(cid_for),
    "datetime": lambda: st.sampled_from(_DATETIMES) | st.integers(0, _LATEST).map(_instant),
    "did": _dids,
    "handle": _handles,
    "language": lambda: (
        st.sampled_from(_LANGUAGES) | _texts(["de", "fil"], ["", "-Latn"], ["", "-AT", "-001"])
    ),
    "nsid": lambda: st.sampled_from(_NSIDS) | _texts(["a", "B9"], [".x", ".7.y-z"], [".name", ".nameOf2"]),
    "record-key": lambda: st.sampled_from(_RKEYS) | _texts("~_-:.aZ0", "~_-:aZ0", ["", "~", "~~"]),
    "tid": lambda: st.integers(0, 2**63 - 1).map(lambda number: _digits(number, _BASE32_SORTABLE, 13)),
    "uri": lambda: (
        st.sampled_from(_URIS)
        | _texts(["x", "a+b", "HTTPS"], [":"], ["//a", "%", "\u00e9"], ["", "?", "a/b"])
    ),
}


@cache
def formatted(name: str) -> SearchStrategy[str]:
    """Strings of a format, valid by its strict rules; any text for a format that isn't known."""
    make = _FORMATS.get(name)
    return any_text() if make is None else make()


@cache
def raw_cids() -> SearchStrategy[str]:
    """The CIDs of blobs."""
    return st.binary(max_size=8).map(lambda data: str(Cid.for_raw(data)))


@cache
def any_text() -> SearchStrategy[str]:
    """Texts of no particular form."""
    return st.sampled_from(TEXTS) | _texts(TEXTS, TEXTS, TEXTS) | st.text(max_size=12)


# The schemas


def strings(schema: String, *, limits: bool) -> SearchStrategy[str]:
    """The values of a string schema.

    Args:
        schema: The schema, without ``const`` and ``enum``.
        limits: Whether formats and lengths hold.
    """
    if schema.format in _FORMATS:
        valid = formatted(schema.format)
        if not limits:
            return valid | valid | any_text()
        if _is_bounded(schema):
            return valid.filter(lambda text: _fits(schema, text))
        return valid
    choices = [any_text()]
    if schema.known_values:
        known = [value for value in schema.known_values if not limits or _fits(schema, value)]
        choices += [st.sampled_from(known)] * (2 if known else 0)
    if not limits or not _is_bounded(schema):
        return st.one_of(choices[::-1])
    choices[0] = choices[0].map(lambda text: _fitted(schema, text))
    filled = _filled_texts(schema)
    return st.one_of([*choices[::-1], st.sampled_from(filled)] if filled else choices[::-1])


def _is_bounded(schema: String) -> bool:
    limits = (schema.min_length, schema.max_length, schema.min_graphemes, schema.max_graphemes)
    return any(limit is not None for limit in limits)


def _is_too_long(schema: String, text: str) -> bool:
    return (schema.max_length is not None and utf8_length(text) > schema.max_length) or (
        schema.max_graphemes is not None and exceeds_graphemes(text, schema.max_graphemes)
    )


def _fits(schema: String, text: str) -> bool:
    return (
        not _is_too_long(schema, text)
        and utf8_length(text) >= (schema.min_length or 0)
        and count_graphemes(text) >= (schema.min_graphemes or 0)
        and (schema.format is None or is_valid_format(schema.format, text))
    )


def _fitted(schema: String, text: str) -> str:
    """The text, cut or lengthened until its lengths are allowed."""
    while _is_too_long(schema, text):
        text = text[:-1]
    text += "x" * ((schema.min_length or 0) - utf8_length(text))
    return text + "x" * ((schema.min_graphemes or 0) - count_graphemes(text))


def _filled_texts(schema: String) -> list[str]:
    """Texts that are as long as they may be, in bytes or in graphemes."""
    most_bytes = _MOST_BYTES if schema.max_length is None else schema.max_length
    if most_bytes > _MOST_BYTES:
        return []
    thumb, family = "\U0001f44d\U0001f3fd", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    fillers = ["x", "\u00e9", "\u65e5", thumb, family]
    most = [most_bytes // utf8_length(filler) for filler in fillers]
    if schema.max_graphemes is not None:
        most = [min(count, schema.max_graphemes) for count in most]
    texts = [filler * count for filler, count in zip(fillers, most, strict=True)]
    # The last grapheme may have any number of bytes.
    others = "x" * ((schema.min_graphemes or 1) - 1)
    rest = most_bytes - len(others)
    texts.append(others + ("x" if rest % 2 else "\u00e9") + "\u0301" * ((rest - 1) // 2))
    return [text for text in texts if _fits(schema, text)]
