"""Tools on a script of twenty lines: ``tooling WHAT WHO PYTHON``, PYTHON being where the packages are installed.

WHAT is ``mypy``, or ``pyright`` for the checker and the language server.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks._language_server import LanguageServer
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
    """The language server's first and second answer about a namespace, and then about a result."""
    package, arguments = ("atproto", "{}") if who == "peer" else ("atlex_sdk", "limit=1")
    begin = f"from {package} import Client\n\nclient = Client('https://pds.example.com')\n"
    expressions = {
        "namespace": "client.app.bsky.feed.|",
        "result": f"client.app.bsky.feed.get_timeline({arguments}).|",
    }
    figures: dict[str, float] = {}
    with LanguageServer(folder, python=python) as server:
        for what, expression in expressions.items():
            for when in ("first", "warm"):
                start = time.perf_counter()
                offered = server.complete(f"{begin}{expression}\n")
                figures[f"complete_{what}_{when}.ms"] = (time.perf_counter() - start) * 1000
                if not {"get_timeline", "feed"} & set(offered):
                    raise SystemExit(f"{expression} was completed with {offered[:20]}")
    return figures


def main(what: str, who: str, python: str) -> None:
    """Measure mypy, without its cache and with it; or pyright, and then its language server."""
    with tempfile.TemporaryDirectory() as scratch:
        script = Path(scratch, "script.py")
        script.write_text(_PEER if who == "peer" else _ATLEX, encoding="utf-8")
        if what == "mypy":
            own = Path(scratch, "mypy.ini")
            own.write_text("[mypy]\n", encoding="utf-8")
            mypy = (
                *(sys.executable, "-m", "mypy", "--config-file", str(own), "--python-executable", python),
                *("--cache-dir", str(Path(scratch, "cache")), str(script)),
            )
            finish({"mypy_cold.ms": _timed(*mypy), "mypy_warm.ms": _timed(*mypy)})
            return
        pyright = (sys.executable, "-m", "basedpyright", "--pythonpath", python, str(script))
        figures = {"pyright.ms": _timed(*pyright)}
        user = Path(scratch, "user")
        user.mkdir()
        finish(figures | _completions(who, python, user))


if __name__ == "__main__":
    main(*sys.argv[1:])
