"""``app.bsky.*`` in miniature: what the Bluesky app view answers, made of the server's own records."""

from __future__ import annotations

from collections.abc import Sequence

from atlex.testing._bluesky._actors import ActorMethods
from atlex.testing._bluesky._area import Area, page
from atlex.testing._bluesky._bookmarks import BookmarkMethods
from atlex.testing._bluesky._feeds import FeedMethods
from atlex.testing._bluesky._generators import GeneratorMethods
from atlex.testing._bluesky._graph import GraphMethods
from atlex.testing._bluesky._lists import ListMethods
from atlex.testing._bluesky._notifications import NotificationMethods
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._bluesky._search import SearchMethods
from atlex.testing._bluesky._starter_packs import StarterPackMethods
from atlex.testing._bluesky._threads import ThreadMethods
from atlex.testing._bluesky._world import World
from atlex.testing._methods import Methods, State

__all__ = ["Area", "PostViews", "World", "bluesky_methods", "page"]


def bluesky_methods(state: State, world: World) -> Sequence[Methods]:
    """The areas of the app view.

    Args:
        state: What all methods share.
        world: What the app view knows; it has to be told of every change of a record.
    """
    areas = (
        ActorMethods,
        GraphMethods,
        ListMethods,
        StarterPackMethods,
        FeedMethods,
        GeneratorMethods,
        ThreadMethods,
        SearchMethods,
        NotificationMethods,
        BookmarkMethods,
    )
    return [area(state, world) for area in areas]
