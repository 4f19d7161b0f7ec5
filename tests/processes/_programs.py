"""Programs that fork, or use a client in several event loops; each is run in a process of its own, and prints what it saw.

``python _programs.py NAME URL ROUNDS``: the URL is that of a server that answers with the query it was asked.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from atlex import (
    AsyncPasswordSession,
    AsyncServiceAgent,
    AtlexError,
    FileSessionStore,
    PasswordSession,
    ServiceAgent,
    SessionData,
)
from atlex._agent import Request
from atlex._pace._limits import Grant
from atlex._pace._pacer import pacer_of
from atlex_sdk import Client

# How long a child may take before it counts as one that hangs.
PATIENCE = 20

_questions = count()


def _question(who: str) -> Request:
    return Request(
        method="GET",
        nsid="com.example.test",
        query=f"{who}={os.getpid()}.{next(_questions)}",
        timeout=PATIENCE,
    )


def ask(agent: ServiceAgent, who: str) -> None:
    """Ask, and make sure that the answer is to this question."""
    request = _question(who)
    answer = agent.send(request).content.decode()
    assert answer == request.query, (request.query, answer)


async def ask_later(agent: AsyncServiceAgent, who: str) -> None:
    """Ask asynchronously."""
    request = _question(who)
    answer = (await agent.send(request)).content.decode()
    assert answer == request.query, (request.query, answer)


def fork(work: Callable[[], object]) -> int:
    """Do some work in a child."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.alarm(PATIENCE)
        work()
        status = 0
    except BaseException as error:
        print(f"in a child: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    os._exit(status)


def join(children: list[int]) -> None:
    """Wait for children, which all have to end well."""
    statuses = [os.waitpid(pid, 0)[1] for pid in children]
    assert not any(statuses), statuses


@contextmanager
def busily(*works: Callable[[], object]) -> Iterator[None]:
    """Do some work again and again, each kind in a thread of its own."""
    over = threading.Event()
    failures: list[BaseException] = []

    def repeat(work: Callable[[], object]) -> None:
        try:
            while not over.is_set():
                work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures, failures


def calls(url: str, rounds: int) -> None:
    """Fork amid calls of two threads."""
    with ServiceAgent(url) as agent:
        ask(agent, "parent")
        with busily(lambda: ask(agent, "one"), lambda: ask(agent, "two")):
            for _ in range(rounds):
                join([fork(lambda: [ask(agent, "child") for _ in range(3)]) for _ in range(2)])
                ask(agent, "parent")


def later_calls(url: str, rounds: int) -> None:
    """Fork amid the calls of an event loop in a thread, and between those of two."""
    for transport in ("httpx", "httpx2", "aiohttp"):
        agent = AsyncServiceAgent(url, transport=transport)

        async def gather(who: str, agent: AsyncServiceAgent = agent) -> None:
            await asyncio.gather(*(ask_later(agent, who) for _ in range(3)))

        def several(who: str, gather: Callable[[str], Coroutine[Any, Any, None]] = gather) -> None:
            for _ in range(2):
                asyncio.run(gather(who))

        several("parent")
        with busily(partial(several, "thread")):
            for _ in range(rounds):
                join([fork(partial(several, "child"))])
                several("parent")
        asyncio.run(agent.aclose())


def inside_a_loop(url: str, rounds: int) -> None:
    """Fork within a coroutine, where connections of the loop are open."""
    for transport in ("httpx", "httpx2", "aiohttp"):

        async def main(transport: Any = transport) -> None:
            async with AsyncServiceAgent(url, transport=transport) as agent:
                for _ in range(rounds):
                    await ask_later(agent, "parent")
                    children = [fork(lambda: asyncio.run(ask_later(agent, "child"))) for _ in range(2)]
                    await ask_later(agent, "parent")
                    await asyncio.to_thread(join, children)

        asyncio.run(main())


def refreshes(url: str, rounds: int) -> None:
    """Fork amid refreshes, which hold the session's lock and the store's."""
    with tempfile.TemporaryDirectory() as folder:
        store = FileSessionStore(Path(folder, "session.json"), lock_timeout=PATIENCE)
        login = {"service": url, "identifier": "alice.test", "password": "password"}
        with PasswordSession.open(store, **login) as session:

            def call() -> None:
                response = session.send(Request(method="GET", nsid="com.atproto.server.getSession"))
                assert response.status == 200, response

            # A fork amid an import of another thread is Python's own trap.
            session.refresh()
            call()
            with busily(session.refresh, call):
                for _ in range(rounds):
                    join([fork(lambda: (call(), session.refresh(), call())) for _ in range(2)])
                    call()


def paced(url: str, rounds: int) -> None:
    """Fork amid paced calls, while the pacer's lock is held and a request on its way has the only place there is."""

    def a_round() -> None:
        with ServiceAgent(url) as agent:
            call = Client(agent, pace=True).com.atproto.server.describe_server
            pacer = pacer_of(agent, asynchronous=False)

            def child() -> None:
                # The first request to a server goes alone, and here that isn't the parent's.
                assert pacer_of(agent, asynchronous=False) is not pacer
                for _ in range(3):
                    call()

            with pacer._lock:
                first = pacer._limits.ask("com.atproto.server.describeServer", time.monotonic())
                assert isinstance(first, Grant)
                children = [fork(child) for _ in range(2)]
            join(children)
            with pacer._lock:
                pacer._limits.give_back(first, sent=False)
            # A fork amid an import of another thread is Python's own trap.
            call()
            with busily(call, call):
                join([fork(child) for _ in range(2)])

    for _ in range(rounds):
        a_round()


def held_locks(url: str, rounds: int) -> None:
    """Fork exactly while another thread holds the locks of a session and of its store."""
    entered, forked = threading.Event(), threading.Event()
    parent = os.getpid()

    class Store(FileSessionStore):
        """One that waits under its lock until the fork has been."""

        def save(self, data: SessionData, /) -> None:
            if os.getpid() == parent and threading.current_thread() is not threading.main_thread():
                entered.set()
                forked.wait(PATIENCE)
            super().save(data)

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder, "session.json"), lock_timeout=PATIENCE)
        login = {"service": url, "identifier": "alice.test", "password": "password"}
        with PasswordSession.open(store, **login) as session:
            for _ in range(rounds):
                entered.clear()
                forked.clear()

                def refresh() -> None:
                    # What children have stored is taken first.
                    while not entered.is_set():
                        session.refresh()

                thread = threading.Thread(target=refresh)
                thread.start()
                assert entered.wait(PATIENCE)

                def child() -> None:
                    session.send(Request(method="GET", nsid="com.atproto.server.getSession"))
                    session.refresh()

                children = [fork(child) for _ in range(2)]
                forked.set()
                thread.join()
                join(children)


def forked_holder(url: str, rounds: int) -> None:
    """Fork in the thread that holds a store's lock: the child doesn't give it back for its parent."""
    del url
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "session.json")
        for _ in range(rounds):
            with FileSessionStore(place).lock():
                pid = os.fork()
                if pid:
                    os.waitpid(pid, 0)
                    try:
                        with FileSessionStore(place, lock_timeout=0.05).lock():
                            raise AssertionError("the child gave its parent's lock back")
                    except AtlexError:
                        pass
            if not pid:
                os._exit(0)
            with FileSessionStore(place, lock_timeout=PATIENCE).lock():
                pass


_preloaded: dict[str, Any] = {}


def _work(url: str) -> str:
    """What a worker does with what its parent loaded; one that was spawned makes its own."""
    agent = _preloaded.get("agent") or ServiceAgent(url)
    for _ in range(3):
        ask(agent, "worker")
    later = _preloaded.get("later") or AsyncServiceAgent(url)

    async def several() -> None:
        await asyncio.gather(*(ask_later(later, "worker") for _ in range(3)))

    asyncio.run(several())
    return "done"


def workers(url: str, rounds: int) -> None:
    """Use agents that were used before in the workers of each kind of pool."""
    _preloaded.update(agent=ServiceAgent(url), later=AsyncServiceAgent(url))
    ask(_preloaded["agent"], "parent")
    asyncio.run(ask_later(_preloaded["later"], "parent"))
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2 if method == "fork" else 1) as pool:
            assert pool.map(_work, [url] * 2 * rounds) == ["done"] * 2 * rounds
            pool.close()
            pool.join()
    ask(_preloaded["agent"], "parent")


def preloaded(url: str, rounds: int) -> None:
    """Fork workers that serve for a while with what was loaded before, and are replaced, as gunicorn does."""
    agent = ServiceAgent(url)
    ask(agent, "parent")

    def worker() -> None:
        def serve() -> None:
            for _ in range(3):
                ask(agent, "worker")

        threads = [threading.Thread(target=serve) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        agent.close()

    for _ in range(rounds):
        join([fork(worker) for _ in range(3)])
    ask(agent, "parent")
    agent.close()


def loops(url: str, rounds: int) -> None:
    """Use one agent in one event loop after another, as a test suite with a loop for each test does."""
    for transport in ("httpx", "httpx2", "aiohttp"):
        agent = AsyncServiceAgent(url, transport=transport)

        async def several(agent: AsyncServiceAgent = agent) -> None:
            await asyncio.gather(*(ask_later(agent, "loop") for _ in range(3)))

        for _ in range(rounds):
            asyncio.run(several())
        asyncio.run(agent.aclose())
        asyncio.run(agent.aclose())


def session_loops(url: str, rounds: int) -> None:
    """Use one session in one event loop after another, also where tasks of the last one wait for its lock."""

    async def opened(store: FileSessionStore) -> AsyncPasswordSession:
        login = {"service": url, "identifier": "alice.test", "password": "password"}
        return await AsyncPasswordSession.open(store, **login)

    async def several(session: AsyncPasswordSession) -> None:
        request = Request(method="GET", nsid="com.atproto.server.getSession")
        await asyncio.gather(*(session.refresh() for _ in range(3)))
        responses = await asyncio.gather(*(session.send(request) for _ in range(3)))
        assert [each.status for each in responses] == [200] * 3

    async def left(session: AsyncPasswordSession) -> None:
        tasks = [asyncio.ensure_future(session.refresh()) for _ in range(3)]
        await asyncio.sleep(0)
        del tasks

    with tempfile.TemporaryDirectory() as folder:
        session = asyncio.run(opened(FileSessionStore(Path(folder, "session.json"))))
        for _ in range(rounds):
            asyncio.run(several(session))
            asyncio.run(left(session))
        asyncio.run(session.logout())
        asyncio.run(session.aclose())
        asyncio.run(session.aclose())


def under_trio(url: str, rounds: int) -> None:
    """Use one agent under trio and asyncio in turn."""
    import trio

    for transport in ("httpx", "httpx2"):
        agent = AsyncServiceAgent(url, transport=transport)
        for _ in range(rounds):
            trio.run(ask_later, agent, "trio")
            asyncio.run(ask_later(agent, "asyncio"))
        trio.run(agent.aclose)


def left_open(url: str, rounds: int) -> None:
    """End without closing anything."""
    del rounds
    agents = [AsyncServiceAgent(url, transport=each) for each in ("httpx", "httpx2", "aiohttp")]
    for agent in agents:
        asyncio.run(ask_later(agent, "open"))
    sync_agents = [ServiceAgent(url, transport=each) for each in ("httpx", "httpx2")]
    for each in sync_agents:
        ask(each, "open")
    _preloaded.update(kept=(agents, sync_agents))


def main() -> None:
    """Run a program."""
    name, url, rounds = sys.argv[1:]
    globals()[name](url, int(rounds))
    print("as it should be")


if __name__ == "__main__":
    main()
