"""Say in the profile when it was last updated, and mute some words; all else stays as it is.

ATLEX_PASSWORD=… python examples/update_profile.py https://pds.example.com alice.example.com spoiler election
"""

import os
import sys
from datetime import UTC, datetime

from atlex_bsky import Bluesky, Preferences
from atlex_sdk.app.bsky.actor.profile import Profile


def main(service: str, identifier: str, password: str, *words: str) -> None:
    """Update the profile and the preferences."""

    def describe(profile: Profile) -> None:
        profile.description = f"Updated on {datetime.now(UTC):%Y-%m-%d}."

    def mute(preferences: Preferences) -> None:
        for word in words:
            preferences.mute_word(word)

    with Bluesky.login(service, identifier=identifier, password=password) as bsky:
        bsky.upsert_profile(describe)
        bsky.update_preferences(mute)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], *sys.argv[3:])
