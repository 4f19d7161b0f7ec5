"""Type checkers on a script of twenty lines: ``tooling WHO PYTHON``, PYTHON being where the packages are installed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.typing._language_server import LanguageServer

from benchmarks.subjects._tools import finish

_ATLEX: Final = '''
"""What a small bot does."""

from atlex import PasswordSession, now
from atlex_sdk import Client, app

with PasswordSession.login("https://pds.example.com", identifier="a.example.com", password="x") as session:
    client = Client(session)
    profile = client.app.bsky.actor.get_profile(actor=session.did)
    name: str | None = profile.display_name
    timeline = client.app.bsky.feed.get_timeline(limit=20)
    for item in timeline.feed:
        handle: str = item.post.author.handle
        likes: int | None = item.post.like_count
        if item.reply is not None:
            print(handle, likes, item.reply.root)
    post = app.bsky.feed.post.Post(text="hello", created_at=now())
    written = client.app.bsky.feed.post.create(post)
    uri: str = written.uri
    print(name, uri, client.app.bsky.feed.get_likes(uri=uri).likes)
'''

_PEER: Final = '''
"""What a small bot does."""

from atproto import Client

client = Client("https://pds.example.com")
client.login("a.example.com", "x")
assert client.me is not None
profile = client.app.bsky.actor.get_profile({"actor": client.me.did})
name: str | None = profile.display_name
timeline = client.app.bsky.feed.get_timeline({"limit": 20})
for item in timeline.feed:
    handle: str = item.post.author.handle
    likes: int | None = item.post.like_count
    if item.reply is not None:
        print(handle, likes, item.reply.root)
written = client.send_post("hello")
uri: str = written.uri
likers = client.app.bsky.feed.get_likes({"uri": uri})
print(name, uri, likers.likes)
'''


def _timed(*command: str) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    taken = (time.perf_counter() - start) * 1000
    # 1: the script has faults, which is for other tests to judge.
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{command[2]} failed: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return taken


def _completions(who: str, python: str, folder: Path) -> dict[str, float]:
    """The language server's first and second answer about a namespace and about a result."""
    find = "import atproto, pathlib; print(pathlib.Path(atproto.__file__).parent.parent)"
    begin = _ATLEX.partition("profile =")[0]
    namespace, result = "client.app.bsky.feed.|", "client.app.bsky.feed.get_timeline(limit=1).|"
    path: list[Path] = []
    if who == "peer":
        found = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True)
        path = [Path(found.stdout.strip())]
        begin = _PEER.partition("profile =")[0]
        result = "client.app.bsky.feed.get_timeline({}).|"
    figures: dict[str, float] = {}
    with LanguageServer(folder, path=path) as server:
        for time_of in ("first", "warm"):
            for what, expression in (("namespace", namespace), ("result", result)):
                start = time.perf_counter()
                if not server.complete(f"{begin}{expression}\n"):
                    raise SystemExit(f"nothing was offered for {expression}")
                figures[f"complete_{what}_{time_of}.ms"] = (time.perf_counter() - start) * 1000
    return figures


def main(who: str, python: str) -> None:
    """Measure both checkers, mypy without its cache and with it, and the language server."""
    with tempfile.TemporaryDirectory() as scratch:
        script = Path(scratch, "script.py")
        script.write_text(_PEER if who == "peer" else _ATLEX, encoding="utf-8")
        own = Path(scratch, "mypy.ini")
        own.write_text("[mypy]\n", encoding="utf-8")
        mypy = (
            *(sys.executable, "-m", "mypy", "--config-file", str(own), "--python-executable", python),
            *("--cache-dir", str(Path(scratch, "cache")), str(script)),
        )
        pyright = (sys.executable, "-m", "basedpyright", "--pythonpath", python, str(script))
        figures = {"mypy_cold.ms": _timed(*mypy), "mypy_warm.ms": _timed(*mypy)}
        figures["pyright.ms"] = _timed(*pyright)
        user = Path(scratch, "user")
        user.mkdir()
        finish(figures | _completions(who, python, user))


if __name__ == "__main__":
    main(*sys.argv[1:])
