# Made from _async_graph.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for likes, reposts, follows, blocks, mutes and bookmarks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from atlex import now
from atlex.client import Records, Written
from atlex.errors import InputError, RecordNotFoundError
from atlex.model import RecordObject
from atlex.syntax import AtUri
from atlex_bsky._subjects import Actor, Subject
from atlex_bsky._sync_core import Core
from atlex_bsky._undoing import is_about, mark_of, own_mark, shown
from atlex_sdk.app.bsky.feed.like import Like
from atlex_sdk.app.bsky.feed.repost import Repost
from atlex_sdk.app.bsky.graph.block import Block
from atlex_sdk.app.bsky.graph.defs import Relationship
from atlex_sdk.app.bsky.graph.follow import Follow
from atlex_sdk.app.bsky.graph.listblock import Listblock

__all__ = ["Graph"]

R = TypeVar("R", bound=RecordObject)


class Graph(Core):
    """What `Bluesky` does with likes, reposts, follows, blocks, mutes and bookmarks.

    A server keeps one like, repost, follow or block of each subject, and the latest replaces the one before;
    with ``once`` the one before stays. To undo something that wasn't done is an error, unless ``missing_ok``
    is given.
    """

    def like(self, subject: Subject, *, via: Subject | None = None, once: bool = False) -> Written[Like]:
        """Like a post, a feed or a labeler (app.bsky.feed.like, by com.atproto.repo.createRecord).

        Args:
            subject: The record to like: its view, the result of `post`, its AT-URI or its link at bsky.app.
                For an address the present version is looked up (com.atproto.repo.getRecord).
            via: The repost by which it was found, so that its author is notified.
            once: Whether to look first, as for taking back, and leave an earlier record as it is. False: the
                server replaces it.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        records = self._client.app.bsky.feed.like
        if once and (present := self._present(records, subject, "like", self.uri_of)):
            return present
        found = None if via is None else self.ref_of(via)
        record = Like(subject=self.ref_of(subject), via=found, created_at=now())
        return records.create(record)

    def unlike(self, subject: Subject, *, missing_ok: bool = False) -> bool:
        """Take a like back (com.atproto.repo.deleteRecord of the app.bsky.feed.like).

        The like is found by the view, or among the account's latest hundred (com.atproto.repo.listRecords),
        or by asking the app view (app.bsky.feed.getPosts, app.bsky.feed.getFeedGenerator).

        Args:
            subject: The liked record, in any form that `like` takes, or the result of `like`.
            missing_ok: Whether it may not have been liked.

        Returns:
            Whether it had been liked.

        Raises:
            InputError: It wasn't liked, and ``missing_ok`` isn't given.
            XrpcError: A call failed.
        """
        records = self._client.app.bsky.feed.like
        return self._undo(records, subject, "like", self.uri_of, missing_ok)

    def repost(self, subject: Subject, *, via: Subject | None = None, once: bool = False) -> Written[Repost]:
        """Repost a post (app.bsky.feed.repost, by com.atproto.repo.createRecord).

        Args:
            subject: The post, as for `like`.
            via: As for `like`.
            once: Whether to look first, as for taking back, and leave an earlier record as it is. False: the
                server replaces it.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        records = self._client.app.bsky.feed.repost
        if once and (present := self._present(records, subject, "repost", self.uri_of)):
            return present
        found = None if via is None else self.ref_of(via)
        record = Repost(subject=self.ref_of(subject), via=found, created_at=now())
        return records.create(record)

    def unrepost(self, subject: Subject, *, missing_ok: bool = False) -> bool:
        """Take a repost back (com.atproto.repo.deleteRecord of the app.bsky.feed.repost).

        It is found as `unlike` finds a like.

        Args:
            subject: The post, in any form that `like` takes, or the result of `repost`.
            missing_ok: Whether it may not have been reposted.

        Returns:
            Whether it had been reposted.

        Raises:
            InputError: It wasn't reposted, and ``missing_ok`` isn't given.
            XrpcError: A call failed.
        """
        records = self._client.app.bsky.feed.repost
        return self._undo(records, subject, "repost", self.uri_of, missing_ok)

    def follow(self, actor: Actor, *, once: bool = False) -> Written[Follow]:
        """Follow an account (app.bsky.graph.follow, by com.atproto.repo.createRecord).

        Args:
            actor: Its DID, its handle, the link of its profile, or anything with ``did``, such as its view.
            once: Whether to look first, as for taking back, and leave an earlier record as it is. False: the
                server replaces it.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        records = self._client.app.bsky.graph.follow
        if once and (present := self._present(records, actor, "following", self.did_of)):
            return present
        record = Follow(subject=self.did_of(actor), created_at=now())
        return records.create(record)

    def unfollow(self, actor: Actor | Subject, *, missing_ok: bool = False) -> bool:
        """Unfollow an account (com.atproto.repo.deleteRecord of the app.bsky.graph.follow).

        The follow is found by the view, or among the account's latest hundred (com.atproto.repo.listRecords),
        or by asking the app view (app.bsky.graph.getRelationships).

        Args:
            actor: The account, in any form that `follow` takes, or the result of `follow`.
            missing_ok: Whether it may not have been followed.

        Returns:
            Whether it had been followed.

        Raises:
            InputError: It wasn't followed, and ``missing_ok`` isn't given.
            AtlexError: The handle can't be resolved, or a call failed.
        """
        records = self._client.app.bsky.graph.follow
        return self._undo(records, actor, "following", self.did_of, missing_ok)

    def block(self, actor: Actor, *, once: bool = False) -> Written[Block]:
        """Block an account, for everybody to see (app.bsky.graph.block, by com.atproto.repo.createRecord).

        Args:
            actor: The account, as for `follow`.
            once: Whether to look first, as for taking back, and leave an earlier record as it is. False: the
                server replaces it.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        records = self._client.app.bsky.graph.block
        if once and (present := self._present(records, actor, "blocking", self.did_of)):
            return present
        record = Block(subject=self.did_of(actor), created_at=now())
        return records.create(record)

    def unblock(self, actor: Actor | Subject, *, missing_ok: bool = False) -> bool:
        """Unblock an account (com.atproto.repo.deleteRecord of the app.bsky.graph.block).

        It is found as `unfollow` finds a follow.

        Args:
            actor: The account, in any form that `follow` takes, or the result of `block`.
            missing_ok: Whether it may not have been blocked.

        Returns:
            Whether it had been blocked.

        Raises:
            InputError: It wasn't blocked, and ``missing_ok`` isn't given.
            AtlexError: The handle can't be resolved, or a call failed.
        """
        records = self._client.app.bsky.graph.block
        return self._undo(records, actor, "blocking", self.did_of, missing_ok)

    def block_list(self, list_: Subject) -> Written[Listblock]:
        """Block all members of a list (app.bsky.graph.listblock, by com.atproto.repo.createRecord).

        A list that this account blocks already is looked for first, as `unblock_list` does, and stays as it is.

        Args:
            list_: The list: its view, the result of `create_list`, its AT-URI or its link at bsky.app.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        records = self._client.app.bsky.graph.listblock
        if present := self._present(records, list_, "blocked", self.uri_of):
            return present
        record = Listblock(subject=self.uri_of(list_), created_at=now())
        return records.create(record)

    def unblock_list(self, list_: Subject, *, missing_ok: bool = False) -> bool:
        """Unblock the members of a list (com.atproto.repo.deleteRecord of the app.bsky.graph.listblock).

        It is found by the view, or among the account's latest hundred (com.atproto.repo.listRecords), or by
        asking the app view (app.bsky.graph.getList).

        Args:
            list_: The list, in any form that `block_list` takes, or the result of that.
            missing_ok: Whether it may not have been blocked.

        Returns:
            Whether it had been blocked.

        Raises:
            InputError: It wasn't blocked, and ``missing_ok`` isn't given.
            XrpcError: A call failed.
        """
        records = self._client.app.bsky.graph.listblock
        return self._undo(records, list_, "blocked", self.uri_of, missing_ok)

    def mute(self, actor: Actor) -> None:
        """Mute an account, for oneself alone (app.bsky.graph.muteActor); once muted, nothing happens.

        Args:
            actor: The account, as for `follow`.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        self._client.app.bsky.graph.mute_actor(actor=self.did_of(actor))

    def unmute(self, actor: Actor) -> None:
        """Unmute an account (app.bsky.graph.unmuteActor); where it isn't muted, nothing happens.

        Args:
            actor: The account, as for `follow`.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        self._client.app.bsky.graph.unmute_actor(actor=self.did_of(actor))

    def mute_list(self, list_: Subject) -> None:
        """Mute all members of a list (app.bsky.graph.muteActorList); once muted, nothing happens.

        Args:
            list_: The list, as for `block_list`.

        Raises:
            InputError: It names no record.
            XrpcError: The call failed.
        """
        self._client.app.bsky.graph.mute_actor_list(list=self.uri_of(list_))

    def unmute_list(self, list_: Subject) -> None:
        """Unmute the members of a list (app.bsky.graph.unmuteActorList).

        Args:
            list_: The list, as for `block_list`.

        Raises:
            InputError: It names no record.
            XrpcError: The call failed.
        """
        self._client.app.bsky.graph.unmute_actor_list(list=self.uri_of(list_))

    def mute_thread(self, post: Subject) -> None:
        """Mute the notifications of the thread that a post is in (app.bsky.graph.muteThread).

        Args:
            post: Any post of the thread, as for `like`. Where it doesn't come with its record, that is looked
                up (com.atproto.repo.getRecord), since the first post names the thread.

        Raises:
            InputError: It isn't a post.
            XrpcError: A call failed.
        """
        self._client.app.bsky.graph.mute_thread(root=(self.reply_ref_of(post)).root.uri)

    def unmute_thread(self, post: Subject) -> None:
        """Unmute the notifications of a thread (app.bsky.graph.unmuteThread).

        Args:
            post: Any post of the thread, as for `mute_thread`.

        Raises:
            InputError: It isn't a post.
            XrpcError: A call failed.
        """
        self._client.app.bsky.graph.unmute_thread(root=(self.reply_ref_of(post)).root.uri)

    def bookmark(self, post: Subject) -> None:
        """Bookmark a post, for oneself alone (app.bsky.bookmark.createBookmark).

        Args:
            post: The post, as for `like`.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        ref = self.ref_of(post)
        self._client.app.bsky.bookmark.create_bookmark(uri=ref.uri, cid=ref.cid)

    def unbookmark(self, post: Subject) -> None:
        """Remove a bookmark (app.bsky.bookmark.deleteBookmark); where there is none, nothing happens.

        Args:
            post: The post, as for `like`.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        self._client.app.bsky.bookmark.delete_bookmark(uri=self.uri_of(post))

    def _undo(
        self,
        records: Records[R],
        subject: Actor | Subject,
        mark: str,
        name: Callable[[Any], str],
        missing_ok: bool,
    ) -> bool:
        """Delete the record by which this account has marked a subject. The arguments are those of `_find`."""
        uri = self._find(records, subject, mark, name)
        if uri is not None:
            records.delete(uri, repo=self.did)
            return True
        if missing_ok:
            return False
        raise InputError(f"There is no {records.nsid} of {shown(subject)} to take back")

    def _present(
        self,
        records: Records[R],
        subject: Actor | Subject,
        mark: str,
        name: Callable[[Any], str],
    ) -> Written[R] | None:
        """The record by which this account has marked a subject. The arguments are those of `_find`."""
        uri = self._find(records, subject, mark, name)
        if uri is None:
            return None
        try:
            found = records.get(uri)
        except RecordNotFoundError:
            # A view, or the app view itself, may not have heard yet that it is gone.
            return None
        return Written(found.uri, found.cid or "", found.value)

    def _find(
        self,
        records: Records[R],
        subject: Actor | Subject,
        mark: str,
        name: Callable[[Any], str],
    ) -> str | None:
        """Find the AT-URI of the record by which this account has marked a subject.

        Args:
            records: The records of that kind.
            subject: The account or record that was marked.
            mark: The name that the record's AT-URI has in the viewer's state of a view.
            name: Gives the DID or AT-URI by which the records name the subject.
        """
        uri = own_mark(subject, records.nsid) or mark_of(subject, mark)
        if uri is not None:
            return uri
        named = name(subject)
        latest = records.list(limit=100)
        uri = next((listed.uri for listed in latest.records if is_about(listed.value, named)), None)
        return self._ask(named, mark) if uri is None and latest.cursor else uri

    def _ask(self, named: str, mark: str) -> str | None:
        """Ask the app view for the record by which this account has marked an account or a record."""
        feed, graph = self._client.app.bsky.feed, self._client.app.bsky.graph
        if named.startswith("did:"):
            found = graph.get_relationships(actor=self.did, others=[named])
            return next(
                (getattr(one, mark) for one in found.relationships if isinstance(one, Relationship)), None
            )
        match AtUri.parse(named).collection:
            case "app.bsky.feed.post":
                posts = (feed.get_posts(uris=[named])).posts
                return next((mark_of(post, mark) for post in posts), None)
            case "app.bsky.feed.generator":
                return mark_of((feed.get_feed_generator(feed=named)).view, mark)
            case "app.bsky.graph.list":
                return mark_of((graph.get_list(list=named, limit=1)).list, mark)
            case _:
                raise InputError(f"Give the view of {named}, or the result of what is to be taken back")
