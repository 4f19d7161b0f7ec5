"""Change the description in the profile, and keep what else is there. The session is kept for the next run."""

import os
from pathlib import Path

from atproto import Client, models
from atproto.exceptions import BadRequestError, UnauthorizedError

SESSION = Path("session.txt")


def main() -> None:
    client = Client(os.environ["BLUESKY_URL"])
    try:
        client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])
    except UnauthorizedError as error:
        print("no:", error.response.content.error)
        return

    swap_record = None
    try:
        current = client.app.bsky.actor.profile.get(client.me.did, "self")
        profile = current.value
        swap_record = current.cid
    except BadRequestError:
        profile = models.AppBskyActorProfile.Record()

    profile.description = "I write programs"
    client.com.atproto.repo.put_record(
        models.ComAtprotoRepoPutRecord.Data(
            collection=models.ids.AppBskyActorProfile,
            repo=client.me.did,
            rkey="self",
            swap_record=swap_record,
            record=profile,
        )
    )
    print(client.get_profile(client.me.did).description)
    SESSION.write_text(client.export_session_string())


main()
