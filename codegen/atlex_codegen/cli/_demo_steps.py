"""What the demo does, step by step: the whole way from documents to authenticated calls."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

from atlex.errors import InputError
from atlex.lexicon import Lexicons
from atlex.session import PasswordSession, SessionData
from atlex.syntax import now
from atlex.testing import FakePds
from atlex_codegen._build import build
from atlex_codegen._install import document_path, document_text
from atlex_codegen._write import DATA_FILE

__all__ = ["Note", "Step", "walk_embedded_server", "walk_real_server"]

Note: TypeAlias = Callable[[str], None]
"""Tells what came of a step."""

Step: TypeAlias = Callable[[str], AbstractContextManager[Note]]
"""Opens a step by its title."""

_PACKAGE: Final = "atlex_demo_sdk"
_CALLED: Final = ("app/bsky/actor/get_profile.py", "app/bsky/feed/post.py")
_HANDLE: Final = "alice.test"
_PASSWORD: Final = "of an account that lives in this process alone"  # noqa: S105 - as it says
_TEXT: Final = "Hello from the atlex demo!"


def walk_embedded_server(step: Step, lexicons: Path | None, folder: Path) -> None:
    """The demo against the embedded server.

    Args:
        step: Opens each step.
        lexicons: The folder of the documents; None for those of the installed official package.
        folder: An empty folder for what is generated.
    """
    with _generated(step, lexicons, folder) as sdk:
        pds = FakePds(sdk)
        with pds.serve() as url:
            with step("Start the embedded server") as note:
                note(url)
            with step("Create an account") as note:
                account = pds.create_account(_HANDLE, _PASSWORD)
                note(f"@{account.handle} is {account.did}")
            _walk(step, sdk, url, _HANDLE, _PASSWORD, expire=pds.expire_access_tokens)


def walk_real_server(
    step: Step, lexicons: Path | None, folder: Path, *, service: str, identifier: str, password: str
) -> None:
    """The demo against a real server, where it leaves nothing behind.

    Args:
        step: Opens each step.
        lexicons: The folder of the documents; None for those of the installed official package.
        folder: An empty folder for what is generated.
        service: The server's URL.
        identifier: The account's handle, e-mail address or DID.
        password: Its password, best an app password.
    """
    with _generated(step, lexicons, folder) as sdk:
        _walk(step, sdk, service, identifier, password, expire=None)


@contextmanager
def _generated(step: Step, lexicons: Path | None, folder: Path) -> Generator[Any]:
    with step("Build the SDK from its documents") as note:
        report = build(lexicons or _official_documents(folder / "lexicons"), folder / _PACKAGE)
        if not all((folder / _PACKAGE / module).exists() for module in _CALLED):
            raise InputError(
                "The demo calls app.bsky.actor.getProfile and app.bsky.feed.post: give it their documents"
            )
        note(f"{len(report.written)} files")
    sys.path.insert(0, str(folder))
    try:
        with step("Import it") as note:
            sdk = importlib.import_module(_PACKAGE)
            note(f"{len(_loaded())} of its modules loaded")
        yield sdk
    finally:
        sys.path.remove(str(folder))
        for name in _loaded():
            del sys.modules[name]


def _official_documents(folder: Path) -> Path:
    """Write the documents that the official package was made from into a folder."""
    try:
        data = (files("atlex_sdk") / DATA_FILE).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise InputError("The package atlex_sdk isn't installed: give --lexicons") from error
    for nsid, document in Lexicons.from_package_data(data).items():
        path = folder / document_path(nsid)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document_text(document.raw), encoding="utf-8")
    return folder


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]


def _walk(
    step: Step, sdk: Any, service: str, identifier: str, password: str, *, expire: Callable[[], None] | None
) -> None:
    updates: list[SessionData] = []
    with step("Log in") as note:
        session = PasswordSession.login(
            service,
            identifier=identifier,
            password=password,
            on_updated=lambda _session, data: updates.append(data),
        )
        note(f"as @{session.handle}")
    with session:
        client = sdk.Client(session)
        _call(step, "Call client.app.bsky.actor.get_profile(actor=session.did)", client, session.did)
        posts = client.app.bsky.feed.post
        with step("Write a post") as note:
            written = posts.create(sdk.app.bsky.feed.post.Post(text=_TEXT, created_at=now()))
            note(written.uri)
        try:
            with step("Read it back, typed") as note:
                value = posts.get(written.rkey).value
                note(f"{type(value).__name__}(text={value.text!r})")
            with step("List the account's posts") as note:
                uris = [listed.uri for listed in posts.iterate()]
                note(f"{len(uris)}, ours {'is' if written.uri in uris else 'is not'} among them")
            logins = len(updates)
            if expire is None:
                with step("Refresh the tokens"):
                    session.refresh()
                _call(step, "Call again", client, session.did)
            else:
                expire()
                _call(step, "Let the access token expire, and call again", client, session.did)
            with step("Count the refreshes") as note:
                note(str(len(updates) - logins))
        finally:
            with step("Delete the post") as note:
                posts.delete(written.rkey)
        with step("Log out") as note:
            session.logout()
            note("the session is over" if session.destroyed else "the session lives on")


def _call(step: Step, title: str, client: Any, did: str) -> None:
    with step(title) as note:
        profile = client.app.bsky.actor.get_profile(actor=did)
        note(f"{type(profile).__name__}: @{profile.handle}, {profile.posts_count or 0} posts")
