"""The programs in ``examples/`` do what they say."""

from __future__ import annotations

import asyncio
import json
import runpy
from pathlib import Path

import pytest

from atlex.testing import Call, FakePds

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_backup_posts_writes_every_record_even_one_that_is_not_a_post(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with FakePds() as pds, pds.serve() as url:
        alice = pds.create_account("alice.test", "password")
        token = pds.create_session("alice.test")["accessJwt"]
        records = [
            {"$type": "app.bsky.feed.post", "text": "one", "createdAt": "2023-01-01T00:00:00Z"},
            {"$type": "app.bsky.feed.post", "text": 2},
        ]
        with pds.client() as http:
            for record in records:
                http.post(
                    f"{url}/xrpc/com.atproto.repo.createRecord",
                    headers={"authorization": f"Bearer {token}"},
                    json={
                        "repo": alice.did,
                        "collection": "app.bsky.feed.post",
                        "record": record,
                        "validate": False,
                    },
                ).raise_for_status()
        count = runpy.run_path(str(EXAMPLES / "backup_posts.py"))["backup"](url, alice.did)

    written, said = capsys.readouterr()
    assert count == 2
    assert [json.loads(line)["value"] for line in written.splitlines()] == records[::-1]
    assert "text: expected a string" in said


def test_thank_followers_posts_a_mention_and_marks_the_follows_as_read() -> None:
    with FakePds() as pds, pds.serve() as url:
        alice = pds.create_account("alice.test", "password")
        bob = pds.create_account("bob.test", "password")
        seen: list[object] = []

        @pds.method("app.bsky.notification.listNotifications", auth=True)
        def list_notifications(call: Call) -> object:
            assert call.params["reasons"] == ["follow"]
            return {
                "notifications": [
                    {
                        "uri": f"at://{bob.did}/app.bsky.graph.follow/3l6oveex3ii2l",
                        "cid": "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka",
                        "author": {"did": bob.did, "handle": bob.handle},
                        "reason": "follow",
                        "record": {},
                        "isRead": is_read,
                        "indexedAt": "2023-01-01T00:00:00Z",
                    }
                    for is_read in (False, True)
                ]
            }

        @pds.method("app.bsky.notification.updateSeen", auth=True)
        def update_seen(call: Call) -> None:
            seen.append(call.input)

        main = runpy.run_path(str(EXAMPLES / "thank_followers.py"))["main"]
        asyncio.run(main(url, "alice.test", "password"))
        with pds.client() as http:
            listed = http.get(
                f"{url}/xrpc/com.atproto.repo.listRecords",
                params={"repo": alice.did, "collection": "app.bsky.feed.post"},
            ).json()

    assert len(seen) == 1
    [record] = [item["value"] for item in listed["records"]]
    assert record["text"] == "@bob.test thank you for following!"
    assert record["facets"][0]["index"] == {"byteStart": 0, "byteEnd": 9}
    assert record["facets"][0]["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": bob.did}]
