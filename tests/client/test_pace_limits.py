"""What is known of a server's limits: asked before each request, and learnt from each response. Nothing waits here."""

from __future__ import annotations

import random

import pytest
from tests.client._fakes import START, announcing

from atlex._pace._limits import Grant, Limits
from atlex.testing._rate_limits import RateLimiter


@pytest.mark.parametrize("seed", range(100))
def test_no_request_is_refused_however_requests_responses_and_windows_interleave(seed):
    chance = random.Random(seed)
    skew = chance.uniform(-5000, 5000)
    now = START + chance.random()
    server = RateLimiter(lambda: now + skew)
    server.add(chance.randint(1, 20), chance.choice([1, 2, 5, 60]), None)
    methods = [f"com.example.a{number}" for number in range(chance.randint(1, 3))]
    limits, sent, answered = Limits(), [], []

    def taken_from(waiting):
        return waiting.pop(chance.randrange(len(waiting)))

    def serve():
        grant = taken_from(sent)
        headers, is_beyond = server.count(grant.nsid)
        assert not is_beyond
        answered.append((grant, headers))

    def receive():
        grant, headers = taken_from(answered)
        limits.learn(grant, 200, headers, now)

    for _ in range(400):
        step = chance.random()
        if step < 0.5:
            answer = limits.ask(chance.choice(methods), now)
            if isinstance(answer, Grant):
                sent.append(answer)
        elif step < 0.7 and sent:
            serve()
        elif step < 0.9 and answered:
            receive()
        else:
            passed = chance.choice([0.01, 0.1, 0.5, 1, 5, 30])
            # No request is on its way for longer than half a second, and no response for longer than one.
            while sent and passed > 0.3:
                serve()
            while answered and passed > 1:
                receive()
            now += passed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"known": 1, "limits": {}}',
        '{"known": [], "limits": {"a": {}}}',
        "[" * 9999,
    ],
)
def test_what_isnt_limits_is_read_as_none(text):
    assert Limits.read(text, 0.0, 0.0).write(0.0) == Limits().write(0.0)


def test_limits_are_read_as_they_were_written():
    limits = Limits()
    grant = limits.ask("com.example.a", 1000.0)
    assert isinstance(grant, Grant)
    limits.learn(grant, 200, announcing(remaining=3).headers, 1000.0)
    for _ in range(3):
        limits.ask("com.example.a", 1000.0)
    again = Limits.read(limits.write(500.0), 1000.0, 500.0)
    assert again.write(0.0) == limits.write(0.0)
    assert again.ask("com.example.a", 1000.0).seconds == 31.0


def test_a_stored_window_that_never_ends_is_cut_to_a_day():
    text = (
        '{"known": ["com.example.a"], "limits": {"a": {"limit": 1, "window": null, "reset": 1, "ends": Infinity,'
        ' "lowest": 0, "taken": 0, "older": 0, "first": Infinity, "era": 0, "costs": {"com.example.a": 0}}}}'
    )
    assert Limits.read(text, 5.0, 0.0).ask("com.example.a", 5.0).seconds == 86_401.0


def test_a_first_request_without_a_response_holds_the_others_up_for_ten_seconds_altogether():
    limits = Limits()
    limits.ask("com.example.a", 0.0)
    assert [limits.ask("com.example.a", now).seconds for now in (0.0, 4.0, 9.0)] == [10.0, 6.0, 1.0]
    assert all(isinstance(limits.ask("com.example.a", 10.0), Grant) for _ in range(5))


def test_a_response_from_the_window_before_doesnt_stand_for_the_first_of_this_one():
    limits = Limits()
    limits.learn(limits.ask("com.example.a", 0.0), 200, announcing(remaining=5, limit=6).headers, 0.0)
    old = [limits.ask("com.example.a", 0.0) for _ in range(5)]
    first = limits.ask("com.example.a", 40.0)
    assert isinstance(first, Grant)
    for grant in old:
        limits.give_back(grant, sent=True)
    # Others still wait for the first one's response.
    assert not isinstance(limits.ask("com.example.a", 40.0), Grant)
