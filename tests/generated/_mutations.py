"""Values that are nearly right: one place of a JSON value is changed, in the ways that programs get things wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any, TypeAlias

__all__ = ["mutated"]

_Holder: TypeAlias = "dict[str, Any] | list[Any]"

_CID = "bafyreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_RAW_CID = "bafkreihwihm6kpd6zuwhhlro75p5qks5qtrcu55jp3gddbfjsieiv7wuka"
_BLOB = {"$type": "blob", "ref": {"$link": _RAW_CID}, "mimeType": "image/png", "size": 3}

# As JSON text, so that no two values share a part.
_OTHERS = [
    json.dumps(value)
    for value in (
        None,
        True,
        False,
        0,
        1,
        -1,
        5.0,
        0.5,
        -0.0,
        1e300,
        2**53 - 1,
        2**53,
        -(2**53),
        2**64,
        10**40,
        "",
        "x",
        " ",
        "\x00",
        "a" * 70_000,
        "\ud800",
        "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
        "2024-01-01T00:00:00Z",
        "0000-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-00:01",
        "true",
        "1",
        [],
        [[]],
        [None],
        ["x"],
        [1, "x"],
        {},
        {"": {}},
        {"a": 0.5},
        {"a": [2**53]},
        {"a": "\udfff"},
        {"\ud800": 1},
        {"$type": None},
        {"$type": ""},
        {"$type": 5},
        {"$type": "com.example.unheard"},
        {"$type": "app.bsky.feed.post"},
        {"$type": "app.bsky.embed.images#main"},
        {"$link": _CID},
        {"$link": "x"},
        {"$link": 5},
        {"$link": _CID, "a": 1},
        {"$link": None},
        {"$bytes": "AQI"},
        {"$bytes": "AQI="},
        {"$bytes": "AQ=I"},
        {"$bytes": "*"},
        {"$bytes": "é"},
        {"$bytes": 1},
        {"$bytes": "AQI", "$link": _CID},
        {"$bytes": "AQI", "a": 1},
        _BLOB,
        {**_BLOB, "size": -1},
        {**_BLOB, "size": 3.0},
        {**_BLOB, "size": 2**53},
        {**_BLOB, "size": True},
        {**_BLOB, "mimeType": "png"},
        {**_BLOB, "mimeType": "IMAGE/PNG; a=b"},
        {**_BLOB, "ref": {"$link": _CID}},
        {**_BLOB, "ref": _RAW_CID},
        {**_BLOB, "extra": 1},
        {"$type": "blob"},
        {"$type": "blob", "ref": {"$link": _RAW_CID}, "size": 3},
        {"cid": _RAW_CID, "mimeType": "image/png"},
        {"cid": "x", "mimeType": ""},
    )
]


def _other(random: Random) -> Any:
    return json.loads(random.choice(_OTHERS))


def _places(value: Any) -> Iterator[tuple[_Holder, Any]]:
    """Every member and item of a value, by what holds it and its key."""
    pending = [value]
    while pending:
        holder = pending.pop()
        if not isinstance(holder, dict | list):
            continue
        for key, inner in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            yield holder, key
            pending.append(inner)


def _replaced(random: Random, holder: _Holder, key: Any) -> None:
    holder[key] = _other(random)


def _removed(_: Random, holder: _Holder, key: Any) -> None:
    del holder[key]


def _repeated(random: Random, holder: _Holder, key: Any) -> None:
    if isinstance(holder, list):
        holder += [deepcopy(holder[key]) for _ in range(random.choice([1, 5, 150]))]
    else:
        holder[f"{key}{random.choice(['_', 'X', '#main', ' '])}"] = deepcopy(holder[key])


def _renamed(random: Random, holder: _Holder, key: Any) -> None:
    if isinstance(holder, dict):
        holder[random.choice([key.upper(), key + "s", "extra", "$" + key])] = holder.pop(key)


def _added(random: Random, holder: _Holder, _: Any) -> None:
    if isinstance(holder, dict):
        name = random.choice(
            ["extra", "$type", "$link", "$bytes", "$other", "ref", "cid", "model_fields", ""]
        )
        holder[name] = _other(random)
    else:
        holder.insert(random.randint(0, len(holder)), _other(random))


def _bent(random: Random, holder: _Holder, key: Any) -> None:
    """Another value of the same JSON type, near the one that was there."""
    match holder[key]:
        case bool(value):
            holder[key] = not value
        case int(value):
            holder[key] = random.choice(
                [value + 1, value - 1, -value, float(value), value * 2**30, str(value)]
            )
        case str(value):
            place = random.randint(0, len(value))
            choices = [
                value[:place] + random.choice("x.:/#-Z0 \n\u00e9\ud800") + value[place:],
                value[:place] + value[place + 1 :],
                value.upper(),
                value * 40,
                value.removesuffix("#main") if value.endswith("#main") else value + "#main",
            ]
            holder[key] = random.choice(choices)
        case dict() | list() as inner:
            holder[key] = random.choice([[deepcopy(inner)], {"a": deepcopy(inner)}, list(inner), str(inner)])
        case _:
            holder[key] = _other(random)


_KINDS: tuple[Callable[[Random, Any, Any], None], ...] = (
    _replaced,
    _replaced,
    _removed,
    _repeated,
    _renamed,
    _added,
    _added,
    _bent,
    _bent,
    _bent,
)


def mutated(value: Any, random: Random) -> Any:
    """A copy of a JSON object with something else in one place; now and then in two."""
    # One holder more, so that the value's own members and the value itself are places like any other.
    copy = {"": deepcopy(value)}
    for _ in range(random.choice([1, 1, 1, 2])):
        places = list(_places(copy[""]))
        if not places:
            copy[""][random.choice(["extra", "$type", "$link"])] = _other(random)
            break
        random.choice(_KINDS)(random, *random.choice(places))
        if not isinstance(copy[""], dict):
            break
    return copy[""]
