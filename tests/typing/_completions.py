"""What editors are to offer, and where: programs with a cursor, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["COMPLETIONS", "SERVERS", "START", "START_ASYNC", "Completion"]

SERVERS: Final = ("basedpyright", "ty", "pyrefly", "jedi")

_IMPORTS: Final = """\
import atlex
from atlex import AsyncPasswordSession, PasswordSession
from atlex_sdk import AsyncClient, Client, app, chat, com, errors
from atlex_sdk.app.bsky.feed.post import Post

"""
START: Final = (
    f"{_IMPORTS}\ndef use(client: Client, view: app.bsky.feed.defs.PostView, post: Post) -> None:\n    "
)
START_ASYNC: Final = f"{_IMPORTS}\nasync def use(client: AsyncClient, post: Post) -> None:\n    "


@dataclass(frozen=True)
class Completion:
    """A name that is to be offered.

    Attributes:
        text: The program, with ``|`` where the cursor is.
        offered: The name; an argument's has a ``=`` behind it.
        unseen: The servers that don't offer it, each with the reason.
    """

    text: str
    offered: str
    unseen: Mapping[str, str] = field(default_factory=dict)


_COLLAPSED: Final = dict.fromkeys(("ty", "pyrefly", "jedi"), "takes a Literal beside str for str")
_HANDED_ON: Final = dict.fromkeys(("ty", "pyrefly", "jedi"), "offers no arguments of a ParamSpec")
_PATTERN: Final = {"basedpyright": "offers no keywords in a class pattern", "ty": "likewise"}
_UNPACKED: Final = {"jedi": "doesn't know Unpack"}
_PROTOCOL: Final = {"jedi": "finds no type variable by the members of a protocol"}


def _sync(code: str, offered: str, unseen: Mapping[str, str] | None = None) -> Completion:
    return Completion(START + code, offered, unseen or {})


def _async(code: str, offered: str, unseen: Mapping[str, str] | None = None) -> Completion:
    return Completion(START_ASYNC + code, offered, unseen or {})


COMPLETIONS: Final = {
    # Imports and modules.
    "a package's client": Completion("from atlex_sdk import |", "Client"),
    "the modules of a namespace": Completion("from atlex_sdk.app.bsky.feed import |", "post"),
    "a module's classes to import": Completion("from atlex_sdk.app.bsky.feed.post import |", "ReplyRef"),
    "the runtime's names": Completion("from atlex import |", "PasswordSession"),
    "the runtime's errors": Completion("from atlex.errors import |", "RateLimitError"),
    "the runtime as a module": _sync("atlex.|", "FileSessionStore"),
    "the errors of a package": _sync("errors.|", "InvalidSwapError"),
    "a namespace of modules": _sync("app.bsky.feed.|", "post"),
    "a module's classes": _sync("app.bsky.feed.post.|", "Post"),
    "a module's constants": _sync("app.bsky.feed.post.|", "RECORD"),
    "a method's errors": _sync("com.atproto.repo.put_record.|", "InvalidSwapError"),
    # Calls.
    "the root namespaces": _sync("client.|", "app"),
    "the second namespaces": _sync("client.app.|", "bsky"),
    "the third namespaces": _sync("client.app.bsky.|", "feed"),
    "a namespace's methods": _sync("client.app.bsky.feed.|", "get_timeline"),
    "a method by its beginning": _sync("client.app.bsky.actor.get_p|", "get_profile"),
    "another root's methods": _sync("client.chat.bsky.convo.|", "send_message"),
    "a namespace's collections": _sync("client.app.bsky.feed.|", "post"),
    "a required argument": _sync("client.app.bsky.actor.get_profile(|)", "actor="),
    "an optional argument": _sync("client.app.bsky.feed.get_timeline(|)", "limit="),
    "an argument after others": _sync('client.app.bsky.feed.search_posts(q="cats", |)', "sort="),
    "a known value": _sync('client.app.bsky.feed.search_posts(q="cats", sort="|")', "latest", _COLLAPSED),
    "a known value in a list": _sync(
        'app.bsky.actor.defs.MutedWord(value="cats", targets=["|"])',
        "content",
        _COLLAPSED | {"basedpyright": "offers no strings within a list"},
    ),
    # Responses.
    "a response's fields": _sync(
        'profile = client.app.bsky.actor.get_profile(actor="a.test")\n    profile.|', "display_name"
    ),
    "a response's fields at once": _sync('client.app.bsky.actor.get_profile(actor="a.test").|', "handle"),
    "a nested field": _sync("view.author.|", "display_name"),
    "a field that may be absent": _sync("if view.viewer:\n        view.viewer.|", "like"),
    "the items of a list": _sync(
        "for item in client.app.bsky.feed.get_timeline().feed:\n        item.post.|", "like_count"
    ),
    "a member of a union": _sync(
        "embed = view.embed\n    if isinstance(embed, app.bsky.embed.images.View):\n        embed.|", "images"
    ),
    "an attribute that is narrowed": _sync(
        "if isinstance(view.embed, app.bsky.embed.images.View):\n        view.embed.|",
        "images",
    ),
    "the keywords of a class pattern": _sync(
        "match view.embed:\n        case app.bsky.embed.external.View(|)", "external=", _PATTERN
    ),
    "an unknown field that is read": _sync("view.record_as(Post).|", "langs"),
    "a blob": _sync('client.com.atproto.repo.upload_blob(data=b"").blob.|', "mime_type"),
    "a whole response": _sync("client.xrpc(app.bsky.actor.get_profile.METHOD).|", "status"),
    "a whole response's body": _sync("client.xrpc(app.bsky.actor.get_profile.METHOD).body.|", "display_name"),
    # Pages.
    "a paginator": _sync("client.paginate(client.app.bsky.feed.get_timeline).|", "take"),
    "the bounds of a paginator": _sync(
        "client.paginate(client.app.bsky.feed.get_timeline).take(|)", "items="
    ),
    "the arguments of pages": _sync(
        "client.paginate(client.app.bsky.feed.get_timeline, li|)", "limit=", _HANDED_ON
    ),
    "the items of pages": _sync(
        "for item in client.paginate(client.app.bsky.feed.get_timeline):\n        item.post.|",
        "like_count",
        _PROTOCOL,
    ),
    # Records.
    "a record's fields": _sync("Post(|)", "created_at="),
    "a record's fields by module": _sync("app.bsky.feed.post.Post(|)", "langs="),
    "a record's attributes": _sync("post.|", "langs"),
    "a record from the wire": _sync('Post.from_wire(b"").|', "created_at"),
    "a collection": _sync("client.app.bsky.feed.post.|", "create"),
    "what a collection takes": _sync("client.app.bsky.feed.post.create(|)", "rkey="),
    "a record that was written": _sync("client.app.bsky.feed.post.create(post).|", "uri"),
    "a record that was read": _sync('client.app.bsky.feed.post.get("self").value.|', "langs"),
    "a write": _sync("client.apply_writes([atlex.|])", "Create"),
    # Clients and sessions.
    "a client's options": _sync("Client(|)", "retries="),
    "a copy's options": _sync("client.with_options(|)", "timeout="),
    "a copy of a client": _sync("client.with_options(retries=1).|", "app"),
    "a client in a block": _sync('with Client("https://a.test") as opened:\n        opened.|', "app"),
    "a login's arguments": _sync("PasswordSession.login(|)", "identifier="),
    "a login's options": _sync('PasswordSession.login("https://a.test", |)', "on_updated=", _UNPACKED),
    "a session in a block": _sync(
        'with PasswordSession.login("", identifier="", password="") as session:\n        session.|', "handle"
    ),
    "an error": _sync(
        "try:\n        client.close()\n    except atlex.RateLimitError as error:\n        error.|", "reset"
    ),
    # The asynchronous side.
    "an awaited response": _async(
        'profile = await client.app.bsky.actor.get_profile(actor="a.test")\n    profile.|', "display_name"
    ),
    "the items of awaited pages": _async(
        "async for item in client.paginate(client.app.bsky.feed.get_timeline):\n        item.post.|",
        "like_count",
        _PROTOCOL,
    ),
    "an awaited session": _async(
        'async with AsyncPasswordSession.login("", identifier="", password="") as session:\n        session.|',
        "handle",
    ),
}
"""By what is offered."""
