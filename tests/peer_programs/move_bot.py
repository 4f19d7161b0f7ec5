import sys
from pathlib import Path

from atproto import Client, SessionEvent, models


def main(old, path):
    kept = Path(path)
    if not kept.exists():
        kept.write_text(Path(old).read_text())
    client = Client()

    def keep(event, session):
        if event in {SessionEvent.CREATE, SessionEvent.REFRESH}:
            kept.write_text(session.export())

    client.on_session_change(keep)
    client.login(session_string=kept.read_text())
    text = "I have moved: https://example.com/moved #python"
    post = client.send_post(text, facets=client.detect_facets(text))
    parent = models.create_strong_ref(post)
    client.send_post("And it was easy.", reply_to=models.AppBskyFeedPost.ReplyRef(parent=parent, root=parent))
    found, cursor = [], None
    while len(found) < 100:
        page = client.get_followers(client.me.did, limit=100, cursor=cursor)
        found.extend(page.followers)
        cursor = page.cursor
        if not cursor:
            break
    for follower in found[:100]:
        print(follower.handle)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
