"""Answer every mention, and like what others reply. Runs until it is told to stop."""

import os
import time

from atproto import Client, models

ROUNDS = int(os.environ.get("ROUNDS", "1"))


class Bot:
    def __init__(self) -> None:
        self.client = Client(os.environ["BLUESKY_URL"])
        self.client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])

    def poll(self) -> None:
        # Only what comes from now on is new in the next round.
        last_seen_at = self.client.get_current_time_iso()
        response = self.client.app.bsky.notification.list_notifications()
        for notification in response.notifications:
            if notification.is_read:
                continue
            if notification.reason == "mention":
                self.answer(notification)
            elif notification.reason == "reply":
                self.client.like(uri=notification.uri, cid=notification.cid)
        self.client.app.bsky.notification.update_seen({"seen_at": last_seen_at})

    def answer(self, notification: models.AppBskyNotificationListNotifications.Notification) -> None:
        ref = models.create_strong_ref(notification)
        reply = notification.record.reply
        root = reply.root if reply else ref
        print("asked:", notification.record.text)
        self.client.send_post(
            f"Hello @{notification.author.handle}",
            reply_to=models.AppBskyFeedPost.ReplyRef(parent=ref, root=root),
        )


def main() -> None:
    bot = Bot()
    for _ in range(ROUNDS):
        bot.poll()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
