from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

from atlex.client import Create, Delete, Update
from atlex.errors import XrpcResponseError
from atlex.model import Object, Params, RecordObject
from atlex.xrpc import Method, Procedure, Query, Record, Subscription


class Limits(Params):
    limit: int | None = None


class Item(Object):
    name: str


class Entry(RecordObject):
    lex_type = "com.example.entry"


class GoneError(XrpcResponseError):
    pass


QUERY: Query[Limits, Item] = Query(
    "com.example.get",
    params=lambda: Limits,
    output=lambda: Item,
    output_encoding="application/json",
    errors={"Gone": GoneError},
)
PROCEDURE: Procedure[Limits, Item, bytes] = Procedure(
    "com.example.put",
    params=lambda: Limits,
    input=lambda: Item,
    input_encoding="application/json",
    output=lambda: bytes,
    output_encoding="*/*",
)
SUBSCRIPTION: Subscription[Limits, Item] = Subscription(
    "com.example.listen", params=lambda: Limits, message=lambda: Item, errors={"Gone": GoneError}
)
RECORD: Record[Entry] = Record("com.example.entry", key="tid", type=lambda: Entry)
BARE: Procedure[None, None, None] = Procedure("com.example.bare")


def test_a_query_says_what_it_is() -> None:
    assert (QUERY.nsid, QUERY.kind) == ("com.example.get", "query")
    assert (QUERY.params, QUERY.input, QUERY.output) == (Limits, None, Item)
    assert (QUERY.input_encoding, QUERY.output_encoding) == (None, "application/json")
    assert QUERY.errors == {"Gone": GoneError}


def test_a_procedure_says_what_it_is() -> None:
    assert (PROCEDURE.nsid, PROCEDURE.kind) == ("com.example.put", "procedure")
    assert (PROCEDURE.params, PROCEDURE.input, PROCEDURE.output) == (Limits, Item, bytes)
    assert (PROCEDURE.input_encoding, PROCEDURE.output_encoding) == ("application/json", "*/*")
    assert PROCEDURE.errors == {}


def test_a_subscription_says_what_it_is() -> None:
    assert (SUBSCRIPTION.nsid, SUBSCRIPTION.kind) == ("com.example.listen", "subscription")
    assert (SUBSCRIPTION.params, SUBSCRIPTION.input, SUBSCRIPTION.output) == (Limits, None, Item)
    assert SUBSCRIPTION.message is Item
    assert SUBSCRIPTION.errors == {"Gone": GoneError}


def test_a_record_says_what_it_is() -> None:
    assert (RECORD.nsid, RECORD.key, RECORD.type) == ("com.example.entry", "tid", Entry)


def test_what_a_method_lacks_is_none() -> None:
    assert (BARE.params, BARE.input, BARE.output, BARE.input_encoding, BARE.output_encoding) == (None,) * 5


@pytest.mark.parametrize("descriptor", [QUERY, PROCEDURE, SUBSCRIPTION, RECORD], ids=repr)
def test_nothing_of_it_can_be_changed(descriptor: Method | Record) -> None:
    for name in ("nsid", "kind", "params", "input", "output", "errors", "key", "type", "anything"):
        with pytest.raises(AttributeError):
            setattr(descriptor, name, None)


def test_declared_errors_cant_be_changed() -> None:
    given = {"Gone": GoneError}
    method: Query[None, None] = Query("com.example.get", errors=given)
    given.clear()
    assert method.errors == {"Gone": GoneError}
    with pytest.raises(TypeError):
        method.errors["Other"] = GoneError  # type: ignore[index]


def test_classes_are_loaded_when_they_are_asked_for() -> None:
    asked = []
    method: Query[Limits, Item] = Query(
        "com.example.get", params=lambda: asked.append("params"), output=lambda: asked.append("output")
    )
    repr(method)
    assert asked == []
    _ = method.params
    assert asked == ["params"]


def test_they_are_shown_by_kind_and_name() -> None:
    assert repr(QUERY) == "<Query com.example.get>"
    assert repr(PROCEDURE) == "<Procedure com.example.put>"
    assert repr(SUBSCRIPTION) == "<Subscription com.example.listen>"
    assert repr(RECORD) == "<Record com.example.entry>"


PARAMETRISED = Query[None, Item]("com.example.typed", output=lambda: Item)


@pytest.mark.parametrize("value", [QUERY, PROCEDURE, SUBSCRIPTION, RECORD, BARE, PARAMETRISED], ids=repr)
@pytest.mark.parametrize("how", ["copy", "deepcopy", *range(pickle.HIGHEST_PROTOCOL + 1)])
def test_a_copy_is_the_thing_itself_and_so_is_what_pickle_gives_back(value, how: str | int) -> None:
    again = getattr(copy, how)(value) if isinstance(how, str) else pickle.loads(pickle.dumps(value, how))
    assert again is value


@pytest.mark.parametrize(
    "write",
    [
        Delete(RECORD, "3jzfcijpj2z2a"),
        Delete("com.example.entry", "3jzfcijpj2z2a"),
        Create(Entry()),
        Update(Entry(), "3jzfcijpj2z2a"),
    ],
    ids=repr,
)
def test_writes_are_copied_and_pickled(write) -> None:
    for again in (copy.copy(write), copy.deepcopy(write), pickle.loads(pickle.dumps(write))):
        assert again == write
        assert type(again) is type(write)


def test_one_without_a_name_is_copied_but_not_pickled() -> None:
    local: Query[None, None] = Query("com.example.local", output=lambda: None)
    assert copy.copy(local) is copy.deepcopy([local])[0] is local
    with pytest.raises(
        pickle.PicklingError, match=f"com.example.local.* has no name in the module {__name__}"
    ):
        pickle.dumps(local)


@pytest.mark.parametrize(
    "place",
    [
        "app.bsky.feed.post.RECORD",
        "com.atproto.server.request_account_delete.METHOD",
        "app.bsky.feed.get_timeline.METHOD",
        "com.atproto.sync.subscribe_repos.METHOD",
    ],
)
def test_those_of_a_generated_package_go_to_another_process(place: str) -> None:
    root, _, rest = place.partition(".")
    give = f"import pickle, sys; from atlex_sdk import {root}; sys.stdout.buffer.write(pickle.dumps({root}.{rest}))"
    pickled = subprocess.run([sys.executable, "-c", give], check=True, capture_output=True).stdout
    take = f"""
import pickle, sys
value = pickle.loads(sys.stdin.buffer.read())
from atlex_sdk import {root}
assert value is {root}.{rest}
"""
    subprocess.run([sys.executable, "-c", take], input=pickled, check=True)
