"""Redirects: which are followed, to which bytes, and what goes along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.transport.table._rows import Answered, Failed, Outcome, Row, sized
from tests.transport.table._server import Again, Do, Script, Seen

__all__ = ["ROWS"]

_FIRST: Final = b"/xrpc/com.example.test"
_OK: Final = Answered(b"ok")
_LOOP: Final = Failed(error=None, sent=None, text="redirected more than 20 times")


def _moved(location: bytes, status: int = 302, *lines: bytes, body: bytes = b"") -> bytes:
    head = b"".join(line + b"\r\n" for line in (b"HTTP/1.1 %d x" % status, b"location: " + location, *lines))
    return head + b"content-length: %d\r\n\r\n" % len(body) + body


def _redirect(
    name: str,
    first: Script,
    outcome: Outcome = _OK,
    *,
    targets: Sequence[bytes] | None = None,
    origin: str | None = None,
    replies: Sequence[Script] = (),
    **request: Any,
) -> Row:
    def check(seen: Sequence[Seen]) -> bool:
        return origin is None or seen[-1].origin == origin

    return Row(name, [first, *replies, [sized()]], outcome, request, targets, check)


def _exact(target: bytes, name: str | None = None, written: bytes | None = None) -> Row:
    """A location whose bytes have to arrive as they were written."""
    location = target if written is None else written
    return _redirect(
        name or f"to {target.decode('ascii', 'backslashreplace')}", _moved(location), targets=[_FIRST, target]
    )


def _stays(name: str, location: bytes, status: int = 302, **request: Any) -> Row:
    """A redirect that isn't followed: it is the response."""
    return _redirect(name, _moved(location, status), Answered(b"", status), targets=[_FIRST], **request)


_EXACT: Final = [
    _exact(b"/b/photo%27s%21.png?type=image%2Fpng&sig=aGk%3D"),
    _exact(b"/b/a%40b%3Ac.png?e=1"),
    _exact(b"/b/%7Ealice/x%2Ey"),
    _exact(b"/b/x?key=AKIA%2F2026%2Fs3%2Faws4_request"),
    _exact(b"/b/%e2%82%ac%C3%9f"),
    _exact(b"/b/a%2Fb%2fc"),
    _exact(b"/b/a+b%20c?d+e=f%2Bg"),
    _exact(b"/b/a//b///c"),
    _exact(b"/b//"),
    _exact(b"/b/%2e%2e/c"),
    _exact(b"/b;p=1;q/c;r"),
    _exact(b"/b/a:b@c!d$e&f'g(h)i*j,k=l"),
    _exact(b"/b?a=b&&c==d&e"),
    _exact(b"/b?a[]=1&b[c]=2"),
    _exact(b"/b?x=/y/?z"),
    _exact(b"/b??"),
    _exact(b"/b?q=%00%0a%0d"),
    _exact(b"/b?a=%zz&b=%&c=%2"),
    _exact(b"/b?u=http://a.example/%7Eb"),
    _exact(b"/b?x=a~b-c_d.e"),
    _exact(b"/" + b"a" * 4000, "to a path of 4,000 bytes"),
    _exact(b"/?" + b"a=%2F&" * 1000, "to a query of 6,000 bytes"),
    # What can't be sent is escaped.
    _exact(b"/a%20b?c%20d", "to a URL with spaces", b"/a b?c d"),
    _exact(b"/gr%C3%BCn", "to a URL in UTF-8", "/grün".encode()),
    _exact(b"/gr%FCn", "to a URL in Latin-1", b"/gr\xfcn"),
    _exact(b"/a%09b", "to a URL with a tab", b"/a\tb"),
    _exact(b"/b", "to a URL between spaces", b"  /b  "),
    _exact(b'/b?a="<x>|^`{}"', "to a URL that ought to be escaped"),
    _exact(b"/a\\b", "to a URL with a backslash"),
    _exact(b"/b?a=1", "to an absolute URL", b"http://@here@/b?a=1"),
    _exact(b"/b%27?a=%40", "to an absolute URL with escapes", b"http://@here@/b%27?a=%40"),
    _exact(b"/b", "to a scheme in capitals", b"HTTP://@here@/b"),
    _exact(b"/b", "to a URL without a scheme", b"//@here@/b"),
    _exact(b"/", "to a URL without a path", b"http://@here@"),
    _exact(b"/?a=1", "to a URL without a path, with a query", b"http://@here@?a=1"),
    _exact(b"/xrpc/x", "to a relative path", b"x"),
    _exact(b"/x", "to a relative path with dots", b"../x"),
    _exact(b"/x", "to a relative path with too many dots", b"../../../x"),
    _exact(b"/xrpc/x", "to a relative path with one dot", b"./x"),
    _exact(b"/xrpc/com.example.test?a=1", "to a query alone", b"?a=1"),
    _exact(b"/b", "to a URL with a fragment", b"/b#c"),
    _exact(b"/b?a=1", "to a URL with a query and a fragment", b"/b?a=1#c?d"),
]

_STATUSES: Final = [
    *(
        _redirect(f"{status} of a query", _moved(b"/b", status), targets=[_FIRST, b"/b"])
        for status in (301, 302, 303, 307, 308)
    ),
    *(_stays(f"{status} of a query", b"/b", status) for status in (300, 304, 305, 306, 309, 399)),
    *(
        _redirect(f"{status} of a procedure", _moved(b"/b", status), targets=[_FIRST, b"/b"], method="POST")
        for status in (307, 308)
    ),
    *(_stays(f"{status} of a procedure", b"/b", status, method="POST") for status in (301, 302, 303)),
    *(
        _redirect(
            f"{status} of a body",
            _moved(b"/b", status),
            targets=[_FIRST, b"/b"],
            method="POST",
            body=lambda: b"body",
        )
        for status in (307, 308)
    ),
    *(
        _stays(f"{status} of a body", b"/b", status, method="POST", body=lambda: b"body")
        for status in (301, 302, 303)
    ),
    _stays("307 of an iterator", b"/b", 307, method="POST", body=lambda: iter([b"body"])),
    _redirect(
        "302 without a location",
        b"HTTP/1.1 302 x\r\ncontent-length: 0\r\n\r\n",
        Answered(b"", 302),
        targets=[_FIRST],
    ),
    _redirect("200 with a location", sized(head=b"HTTP/1.1 200 OK\r\nlocation: /b\r\n"), targets=[_FIRST]),
    _redirect(
        "201 with a location",
        sized(head=b"HTTP/1.1 201 OK\r\nlocation: /b\r\n"),
        Answered(b"ok", 201),
        targets=[_FIRST],
    ),
]

_ORIGINS: Final = [
    _redirect(
        "a query to another origin", _moved(b"http://@there@/b"), targets=[_FIRST, b"/b"], origin="there"
    ),
    _redirect(
        "a query to another origin, exactly",
        _moved(b"http://@there@/b%27%7E?a=%2F"),
        targets=[_FIRST, b"/b%27%7E?a=%2F"],
        origin="there",
    ),
    _redirect(
        "there and back",
        _moved(b"http://@there@/b"),
        replies=[[_moved(b"http://@here@/c")]],
        targets=[_FIRST, b"/b", b"/c"],
        origin="here",
    ),
    _redirect(
        "a cookie on the way",
        _moved(b"http://@there@/b", 302, b"set-cookie: a=b; path=/"),
        replies=[[_moved(b"http://@here@/c", 302, b"set-cookie: c=d; path=/")]],
        targets=[_FIRST, b"/b", b"/c"],
    ),
    *(
        _redirect(
            f"a procedure to another origin by {status}",
            _moved(b"http://@there@/b", status),
            Answered(b"", status),
            targets=[_FIRST],
            method="POST",
            body=lambda: b"body",
        )
        for status in (301, 302, 303, 307, 308)
    ),
    _redirect(
        "an API key to another origin",
        _moved(b"http://@there@/b"),
        targets=[_FIRST, b"/b"],
        origin="there",
        headers={"x-api-key": "s3cret", "cookie": "a=s3cret", "dpop": "s3cret"},
    ),
    _stays("to a user", b"http://user@@here@/b"),
    _stays("to a user and a password", b"http://user:password@@there@/b"),
    _stays("to a user without a name", b"http://:@@here@/b"),
    _redirect("to nobody", _moved(b"http://localhost:1/b"), Failed(sent=False), targets=[_FIRST]),
    _redirect("to TLS that isn't", _moved(b"https://@there@/b"), Failed(sent=False)),
]

_ODD: Final = [
    *(
        _stays(f"to {location.decode('ascii', 'backslashreplace')}", location)
        for location in (
            b"javascript:alert(1)",
            b"file:///etc/passwd",
            b"ftp://@here@/b",
            b"data:text/plain,hi",
            b"mailto:a@example.com",
            b"ws://@here@/b",
            b"unix:/run/x.sock",
            b"at://did:plc:abc/x",
            b"http:///b",
            b"http://",
            b"http://127.0.0.1:99999/b",
            b"http://127.0.0.1:-1/b",
            b"http://127.0.0.1:abc/b",
            b"http://127.0.0.1:80:80/b",
            b"http://[::1/b",
            b"http://[zz]/b",
            b"http://a b/c",
            b"http://a%00b/c",
            b"http://a\\b/c",
            b"http://a_b\xff/c",
        )
    ),
    _redirect("to itself", [_moved(_FIRST)], _LOOP, replies=[[_moved(_FIRST)]] * 21),
    _redirect("to and fro", [_moved(b"/b")], _LOOP, replies=[[_moved(b"/c")], [_moved(b"/b")]] * 11),
    _redirect(
        "between two origins",
        [_moved(b"http://@there@/b")],
        _LOOP,
        replies=[[_moved(b"http://@here@/b")], [_moved(b"http://@there@/b")]] * 11,
    ),
    _redirect("20 times", _moved(b"/b"), replies=[[_moved(b"/b")]] * 19, targets=[_FIRST, *[b"/b"] * 20]),
    _redirect("21 times", _moved(b"/b"), _LOOP, replies=[[_moved(b"/b")]] * 20),
    _redirect("with a body", _moved(b"/b", body=b"<title>Moved</title>"), targets=[_FIRST, b"/b"]),
    _redirect(
        "with a body that is cut off",
        [b"HTTP/1.1 302 x\r\nlocation: /b\r\ncontent-length: 99\r\n\r\nhalf", Do.CLOSE],
        targets=[_FIRST, b"/b"],
    ),
    _redirect(
        "with a body without end",
        [b"HTTP/1.1 302 x\r\nlocation: /b\r\n\r\n", Again(b"x" * 4096)],
        targets=[_FIRST, b"/b"],
    ),
    _redirect(
        "with a body that never comes",
        [b"HTTP/1.1 302 x\r\nlocation: /b\r\ncontent-length: 99\r\n\r\n", Do.HANG],
        targets=[_FIRST, b"/b"],
    ),
    _redirect(
        "with a bad encoding", _moved(b"/b", 302, b"content-encoding: br", body=b"x"), targets=[_FIRST, b"/b"]
    ),
    _redirect(
        "with the end of the connection",
        [_moved(b"/b", 302, b"connection: close"), Do.CLOSE],
        targets=[_FIRST, b"/b"],
    ),
    _redirect(
        "in chunks",
        b"HTTP/1.1 302 x\r\nlocation: /b\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        targets=[_FIRST, b"/b"],
    ),
    _redirect("of a stream", _moved(b"/b"), targets=[_FIRST, b"/b"], stream=True),
]

ROWS: Final[list[Row]] = [
    Row(f"redirect: {each.name}", each.scripts, each.outcome, each.request, each.targets, each.check)
    for each in (*_EXACT, *_STATUSES, *_ORIGINS, *_ODD)
]
