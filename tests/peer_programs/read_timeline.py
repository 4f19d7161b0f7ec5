import os
import sys

from atproto import Client, models


def show(place, depth):
    if isinstance(place, models.AppBskyFeedDefs.ThreadViewPost):
        record = place.post.record
        text = record.text if models.is_record_type(record, models.ids.AppBskyFeedPost) else ""
        print("    " * depth + f"{place.post.author.handle}: {text}")
        for reply in place.replies or []:
            show(reply, depth + 1)
    else:
        print("    " * depth + "(not shown)")


def main(service, identifier, password):
    client = Client(service)
    client.login(identifier, password)
    items = []
    cursor = None
    while len(items) < 20:
        page = client.get_timeline(limit=20, cursor=cursor)
        items += page.feed
        cursor = page.cursor
        if not cursor:
            break
    for item in items[:20]:
        show(client.get_post_thread(item.post.uri).thread, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"])
