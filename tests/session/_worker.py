"""One of several processes that share a session: it makes a call whenever it's told to, and prints what came of it."""

from __future__ import annotations

import logging
import sys

import anyio

from atlex import AsyncPasswordSession, FileSessionStore, PasswordSession, RedisSessionStore, Request

NSID = "com.atproto.server.getSession"


def open_session(class_, kind, place, service):
    store = FileSessionStore(place) if kind == "file" else RedisSessionStore(place)
    return class_.open(store, service=service, identifier="alice.test", password="password")


def told():
    return sys.stdin.readline() == "call\n"


def say(status):
    sys.stdout.write(f"{status}\n")
    sys.stdout.flush()


def run(*where):
    with open_session(PasswordSession, *where) as session:
        say("open")
        while told():
            say(session.send(Request(method="GET", nsid=NSID)).status)


async def run_async(*where):
    async with open_session(AsyncPasswordSession, *where) as session:
        say("open")
        while told():
            say((await session.send(Request(method="GET", nsid=NSID))).status)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    say("ready")
    assert told()
    if sys.argv[1] == "sync":
        run(*sys.argv[2:])
    else:
        anyio.run(run_async, *sys.argv[2:])
