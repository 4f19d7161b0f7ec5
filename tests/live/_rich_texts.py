"""Texts to find links, mentions and tags in: one for each case of the official library's tests, many at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["CASES", "edits", "every_character", "marked_texts", "mixed_texts"]

_FAMILY: Final = "👨‍👩‍👧‍👧"
CASES: Final = (
    "",
    "nobody is named here",
    "@alice.com comes first",
    "then @alice.com in between",
    "and last @alice.com",
    "@alice.com @bob.com @carla.com",
    "@with-hyphens-9.test",
    "mail@example.com",
    "@alice.com!@#$%",
    "@alice.com\n@bob.com",
    "in brackets (@alice.com)",
    f"{_FAMILY} @alice.com {_FAMILY}",
    "here https://example.com there",
    "here https://example.com/a/b there",
    "here https://example.com/a/b?c=d there",
    "here https://example.com/a/b?c=d#e there",
    "https://example.com/a/b?c=d#e comes first",
    "and last https://example.com/a/b?c=d#e",
    "https://one.com\nhttps://two.com",
    f"{_FAMILY} https://example.com {_FAMILY}",
    "here example.com there",
    "here example.com/a/b there",
    "here example.com/a/b?c=d there",
    "here example.com/a/b?c=d#e there",
    "example.com/a/b?c=d#e comes first",
    "and last example.com/a/b?c=d#e",
    "one.com\ntwo.com",
    "a page example.com/a.php and more",
    "behind example.com: a colon",
    "a part example.com/a#part of a page",
    "well.. a..b ..c",
    "i.e.",
    "a-picture.png",
    "example.com.png",
    "i.e./a",
    "example.com.png/a",
    "A page: https://blog.example.com/2026/01/02/a-long-title-with-a-number-95/",
    "A page: https://blog.example.com/2026/01/02/a-long-title-with-a-number-95/ ",
    "https://a.com https://b.com/c https://d.com",
    "signs https://a.com, https://b.com/c; https://d.com.",
    "in brackets (https://example.com)",
    "but not https://example.com/a_(b)",
    "#x",
    "#x #y",
    "#2",
    "#2x",
    "#word",
    "text #word",
    "#word text",
    "text #word text",
    "text #2",
    "text #2x",
    "text #x2",
    "text #x_y #x__y #_y #y_",
    "text #x-y #x--y #-y #y-",
    "text #x!!!",
    "#",
    "#!",
    "text #",
    "text # text",
    "text #" + 64 * "a",
    "text #" + 65 * "a",
    "text #" + 64 * "a" + "!",
    "a #pair#ofthem",
    "##twice",
    "##",
    "an #a1b2@c3d!",
    "with #some,punctuation",
    "ends #here, #there. #nowhere!",
    "ends #in_many___...",
    "a #🐢 here, a #tur🐢tle, and #🐢🐢🐢",
    "#👋🏻 #👋🏿",
    "#one #one #two #one",
    "a #️⃣key is none",
    "a ##️⃣key is one",
    "a #a\nb is one",
    "#\u200b",
    "#\u200ba",
    "#a\u200bb",
    "#ab\u200b",
    "#\u20e2a",
    "#a\u20e2b",
    "wide \uff03sign",
    "wide \uff03#️⃣sign",
    "#2!",
    "$aapl, $BRK5 and ($A)",
    "$TOOLONG $1A a$B $",
    "$A\u2019s $B\u201d $C\xa0$D/E",
)
"""One text for each kind that the official library's own tests of detection have, and for cashtags."""

_SPACES: Final = [
    *"\t\n\v\f\r \xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff",
    *"\x1c\x1f\x85\u180e",
]
_INVISIBLE: Final = [*"\xad\u200b\u200c\u200d\u2060\u20e2\ufe0f\u061c\u202e\u0300\u20dd"]
_LOOKALIKES: Final = [
    *"\u212a\u017f\u0130\u0131\uff20\uff03\uff04\u0660\u0967\u2460\xb2\u2019\u3002\uff61ßéИ字ｱ한अ"
]
_EMOJI: Final = [_FAMILY, "🇩🇪", "👍🏿", "1️⃣", "🏴\U000e0067\U000e0062\U000e007f", "👋", "\U0001f1e6"]
_WORDS: Final = [
    "a",
    "Z",
    "9",
    "http",
    "https://",
    "http://",
    "HTTPS://",
    "hTTp://",
    "example",
    "example.com",
    "Example.Com",
    "example.COM",
    "httpbin.org",
    "alice.test",
    "-alice.bsky.social",
    "xn--p1ai",
    "a.b.c.museum",
    "notatld.zzzz",
    "AAPL",
    "BRK5",
    "TOOLONG",
    "path/to?q=1&b#c",
    "e\u0301",
    "lo_w",
    " @Alice.Test",
    " https://a.com/(@b.com)",
    " (a.com/($B)",
    " #tag",
    " $A",
    65 * "x",
]
_SIGNS: Final = [*"@@@###$$$((().,;:!?)'\"-_/\\[]{}<>&%*+=|~^`\u2026\u2014\xbf\u201c"]
_KINDS: Final = (_WORDS, _WORDS, _SIGNS, _SIGNS, _SPACES, [" "], _INVISIBLE, _LOOKALIKES, _EMOJI)


def _any_character(chance: random.Random) -> str:
    code = chance.choice(
        (chance.randrange(0x300), chance.randrange(0xD800), chance.randrange(0xE000, 0x110000))
    )
    return chr(code)


def mixed_texts(count: int, seed: int) -> Iterator[str]:
    """Texts of up to 14 pieces: words, signs, white space, characters that aren't seen or look alike, and any."""
    chance = random.Random(seed)
    for _ in range(count):
        pieces = [
            _any_character(chance) if chance.random() < 0.1 else chance.choice(chance.choice(_KINDS))
            for _ in range(chance.randint(1, 14))
        ]
        yield "".join(pieces)


def every_character() -> Iterator[str]:
    """Texts with each character of Unicode at every place where its kind makes a difference."""
    codes = (code for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    for code in codes:
        # One in 256 of the planes that hold one kind of letter, or nothing.
        if code < 0x20000 or code % 256 == 0:
            c = chr(code)
            yield f"#{c} #a{c} #{c}b{c}#d{c} {c}@a.com{c} (@b.com{c}c {c}c.com{c}/{c} d{c}.com $A{c} {c}$B ${c}"


def _link(start: int, end: int, number: int) -> dict[str, Any]:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": f"https://example.com/{number}"}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def _places(text: str) -> list[int]:
    return [len(text[:end].encode()) for end in range(len(text) + 1)]


def marked_texts(count: int, seed: int, *, apart: bool) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Texts with links on some of their characters.

    Args:
        count: How many.
        seed: What they are made from.
        apart: Whether the links are in order and apart; else some overlap, and end where they begin, or before.
    """
    chance = random.Random(seed)
    for text in mixed_texts(count, seed):
        # The library drops a byte order mark from the beginning of each piece.
        parts = [chance.choice((part, part, "\n", "\r\n", " \n")) for part in text if part != "\ufeff"]
        text = "".join(parts)  # noqa: PLW2901
        places = chance.choices(_places(text), k=2 * chance.randint(1, 4))
        places = sorted(set(places)) if apart else places
        pairs = zip(places[::2], places[1::2], strict=False)
        yield text, [_link(start, end, number) for number, (start, end) in enumerate(pairs)]


def edits(count: int, seed: int) -> Iterator[tuple[str, list[dict[str, Any]], int, int, str]]:
    """Such texts, where what goes begins and ends, in bytes, and what comes in its place."""
    chance = random.Random(seed)
    for text, facets in marked_texts(count, seed, apart=True):
        # The library keeps links on white space alone, which it doesn't show.
        encoded = text.encode()
        facets = [  # noqa: PLW2901
            facet
            for facet in facets
            if encoded[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode().strip()
        ]
        start, end = sorted(chance.choices(_places(text), k=2))
        yield text, facets, start, chance.choice((start, end)), chance.choice(("", "a", "abc"))
