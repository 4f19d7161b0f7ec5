# Made from _async_lists.py by tools/unasync.py: change that file, and run the tool.
"""The synchronous Bluesky layer's part for lists and starter packs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from atlex.client import Create, Created, Delete, Write
from atlex.data import cid_for
from atlex.errors import InputError
from atlex.model import RecordObject, build
from atlex.syntax import AtUri, Tid, now
from atlex_bsky._subjects import Actor, Subject, record_of
from atlex_bsky._sync_core import Core
from atlex_bsky.richtext import RichText
from atlex_sdk.app.bsky.graph import list as lists
from atlex_sdk.app.bsky.graph import listitem, starterpack

__all__ = ["Lists"]

_CHUNK: Final = 200
"""The most writes that servers take in one request."""


class Lists(Core):
    """What `Bluesky` does with lists and starter packs.

    The members of a list are records of their own (app.bsky.graph.listitem), which are written and deleted by
    com.atproto.repo.applyWrites, 200 at a time. If a call fails in between, calling the same method again
    does the rest. A method that takes a list takes a starter pack too, and works on the list of that.
    """

    def create_list(
        self,
        name: str,
        members: Iterable[Actor] = (),
        *,
        purpose: Literal["curatelist", "modlist", "referencelist"] = "curatelist",
        description: str | RichText | None = None,
    ) -> Created:
        """Make a list, filled if members are given (app.bsky.graph.list).

        Args:
            name: The list's name, 1 to 64 bytes of UTF-8.
            members: The accounts to put on it, in any form that `add_to_list` takes.
            purpose: ``curatelist`` for reading, ``modlist`` for muting and blocking, ``referencelist`` for a
                starter pack.
            description: A text of at most 300 graphemes. Links, mentions and tags are found as in a post.

        Returns:
            The list, with its AT-URI and its CID.

        Raises:
            InputError: An argument is wrong; nothing was written.
            AtlexError: A handle can't be resolved, or a call failed.
        """
        dids = self._dids_of(members)
        text = None if description is None else self.rich_text_of(description)
        record = build(
            lists.List,
            {
                "name": name,
                "purpose": f"app.bsky.graph.defs#{purpose}",
                **_described(text),
                "created_at": now(),
            },
        )
        made, write = self._new(record)
        self._write([write, *_items(made.uri, dids)])
        return made

    def add_to_list(self, list_: Subject, members: Iterable[Actor]) -> list[str]:
        """Put accounts on a list of this account's; those that are on it stay there once.

        The members that it has are read first (com.atproto.repo.listRecords of app.bsky.graph.listitem).

        Args:
            list_: The list: the result of `create_list`, its view, its AT-URI or its link at bsky.app.
            members: The accounts to put on it: DIDs, handles, links of profiles, or anything with ``did``.

        Returns:
            The DIDs of those who weren't on it.

        Raises:
            InputError: It is another account's list, or a member is none of these; nothing was written.
            AtlexError: A handle can't be resolved, or a call failed.
        """
        uri = self._list_of(list_)
        dids = self._dids_of(members)
        present = self._items_of(uri)
        added = [did for did in dids if did not in present]
        self._write(_items(uri, added))
        return added

    def remove_from_list(
        self, list_: Subject, members: Iterable[Actor], *, missing_ok: bool = False
    ) -> list[str]:
        """Take accounts off a list of this account's.

        Their records are looked for in the account's own (com.atproto.repo.listRecords of
        app.bsky.graph.listitem).

        Args:
            list_: The list, as for `add_to_list`.
            members: The accounts to take off it, as for `add_to_list`.
            missing_ok: Whether some may not be on it.

        Returns:
            The DIDs of those who were on it.

        Raises:
            InputError: It is another account's list; or someone isn't on it, and ``missing_ok`` isn't given.
                Nothing was deleted.
            AtlexError: A handle can't be resolved, or a call failed.
        """
        uri = self._list_of(list_)
        dids = self._dids_of(members)
        present = self._items_of(uri)
        if not missing_ok and (missing := [did for did in dids if did not in present]):
            raise InputError(
                f"{len(missing)} of {len(dids)} accounts aren't on the list {uri}, first {missing[0]}"
            )
        removed = [did for did in dids if did in present]
        self._write(_deletions(present[did] for did in removed))
        return removed

    def delete_list(self, list_: Subject) -> None:
        """Delete a list with the records of its members, and the starter pack if one is given.

        Args:
            list_: The list or starter pack, as for `add_to_list`.

        Raises:
            InputError: It is another account's, or no list.
            XrpcError: A call failed.
        """
        address = self.own_record(list_)
        uri = self._list_of(list_)
        writes = list(_deletions((self._items_of(uri)).values()))
        if address.collection == starterpack.RECORD.nsid:
            writes.append(Delete(starterpack.RECORD, address.rkey))
        self._write([*writes, Delete(lists.RECORD, uri)])

    def create_starter_pack(
        self,
        name: str,
        members: Iterable[Actor],
        *,
        description: str | RichText | None = None,
        feeds: Iterable[Subject] = (),
    ) -> Created:
        """Make a starter pack with a list of its own (app.bsky.graph.starterpack, app.bsky.graph.list).

        Args:
            name: The name of the pack and of its list, 1 to 50 graphemes and at most 64 bytes of UTF-8.
            members: The accounts that it recommends, in any form that `add_to_list` takes.
            description: A text of at most 300 graphemes. Links, mentions and tags are found as in a post.
            feeds: The feeds that it recommends, three at most: their views, AT-URIs or links at bsky.app.

        Returns:
            The starter pack, with its AT-URI and its CID.

        Raises:
            InputError: An argument is wrong; nothing was written.
            AtlexError: A handle can't be resolved, or a call failed.
        """
        dids = self._dids_of(members)
        named = self._feeds_of(feeds)
        text = None if description is None else self.rich_text_of(description)
        common = {"name": name, **_described(text), "created_at": now()}
        list_, write = self._new(
            build(lists.List, {**common, "purpose": "app.bsky.graph.defs#referencelist"})
        )
        made, pack = self._new(
            build(starterpack.Starterpack, {**common, "list": list_.uri, "feeds": named or None})
        )
        self._write([write, pack, *_items(list_.uri, dids)])
        return made

    def set_starter_pack_feeds(self, pack: Subject, feeds: Iterable[Subject]) -> None:
        """Change which feeds a starter pack of this account's recommends; all else of it stays.

        The record is read (com.atproto.repo.getRecord) and replaced (com.atproto.repo.putRecord).

        Args:
            pack: The starter pack: the result of `create_starter_pack`, its view, its AT-URI or its link.
            feeds: The feeds, three at most, as for `create_starter_pack`; none to recommend none.

        Raises:
            InputError: It is another account's, or no starter pack; or there are too many feeds.
            InvalidSwapError: It has been changed in the meantime.
            XrpcError: A call failed.
        """
        address = self.own_record(pack)
        if address.collection != starterpack.RECORD.nsid:
            raise InputError(f"{'/'.join(address)} isn't a starter pack")
        named = self._feeds_of(feeds)
        records = self._client.app.bsky.graph.starterpack
        found = records.get(address.rkey)
        found.value.feeds = list(named) or None
        records.put(address.rkey, found.value, swap_record=found.cid)

    def _dids_of(self, actors: Iterable[Actor]) -> list[str]:
        """The DIDs of accounts, each once."""
        named = [actors] if isinstance(actors, str) else actors
        return list(dict.fromkeys([self.did_of(actor) for actor in named]))

    def _feeds_of(self, feeds: Iterable[Subject]) -> list[starterpack.FeedItem]:
        given = [feeds] if isinstance(feeds, str) else feeds
        named = [starterpack.FeedItem(uri=self.uri_of(feed)) for feed in given]
        if len(named) > 3:
            raise InputError(f"A starter pack recommends at most three feeds, not {len(named)}")
        return named

    def _list_of(self, subject: Subject) -> str:
        """The AT-URI of a list of this account's, or of a starter pack's list."""
        address = self.own_record(subject)
        if address.collection == starterpack.RECORD.nsid:
            pack = (self._client.app.bsky.graph.starterpack.get(address.rkey)).value
            address = self.own_record(pack.list)
        if address.collection != lists.RECORD.nsid:
            raise InputError(f"{'/'.join(address)} is neither a list nor a starter pack")
        return str(AtUri(*address))

    def _items_of(self, list_: str) -> dict[str, str]:
        """The members of a list of this account's: their DIDs, and the AT-URIs of their records."""
        return {
            listed.value.subject: listed.uri
            for listed in self._client.app.bsky.graph.listitem.iterate()
            if listed.value is not None and listed.value.list == list_
        }

    def _new(self, record: RecordObject) -> tuple[Created, Create]:
        """A record under a key of its own, with its address before it is written."""
        rkey = Tid.now()
        uri = str(AtUri(self.did, record.lex_type, str(rkey)))
        return Created(uri, cid_for(record)), Create(record, rkey)

    def _write(self, writes: Iterable[Write]) -> None:
        if batch := list(writes):
            self._client.apply_writes(batch, chunk_size=_CHUNK)


def _items(list_: str, dids: Iterable[str]) -> Iterator[Create]:
    for did in dids:
        yield Create(listitem.Listitem(list=list_, subject=did, created_at=now()), Tid.now())


def _deletions(uris: Iterable[str]) -> Iterator[Delete]:
    return (Delete(listitem.RECORD, record_of(uri).rkey) for uri in uris)


def _described(text: RichText | None) -> dict[str, object]:
    if text is None:
        return {}
    return {"description": text.plain, "description_facets": list(text.facets) or None}
