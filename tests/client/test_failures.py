"""Whatever goes wrong, what is raised is of atlex's tree: each fault, through each kind of method, for both twins."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Callable

import httpx
import pytest
from tests.client import _package

from atlex import errors
from atlex.errors import (
    AtlexError,
    RateLimitError,
    XrpcAuthenticationError,
    XrpcFetchError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)

URL = "https://pds.example"
JSON = {"content-type": "application/json"}
IMAGE = {"content-type": "image/png"}
GOOD = {
    "query": (b'{"things": []}', JSON),
    "procedure": (b'{"name": "a"}', JSON),
    "bytes in": (b'{"name": "a"}', JSON),
    "bytes out": (b"\x89PNG", IMAGE),
    "no output": (b"", {}),
    "stream": (b"\x89PNG", IMAGE),
    "record": (b'{"uri": "at://did:plc:a/com.example.post/a", "value": {"text": "a"}}', JSON),
}
NSIDS = {
    "query": "com.example.getThings",
    "procedure": "com.example.make",
    "bytes in": "com.example.upload",
    "bytes out": "com.example.download",
    "no output": "com.example.ping",
    "stream": "com.example.download",
    "record": "com.atproto.repo.getRecord",
}
each_kind = pytest.mark.parametrize("kind", GOOD)


def start(client, kind):
    """The call of a kind of method."""
    match kind:
        case "query":
            return client.example.get_things()
        case "procedure":
            return client.example.make(name="a")
        case "bytes in":
            return client.example.upload(data=b"a")
        case "bytes out":
            return client.example.download()
        case "no output":
            return client.example.ping()
        case "record":
            return client.example.post.get("3jzfcijpj2z2a", repo="did:plc:a")
    raise AssertionError(kind)


@pytest.fixture
def call(twin):
    """Call a kind of method of a server that is a function; without retries."""

    def sync(handler, kind):
        with httpx.Client(transport=httpx.MockTransport(handler)) as http_client:
            client = _package.Client(URL, http_client=http_client, retries=0)
            if kind != "stream":
                return start(client, kind)
            with client.stream(_package.DOWNLOAD) as response:
                return b"".join(response.iter_bytes())

    async def async_(handler, kind):
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as http_client:
            client = _package.AsyncClient(URL, http_client=http_client, retries=0)
            if kind != "stream":
                return await start(client, kind)
            async with client.stream(_package.DOWNLOAD) as response:
                return b"".join([chunk async for chunk in response.aiter_bytes()])

    return (lambda handler, kind: asyncio.run(async_(handler, kind))) if twin.is_async else sync


def failure(call, handler, kind, class_=AtlexError):
    """What the call raises, with what holds for every failure checked."""
    with pytest.raises(class_) as caught:
        call(handler, kind)
    error = caught.value
    assert type(error).__module__ in {errors.__name__, _package.__name__}
    assert error.method == NSIDS[kind]
    assert str(error).startswith(f"{NSIDS[kind]}: {error.error}: ")
    assert error.message
    assert "\n" not in str(error)
    return error


def answering(status, body=b"", headers=None):
    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield body

        async def __aiter__(self):
            yield body

    return lambda _: httpx.Response(status, headers=headers or {}, stream=Stream())


@each_kind
def test_nothing_is_raised_where_nothing_is_wrong(call, kind):
    body, headers = GOOD[kind]
    call(answering(200, body, headers), kind)


def instances():
    """One of each exception class that httpx has, so that a new one is covered."""
    found = {each for each in vars(httpx).values() if isinstance(each, type) and issubclass(each, Exception)}
    assert len(found) > 25
    special: dict[type, Callable[[], Exception]] = {
        httpx.HTTPStatusError: lambda: httpx.HTTPStatusError(
            "SECRET", request=httpx.Request("GET", URL), response=httpx.Response(200)
        )
    }
    for class_ in sorted(found, key=lambda class_: class_.__name__):
        make = special.get(class_)
        if make is None and issubclass(class_, httpx.StreamError) and class_ is not httpx.StreamError:
            make = class_
        yield pytest.param(make or (lambda class_=class_: class_("SECRET")), id=class_.__name__)
    for class_ in (ConnectionResetError, ssl.SSLError, TimeoutError, RuntimeError):
        yield pytest.param(lambda class_=class_: class_("SECRET"), id=class_.__name__)


@each_kind
@pytest.mark.parametrize("make", list(instances()))
class TestHttpx:
    def test_an_exception_before_the_answer_is_a_fetch_error(self, call, kind, make):
        def handler(_):
            raise make()

        error = failure(call, handler, kind, XrpcFetchError)
        assert type(error) is XrpcFetchError
        assert type(error.__cause__) is type(make())
        # An address that can't be reached is the user's own, and the resolver's words help to find out why.
        assert "SECRET" not in error.message or isinstance(
            error.__cause__, httpx.ConnectError | httpx.ProxyError
        )

    def test_an_exception_within_the_answer_is_a_fetch_error(self, call, kind, make):
        body, headers = GOOD[kind]

        class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
            def __iter__(self):
                yield body[:2]
                raise make()

            async def __aiter__(self):
                yield body[:2]
                raise make()

        error = failure(
            call, lambda _: httpx.Response(200, headers=headers, stream=Broken()), kind, XrpcFetchError
        )
        assert type(error.__cause__) is type(make())
        assert error.sent or isinstance(error.__cause__, httpx.TransportError | httpx.InvalidURL)


# What stands for a status whose answer has no code of its own.
CODES = {
    400: "InvalidRequest",
    401: "AuthenticationRequired",
    403: "Forbidden",
    404: "XRPCNotSupported",
    406: "NotAcceptable",
    413: "PayloadTooLarge",
    415: "UnsupportedMediaType",
    429: "RateLimitExceeded",
    500: "InternalServerError",
    501: "MethodNotImplemented",
    502: "UpstreamFailure",
    503: "NotEnoughResources",
    504: "UpstreamTimeout",
}
BODIES = {
    "HTML": (b"<html>No</html>", {"content-type": "text/html"}),
    "an error": (b'{"error": "Custom", "message": "No"}', JSON),
    "broken JSON": (b'{"error": "Cus', JSON),
    "nothing": (b"", {}),
}


def class_of(status):
    return {401: XrpcAuthenticationError, 429: RateLimitError}.get(status, XrpcResponseError)


@each_kind
@pytest.mark.parametrize("body", BODIES)
def test_every_status_has_its_error(call, kind, body):
    content, headers = BODIES[body]
    statuses = [*range(100, 200), *range(300, 600)]
    # What reads a failed response doesn't know of what kind the call was: for one of them all are tried.
    for status in statuses if kind == "query" else [*CODES, 100, 199, 300, 399, 402, 499, 505, 599]:
        error = failure(call, answering(status, content, headers), kind)
        assert (error.status, error.body) == (status, content)
        assert dict(error.headers).items() >= headers.items()
        assert not error.expected
        if status < 400:
            assert type(error) is XrpcInvalidResponseError
            assert error.message == f"Unexpected status code {status}"
        elif body == "broken JSON":
            assert type(error) is XrpcInvalidResponseError
            assert str(status) in error.message
        elif body == "an error":
            assert type(error) is class_of(status)
            assert (error.error, error.message) == ("Custom", "No")
        else:
            assert type(error) is class_of(status)
            assert error.error == CODES.get(status, "UpstreamFailure" if status >= 500 else "InvalidRequest")
            assert error.message == f"The server responded with a {status} error"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_declared_error_has_its_class_and_the_statuss(call, status):
    handler = answering(status, b'{"error": "TestError", "message": "No"}', JSON)
    error = failure(call, handler, "query", _package.TestErrorError)
    assert isinstance(error, class_of(status))
    assert error.expected


@each_kind
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"<html>", {"content-type": "text/html"}),
        (b"x", {"content-type": "nonsense"}),
        (b"x", {"content-type": ""}),
        (b"x", {}),
        (b"", {}),
    ],
    ids=["html", "nonsense", "empty type", "no type", "nothing"],
)
def test_another_content_type_than_the_declared_one_is_an_invalid_answer(call, kind, body, headers):
    if kind == "no output":
        # It has declared nothing that it could miss.
        assert call(answering(200, body, headers), kind) is None
        return
    error = failure(call, answering(200, body, headers), kind)
    assert type(error) is XrpcInvalidResponseError
    assert error.message.startswith("The server responded with ")


READ = [kind for kind in GOOD if GOOD[kind][1] == JSON]


@pytest.mark.parametrize("kind", READ)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{]", b"nul", b'{"a": NaN}', b"\xff\xfe", b"\x00", b'{"a": 1} x', b"[" * 100_000],
    ids=["nothing", "cut", "mixed", "word", "nan", "bytes", "nought", "more", "deep"],
)
def test_broken_json_is_an_invalid_answer(call, kind, body):
    error = failure(call, answering(200, body, JSON), kind)
    assert type(error) is XrpcInvalidResponseError
    assert (error.status, error.body) == (200, body)


@pytest.mark.parametrize("kind", READ)
@pytest.mark.parametrize("body", [b"[]", b"1", b'"a"', b"null", b"{}", b'{"things": 1, "name": 1, "uri": 1}'])
def test_json_of_another_shape_doesnt_match_its_lexicon(call, kind, body):
    error = failure(call, answering(200, body, JSON), kind)
    assert type(error) is XrpcResponseValidationError
    assert error.issues
    assert (error.status, error.body) == (200, body)


@each_kind
def test_a_compressed_body_that_was_cut_is_an_invalid_answer(call, kind):
    body, headers = GOOD[kind]
    packed = gzip.compress(body)[:-4]
    error = failure(call, answering(200, packed, {**headers, "content-encoding": "gzip"}), kind)
    assert type(error) is XrpcInvalidResponseError
    assert error.message == "The compressed body isn't complete"
