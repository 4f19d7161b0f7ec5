"""Mistakes. Nobody runs this file: mypy and pyright must each report exactly what the comments name, on that line."""

from __future__ import annotations

from datetime import date

from atlex_sdk import AsyncClient, Client, app, com


def arguments(client: Client) -> None:
    client.app.bsky.actor.get_profile(actor=1)  # expect: arg-type, reportArgumentType
    client.app.bsky.actor.get_profile(actr="alice.example")  # expect: call-arg, reportCallIssue
    client.app.bsky.actor.get_profile()  # expect: call-arg, reportCallIssue
    client.app.bsky.actor.get_profile("alice.example")  # expect: call-arg, reportCallIssue
    client.app.bsky.actor.get_profile(actor=None)  # expect: arg-type, reportArgumentType
    client.app.bsky.feed.get_timeline(limit="50")  # expect: arg-type, reportArgumentType
    client.app.bsky.feed.search_posts(q="cats", sort=3)  # expect: arg-type, reportArgumentType
    client.com.atproto.repo.upload_blob(data="image.png")  # expect: arg-type, reportArgumentType
    client.download(com.atproto.repo.upload_blob.METHOD, "blob")  # expect: arg-type, reportArgumentType


def results(client: Client) -> object:
    profile = client.app.bsky.actor.get_profile(actor="alice.example")
    camel = profile.displayName  # expect: attr-defined, reportAttributeAccessIssue
    optional = profile.display_name.upper()  # expect: union-attr, reportOptionalMemberAccess
    count: int = profile.handle  # expect: assignment, reportAssignmentType
    return camel, optional, count


def names(client: Client) -> object:
    client.app.bsky.actor.get_profle()  # expect: attr-defined, reportAttributeAccessIssue
    namespace = client.app.bsky.actr  # expect: attr-defined, reportAttributeAccessIssue
    module = app.bsky.feed.pots  # expect: attr-defined, reportAttributeAccessIssue
    return namespace, module


def models(client: Client) -> None:
    like = app.bsky.feed.like.Like(
        subject=app.bsky.feed.post.Post(text="x", created_at=""),  # expect: arg-type, reportArgumentType
        created_at="2026-01-01T00:00:00Z",
    )
    client.app.bsky.feed.post.create(like)  # expect: arg-type, reportArgumentType
    client.app.bsky.actor.profile.get("self")  # expect: call-arg, reportCallIssue
    app.bsky.feed.post.Post(text="hello")  # expect: call-arg, reportCallIssue
    app.bsky.feed.post.Post(text=1, created_at="")  # expect: arg-type, reportArgumentType
    app.bsky.feed.post.Post(text="", created_at="", lang=[])  # expect: call-arg, reportCallIssue


def datetimes(post: app.bsky.feed.post.Post, account: com.atproto.admin.defs.AccountView) -> int:
    app.bsky.feed.post.Post(text="", created_at=1)  # expect: arg-type, reportArgumentType
    app.bsky.feed.post.Post(text="", created_at=None)  # expect: arg-type, reportArgumentType
    post.created_at = None  # expect: assignment, reportAttributeAccessIssue
    post.created_at = date(2026, 1, 1)  # expect: assignment, reportAttributeAccessIssue
    account.deactivated_at = 5  # expect: assignment, reportAttributeAccessIssue
    seconds: int = account.deactivated_at  # expect: assignment, reportAssignmentType
    return seconds


def pages(client: Client) -> None:
    client.paginate(client.app.bsky.actor.get_profile, actor="x")  # expect: arg-type, reportArgumentType
    client.paginate(client.app.bsky.feed.get_timeline, limit="5")  # expect: arg-type, reportArgumentType


async def awaiting_a_synchronous_call(client: Client) -> None:
    await client.app.bsky.actor.get_profile(actor="alice.example")  # expect: misc, reportGeneralTypeIssues


async def forgetting_to_await(client: AsyncClient) -> object:
    client.app.bsky.actor.get_profile(actor="x")  # expect: unused-coroutine, reportUnusedCoroutine
    profile = client.app.bsky.actor.get_profile(actor="alice.example")
    return profile.handle  # expect: attr-defined, reportAttributeAccessIssue
