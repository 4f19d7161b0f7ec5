"""Ctrl-C in the middle of a logout, at any line: a later logout ends the session all the same."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest

import atlex
from atlex.errors import LoggedOutError
from atlex.session import PasswordSession

SESSIONS = str(Path(atlex.__file__).parent / "session")
MOMENTS = 400


class Interruption:
    """Raises KeyboardInterrupt at the nth moment that the session's code lets a signal be handled.

    Signals are handled where a function begins or a generator goes on, and where a call has returned.
    """

    def __init__(self, moment):
        self.left = moment
        self.happened = False

    def __enter__(self):
        sys.setprofile(self._seen)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _seen(self, frame, event, _):
        if event not in {"call", "c_return"} or not frame.f_code.co_filename.startswith(SESSIONS):
            return
        self.left -= 1
        if self.left == 0:
            self.happened = True
            sys.setprofile(None)
            raise KeyboardInterrupt


def interrupted(session, moment):
    """Log out and be interrupted; gives whether it was."""
    interruption = Interruption(moment)
    try:
        with interruption:
            session.logout()
    except KeyboardInterrupt:
        assert interruption.happened
    return interruption.happened


@pytest.fixture
def begin(net):
    with httpx.Client(transport=net) as client:
        yield lambda **hooks: PasswordSession.login(
            "https://entryway.example",
            identifier="alice",
            password="SECRET-password123",
            http_client=client,
            **hooks,
        )


@pytest.mark.parametrize("hooks", [{"on_deleted": lambda *_: None}, {}], ids=["told", "untold"])
def test_an_interrupted_logout_can_be_made_again(begin, hooks):
    happened = 0
    for moment in range(1, MOMENTS):
        session = begin(**hooks)
        if not interrupted(session, moment):
            break
        happened += 1
        session.logout()
        assert session.destroyed, moment
        with pytest.raises(LoggedOutError):
            session.refresh()
    assert 20 < happened < MOMENTS - 1


def test_a_hook_that_is_interrupted_leaves_the_session_as_any_caller_finds_it(begin, net):
    def stop(*_):
        raise KeyboardInterrupt

    session = begin(on_deleted=stop)
    with pytest.raises(KeyboardInterrupt):
        session.logout()
    assert session.destroyed
    session.logout()
    failing = begin(on_delete_failure=stop)
    net.faults["deleteSession"] = [httpx.Response(500)]
    with pytest.raises(KeyboardInterrupt):
        failing.logout()
    assert not failing.destroyed
    failing.logout()
    assert failing.destroyed
