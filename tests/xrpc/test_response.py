from __future__ import annotations

import copy
import json
import pickle
from dataclasses import FrozenInstanceError
from typing import Annotated, ClassVar

import pytest

from atlex._agent import Headers, Response
from atlex.errors import (
    LexAuthFactorError,
    RateLimitError,
    XrpcAuthenticationError,
    XrpcError,
    XrpcInternalError,
    XrpcInvalidResponseError,
    XrpcResponseError,
    XrpcResponseValidationError,
)
from atlex.model import Integer, Object, String, Text, UnknownObject, issues, open_union
from atlex.xrpc import Procedure, Query, RateLimit, check_response, read_response
from atlex.xrpc._failures import _both

JSON = "application/json"


class Value(Object):
    lex_type: ClassVar[str] = "com.example.value"
    value: Text
    short: Annotated[str, String(max_length=3)] | None = None
    count: Integer | None = None


class GoneError(XrpcResponseError):
    """It isn't there any more."""


class OldTokenError(XrpcAuthenticationError):
    """Declared as what its status says."""


ERRORS = {
    "Gone": GoneError,
    "OldToken": OldTokenError,
    "Factor": LexAuthFactorError,
    "Plain": XrpcResponseError,
}
QUERY: Query[None, Value] = Query(
    "com.example.get", output=lambda: Value, output_encoding=JSON, errors=ERRORS
)
IMAGE: Query[None, bytes] = Query("com.example.image", output=lambda: bytes, output_encoding="image/*")
ANY: Query[None, bytes] = Query("com.example.blob", output=lambda: bytes, output_encoding="*/*")
LINES: Query[None, bytes] = Query(
    "com.example.lines", output=lambda: bytes, output_encoding="application/jsonl"
)
SILENT: Procedure[None, None, None] = Procedure("com.example.silent")
LOOSE_JSON: Query[None, bytes] = Query("com.example.loose", output=lambda: bytes, output_encoding=JSON)
TEXT: Query[None, bytes] = Query("com.example.text", output_encoding="text/*")


def answer(status: int = 200, content: bytes = b"", **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def ok(value: object, content_type: str = JSON) -> Response:
    return answer(200, json.dumps(value).encode(), content_type=content_type)


def failed(status: int, payload: object, **headers: str) -> Response:
    return answer(status, json.dumps(payload).encode(), **{"content_type": JSON, **headers})


def failure(response: Response, method=QUERY) -> XrpcError:
    with pytest.raises(XrpcError) as caught:
        read_response(method, response)
    assert caught.value.method == method.nsid
    return caught.value


class TestSuccess:
    def test_json_is_read_as_the_output_class(self) -> None:
        response = read_response(QUERY, ok({"value": "x"}))
        assert response.body == Value(value="x")
        assert (response.status, response.encoding, response.content) == (200, JSON, b'{"value": "x"}')
        assert response.headers["content-type"] == JSON

    @pytest.mark.parametrize("status", [200, 201, 299])
    def test_every_2xx_is_one(self, status: int) -> None:
        assert read_response(QUERY, answer(status, b'{"value":"x"}', content_type=JSON)).status == status

    @pytest.mark.parametrize(
        "given", ["application/json; charset=utf-8", "Application/JSON", " application/json ;a=b"]
    )
    def test_case_and_parameters_of_the_content_type_dont_matter(self, given: str) -> None:
        assert read_response(QUERY, ok({"value": "x"}, given)).encoding == JSON

    @pytest.mark.parametrize("method", [IMAGE, ANY])
    def test_other_content_is_bytes(self, method) -> None:
        response = read_response(method, answer(200, b"\x89PNG", content_type="image/png"))
        assert (response.body, response.encoding) == (b"\x89PNG", "image/png")

    def test_text_is_bytes(self) -> None:
        assert read_response(TEXT, answer(200, b"x", content_type="text/plain; charset=utf-8")).body == b"x"

    def test_json_where_any_type_is_declared_is_bytes(self) -> None:
        assert read_response(ANY, ok({"$bytes": 3})).body == b'{"$bytes": 3}'

    def test_json_without_a_schema_is_bytes(self) -> None:
        assert read_response(LOOSE_JSON, ok({"a": 1.5})).body == b'{"a": 1.5}'

    def test_content_without_a_type_is_binary(self) -> None:
        response = read_response(ANY, answer(200, b"x"))
        assert (response.body, response.encoding) == (b"x", "application/octet-stream")

    @pytest.mark.parametrize(
        "response",
        [
            answer(),
            answer(200, b"x"),
            ok({"unexpected": 1.5}),
            answer(200, b"{", content_type=JSON),
            answer(200, b"x", content_type="strange"),
            answer(204),
        ],
    )
    def test_where_no_output_is_declared_whatever_comes_is_left_alone(self, response: Response) -> None:
        read = read_response(SILENT, response)
        assert read.body is None
        assert read.content == response.content

    def test_no_content_has_no_encoding(self) -> None:
        assert read_response(SILENT, answer()).encoding is None

    def test_the_levels_differ_in_what_they_take(self) -> None:
        response = ok({"value": "x", "short": "too long", "count": 1.5, "new": [1.5]})
        lenient = read_response(QUERY, response).body
        assert (lenient.short, lenient.count) == ("too long", None)
        assert [issue.path for issue in issues(lenient)] == ["count"]
        assert lenient.to_wire() == json.loads(response.content)
        with pytest.raises(XrpcResponseValidationError) as caught:
            read_response(QUERY, response, validation="strict")
        assert {issue.path for issue in caught.value.issues} == {"short", "count", "new[0]"}

    def test_a_union_may_be_the_whole_output(self) -> None:
        method: Query[None, object] = Query(
            "com.example.union",
            output=lambda: Annotated[Value | UnknownObject, open_union],
            output_encoding=JSON,
        )
        assert read_response(method, ok({"$type": "com.example.value", "value": "x"})).body == Value(
            value="x"
        )
        unknown = read_response(method, ok({"$type": "com.example.new", "a": 1})).body
        assert isinstance(unknown, UnknownObject)
        stray = read_response(method, ok([])).body
        assert isinstance(stray, UnknownObject)
        assert (stray.data, stray.stray) == ({}, [])
        with pytest.raises(XrpcResponseValidationError):
            read_response(method, ok([]), validation="strict")
        assert "JSON" in failure(answer(200, b"{", content_type=JSON), method).message

    def test_the_answer_cant_be_changed(self) -> None:
        with pytest.raises(FrozenInstanceError):
            read_response(SILENT, answer()).status = 201  # type: ignore[misc]

    def test_the_answer_is_shown_without_its_content(self) -> None:
        assert repr(read_response(QUERY, ok({"value": "secret"}))) == "<XrpcResponse 200 application/json>"
        assert repr(read_response(SILENT, answer())) == "<XrpcResponse 200 without content>"

    def test_the_answer_has_the_figures_of_the_rate_limit(self) -> None:
        response = answer(
            ratelimit_limit="10", ratelimit_remaining="3", ratelimit_reset="99", ratelimit_policy="10;w=1"
        )
        assert read_response(SILENT, response).rate_limit == RateLimit(10, 3, 99, "10;w=1")
        assert read_response(SILENT, answer()).rate_limit == RateLimit()


class TestInvalidAnswers:
    @pytest.mark.parametrize("payload", [{"value": 123}, {}, {"value": None}, [], "x", None, 1])
    def test_a_body_that_doesnt_match(self, payload) -> None:
        error = failure(ok(payload))
        assert isinstance(error, XrpcResponseValidationError)
        assert error.issues
        assert (error.error, error.status, error.body) == (
            "InvalidResponse",
            200,
            json.dumps(payload).encode(),
        )
        assert error.headers["content-type"] == JSON

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"not json", b"\xff", b"NaN", b'{"value": NaN}', b"[" * 100_000, b'{"value":"\xff"}'],
        ids=range(8),
    )
    def test_a_body_that_isnt_json(self, content: bytes) -> None:
        error = failure(answer(200, content, content_type=JSON))
        assert isinstance(error, XrpcInvalidResponseError)
        assert (error.status, error.body) == (200, content)

    def test_another_content_type(self) -> None:
        error = failure(answer(200, b"<html>", content_type="text/html"))
        assert type(error) is XrpcInvalidResponseError
        assert error.message == (
            "The server responded with 'text/html', not with 'application/json': "
            "is this the URL of an AT Protocol server?"
        )
        assert error.body == b"<html>"

    def test_no_body(self) -> None:
        assert failure(answer()).message == "The server responded with no body, not with 'application/json'"

    def test_a_body_without_a_type(self) -> None:
        assert (
            failure(answer(200, b"{}")).message
            == "The server responded with 'application/octet-stream', not with 'application/json'"
        )

    @pytest.mark.parametrize(
        "given",
        [
            "application/json, application/json",
            "application/json, Application/JSON; charset=utf-8",
            "text/html, application/json",
            'text/plain; a="x, y", application/json',
            "application/json, , nonsense",
        ],
    )
    def test_of_a_type_that_is_given_twice_the_last_counts(self, given: str) -> None:
        assert read_response(QUERY, ok({"value": "x"}, given)).encoding == JSON
        assert failure(failed(400, {"error": "Gone"}, content_type=given)).error == "Gone"

    @pytest.mark.parametrize("given", ["application/json, text/html", 'a/b; c=", application/json"'])
    def test_a_type_before_the_last_does_not_count(self, given: str) -> None:
        assert failure(ok({"value": "x"}, given)).message.startswith("The server responded with ")

    def test_a_type_that_is_no_use_is_shown_printable_and_cut(self) -> None:
        message = failure(ok({}, "text/\x1b[2J" + "x" * 100_000)).message
        assert message.isprintable()
        assert len(message) < 200

    @pytest.mark.parametrize("given", ["json", "", "/", "a, c", "image/*", "application/ json"])
    def test_a_type_that_is_none(self, given: str) -> None:
        assert isinstance(failure(answer(200, b"{}", content_type=given), ANY), XrpcInvalidResponseError)

    @pytest.mark.parametrize("given", ["text/png", "images/png", "image"])
    def test_a_type_that_the_pattern_doesnt_cover(self, given: str) -> None:
        assert isinstance(failure(answer(200, b"x", content_type=given), IMAGE), XrpcInvalidResponseError)

    def test_types_that_begin_alike_differ(self) -> None:
        assert read_response(LINES, answer(200, b"{}", content_type="application/jsonl")).body == b"{}"
        assert isinstance(failure(ok({}), LINES), XrpcInvalidResponseError)

    @pytest.mark.parametrize("status", [100, 101, 199, 300, 302, 304, 399])
    def test_a_status_that_means_nothing_here(self, status: int) -> None:
        for method in (QUERY, ANY, SILENT):
            error = failure(answer(status, b'{"value":"x"}', content_type=JSON), method)
            assert type(error) is XrpcInvalidResponseError
            assert error.message == f"Unexpected status code {status}"


class TestErrors:
    def test_the_code_and_the_message_are_the_servers(self) -> None:
        error = failure(failed(400, {"error": "TestError", "message": "no good", "extra": 1.5}))
        assert type(error) is XrpcResponseError
        assert (error.error, error.message, error.status) == ("TestError", "no good", 400)
        assert json.loads(error.body)["extra"] == 1.5
        assert str(error) == "com.example.get: TestError: no good"

    @pytest.mark.parametrize("payload", [{"error": "TestError"}, {"error": "TestError", "message": ""}])
    def test_a_code_without_a_message_is_enough(self, payload) -> None:
        error = failure(failed(400, payload))
        assert error.error == "TestError"
        assert "TestError" in error.message

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "InvalidRequest"),
            (401, "AuthenticationRequired"),
            (402, "InvalidRequest"),
            (403, "Forbidden"),
            (404, "XRPCNotSupported"),
            (406, "NotAcceptable"),
            (413, "PayloadTooLarge"),
            (415, "UnsupportedMediaType"),
            (418, "InvalidRequest"),
            (429, "RateLimitExceeded"),
            (500, "InternalServerError"),
            (501, "MethodNotImplemented"),
            (502, "UpstreamFailure"),
            (503, "NotEnoughResources"),
            (504, "UpstreamTimeout"),
            (505, "UpstreamFailure"),
            (599, "UpstreamFailure"),
        ],
    )
    def test_without_a_code_the_status_has_one(self, status: int, code: str) -> None:
        error = failure(answer(status, b"<h1>Sorry</h1>", content_type="text/html"))
        assert isinstance(error, XrpcResponseError)
        assert (error.error, error.status, error.body) == (code, status, b"<h1>Sorry</h1>")
        assert f"{status} error" in error.message
        own = failure(failed(status, {"error": "OwnCode", "message": "x"}))
        assert (own.error, own.message) == ("OwnCode", "x")

    @pytest.mark.parametrize(
        "payload",
        [
            {"error": "two words", "message": "x"},
            {"error": "", "message": "x"},
            {"error": "Ünicode", "message": "x"},
            {"error": "TestError\n", "message": "x"},
            {"error": "x" * 129, "message": "x"},
            {"error": 1, "message": "x"},
            {"error": {"message": "y"}, "message": " x\n"},
            {"message": "x"},
        ],
        ids=repr,
    )
    def test_a_body_without_a_code_keeps_its_sentence(self, payload) -> None:
        error = failure(failed(400, payload))
        assert (error.error, error.message) == ("InvalidRequest", "x")

    @pytest.mark.parametrize("message", [None, 5, {"text": "x"}, ["x"], "", True, " \n"])
    @pytest.mark.parametrize("status", [400, 401, 500])
    def test_a_message_of_another_shape_costs_no_code(self, message, status: int) -> None:
        error = failure(failed(status, {"error": "Gone", "message": message}))
        assert isinstance(error, GoneError)
        assert error.message == "The server responded with Gone and no message"

    @pytest.mark.parametrize("payload", [{"error": ["TestError"]}, {}, [], "TestError", None], ids=repr)
    def test_a_body_that_says_nothing_leaves_the_status(self, payload) -> None:
        error = failure(failed(400, payload))
        assert (error.error, error.message) == ("InvalidRequest", "The server responded with a 400 error")

    @pytest.mark.parametrize(
        ("payload", "message"),
        [
            ({"type": "about:blank", "title": "Out of credit", "detail": "Pay."}, "Out of credit: Pay."),
            ({"detail": "Pay.", "status": 403}, "Pay."),
            ({"title": "Out of credit", "detail": 1}, "Out of credit"),
            ({"error": "invalid_token", "error_description": "Expired."}, "Expired."),
            ({"error": "Bad Request"}, "Bad Request"),
        ],
    )
    @pytest.mark.parametrize("kind", ["application/problem+json", JSON])
    def test_other_forms_say_what_they_can(self, payload, message: str, kind: str) -> None:
        assert failure(failed(403, payload, content_type=kind)).message == message

    @pytest.mark.parametrize("given", [None, "text/plain", "application/problem+json", "json"])
    @pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" \n"])
    def test_a_code_counts_whatever_the_type_of_the_body(self, given: str | None, before: bytes) -> None:
        headers = {} if given is None else {"content-type": given}
        error = failure(Response(400, headers, before + b'{"error":"Gone","message":"x"}'))
        assert isinstance(error, GoneError)
        assert error.message == "x"

    @pytest.mark.parametrize(
        ("kind", "content", "said"),
        [
            ("text/plain", "upstream connect error\nreset\n", "upstream connect error"),
            ("text/plain; charset=utf-8", " \r\n é\tb\r\nc", "é b"),
            (None, "no healthy upstream", "no healthy upstream"),
            (None, "<html><head><title>502\n Bad &amp; Gateway</title>", "502 Bad & Gateway"),
            ("text/html", "<!doctype html>\n<TITLE lang=en>Down</TITLE>", "Down"),
            ("application/problem+json", "{", None),
            ("text/html", "<p>x</p><h1 class=a>Sorry</h1>", "Sorry"),
            ("text/html", "<p>Sorry</p>", None),
            ("text/html", "<title>", None),
            ("text/plain", "", None),
            ("text/plain", b"\xff\xfe\x00", None),
            (None, b"\x89PNG\r\n", None),
            ("image/png", "x", None),
        ],
    )
    def test_text_says_what_it_can(self, kind: str | None, content: str | bytes, said: str | None) -> None:
        headers = {} if kind is None else {"content-type": kind}
        error = failure(Response(502, headers, content if isinstance(content, bytes) else content.encode()))
        assert error.error == "UpstreamFailure"
        end = "" if said is None else f": {said}"
        assert error.message == f"The server responded with a 502 error{end}"

    @pytest.mark.parametrize("name", ["message", "error", "title", "detail", "error_description"])
    @pytest.mark.parametrize("text", ["\x1b[2J\r\nroot: ok\u202e", "\ud800" * 9, "x" * 10_000_000])
    def test_what_a_server_says_is_shown_printable_and_cut(self, name: str, text: str) -> None:
        error = failure(failed(400, {name: text}))
        for shown in (str(error), repr(error), error.message):
            assert shown.isprintable()
            assert len(shown) < 1000

    def test_a_text_that_a_server_says_is_shown_printable_and_cut(self) -> None:
        for kind in ("text/plain", "text/html"):
            content = b"<title>\x1b[31m\x07" + b"x" * 100_000 + b"</title>"
            message = failure(
                answer(500, content[7 if kind == "text/plain" else 0 :], content_type=kind)
            ).message
            assert message.isprintable()
            assert len(message) < 1000

    def test_case_and_parameters_of_the_type_dont_matter(self) -> None:
        response = answer(400, b'{"error":"TestError"}', content_type="Application/JSON; charset=utf-8")
        assert failure(response).error == "TestError"

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000], ids=range(4))
    def test_broken_json_is_an_invalid_answer(self, content: bytes) -> None:
        error = failure(answer(502, content, content_type=JSON))
        assert type(error) is XrpcInvalidResponseError
        assert (error.status, error.body) == (502, content)

    def test_401_is_an_authentication_error_with_its_challenges(self) -> None:
        header = 'DPoP algs="ES256", Bearer realm="x"'
        error = failure(failed(401, {"error": "InvalidToken", "message": "no"}, www_authenticate=header))
        assert type(error) is XrpcAuthenticationError
        assert error.message == "no"
        assert error.www_authenticate == {"DPoP": {"algs": "ES256"}, "Bearer": {"realm": "x"}}

    def test_429_is_a_rate_limit_error_with_its_figures(self) -> None:
        error = failure(failed(429, {"error": "RateLimitExceeded"}, ratelimit_reset="99", retry_after="3"))
        assert type(error) is RateLimitError
        assert (error.reset, error.retry_after) == (99, "3")

    @pytest.mark.parametrize("status", [400, 404, 409, 500])
    def test_a_declared_code_has_its_class(self, status: int) -> None:
        error = failure(failed(status, {"error": "Gone", "message": "x"}))
        assert type(error) is GoneError
        assert error.expected

    @pytest.mark.parametrize("method", [QUERY, SILENT])
    def test_an_undeclared_code_isnt_expected(self, method) -> None:
        assert not failure(failed(400, {"error": "Other"}), method).expected

    @pytest.mark.parametrize(("status", "by_status"), [(401, XrpcAuthenticationError), (429, RateLimitError)])
    @pytest.mark.parametrize(("code", "declared"), [("Gone", GoneError), ("Factor", LexAuthFactorError)])
    def test_a_declared_code_with_a_telling_status_is_both(self, status, by_status, code, declared) -> None:
        error = failure(failed(status, {"error": code}))
        assert isinstance(error, declared)
        assert isinstance(error, by_status)
        assert error.expected
        assert type(error) is type(failure(failed(status, {"error": code})))
        assert repr(error).startswith(f"{declared.__name__}(error={code!r}")
        assert (type(error).__module__, type(error).__doc__) == (declared.__module__, declared.__doc__)

    def test_a_class_that_is_both_already_stays(self) -> None:
        assert type(failure(failed(401, {"error": "OldToken"}))) is OldTokenError
        assert type(failure(failed(401, {"error": "Plain"}))) is XrpcAuthenticationError
        assert type(failure(failed(400, {"error": "OldToken"}))) is OldTokenError

    @pytest.mark.parametrize("status", [400, 401, 429, 500])
    def test_they_can_be_copied_and_pickled(self, status: int) -> None:
        # In a module that pickle can find.
        method: Query[None, None] = Query("com.example.get", errors={"Factor": LexAuthFactorError})
        error = failure(failed(status, {"error": "Factor", "message": "x"}), method)
        for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(other) is type(error)
            assert (other.args, vars(other), repr(other)) == (error.args, vars(error), repr(error))

    def test_a_class_of_both_kinds_is_made_once(self) -> None:
        assert _both(GoneError, RateLimitError) is _both(GoneError, RateLimitError)
        assert _both(GoneError, RateLimitError) is not _both(GoneError, XrpcAuthenticationError)


class TestBodiesOnTheirWay:
    def streamed(self, status: int, *chunks: bytes, **headers: str) -> Response:
        class Stream:
            def __iter__(self):
                return iter(chunks)

            def close(self) -> None:
                pass

        return Response(
            status, Headers({k.replace("_", "-"): v for k, v in headers.items()}), stream=Stream()
        )

    def test_the_head_can_be_checked_alone(self) -> None:
        response = self.streamed(200, b"x", content_type="image/png")
        assert check_response(IMAGE, response) == "image/png"
        assert not response.is_read
        assert check_response(ANY, self.streamed(200, b"x")) == "application/octet-stream"

    def test_a_wrong_head_is_an_error(self) -> None:
        for response in (self.streamed(200, b"x", content_type="text/html"), self.streamed(302, b"x")):
            with pytest.raises(XrpcInvalidResponseError) as caught:
                check_response(IMAGE, response)
            assert caught.value.body == b""

    def test_an_error_must_be_read_first(self) -> None:
        response = self.streamed(400, b'{"error":', b'"Gone"}', content_type=JSON)
        with pytest.raises(XrpcInternalError, match="hasn't been read"):
            check_response(QUERY, response)
        response.read()
        with pytest.raises(GoneError):
            check_response(QUERY, response)
