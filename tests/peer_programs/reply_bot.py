import os
import sys
import time

from atproto import Client, client_utils, models


def main(service, identifier, password, poll=5.0):
    client = Client(service)
    client.login(identifier, password)
    while True:
        seen_at = client.get_current_time_iso()
        page = client.app.bsky.notification.list_notifications(
            models.AppBskyNotificationListNotifications.Params(reasons=["mention"])
        )
        for mention in reversed(page.notifications):
            if not mention.is_read:
                handle = mention.author.handle
                text = (
                    client_utils.TextBuilder().mention(f"@{handle}", mention.author.did).text(" thank you!")
                )
                parent = models.create_strong_ref(mention)
                root = mention.record.reply.root if mention.record.reply else parent
                client.send_post(text, reply_to=models.AppBskyFeedPost.ReplyRef(parent=parent, root=root))
        client.app.bsky.notification.update_seen({"seen_at": seen_at})
        time.sleep(poll)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"])
