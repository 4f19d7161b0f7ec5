"""Start a thread, and answer in it: each answer names the root and its parent."""

import os

from atproto import Client, models

URL = os.environ["BLUESKY_URL"]

client = Client(URL)
client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])

root = client.send_post("A thread begins")
root_ref = models.create_strong_ref(root)

parent_ref = root_ref
for number in range(1, 4):
    answer = client.send_post(
        text=f"{number} of 3",
        reply_to=models.AppBskyFeedPost.ReplyRef(parent=parent_ref, root=root_ref),
        langs=["en", "de"],
    )
    parent_ref = models.create_strong_ref(answer)

thread = client.get_post_thread(root.uri, depth=3).thread
if isinstance(thread, models.AppBskyFeedDefs.ThreadViewPost):
    print("thread of", thread.post.author.handle, "with", thread.post.reply_count, "answers")

# Clean up.
client.delete_post(root.uri)
