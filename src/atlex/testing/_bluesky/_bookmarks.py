"""``app.bsky.bookmark.*``: posts that an account keeps for itself."""

from __future__ import annotations

from typing import Any

from atlex.testing._bluesky._area import Area, page
from atlex.testing._bluesky._index import POST, collection_of
from atlex.testing._bluesky._world import Bookmark
from atlex.testing._methods import Call, method
from atlex.testing._wire import PdsError

__all__ = ["BookmarkMethods"]


class BookmarkMethods(Area):
    """The methods that keep bookmarks."""

    @method("app.bsky.bookmark.createBookmark", auth="access", active=True)
    def create_bookmark(self, call: Call) -> None:
        """Bookmark a post; a second time changes nothing."""
        uri = self._uri(call)
        bookmark = Bookmark(self.state.clock.count(), uri, call.input["cid"], self.state.clock.datetime())
        self.views(call).own.bookmarks.setdefault(uri, bookmark)

    @method("app.bsky.bookmark.deleteBookmark", auth="access", active=True)
    def delete_bookmark(self, call: Call) -> None:
        """Remove a bookmark."""
        self.views(call).own.bookmarks.pop(self._uri(call), None)

    @method("app.bsky.bookmark.getBookmarks", auth="access")
    def get_bookmarks(self, call: Call) -> Any:
        """Give the caller's bookmarks with their posts, newest first."""
        views = self.views(call)
        bookmarks = sorted(views.own.bookmarks.values(), key=lambda kept: kept.number, reverse=True)
        shown, cursor = page(bookmarks, call.params, lambda kept: kept.number)
        listed = [
            {
                "subject": {"uri": kept.uri, "cid": kept.cid},
                "createdAt": kept.created_at,
                "item": views.post_or_gap(kept.uri),
            }
            for kept in shown
        ]
        return {"bookmarks": listed, **cursor}

    def _uri(self, call: Call) -> str:
        uri: str = call.input["uri"]
        if collection_of(uri) != POST:
            raise PdsError(400, "UnsupportedCollection", f"Only '{POST}' records can be bookmarked")
        return uri
