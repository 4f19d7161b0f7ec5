"""The value that texts are: what they say, and what parts of them are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeAlias, cast, final

from atlex.errors import InputError
from atlex.syntax import count_graphemes, exceeds_graphemes, iter_graphemes, utf8_length
from atlex_bsky.richtext._detect import found_in
from atlex_bsky.richtext._features import Feature, Link, Mention, Tag, UnresolvedMention
from atlex_bsky.richtext._markdown import read_markdown
from atlex_bsky.richtext._newlines import excess_newlines
from atlex_bsky.richtext._read import spans_of, text_of
from atlex_bsky.richtext._render import to_html, to_markdown
from atlex_bsky.richtext._space import is_blank
from atlex_bsky.richtext._spans import Edit, Segment, Span, added, clipped, covered, moved, replaced
from atlex_bsky.richtext._write import facets_of
from atlex_sdk import app

__all__ = ["Dids", "RichText"]

Dids: TypeAlias = Mapping[str, str] | Callable[[str], str | None]
"""The DIDs of handles in lower case: a mapping, or a function whose None means that there is none."""


@final
class RichText:
    """A text with mentions, links and tags. It never changes: each method gives a new one.

    Texts are equal if they say the same and the same parts are the same things. ``+`` joins them, and
    iterating gives the `segments`.

    Args:
        text: What the text says.
        facets: Its facets, as models or as JSON has them. What can't be shown is left out, as with `of`.

    Raises:
        InputError: ``text`` has a lone surrogate, half of a character.
    """

    __slots__ = ("_plain", "_spans")
    _plain: str
    _spans: tuple[Span, ...]

    def __init__(self, text: str = "", facets: object = ()) -> None:
        self._plain = _whole(text)
        self._spans = _seen(text, spans_of(text, facets))

    @classmethod
    def _made(cls, plain: str, spans: Iterable[Span]) -> RichText:
        made = object.__new__(cls)
        made._plain = plain
        made._spans = _seen(plain, spans)
        return made

    @classmethod
    def detect(cls, text: str | RichText, *, resolve: Dids | None = None) -> RichText:
        """Find mentions, links, hashtags and cashtags in a text, as the official apps do.

        Mentions are left unresolved: see `handles` and `resolved`.

        Args:
            text: The text. What a ``RichText`` has already stays, and only the rest is searched.
            resolve: As for `resolved`. None leaves mentions unresolved.

        Raises:
            InputError: ``text`` has a lone surrogate, or ``resolve`` gives something that is no DID.
        """
        given = _rich(text)
        found = cls._made(given.plain, added(given._spans, found_in(given.plain)))
        return found if resolve is None else found.resolved(resolve)

    @classmethod
    def of(cls, source: object) -> RichText:
        """Read the text of something that a server has.

        Servers and other apps store facets that overlap, end inside a character or behind the text, or are of
        kinds that nobody knows. What can't be shown is left out, without an error.

        Args:
            source: A post's or a message's view or record, as a model or as JSON has it, or anything that has
                ``text`` and ``facets``, or ``description`` and its facets, as lists and starter packs do.

        Raises:
            InputError: It isn't anything that has a text.
        """
        plain, facets = text_of(source)
        return cls(plain, facets)

    @classmethod
    def markdown(cls, source: str) -> RichText:
        r"""Read a text with Markdown's links: ``[this](https://example.com)`` and ``<https://example.com>``.

        A backslash before punctuation takes away its meaning, and ``&amp;`` and its like stand for
        characters. All else stays as it is written, and so does a link whose address isn't ``http`` or
        ``https``, or whose text is blank. A link inside another one counts, and the outer one is text. An
        address has no white space; it may have parentheses in pairs, one inside another at most, or any with
        backslashes before them or as ``(<…>)``. Mentions and tags aren't looked for: `detect` finds them in
        what this gives.

        Args:
            source: The text. A stranger's is no danger: reading takes time in proportion to its length.

        Raises:
            InputError: ``source`` has a lone surrogate.
        """
        plain, spans = read_markdown(_whole(source))
        return cls._made(plain, spans)

    @property
    def plain(self) -> str:
        """What the text says."""
        return self._plain

    @property
    def graphemes(self) -> int:
        """Its length in characters as people see them. A post has at most 300."""
        return count_graphemes(self._plain)

    @property
    def bytes(self) -> int:
        """Its length in bytes of UTF-8. A post has at most 3,000."""
        return utf8_length(self._plain)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The text in pieces, each of which is plain or one thing throughout."""
        spans = covered(self._spans, len(self._plain))
        return tuple(Segment(self._plain[start:end], features) for start, end, features in spans)

    @property
    def facets(self) -> tuple[app.bsky.richtext.facet.Facet, ...]:
        """The text's facets, for a record: their offsets count bytes of UTF-8.

        Raises:
            InputError: A mention isn't resolved yet.
        """
        return tuple(facets_of(self.segments))

    @property
    def handles(self) -> tuple[str, ...]:
        """The handles of mentions that aren't resolved yet, in lower case, each once, in their order."""
        features = (feature for span in self._spans for feature in span.features)
        return tuple(dict.fromkeys(one.handle for one in features if isinstance(one, UnresolvedMention)))

    def resolved(self, dids: Dids) -> RichText:
        """Give mentions their DIDs. Those that have none become plain text.

        Args:
            dids: The DIDs of `handles`: a mapping, or a function that is called once with each.

        Raises:
            InputError: What is given for a handle is no DID.
        """
        look_up = dids if callable(dids) else {handle.lower(): did for handle, did in dids.items()}.get
        found = {handle: look_up(handle) for handle in self.handles}

        def known(features: tuple[Feature, ...]) -> Iterator[Feature]:
            for feature in features:
                if not isinstance(feature, UnresolvedMention):
                    yield feature
                elif did := found[feature.handle]:
                    yield Mention(did)

        spans = (Span(start, end, tuple(known(features))) for start, end, features in self._spans)
        return self._made(self._plain, (span for span in spans if span.features))

    def text(self, text: str | RichText) -> RichText:
        """Add text, with what a ``RichText`` has.

        Raises:
            InputError: ``text`` has a lone surrogate.
        """
        return self.insert(len(self._plain), text)

    def mention(self, text: str | RichText, did: str | None = None) -> RichText:
        """Add the mention of an account.

        Args:
            text: What it says, such as ``@alice.example.com``.
            did: The account's DID. None: ``text`` is the handle, with or without ``@``, and has yet to be
                `resolved`.

        Raises:
            InputError: It is no DID or handle, or ``text`` is blank, isn't Unicode or mentions someone.
        """
        shown = _rich(text)
        if did is not None:
            return self._with(shown, Mention(did))
        return self._with(shown, UnresolvedMention(shown.plain.removeprefix("@")))

    def link(self, text: str | RichText, uri: str | None = None) -> RichText:
        """Add a link.

        Args:
            text: What it says.
            uri: Where it leads: a URI of any scheme, at most 8192 bytes. None: ``text`` is the URI.

        Raises:
            InputError: It is no URI, or ``text`` is blank, has a lone surrogate or a link in it.
        """
        shown = _rich(text)
        return self._with(shown, Link(shown.plain if uri is None else uri))

    def tag(self, text: str | RichText, tag: str | None = None) -> RichText:
        """Add a hashtag.

        Args:
            text: What it says, such as ``#cats``.
            tag: The tag without ``#``, 1 to 64 graphemes. None: it is ``text`` without its ``#``.

        Raises:
            InputError: The tag is empty or too long, or ``text`` is blank, isn't Unicode or has a tag in it.
        """
        shown = _rich(text)
        return self._with(shown, Tag(shown.plain.removeprefix("#") if tag is None else tag))

    def cashtag(self, ticker: str) -> RichText:
        """Add a cashtag, which says ``$`` and the ticker in upper case.

        Args:
            ticker: The symbol of a share or currency, such as ``AAPL``, with or without ``$``.

        Raises:
            InputError: It isn't a letter and then at most four letters or digits of ASCII.
        """
        symbol = ticker.removeprefix("$").upper()
        if not (symbol.isascii() and symbol.isalnum() and symbol[0].isalpha() and len(symbol) <= _TICKER):
            raise InputError(f"{ticker!r} isn't a letter and then at most four letters or digits")
        return self._with(RichText(f"${symbol}"), Tag(f"${symbol}"))

    def insert(self, index: int, text: str | RichText) -> RichText:
        """Put text in. Inside a mention, link or tag it becomes part of it; a ``RichText`` keeps its own.

        Args:
            index: The character before which it goes, from 0; the length of `plain` is the end.
            text: What to put there.

        Raises:
            InputError: ``index`` is outside the text, or ``text`` has a lone surrogate.
        """
        return self.replace(index, index, text)

    def delete(self, start: int, end: int) -> RichText:
        """Take text out. What is left of a mention, link or tag goes on being one.

        Args:
            start: The first character that goes, from 0.
            end: The first behind it that stays.

        Raises:
            InputError: They are outside the text, or ``end`` is before ``start``.
        """
        return self.replace(start, end, "")

    def replace(self, start: int, end: int, text: str | RichText) -> RichText:
        """Put text in the place of other text, as `delete` and then `insert` do.

        Args:
            start: The first character that goes, from 0.
            end: The first behind it that stays.
            text: What to put there.

        Raises:
            InputError: They are outside the text or in the wrong order, or ``text`` has a lone surrogate.
        """
        if not 0 <= start <= end <= len(self._plain):
            raise InputError(f"Characters {start} to {end} aren't within a text of {len(self._plain)}")
        given = _rich(text)
        return self._made(
            self._plain[:start] + given.plain + self._plain[end:],
            replaced(self._spans, Edit(start, end, len(given.plain)), given._spans),
        )

    def slice(self, start: int = 0, end: int | None = None) -> RichText:
        """Give a part of the text. A link that is cut still leads to its place; a cut mention or tag is text.

        Args:
            start: The part's first character; as in a string's slice, negative numbers count from the end.
            end: The first character behind it. None: the part goes to the end.
        """
        first, last, _ = slice(start, end).indices(len(self._plain))
        return self._made(self._plain[first:last], clipped(self._spans, first, last))

    def truncated(self, graphemes: int = 300, *, max_bytes: int = 3000, ending: str = "\u2026") -> RichText:
        """Shorten the text if it is too long. Mentions, links and tags stay whole, but for one at its start.

        Args:
            graphemes: The most characters, as people see them, of the result; a post's limit by default.
            max_bytes: The most bytes of UTF-8; a post's limit by default.
            ending: What comes in the place of what was cut off. It counts.

        Raises:
            InputError: ``ending`` alone is too long, or has a lone surrogate.
        """
        if self.bytes <= max_bytes and not exceeds_graphemes(self._plain, graphemes):
            return self
        graphemes_left, bytes_left = graphemes - count_graphemes(ending), max_bytes - utf8_length(ending)
        if graphemes_left < 0 or bytes_left < 0:
            raise InputError(f"{ending!r} alone is longer than {graphemes} graphemes or {max_bytes} bytes")
        cut = 0
        for grapheme in islice(iter_graphemes(self._plain), graphemes_left):
            bytes_left -= utf8_length(grapheme)
            if bytes_left < 0:
                break
            cut += len(grapheme)
        begun = next((start for start, end, _ in self._spans if start < cut < end), cut)
        kept = self._plain[:begun].rstrip() or self._plain[:cut].rstrip()
        return self.slice(0, len(kept)).text(ending)

    def cleaned(self) -> RichText:
        """Leave at most one empty line between others, as the official apps do before they post.

        More than two line breaks, with white space and invisible characters between them, become two.
        """
        parts: list[str] = []
        edits: list[Edit] = []
        cursor = 0
        for start, end in excess_newlines(self._plain):
            parts += (self._plain[cursor:start], _EMPTY_LINE)
            edits.append(Edit(start, end, len(_EMPTY_LINE)))
            cursor = end
        return self._made("".join([*parts, self._plain[cursor:]]), moved(self._spans, edits))

    def to_html(self, *, base: str = "https://bsky.app") -> str:
        """Write the text as HTML: everything is escaped, and line breaks are ``<br>``.

        Links are those to ``http`` and ``https`` alone; what leads elsewhere is text. The links' addresses
        are their authors' choice, so they have ``rel="nofollow noopener"``.

        Args:
            base: The site that mentions and tags lead to, without a slash at its end: ``BASE/profile/DID``
                and ``BASE/hashtag/TAG``. Mentions that aren't resolved are text.
        """
        return to_html(self.segments, base)

    def to_markdown(self, *, base: str = "https://bsky.app") -> str:
        """Write the text as Markdown (CommonMark), with all escaped that it would take for markup.

        Args:
            base: As for `to_html`, as is what becomes a link.
        """
        return to_markdown(self.segments, base)

    def _with(self, shown: RichText, feature: Feature) -> RichText:
        if is_blank(shown.plain):
            raise InputError(f"A {_NAMES[type(feature)]} needs a text that can be seen")
        parts: list[Span] = []
        for start, end, features in covered(shown._spans, len(shown.plain)):
            if any(_NAMES.get(type(one)) == _NAMES[type(feature)] for one in features):
                raise InputError(f"A {_NAMES[type(feature)]} can't have another one in its text")
            parts.append(Span(start, end, (*features, feature)))
        return self.text(self._made(shown.plain, parts))

    def __add__(self, other: str | RichText) -> RichText:
        return self.text(other)

    def __radd__(self, other: str) -> RichText:
        return RichText(other).text(self)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __bool__(self) -> bool:
        return bool(self._plain)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RichText):
            return NotImplemented
        return self._plain == other._plain and self._spans == other._spans

    def __hash__(self) -> int:
        return hash(self._plain)

    def __str__(self) -> str:
        return self._plain

    def __repr__(self) -> str:
        return f"RichText({self._plain!r}, facets: {len(self._spans)})"


_TICKER: Final = 5
_EMPTY_LINE: Final = "\n\n"
_NAMES: Final[dict[type[Feature], str]] = {
    Mention: "mention",
    UnresolvedMention: "mention",
    Link: "link",
    Tag: "tag",
}


def _rich(text: str | RichText) -> RichText:
    return text if isinstance(text, RichText) else RichText(text)


def _seen(plain: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans without those of white space alone, as edits leave them, and servers have them."""
    return tuple(span for span in spans if not is_blank(plain, span.start, span.end))


def _whole(text: str) -> str:
    if not isinstance(cast("object", text), str):
        raise InputError(f"A text must be a str, not {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"Character {error.start} of the text is a lone surrogate, half of a character"
        ) from None
    return text
