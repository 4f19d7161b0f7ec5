"""Read the timeline page by page, and an author's feed."""

import os

from atproto import Client, models


def show(item: models.AppBskyFeedDefs.FeedViewPost) -> None:
    reason = item.reason
    if isinstance(reason, models.AppBskyFeedDefs.ReasonRepost):
        print("reposted by", reason.by.handle)
    post = item.post.record
    author = item.post.author
    print(f"[{author.display_name or author.handle}] {post.text}")


def read_timeline(client: Client, limit: int) -> int:
    cursor = None
    count = 0
    while True:
        page = client.get_timeline(cursor=cursor, limit=limit)
        for item in page.feed:
            show(item)
            count += 1
        cursor = page.cursor
        if not cursor:
            return count


def read_author(client: Client, actor: str) -> list["models.AppBskyFeedDefs.PostView"]:
    params = models.AppBskyFeedGetAuthorFeed.Params(actor=actor, limit=30)
    data = client.app.bsky.feed.get_author_feed(params)
    return [view.post for view in data.feed]


def main() -> None:
    client = Client(os.environ["BLUESKY_URL"])
    client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])
    print(read_timeline(client, 2), "in the timeline")
    for post in read_author(client, client.me.did):
        print(post.indexed_at, post.like_count, post.record.text)
    uris = [post.uri for post in read_author(client, client.me.handle)]
    posts = client.app.bsky.feed.get_posts({"uris": uris[:25]})
    print(len(posts.posts), "again")


if __name__ == "__main__":
    main()
