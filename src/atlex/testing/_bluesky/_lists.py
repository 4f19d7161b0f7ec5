"""``app.bsky.graph.*`` for lists: what is on them, and who mutes or blocks with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from atlex.testing._bluesky._area import Area, page, place
from atlex.testing._bluesky._index import LIST, LIST_BLOCK
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._methods import Call, method
from atlex.testing._repo import StoredRecord
from atlex.testing._wire import PdsError

__all__ = ["ListMethods"]

_DEFS: Final = "app.bsky.graph.defs#"
_PURPOSES: Final = ("modlist", "curatelist")


class ListMethods(Area):
    """The methods that show lists, and that mute them."""

    @method("app.bsky.graph.getList", auth="access")
    def get_list(self, call: Call) -> Any:
        """Give a list with its members, newest first."""
        views = self.views(call)
        record = views.find_list(call.params["list"])
        if record is None:
            raise PdsError(400, message="List not found")
        shown, cursor = page(views.list_items(record.uri), call.params, place)
        items = [item for item in map(views.list_item, shown) if item is not None]
        return {"list": views.list_full(record), "items": items, **cursor}

    @method("app.bsky.graph.getLists", auth="access")
    def get_lists(self, call: Call) -> Any:
        """Give an account's lists, newest first."""
        views, account = self.views(call), self.actor(call.params["actor"])
        shown, cursor = page(self._lists(call, account.did), call.params, place)
        return {"lists": [views.list_full(record) for record in shown], **cursor}

    @method("app.bsky.graph.getListsWithMembership", auth="access")
    def get_lists_with_membership(self, call: Call) -> Any:
        """Give the caller's lists, each with the item that puts an account on it."""
        views, account = self.views(call), self.actor(call.params["actor"])
        shown, cursor = page(self._lists(call, views.viewer), call.params, place)
        lists = [
            {"list": views.list_full(record), **views.membership(record.uri, account.did)} for record in shown
        ]
        return {"listsWithMembership": lists, **cursor}

    @method("app.bsky.graph.getListMutes", auth="access")
    def get_list_mutes(self, call: Call) -> Any:
        """Give the lists that the caller has muted, last muted first."""
        views = self.views(call)
        numbers = sorted(views.own.muted_lists.items(), key=lambda item: item[1], reverse=True)
        found = [(record, number) for uri, number in numbers if (record := views.find_list(uri)) is not None]
        shown, cursor = page(found, call.params, lambda item: item[1])
        return {"lists": [views.list_full(record) for record, _ in shown], **cursor}

    @method("app.bsky.graph.getListBlocks", auth="access")
    def get_list_blocks(self, call: Call) -> Any:
        """Give the lists that the caller blocks, last blocked first."""
        views = self.views(call)
        shown, cursor = page(self.world.index.of(views.viewer, LIST_BLOCK)[::-1], call.params, place)
        found = (views.find_list(block.value["subject"]) for block in shown)
        return {"lists": [views.list_full(record) for record in found if record is not None], **cursor}

    @method("app.bsky.graph.muteActorList", auth="access", active=True)
    def mute_actor_list(self, call: Call) -> None:
        """Mute everybody on a list."""
        views = self.views(call)
        views.own.muted_lists.setdefault(self._uri(views, call), self.state.clock.count())

    @method("app.bsky.graph.unmuteActorList", auth="access", active=True)
    def unmute_actor_list(self, call: Call) -> None:
        """Undo the mute of a list."""
        views = self.views(call)
        views.own.muted_lists.pop(self._uri(views, call), None)

    def _uri(self, views: PostViews, call: Call) -> str:
        record = views.find_list(call.input["list"])
        return str(call.input["list"]) if record is None else record.uri

    def _lists(self, call: Call, did: str) -> Sequence[StoredRecord]:
        wanted = call.params.get("purposes") or _PURPOSES
        purposes = {purpose if "#" in purpose else f"{_DEFS}{purpose}" for purpose in wanted}
        lists = self.world.index.of(did, LIST)[::-1]
        return [record for record in lists if record.value["purpose"] in purposes]
