from __future__ import annotations

import copy
import datetime as dt
import hashlib
import pickle
import re
import subprocess
import sys
from base64 import b32encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields
from enum import Enum
from itertools import pairwise

import pytest

from atlex.errors import InputError
from atlex.syntax import AtUri, Cid, Nsid, Tid, _tid, is_valid_cid, is_valid_tid

RAW_HELLO = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"  # of b"hello", as IPFS writes it
EXAMPLES: list[tuple[type[AtUri | Cid | Nsid | Tid], str]] = [
    (AtUri, "at://did:plc:abc/app.bsky.feed.post/self#/text"),
    (AtUri, "at://alice.test"),
    (Cid, RAW_HELLO),
    (Cid, "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"),
    (Nsid, "app.bsky.feed.post"),
    (Tid, "3jzfcijpj2z2a"),
]


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
class TestEveryValueType:
    def test_gives_its_text_back(self, kind: type[Cid], text: str) -> None:
        assert str(kind.parse(text)) == text

    def test_is_equal_and_hashed_by_value(self, kind: type[Cid], text: str) -> None:
        assert kind.parse(text) == kind.parse(text)
        assert len({kind.parse(text), kind.parse(text)}) == 1
        assert kind.parse(text) != text

    def test_is_frozen_and_slotted(self, kind: type[Cid], text: str) -> None:
        value = kind.parse(text)
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, "x")
        assert not hasattr(value, "__dict__")

    def test_survives_copying_and_pickling(self, kind: type[Cid], text: str) -> None:
        value = kind.parse(text)
        for twin in (copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
            assert twin == value
            assert str(twin) == text
            assert repr(twin) == repr(value)


@pytest.mark.parametrize(
    ("parse", "name"), [(AtUri.parse, "at-uri"), (Cid.parse, "cid"), (Nsid.parse, "nsid"), (Tid.parse, "tid")]
)
class TestEveryParser:
    def test_names_the_format_and_shows_the_value(self, parse: Callable[[object], object], name: str) -> None:
        with pytest.raises(InputError, match=rf"^'no such thing' is not a valid {name}$"):
            parse("no such thing")

    def test_cuts_a_long_value(self, parse: Callable[[object], object], name: str) -> None:
        with pytest.raises(InputError, match=rf"^'!{{60}}'… is not a valid {name}$"):
            parse("!" * 1_000_000)

    @pytest.mark.parametrize("value", [None, 5, b"bytes", ["list"]])
    def test_refuses_what_is_not_a_string(
        self, parse: Callable[[object], object], name: str, value: object
    ) -> None:
        with pytest.raises(InputError, match=rf"type {type(value).__name__} is not a valid {name}"):
            parse(value)


class TestAtUri:
    def test_parts(self) -> None:
        uri = AtUri.parse("at://did:plc:abc/app.bsky.feed.post/self#/text/%20")
        assert (uri.authority, uri.collection, uri.rkey) == ("did:plc:abc", "app.bsky.feed.post", "self")
        assert uri.fragment == "/text/%20"

    def test_parts_that_are_not_there_are_none(self) -> None:
        assert AtUri.parse("at://alice.test") == AtUri("alice.test", None, None, None)
        assert AtUri.parse("at://alice.test/a.b.c").rkey is None

    def test_make(self) -> None:
        assert str(AtUri.make("alice.test")) == "at://alice.test"
        assert str(AtUri.make("alice.test", "a.b.c")) == "at://alice.test/a.b.c"
        assert str(AtUri.make("alice.test", "a.b.c", "self")) == "at://alice.test/a.b.c/self"
        assert AtUri.make("alice.test", rkey="self", collection="a.b.c") == AtUri.parse(
            "at://alice.test/a.b.c/self"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "at://alice.test",
            "at://did:plc:abc/app.bsky.feed.post",
            "at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a",
            "at://alice.test#/a",
            "at://alice.test/a.b.c/self#/text/%20",
        ],
    )
    def test_the_whole_text_alone_is_parsed(self, text: str) -> None:
        uri = AtUri(text)
        assert uri == AtUri.parse(text) == AtUri.make(text)
        assert str(uri) == text
        assert not uri.authority.startswith("at://")

    @pytest.mark.parametrize(
        "text", ["at://", "at://alice", "at://alice.test/", "at://alice.test/a.b.c/x?y", "at://at://a.b"]
    )
    def test_a_whole_text_that_is_no_at_uri_is_shown_as_it_was_written(self, text: str) -> None:
        with pytest.raises(InputError, match=f"^{re.escape(repr(text))} is not a valid at-uri$"):
            AtUri(text)

    def test_a_whole_text_with_parts_beside_it_is_refused(self) -> None:
        for parts in ({"collection": "a.b.c"}, {"collection": "a.b.c", "rkey": "self"}, {"fragment": "/a"}):
            with pytest.raises(InputError, match=r"at://at://alice\.test"):
                AtUri("at://alice.test", **parts)

    def test_a_member_of_an_enumeration_counts_as_its_text(self) -> None:
        class Collection(str, Enum):  # noqa: UP042  # a StrEnum's text is its value already
            POST = "app.bsky.feed.post"

        assert str(AtUri.make("alice.test", Collection.POST)) == "at://alice.test/app.bsky.feed.post"

    @pytest.mark.parametrize(
        "parts",
        [
            ("alice",),
            ("alice.test/a.b.c",),
            ("alice.test#/a",),
            ("alice.test", "a.b"),
            ("alice.test", "a.b.c/self"),
            ("alice.test", "a.b.c", ""),
            ("alice.test", "a.b.c", "a/b"),
            ("alice.test", "a.b.c", "a#/b"),
            (5,),
            ("alice.test", 5),
            ("alice.test", "a.b.c", 5),
            (None, "a.b.c", "self"),
        ],
    )
    def test_make_refuses_parts_that_are_not_valid(self, parts: tuple[str, ...]) -> None:
        with pytest.raises(InputError, match="is not a valid at-uri"):
            AtUri.make(*parts)

    def test_a_record_key_needs_a_collection(self) -> None:
        with pytest.raises(InputError, match="needs a collection"):
            AtUri.make("alice.test", rkey="self")

    def test_a_fragment_that_is_not_text_is_refused(self) -> None:
        with pytest.raises(InputError, match="is not a valid at-uri"):
            AtUri("alice.test", fragment=5)  # type: ignore[arg-type]

    def test_parts_that_are_too_long_together_are_refused(self) -> None:
        assert len(str(AtUri("alice.test", fragment="/" + "a" * 8175))) == 8192
        with pytest.raises(InputError, match="is not a valid at-uri"):
            AtUri("alice.test", fragment="/" + "a" * 8176)

    def test_the_lenient_form_is_not_parsed(self) -> None:
        with pytest.raises(InputError):
            AtUri.parse("at://alice.test/")


class TestNsid:
    def test_parts(self) -> None:
        nsid = Nsid.parse("app.bsky.feed.post")
        assert nsid.segments == ("app", "bsky", "feed", "post")
        assert nsid.authority == "feed.bsky.app"
        assert nsid.name == "post"

    def test_the_shortest(self) -> None:
        assert Nsid("a.b.c").authority == "b.a"


class TestTid:
    def test_zero(self) -> None:
        tid = Tid.parse("2222222222222")
        assert (tid.timestamp_us, tid.clock_id) == (0, 0)
        assert tid.datetime == dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

    def test_parts(self) -> None:
        tid = Tid.parse("3jzfcijpj2z2a")
        assert tid.timestamp_us == 1688137381887007
        assert tid.clock_id == 6
        assert tid.datetime == dt.datetime(2023, 6, 30, 15, 3, 1, 887007, tzinfo=dt.UTC)

    def test_the_greatest_has_a_datetime(self) -> None:
        assert Tid.parse("jzzzzzzzzzzzz").datetime.year == 2540

    def test_they_sort_by_time(self) -> None:
        texts = ["jzzzzzzzzzzzz", "3jzfcijpj2z2a", "2222222222222", "a222222222222"]
        assert [str(tid) for tid in sorted(map(Tid, texts))] == sorted(texts)
        assert Tid("3jzfcijpj2z2a").timestamp_us < Tid("a222222222222").timestamp_us

    def test_now_is_now(self) -> None:
        before = dt.datetime.now(dt.UTC)
        tid = Tid.now()
        assert is_valid_tid(str(tid))
        assert abs(tid.datetime - before) < dt.timedelta(minutes=1)

    def test_now_increases_strictly_over_threads_and_never_repeats(self) -> None:
        def many(_: int) -> list[Tid]:
            return [Tid.now() for _ in range(2_000)]

        with ThreadPoolExecutor(8) as pool:
            batches = list(pool.map(many, range(8)))
        assert all(a < b for batch in batches for a, b in pairwise(batch))
        assert len({tid for batch in batches for tid in batch}) == 16_000
        assert len({tid.clock_id for batch in batches for tid in batch}) == 1

    @pytest.mark.parametrize("times", [[5_000_000, 5_000_000, 5_000_000], [9_000_000, 4_000_000, 4_000_000]])
    def test_now_increases_when_the_clock_stands_still_or_goes_back(
        self, monkeypatch: pytest.MonkeyPatch, times: list[int]
    ) -> None:
        monkeypatch.setattr(_tid, "_clock", _tid._Clock())
        monkeypatch.setattr(_tid, "time_ns", iter(times).__next__)
        first, second, third = Tid.now(), Tid.now(), Tid.now()
        assert first.timestamp_us == times[0] // 1000
        assert second.timestamp_us == first.timestamp_us + 1
        assert third.timestamp_us == first.timestamp_us + 2

    @pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
    def test_a_forked_child_draws_its_own_clock_identifier(self) -> None:
        script = (
            "import os\nfrom atlex.syntax import Tid\nTid.now()\n"
            "for _ in range(8):\n"
            "    child = os.fork()\n"
            "    if child: os.waitpid(child, 0)\n"
            "    print(Tid.now().clock_id, flush=True)\n"
            "    if not child: os._exit(0)\n"
        )
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert len(ran.stdout.split()) == 16
        assert len(set(ran.stdout.split())) > 2


def _v1(data: bytes) -> str:
    return "b" + b32encode(data).decode().rstrip("=").lower()


class TestCid:
    def test_parts_of_version_1(self) -> None:
        cid = Cid.parse("bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a")
        assert (cid.version, cid.codec, cid.hash_code) == (1, 0x71, 0x12)
        assert cid.digest.hex() == "65062a5a5a00fc16d73c6944237ccbc15b1c4a7234489336891d091741a239d0"

    def test_for_raw(self) -> None:
        cid = Cid.for_raw(b"hello world")
        assert (cid.version, cid.codec, cid.hash_code) == (1, 0x55, 0x12)
        assert cid.digest == hashlib.sha256(b"hello world").digest()
        assert str(Cid.for_raw(b"hello")) == RAW_HELLO

    def test_matches_sha_256_and_sha_512(self) -> None:
        assert Cid.for_raw(b"hello").matches(b"hello")
        assert not Cid.for_raw(b"hello").matches(b"hello!")
        long = Cid(_v1(b"\x01\x55\x13\x40" + hashlib.sha512(b"hello").digest()))
        assert long.matches(b"hello")
        assert not long.matches(b"")

    def test_a_shortened_digest_matches_nothing(self) -> None:
        assert not Cid(_v1(b"\x01\x55\x12\x02" + hashlib.sha256(b"hello").digest()[:2])).matches(b"hello")

    def test_another_hash_function_cannot_be_checked(self) -> None:
        with pytest.raises(InputError, match=r"hash function 0x0$"):
            Cid(_v1(b"\x01\x55\x00\x00")).matches(b"")

    def test_varints_of_several_bytes_are_read(self) -> None:
        cid = Cid(_v1(b"\x01\x80\x01\xff\xff\x03\x80\x01" + bytes(128)))
        assert (cid.codec, cid.hash_code, len(cid.digest)) == (128, 0xFFFF, 128)

    def test_a_megabyte_within_a_cid_is_read(self) -> None:
        data = bytes(range(256)) * 4096
        assert Cid(_v1(b"\x01\x55\x00\x80\x80\x40" + data)).digest == data

    @pytest.mark.parametrize(
        "data",
        [
            b"\x01",
            b"\x01\x55\x12",
            b"\x01\x55\x12\x20" + bytes(31),
            b"\x01\x55\x12\x20" + bytes(33),
            b"\x00\x55\x12\x20" + bytes(32),
            b"\x02\x55\x12\x20" + bytes(32),
            b"\x12\x20" + bytes(32),
            b"\x81\x00\x55\x12\x20" + bytes(32),
            b"\x01\xd5\x00\x12\x20" + bytes(32),
            b"\x01\x55\x92\x00\x20" + bytes(32),
            b"\x01\x55\x12\xa0\x00" + bytes(32),
            b"\x01" + b"\xff" * 9 + b"\x01\x12\x20" + bytes(32),
        ],
    )
    def test_bytes_that_are_not_a_cid_are_refused(self, data: bytes) -> None:
        assert not is_valid_cid(_v1(data))
        with pytest.raises(InputError):
            Cid.parse(_v1(data))
