"""Packages made from small sets of documents, at work: imported, called, read, sync and async."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.codegen.conftest import INTEGER, STRING, document, obj, procedure, query, ref, write_documents
from tests.codegen.test_golden import SETS, array, union

from atlex import InputError, Request, Response, UnknownObject
from atlex_codegen import build
from atlex_codegen._resolve import DEPTH_LIMIT

MORE = [
    document("com.shadow.list", query(obj(list=array(STRING)), list=array(STRING))),
    document(
        "com.shadow.str",
        obj(("str",), str=STRING, int=INTEGER, list=array(ref("#bool")), type=STRING),
        bool=obj(a=STRING),
    ),
    document("com.4shadow.getIt", query(obj(a=STRING))),
    document("com.shadow.type", procedure(obj(self=STRING, type=STRING, schema=STRING))),
    document(
        "com.odd.place",
        obj(
            ("lat", "high"), lat={"type": "number"}, high=ref("#height"), note={"type": "number"}, text=STRING
        ),
        height={"type": "decimal"},
    ),
]


class Agent:
    """Answers every request with what the test says, and keeps the requests."""

    did = "did:plc:abc"

    def __init__(self, body: Any = None, *, status: int = 200, encoding: str = "application/json") -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.response = Response(status, {"content-type": encoding}, content)
        self.requests: list[Request] = []

    def send(self, request: Request, /) -> Response:
        self.requests.append(request)
        return self.response

    @property
    def body(self) -> Any:
        content = self.requests[-1].body
        assert isinstance(content, bytes)
        return json.loads(content)


class AsyncAgent(Agent):
    async def send(self, request: Request, /) -> Response:  # type: ignore[override]
        self.requests.append(request)
        return self.response


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package of all the golden sets, as a part of another package."""
    root = tmp_path_factory.mktemp("work")
    documents = [raw for each in SETS.values() for raw in each] + MORE
    out = root / "outer" / "inner_sdk"
    build(write_documents(root / "lexicons", *documents), out)
    (root / "outer" / "__init__.py").write_text("")
    sys.path.insert(0, str(root))
    yield importlib.import_module("outer.inner_sdk")
    sys.path.remove(str(root))
    for name in [name for name in sys.modules if name.split(".")[0] == "outer"]:
        del sys.modules[name]


def modules(package: ModuleType) -> list[str]:
    assert package.__path__
    root = Path(package.__path__[0])
    return [
        ".".join((package.__name__, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
        for path in sorted(root.rglob("*.py"))
    ]


def test_every_module_imports_and_has_what_it_promises(sdk: ModuleType) -> None:
    for name in modules(sdk):
        module = importlib.import_module(name)
        for attribute in module.__all__:
            assert getattr(module, attribute) is not None
        assert set(module.__all__) <= set(dir(module))


def test_every_model_builds(sdk: ModuleType) -> None:
    built = 0
    for name in modules(sdk):
        for value in list(vars(importlib.import_module(name)).values()):
            if inspect.isclass(value) and hasattr(value, "model_rebuild"):
                assert value.model_rebuild() is not False
                built += 1
    assert built > 30


@pytest.mark.parametrize("level", ["lenient", "strict"])
@pytest.mark.parametrize(
    "value",
    [
        {"lat": None, "high": None},
        {"lat": 1, "high": None, "note": None},
        {"lat": None, "high": {"a": None}, "note": [None], "text": "x"},
        {"lat": "x", "high": 0, "text": "x"},
    ],
)
def test_null_stays_where_a_kind_that_nobody_knows_takes_any_value(
    sdk: ModuleType, value: dict[str, Any], level: str
) -> None:
    for _ in range(3):
        assert sdk.com.odd.place.Place.from_wire(value, validation=level).to_wire() == value
        assert sdk.com.odd.place.Place.from_wire(json.dumps(value), validation=level).to_wire() == value


def test_null_that_has_to_be_there_is_sent(sdk: ModuleType) -> None:
    place = sdk.com.odd.place.Place(lat=None, high=3)
    assert place.to_wire() == {"lat": None, "high": 3}
    place.high = None
    assert json.loads(place.to_json()) == {"lat": None, "high": None}


def test_every_module_imports_alone(sdk: ModuleType) -> None:
    root = Path(sdk.__path__[0]).parents[1]
    program = "\n".join(
        [
            "import importlib, os, sys",
            f"sys.path.insert(0, {str(root)!r})",
            "import atlex.interface, atlex.model, atlex.xrpc, atlex.client",
            f"for name in {modules(sdk)!r}:",
            "    child = os.fork()",
            "    if not child:",
            "        importlib.import_module(name)",
            "        os._exit(0)",
            "    assert os.waitpid(child, 0)[1] == 0, name",
        ]
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_sync_and_async_methods_differ_in_await_only(sdk: ModuleType) -> None:
    compared = 0
    for name in modules(sdk):
        if "._client" not in name:
            continue
        module = importlib.import_module(name)
        for class_name in module.__all__:
            if class_name.startswith("Async"):
                one, other = getattr(module, class_name.removeprefix("Async")), getattr(module, class_name)
                assert vars(one).keys() == vars(other).keys()
                for attribute, value in vars(one).items():
                    if inspect.isfunction(value):
                        twin = vars(other)[attribute]
                        assert inspect.iscoroutinefunction(twin)
                        mine = str(inspect.signature(value)).replace("lex.SyncBody", "lex.Body")
                        assert mine == str(inspect.signature(twin))
                        assert value.__doc__ == twin.__doc__
                        compared += 1
    assert compared >= 15


def test_a_query_sends_its_parameters_and_reads_its_page(sdk: ModuleType) -> None:
    agent = Agent({"things": [{"id": "1"}], "cursor": "c"})
    found = sdk.Client(agent).com.example.get_things(limit=3, kinds=["a", "b"])
    assert agent.requests[0].path == "/xrpc/com.example.getThings?limit=3&kinds=a&kinds=b"
    assert found.lex_items() == [sdk.com.example.defs.Thing(id="1")]
    assert found.cursor == "c"
    items = sdk.Client(agent).paginate(sdk.Client(Agent({"things": [{"id": "1"}]})).com.example.get_things)
    assert [item.id for item in items] == ["1"]


def test_a_declared_error_is_caught_by_its_own_class_and_by_the_shared_one(sdk: ModuleType) -> None:
    agent = Agent({"error": "NotFound", "message": "x"}, status=400)
    with pytest.raises(sdk.com.example.get_things.NotFoundError) as caught:
        sdk.Client(agent).com.example.get_things()
    assert isinstance(caught.value, sdk.errors.NotFoundError)
    assert not isinstance(caught.value, sdk.com.example.get_thing.NotFoundError)


def test_a_procedure_tells_none_from_what_is_left_out(sdk: ModuleType) -> None:
    agent = Agent(b"", encoding="")
    client, thing = sdk.Client(agent), sdk.com.example.defs.Thing(id="1")
    client.com.example.put_thing(thing=thing, note=None)
    assert agent.body == {"thing": {"id": "1"}, "note": None}
    client.com.example.put_thing(thing=thing, note="n", swap=None, others=(thing,), record=thing)
    assert agent.body == {
        "thing": {"id": "1"},
        "swap": None,
        "note": "n",
        "others": [{"id": "1"}],
        "record": {"$type": "com.example.defs#thing", "id": "1"},
    }


def test_an_input_that_is_a_ref_is_written_out(sdk: ModuleType) -> None:
    agent = Agent({"ok": True})
    assert sdk.Client(agent).com.example.set_thing(id="1").ok is True
    assert agent.body == {"id": "1"}
    with pytest.raises(InputError):
        sdk.Client(agent).com.example.set_thing(id=1)


def test_a_body_may_be_a_union(sdk: ModuleType) -> None:
    thing = {"$type": "com.example.defs#thing", "id": "1"}
    agent = Agent(thing)
    found = sdk.Client(agent).com.example.any_thing(input=sdk.com.example.defs.Thing(id="2"))
    assert isinstance(found, sdk.com.example.defs.Thing)
    assert agent.body == thing | {"id": "2"}
    other = sdk.Client(Agent({"$type": "a.b.c"})).com.example.any_thing(
        input=UnknownObject({"$type": "a.b.c"})
    )
    assert isinstance(other, UnknownObject)


def test_bytes_go_up_and_come_down(sdk: ModuleType) -> None:
    agent = Agent(b"car", encoding="application/vnd.ipld.car")
    found = sdk.Client(agent).com.example.upload(data_2="x", data=b"up", content_type="image/png")
    assert found == b"car"
    request = agent.requests[0]
    assert (request.path, request.body) == ("/xrpc/com.example.upload?data=x", b"up")
    assert request.headers["content-type"] == "image/png"


def test_the_asynchronous_client_does_the_same(sdk: ModuleType) -> None:
    agent = AsyncAgent({"things": [{"id": "1"}]})

    async def call() -> Any:
        client = sdk.AsyncClient(agent)
        await client.com.example.ping()
        return await client.com.example.get_things(limit=3)

    assert [item.id for item in asyncio.run(call()).lex_items()] == ["1"]
    assert agent.requests[1].path == "/xrpc/com.example.getThings?limit=3"


def test_a_name_may_be_a_namespace_and_a_method_or_a_collection(sdk: ModuleType) -> None:
    agent = Agent({"a": "x"})
    grain = sdk.Client(agent).social.grain
    assert grain.find(q="x").a == "x"
    assert grain.find.more().a == "x"
    assert grain.gallery.list_().a == "x"
    assert [request.nsid for request in agent.requests] == [
        "social.grain.find",
        "social.grain.find.more",
        "social.grain.gallery.list",
    ]
    assert grain.gallery.nsid == "social.grain.gallery"
    assert grain.gallery.item.nsid == "social.grain.gallery.item"
    item = sdk.social.grain.gallery.item.Item.from_wire({"$type": "social.grain.gallery.item", "in_": {}})
    assert isinstance(item.in_, sdk.social.grain.gallery.Gallery)


def test_a_namespace_whose_name_begins_with_a_digit_is_reached(sdk: ModuleType) -> None:
    agent = Agent({"a": "x"})
    assert sdk.Client(agent).com._4shadow.get_it().a == "x"
    assert asyncio.run(sdk.AsyncClient(AsyncAgent({"a": "x"})).com._4shadow.get_it()).a == "x"
    assert agent.requests[0].nsid == "com.4shadow.getIt"


def test_roots_that_meet_a_clients_own_names_step_aside(sdk: ModuleType) -> None:
    agent = Agent({})
    client = sdk.Client(agent)
    assert client.did == "did:plc:abc"
    client.did_.example.do()
    client.errors_.did.close()
    assert [request.nsid for request in agent.requests] == ["did.example.do", "errors.did.close"]
    assert sdk.errors.__name__.endswith(".errors")


def test_names_from_documents_hide_no_builtin(sdk: ModuleType) -> None:
    agent = Agent({"list": ["x"]})
    client = sdk.Client(agent)
    assert client.com.shadow.list(list=["a"]).list == ["x"]
    client.com.shadow.type(self_="s", type="t", schema_="c")
    assert agent.body == {"self": "s", "type": "t", "schema": "c"}
    value = sdk.com.shadow.str.Str(str="s", int=1, list=[sdk.com.shadow.str.Bool(a="x")], type="t")
    assert value.to_wire() == {"str": "s", "int": 1, "list": [{"a": "x"}], "type": "t"}


def test_references_of_every_kind_are_read(sdk: ModuleType) -> None:
    a, b = sdk.com.example.a, sdk.com.example.b
    raw = {
        "author": {"name": "alice.example.com", "back": {"author": {}, "until": "x"}},
        "until": None,
        "maybe": None,
        "token": "com.example.b#mark",
        "anyOf": {"$type": "com.example.a#other", "a": ["bob.example.com"]},
        "oneOf": {"$type": "com.example.b#author"},
        "noneYet": {"$type": "x.y.z", "q": 1},
        "all": [{"$type": "com.example.b#author"}, {"$type": "x.y.z"}],
        "inner": {"deep": {"a": "x"}, "deeper": [{"b": 1}]},
        "strange": {"any": "thing"},
    }
    value = a.A.from_wire(raw, validation="strict")
    assert value.to_wire() == raw
    assert isinstance(value.author.back, a.A)
    assert isinstance(value.any_of, a.Other)
    assert isinstance(value.one_of, b.Author)
    assert isinstance(value.none_yet, UnknownObject)
    assert isinstance(value.inner.deeper[0], a.AInnerDeeper)
    for anything in ({"any": "thing"}, 5, "text", [None]):
        strange = a.A.from_wire({**raw, "strange": anything}, validation="strict")
        assert strange.strange == anything
        assert strange.to_wire()["strange"] == anything
    assert a.A.lex_nullable == {"until", "maybe"}
    assert b.MARK == "com.example.b#mark"


def test_aliases_of_every_kind_hold_their_rules(sdk: ModuleType) -> None:
    agent = Agent([{}, {"x": 1}])
    names, use = sdk.com.example.names, sdk.com.example.use
    found = sdk.Client(agent).com.example.use(
        flag=True,
        size=1,
        text="t",
        raw=b"r",
        mark="com.example.names#mark",
        texts=["a"],
        things=(names.Thing(),),
    )
    assert [type(item) for item in found] == [names.Thing, names.Thing]
    sent = {"flag": True, "size": 1, "text": "t", "raw": {"$bytes": "cg"}, "mark": "com.example.names#mark"}
    assert agent.body == sent | {"texts": ["a"], "things": [{}]}
    for wrong in (
        {"size": -1},
        {"text": ""},
        {"raw": b""},
        {"mark": "other"},
        {"texts": []},
        {"marks": ["x"]},
    ):
        with pytest.raises(InputError):
            sdk.Client(agent).com.example.use(**wrong)
    read = use.UseInput.from_wire(
        {"choice": {"$type": "com.example.use#here", "a": "x"}}, validation="strict"
    )
    assert isinstance(read.choice, use.Here)
    assert read.anything_as_2(names.Thing) is None


def test_permissions_are_data(sdk: ModuleType) -> None:
    found = sdk.com.example.auth.PERMISSION_SET
    assert found.nsid == "com.example.auth"
    assert found.permissions[0] == {"resource": "repo", "collection": ["com.example.post"]}


def test_a_package_for_another_interface_fails_with_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "old_sdk"
    build(write_documents(tmp_path / "lexicons", *MORE), out)
    root = out / "__init__.py"
    root.write_text(root.read_text().replace("require_interface(1", "require_interface(0"))
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import old_sdk"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        "atlex.errors.InterfaceVersionError: The package 'old_sdk' was generated for version 0 of atlex's "
        "generated-code interface, and this atlex has version 1: run `atlex build` again"
    )


def test_classes_as_deep_as_the_limit_build_from_cold(tmp_path: Path) -> None:
    """Lists of optional classes take the most of the stack; half of it may be the caller's."""
    last = DEPTH_LIMIT - 1
    defs = {f"d{number}": obj(next=array(ref(f"#d{number + 1}"))) for number in range(last)}
    chain = document("com.example.defs", None, **defs, **{f"d{last}": obj(a=STRING)})
    unions = {f"u{number}": obj(next=array(union(f"#u{number + 1}"))) for number in range(last)}
    other = document("com.example.unions", None, **unions, **{f"u{last}": obj(a=STRING)})
    build(write_documents(tmp_path / "lexicons", chain, other), tmp_path / "deep_sdk")
    program = "\n".join(
        [
            f"import sys; sys.path.insert(0, {str(tmp_path)!r})",
            "from deep_sdk import com",
            "def below(depth):",
            "    if depth:",
            "        return below(depth - 1)",
            "    com.example.defs.D0.from_wire({'next': []})",
            "    com.example.defs.D0(next=[])",
            "    com.example.unions.U0.from_wire({'next': []})",
            "    com.example.unions.U0(next=[])",
            "below(100)",
        ]
    )
    subprocess.run([sys.executable, "-c", program], check=True)
