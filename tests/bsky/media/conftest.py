from __future__ import annotations

import contextlib
import inspect

import pytest

from atlex import AsyncPasswordSession, PasswordSession
from atlex.fetch import AsyncPublicFetcher, PublicFetcher
from atlex.testing import FakePds
from atlex_bsky.media import _async_upload, _sync_upload
from atlex_sdk import AsyncClient, Client


class Twin:
    """The functions of one side, and a client for them: a test is written once, and awaits what has to be."""

    def __init__(self, client, module, fetcher):
        self.client = client
        self._module = module
        self._fetcher = fetcher

    async def upload_image(self, image):
        return await _awaited(self._module.upload_image(self.client, image))

    async def upload_video(self, video):
        return await _awaited(self._module.upload_video(self.client, video))

    async def card_for(self, card, **options):
        return await _awaited(self._module.card_for(self.client, card, **options))

    @contextlib.asynccontextmanager
    async def fetcher(self, **options):
        """A fetcher of this side, closed at the end."""
        if self._fetcher is AsyncPublicFetcher:
            async with AsyncPublicFetcher(**options) as fetcher:
                yield fetcher
        else:
            with PublicFetcher(**options) as fetcher:
                yield fetcher


async def _awaited(value):
    return await value if inspect.isawaitable(value) else value


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def pds():
    with FakePds() as pds, pds.serve():
        pds.create_account("alice.test", "password", email="alice@example.com")
        yield pds


@pytest.fixture(params=["sync", "async"])
async def twin(request, pds):
    login = {"identifier": "alice.test", "password": "password"}
    if request.param == "async":
        async with AsyncPasswordSession.login(pds.url, **login) as session:
            yield Twin(AsyncClient(session), _async_upload, AsyncPublicFetcher)
    else:
        with PasswordSession.login(pds.url, **login) as session:
            yield Twin(Client(session), _sync_upload, PublicFetcher)
