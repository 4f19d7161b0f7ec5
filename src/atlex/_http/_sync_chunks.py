# Made from _async_chunks.py by tools/unasync.py: change that file, and run the tool.
"""The body of a response on its way, unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import httpx

from atlex._http._chunks import Body
from atlex._http._decoding import Decoder, EncodingError
from atlex._http._failures import undecodable

__all__ = ["Chunks"]


class Chunks(Body):
    """The body of a response, unpacked."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        try:
            with self._guard:
                if self._answer.is_stream_consumed:
                    # A transport that answers from memory: httpx has unpacked it.
                    yield self._answer.content
                    return
                decoder = Decoder(self._encoding) if self._encoding else None
                for data in cast("httpx.SyncByteStream", self._answer.stream):
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

    def close(self) -> None:
        """Give the connection back."""
        with self._guard:
            self._answer.close()
