"""Search for posts and accounts, by whole words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from atlex.testing._accounts import Account
from atlex.testing._bluesky._area import Area, page
from atlex.testing._bluesky._index import POST, PROFILE
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._bluesky._query import PostQuery, words_of
from atlex.testing._methods import Call, method

__all__ = ["SearchMethods"]

# The first search takes one of each of these, the second several.
_PLURALS: Final = {
    "author": "authors",
    "mentions": "mentions",
    "lang": "languages",
    "domain": "domains",
    "url": "urls",
}


class SearchMethods(Area):
    """The methods that find posts and accounts."""

    @method("app.bsky.feed.searchPosts", auth="access")
    def search_posts(self, call: Call) -> Any:
        """Find posts by their words, authors, mentions, links, tags, languages and dates."""
        given = call.params
        params: dict[str, Any] = {name: [given[one]] for one, name in _PLURALS.items() if one in given}
        params |= {name: given[name] for name in ("since", "until") if name in given}
        params["hashtags"] = given.get("tag", ())
        return self._found(call, given["q"], params)

    @method("app.bsky.feed.searchPostsV2", auth="access")
    def search_posts_v2(self, call: Call) -> Any:
        """Find posts in the same way, with what is not wanted, and with kinds of posts."""
        return self._found(call, call.params.get("query", ""), call.params)

    @method("app.bsky.actor.searchActors", auth="access")
    def search_actors(self, call: Call) -> Any:
        """Find accounts by their handle, name and description."""
        views = self.views(call)
        found = self._accounts(views, call, described=True)
        numbered = [(len(found) - place, account) for place, account in enumerate(found)]
        shown, cursor = page(numbered, call.params, lambda pair: pair[0])
        return {"actors": [views.profile(account) for _, account in shown], **cursor}

    @method("app.bsky.actor.searchActorsTypeahead", auth="access")
    def search_actors_typeahead(self, call: Call) -> Any:
        """Find accounts by how their handle or a word of their name begins."""
        views = self.views(call)
        found = self._accounts(views, call, described=False)
        return {"actors": [views.author(account) for account in found[: call.params["limit"]]]}

    def _found(self, call: Call, text: str, params: Mapping[str, Any]) -> dict[str, Any]:
        views, index = self.views(call), self.world.index

        def did_of(name: str) -> str:
            account = self.state.accounts.find(views.viewer if name == "me" else name.removeprefix("@"))
            return name if account is None else account.did

        query = PostQuery(text, params, did_of)
        posts = [post for post in index.all(POST)[::-1] if query.finds(post) and views.is_shown(post)]
        if params.get("following"):
            posts = [post for post in posts if index.link("follow", post.did, views.viewer) is not None]
        if call.params.get("sort") == "top":
            posts.sort(key=lambda post: index.count("like", post.uri), reverse=True)
        numbered = [(len(posts) - place, post) for place, post in enumerate(posts)]
        shown, cursor = page(numbered, call.params, lambda pair: pair[0])
        return {"posts": [views.post(post) for _, post in shown], "hitsTotal": len(posts), **cursor}

    def _accounts(self, views: PostViews, call: Call, *, described: bool) -> list[Account]:
        query: str = call.params.get("q", call.params.get("term", ""))
        wanted = query.casefold().removeprefix("@").strip()
        found = [
            account
            for account in self.state.accounts
            if account.active and wanted and self._is_called(account, wanted, described=described)
        ]
        link = self.world.index.link
        # Accounts that the caller follows come first.
        return sorted(found, key=lambda account: link("follow", account.did, views.viewer) is None)

    def _is_called(self, account: Account, wanted: str, *, described: bool) -> bool:
        profile = self.world.index.find(f"at://{account.did}/{PROFILE}/self")
        value: Mapping[str, Any] = {} if profile is None else profile.value
        texts = [value.get("displayName", ""), value.get("description", "") if described else ""]
        begin = words_of(wanted).rstrip()
        return account.handle.startswith(wanted) or (
            bool(begin) and any(begin in words_of(text) for text in texts)
        )
