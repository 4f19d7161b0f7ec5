"""Links to content by its hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic_core import PydanticCustomError, core_schema

from atlex.syntax import is_valid_cid

__all__ = ["CidLink", "check_link", "read_link", "wire_schema"]


def wire_schema(
    read: Callable[[object], object],
    to_wire: Callable[[Any], Any],
    form: core_schema.CoreSchema | None = None,
) -> core_schema.CoreSchema:
    """What pydantic needs to know of a class that reads and writes its own JSON form.

    Args:
        read: The validator.
        to_wire: The serialiser.
        form: Describes the JSON form in JSON Schemas of input; None for any object.
    """
    return core_schema.no_info_plain_validator_function(
        read,
        json_schema_input_schema=form or core_schema.dict_schema(core_schema.str_schema()),
        serialization=core_schema.plain_serializer_function_ser_schema(
            to_wire, return_schema=core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema())
        ),
    )


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
        # Asking for a dict first is faster than for a Mapping alone.
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
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        link = core_schema.typed_dict_field(core_schema.str_schema())
        return wire_schema(check_link, cls.to_wire, core_schema.typed_dict_schema({"$link": link}))


def read_link(value: object) -> CidLink:
    """The validator of lenient reading: takes a link, or its JSON form."""
    link = value if isinstance(value, CidLink) else CidLink.from_wire(value)
    if link is None:
        raise PydanticCustomError("cid_link", 'expected a link, {"$link": "<cid>"}')
    return link


def check_link(value: object) -> CidLink:
    """The validator of every link: takes a link with a valid CID, or its JSON form."""
    link = read_link(value)
    if not is_valid_cid(link.cid):
        raise PydanticCustomError("format", "not a valid cid")
    return link
