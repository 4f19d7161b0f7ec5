from __future__ import annotations

import pytest

from atlex.errors import InputError
from atlex.testing import PdsError, PdsFault


def error(response):
    """The status and the error code of a refusal."""
    return response.status_code, response.json()["error"]


def method(name, kind, **parts):
    return {"lexicon": 1, "id": f"com.example.{name}", "defs": {"main": {"type": kind, **parts}}}


JSON = {
    "encoding": "application/json",
    "schema": {"type": "object", "properties": {"n": {"type": "integer"}}},
}
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
DOCUMENTS = [
    method(
        "echo",
        "query",
        parameters={
            "type": "params",
            "required": ["text"],
            "properties": {
                "text": {"type": "string", "maxLength": 10},
                "times": {"type": "integer", "default": 1},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
        },
        output={"encoding": "application/json", "schema": TEXT},
    ),
    method("put", "procedure", input=JSON),
    method("raw", "procedure", input={"encoding": "*/*"}, output={"encoding": "*/*"}),
    method("image", "query", output={"encoding": "image/png"}),
    method("text", "procedure", input={"encoding": "text/*"}),
    method(
        "lost",
        "query",
        output={"encoding": "application/json", "schema": {"type": "ref", "ref": "com.example.gone"}},
    ),
    method("stream", "subscription", message={"schema": {"type": "union", "refs": []}}),
]
ECHO = "com.example.echo"
PUT = "com.example.put"


@pytest.fixture
def pds(make_pds, lexicons):
    return make_pds([*lexicons.values(), *DOCUMENTS])


def test_a_handler_gets_what_the_document_makes_of_the_request(pds, call):
    seen = []

    @pds.method(ECHO)
    def echo(request):
        seen.append(request)
        return {"text": request.params["text"] * request.params["times"]}

    answer = call.get(ECHO, text="ab", tags=["x", "y"], headers={"X-Test": "1"})
    assert answer.json() == {"text": "ab"}
    assert seen[0].params == {"text": "ab", "times": 1, "tags": ["x", "y"]}
    assert (seen[0].did, seen[0].input, seen[0].encoding, seen[0].nsid) == (None, None, None, ECHO)
    assert seen[0].headers["x-test"] == "1"
    assert echo(seen[0]) == {"text": "ab"}


def test_a_handler_can_want_a_token(pds, call, alice):
    pds.add(ECHO, lambda request: {"text": request.did or "nobody"}, auth=True)
    assert error(call.get(ECHO, text="a")) == (401, "AuthMissing")
    assert alice.get(ECHO, text="a").json() == {"text": alice.did}
    pds.add(ECHO, lambda request: {"text": request.did or "nobody"}, auth="optional")
    assert call.get(ECHO, text="a").json() == {"text": "nobody"}
    assert alice.get(ECHO, text="a").json() == {"text": alice.did}
    pds.add(ECHO, lambda request: {"text": request.did or "nobody"})
    assert alice.get(ECHO, text="a").json() == {"text": "nobody"}


def test_a_handler_can_refuse(pds, call):
    def refuse(_):
        raise PdsError(429, "SlowDown", "Too fast", headers={"retry-after": "3"})

    pds.add(ECHO, refuse)
    answer = call.get(ECHO, text="a")
    assert error(answer) == (429, "SlowDown")
    assert answer.json()["message"] == "Too fast"
    assert answer.headers["retry-after"] == "3"
    assert pds.requests[-1].error == "SlowDown"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "InvalidRequest"),
        (401, "AuthenticationRequired"),
        (418, "InvalidRequest"),
        (503, "NotEnoughResources"),
        (599, "InternalServerError"),
    ],
)
def test_a_refusal_has_its_status_own_code_unless_it_names_one(status, code):
    assert PdsError(status).error == code


def test_bodies_of_all_kinds_go_in_and_out(pds, call):
    seen = []
    pds.add(PUT, lambda request: seen.append(request.input))
    assert call.post(PUT, n=5).content == b""
    pds.add("com.example.raw", lambda request: (request.input, request.encoding))
    answer = call.send("com.example.raw", b"\0\1", "image/png")
    assert (answer.content, answer.headers["content-type"]) == (b"\0\1", "image/png")
    pds.add("com.example.raw", lambda request: request.input)
    answer = call.send("com.example.raw", b"{", "application/json")
    assert (answer.content, answer.headers["content-type"]) == (b"{", "application/octet-stream")
    pds.add("com.example.image", lambda _: b"png")
    assert call.get("com.example.image").headers["content-type"] == "image/png"
    pds.add("com.example.text", lambda request: seen.append(request.input))
    call.send("com.example.text", b"hi", "text/plain")
    assert seen == [{"n": 5}, b"hi"]


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b'{"n": "5"}', "application/json", 400, "InvalidRequest"),
        (b"[]", "application/json", 400, "InvalidRequest"),
        (b"", "application/json", 200, None),
        (b'"x"', "application/json", 400, "SyntaxError"),
        (b"{", "application/json", 400, "SyntaxError"),
        (b"\xff", "application/json", 400, "SyntaxError"),
        (b"[" * 100_000, "application/json", 400, "SyntaxError"),
        (b"{}", "text/plain", 400, "InvalidRequest"),
        (b"{}", None, 400, "InvalidRequest"),
    ],
)
def test_bodies_are_checked(pds, call, content, content_type, status, code):
    pds.add(PUT, lambda _: None)
    answer = call.send(PUT, content, content_type)
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"] == code


@pytest.mark.parametrize(
    ("nsid", "content_type", "code"),
    [
        (PUT, "application/json", "UnsupportedMediaTypeError"),
        ("com.example.text", "text/plain", "UnsupportedMediaType"),
    ],
)
def test_compressed_bodies_are_refused(pds, call, nsid, content_type, code):
    pds.add(nsid, lambda _: None)
    headers = {"content-type": content_type, "content-encoding": "x"}
    answer = call.http.request("POST", f"/xrpc/{nsid}", content=b"{}", headers=headers)
    assert error(answer) == (415, code)


def test_the_path_of_a_fault_is_named(pds, call):
    pds.add(PUT, lambda _: None)
    assert "n: expected an integer" in call.post(PUT, n="5").json()["message"]


def test_large_bodies_are_refused_by_the_server_own_methods(call):
    answer = call.post("com.atproto.server.createSession", identifier="x" * 200_000, password="p")
    assert error(answer) == (413, "PayloadTooLargeError")


def test_a_body_must_be_there_only_where_it_is_wanted(pds, call):
    pds.add(ECHO, lambda _: {"text": ""})
    unwanted = call.http.request("GET", f"/xrpc/{ECHO}?text=a", content=b"x")
    assert error(unwanted) == (400, "InvalidRequest")
    pds.add(PUT, lambda _: None)
    missing = call.http.request("GET", "/xrpc/com.atproto.server.createSession")
    assert error(missing) == (400, "InvalidRequest")


@pytest.mark.parametrize(
    "params", [{}, {"text": "x" * 11}, {"text": "a", "times": "many"}, {"text": ["a", "b"]}]
)
def test_parameters_are_checked(pds, call, params):
    pds.add(ECHO, lambda _: {"text": ""})
    answer = call.get(ECHO, **params)
    assert error(answer) == (400, "InvalidRequest")
    assert f"Invalid {ECHO} params" in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", ECHO, 400, "InvalidRequest"),
        ("GET", PUT, 400, "InvalidRequest"),
        ("PUT", PUT, 400, "InvalidRequest"),
        ("POST", "com.atproto.server.getSession", 400, "InvalidRequest"),
        ("GET", "a..b", 400, "InvalidRequest"),
        ("GET", "a/b", 400, "InvalidRequest"),
        ("GET", "a", 400, "InvalidRequest"),
        ("GET", "com.example.nope", 401, "AuthMissing"),
        ("GET", "com.example.stream", 401, "AuthMissing"),
        ("GET", "app.bsky.feed.getFeedSkeleton", 401, "AuthMissing"),
    ],
)
def test_what_cant_be_called_gets_the_official_codes(call, method, path, status, code):
    assert error(call.http.request(method, f"/xrpc/{path}")) == (status, code)


@pytest.mark.parametrize("nsid", [ECHO, "com.example.nope", "app.bsky.feed.getFeedSkeleton"])
def test_methods_without_a_handler_are_not_implemented(alice, nsid):
    assert error(alice.get(nsid)) == (501, "MethodNotImplemented")


def test_other_paths_are_not_found(call):
    assert call.http.get("/").status_code == 404
    assert call.http.get("/xrpc/com.atproto.server.describeServer/").status_code == 200


@pytest.mark.parametrize("nsid", ["com.example.nope", "com.example.stream", "app.bsky.feed.post", "x"])
def test_a_method_needs_a_document(pds, nsid):
    with pytest.raises(InputError, match="no document"):
        pds.add(nsid, lambda _: None)


class TestFaultsOfTheServer:
    @pytest.fixture
    def pds(self, lexicons, make_pds):
        pds = make_pds([*lexicons.values(), *DOCUMENTS])
        yield pds
        pds.forget()

    @pytest.mark.parametrize(
        ("nsid", "result", "words"),
        [
            (ECHO, {"text": 5}, "text: expected a string"),
            (ECHO, None, "none was answered"),
            (ECHO, b"{}", "isn't what its document says"),
            (ECHO, {"text": "a", "x": object()}, "isn't what its document says"),
            (PUT, {}, "no body is declared"),
            ("com.example.image", (b"", "image/jpeg"), "isn't what its document says"),
            ("com.example.lost", {}, "com.example.gone"),
        ],
    )
    def test_a_wrong_answer_is_a_fault_that_nobody_can_miss(self, pds, call, nsid, result, words):
        pds.add(nsid, lambda _: result)
        answer = call.post(nsid, n=1) if nsid == PUT else call.get(nsid, text="a")
        assert error(answer) == (500, "InternalServerError")
        assert words in str(pds.faults_found[0])
        assert pds.faults_found[0].nsid == nsid
        with pytest.raises(PdsFault, match=nsid):
            pds.check()

    def test_so_is_an_answer_that_cant_be_written(self, pds, call):
        deep = []
        for _ in range(1100):
            deep = [deep]
        pds.add(ECHO, lambda _: {"text": "a", "x": deep})
        assert call.get(ECHO, text="a").status_code == 500
        assert "nested more than 1000 levels" in str(pds.faults_found[0])

    def test_so_is_whatever_else_a_handler_raises(self, pds, call):
        def broken(_):
            raise KeyError("x")

        pds.add(ECHO, broken)
        assert call.get(ECHO, text="a").status_code == 500
        assert isinstance(pds.faults_found[0].__cause__, KeyError)

    def test_leaving_the_block_raises(self, pds, call):
        pds.add(ECHO, lambda _: None)
        call.get(ECHO, text="a")
        with pytest.raises(PdsFault) as caught, pds:
            call.get(ECHO, text="b")
        assert len(caught.value.__notes__) == 1

    def test_leaving_the_block_with_an_error_keeps_the_error_and_notes_the_fault(self, pds, call):
        pds.add(ECHO, lambda _: None)
        call.get(ECHO, text="a")
        with pytest.raises(ValueError, match="own") as caught, pds.serve():
            raise ValueError("own")
        assert "at fault" in caught.value.__notes__[0]
