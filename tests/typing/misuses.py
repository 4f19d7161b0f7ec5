"""Mistakes. Nobody runs this file: each type checker must report every line with a comment, and no other.

A comment names the code of mypy and the rule of pyright, and after a semicolon the checkers that see nothing, or that
pyright's message is long. Each mistake is a line of its own, however long.
"""

# fmt: off

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import atlex
import atlex.session
from atlex import AsyncPasswordSession, Create, Delete, PasswordSession, Request
from atlex_sdk import AsyncClient, Client, app, chat, com, errors
from atlex_sdk.app.bsky.embed import external, images
from atlex_sdk.app.bsky.feed.defs import PostView
from atlex_sdk.app.bsky.feed.like import Like
from atlex_sdk.app.bsky.feed.post import Post
from atlex_sdk.com.atproto.repo.strong_ref import StrongRef

MOMENT = "2026-01-01T00:00:00Z"


def arguments(client: Client) -> None:
    client.app.bsky.actor.get_profile(actor=1)  # expect: arg-type, reportArgumentType
    client.app.bsky.actor.get_profile(actr="alice.example")  # expect: call-arg, reportCallIssue
    client.app.bsky.actor.get_profile()  # expect: call-arg, reportCallIssue
    client.app.bsky.actor.get_profile("alice.example")  # expect: call-arg, reportCallIssue
    client.app.bsky.actor.get_profile(actor=None)  # expect: arg-type, reportArgumentType
    client.app.bsky.actor.get_profiles(actors="alice.example")  # expect: arg-type, reportArgumentType
    client.app.bsky.actor.get_preferences(limit=10)  # expect: call-arg, reportCallIssue
    client.app.bsky.feed.get_timeline(limit="50")  # expect: arg-type, reportArgumentType
    client.app.bsky.feed.get_timeline(limit=0.5)  # expect: arg-type, reportArgumentType
    client.app.bsky.feed.search_posts(q="cats", sort=3)  # expect: arg-type, reportArgumentType
    client.chat.bsky.convo.list_convos(read_state=False)  # expect: arg-type, reportArgumentType
    client.chat.bsky.convo.send_message(convo_id="1", message="hello")  # expect: arg-type, reportArgumentType
    client.app.bsky.actor.put_preferences(preferences=[Like])  # expect: list-item, reportArgumentType; long
    client.com.atproto.repo.upload_blob(data="image.png")  # expect: arg-type, reportArgumentType; long
    client.com.atproto.repo.upload_blob(data=Path("note.txt").open())  # expect: arg-type, reportArgumentType; long
    client.download(com.atproto.repo.upload_blob.METHOD, "blob")  # expect: arg-type, reportArgumentType


def options(client: Client) -> None:
    client.with_options(timeout="5")  # expect: arg-type, reportArgumentType
    client.with_options(retry=1)  # expect: call-arg, reportCallIssue
    client.with_options(validation="lax")  # expect: arg-type, reportArgumentType
    Client("https://pds.example", headers=["accept: */*"])  # expect: arg-type, reportArgumentType
    Client(5)  # expect: arg-type, reportArgumentType
    Client(HalfAnAgent())  # expect: arg-type, reportArgumentType; long


class HalfAnAgent:
    """An agent that names no account, and whose responses are texts."""

    def send(self, request: Request, /) -> str:
        return request.nsid


def results(client: Client) -> object:
    profile = client.app.bsky.actor.get_profile(actor="alice.example")
    camel = profile.displayName  # expect: attr-defined, reportAttributeAccessIssue
    misspelt = profile.folowers_count  # expect: attr-defined, reportAttributeAccessIssue
    optional = profile.display_name.upper()  # expect: union-attr, reportOptionalMemberAccess
    nested = profile.pinned_post.uri  # expect: union-attr, reportOptionalMemberAccess
    total = profile.followers_count + 1  # expect: operator, reportOptionalOperand
    subscripted = profile["handle"]  # expect: index, reportIndexIssue
    count: int = profile.handle  # expect: assignment, reportAssignmentType
    return camel, misspelt, optional, nested, total, subscripted, count


def loops(client: Client) -> None:
    for label in client.app.bsky.actor.get_profile(actor="alice.example").labels:  # expect: union-attr, reportOptionalIterable
        print(label)
    for item in client.app.bsky.feed.get_timeline():  # expect: misc, reportGeneralTypeIssues
        print(item)
    for like in client.app.bsky.feed.get_likes(uri="at://alice.example/app.bsky.feed.post/1").likes:
        print(like.handle)  # expect: attr-defined, reportAttributeAccessIssue


def assignments(client: Client, post: Post) -> None:
    post.txet = "hello"  # expect: attr-defined, reportAttributeAccessIssue
    post.text = 1  # expect: assignment, reportAttributeAccessIssue
    post.text = None  # expect: assignment, reportAttributeAccessIssue
    post.langs = "en"  # expect: assignment, reportAttributeAccessIssue
    view = client.app.bsky.feed.get_posts(uris=[]).posts[0]
    view.author.did = 5  # expect: assignment, reportAttributeAccessIssue
    view.record["text"] = "other"  # expect: index, reportIndexIssue
    view.like_cuont = 1  # expect: attr-defined, reportAttributeAccessIssue
    del post.txet  # expect: attr-defined, reportAttributeAccessIssue


def names(client: Client) -> object:
    client.app.bsky.actor.get_profle()  # expect: attr-defined, reportAttributeAccessIssue
    client.app.bsky.actor.getProfile(actor="alice.example")  # expect: attr-defined, reportAttributeAccessIssue
    client.get_profile(actor="alice.example")  # expect: attr-defined, reportAttributeAccessIssue
    namespace = client.app.bsky.actr  # expect: attr-defined, reportAttributeAccessIssue
    collection = client.app.bsky.feed.post.craete  # expect: attr-defined, reportAttributeAccessIssue
    module = app.bsky.feed.pots  # expect: attr-defined, reportAttributeAccessIssue
    name = app.bsky.feed.post.Pst  # expect: attr-defined, reportAttributeAccessIssue
    error = errors.HandleNotFond  # expect: attr-defined, reportAttributeAccessIssue
    top = atlex.RateLimit  # expect: attr-defined, reportAttributeAccessIssue
    session = atlex.session.PasswordSesion  # expect: attr-defined, reportAttributeAccessIssue
    return namespace, collection, module, name, error, top, session


def unions(view: PostView, message: chat.bsky.convo.defs.MessageView) -> object:
    unnarrowed = view.embed.images  # expect: union-attr, reportAttributeAccessIssue+reportOptionalMemberAccess
    if isinstance(view.embed, images.View):
        return view.embed.external  # expect: attr-defined, reportAttributeAccessIssue
    text = view.record.text  # expect: attr-defined, reportAttributeAccessIssue
    read = view.record_as("app.bsky.feed.post")  # expect: arg-type+var-annotated, reportArgumentType
    number: int = view.record_as(Post).text  # expect: assignment, reportAssignmentType
    if message.embed is not None and message.embed.record:  # expect: union-attr, reportAttributeAccessIssue
        return unnarrowed
    return text, read, number


def models(client: Client, subject: StrongRef) -> None:
    like = Like(subject=Post(text="x", created_at=MOMENT), created_at=MOMENT)  # expect: arg-type, reportArgumentType
    client.app.bsky.feed.post.create(like)  # expect: arg-type, reportArgumentType
    Post(text="hello")  # expect: call-arg, reportCallIssue
    Post(text=1, created_at=MOMENT)  # expect: arg-type, reportArgumentType
    Post(text="", created_at=MOMENT, lang=["en"])  # expect: call-arg, reportCallIssue
    Post(text="", createdAt=MOMENT)  # expect: call-arg, reportCallIssue
    Post("hello", MOMENT)  # expect: arg-type+call-arg, reportCallIssue
    Post(text="", created_at=MOMENT, langs="en")  # expect: arg-type, reportArgumentType
    Post(text="", created_at=MOMENT, reply=subject)  # expect: arg-type, reportArgumentType
    Post(text="", created_at=MOMENT, embed=subject)  # expect: arg-type, reportArgumentType; long
    Post(text="", created_at=MOMENT, embed=images.View(images=[]))  # expect: arg-type, reportArgumentType
    Post(text="", created_at=MOMENT, embed={"$type": "app.bsky.embed.external"})  # expect: arg-type, reportArgumentType; long
    Post(text="", created_at=MOMENT, embed=external.ExternalExternal(uri="", title="", description=""))  # expect: arg-type, reportArgumentType; long
    images.Image(image="cat.png", alt="")  # expect: arg-type, reportArgumentType
    images.Image(image=b"", alt="")  # expect: arg-type, reportArgumentType
    images.Images(images="cat.png")  # expect: arg-type, reportArgumentType
    app.bsky.feed.threadgate.Threadgate(post=1, created_at=MOMENT)  # expect: arg-type, reportArgumentType
    app.bsky.embed.record_with_media.RecordWithMedia(record=subject, media=subject)  # expect: arg-type, reportArgumentType
    app.bsky.graph.list.List(purpose=1, name="", created_at=MOMENT)  # expect: arg-type, reportArgumentType
    app.bsky.embed.defs.AspectRatio(width="4", height=3)  # expect: arg-type, reportArgumentType
    app.bsky.actor.defs.AdultContentPref(enabled="no")  # expect: arg-type, reportArgumentType
    com.atproto.label.subscribe_labels.Labels(seq=1, labels={})  # expect: arg-type, reportArgumentType
    com.atproto.label.defs.Label(src="", uri="", val="", cts=MOMENT, sig="")  # expect: arg-type, reportArgumentType


def records(client: Client, post: Post, subject: StrongRef) -> None:
    posts = client.app.bsky.feed.post
    posts.create({"text": "hello"})  # expect: arg-type, reportArgumentType
    posts.create(text="hello")  # expect: call-arg, reportCallIssue
    posts.create(Like(subject=subject, created_at=MOMENT))  # expect: arg-type, reportArgumentType
    posts.get(5)  # expect: arg-type, reportArgumentType
    posts.put(post, "3jzfcijpj2z2a")  # expect: arg-type, reportArgumentType
    posts(text="hello")  # expect: operator, reportCallIssue
    client.app.bsky.actor.profile.get("self")  # expect: call-arg, reportCallIssue
    client.apply_writes([post])  # expect: list-item, reportArgumentType
    client.apply_writes(Create(post))  # expect: arg-type, reportArgumentType
    Create({"text": "hello"})  # expect: arg-type, reportArgumentType
    Delete(post, "3jzfcijpj2z2a")  # expect: arg-type, reportArgumentType


def datetimes(post: Post, account: com.atproto.admin.defs.AccountView) -> int:
    Post(text="", created_at=1)  # expect: arg-type, reportArgumentType
    Post(text="", created_at=None)  # expect: arg-type, reportArgumentType
    post.created_at = None  # expect: assignment, reportAttributeAccessIssue
    post.created_at = date(2026, 1, 1)  # expect: assignment, reportAttributeAccessIssue
    account.deactivated_at = 5  # expect: assignment, reportAttributeAccessIssue
    seconds: int = account.deactivated_at  # expect: assignment, reportAssignmentType
    return seconds


def pages(client: Client) -> object:
    client.paginate(client.app.bsky.actor.get_profile, actor="x")  # expect: arg-type, reportArgumentType; long
    client.paginate(client.app.bsky.feed.get_timeline, limit="5")  # expect: arg-type, reportArgumentType
    client.paginate(client.app.bsky.feed.get_timeline, lmit=5)  # expect: call-arg, reportCallIssue
    client.paginate(client.app.bsky.feed.get_timeline())  # expect: arg-type, reportArgumentType+reportCallIssue
    client.paginate(client.app.bsky.graph.get_followers)  # expect: call-arg, reportCallIssue
    first = client.paginate(client.app.bsky.feed.get_timeline)[0]  # expect: index, reportIndexIssue
    for item in client.paginate(client.app.bsky.feed.get_timeline):
        print(item.author)  # expect: attr-defined, reportAttributeAccessIssue
    return first


def failures(client: Client) -> object:
    try:
        client.com.atproto.identity.resolve_handle(handle="alice.example")
    except com.atproto.identity.resolve_handle.HandleNotFound:  # expect: attr-defined, reportAttributeAccessIssue
        return None
    except atlex.RateLimitError as error:
        return error.reset_at, error.reset.upper()  # expect: attr-defined+union-attr, reportAttributeAccessIssue+reportOptionalMemberAccess
    except atlex.XrpcResponseError as error:
        return error.status.upper()  # expect: attr-defined, reportAttributeAccessIssue
    return None


def sessions(half: str) -> None:
    PasswordSession.login("https://pds.example", "alice.example", "secret")  # expect: call-arg, reportCallIssue
    PasswordSession.login("https://pds.example", identifier="alice.example")  # expect: call-arg, reportCallIssue
    PasswordSession.login(half, identifier=half, password=half, on_updated=print_data)  # expect: arg-type, reportArgumentType; long
    session = PasswordSession.login(half, identifier=half, password=half)
    AsyncClient(session)  # expect: arg-type, reportArgumentType; long
    Client(AsyncPasswordSession.login(half, identifier=half, password=half))  # expect: arg-type, reportArgumentType; long
    with AsyncPasswordSession.login(half, identifier=half, password=half) as opened:  # expect: attr-defined, reportGeneralTypeIssues
        print(opened)


def print_data(session: PasswordSession) -> None:
    print(session.handle)


async def awaiting_a_synchronous_call(client: Client, post: Post) -> None:
    await client.app.bsky.actor.get_profile(actor="alice.example")  # expect: misc, reportGeneralTypeIssues
    await client.app.bsky.feed.post.create(post)  # expect: misc, reportGeneralTypeIssues
    async for item in client.paginate(client.app.bsky.feed.get_timeline):  # expect: attr-defined, reportGeneralTypeIssues
        print(item)
    async with client:  # expect: attr-defined, reportGeneralTypeIssues
        pass


async def forgetting_to_await(client: AsyncClient, post: Post) -> object:
    client.app.bsky.actor.get_profile(actor="x")  # expect: unused-coroutine, reportUnusedCoroutine
    client.app.bsky.feed.post.create(post)  # expect: unused-coroutine, reportUnusedCoroutine
    profile = client.app.bsky.actor.get_profile(actor="alice.example")
    for item in client.paginate(client.app.bsky.feed.get_timeline):  # expect: attr-defined, reportGeneralTypeIssues
        print(item)
    for listed in client.app.bsky.feed.post.iterate():  # expect: attr-defined, reportGeneralTypeIssues
        print(listed)
    with client:  # expect: attr-defined, reportGeneralTypeIssues
        pass
    await asyncio.gather(client.paginate(client.app.bsky.feed.get_timeline))  # expect: call-overload, reportArgumentType+reportCallIssue; long
    await client.app.bsky.feed.post.iterate()  # expect: misc, reportGeneralTypeIssues
    return profile.handle  # expect: attr-defined, reportAttributeAccessIssue
