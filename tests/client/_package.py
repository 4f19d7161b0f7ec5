"""A package as the generator writes one, small enough to read."""

from __future__ import annotations

import typing as _t
from builtins import list as _list
from builtins import str as _str
from functools import cached_property as _cached_property

from atlex import interface as _sdk


class TestErrorError(_sdk.XrpcResponseError):
    """``com.example.getThings`` answered with ``TestError``."""

    __test__ = False


class Thing(_sdk.Object):
    lex_type: _t.ClassVar[_str] = "com.example.defs#thing"
    name: _t.Annotated[_str, _sdk.String(max_length=10)]
    size: int | None = None


class GetThingsParams(_sdk.Params):
    kind: str | None = None
    limit: _t.Annotated[int, _sdk.Int(minimum=1, maximum=100)] | None = None
    cursor: str | None = None


class GetThingsOutput(_sdk.Object):
    cursor: str | None = None
    things: _list[Thing]

    def lex_items(self) -> _list[Thing]:
        return self.things


class MakeInput(_sdk.Object):
    lex_nullable: _t.ClassVar[frozenset[_str]] = frozenset({"gone"})
    name: _t.Annotated[_str, _sdk.String(max_length=10)]
    gone: str | None = None


class Post(_sdk.RecordObject):
    lex_type: _t.ClassVar[_str] = "com.example.post"
    lex_key: _t.ClassVar[_str] = "tid"
    text: _t.Annotated[_str, _sdk.String(max_length=10)]
    note: str | None = None


class Profile(_sdk.RecordObject):
    lex_type: _t.ClassVar[_str] = "com.example.profile"
    lex_key: _t.ClassVar[_str] = "literal:self"
    name: str | None = None


class Schema(_sdk.RecordObject):
    lex_type: _t.ClassVar[_str] = "com.example.schema"
    lex_key: _t.ClassVar[_str] = "nsid"
    lexicon: int


class Anything(_sdk.RecordObject):
    lex_type: _t.ClassVar[_str] = "com.example.anything"
    lex_key: _t.ClassVar[_str] = "any"
    value: str


_JSON = "application/json"

GET_THINGS: _t.Final[_sdk.Query[GetThingsParams, GetThingsOutput]] = _sdk.Query(
    "com.example.getThings",
    params=lambda: GetThingsParams,
    output=lambda: GetThingsOutput,
    output_encoding=_JSON,
    errors={"TestError": TestErrorError},
)
MAKE: _t.Final[_sdk.Procedure[None, MakeInput, Thing]] = _sdk.Procedure(
    "com.example.make",
    input=lambda: MakeInput,
    input_encoding=_JSON,
    output=lambda: Thing,
    output_encoding=_JSON,
)
UPLOAD: _t.Final[_sdk.Procedure[None, bytes, Thing]] = _sdk.Procedure(
    "com.example.upload",
    input=lambda: bytes,
    input_encoding="*/*",
    output=lambda: Thing,
    output_encoding=_JSON,
)
DOWNLOAD: _t.Final[_sdk.Query[None, bytes]] = _sdk.Query(
    "com.example.download", output=lambda: bytes, output_encoding="image/*"
)
PING: _t.Final[_sdk.Procedure[None, None, None]] = _sdk.Procedure("com.example.ping")
EVENTS: _t.Final[_sdk.Subscription[None, Thing]] = _sdk.Subscription("com.example.events")

POST: _t.Final[_sdk.Record[Post]] = _sdk.Record("com.example.post", key="tid", type=lambda: Post)
PROFILE: _t.Final[_sdk.Record[Profile]] = _sdk.Record(
    "com.example.profile", key="literal:self", type=lambda: Profile
)
SCHEMA: _t.Final[_sdk.Record[Schema]] = _sdk.Record("com.example.schema", key="nsid", type=lambda: Schema)
ANYTHING: _t.Final[_sdk.Record[Anything]] = _sdk.Record(
    "com.example.anything", key="any", type=lambda: Anything
)


class ExampleNamespace(_sdk.Namespace):
    def get_things(
        self, *, kind: _str | None = None, limit: int | None = None, cursor: _str | None = None
    ) -> GetThingsOutput:
        return self._call(GET_THINGS, params={"kind": kind, "limit": limit, "cursor": cursor})

    def make(self, *, name: _str, gone: _str | _sdk.Omit | None = _sdk.OMIT) -> Thing:
        return self._call(MAKE, input={"name": name, "gone": gone})

    def upload(self, *, data: _sdk.SyncBody, content_type: _str | None = None) -> Thing:
        return self._call(UPLOAD, data=data, content_type=content_type)

    def download(self) -> bytes:
        return self._call(DOWNLOAD)

    def ping(self) -> None:
        self._call(PING)

    @_cached_property
    def post(self) -> _sdk.Records[Post]:
        return _sdk.Records(self._client, POST)

    @_cached_property
    def profile(self) -> _sdk.LiteralRecords[Profile]:
        return _sdk.LiteralRecords(self._client, PROFILE)

    @_cached_property
    def schema(self) -> _sdk.Records[Schema]:
        return _sdk.Records(self._client, SCHEMA)

    @_cached_property
    def anything(self) -> _sdk.Records[Anything]:
        return _sdk.Records(self._client, ANYTHING)


class AsyncExampleNamespace(_sdk.AsyncNamespace):
    async def get_things(
        self, *, kind: _str | None = None, limit: int | None = None, cursor: _str | None = None
    ) -> GetThingsOutput:
        return await self._call(GET_THINGS, params={"kind": kind, "limit": limit, "cursor": cursor})

    async def make(self, *, name: _str, gone: _str | _sdk.Omit | None = _sdk.OMIT) -> Thing:
        return await self._call(MAKE, input={"name": name, "gone": gone})

    async def upload(self, *, data: _sdk.Body, content_type: _str | None = None) -> Thing:
        return await self._call(UPLOAD, data=data, content_type=content_type)

    async def download(self) -> bytes:
        return await self._call(DOWNLOAD)

    async def ping(self) -> None:
        await self._call(PING)

    @_cached_property
    def post(self) -> _sdk.AsyncRecords[Post]:
        return _sdk.AsyncRecords(self._client, POST)

    @_cached_property
    def profile(self) -> _sdk.AsyncLiteralRecords[Profile]:
        return _sdk.AsyncLiteralRecords(self._client, PROFILE)

    @_cached_property
    def schema(self) -> _sdk.AsyncRecords[Schema]:
        return _sdk.AsyncRecords(self._client, SCHEMA)

    @_cached_property
    def anything(self) -> _sdk.AsyncRecords[Anything]:
        return _sdk.AsyncRecords(self._client, ANYTHING)


class Client(_sdk.BaseClient):
    @_cached_property
    def example(self) -> ExampleNamespace:
        return ExampleNamespace(self)


class AsyncClient(_sdk.BaseAsyncClient):
    @_cached_property
    def example(self) -> AsyncExampleNamespace:
        return AsyncExampleNamespace(self)
