import os
import sys

from atproto import Client, models

BOOK = "com.example.shelf.book"


def main(service, identifier, password):
    client = Client(service)
    client.login(identifier, password)
    text = "Reading a good one: https://example.com/book"
    post = client.send_post(text, facets=client.detect_facets(text))
    client.com.atproto.repo.create_record(
        models.ComAtprotoRepoCreateRecord.Data(
            repo=client.me.did,
            collection=BOOK,
            record={
                "$type": BOOK,
                "title": "A good one",
                "source": {"uri": post.uri, "cid": post.cid},
                "createdAt": client.get_current_time_iso(),
            },
        )
    )
    cursor = None
    while True:
        page = client.com.atproto.repo.list_records(
            models.ComAtprotoRepoListRecords.Params(
                repo=client.me.did, collection=BOOK, limit=100, cursor=cursor
            )
        )
        for listed in page.records:
            print(listed.value.title)
        cursor = page.cursor
        if not cursor:
            break


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"])
