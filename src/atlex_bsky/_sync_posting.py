# Made from _async_posting.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for posts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from atlex.errors import InputError
from atlex.syntax import AtUri
from atlex_bsky._drafts import Draft, Posted, draft_of
from atlex_bsky._embeds import Media, check_pictures, embed_of, pictures_of
from atlex_bsky._gates import ReplyGate, ReplyRule, allowed, rules_of
from atlex_bsky._replies import POST
from atlex_bsky._splitting import MAX_BYTES, MAX_GRAPHEMES, fits, split
from atlex_bsky._subjects import Subject
from atlex_bsky._sync_core import Core
from atlex_bsky._texts import Texts
from atlex_bsky.media import Card, Image, Video
from atlex_bsky.richtext import RichText
from atlex_sdk.app.bsky.feed import postgate, threadgate
from atlex_sdk.app.bsky.feed.threadgate import ListRule, ThreadgateAllowItem

__all__ = ["Posting"]


class Posting(Core):
    """What `Bluesky` does with posts."""

    def post(
        self,
        text: str | RichText = "",
        *,
        reply_to: Subject | None = None,
        quote: Subject | None = None,
        images: Sequence[Image] = (),
        video: Video | None = None,
        card: Card | str | None = None,
        langs: Texts | None = (),
        tags: Texts | None = (),
        labels: Texts | None = (),
        reply_gate: ReplyGate | None = None,
        quotable: bool = True,
        created_at: str | dt.datetime | None = None,
        long: Literal["thread", "error"] = "thread",
    ) -> Posted:
        """Post something; a text that is too long for one post becomes a thread.

        Writes app.bsky.feed.post, and app.bsky.feed.threadgate and app.bsky.feed.postgate where they are
        asked for, all in one com.atproto.repo.applyWrites. Before that, handles are resolved, records given
        by their address are looked up (com.atproto.repo.getRecord), and media are uploaded.

        Args:
            text: The text. In a ``str``, links, mentions and tags are found as the official apps find them;
                a `RichText` stays as it is, except that its mentions are resolved. A mention of a handle that
                nobody has stays text. More than 300 graphemes or 3,000 bytes are cut at the ends of
                paragraphs, lines, sentences or words, and the posts after the first are the result's
                ``continued``.
            reply_to: The post to reply to: its view, the result of `post`, its AT-URI or its link.
            quote: The record to quote, beside media or without: a post, a feed, a list or a starter pack, in
                the same forms.
            images: Up to ten pictures. More than four are written as app.bsky.embed.gallery.
            video: A video, by way of the video service.
            card: A link card, or the URL of the page to make one of.
            langs: Languages of the text (BCP 47), three at most.
            tags: Hashtags that aren't in the text, with or without ``#``, eight at most.
            labels: Content warnings of one's own, such as ``porn`` or ``graphic-media``.
            reply_gate: Who may reply: ``"nobody"``; or a rule or up to five, of which one is enough:
                ``"mentioned"``, ``"followers"``, ``"following"``, or a list. None: everybody.
            quotable: Whether it may be quoted.
            created_at: When it was written: a datetime with a time zone, or as the lexicon has it. None: now.
            long: ``"error"``: refuse a text that is too long for one post.

        In a thread the first post has the quote, the media, the tags and the gates.

        Returns:
            The post, with its AT-URI, its CID and its record.

        Raises:
            InputError: An argument is wrong, or arguments contradict each other; nothing was written.
            XrpcError: A call failed.
        """
        draft = self.compose(
            text,
            reply_to=reply_to,
            quote=quote,
            images=images,
            video=video,
            card=card,
            langs=langs,
            tags=tags,
            labels=labels,
            reply_gate=reply_gate,
            quotable=quotable,
            created_at=created_at,
            long=long,
        )
        return self.send(draft)

    def compose(
        self,
        text: str | RichText = "",
        *,
        reply_to: Subject | None = None,
        quote: Subject | None = None,
        images: Sequence[Image] = (),
        video: Video | None = None,
        card: Card | str | None = None,
        langs: Texts | None = (),
        tags: Texts | None = (),
        labels: Texts | None = (),
        reply_gate: ReplyGate | None = None,
        quotable: bool = True,
        created_at: str | dt.datetime | None = None,
        long: Literal["thread", "error"] = "thread",
    ) -> Draft:
        """Prepare a post as `post` does, without writing it; `send` does that.

        The draft has the records with their keys and CIDs. Media are uploaded, since a record names them by
        their hashes; a server drops blobs that no record names.

        Args:
            text: As for `post`, as are all others.
            reply_to: As above.
            quote: As above.
            images: As above.
            video: As above.
            card: As above.
            langs: As above.
            tags: As above.
            labels: As above.
            reply_gate: As above.
            quotable: As above.
            created_at: As above.
            long: As above.

        Raises:
            InputError: An argument is wrong, or arguments contradict each other.
            XrpcError: A call failed.
        """
        did = self.did
        if reply_to is not None and reply_gate is not None:
            raise InputError("reply_gate is for the first post of a thread, and this one replies to another")
        if long not in {"thread", "error"}:
            raise InputError(f"long must be 'thread' or 'error', not {long!r}")
        rules = None if reply_gate is None else rules_of(reply_gate)
        rich = self.rich_text_of(text)
        if not fits(rich) and long == "error":
            raise InputError(
                f"The text has {rich.graphemes} graphemes and {rich.bytes} bytes: a post has at most "
                f"{MAX_GRAPHEMES} and {MAX_BYTES}"
            )
        if not (rich or quote or images or video or card):
            raise InputError("A post needs a text, a quote or media")
        reply = None if reply_to is None else self.reply_ref_of(reply_to)
        quoted = None if quote is None else self.ref_of(quote)
        allow = None if rules is None else [self._allowed(rule) for rule in rules]
        return draft_of(
            did,
            split(rich),
            reply=reply,
            embed=embed_of(quoted, self._media(images, video, card)),
            langs=langs,
            labels=labels,
            tags=tags,
            created_at=created_at,
            allow=allow,
            quotable=quotable,
        )

    def send(self, draft: Draft) -> Posted:
        """Write a draft of `compose` (com.atproto.repo.applyWrites).

        Args:
            draft: The draft. It can be sent once: its posts have their keys already.

        Raises:
            InputError: It is another account's.
            XrpcError: The call failed.
        """
        if AtUri.parse(draft.post.uri).authority != self.did:
            raise InputError(f"The draft of {draft.post.uri} isn't of this account, {self.did}")
        self._client.apply_writes(draft.writes)
        return draft.post

    def delete(self, subject: Subject) -> None:
        """Delete a record of this account; where there is none, nothing happens.

        One com.atproto.repo.deleteRecord for the record. For a post two more, for its
        app.bsky.feed.threadgate and app.bsky.feed.postgate, and the same for the posts that continue it if it
        is the result of `post`.

        Args:
            subject: The record: the result of `post`, a view, its AT-URI or its link at bsky.app. A list is
                deleted with its members by `delete_list`.

        Raises:
            InputError: It is another account's.
            XrpcError: A call failed.
        """
        continued = subject.continued if isinstance(subject, Posted) else ()
        for part in (*continued[::-1], subject):
            repo, collection, rkey = self.own_record(part)
            gates = (threadgate.RECORD.nsid, postgate.RECORD.nsid) if collection == POST else ()
            for name in (collection, *gates):
                self._client.com.atproto.repo.delete_record(repo=repo, collection=name, rkey=rkey)

    def _allowed(self, rule: ReplyRule) -> ThreadgateAllowItem:
        return allowed(rule) or ListRule(list=self.uri_of(rule))

    def _media(self, images: Sequence[Image], video: Video | None, card: Card | str | None) -> Media | None:
        given = {"images": images or None, "video": video, "card": card}
        named = [name for name, value in given.items() if value is not None]
        if len(named) > 1:
            raise InputError(
                f"A post has pictures, a video or a card: {' and '.join(named)} exclude each other"
            )
        if not named:
            return None
        # These take libraries that a text needs none of.
        from atlex_bsky.media._sync_upload import card_for, upload_image, upload_video

        if video is not None:
            return upload_video(self._client, video)
        if card is not None:
            return card_for(self._client, card)
        check_pictures(images)
        return pictures_of(
            [upload_image(self._client, image, f"images[{number}]") for number, image in enumerate(images)]
        )
