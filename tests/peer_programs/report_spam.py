import os
import sys

from atproto import Client, models


def main(service, identifier, password, labeler, query):
    client = Client(service)
    client.login(identifier, password)
    ozone = client.with_proxy("atproto_labeler", labeler)
    found = client.app.bsky.feed.search_posts(models.AppBskyFeedSearchPosts.Params(q=query, limit=20))
    for post in found.posts:
        subject = models.create_strong_ref(post)
        ozone.com.atproto.moderation.create_report(
            models.ComAtprotoModerationCreateReport.Data(
                reason_type="com.atproto.moderation.defs#reasonSpam", subject=subject
            )
        )
        ozone.tools.ozone.moderation.emit_event(
            models.ToolsOzoneModerationEmitEvent.Data(
                event=models.ToolsOzoneModerationDefs.ModEventLabel(
                    create_label_vals=["spam"], negate_label_vals=[]
                ),
                subject=subject,
                created_by=client.me.did,
            )
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], *sys.argv[3:5])
