"""Links to content by its hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from atlex.syntax import is_valid_cid

__all__ = ["CidLink", "check_link", "read_link"]


@dataclass(frozen=True, slots=True)
class CidLink:
    """A link to a block of data by its CID: ``{"$link": "bafy…"}`` on the wire.

    Attributes:
        cid: The CID in its string form, exactly as it came.

    Source: https://atproto.com/specs/data-model#link
    """

    cid: str

    def __str__(self) -> str:
        return self.cid

    @classmethod
    def from_wire(cls, data: object) -> CidLink | None:
        """Read ``{"$link": "…"}``; None where the data hasn't that shape. The CID's syntax isn't checked."""
        # Of a dict, the answer comes sooner than from Mapping alone.
        if isinstance(data, (dict, Mapping)):
            members = cast("Mapping[str, object]", data)
            link = members.get("$link")
            if len(members) == 1 and isinstance(link, str):
                return cls(link)
        return None

    def to_wire(self) -> dict[str, Any]:
        """The JSON form, ``{"$link": "…"}``."""
        return {"$link": self.cid}

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            check_link,
            json_schema_input_schema=core_schema.typed_dict_schema(
                {"$link": core_schema.typed_dict_field(core_schema.str_schema())}
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(
                CidLink.to_wire,
                return_schema=core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema()),
            ),
        )


def read_link(value: object) -> CidLink:
    """The validator of lenient reading: takes a link, or its JSON form."""
    link = value if isinstance(value, CidLink) else CidLink.from_wire(value)
    if link is None:
        raise PydanticCustomError("cid_link", 'Expected a link, {"$link": "<cid>"}')
    return link


def check_link(value: object) -> CidLink:
    """The validator of every link: takes a link with a valid CID, or its JSON form."""
    link = read_link(value)
    if not is_valid_cid(link.cid):
        raise PydanticCustomError("format", "Not a valid cid")
    return link
