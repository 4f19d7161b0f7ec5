"""Every method and every collection on both clients, compared with the documents."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import pytest
from tests.generated._documents import documents, mains, module_name, snake, target_of

from atlex import interface
from atlex_sdk import AsyncClient, Client

# Nothing is sent: only what the clients offer is looked at.
_CLIENTS = {"sync": Client("https://pds.example.com"), "async": AsyncClient("https://pds.example.com")}
_CALLED = [nsid for nsid, _ in mains("query", "procedure")]
_RECORDS = [nsid for nsid, _ in mains("record")]


def _parent(nsid, client):
    place = client
    for segment in nsid.split(".")[:-1]:
        place = getattr(place, snake(segment))
    return place


def _on(client, nsid):
    return getattr(_parent(nsid, client), snake(nsid.rpartition(".")[2]))


def _object(schema, nsid):
    """The object that a JSON input is, past a reference."""
    if schema["type"] != "ref":
        return schema
    home, _, name = target_of(schema["ref"], nsid).partition("#")
    return documents()[home]["defs"][name or "main"]


def _expected(nsid):
    """What a method takes: for each place where arguments go, the wire names, with whether each is required."""
    main = documents()[nsid]["defs"]["main"]
    places = {"params": main.get("parameters")}
    sent = main.get("input")
    if sent is not None and "schema" in sent:
        places["input"] = _object(sent["schema"], nsid)
    expected = {
        place: {name: name in schema.get("required", ()) for name in schema.get("properties", {})}
        for place, schema in places.items()
        if schema is not None
    }
    if sent is not None and "schema" not in sent:
        expected["data"] = {"data": True, "content_type": False}
    return expected


def _nullable(nsid):
    sent = documents()[nsid]["defs"]["main"].get("input", {})
    return set(_object(sent["schema"], nsid).get("nullable", ())) if "schema" in sent else set()


def _record_call(method):
    """Calls a bound method with a value of its own for each argument: what it hands on, and those values."""
    namespace = method.__self__
    given = {name: object() for name in inspect.signature(method).parameters}
    seen = []
    original = namespace._call
    namespace._call = lambda *arguments, **named: seen.append((arguments, named)) or _Done()
    try:
        made = method(**given)
        if inspect.iscoroutine(made):
            with pytest.raises(StopIteration):
                made.send(None)
    finally:
        namespace._call = original
    ((positional, named),) = seen
    return positional, named, given


class _Done:
    def __await__(self):
        return iter(())


@pytest.mark.filterwarnings("ignore:Superseded by:DeprecationWarning")
@pytest.mark.parametrize("nsid", _CALLED)
@pytest.mark.parametrize("twin", ["sync", "async"])
def test_a_method_hands_on_its_descriptor_and_every_argument(nsid, twin):
    method = _on(_CLIENTS[twin], nsid)
    positional, named, given = _record_call(method)
    descriptor = import_module(module_name(nsid)).METHOD
    assert positional == (descriptor,)

    expected = _expected(nsid)
    handed_on = {place: named.pop(place) for place in ("params", "input") if place in named}
    # A document may declare parameters, or an object, without a single property.
    filled = {place: fields for place, fields in expected.items() if place != "data" and fields}
    assert {place for place, values in handed_on.items() if values} == set(filled)
    taken = {}
    for place, fields in filled.items():
        cls = getattr(descriptor, place)
        cls.model_rebuild()
        wire = {name: field.serialization_alias for name, field in cls.model_fields.items()}
        assert sorted(wire[name] for name in handed_on[place]) == sorted(fields)
        taken |= handed_on[place]
    assert set(named) == set(expected.get("data", ()))
    taken |= named
    # Each argument goes to one place, under the field's name where the names don't meet.
    assert sorted(map(id, taken.values())) == sorted(map(id, given.values()))
    assert {name: id(value) for name, value in taken.items()} == {
        name: id(value) for name, value in given.items()
    }


def _defaults(nsid):
    return {
        (place, name): "required"
        if required
        else "omitted"
        if place == "input" and name in _nullable(nsid)
        else None
        for place, fields in _expected(nsid).items()
        for name, required in fields.items()
    }


@pytest.mark.parametrize("nsid", _CALLED)
def test_a_methods_arguments_are_keywords_and_required_as_the_document_says(nsid):
    method = _on(_CLIENTS["sync"], nsid)
    parameters = inspect.signature(method).parameters
    assert {parameter.kind for parameter in parameters.values()} <= {inspect.Parameter.KEYWORD_ONLY}

    descriptor = import_module(module_name(nsid)).METHOD
    found = {}
    for place, fields in _expected(nsid).items():
        cls = getattr(descriptor, place, None)
        for name in fields:
            python = name
            if place != "data":
                cls.model_rebuild()
                (python,) = (
                    own for own, field in cls.model_fields.items() if field.serialization_alias == name
                )
            default = parameters[python].default
            found[place, name] = (
                "required"
                if default is inspect.Parameter.empty
                else "omitted"
                if default is interface.OMIT
                else default
            )
    assert found == _defaults(nsid)
    required_first = [parameter.default is inspect.Parameter.empty for parameter in parameters.values()]
    assert required_first == sorted(required_first, reverse=True)


@pytest.mark.parametrize("nsid", _CALLED)
def test_the_twins_have_the_same_signature_and_docstring(nsid):
    sync, twin = (_on(client, nsid) for client in _CLIENTS.values())
    # Before Python 3.12, what marks a method as deprecated isn't known to be asynchronous.
    assert inspect.iscoroutinefunction(inspect.unwrap(twin))
    assert not inspect.iscoroutinefunction(sync)
    assert inspect.getdoc(sync) == inspect.getdoc(twin)

    one, other = inspect.signature(sync), inspect.signature(twin)
    assert one.return_annotation == other.return_annotation
    assert list(one.parameters) == list(other.parameters)
    for name in one.parameters:
        # An asynchronous client takes asynchronous iterables as well.
        expected = str(one.parameters[name]).replace("lex.SyncBody", "lex.Body")
        assert str(other.parameters[name]) == expected


@pytest.mark.parametrize("nsid", _CALLED)
def test_a_methods_docstring_tells_arguments_result_and_errors(nsid):
    method = _on(_CLIENTS["sync"], nsid)
    main = documents()[nsid]["defs"]["main"]
    doc = inspect.getdoc(method) or ""
    sections = re.split(r"^(Args|Returns|Raises):$", doc, flags=re.MULTILINE)
    said = dict(zip(sections[1::2], sections[2::2], strict=True))

    assert sections[0].strip()
    assert f"``{nsid}``" in sections[0]
    assert re.findall(r"^    (\w+): \S", said.get("Args", ""), re.MULTILINE) == list(
        inspect.signature(method).parameters
    )
    assert ("Returns" in said) == ("output" in main)
    raised = re.findall(r"^    (\w+): \S", said.get("Raises", ""), re.MULTILINE)
    assert raised == [cls.__name__ for cls in import_module(module_name(nsid)).METHOD.errors.values()]


@pytest.mark.parametrize("nsid", _CALLED)
def test_a_method_returns_what_the_document_says(nsid):
    returned = inspect.signature(_on(_CLIENTS["sync"], nsid)).return_annotation
    output = import_module(module_name(nsid)).METHOD.output
    if output is None or output is bytes:
        assert returned == ("None" if output is None else "bytes")
    else:
        assert returned.rpartition(".")[2] == output.__name__


@pytest.mark.parametrize("nsid", _RECORDS)
def test_a_record_has_its_collection_on_both_clients(nsid):
    literal = documents()[nsid]["defs"]["main"]["key"].startswith("literal:")
    bases = {
        "sync": interface.LiteralRecords if literal else interface.Records,
        "async": interface.AsyncLiteralRecords if literal else interface.AsyncRecords,
    }
    for twin, client in _CLIENTS.items():
        records = _on(client, nsid)
        assert type(records) is bases[twin]
        assert records.nsid == nsid
        assert records is _on(client, nsid)
        documented = inspect.getdoc(getattr(type(_parent(nsid, client)), snake(nsid.rpartition(".")[2])))
        assert f"``{nsid}``" in documented


def test_the_clients_have_nothing_that_no_document_accounts_for():
    for client in _CLIENTS.values():
        found = set()
        pending = [("", client)]
        while pending:
            path, place = pending.pop()
            for name, value in vars(type(place)).items():
                if name.startswith(("_", "lex_")):
                    continue
                child = getattr(place, name)
                if isinstance(child, interface.Namespace | interface.AsyncNamespace):
                    pending.append((f"{path}{name}.", child))
                else:
                    found.add(path + name)
                assert value.__doc__ or value.func.__doc__
        assert found == {".".join(map(snake, nsid.split("."))) for nsid in (*_CALLED, *_RECORDS)}


def test_a_subscription_is_no_call():
    for nsid, _ in mains("subscription"):
        assert not hasattr(_parent(nsid, _CLIENTS["sync"]), snake(nsid.rpartition(".")[2]))
