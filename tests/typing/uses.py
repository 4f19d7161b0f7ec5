"""Example uses. Nobody runs this file: type checkers, all strict, have nothing to say about it.

``assert_type`` is a claim about what all of them infer, but for those that the line's comment names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, assert_type

import atlex
from atlex import (
    OMIT,
    AsyncPaginator,
    AsyncPasswordSession,
    Create,
    Delete,
    Paginator,
    PasswordSession,
    Request,
    Response,
    SessionData,
    UnknownObject,
    Update,
    XrpcResponse,
)
from atlex.client import Applied, Deleted, Downloaded, Listed, Page, Stored, Written
from atlex.errors import InputError, LexAuthFactorError, RateLimitError, XrpcError, XrpcResponseError
from atlex_sdk import AsyncClient, Client, app, chat, com, errors


def first_steps(password: str) -> None:
    with PasswordSession.login(
        "https://pds.example", identifier="alice.example", password=password
    ) as session:
        client = Client(session)
        profile = client.app.bsky.actor.get_profile(actor=session.did)
        assert_type(profile, app.bsky.actor.defs.ProfileViewDetailed)
        assert_type(profile.display_name, str | None)
        assert_type(profile.followers_count, int | None)
        assert_type(profile.pinned_post, com.atproto.repo.strong_ref.StrongRef | None)
        assert_type(client.did, str | None)
        assert_type(client.assert_did(), str)


def records(client: Client) -> None:
    posts = client.app.bsky.feed.post
    post = app.bsky.feed.post.Post(text="hello", created_at=str(atlex.now()), langs=["en"])
    assert_type(post.text, str)
    written = posts.create(post)
    assert_type(written, Written[app.bsky.feed.post.Post])
    assert_type(written.value, app.bsky.feed.post.Post)
    assert_type(posts.get("3jzfcijpj2z2a"), Stored[app.bsky.feed.post.Post])
    assert_type(posts.put("3jzfcijpj2z2a", post, swap_record=None), Written[app.bsky.feed.post.Post])
    assert_type(posts.list(limit=10), Page[app.bsky.feed.post.Post])
    assert_type(posts.iterate(reverse=True), Paginator[Listed[app.bsky.feed.post.Post]])
    assert_type(posts.iterate(limit=10).take(items=3), list[Listed[app.bsky.feed.post.Post]])
    assert_type(posts.delete("3jzfcijpj2z2a"), Deleted)
    posts.delete(written.uri)
    app.bsky.feed.like.Like(subject=written.ref, created_at=str(atlex.now()))

    profile = client.app.bsky.actor.profile.get().value
    profile.display_name = "Alice"
    client.app.bsky.actor.profile.put(profile, swap_record=OMIT)


def datetimes(client: Client, moment: datetime, subject: com.atproto.repo.strong_ref.StrongRef) -> None:
    post = app.bsky.feed.post.Post(text="hello", created_at=moment)
    assert_type(post.created_at, str)
    post.created_at = moment
    post.created_at = str(atlex.now())
    app.bsky.feed.like.Like(subject=subject, created_at=moment)
    account = com.atproto.admin.defs.AccountView(
        did="did:plc:z72i7hdynmk6r22z27h6tvur", handle="a.test", indexed_at=moment, deactivated_at=moment
    )
    assert_type(account.deactivated_at, str | None)
    account.deactivated_at = None
    account.deactivated_at = moment
    client.app.bsky.notification.update_seen(seen_at=moment)
    client.app.bsky.notification.list_notifications(seen_at=moment)
    match post:
        case app.bsky.feed.post.Post(created_at=created_at):
            assert_type(created_at, str)


def batches(client: Client, post: app.bsky.feed.post.Post) -> None:
    applied = client.apply_writes(
        [Create(post), Update(post, "3jzfcijpj2z2a"), Delete(app.bsky.feed.post.RECORD, "3jzfcijpj2z2b")],
        validate=True,
    )
    assert_type(applied, Applied)


def unions(post: app.bsky.feed.defs.PostView) -> str:
    match post.embed:
        case app.bsky.embed.images.View(images=images):
            assert_type(images, list[app.bsky.embed.images.ViewImage])
            return images[0].alt
        case app.bsky.embed.external.View():
            return post.embed.external.uri
        case UnknownObject(type=name):
            assert_type(name, str | None)
            return name or "nameless"
        case None:
            return "none"
        case _:
            return post.embed.lex_type


def unknown_fields(post: app.bsky.feed.defs.PostView) -> str:
    assert_type(post.record, Mapping[str, Any])
    record = post.record_as(app.bsky.feed.post.Post)
    assert_type(record, app.bsky.feed.post.Post)
    assert_type(atlex.read_as(post.record, app.bsky.feed.post.Post), app.bsky.feed.post.Post)
    assert_type(atlex.issues(post), list[atlex.Issue])
    return record.text


def pages(client: Client) -> None:
    paginator = client.paginate(client.app.bsky.feed.get_timeline, limit=50)
    assert_type(paginator, Paginator[app.bsky.feed.defs.FeedViewPost])
    for item in paginator:
        assert_type(item.post.uri, str)
    assert_type(paginator.take(items=10), list[app.bsky.feed.defs.FeedViewPost])
    assert_type(paginator.cursor, str | None)
    for page in paginator.pages():
        assert_type(page.lex_items()[0].post.author.handle, str)


def plain_methods(client: Client, path: Path) -> None:
    blob = client.com.atproto.repo.upload_blob(data=path, content_type="image/png").blob
    image = app.bsky.embed.images.Image(image=blob, alt="a cat")
    assert_type(app.bsky.embed.images.Images(images=[image]).images, list[app.bsky.embed.images.Image])
    assert_type(client.com.atproto.sync.get_repo(did="did:plc:z72i7hdynmk6r22z27h6tvur"), bytes)
    assert_type(client.com.atproto.server.delete_session(), None)
    client.app.bsky.feed.search_posts(q="cats", sort="latest", limit=25)


def whole_answers(client: Client) -> None:
    answer = client.xrpc(app.bsky.actor.get_profile.METHOD, params={"actor": "alice.example"})
    assert_type(answer, XrpcResponse[app.bsky.actor.defs.ProfileViewDetailed])
    assert_type(answer.status, int)
    assert_type(answer.body.handle, str)
    assert_type(answer.content, bytes)
    params = com.atproto.sync.get_repo.GetRepoParams(did="did:plc:z72i7hdynmk6r22z27h6tvur")
    with client.stream(com.atproto.sync.get_repo.METHOD, params=params) as response:
        assert_type(response, Response)
        for chunk in response.iter_bytes():
            assert_type(chunk, bytes)
    assert_type(client.download(com.atproto.sync.get_repo.METHOD, "repo.car", params=params), Downloaded)
    assert_type(client.get_blob("did:plc:z72i7hdynmk6r22z27h6tvur", "bafkrei"), bytes)


def options(client: Client) -> None:
    strict = client.with_options(
        timeout=5,
        headers={"accept-language": "en"},
        proxy="did:web:api.bsky.app#bsky_appview",
        labelers=["did:plc:ar7c4by46qjdydhdevvrndac"],
        retries=0,
        validation="strict",
    )
    assert_type(strict, Client)
    for preference in strict.app.bsky.actor.get_preferences().preferences:
        if isinstance(preference, app.bsky.actor.defs.AdultContentPref):
            assert_type(preference.enabled, bool)


def failures(client: Client) -> str:
    try:
        client.com.atproto.repo.put_record(
            repo="alice.example", collection="app.bsky.feed.post", rkey="self", record={}, swap_record=None
        )
    except com.atproto.repo.put_record.InvalidSwapError as error:
        assert_type(error.error, str)
        return error.error
    except errors.InvalidSwapError as error:
        return error.message
    except RateLimitError as error:
        return error.headers["retry-after"]
    except XrpcResponseError as error:
        assert_type(error.status, int)
        return error.method or ""
    except (XrpcError, InputError) as error:
        return str(error)
    return ""


def wire(data: bytes) -> None:
    post = app.bsky.feed.post.Post.from_wire(data, validation="strict")
    assert_type(post, app.bsky.feed.post.Post)
    assert_type(post.to_wire(), dict[str, Any])
    assert_type(post.to_json(), bytes)
    assert_type(app.bsky.feed.post.RECORD.type, type[app.bsky.feed.post.Post])


def sessions(data: SessionData) -> None:
    def keep(session: PasswordSession, data: SessionData) -> None:
        Path(session.handle).write_text(data.model_dump_json(), encoding="utf-8")

    try:
        session = PasswordSession.resume(data, on_updated=keep)
    except LexAuthFactorError as error:
        assert_type(error.message, str)
    else:
        assert_type(session.data, SessionData)
        assert_type(session.destroyed, bool)
        session.logout()


class Recorder:
    """An agent of the user's own."""

    did: str | None = None

    def __init__(self) -> None:
        self.seen: list[str] = []

    def send(self, request: Request, /) -> Response:
        self.seen.append(request.nsid)
        return Response(200, {"content-type": "application/json"}, b"{}")


class LaterRecorder:
    did: str | None = None

    async def send(self, request: Request, /) -> Response:
        return Recorder().send(request)


class Relay:
    did: str | None = None

    def send(self, request: Request, /) -> Awaitable[Response]:
        return LaterRecorder().send(request)


def own_agent() -> Client:
    return Client(Recorder())


def own_asynchronous_agents() -> tuple[AsyncClient, AsyncClient]:
    return AsyncClient(LaterRecorder()), AsyncClient(Relay())


def timelines(client: Client) -> None:
    timeline = client.app.bsky.feed.get_timeline(limit=5)
    assert_type(timeline, app.bsky.feed.get_timeline.GetTimelineOutput)
    assert_type(timeline.feed, list[app.bsky.feed.defs.FeedViewPost])
    assert_type(timeline.lex_items(), list[app.bsky.feed.defs.FeedViewPost])
    for item in timeline.feed:
        assert_type(
            item.reason, app.bsky.feed.defs.ReasonRepost | app.bsky.feed.defs.ReasonPin | UnknownObject | None
        )
        assert_type(item.post.embed, app.bsky.feed.defs.PostViewEmbed | None)
        if isinstance(item.post.embed, app.bsky.embed.images.View):
            assert_type(item.post.embed, app.bsky.embed.images.View)
            assert_type(item.post.embed.images[0].aspect_ratio, app.bsky.embed.defs.AspectRatio | None)
        elif isinstance(item.post.embed, UnknownObject):
            assert_type(item.post.embed.type, str | None)
            assert_type(item.post.embed.data, Mapping[str, Any])
    assert_type(
        [item for item in client.paginate(client.app.bsky.graph.get_followers, actor="alice.example")],  # noqa: C416
        list[app.bsky.actor.defs.ProfileView],
    )


def narrowed(embed: app.bsky.feed.defs.PostViewEmbed) -> None:
    match embed:
        case app.bsky.embed.external.View(external=app.bsky.embed.external.ViewExternal(uri=link)):
            assert_type(link, str)
        case app.bsky.embed.record_with_media.View(record=inner, media=media):
            assert_type(inner, app.bsky.embed.record.View)
            assert_type(media, app.bsky.embed.record_with_media.ViewMedia)
        case UnknownObject(name, data):
            assert_type(name, str | None)
            assert_type(data, Mapping[str, Any])
        case rest:
            assert_type(  # not ty: it names the classes that each isn't as well
                rest,
                app.bsky.embed.images.View
                | app.bsky.embed.video.View
                | app.bsky.embed.gallery.View
                | app.bsky.embed.record.View,
            )


def responses(client: Client, uri: str) -> None:
    assert_type(
        client.app.bsky.feed.get_post_thread(uri=uri).thread,
        app.bsky.feed.get_post_thread.GetPostThreadOutputThread,
    )
    assert_type(
        client.app.bsky.actor.get_preferences().preferences, list[app.bsky.actor.defs.PreferencesItem]
    )
    assert_type(client.com.atproto.repo.upload_blob(data=b"").blob, atlex.Blob | atlex.LegacyBlob)
    assert_type(client.com.atproto.server.get_session().did_doc, Mapping[str, Any] | None)
    assert_type(
        client.xrpc(app.bsky.feed.get_timeline.METHOD).body.feed, list[app.bsky.feed.defs.FeedViewPost]
    )
    assert_type(app.bsky.feed.post.RECORD, atlex.xrpc.Record[app.bsky.feed.post.Post])
    assert_type(
        app.bsky.feed.get_timeline.METHOD,
        atlex.xrpc.Query[
            app.bsky.feed.get_timeline.GetTimelineParams, app.bsky.feed.get_timeline.GetTimelineOutput
        ],
    )
    assert_type(app.bsky.feed.get_timeline.METHOD.kind, Literal["query", "procedure", "subscription"])
    assert_type(
        app.bsky.actor.defs.MutedWord(value="", targets=[]).targets, list[app.bsky.actor.defs.MutedWordTarget]
    )


def known_errors(client: Client) -> None:
    try:
        client.com.atproto.identity.resolve_handle(handle="alice.example")
    except com.atproto.identity.resolve_handle.HandleNotFoundError as error:
        assert_type(error, com.atproto.identity.resolve_handle.HandleNotFoundError)
        assert_type(error.error, str)
    except errors.HandleNotFoundError as error:
        assert_type(error.status, int)
    except atlex.RateLimitError as error:
        assert_type(error.reset, int | None)
    except (atlex.XrpcFetchError, InputError) as error:
        assert_type(error, atlex.XrpcFetchError | InputError)


async def at_once(client: AsyncClient, service: str) -> None:
    assert_type(
        await asyncio.gather(
            client.app.bsky.actor.get_profile(actor="alice.example"), client.app.bsky.actor.get_preferences()
        ),
        tuple[app.bsky.actor.defs.ProfileViewDetailed, app.bsky.actor.get_preferences.GetPreferencesOutput],
    )
    session = await AsyncPasswordSession.login(service, identifier=service, password=service)
    assert_type(session, AsyncPasswordSession)
    assert_type(
        client.paginate(client.chat.bsky.convo.list_convos, read_state="unread"),
        AsyncPaginator[chat.bsky.convo.defs.ConvoView],
    )


async def asynchronous_twin(password: str) -> None:
    async with AsyncPasswordSession.login(
        "https://pds.example", identifier="alice.example", password=password
    ) as session:
        client = AsyncClient(session)
        profile = await client.app.bsky.actor.get_profile(actor=session.did)
        assert_type(profile, app.bsky.actor.defs.ProfileViewDetailed)

        posts = client.app.bsky.feed.post
        post = app.bsky.feed.post.Post(text="hello", created_at="2026-01-01T00:00:00Z")
        assert_type(await posts.create(post), Written[app.bsky.feed.post.Post])
        assert_type(await posts.get("3jzfcijpj2z2a"), Stored[app.bsky.feed.post.Post])
        async for listed in posts.iterate():
            assert_type(listed.value, app.bsky.feed.post.Post | None)

        paginator = client.paginate(client.app.bsky.feed.get_timeline, limit=50)
        assert_type(paginator, AsyncPaginator[app.bsky.feed.defs.FeedViewPost])
        async for item in paginator:
            assert_type(item.post.author, app.bsky.actor.defs.ProfileViewBasic)
        assert_type(await paginator.take(items=10), list[app.bsky.feed.defs.FeedViewPost])
        async for item in paginator.take(pages=2):
            assert_type(item.post.author, app.bsky.actor.defs.ProfileViewBasic)

        assert_type(await client.apply_writes([Create(post)]), Applied)
        answer = await client.xrpc(app.bsky.actor.get_profile.METHOD, params={"actor": "alice.example"})
        assert_type(answer, XrpcResponse[app.bsky.actor.defs.ProfileViewDetailed])
        async with client.with_options(retries=3).stream(com.atproto.sync.get_repo.METHOD) as response:
            async for chunk in response.aiter_bytes():
                assert_type(chunk, bytes)
