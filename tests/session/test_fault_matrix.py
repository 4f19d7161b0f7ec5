"""Each fault, at each moment of a session's life, for each kind of caller.

The lists, the outcomes and the excuses are in `_faults`. A cell asserts what comes of its fault for the tokens, the
hooks, the session and the caller; and that the session can be used afterwards as its state says, so that no lock is
held and no token is lost.
"""

from __future__ import annotations

import inspect
import threading
from collections import Counter

import anyio
import httpx
import pytest
from tests.session import _faults as matrix

from atlex.errors import AtlexError, LoggedOutError, RefreshError, XrpcResponseError
from atlex.session import AsyncPasswordSession, PasswordSession
from atlex.testing import FakePds
from atlex_sdk import AsyncClient, Client

LIFE = 7200.0
CREDENTIALS = {"identifier": "alice.test", "password": "password"}


async def do(value):
    """Await what has to be awaited."""
    return await value if inspect.isawaitable(value) else value


def run_blocking(coroutine):
    """Run a coroutine that has nothing to wait for, since it makes blocking calls."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError


def sentence(error):
    """An error as the table writes it."""
    name = type(error).__name__
    if isinstance(error, XrpcResponseError):
        return f"{name} {error.error}"
    if isinstance(error, LoggedOutError | RefreshError) and error.__cause__ is not None:
        return f"{name} from {sentence(error.__cause__)}"
    return name


async def attempt(work):
    """What a caller gets of something, in words."""
    try:
        await do(work())
    except AtlexError as error:
        return sentence(error)
    return matrix.ANSWER


class Scene:
    """A cell, set up on a server of its own."""

    def __init__(self, cell, lexicons, store):
        self.cell = cell
        self.clock = matrix.Clock()
        self.store = store
        self.pds = FakePds(
            lexicons, clock=self.clock, sleep=_no_time, async_sleep=_no_time_async, access_token_life=LIFE
        )
        self.pds.create_account("alice.test", "password")
        self.wire = matrix.Wire(self.pds, self.clock, cell)
        is_async = cell.way.is_async
        self.Session = AsyncPasswordSession if is_async else PasswordSession
        self.Client = AsyncClient if is_async else Client
        self._http = (httpx.AsyncClient if is_async else httpx.Client)(transport=self.wire)
        self.before = None
        self.sessions = []
        self.told = []
        self.saved = []
        self.forgotten = False
        self.hook_results = set()
        self._hooks_at_work = False

    @property
    def options(self):
        names = ("on_updated", "on_update_failure", "on_deleted", "on_delete_failure")
        hooks = {name: self._hook(name) for name in names}
        return {"http_client": self._http, "clock": self.clock, **hooks}

    def _hook(self, name):
        async def hook(session, data, _error=None):
            self.told.append(name)
            if name == "on_updated":
                self.saved.append(data)
            self.forgotten = name == "on_deleted"
            if self._hooks_at_work:
                await self._work(session)

        return hook if self.cell.way.is_async else lambda *told: run_blocking(hook(*told))

    async def _work(self, session):
        if self.cell.fault is matrix.RAISING_HOOK:
            raise RuntimeError("The disk is full")
        if self.cell.fault is matrix.CALLING_HOOK or self.cell.moment is matrix.HOOK:
            headers = {matrix.IN_HOOK: "1"}
            self.hook_results.add(await attempt(lambda: self.post(session, headers=headers)))

    def post(self, session, **options):
        return self.Client(session, **options).com.atproto.repo.upload_blob(
            data=b"abc", content_type="text/plain"
        )

    def login(self):
        return self.Session.login(self.pds.url, **CREDENTIALS, **self.options)

    def open(self):
        return self.Session.open(self.store, service=self.pds.url, **CREDENTIALS, **self.options)

    async def set_up(self):
        """Let everything happen that comes before the moment."""
        moment = self.cell.moment
        if moment is matrix.BACKFILL:
            self.pds.send_did_documents = False
        if moment not in {matrix.LOGIN, matrix.OPENING}:
            await self._begin()
        if moment in {matrix.SECOND_TRY, matrix.REFRESH, matrix.STORED_REFRESH, matrix.BACKFILL, matrix.HOOK}:
            self.pds.expire_access_tokens()
        elif moment is matrix.AHEAD:
            self.clock.advance(LIFE - 50)
        self.pds.forget()
        self.told.clear()
        self._hooks_at_work = True
        self.wire.set(self.before and self.before.access_jwt)

    async def _begin(self):
        session = await do(self.open() if self.cell.moment.stored else self.login())
        self.before = session.data
        if self.cell.moment is matrix.STORED_REFRESH:
            # Without a password, which would begin a lost session anew.
            session = await do(self.Session.open(self.store, **self.options))
        if self.cell.moment not in {matrix.RESUMING, matrix.DELETION}:
            self.sessions.append(session)

    async def act(self):
        """What the caller does."""
        match self.cell.moment:
            case matrix.LOGIN:
                self.sessions.append(await do(self.login()))
            case matrix.OPENING:
                self.sessions.append(await do(self.open()))
            case matrix.RESUMING:
                self.sessions.append(await do(self.Session.resume(self.before, **self.options)))
            case matrix.LOGOUT:
                await do(self.sessions[0].logout())
            case matrix.DELETION:
                await do(self.Session.delete(self.before, **self.options))
            case _:
                await do(self.post(self.sessions[0]))

    async def results(self):
        """What the callers get."""
        if self.cell.way.is_async:
            with anyio.fail_after(20), anyio.CancelScope() as scope:
                self.wire.cancel = scope.cancel
                return {await attempt(self.act)}
            return {matrix.CANCELLED}
        if self.cell.way is matrix.THREADS:
            return set(in_threads(lambda: attempt(self.act), self.cell.way.crowd))
        try:
            return {await attempt(self.act)}
        except matrix.Interrupted:
            return {matrix.CANCELLED}

    def heal(self):
        """Let the fault be over, and enough time pass for another refresh."""
        self.wire.lift()
        self._hooks_at_work = False
        self.pds.take_down("alice.test", takendown=False)
        self.clock.advance(61)

    @property
    def tokens(self):
        """What has been saved, and is there for the program's next run."""
        if self.cell.moment.stored:
            return self.store.data
        if self.forgotten:
            return None
        return self.saved[-1] if self.saved else None

    @property
    def state(self):
        """What the sessions are that the callers hold; if alive, then with the saved tokens."""
        states = {"ended" if session.destroyed else "alive" for session in self.sessions} or {"none"}
        (state,) = states
        if state == "alive":
            saved = self.saved[-self.cell.way.crowd :] if self.cell.moment.apart else [self.tokens]
            assert all(session.data in saved for session in self.sessions)
        return state

    async def goes_on(self):
        """Make sure that the sessions can be used as their state says, and that the program's next run can begin."""
        if self.state == "ended":
            await self._has_ended(self.sessions[0])
            return
        for session in self.sessions or [await do(self._next_run())]:
            assert await attempt(lambda session=session: self.post(session)) == matrix.ANSWER
            assert await attempt(session.logout) == matrix.ANSWER
            await self._has_ended(session)
        assert self.tokens is None

    async def _has_ended(self, session):
        assert session.destroyed
        requests, told = self.pds.count(), list(self.told)
        assert (await attempt(lambda: self.post(session))).startswith("LoggedOutError")
        assert await attempt(session.logout) == matrix.ANSWER
        assert (self.pds.count(), self.told) == (requests, told)
        assert not self.store.is_locked

    def _next_run(self):
        if self.cell.moment.stored:
            return self.open()
        return self.Session(self.tokens, **self.options) if self.tokens else self.login()

    def age(self, data):
        """Whether tokens are those from before."""
        if data is None:
            return "none"
        return "old" if self.before is not None and data == self.before else "new"


def _no_time(_):
    pass


async def _no_time_async(_):
    pass


def in_threads(work, count):
    """What several threads get that do the same at once."""
    results, errors = [], []

    def run():
        try:
            results.append(run_blocking(work()))
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for error in errors:
        raise error
    assert len(results) == count, "a thread is stuck"
    return results


@pytest.fixture(scope="module")
def lexicons():
    return FakePds().lexicons


@pytest.fixture
def cell(request):
    return request.param


@pytest.fixture
def anyio_backend(cell):
    if cell.way is matrix.TRIO:
        pytest.importorskip("trio")
    return cell.way.backend


@pytest.fixture
def scene(cell, lexicons, memory_store):
    scene = Scene(cell, lexicons, memory_store)
    yield scene
    scene.pds.check()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("cell", "outcome"), matrix.TESTED, indirect=["cell"], ids=[str(cell) for cell, _ in matrix.TESTED]
)
async def test_the_outcome_is_the_tables(scene, cell, outcome):
    await scene.set_up()
    results = await scene.results()

    assert results == {outcome.caller.format(itself=cell.fault.itself)}
    assert scene.hook_results == ({outcome.hook.format(itself=cell.fault.itself)} if outcome.hook else set())
    times = cell.way.crowd if cell.moment.apart or outcome.each else 1
    assert scene.told == list(outcome.hooks) * times
    assert scene.state == outcome.state
    assert scene.age(scene.tokens) == outcome.saved
    # The fault did come.
    assert scene.wire.met == 1 if cell.moment.shared else scene.wire.met > 0
    assert scene.pds.planned == 0

    scene.heal()
    if cell.way.is_async:
        with anyio.fail_after(20):
            await scene.goes_on()
    else:
        in_threads(scene.goes_on, 1)


def test_the_matrix_is_whole():
    tested = Counter(cell for cell, _ in matrix.TESTED)
    excused = Counter(cell for cell, _ in matrix.EXCUSED)
    product = Counter(matrix.PRODUCT)
    assert tested + excused == product
    assert set(product.values()) == {1}
    assert len(product) == len(matrix.FAULTS) * len(matrix.MOMENTS) * len(matrix.WAYS)
    assert all(reason.endswith(".") for _, reason in matrix.EXCUSED)
