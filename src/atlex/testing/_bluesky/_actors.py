"""``app.bsky.actor.*``: profiles and preferences."""

from __future__ import annotations

from typing import Any

from atlex.testing._bluesky._area import Area
from atlex.testing._methods import Call, method

__all__ = ["ActorMethods"]


class ActorMethods(Area):
    """The methods that show accounts, and that keep preferences."""

    @method("app.bsky.actor.getProfile", auth="access")
    def get_profile(self, call: Call) -> Any:
        """Give one profile."""
        return self.views(call).detailed(self.actor(call.params["actor"]))

    @method("app.bsky.actor.getProfiles", auth="access")
    def get_profiles(self, call: Call) -> Any:
        """Give the profiles that there are."""
        views = self.views(call)
        found = map(self.state.accounts.find_public, call.params["actors"])
        return {"profiles": [views.detailed(account) for account in found if account is not None]}

    @method("app.bsky.actor.getPreferences", auth="access", takendown=True)
    def get_preferences(self, call: Call) -> Any:
        """Give the caller's preferences as they were stored."""
        return {"preferences": list(self.state.caller(call).preferences)}

    @method("app.bsky.actor.putPreferences", auth="access", active=True)
    def put_preferences(self, call: Call) -> None:
        """Store the caller's preferences."""
        self.state.caller(call).preferences = call.input["preferences"]
