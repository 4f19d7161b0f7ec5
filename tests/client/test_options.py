"""What a client adds to every call, and the copies that add something else."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from traceback import TracebackException
from typing import get_type_hints

import httpx
import pytest
from tests.client._fakes import DID, answer, refusal, things

from atlex import (
    AsyncPasswordSession,
    AsyncServiceAgent,
    Headers,
    PasswordSession,
    ServiceAgent,
    SessionData,
)
from atlex._agent import DEFAULT_MAX_RESPONSE_SIZE, DEFAULT_TIMEOUT
from atlex.client import AsyncCallOptions, AsyncClientOptions, CallOptions, ClientOptions, Namespace
from atlex.errors import InputError, XrpcResponseError, XrpcResponseValidationError

pytestmark = pytest.mark.anyio

PROXY = "did:web:api.example.com#example_view"
LABELER = "did:plc:labeler234labeler234labe"
OTHER = "did:web:labels.example.com"


async def request_of(twin, client):
    """The request of one call."""
    client.agent.answers.append(things())
    await twin.do(client.example.get_things())
    return client.agent.requests[-1]


async def test_without_options_a_call_has_the_default_timeout_and_no_header_of_its_own(twin):
    request = await request_of(twin, twin.client())
    assert request.timeout == DEFAULT_TIMEOUT
    assert dict(request.headers) == {"accept": "application/json"}


async def test_each_option_is_on_every_call(twin):
    client = twin.client(
        timeout=3, headers={"X-Example": "a"}, proxy=PROXY, labelers=[LABELER, f"{OTHER};redact"]
    )
    for _ in range(2):
        request = await request_of(twin, client)
        assert request.timeout == 3
        assert request.headers["x-example"] == "a"
        assert request.headers["atproto-proxy"] == PROXY
        assert request.headers["atproto-accept-labelers"] == f"{LABELER}, {OTHER};redact"


async def test_labelers_come_before_those_that_the_headers_name(twin):
    client = twin.client(headers={"atproto-accept-labelers": OTHER}, labelers=[LABELER])
    request = await request_of(twin, client)
    assert request.headers["atproto-accept-labelers"] == f"{LABELER}, {OTHER}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout"),
        ({"headers": {"x y": "a"}}, "'x y'"),
        ({"headers": {"x": "a\r\nb"}}, "'x'"),
        ({"proxy": "did:web:api.example.com"}, "service's ID"),
        ({"labelers": ["nobody"]}, "'nobody'"),
        ({"labelers": LABELER}, "labelers must be a list"),
        ({"retries": -1}, "retries"),
        ({"max_response_size": 0}, "max_response_size"),
        ({"validation": "none"}, "validation"),
    ],
)
async def test_an_option_that_doesnt_fit_is_refused_at_once(twin, options, message):
    with pytest.raises(InputError, match=message):
        twin.client(**options)
    with pytest.raises(InputError, match=message):
        twin.client().with_options(**options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("timeout", value) for value in ("30", httpx.Timeout(5), True, float("nan"), 10**400, [], -1)],
        *[("deadline", value) for value in ("3", False, float("inf"), 0, b"1")],
        *[("retries", value) for value in ("2", 1.0, True, None.__class__, -1)],
        *[("max_response_size", value) for value in ("5", 1e6, 0, [1])],
        *[
            ("headers", value)
            for value in ({"x-a": None}, {"x-a": 1}, {1: "a"}, "x-a", 5, [("x-a",)], {"x-a": b"1"})
        ],
        *[("proxy", value) for value in (5, b"did:web:a#b", ["did:web:a#b"])],
        *[("labelers", value) for value in (LABELER, 5, [1], [None], b"did")],
        *[("app_labelers", value) for value in (LABELER, 5, [b"did:web:a"])],
        *[("validation", value) for value in ("LENIENT", None, [], 1)],
    ],
)
async def test_an_option_of_the_wrong_type_is_refused_by_its_name(twin, name, value):
    with pytest.raises(InputError, match=name):
        twin.client(**{name: value})
    with pytest.raises(InputError, match=name):
        twin.client().with_options(**{name: value})


@pytest.mark.parametrize("name", ["http_client", "transport", "agent", "timeouts", "_core"])
def test_a_name_that_no_option_has_is_refused(twin, name):
    with pytest.raises(TypeError, match=f"'{name}'"):
        twin.client().with_options(**{name: None})


def test_every_option_is_a_parameter_of_its_own(twin):
    changes = set(CallOptions.__annotations__)
    assert set(inspect.signature(twin.Client.with_options).parameters) == changes | {"self"}
    parameters = set(inspect.signature(twin.Client).parameters)
    assert parameters == changes | {"agent", "transport", "http_client"}


@pytest.mark.parametrize(
    "agent", [None, 5, b"https://pds.example", object(), Path("x"), httpx.URL("https://x.test")]
)
def test_what_is_no_agent_is_refused(twin, agent):
    with pytest.raises(InputError, match="A client needs"):
        twin.Client(agent)


def test_an_agent_for_the_other_kind_of_client_is_refused(twin):
    kinds = (ServiceAgent, PasswordSession) if twin.is_async else (AsyncServiceAgent, AsyncPasswordSession)
    data = SessionData(
        access_jwt="a", refresh_jwt="b", handle="alice.example", did=DID, service="https://pds.example"
    )
    for kind, argument in zip(kinds, ("https://pds.example", data), strict=True):
        with pytest.raises(InputError, match=rf"{kind.__name__} is an? \w+ agent"):
            twin.Client(kind(argument))


def test_a_client_whose_constructor_failed_has_a_repr(twin):
    with pytest.raises(InputError) as caught:
        twin.Client("https://pds.example", timeout="5")
    traceback = "".join(TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert f"self = {twin.Client.__name__}(" in traceback
    assert repr(object.__new__(twin.Client)) == f"{twin.Client.__name__}('…')"


async def test_a_header_that_follows_from_the_method_is_refused(twin):
    client = twin.client(headers={"Content-Type": "text/plain"})
    with pytest.raises(InputError, match="content-type"):
        await twin.do(client.example.ping())


async def test_a_header_of_the_user_isnt_shown_where_it_may_be_a_secret(twin):
    with pytest.raises(InputError) as caught:
        twin.client(headers={"authorization": "Bearer secret\n"})
    assert "secret" not in str(caught.value)


class TestWithOptions:
    async def test_a_copy_shares_the_agent_and_opens_nothing(self, twin):
        client = twin.client()
        copy = client.with_options(timeout=1)
        assert type(copy) is type(client)
        assert (await request_of(twin, copy)).timeout == 1
        assert len(client.requests) == 1
        assert copy.did == DID

    async def test_the_client_itself_stays_as_it_is(self, twin):
        client = twin.client(timeout=5, headers={"x": "a"})
        client.with_options(timeout=1, headers={"x": "b"}, proxy=PROXY, labelers=[LABELER])
        request = await request_of(twin, client)
        assert (request.timeout, request.headers["x"]) == (5, "a")
        assert "atproto-proxy" not in request.headers

    async def test_what_is_left_out_stays_as_it_is(self, twin):
        client = twin.client(timeout=5, headers={"x": "a"}, proxy=PROXY, labelers=[LABELER])
        request = await request_of(twin, client.with_options())
        assert request == await request_of(twin, client)

    async def test_headers_are_merged_whatever_their_case(self, twin):
        client = twin.client(headers={"X-One": "1", "x-two": "2"})
        request = await request_of(twin, client.with_options(headers={"X-TWO": "b", "x-three": "3"}))
        found = {name: value for name, value in request.headers.items() if name.startswith("x-")}
        assert found == {"x-one": "1", "x-two": "b", "x-three": "3"}

    async def test_none_takes_away(self, twin):
        client = twin.client(timeout=5, headers={"x": "a"}, proxy=PROXY, labelers=[LABELER])
        copy = client.with_options(timeout=None, headers=None, proxy=None, labelers=None)
        request = await request_of(twin, copy)
        assert request.timeout is None
        assert dict(request.headers) == {"accept": "application/json"}

    async def test_the_proxy_and_the_labelers_replace(self, twin):
        other = "did:web:other.example.com#other"
        client = twin.client(proxy=PROXY, labelers=[LABELER])
        request = await request_of(twin, client.with_options(proxy=other, labelers=iter([OTHER])))
        assert request.headers["atproto-proxy"] == other
        assert request.headers["atproto-accept-labelers"] == OTHER

    async def test_retries(self, twin):
        client = twin.client(refusal("Down", 503), refusal("Down", 503), things())
        copy = client.with_options(retries=0)
        with pytest.raises(XrpcResponseError):
            await twin.do(copy.example.get_things())
        assert len(client.requests) == 1
        await twin.do(copy.with_options(retries=None).example.get_things())
        assert len(client.requests) == 3

    async def test_validation(self, twin):
        broken = {"things": [{"name": "a", "size": 1.5}]}
        client = twin.client(answer(broken), answer(broken), answer(broken))
        output = await twin.do(client.example.get_things())
        assert output.things[0].size is None

        strict = client.with_options(validation="strict")
        with pytest.raises(XrpcResponseValidationError, match=r"things\[0\]\.size"):
            await twin.do(strict.example.get_things())
        await twin.do(strict.with_options(validation="lenient").example.get_things())

    async def test_a_namespace_that_was_used_stays_with_its_client(self, twin):
        client = twin.client()
        await request_of(twin, client)
        copy = client.with_options(headers={"x": "a"})
        assert (await request_of(twin, copy)).headers["x"] == "a"
        assert "x" not in (await request_of(twin, client)).headers
        assert copy.example is not client.example

    async def test_the_largest_answer(self, twin):
        client = twin.client(max_response_size=10)
        assert (await request_of(twin, client)).max_response_size == 10
        assert (await request_of(twin, client.with_options(max_response_size=None))).max_response_size is None
        assert (
            (await request_of(twin, twin.client())).max_response_size
            == DEFAULT_MAX_RESPONSE_SIZE
            == 64 * 2**20
        )

    async def test_a_copy_costs_few_calls_and_opens_nothing(self, twin):
        """Counted, since time can't be asserted: a function's call takes a fraction of a microsecond."""
        client = twin.Client("https://pds.example", timeout=5, headers={"x": "a"}, proxy=PROXY)
        client.with_options(timeout=1)
        calls = []
        sys.setprofile(lambda _, event, __: event.endswith("call") and calls.append(event))
        try:
            copy = client.with_options(timeout=1)
        finally:
            sys.setprofile(None)
        assert len(calls) < 200, calls
        assert copy._agent is client._agent
        assert client._owned._connection._carriers == {}
        assert copy._owned is None
        await twin.do(copy.close())
        assert not client._owned._connection._is_closed

    async def test_what_a_subclass_keeps_comes_along(self, twin):
        class Sub(twin.Client):  # type: ignore[name-defined]
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                self.colour = "blue"

        copy = twin.client(cls=Sub).with_options(timeout=1)
        assert isinstance(copy, Sub)
        assert copy.colour == "blue"


def test_a_namespace_knows_its_client(twin):
    client = twin.client()
    assert client.example._client is client
    assert isinstance(client.example, Namespace) is not twin.is_async


def test_the_repr_names_the_agent(twin):
    class Agent:
        did = None

        def send(self, request):
            raise AssertionError(request)

        def __repr__(self):
            return "<agent>"

    assert repr(twin.Client(Agent())) == f"{twin.Client.__name__}(<agent>)"


def test_headers_of_any_mapping_are_taken(twin):
    twin.client(headers=Headers([("x", "a"), ("x", "b")]))


def test_every_option_is_documented_where_it_is_given(twin):
    kind = AsyncClientOptions if twin.is_async else ClientOptions
    call_kind = AsyncCallOptions if twin.is_async else CallOptions
    base = twin.Client.__mro__[1]
    for function, options in ((base.__init__, kind), (base.with_options, call_kind)):
        # Python 3.13 takes the indentation out of docstrings, and inspect does so on every Python.
        arguments = inspect.getdoc(function).partition("Args:")[2].partition("Raises:")[0]
        listed = re.findall(r"^ {4}(\w+): ", arguments, re.MULTILINE)
        assert set(listed) - {"agent"} == set(get_type_hints(options)), function
