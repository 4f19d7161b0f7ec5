from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from atlex.testing import Call, FakePds

PROGRAMS = Path(__file__).parent / "atproto_programs"
PASSWORD = "app-password"
PNG = b"\x89PNG\r\n\x1a\n a picture of "


def _profile(did: str, handle: str) -> dict[str, str]:
    return {"did": did, "handle": handle}


def _convo(members: list[str]) -> dict[str, object]:
    people = [{"did": did, "handle": "bob.test"} for did in members]
    return {"id": "convo-1", "rev": "1", "members": people, "muted": False, "unreadCount": 0}


@pytest.fixture(scope="session")
def server():
    """A server with two accounts, and what the programs call that the embedded one doesn't have by itself."""
    with FakePds() as pds, pds.serve():
        account = pds.create_account("alice.test", PASSWORD)
        alice = account.did
        bob = pds.create_account("bob.test", PASSWORD).did
        uri, cid = (
            f"at://{bob}/app.bsky.feed.post/3l2m5x7zk2k2a",
            "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
        )

        @pds.method("app.bsky.graph.getFollowers")
        def get_followers(_call: Call):
            return {"subject": _profile(alice, "alice.test"), "followers": [_profile(bob, "bob.test")]}

        @pds.method("app.bsky.notification.listNotifications")
        def list_notifications(_call: Call):
            new = {
                "uri": uri,
                "cid": cid,
                "author": _profile(bob, "bob.test"),
                "indexedAt": "2026-01-01T00:00:00Z",
            }
            said = {
                "$type": "app.bsky.feed.post",
                "text": "@alice.test?",
                "createdAt": "2026-01-01T00:00:00Z",
            }
            return {
                "notifications": [
                    new | {"reason": "mention", "record": said, "isRead": False},
                    new | {"reason": "reply", "record": said, "isRead": False},
                    new | {"reason": "like", "record": {}, "isRead": True},
                ]
            }

        @pds.method("app.bsky.notification.updateSeen")
        def update_seen(_call: Call):
            return None

        @pds.method("chat.bsky.convo.listConvos")
        def list_convos(_call: Call):
            return {"convos": [_convo([alice, bob])]}

        @pds.method("chat.bsky.convo.getConvoForMembers")
        def get_convo_for_members(call: Call):
            return {"convo": _convo(call.params["members"])}

        @pds.method("chat.bsky.convo.sendMessage")
        def send_message(call: Call):
            return {
                "id": "1",
                "rev": "1",
                "text": call.input["message"]["text"],
                "sender": {"did": alice},
                "sentAt": "2026-01-01T00:00:00Z",
            }

        @pds.method("com.atproto.sync.listBlobs")
        def list_blobs(_call: Call):
            return {"cids": sorted(account.repo._blobs)}

        yield pds


@pytest.fixture
def environment(server, tmp_path, monkeypatch):
    """The programs' working folder and environment."""
    for name in ("cat.png", "dog.png"):
        (tmp_path / name).write_bytes(PNG + name.encode())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BLUESKY_URL", server.url)
    monkeypatch.setenv("BLUESKY_HANDLE", "alice.test")
    monkeypatch.setenv("BLUESKY_PASSWORD", PASSWORD)
    return tmp_path


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """The programs, in a folder of their own."""
    return Path(shutil.copytree(PROGRAMS, tmp_path_factory.mktemp("programs") / "programs"))
