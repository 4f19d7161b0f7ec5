"""The asynchronous Bluesky layer's part for likes, reposts, follows, blocks, mutes and bookmarks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from atlex import now
from atlex.client import AsyncRecords, Written
from atlex.errors import InputError
from atlex.model import RecordObject
from atlex.syntax import AtUri
from atlex_bsky._async_core import AsyncCore
from atlex_bsky._replies import POST
from atlex_bsky._subjects import Actor, Subject
from atlex_bsky._undoing import is_about, mark_of, own_mark, shown
from atlex_sdk.app.bsky.feed.like import Like
from atlex_sdk.app.bsky.feed.repost import Repost
from atlex_sdk.app.bsky.graph.block import Block
from atlex_sdk.app.bsky.graph.defs import Relationship
from atlex_sdk.app.bsky.graph.follow import Follow
from atlex_sdk.app.bsky.graph.listblock import Listblock

__all__ = ["AsyncGraph"]

R = TypeVar("R", bound=RecordObject)


class AsyncGraph(AsyncCore):
    """What `AsyncBluesky` does with likes, reposts, follows, blocks, mutes and bookmarks.

    Doing something twice does no harm: a server keeps one like, repost, follow or block of each subject. To
    undo something that wasn't done is an error, unless ``missing_ok`` is given.
    """

    async def like(self, subject: Subject, *, via: Subject | None = None) -> Written[Like]:
        """Like a post, a feed or a labeler (app.bsky.feed.like, by com.atproto.repo.createRecord).

        Args:
            subject: The record to like: its view, the result of `post`, its AT-URI or its link at bsky.app.
                For an address the present version is looked up (com.atproto.repo.getRecord).
            via: The repost by which it was found, so that its author is notified.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        found = None if via is None else await self.ref_of(via)
        record = Like(subject=await self.ref_of(subject), via=found, created_at=now())
        return await self._client.app.bsky.feed.like.create(record)

    async def unlike(self, subject: Subject, *, missing_ok: bool = False) -> bool:
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

        async def ask(uri: str) -> str | None:
            feeds = self._client.app.bsky.feed
            if AtUri.parse(uri).collection == POST:
                return next(
                    (mark_of(post, "like") for post in (await feeds.get_posts(uris=[uri])).posts), None
                )
            if AtUri.parse(uri).collection == "app.bsky.feed.generator":
                return mark_of((await feeds.get_feed_generator(feed=uri)).view, "like")
            raise InputError(f"The like of {uri} can only be found by its view, or by the result of like()")

        records = self._client.app.bsky.feed.like
        return await self._undo(records, subject, "like", self.uri_of, ask, missing_ok)

    async def repost(self, subject: Subject, *, via: Subject | None = None) -> Written[Repost]:
        """Repost a post (app.bsky.feed.repost, by com.atproto.repo.createRecord).

        Args:
            subject: The post, as for `like`.
            via: As for `like`.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        found = None if via is None else await self.ref_of(via)
        record = Repost(subject=await self.ref_of(subject), via=found, created_at=now())
        return await self._client.app.bsky.feed.repost.create(record)

    async def unrepost(self, subject: Subject, *, missing_ok: bool = False) -> bool:
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

        async def ask(uri: str) -> str | None:
            found = await self._client.app.bsky.feed.get_posts(uris=[uri])
            return next((mark_of(post, "repost") for post in found.posts), None)

        records = self._client.app.bsky.feed.repost
        return await self._undo(records, subject, "repost", self.uri_of, ask, missing_ok)

    async def follow(self, actor: Actor) -> Written[Follow]:
        """Follow an account (app.bsky.graph.follow, by com.atproto.repo.createRecord).

        Args:
            actor: Its DID, its handle, the link of its profile, or anything with ``did``, such as its view.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        record = Follow(subject=await self.did_of(actor), created_at=now())
        return await self._client.app.bsky.graph.follow.create(record)

    async def unfollow(self, actor: Actor | Subject, *, missing_ok: bool = False) -> bool:
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

        async def ask(did: str) -> str | None:
            relationship = await self._relationship(did)
            return None if relationship is None else relationship.following

        records = self._client.app.bsky.graph.follow
        return await self._undo(records, actor, "following", self.did_of, ask, missing_ok)

    async def block(self, actor: Actor) -> Written[Block]:
        """Block an account, for everybody to see (app.bsky.graph.block, by com.atproto.repo.createRecord).

        Args:
            actor: The account, as for `follow`.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        record = Block(subject=await self.did_of(actor), created_at=now())
        return await self._client.app.bsky.graph.block.create(record)

    async def unblock(self, actor: Actor | Subject, *, missing_ok: bool = False) -> bool:
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

        async def ask(did: str) -> str | None:
            relationship = await self._relationship(did)
            return None if relationship is None else relationship.blocking

        records = self._client.app.bsky.graph.block
        return await self._undo(records, actor, "blocking", self.did_of, ask, missing_ok)

    async def block_list(self, list_: Subject) -> Written[Listblock]:
        """Block all members of a list (app.bsky.graph.listblock, by com.atproto.repo.createRecord).

        Args:
            list_: The list: its view, the result of `create_list`, its AT-URI or its link at bsky.app.

        Raises:
            InputError: It names no record.
            XrpcError: The call failed.
        """
        record = Listblock(subject=await self.uri_of(list_), created_at=now())
        return await self._client.app.bsky.graph.listblock.create(record)

    async def unblock_list(self, list_: Subject, *, missing_ok: bool = False) -> bool:
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

        async def ask(uri: str) -> str | None:
            return mark_of((await self._client.app.bsky.graph.get_list(list=uri, limit=1)).list, "blocked")

        records = self._client.app.bsky.graph.listblock
        return await self._undo(records, list_, "blocked", self.uri_of, ask, missing_ok)

    async def mute(self, actor: Actor) -> None:
        """Mute an account, for oneself alone (app.bsky.graph.muteActor); once muted, nothing happens.

        Args:
            actor: The account, as for `follow`.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        await self._client.app.bsky.graph.mute_actor(actor=await self.did_of(actor))

    async def unmute(self, actor: Actor) -> None:
        """Unmute an account (app.bsky.graph.unmuteActor); where it isn't muted, nothing happens.

        Args:
            actor: The account, as for `follow`.

        Raises:
            InputError: It names no account.
            AtlexError: The handle can't be resolved, or the call failed.
        """
        await self._client.app.bsky.graph.unmute_actor(actor=await self.did_of(actor))

    async def mute_list(self, list_: Subject) -> None:
        """Mute all members of a list (app.bsky.graph.muteActorList); once muted, nothing happens.

        Args:
            list_: The list, as for `block_list`.

        Raises:
            InputError: It names no record.
            XrpcError: The call failed.
        """
        await self._client.app.bsky.graph.mute_actor_list(list=await self.uri_of(list_))

    async def unmute_list(self, list_: Subject) -> None:
        """Unmute the members of a list (app.bsky.graph.unmuteActorList).

        Args:
            list_: The list, as for `block_list`.

        Raises:
            InputError: It names no record.
            XrpcError: The call failed.
        """
        await self._client.app.bsky.graph.unmute_actor_list(list=await self.uri_of(list_))

    async def mute_thread(self, post: Subject) -> None:
        """Mute the notifications of the thread that a post is in (app.bsky.graph.muteThread).

        Args:
            post: Any post of the thread, as for `like`. Where it doesn't come with its record, that is looked
                up (com.atproto.repo.getRecord), since the first post names the thread.

        Raises:
            InputError: It isn't a post.
            XrpcError: A call failed.
        """
        await self._client.app.bsky.graph.mute_thread(root=(await self.reply_ref_of(post)).root.uri)

    async def unmute_thread(self, post: Subject) -> None:
        """Unmute the notifications of a thread (app.bsky.graph.unmuteThread).

        Args:
            post: Any post of the thread, as for `mute_thread`.

        Raises:
            InputError: It isn't a post.
            XrpcError: A call failed.
        """
        await self._client.app.bsky.graph.unmute_thread(root=(await self.reply_ref_of(post)).root.uri)

    async def bookmark(self, post: Subject) -> None:
        """Bookmark a post, for oneself alone (app.bsky.bookmark.createBookmark).

        Args:
            post: The post, as for `like`.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        ref = await self.ref_of(post)
        await self._client.app.bsky.bookmark.create_bookmark(uri=ref.uri, cid=ref.cid)

    async def unbookmark(self, post: Subject) -> None:
        """Remove a bookmark (app.bsky.bookmark.deleteBookmark); where there is none, nothing happens.

        Args:
            post: The post, as for `like`.

        Raises:
            InputError: It names no record.
            XrpcError: A call failed.
        """
        await self._client.app.bsky.bookmark.delete_bookmark(uri=await self.uri_of(post))

    async def _relationship(self, did: str) -> Relationship | None:
        found = await self._client.app.bsky.graph.get_relationships(actor=self.did, others=[did])
        return next((one for one in found.relationships if isinstance(one, Relationship)), None)

    async def _undo(
        self,
        records: AsyncRecords[R],
        subject: Actor | Subject,
        mark: str,
        name: Callable[[Any], Awaitable[str]],
        ask: Callable[[str], Awaitable[str | None]],
        missing_ok: bool,
    ) -> bool:
        """Delete the record by which this account has marked a subject.

        Args:
            records: The records of that kind.
            subject: The account or record that was marked.
            mark: Where the viewer's state in a view has the record's AT-URI.
            name: Gives the DID or AT-URI by which the records name the subject.
            ask: Asks the app view for the record's AT-URI.
            missing_ok: Whether there may be none.
        """
        uri = own_mark(subject, records.nsid) or mark_of(subject, mark)
        if uri is None:
            named = await name(subject)
            latest = await records.list(limit=100)
            uri = next((listed.uri for listed in latest.records if is_about(listed.value, named)), None)
            uri = uri or (latest.cursor and await ask(named)) or None
        if uri is not None:
            await records.delete(uri, repo=self.did)
            return True
        if missing_ok:
            return False
        raise InputError(f"There is no {records.nsid} of {shown(subject)} to take back")
