"""Make a list, put people on it, show it, and take them off again."""

import os

from atproto import AtUri, Client, models

client = Client(base_url=os.environ["BLUESKY_URL"])


def add(list_uri: str, did: str) -> models.AppBskyGraphListitem.CreateRecordResponse:
    record = models.AppBskyGraphListitem.Record(
        list=list_uri,
        subject=did,
        createdAt=client.get_current_time_iso(),
    )
    return client.app.bsky.graph.listitem.create(client.me.did, record)


def main() -> None:
    client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])
    made = client.com.atproto.repo.create_record(
        models.ComAtprotoRepoCreateRecord.Data(
            repo=client.me.did,
            collection=models.ids.AppBskyGraphList,
            record=models.AppBskyGraphList.Record(
                name="Cooks",
                purpose="app.bsky.graph.defs#curatelist",
                created_at=client.get_current_time_iso(),
            ),
        )
    )
    print("list", AtUri.from_str(made.uri).rkey)

    items = [add(made.uri, did) for did in (client.me.did, client.resolve_handle("bob.test").did)]

    found = client.app.bsky.graph.listitem.list(client.me.did, limit=10)
    for uri, entry in found.records.items():
        print(uri, entry.subject)

    for item in items:
        client.app.bsky.graph.listitem.delete(client.me.did, AtUri.from_str(item.uri).rkey)
    print(len(client.app.bsky.graph.listitem.list(client.me.did).records), "left")


if __name__ == "__main__":
    main()
