"""Report the posts that a search finds to a moderation service, and label them there as its moderator.

ATLEX_PASSWORD=… python examples/report_spam.py https://pds.example.com mod.example.com did:plc:… "buy now"
"""

import os
import sys

from atlex_bsky import Bluesky
from atlex_sdk import com, tools

Event = tools.ozone.moderation.defs.ModEventLabel


def main(service: str, identifier: str, password: str, labeler: str, query: str) -> None:
    """Report and label twenty posts at most."""
    with Bluesky.login(service, identifier=identifier, password=password) as bsky:
        ozone = bsky.client.with_options(proxy=f"{labeler}#atproto_labeler")
        for item in bsky.search(query).take(items=20):
            ozone.com.atproto.moderation.create_report(
                reason_type=com.atproto.moderation.defs.REASON_SPAM, subject=item.view.ref
            )
            ozone.tools.ozone.moderation.emit_event(
                event=Event(create_label_vals=["spam"], negate_label_vals=[]),
                subject=item.view.ref,
                created_by=bsky.did,
            )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], *sys.argv[3:5])
