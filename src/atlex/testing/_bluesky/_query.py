"""What a search for posts asks for: words and operators of the query, and parameters that say the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from atlex.testing._bluesky._index import features, media_of, parent_of, quoted_by, root_of
from atlex.testing._repo import StoredRecord

__all__ = ["PostQuery", "words_of"]

_TERM: Final = re.compile(r'"([^"]*)"|(\S+)')
_VIDEO: Final = "app.bsky.embed.video"
_MEDIA: Final = ("app.bsky.embed.images", "app.bsky.embed.gallery", _VIDEO)
# What a query can ask for by name, and the parameter that asks for the same.
_OPERATORS: Final = {
    "from": "authors",
    "to": "mentions",
    "mentions": "mentions",
    "domain": "domains",
    "lang": "languages",
    "since": "since",
    "until": "until",
}
_FOLDED: Final = frozenset({"hashtags", "domains"})


def words_of(text: str) -> str:
    """The words of a text in small letters, each between spaces; empty where there is none."""
    words = re.findall(r"\w+", text.casefold())
    return f" {' '.join(words)} " if words else ""


class PostQuery:
    """One search.

    Args:
        text: The query: words, phrases in quotation marks, hashtags, and operators such as ``from:``.
        params: The parameters of ``app.bsky.feed.searchPostsV2``.
        did_of: Gives the DID of an account as a query names it.
    """

    def __init__(self, text: str, params: Mapping[str, Any], did_of: Callable[[str], str]) -> None:
        self._params = params
        self._phrases: list[str] = []
        asked: defaultdict[str, list[str]] = defaultdict(list)
        for phrase, word in _TERM.findall(text):
            name, _, value = word.partition(":")
            if value and name.lower() in _OPERATORS:
                asked[_OPERATORS[name.lower()]].append(value)
            elif word.startswith("#"):
                asked["hashtags"].append(word[1:])
            else:
                self._phrases.append(words_of(phrase or word))

        def known(name: str, values: Iterable[str]) -> set[str]:
            if name in {"authors", "mentions"}:
                return set(map(did_of, values))
            return set(map(str.lower, values) if name in _FOLDED else values)

        def excluded(name: str) -> list[str]:
            return list(params.get(f"exclude{name[0].upper()}{name[1:]}", ()))

        self._wanted = {name: known(name, [*params.get(name, ()), *asked[name]]) for name in _VALUES}
        self._unwanted = {name: known(name, excluded(name)) for name in _VALUES}
        self._since = [*asked["since"], *([params["since"]] if "since" in params else [])]
        self._until = [*asked["until"], *([params["until"]] if "until" in params else [])]

    def finds(self, post: StoredRecord) -> bool:
        """Whether a post is what was asked for."""
        created, text = post.value["createdAt"], words_of(post.value["text"])
        return (
            all(phrase in text for phrase in self._phrases)
            and all(created >= since for since in self._since)
            and all(created < until for until in self._until)
            and all(self._has(post, name) for name in _VALUES)
            and self._is_of_kind(post)
        )

    def _has(self, post: StoredRecord, name: str) -> bool:
        wanted, unwanted = self._wanted[name], self._unwanted[name]
        if not (wanted or unwanted):
            return True
        values = set(_VALUES[name](post))
        # Tags all have to be there; of the others, one is enough.
        found = wanted <= values if name == "hashtags" else not wanted or not wanted.isdisjoint(values)
        return found and unwanted.isdisjoint(values)

    def _is_of_kind(self, post: StoredRecord) -> bool:
        media: str = media_of(post).get("$type", "")
        holds = {
            "hasMedia": media in _MEDIA,
            "hasVideo": media == _VIDEO,
            "excludeReplies": parent_of(post) is None,
            "repliesOnly": parent_of(post) is not None,
        }
        named = {"replyParentUri": parent_of(post), "threadRootUri": root_of(post)}
        return all(holds[name] for name in holds if self._params.get(name)) and all(
            self._params.get(name, uri) == uri for name, uri in named.items()
        )


def _urls(post: StoredRecord) -> list[str]:
    media = media_of(post)
    card = [media["external"]["uri"]] if media.get("$type") == "app.bsky.embed.external" else []
    return [*features(post, "link"), *card]


_VALUES: Final[Mapping[str, Callable[[StoredRecord], Iterable[str]]]] = {
    "authors": lambda post: [post.did],
    "mentions": lambda post: features(post, "mention"),
    "hashtags": lambda post: map(str.lower, [*features(post, "tag"), *post.value.get("tags", ())]),
    "domains": lambda post: [urlsplit(url).hostname or "" for url in _urls(post)],
    "urls": _urls,
    "embeddedAtUris": lambda post: [quoted_by(post) or ""],
    "languages": lambda post: post.value.get("langs", ()),
}
