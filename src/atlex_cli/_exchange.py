"""One call and what is printed of it: JSON, the items of all pages, or bytes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

from atlex.client import BaseClient
from atlex.errors import InputError, Issue, XrpcResponseValidationError
from atlex.model import Model, issues
from atlex_cli._arguments import ArgumentError, read_bytes
from atlex_cli._output import print_json, print_json_text, progress_bar

__all__ = ["Exchange"]

_GET_BLOB: Final = "com.atproto.sync.getBlob"


class Exchange:
    """A call that is ready to be made.

    Args:
        client: What it is made with.
        method: The descriptor of the method.
        params: Its parameters by their wire names.
        body: Its JSON input by wire names, or None.
        source: The file of its other input, ``-`` for standard input, or None.
        content_type: The type of that; None to guess.

    Attributes:
        issues: What of the answers breaks the lexicon, and couldn't be read into models.

    Raises:
        InputError: The arguments break the lexicon.
    """

    def __init__(
        self,
        client: BaseClient,
        method: Any,
        params: dict[str, Any],
        body: dict[str, Any] | None,
        source: str | None,
        content_type: str | None,
    ) -> None:
        self._client = client
        self._method = method
        self._params = _checked(method.params, params)
        self._input = None if body is None else _checked(method.input, body)
        self._source = source
        self._content_type = content_type
        self.issues: list[Issue] = []

    def print_answer(self, output: str | None, *, plain: bool) -> None:
        """Make the call, and print its answer; bytes go to the output, or to standard output if that is no terminal."""
        if output is not None or self._is_binary:
            self._download(output)
            return
        response = self._call(self._params)
        if isinstance(response.body, bytes):
            # The lexicon says JSON and no more, so that nothing has looked at it.
            print_json(json.loads(response.body), plain=plain)
        elif response.body is not None:
            print_json_text(response.content.decode(), plain=plain)

    def print_pages(self, *, stream: bool, limit: int | None, plain: bool) -> None:
        """Make the calls of all pages, and print their items: a line each, or all in an answer like that of one page."""
        if not hasattr(self._method.output, "lex_items"):
            raise ArgumentError(f"{self._method.nsid} doesn't answer in pages")
        first: dict[str, Any] = {}
        name, kept = "", list[Any]()
        count = 0
        for content, name in self._pages():
            first = first or content
            for item in content.get(name) or ():
                if count == limit:
                    break
                count += 1
                if stream:
                    print_json(item, compact=True, plain=plain)
                else:
                    kept.append(item)
            if count == limit:
                break
        if not stream:
            first.pop("cursor", None)
            print_json({**first, name: kept} if name else first, plain=plain)

    def _pages(self) -> Iterator[tuple[dict[str, Any], str]]:
        """The answers as they came, each with the name of the member that has its items."""
        answered: list[Any] = []

        def fetch(**params: Any) -> Any:
            response = self._call(_checked(self._method.params, params))
            answered.append(response.content)
            return response.body

        arguments: dict[str, Any] = {} if self._params is None else self._params.to_wire()
        for page in self._client.paginate(fetch, **arguments).pages():
            yield json.loads(answered.pop()), _items_member(page)

    def _call(self, params: Model | None) -> Any:
        with self._opened() as data:
            response: Any = self._client.xrpc(
                self._method,
                params=params,
                input=self._input,
                data=data,
                content_type=self._content_type,
            )
        self.issues += issues(response.body)
        return response

    @property
    def _is_binary(self) -> bool:
        return self._method.output is bytes

    def _download(self, output: str | None) -> None:
        if output is None and (sys.stdout is None or sys.stdout.isatty()):
            raise ArgumentError(
                f"{self._method.nsid} answers with bytes, which a terminal can't show: --output FILE"
            )
        cid = getattr(self._params, "cid", None) if self._method.nsid == _GET_BLOB else None
        with progress_bar("Downloading") as progress:
            self._client.download(
                self._method,
                sys.stdout.buffer if output is None else output,
                params=self._params,
                progress=progress,
                cid=cid,
            )
        if output is None:
            sys.stdout.buffer.flush()

    @contextmanager
    def _opened(self) -> Generator[Any]:
        """What is to be uploaded, opened for the time of the call."""
        if self._source is None:
            yield None
        elif self._source == "-":
            yield read_bytes(self._source)
        else:
            with progress_bar("Uploading") as progress, _Watched(self._source, progress) as file:
                yield file


class _Watched(io.FileIO):
    """A file that tells how much of it has been read."""

    def __init__(self, path: str, progress: Any) -> None:
        super().__init__(path, "rb")
        self._progress = progress
        self._size = self.seek(0, io.SEEK_END)
        self.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(-1 if size is None else size) or b""
        self._progress(self.tell(), self._size)
        return data


def _items_member(page: Any) -> str:
    """The wire name of the member that has a page's items, or empty."""
    items: Any = page.lex_items()
    model: Any = page.__class__
    fields: dict[str, Any] = model.model_fields
    return next((field.alias or name for name, field in fields.items() if getattr(page, name) is items), "")


def _checked(model: Any, values: dict[str, Any]) -> Any:
    """The values as an instance of the method's class, which has checked them."""
    if model is None:
        return None
    try:
        return model.from_wire(values, validation="strict")
    except XrpcResponseValidationError as error:
        raise InputError("; ".join(map(str, error.issues))) from None
