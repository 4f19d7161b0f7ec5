"""The mock data as the sweep over all queries sees it: who may ask, and what there is to ask for."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from atlex import Agent, Blob, PasswordSession, Request, Response, ServiceAgent, XrpcResponseError, now
from atlex.client import Written
from atlex_sdk import Client, app, com, tools

from ._network import Network

__all__ = ["Listener", "World", "opened_world"]

_PATIENCE_SECONDS: Final = 60
_PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Administrator:
    """An agent of the kind that users write: every request carries the administrator's password."""

    did: Final = None

    def __init__(self, service: str, password: str) -> None:
        self._agent = ServiceAgent(service)
        self._credentials = "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()

    def send(self, request: Request, /) -> Response:
        headers = {**request.headers, "authorization": self._credentials}
        return self._agent.send(dataclasses.replace(request, headers=headers))

    def close(self) -> None:
        self._agent.close()


class Listener:
    """An agent that sends through another one and remembers the last answer."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.last: Response | None = None

    @property
    def did(self) -> str | None:
        return self._agent.did

    def send(self, request: Request, /) -> Response:
        self.last = None
        self.last = self._agent.send(request)
        return self.last


@dataclass(frozen=True, kw_only=True)
class World:
    """Agents that may ask, and the names of what is there.

    ``alice`` is a mock user, ``moderator`` a session whose calls go to Ozone when a client says so, ``administrator``
    has the PDS's password, ``generator`` is a feed generator's own server.
    """

    network: Network
    alice: Listener
    moderator: Listener
    administrator: Listener
    generator: Listener
    alice_did: str
    bob_did: str
    carla_did: str
    labeler_did: str
    moderator_did: str
    post_uri: str
    post_cid: str
    liked_uri: str
    feed_uri: str
    list_uri: str
    starter_pack_uri: str
    blob_cid: str
    commit_cid: str
    set_name: str


@contextlib.contextmanager
def opened_world(network: Network) -> Iterator[World]:
    """Log in as everybody who is needed, add what the mock data lacks, and wait until the app view has seen it."""
    with contextlib.ExitStack() as cleanup:
        alice = cleanup.enter_context(_login(network, "alice.test", "hunter2"))
        moderator = cleanup.enter_context(_login(network, "admin-mod.test", "admin-mod-pass"))
        administrator = cleanup.enter_context(
            contextlib.closing(Administrator(network.pds, network.admin_password))
        )
        client = Client(alice)
        dids = {
            name: client.com.atproto.identity.resolve_handle(handle=f"{name}.test").did
            for name in ("bob", "carla", "labeler", "triage", "mod")
        }
        feed = client.app.bsky.feed.get_actor_feeds(actor=alice.did).feeds[0]
        liked = next(
            item.post for item in client.app.bsky.feed.get_timeline(limit=100).feed if item.post.like_count
        )
        generator = cleanup.enter_context(contextlib.closing(_feed_generator(network, feed.did)))
        post, blob_cid = _post_of_everything(client)
        curated = next(
            item
            for item in client.app.bsky.graph.get_lists(actor=alice.did).lists
            if "curate" in item.purpose
        )
        starter_pack = client.app.bsky.graph.starterpack.create(
            app.bsky.graph.starterpack.Starterpack(name="A start", list=curated.uri, created_at=now())
        )
        _add_private_things(client, administrator, triage=dids["triage"], mod=dids["mod"], post=post)
        _moderate(_ozone(moderator, network), moderator=moderator.did, triage=dids["triage"])
        _until(lambda: client.app.bsky.graph.get_starter_pack(starter_pack=starter_pack.uri).starter_pack)
        _until(lambda: client.app.bsky.bookmark.get_bookmarks().bookmarks)
        _until(lambda: client.app.bsky.feed.get_actor_likes(actor=alice.did).feed)
        yield World(
            network=network,
            alice=Listener(alice),
            moderator=Listener(moderator),
            administrator=Listener(administrator),
            generator=Listener(generator),
            alice_did=alice.did,
            bob_did=dids["bob"],
            carla_did=dids["carla"],
            labeler_did=dids["labeler"],
            moderator_did=moderator.did,
            post_uri=post.uri,
            post_cid=post.cid,
            liked_uri=liked.uri,
            feed_uri=feed.uri,
            list_uri=curated.uri,
            starter_pack_uri=starter_pack.uri,
            blob_cid=blob_cid,
            commit_cid=client.com.atproto.sync.get_latest_commit(did=alice.did).cid,
            set_name="words-of-the-day",
        )


def _login(network: Network, handle: str, password: str) -> PasswordSession:
    return PasswordSession.login(network.pds, identifier=handle, password=password)


def _ozone(agent: Agent, network: Network) -> Client:
    return Client(agent, proxy=f"{network.ozone_did}#atproto_labeler")


def _feed_generator(network: Network, did: str) -> ServiceAgent:
    """The generator's address is in its DID document, which the PLC directory has."""
    document = httpx.get(f"{network.plc}/{did}").raise_for_status().json()
    return ServiceAgent(document["service"][0]["serviceEndpoint"])


def _post_of_everything(client: Client) -> tuple[Written[app.bsky.feed.post.Post], str]:
    """A post with an image, a link and a mention, which alice likes, reposts and quotes."""
    image = client.com.atproto.repo.upload_blob(data=_PNG, content_type="image/png").blob
    assert isinstance(image, Blob)
    text = "look, @bob.test: example.com"
    facet, images = app.bsky.richtext.facet, app.bsky.embed.images
    post = client.app.bsky.feed.post.create(
        app.bsky.feed.post.Post(
            text=text,
            langs=["en"],
            tags=["test"],
            created_at=now(),
            facets=[
                facet.Facet(
                    index=facet.ByteSlice(byte_start=6, byte_end=15),
                    features=[
                        facet.Mention(did=client.com.atproto.identity.resolve_handle(handle="bob.test").did)
                    ],
                ),
                facet.Facet(
                    index=facet.ByteSlice(byte_start=17, byte_end=28),
                    features=[facet.Link(uri="https://example.com/")],
                ),
            ],
            embed=images.Images(images=[images.Image(image=image, alt="one pixel")]),
        )
    )
    subject = com.atproto.repo.strong_ref.StrongRef(uri=post.uri, cid=post.cid)
    client.app.bsky.feed.like.create(app.bsky.feed.like.Like(subject=subject, created_at=now()))
    client.app.bsky.feed.repost.create(app.bsky.feed.repost.Repost(subject=subject, created_at=now()))
    client.app.bsky.feed.post.create(
        app.bsky.feed.post.Post(
            text="as I said", embed=app.bsky.embed.record.Record(record=subject), created_at=now()
        )
    )
    return post, image.ref.cid


def _add_private_things(
    client: Client,
    administrator: Administrator,
    *,
    triage: str,
    mod: str,
    post: Written[app.bsky.feed.post.Post],
) -> None:
    """What only the account itself sees."""
    client.com.atproto.server.create_app_password(name="for-tests")
    Client(administrator).com.atproto.server.create_invite_code(use_count=1, for_account=client.assert_did())
    client.app.bsky.bookmark.create_bookmark(uri=post.uri, cid=post.cid)
    draft = app.bsky.draft.defs
    client.app.bsky.draft.create_draft(draft=draft.Draft(posts=[draft.DraftPost(text="not yet")]))
    client.app.bsky.notification.put_activity_subscription(
        subject=triage,
        activity_subscription=app.bsky.notification.defs.ActivitySubscription(post=True, reply=False),
    )
    preferences = app.bsky.actor.defs
    client.app.bsky.actor.put_preferences(
        preferences=[
            preferences.AdultContentPref(enabled=False),
            preferences.SavedFeedsPrefV2(
                items=[preferences.SavedFeed(id="1", type="timeline", value="following", pinned=True)]
            ),
        ]
    )
    client.app.bsky.graph.mute_actor(actor=triage)
    client.app.bsky.graph.block.create(app.bsky.graph.block.Block(subject=mod, created_at=now()))
    for name in ("muted", "blocked"):
        members = client.app.bsky.graph.list.create(
            app.bsky.graph.list.List(name=name, purpose="app.bsky.graph.defs#modlist", created_at=now())
        )
        client.app.bsky.graph.listitem.create(
            app.bsky.graph.listitem.Listitem(subject=mod, list=members.uri, created_at=now())
        )
        if name == "muted":
            client.app.bsky.graph.mute_actor_list(list=members.uri)
        else:
            client.app.bsky.graph.listblock.create(
                app.bsky.graph.listblock.Listblock(subject=members.uri, created_at=now())
            )


def _moderate(client: Client, *, moderator: str, triage: str) -> None:
    """What Ozone's moderators leave behind."""
    client.tools.ozone.set.upsert_set(name="words-of-the-day", description="To be looked for")
    client.tools.ozone.set.add_values(name="words-of-the-day", values=["spider", "web"])
    client.tools.ozone.communication.create_template(
        name="hello", subject="Hello", content_markdown="Hello **you**", lang="en", created_by=moderator
    )
    client.tools.ozone.setting.upsert_option(
        key="tools.ozone.setting.tests", scope="personal", value={"deep": [1, None, {"$type": "x"}]}
    )
    grant = tools.ozone.verification.grant_verifications
    client.tools.ozone.verification.grant_verifications(
        verifications=[grant.VerificationInput(subject=triage, handle="triage.test", display_name="Triage")]
    )
    client.tools.ozone.queue.assign_moderator(queue_id=1, did=moderator)
    client.tools.ozone.report.assign_moderator(report_id=1, did=moderator)
    client.tools.ozone.report.create_activity(
        report_id=1, activity=tools.ozone.report.defs.NoteActivity(), internal_note="seen"
    )


def _until(found: Callable[[], object]) -> None:
    """Other servers hear of what the PDS has written a moment later."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            if found():
                return
        except XrpcResponseError:
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline, "the app view hasn't seen what was written"
        time.sleep(0.1)
