"""When connections of aiohttp give up waiting, on a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ServerTimeoutError

from atlex._http._aiohttp_connection import Connection


class Clock:
    """What a connection asks of its event loop."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[asyncio.TimerHandle] = []

    def time(self) -> float:
        return self.now

    def get_debug(self) -> bool:
        return False

    def call_at(self, when: float, function: Any) -> asyncio.TimerHandle:
        loop: Any = self
        self.timers.append(asyncio.TimerHandle(when, function, (), loop))
        return self.timers[-1]

    def _timer_handle_cancelled(self, _: asyncio.TimerHandle) -> None:
        pass

    def move_to(self, moment: float) -> None:
        while self.live() and (first := min(self.live())).when() <= moment:
            self.now = first.when()
            self.timers.remove(first)
            first._run()
        self.now = moment

    def live(self) -> list[asyncio.TimerHandle]:
        return [each for each in self.timers if not each.cancelled()]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connection(clock: Clock) -> Connection:
    loop: Any = clock
    return Connection(loop)


def wait(connection: Connection, seconds: float | None) -> None:
    connection.read_timeout = seconds
    connection.start_timeout()


def has_given_up(connection: Connection) -> bool:
    return isinstance(connection.exception(), ServerTimeoutError)


@pytest.mark.parametrize("moments", [[], [9], [1, 2, 3], [9, 18, 27], [10 - 2**-20]])
def test_it_waits_its_seconds_since_the_last_that_came(
    clock: Clock, connection: Connection, moments: list[float]
) -> None:
    wait(connection, 10)
    for moment in moments:
        clock.move_to(moment)
        connection.start_timeout()
    last = clock.now
    clock.move_to(last + 10 - 2**-20)
    assert not has_given_up(connection)
    clock.move_to(last + 10)
    assert has_given_up(connection)


@pytest.mark.parametrize(("before", "seconds"), [(10, 2), (2, 10), (10, 10), (None, 5)])
def test_a_request_has_seconds_of_its_own(
    clock: Clock, connection: Connection, before: float | None, seconds: float
) -> None:
    wait(connection, before)
    clock.move_to(1)
    connection._drop_timeout()
    wait(connection, seconds)
    clock.move_to(1 + seconds - 2**-20)
    assert not has_given_up(connection)
    clock.move_to(1 + seconds)
    assert has_given_up(connection)


@pytest.mark.parametrize("seconds", [None, 0, 10])
def test_it_doesnt_give_up_where_nothing_is_waited_for(
    clock: Clock, connection: Connection, seconds: float | None
) -> None:
    wait(connection, seconds)
    if seconds:
        connection._drop_timeout()
    clock.move_to(100)
    assert not has_given_up(connection)
    assert not clock.live()


def test_many_requests_share_one_timer(clock: Clock, connection: Connection) -> None:
    for _ in range(100):
        wait(connection, 10)
        connection._drop_timeout()
        clock.move_to(clock.now + 0.125)
    assert len(clock.timers) == 1


def test_a_connection_that_is_lost_leaves_no_timer(clock: Clock, connection: Connection) -> None:
    wait(connection, 10)
    connection.connection_lost(None)
    assert not clock.live()
