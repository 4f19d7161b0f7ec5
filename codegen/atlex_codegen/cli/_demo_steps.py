"""What the demo does: each step is a piece of a program, which is shown as it is run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from atlex.errors import InputError
from atlex.lexicon import Lexicons
from atlex_codegen._install import document_path, document_text
from atlex_codegen._write import DATA_FILE

__all__ = ["NEXT_COMMANDS", "NEXT_PROGRAM", "Step", "walk"]


class Step(NamedTuple):
    """One step.

    Attributes:
        title: What it does, in a few words.
        source: The code. It finds the names of the steps before it.
    """

    title: str
    source: str


_PACKAGE: Final = "atlex_demo_sdk"
_CALLED: Final = ("app.bsky.actor.getProfile", "app.bsky.feed.getAuthorFeed", "app.bsky.feed.post")

_BUILD: Final = Step(
    "Build the SDK",
    """\
from atlex_codegen import build

report = build(documents, folder / "atlex_demo_sdk")
print(len(report.written), "files")""",
)
_IMPORT: Final = Step(
    "Import it",
    """\
import atlex_demo_sdk
from atlex_demo_sdk import Client, app""",
)
_SERVE: Final = Step(
    "Start a server to try it on",
    """\
from atlex.testing import FakePds

pds = FakePds(atlex_demo_sdk)
service = until_done.enter_context(pds.serve())
account = pds.create_account(identifier, password)
print(account.handle, account.did)""",
)
_LOG_IN: Final = Step(
    "Log in",
    """\
from atlex import PasswordSession

session = PasswordSession.login(
    service, identifier=identifier, password=password
)
client = Client(session)""",
)
_CALL: Final = Step(
    "Call a method",
    """\
profile = client.app.bsky.actor.get_profile(actor=session.did)
print(f"@{profile.handle} has {profile.posts_count or 0} posts")""",
)
_MISTAKE: Final = Step(
    "See a mistake before it is sent",
    """\
from atlex import InputError

try:
    client.app.bsky.feed.get_author_feed(
        actor=session.did, limit=1000
    )
except InputError as error:
    print(error)""",
)
_WRITE: Final = Step(
    "Write a post",
    """\
from atlex import now

post = app.bsky.feed.post.Post(
    text="Hello from the atlex demo!", created_at=now()
)
written = client.app.bsky.feed.post.create(post)
print(written.uri)""",
)
_READ: Final = Step(
    "Read it back, typed",
    """\
record = client.app.bsky.feed.post.get(written.uri)
print(type(record.value).__name__, repr(record.value.text))""",
)
_LIST: Final = Step(
    "List the newest posts",
    """\
for listed in client.app.bsky.feed.post.iterate().take(items=3):
    print(listed.value.text)""",
)
_EXPIRE: Final = Step(
    "Let the access token expire",
    """\
pds.expire_access_tokens()
client.app.bsky.actor.get_profile(actor=session.did)
print(pds.count("com.atproto.server.refreshSession"), "refresh")""",
)
_REFRESH: Final = Step(
    "Refresh the tokens",
    """\
session.refresh()
client.app.bsky.actor.get_profile(actor=session.did)""",
)
_DELETE: Final = Step("Delete the post", "client.app.bsky.feed.post.delete(written.uri)")
_LOG_OUT: Final = Step("Log out", "session.logout()")

NEXT_COMMANDS: Final = """\
atlex login --service bsky.social
atlex call app.bsky.actor.getProfile actor=bsky.app"""

NEXT_PROGRAM: Final = """\
from getpass import getpass

from atlex import PasswordSession
from atlex_sdk import Client

with PasswordSession.login(
    "https://bsky.social",
    identifier="alice.bsky.social",
    password=getpass("App password: "),
) as session:
    client = Client(session)
    print(client.app.bsky.actor.get_profile(actor=session.did))"""


def walk(
    do: Callable[[Step, dict[str, Any]], None],
    lexicons: Path | None,
    folder: Path,
    account: Mapping[str, str] | None = None,
) -> None:
    """Go through all steps.

    Args:
        do: Shows and runs a step, with the names that its code finds and adds to.
        lexicons: The folder of the documents; None for those of the installed official package.
        folder: An empty folder for what is generated.
        account: ``service``, ``identifier`` and ``password`` of an account on a real server, which is left as it was
            found; None starts a server in this process.
    """
    with ExitStack() as until_done:
        # A whole module's dictionary, so that what is made in it has a module to name.
        names: dict[str, Any] = {"__name__": "__main__", "folder": folder, "until_done": until_done}
        names["documents"] = lexicons or _official_documents(folder / "lexicons")
        names |= account or {"identifier": "alice.test", "password": "app-password"}
        do(_BUILD, names)
        if (
            missing := set(_CALLED)
            - Lexicons.from_package_data((folder / _PACKAGE / DATA_FILE).read_bytes()).keys()
        ):
            raise InputError(f"The demo calls {min(missing)}, which isn't among the documents")
        until_done.enter_context(_importable(folder))
        do(_IMPORT, names)
        if account is None:
            do(_SERVE, names)
        do(_LOG_IN, names)
        until_done.enter_context(names["session"])
        do(_CALL, names)
        do(_MISTAKE, names)
        do(_WRITE, names)
        try:
            do(_READ, names)
            do(_LIST, names)
            do(_EXPIRE if account is None else _REFRESH, names)
        finally:
            do(_DELETE, names)
        do(_LOG_OUT, names)


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


@contextmanager
def _importable(folder: Path) -> Generator[None]:
    """Let the package in a folder be imported while the block lasts."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
            del sys.modules[name]
