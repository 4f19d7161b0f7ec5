"""``app.bsky.graph.*`` for accounts: who follows, mutes and blocks whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from atlex.testing._accounts import Account
from atlex.testing._bluesky._area import Area, page, place
from atlex.testing._bluesky._index import BLOCK, FOLLOW
from atlex.testing._bluesky._world import Mute
from atlex.testing._methods import Call, method
from atlex.testing._repo import StoredRecord
from atlex.testing._wire import PdsError

__all__ = ["GraphMethods"]


class GraphMethods(Area):
    """The methods that show and change how accounts stand to each other."""

    @method("app.bsky.graph.getFollowers", auth="access")
    def get_followers(self, call: Call) -> Any:
        """Give the profiles of an account's followers, newest first."""
        account = self.actor(call.params["actor"])
        records = self.world.index.about("follow", account.did)
        return self._listed(call, account, "followers", records, lambda follow: follow.did)

    @method("app.bsky.graph.getFollows", auth="access")
    def get_follows(self, call: Call) -> Any:
        """Give the profiles of those whom an account follows, newest first."""
        account = self.actor(call.params["actor"])
        return self._listed(call, account, "follows", self.world.index.of(account.did, FOLLOW), _subject)

    @method("app.bsky.graph.getKnownFollowers", auth="access")
    def get_known_followers(self, call: Call) -> Any:
        """Give the profiles of an account's followers whom the caller follows."""
        account, index, viewer = self.actor(call.params["actor"]), self.world.index, call.did or ""
        records = [
            follow
            for follow in index.about("follow", account.did)
            if index.link("follow", follow.did, viewer) is not None
        ]
        return self._listed(call, account, "followers", records, lambda follow: follow.did)

    @method("app.bsky.graph.getBlocks", auth="access")
    def get_blocks(self, call: Call) -> Any:
        """Give the profiles of those whom the caller blocks, newest first."""
        records = self.world.index.of(call.did or "", BLOCK)[::-1]
        shown, cursor = page(records, call.params, place)
        return {"blocks": self.views(call).profiles([_subject(record) for record in shown]), **cursor}

    @method("app.bsky.graph.getRelationships", auth="access")
    def get_relationships(self, call: Call) -> Any:
        """Give the follows and blocks between an account and some others."""
        account = self.state.accounts.find_public(call.params["actor"])
        others: Sequence[str] = call.params.get("others", ())
        known = {} if account is None else {"actor": account.did}
        return {**known, "relationships": [self._relationship(call, account, other) for other in others]}

    @method("app.bsky.graph.getMutes", auth="access")
    def get_mutes(self, call: Call) -> Any:
        """Give the profiles of those whom the caller has muted, newest first."""
        views = self.views(call)
        mutes = sorted(views.own.mutes.items(), key=lambda mute: mute[1].number, reverse=True)
        shown, cursor = page(mutes, call.params, lambda mute: mute[1].number)
        return {"mutes": views.profiles([did for did, _ in shown]), **cursor}

    @method("app.bsky.graph.muteActor", auth="access", active=True)
    def mute_actor(self, call: Call) -> None:
        """Mute an account, or just its reposts or quotes."""
        did = self._did(call.input["actor"])
        if did == call.did:
            raise PdsError(400, message="Actor cannot mute themselves")
        parts = {"reposts": "onlyReposts", "quotes": "onlyQuoteposts"}
        only = frozenset(part for part, name in parts.items() if call.input.get(name))
        self.views(call).own.mutes[did] = Mute(self.state.clock.count(), only)

    @method("app.bsky.graph.unmuteActor", auth="access", active=True)
    def unmute_actor(self, call: Call) -> None:
        """Undo the mute of an account."""
        self.views(call).own.mutes.pop(self._did(call.input["actor"]), None)

    @method("app.bsky.graph.muteThread", auth="access", active=True)
    def mute_thread(self, call: Call) -> None:
        """Mute the notifications of a thread."""
        self.views(call).own.muted_threads.add(call.input["root"])

    @method("app.bsky.graph.unmuteThread", auth="access", active=True)
    def unmute_thread(self, call: Call) -> None:
        """Undo the mute of a thread."""
        self.views(call).own.muted_threads.discard(call.input["root"])

    def _did(self, identifier: str) -> str:
        account = self.state.accounts.find(identifier)
        if account is None:
            raise PdsError(400, message="Actor not found")
        return account.did

    def _listed(
        self,
        call: Call,
        account: Account,
        name: str,
        records: Sequence[StoredRecord],
        who: Callable[[StoredRecord], str],
    ) -> dict[str, Any]:
        views = self.views(call)
        shown, cursor = page(records[::-1], call.params, place)
        dids = [did for did in map(who, shown) if not views.is_apart(did)]
        return {"subject": views.profile(account), name: views.profiles(dids), **cursor}

    def _relationship(self, call: Call, account: Account | None, identifier: str) -> dict[str, Any]:
        other = self.state.accounts.find_public(identifier)
        if account is None or other is None:
            return {"$type": "app.bsky.graph.defs#notFoundActor", "actor": identifier, "notFound": True}
        index, views = self.world.index, self.views(call)
        named = {
            "following": index.link("follow", other.did, account.did),
            "followedBy": index.link("follow", account.did, other.did),
            "blocking": index.link("block", other.did, account.did),
            "blockedBy": index.link("block", account.did, other.did),
            "blockingByList": views.blocking_list(account.did, other.did),
            "blockedByList": views.blocking_list(other.did, account.did),
        }
        found = {name: record.uri for name, record in named.items() if record is not None}
        return {"$type": "app.bsky.graph.defs#relationship", "did": other.did, **found}


def _subject(record: StoredRecord) -> str:
    return str(record.value["subject"])
