"""Custom feeds and labelers, as far as their records say what they are; neither does anything here."""

from __future__ import annotations

from typing import Any

from atlex.testing._bluesky._area import Area, page, place
from atlex.testing._bluesky._index import FEED_GENERATOR, LABELER
from atlex.testing._methods import Call, method
from atlex.testing._wire import PdsError

__all__ = ["GeneratorMethods"]


class GeneratorMethods(Area):
    """The methods that show feed generators and labelers."""

    @method("app.bsky.feed.getFeedGenerator", auth="access")
    def get_feed_generator(self, call: Call) -> Any:
        """Give one custom feed."""
        views = self.views(call)
        record = views.find_of(FEED_GENERATOR, call.params["feed"])
        if record is None:
            raise PdsError(400, message="could not find feed")
        return {"view": views.feed_generator(record), "isOnline": True, "isValid": True}

    @method("app.bsky.feed.getFeedGenerators", auth="access")
    def get_feed_generators(self, call: Call) -> Any:
        """Give the custom feeds that there are."""
        views = self.views(call)
        found = (views.find_of(FEED_GENERATOR, uri) for uri in call.params["feeds"])
        return {"feeds": [views.feed_generator(record) for record in found if record is not None]}

    @method("app.bsky.feed.getActorFeeds", auth="access")
    def get_actor_feeds(self, call: Call) -> Any:
        """Give an account's custom feeds, newest first."""
        views, account = self.views(call), self.actor(call.params["actor"])
        shown, cursor = page(self.world.index.of(account.did, FEED_GENERATOR)[::-1], call.params, place)
        return {"feeds": [views.feed_generator(record) for record in shown], **cursor}

    @method("app.bsky.labeler.getServices", auth="access")
    def get_services(self, call: Call) -> Any:
        """Give the labelers that there are."""
        views, detailed = self.views(call), call.params.get("detailed", False)
        kind = "labelerViewDetailed" if detailed else "labelerView"
        found = (views.find_of(LABELER, f"at://{did}/{LABELER}/self") for did in call.params["dids"])
        shown = [record for record in found if record is not None]
        return {
            "views": [
                {
                    "$type": f"app.bsky.labeler.defs#{kind}",
                    **views.labeler(record),
                    **({"policies": record.value["policies"]} if detailed else {}),
                }
                for record in shown
            ]
        }
