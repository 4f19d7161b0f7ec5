"""Classes as the generator writes them, small enough to read."""

from __future__ import annotations

import typing as _t
from builtins import list as _list
from builtins import str as _str
from collections.abc import Mapping

import atlex.model as _sdk
from atlex.model._state import state_of


def forget(*classes: type[_sdk.Model]) -> None:
    """Let classes be as if nothing had been read as them."""
    for cls in classes:
        state = state_of(cls)
        state.is_full, state.rare, state.responses, state.instances = False, frozenset(), 0, 0
        state.had.clear()
        state.fast.clear()


class Post(_sdk.RecordObject):
    lex_type: _t.ClassVar[_str] = "app.test.post"
    lex_key: _t.ClassVar[_str] = "tid"
    text: _t.Annotated[_str, _sdk.String(max_length=3000, max_graphemes=300)]
    created_at: _t.Annotated[_str, _sdk.String(format="datetime")]
    embed: _t.Annotated[Images | External | _sdk.UnknownObject, _sdk.open_union] | None = None
    langs: (
        _t.Annotated[
            _list[_t.Annotated[_str, _sdk.String(format="language")]], _sdk.Array(min_length=1, max_length=3)
        ]
        | None
    ) = None
    reply: Reply | None = None
    meta: _t.Annotated[Mapping[str, _t.Any], _sdk.Unknown()] | None = None
    count: _t.Annotated[int, _sdk.Int(minimum=0, maximum=10)] | None = None
    size: _sdk.Integer | None = None
    list: _list[Reply] | None = None
    from_: _t.Annotated[_sdk.Text | None, _sdk.Alias("from")] = None
    picture: _t.Annotated[_sdk.AnyBlob, _sdk.BlobRef(accept=("image/*",), max_size=100)] | None = None
    data: _t.Annotated[bytes, _sdk.Bytes(min_length=1, max_length=4)] | None = None
    kind: _t.Annotated[_t.Literal["a", "b"] | _str, _sdk.String(max_length=5)] | None = None
    choice: _t.Annotated[_t.Literal["x", "y"], _sdk.String(enum=("x", "y"))] | None = None
    link: _sdk.Link | None = None
    yes: _t.Annotated[_t.Literal[True], _sdk.Bool(const=True)] | None = None


class Reply(_sdk.Object):
    lex_type: _t.ClassVar[_str] = "app.test.post#reply"
    root: _t.Annotated[_str, _sdk.String(format="at-uri")]
    parent: Reply | None = None
    embed: _t.Annotated[Images | External | _sdk.UnknownObject, _sdk.open_union] | None = None
    media: _t.Annotated[Images | External, _sdk.closed_union] | None = None


class Images(_sdk.Object):
    lex_type: _t.ClassVar[_str] = "app.test.images"
    images: _list[Image]


class Image(_sdk.Object):
    lex_type: _t.ClassVar[_str] = "app.test.images#image"
    alt: _sdk.Text
    width: _sdk.Integer | None = None
    nested: _t.Annotated[External | _sdk.UnknownObject, _sdk.open_union] | None = None


class External(_sdk.Object):
    lex_type: _t.ClassVar[_str] = "app.test.external"
    uri: _t.Annotated[_str, _sdk.String(format="uri")]


class Put(_sdk.Object):
    lex_nullable: _t.ClassVar[frozenset[_str]] = frozenset({"swap_record"})
    swap_record: _t.Annotated[_str, _sdk.String(max_length=80)] | None = None
    record: _t.Annotated[Mapping[str, _t.Any], _sdk.Unknown()] | None = None
    password: _t.Annotated[_str, _sdk.String(max_length=8)] | None = None


class Timeline(_sdk.Object):
    feed: _list[Item]
    members: _list[_t.Annotated[Images | External | _sdk.UnknownObject, _sdk.open_union]] | None = None


class Item(_sdk.Object):
    lex_type: _t.ClassVar[_str] = "app.test.timeline#item"
    post: Post
