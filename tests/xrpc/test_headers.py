from __future__ import annotations

import pytest

from atlex.errors import InputError
from atlex.xrpc import with_labelers, with_proxy

PROXY = "atproto-proxy"
LABELERS = "atproto-accept-labelers"
ONE, TWO, THREE = "did:plc:one", "did:web:two.example", "did:plc:three"


class TestProxy:
    def test_it_is_set(self) -> None:
        assert with_proxy({"x-a": "b"}, "did:web:api.bsky.chat#bsky_chat") == {
            "x-a": "b",
            PROXY: "did:web:api.bsky.chat#bsky_chat",
        }

    def test_it_is_set_anew(self) -> None:
        assert with_proxy({"Atproto-Proxy": "did:web:a#b"}, "did:web:c#d") == {PROXY: "did:web:c#d"}

    def test_none_takes_it_away(self) -> None:
        assert with_proxy({"Atproto-Proxy": "did:web:a#b", "X-A": "b"}, None) == {"x-a": "b"}
        assert with_proxy({}, None) == {}

    @pytest.mark.parametrize(
        "proxy", ["", "did:web:a", "did:web:a#", "a#b", "did:web:a#b#c", "did:web:a#b\r\nx: y"]
    )
    def test_what_names_no_service_is_refused(self, proxy: str) -> None:
        with pytest.raises(InputError):
            with_proxy({}, proxy)

    def test_what_is_given_stays_as_it_is(self) -> None:
        given = {PROXY: "did:web:a#b"}
        with_proxy(given, None)
        assert given == {PROXY: "did:web:a#b"}


class TestLabelers:
    @pytest.mark.parametrize(
        ("before", "labelers", "redact", "after"),
        [
            (None, [], [], None),
            (None, None, [], None),
            (None, [ONE], [], ONE),
            (None, [ONE, TWO], [], f"{ONE}, {TWO}"),
            (None, [ONE, TWO, ONE], [], f"{ONE}, {TWO}"),
            (None, [f"{ONE};redact"], [], f"{ONE};redact"),
            (THREE, [ONE], [], f"{ONE}, {THREE}"),
            (f"{ONE} ,{THREE},", [ONE], [], f"{ONE}, {THREE}"),
            (THREE, [], [], THREE),
            (THREE, None, [], None),
            (THREE, None, [ONE], f"{ONE};redact"),
            (None, [TWO], [ONE], f"{ONE};redact, {TWO}"),
            (THREE, [ONE], [ONE], f"{ONE};redact, {ONE}, {THREE}"),
            ("", [], [], None),
        ],
    )
    def test_each_is_named_once_in_order(self, before, labelers, redact, after) -> None:
        headers = {"X-A": "b"} if before is None else {"X-A": "b", "Atproto-Accept-Labelers": before}
        expected = {"x-a": "b"} if after is None else {"x-a": "b", LABELERS: after}
        assert with_labelers(headers, labelers, redact=redact) == expected

    def test_any_iterable_will_do(self) -> None:
        assert with_labelers({}, iter([ONE, TWO]), redact=iter([THREE])) == {
            LABELERS: f"{THREE};redact, {ONE}, {TWO}"
        }

    @pytest.mark.parametrize(
        "labeler", ["", "handle.example", f"{ONE}, {TWO}", f"{ONE}\r\nx: y", f"{ONE};", "did:plc:"]
    )
    def test_what_isnt_a_did_is_refused(self, labeler: str) -> None:
        with pytest.raises(InputError):
            with_labelers({}, [labeler])
        with pytest.raises(InputError):
            with_labelers({}, [], redact=[labeler])
