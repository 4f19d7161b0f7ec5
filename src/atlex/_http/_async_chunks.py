"""The body of a response on its way, unpacked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import httpx

from atlex._http._chunks import Body
from atlex._http._decoding import Decoder, EncodingError
from atlex._http._failures import undecodable

__all__ = ["AsyncChunks"]


class AsyncChunks(Body):
    """The body of a response, unpacked."""

    __slots__ = ()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            with self._guard:
                if self._answer.is_stream_consumed:
                    # A transport that answers from memory: httpx has unpacked it.
                    yield self._answer.content
                    return
                decoder = Decoder(self._encoding) if self._encoding else None
                async for data in cast("httpx.AsyncByteStream", self._answer.stream):
                    self._check(data)
                    if decoder is None:
                        yield data
                    else:
                        for piece in decoder.feed(data):
                            yield piece
                if decoder is not None:
                    decoder.finish()
        except EncodingError as error:
            raise undecodable(self._request, self._answer, str(error)) from error

    async def aclose(self) -> None:
        """Give the connection back."""
        with self._guard:
            await self._answer.aclose()
