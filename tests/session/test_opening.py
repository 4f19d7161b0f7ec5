"""What the asynchronous session's beginnings give: something to await or to enter."""

from __future__ import annotations

import pytest

from atlex.errors import InputError

pytestmark = pytest.mark.anyio


@pytest.fixture
def api(async_api):
    """A blocking login gives the session itself."""
    return async_api


async def test_an_opening_begins_once(world):
    opening = world.begin()
    session = await opening
    with pytest.raises(InputError, match="awaited or entered once"):
        await opening
    with pytest.raises(InputError, match="awaited or entered once"):
        async with opening:
            pass
    await opening.__aexit__(None, None, None)
    assert not session.destroyed
    assert world.net.count("createSession") == 1
