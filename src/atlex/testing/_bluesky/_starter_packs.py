"""``app.bsky.graph.*`` for starter packs."""

from __future__ import annotations

from typing import Any

from atlex.testing._bluesky._area import Area, page, place
from atlex.testing._bluesky._index import STARTER_PACK
from atlex.testing._bluesky._query import words_of
from atlex.testing._methods import Call, method
from atlex.testing._wire import PdsError

__all__ = ["StarterPackMethods"]


class StarterPackMethods(Area):
    """The methods that show starter packs."""

    @method("app.bsky.graph.getStarterPack", auth="access")
    def get_starter_pack(self, call: Call) -> Any:
        """Give one starter pack, with its list and feeds."""
        views = self.views(call)
        record = views.find_of(STARTER_PACK, call.params["starterPack"])
        if record is None:
            raise PdsError(400, message="Starter pack not found")
        return {"starterPack": views.starter_pack(record)}

    @method("app.bsky.graph.getStarterPacks", auth="access")
    def get_starter_packs(self, call: Call) -> Any:
        """Give the starter packs that there are."""
        views = self.views(call)
        found = (views.find_of(STARTER_PACK, uri) for uri in call.params["uris"])
        return {"starterPacks": [views.starter_pack_basic(record) for record in found if record is not None]}

    @method("app.bsky.graph.getActorStarterPacks", auth="access")
    def get_actor_starter_packs(self, call: Call) -> Any:
        """Give an account's starter packs, newest first."""
        views, account = self.views(call), self.actor(call.params["actor"])
        shown, cursor = page(self.world.index.of(account.did, STARTER_PACK)[::-1], call.params, place)
        return {"starterPacks": [views.starter_pack_basic(record) for record in shown], **cursor}

    @method("app.bsky.graph.getStarterPacksWithMembership", auth="access")
    def get_starter_packs_with_membership(self, call: Call) -> Any:
        """Give the caller's starter packs, each with the list item of an account."""
        views, account = self.views(call), self.actor(call.params["actor"])
        shown, cursor = page(self.world.index.of(views.viewer, STARTER_PACK)[::-1], call.params, place)
        packs = [
            {
                "starterPack": views.starter_pack(record),
                **views.membership(record.value["list"], account.did),
            }
            for record in shown
        ]
        return {"starterPacksWithMembership": packs, **cursor}

    @method("app.bsky.graph.searchStarterPacks", auth="access")
    def search_starter_packs(self, call: Call) -> Any:
        """Find starter packs by words of their name and description."""
        views, wanted = self.views(call), words_of(call.params["q"])
        found = [
            record
            for record in self.world.index.all(STARTER_PACK)[::-1]
            if views.is_shown(record)
            and wanted in words_of(f"{record.value['name']} {record.value.get('description', '')}")
        ]
        shown, cursor = page(found, call.params, place)
        return {"starterPacks": [views.starter_pack_basic(record) for record in shown], **cursor}
