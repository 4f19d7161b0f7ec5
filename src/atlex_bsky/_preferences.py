"""An account's preferences as a value: typed where they are known, and kept as they came where not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

from atlex import UnknownObject
from atlex.errors import AtlexError, InputError
from atlex.model import Object
from atlex.syntax import AtUri, Tid
from atlex_bsky._subjects import HasRef
from atlex_bsky._texts import several
from atlex_sdk.app.bsky.actor.defs import (
    AdultContentPref,
    ContentLabelPref,
    HiddenPostsPref,
    InterestsPref,
    LabelerPrefItem,
    LabelersPref,
    MutedWord,
    MutedWordsPref,
    PreferencesItem,
    SavedFeed,
    SavedFeedsPref,
    SavedFeedsPrefV2,
    ThreadViewPref,
)
from atlex_sdk.app.bsky.actor.put_preferences import PutPreferencesInput

__all__ = ["Preferences", "PreferencesConflictError", "Visibility"]

PrefT = TypeVar("PrefT", bound=Object)
Visibility: TypeAlias = Literal["ignore", "show", "warn", "hide"]

_FEED_KINDS: Final = {"app.bsky.feed.generator": "feed", "app.bsky.graph.list": "list"}
# The emoji of a # in a box begins with the same character.
_LEADING_HASH: Final = re.compile("^#(?!\N{VARIATION SELECTOR-16})")
# Characters that nobody sees, and that would keep a word from being found.
_INVISIBLE: Final = re.compile("[\r\n\u00ad\u200b-\u200d\u2060]")


class PreferencesConflictError(AtlexError):
    """A change of the preferences was overwritten by another program, again and again."""


class Preferences:
    """The preferences of an account, to be looked at and changed.

    Every method does nothing the second time, so that a change can be repeated where it was overwritten.

    Attributes:
        items: All of them, in the stored order. One of an unknown type, or one that can't be read, is an
            `UnknownObject`, and goes back as it came.
    """

    def __init__(self, items: Iterable[PreferencesItem] = ()) -> None:
        self.items: list[PreferencesItem] = [*items]

    def find(self, type_: type[PrefT]) -> PrefT | None:
        """Find the preference of a type, to read it or change it; the last where there are several.

        Args:
            type_: Its class, such as `app.bsky.actor.defs.BskyAppStatePref`.

        Raises:
            InputError: There is one that can't be read, which a new one beside it would contradict.
        """
        for item in reversed(self.items):
            if isinstance(item, type_):
                return item
            if isinstance(item, UnknownObject) and item.type == type_.lex_type:
                raise InputError(f"The stored {item.type} can't be read, so it isn't changed: {item.reason}")
        return None

    def _of(self, type_: type[PrefT], **empty: Any) -> PrefT:
        """The preference of a type, which is made where there is none."""
        found = self.find(type_)
        if found is None:
            found = type_(**empty)
            self.items.append(cast("PreferencesItem", found))
        return found

    @property
    def adult_content(self) -> bool:
        """Whether adult content is shown at all; False until it is set."""
        found = self.find(AdultContentPref)
        return found is not None and found.enabled

    @adult_content.setter
    def adult_content(self, enabled: bool) -> None:
        self._of(AdultContentPref, enabled=enabled).enabled = enabled

    @property
    def content_labels(self) -> Mapping[tuple[str | None, str], str]:
        """How posts with a label are shown, by the labeler's DID (None for any) and the label."""
        labels = [item for item in self.items if isinstance(item, ContentLabelPref)]
        return {(item.labeler_did, item.label): item.visibility for item in labels}

    def set_content_label(self, label: str, visibility: Visibility, *, labeler: str | None = None) -> None:
        """Set how posts with a label are shown.

        Args:
            label: The label, such as ``porn`` or ``spam``.
            visibility: ``hide``, ``warn``, ``ignore``, or ``show``.
            labeler: The DID of the labeler whose label it is. None: one of the labels that all labelers have.
        """
        same = [
            item
            for item in self.items
            if isinstance(item, ContentLabelPref) and (item.labeler_did, item.label) == (labeler, label)
        ]
        for item in same:
            item.visibility = visibility
        if not same:
            self.items.append(ContentLabelPref(label=label, visibility=visibility, labeler_did=labeler))

    @property
    def saved_feeds(self) -> Sequence[SavedFeed]:
        """The saved feeds and lists, in order; the pinned ones are tabs of the home screen."""
        found = self.find(SavedFeedsPrefV2)
        return tuple(self._older_feeds() if found is None else found.items)

    @saved_feeds.setter
    def saved_feeds(self, feeds: Iterable[SavedFeed]) -> None:
        wanted = [*feeds]
        self._of(SavedFeedsPrefV2, items=[]).items = wanted

    def _older_feeds(self) -> list[SavedFeed]:
        """The feeds of the older preference, which apps no longer look at once there is the newer one."""
        older = self.find(SavedFeedsPref)
        if older is None:
            return []
        values = dict.fromkeys([*older.pinned, *older.saved])
        return [_saved(value, pinned=value in older.pinned) for value in values]

    def save_feed(self, feed: str | HasRef, *, pinned: bool = False) -> SavedFeed:
        """Save a feed or a list, or pin or unpin one that is saved.

        Args:
            feed: The AT-URI of a feed generator or a list, with a DID in it, or a view of one.
            pinned: Whether it is a tab of the home screen.

        Raises:
            InputError: It is neither.
        """
        value = feed if isinstance(feed, str) else feed.uri
        feeds = [*self.saved_feeds]
        for saved in feeds:
            if saved.value == value:
                saved.pinned = pinned
                break
        else:
            saved = _saved(value, pinned=pinned)
            feeds.append(saved)
        self.saved_feeds = feeds
        return saved

    def remove_feed(self, feed: str | HasRef) -> None:
        """Remove a saved feed or list, if it is there.

        Args:
            feed: Its AT-URI, a view of it, or its ID among the saved feeds.
        """
        name = feed if isinstance(feed, str) else feed.uri
        feeds = self.saved_feeds
        kept = [saved for saved in feeds if name not in {saved.value, saved.id}]
        if len(kept) < len(feeds):
            self.saved_feeds = kept

    @property
    def muted_words(self) -> Sequence[MutedWord]:
        """The words and tags whose posts aren't shown."""
        found = self.find(MutedWordsPref)
        return () if found is None else tuple(found.items)

    def mute_word(
        self,
        word: str,
        *,
        targets: Literal["content", "tag"] | Sequence[Literal["content", "tag"]] = ("content", "tag"),
        actor_target: Literal["all", "exclude-following"] = "all",
        expires_at: datetime | None = None,
    ) -> MutedWord:
        """Mute a word, or change how one is muted.

        Args:
            word: The word, phrase or tag; spaces around it, a ``#`` before it and invisible characters are
                left out.
            targets: Where it counts: in texts (``content``), tags, or both.
            actor_target: Whose posts it counts for: all, or those of accounts that one doesn't follow.
            expires_at: When it ends, with a time zone. None: never.

        Raises:
            InputError: Nothing is left of the word.
        """
        value = _plain(word)
        if not value:
            raise InputError(f"{word!r} has no word to mute")
        muted = MutedWord(
            id=str(Tid.now()),
            value=value,
            targets=several(targets),
            actor_target=actor_target,
            expires_at=expires_at,
        )
        words = self._of(MutedWordsPref, items=[])
        for known in words.items:
            if known.value == value:
                known.id = known.id or muted.id
                known.targets, known.actor_target = muted.targets, muted.actor_target
                known.expires_at = muted.expires_at
                return known
        words.items = [*words.items, muted]
        return muted

    def unmute_word(self, word: str) -> None:
        """Mute a word no longer, if it is muted.

        Args:
            word: The word, as in `mute_word`, or its ID.
        """
        found = self.find(MutedWordsPref)
        names = {word, _plain(word)}
        if found is not None and any({known.value, known.id} & names for known in found.items):
            found.items = [known for known in found.items if not {known.value, known.id} & names]

    @property
    def hidden_posts(self) -> Sequence[str]:
        """The AT-URIs of posts that aren't shown."""
        found = self.find(HiddenPostsPref)
        return () if found is None else tuple(found.items)

    def hide_post(self, post: str | HasRef) -> None:
        """Hide a post, by its AT-URI with a DID in it, or a view of it."""
        uri = post if isinstance(post, str) else post.uri
        if uri not in self.hidden_posts:
            found = self._of(HiddenPostsPref, items=[])
            found.items = [*found.items, uri]

    def unhide_post(self, post: str | HasRef) -> None:
        """Hide a post no longer, if it is hidden."""
        uri = post if isinstance(post, str) else post.uri
        found = self.find(HiddenPostsPref)
        if found is not None and uri in found.items:
            found.items = [hidden for hidden in found.items if hidden != uri]

    @property
    def interests(self) -> Sequence[str]:
        """The topics that the account is interested in, by which feeds and accounts are suggested."""
        found = self.find(InterestsPref)
        return () if found is None else tuple(found.tags)

    @interests.setter
    def interests(self, tags: Iterable[str]) -> None:
        wanted = several(tags)
        self._of(InterestsPref, tags=wanted).tags = wanted

    @property
    def thread_sort(self) -> str | None:
        """The order of replies, such as ``oldest``, ``newest`` or ``most-likes``; None until it is set."""
        found = self.find(ThreadViewPref)
        return None if found is None else found.sort

    @thread_sort.setter
    def thread_sort(self, sort: str) -> None:
        self._of(ThreadViewPref, sort=sort).sort = sort

    @property
    def labelers(self) -> Sequence[str]:
        """The DIDs of the labelers that the account subscribes to."""
        found = self.find(LabelersPref)
        return () if found is None else tuple(item.did for item in found.labelers)

    def add_labeler(self, did: str) -> None:
        """Subscribe to a labeler."""
        if did not in self.labelers:
            found = self._of(LabelersPref, labelers=[])
            found.labelers = [*found.labelers, LabelerPrefItem(did=did)]

    def remove_labeler(self, did: str) -> None:
        """Unsubscribe from a labeler, and forget the settings of its labels."""
        found = self.find(LabelersPref)
        if found is not None and did in self.labelers:
            found.labelers = [item for item in found.labelers if item.did != did]
        self.items = [
            item
            for item in self.items
            if not (isinstance(item, ContentLabelPref) and item.labeler_did == did)
        ]

    def to_wire(self) -> list[Any]:
        """The preferences as JSON, as they are stored."""
        # Whether they keep the rules is for the call to say; here each only gets its type named.
        wire = PutPreferencesInput.model_construct(preferences=self.items).to_wire()
        return cast("list[Any]", wire["preferences"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {len(self.items)} items>"


def _plain(word: str) -> str:
    """A word as it is looked for in texts and tags."""
    return _INVISIBLE.sub("", _LEADING_HASH.sub("", word.strip()))


def _saved(value: str, *, pinned: bool) -> SavedFeed:
    """A feed to be saved.

    Raises:
        InputError: It is neither a feed generator nor a list.
    """
    uri = AtUri.parse(value)
    kind = _FEED_KINDS.get(uri.collection or "")
    if kind is None or not uri.authority.startswith("did:"):
        raise InputError(f"{value!r} isn't the AT-URI of a feed generator or a list, with a DID in it")
    return SavedFeed(id=str(Tid.now()), type=kind, value=value, pinned=pinned)
