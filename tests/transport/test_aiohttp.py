"""aiohttp's failures become httpx's, and take nothing of the request along."""

from __future__ import annotations

import asyncio

import aiohttp
import httpx
import pytest

from atlex._http import _aiohttp

CLASSES = sorted(
    {
        each
        for each in vars(aiohttp).values()
        if isinstance(each, type) and issubclass(each, aiohttp.ClientError)
    },
    key=lambda class_: class_.__name__,
)
BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)


def make(class_: type[Exception]) -> Exception:
    """An exception, however its class is made."""
    error = class_.__new__(class_)
    if isinstance(error, OSError):
        vars(error)["_os_error"] = OSError(111, "refused")
    return error


def raised(class_: type[Exception], *, closing: bool = False) -> Exception:
    """What comes of an exception within an answer."""

    class Stream(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield b"x"
            raise make(class_)

        async def aclose(self):
            if closing:
                raise make(class_)

    async def main() -> None:
        stream = _aiohttp._Answer(Stream())
        if closing:
            await stream.aclose()
        else:
            assert [chunk async for chunk in stream]

    with pytest.raises(httpx.TransportError) as caught:
        asyncio.run(main())
    return caught.value


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__name__)
@pytest.mark.parametrize("closing", [False, True], ids=["reading", "closing"])
def test_every_exception_of_aiohttp_is_one_of_httpx_without_it(
    class_: type[Exception], closing: bool
) -> None:
    error = raised(class_, closing=closing)
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__name__)
def test_only_where_no_connection_was_made_it_says_so(class_: type[Exception]) -> None:
    made = issubclass(class_, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    odd = issubclass(class_, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError)
    assert isinstance(raised(class_), BEFORE_SENDING) == (made or odd)


def test_what_is_httpxs_own_stays() -> None:
    error = httpx.ReadError("x")
    assert _aiohttp._translated(error) is error
    stalled = httpx.WriteTimeout("x")
    assert _aiohttp._translated(stalled) is stalled
