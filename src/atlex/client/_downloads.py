"""Bodies on their way to the user: counted, checked, and written to where they belong."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from atlex._agent import Response
from atlex._files import reason_of
from atlex.client._blobs import CidCheck
from atlex.client._results import Downloaded, Progress
from atlex.errors import FileError, InputError
from atlex.xrpc import received_type

__all__ = ["Destination", "watched"]


def watched(
    response: Response, nsid: str, *, progress: Progress | None, cid_check: CidCheck | None
) -> Response:
    """Wrap a response, whose body is still to be read, so that it reports its progress and checks its bytes.

    It raises at its end for bytes of another CID.
    """
    if progress is None and cid_check is None:
        return response
    stream = _Watched(response, nsid, progress or (lambda _so_far, _total: None), cid_check)
    return Response(response.status, response.headers, stream=stream)


class _Watched:
    """The body of a response, for both kinds of agent."""

    def __init__(self, response: Response, nsid: str, progress: Progress, cid_check: CidCheck | None) -> None:
        self._response = response
        self._nsid = nsid
        self._progress = progress
        self._cid_check = cid_check
        self._total = _total(response.headers)
        self._so_far = 0

    def __iter__(self) -> Iterator[bytes]:
        self._progress(0, self._total)
        for chunk in self._response.iter_bytes():
            yield chunk
            self._passed(chunk)
        self._finish()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._progress(0, self._total)
        async for chunk in self._response.aiter_bytes():
            yield chunk
            self._passed(chunk)
        self._finish()

    def close(self) -> None:
        self._response.close()

    async def aclose(self) -> None:
        await self._response.aclose()

    def _passed(self, chunk: bytes) -> None:
        self._so_far += len(chunk)
        if self._cid_check is not None:
            self._cid_check.update(chunk)
        self._progress(self._so_far, self._total)

    def _finish(self) -> None:
        if self._cid_check is not None:
            self._cid_check.finish(self._response.status, self._response.headers, self._nsid)


def _total(headers: Mapping[str, str]) -> int | None:
    """How many bytes will come, or None where the length isn't known or is that of a compressed body."""
    length = headers.get("content-length", "").strip()
    encoded = headers.get("content-encoding", "identity").strip().lower() != "identity"
    return (
        int(length) if length.isascii() and length.isdecimal() and len(length) < 19 and not encoded else None
    )


class Destination:
    """Where a body is written: a context manager.

    A path holds the body only when it is whole: until then it is in a file beside it, which is removed when
    the block fails. An open file is written to from where it stands, and stays open.

    Asynchronous code writes in worker threads, but enters and leaves the block itself: a thread would go on after
    a cancellation, and leave a file behind.

    Args:
        to: The path, or an open binary file.

    Raises:
        InputError: It is neither, or can't be opened to write.
        FileError: The block's file can't be closed or put in its place.
    """

    def __init__(self, to: str | os.PathLike[str] | BinaryIO) -> None:
        self.size = 0
        self._file: BinaryIO
        self._paths: Final = _paths(to) if isinstance(to, str | os.PathLike) else None
        name = "The file" if self._paths is None else repr(str(self._paths[1]))
        self._failed: Final = f"{name} can't be written"
        if not isinstance(to, str | os.PathLike):
            if isinstance(cast("object", to), io.TextIOBase) or not callable(getattr(to, "write", None)):
                raise InputError(f"A download goes to a path or a binary file, not to a {type(to).__name__}")
            self._file = to

    def __enter__(self) -> Self:
        if self._paths is not None:
            try:
                # Not of the tempfile module: the result has the permissions that any new file has.
                self._file = self._paths[0].open("xb")
            except (OSError, ValueError) as error:
                raise InputError(f"{self._failed}: {reason_of(error)}") from error
        return self

    def write(self, chunk: bytes) -> None:
        """Write a chunk, whole.

        Raises:
            FileError: It can't be written.
        """
        try:
            # A file of the user's may be one without a buffer, or say nothing.
            count = cast("object", self._file.write(chunk))
        except (OSError, ValueError, TypeError) as error:
            raise FileError.of(self._failed, error) from error
        if isinstance(count, int) and count < len(chunk):
            raise FileError(f"{self._failed}: it took {count} of {len(chunk)} bytes")
        self.size += len(chunk)

    def downloaded(self, response: Response) -> Downloaded:
        """How many bytes came, and what the server said of them."""
        encoding = received_type(response.headers.get("content-type", ""))
        return Downloaded(self.size, encoding, response.headers)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._paths is None:
            return
        temporary, final = self._paths
        try:
            self._file.close()
            if kind is None:
                temporary.replace(final)
        except OSError as failure:
            # The block's own exception is the one to know of.
            if kind is None:
                raise FileError.of(self._failed, failure) from failure
        finally:
            # Gone already, if all is well.
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _paths(to: str | os.PathLike[str]) -> tuple[Path, Path]:
    """The path to write to at first, and the one to write to in the end, past symbolic links."""
    try:
        final = Path(to).resolve()
        # A device, a pipe, a folder or a link to itself can't be replaced by a file.
        fits = final.is_file() or not (final.exists() or final.is_symlink())
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(f"{to!r} can't be written: {reason_of(error)}") from error
    if not fits:
        raise InputError(f"{str(final)!r} can't be written: it is there and isn't a file")
    return final.with_name(f".{os.urandom(8).hex()}.part"), final
