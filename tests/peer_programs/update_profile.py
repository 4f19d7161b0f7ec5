import os
import sys
from datetime import UTC, datetime

from atproto import Client, models
from atproto.exceptions import BadRequestError


def main(service, identifier, password, *words):
    client = Client(service)
    client.login(identifier, password)
    try:
        stored = client.com.atproto.repo.get_record(
            models.ComAtprotoRepoGetRecord.Params(
                repo=client.me.did, collection=models.ids.AppBskyActorProfile, rkey="self"
            )
        )
        profile, cid = stored.value, stored.cid
    except BadRequestError:
        profile, cid = models.AppBskyActorProfile.Record(created_at=client.get_current_time_iso()), None
    profile.description = f"Updated on {datetime.now(UTC):%Y-%m-%d}."
    client.com.atproto.repo.put_record(
        models.ComAtprotoRepoPutRecord.Data(
            repo=client.me.did,
            collection=models.ids.AppBskyActorProfile,
            rkey="self",
            swap_record=cid,
            record=profile,
        )
    )
    preferences = client.app.bsky.actor.get_preferences().preferences
    muted = next(
        (found for found in preferences if isinstance(found, models.AppBskyActorDefs.MutedWordsPref)), None
    )
    if muted is None:
        muted = models.AppBskyActorDefs.MutedWordsPref(items=[])
        preferences.append(muted)
    known = {item.value for item in muted.items}
    for word in words:
        if word not in known:
            muted.items.append(models.AppBskyActorDefs.MutedWord(value=word, targets=["content", "tag"]))
    client.app.bsky.actor.put_preferences(models.AppBskyActorPutPreferences.Data(preferences=preferences))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], *sys.argv[3:])
