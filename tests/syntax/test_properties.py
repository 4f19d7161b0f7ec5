from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from atlex.errors import InputError
from atlex.syntax import (
    FORMATS,
    AtUri,
    Cid,
    Nsid,
    Tid,
    _cid,
    is_valid_at_identifier,
    is_valid_at_uri,
    is_valid_cid,
    is_valid_did,
    is_valid_format,
    is_valid_handle,
    is_valid_language,
    is_valid_nsid,
    is_valid_record_key,
    is_valid_tid,
    is_valid_uri,
)

LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?", fullmatch=True)
ALPHA_LABELS = st.from_regex(r"[a-zA-Z]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?", fullmatch=True)
HANDLES = st.builds(
    lambda labels, last: ".".join([*labels, last]), st.lists(LABELS, min_size=1, max_size=5), ALPHA_LABELS
)
DIDS = st.from_regex(r"did:[a-z]{1,9}:[a-zA-Z0-9._:%-]{0,40}[a-zA-Z0-9._-]", fullmatch=True)
NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{0,20}", fullmatch=True)
NSIDS = st.builds(
    lambda first, middle, name: ".".join([first, *middle, name]),
    ALPHA_LABELS,
    st.lists(LABELS, min_size=1, max_size=4),
    NAMES,
)
RECORD_KEYS = st.from_regex(r"[a-zA-Z0-9_~.:-]{1,40}", fullmatch=True).filter(
    lambda key: key not in {".", ".."}
)
FRAGMENTS = st.from_regex(r"/[a-zA-Z0-9._~:@!$&'()*+,;=/\[\]-]{0,40}", fullmatch=True)
PATHS = st.tuples(NSIDS, st.none() | RECORD_KEYS) | st.tuples(st.none(), st.none())
TIDS = st.from_regex(r"[2-7a-j][2-7a-z]{12}", fullmatch=True)
LANGUAGES = st.from_regex(
    r"[a-z]{2,3}(-[a-z]{3})?(-[A-Z][a-z]{3})?(-[A-Z]{2}|-[0-9]{3})?(-[a-z]{5,8})?(-u-[a-z]{2,8})?(-x-[a-z0-9]{1,8})?",
    fullmatch=True,
)
COMMON_CIDS = st.binary(max_size=20).map(lambda data: str(Cid.for_raw(data)))
ANY = st.text(max_size=50) | st.from_regex(r"[a-zA-Z0-9.:/#%~_-]{0,50}", fullmatch=True)
# None of these is allowed anywhere in any of the ASCII formats.
STRANGERS = st.sampled_from(["\n", " ", "\x00", "é", "٣", '"', "<", "|", "\u2028", "\U0001f600", "\ud800"])
PLACES = st.floats(0, 1)


def _insert(text: str, place: float, stranger: str) -> str:
    at = round(place * len(text))
    return text[:at] + stranger + text[at:]


@given(HANDLES)
def test_a_handle_is_a_domain_name(handle: str) -> None:
    assert is_valid_handle(handle)
    assert is_valid_at_identifier(handle)
    assert not is_valid_did(handle)


@given(DIDS)
def test_a_did_is_not_a_handle(did: str) -> None:
    assert is_valid_did(did)
    assert is_valid_at_identifier(did)
    assert not is_valid_handle(did)
    assert is_valid_uri(did)


@given(NSIDS)
def test_an_nsid_reads_back_the_same(text: str) -> None:
    assert is_valid_nsid(text)
    nsid = Nsid.parse(text)
    assert str(nsid) == text
    assert ".".join(nsid.segments) == text
    assert ".".join([*reversed(nsid.authority.split(".")), nsid.name]) == text


@given(HANDLES | DIDS, PATHS, st.none() | FRAGMENTS)
def test_an_at_uri_reads_back_the_same(
    authority: str, path: tuple[str | None, str | None], fragment: str | None
) -> None:
    uri = AtUri(authority, *path, fragment)
    assert AtUri.parse(str(uri)) == uri
    assert str(AtUri.parse(str(uri))) == str(uri)
    assert is_valid_at_uri(str(uri))
    assert is_valid_at_uri(str(uri), lenient=True)
    assert not is_valid_at_uri(f"{uri}/") or fragment is not None


@given(RECORD_KEYS)
def test_a_record_key(key: str) -> None:
    assert is_valid_record_key(key)
    assert not is_valid_record_key(f"{key}/")


@given(TIDS)
def test_a_tid_reads_back_the_same_and_is_a_record_key(text: str) -> None:
    tid = Tid.parse(text)
    assert str(tid) == text
    assert is_valid_record_key(text)
    number = tid.timestamp_us << 10 | tid.clock_id
    assert (
        "".join("234567abcdefghijklmnopqrstuvwxyz"[number >> shift & 31] for shift in range(60, -1, -5))
        == text
    )
    assert tid.datetime.year >= 1970


@given(TIDS, TIDS)
def test_tids_sort_as_their_numbers(a: str, b: str) -> None:
    first, second = Tid(a), Tid(b)
    numbers = [(tid.timestamp_us, tid.clock_id) for tid in (first, second)]
    assert (first < second) is (numbers[0] < numbers[1])


@given(LANGUAGES)
def test_a_language_tag(tag: str) -> None:
    assert is_valid_language(tag)
    assert is_valid_language(tag, lenient=True)
    assert not is_valid_language(f"{tag}-")
    assert not is_valid_language(tag.upper())


@given(LANGUAGES, st.from_regex(r"[a-z]{5,8}", fullmatch=True))
def test_a_variant_may_not_come_twice(tag: str, variant: str) -> None:
    assume("-u-" not in tag and "-x-" not in tag)
    assert not is_valid_language(f"{tag}-{variant}-{variant.upper()}")
    assert is_valid_language(f"{tag}-{variant}-{variant.upper()}", lenient=True)


@given(st.binary(max_size=100))
def test_a_cid_of_bytes_matches_them_and_reads_back_the_same(data: bytes) -> None:
    cid = Cid.for_raw(data)
    assert is_valid_cid(str(cid))
    assert Cid.parse(str(cid)) == cid
    assert cid.matches(data)
    assert not cid.matches(data + b"\x00")


@given(COMMON_CIDS, st.integers(0, 58), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_the_short_cut_for_common_cids_agrees_with_the_reader(cid: str, at: int, character: str) -> None:
    changed = cid[:at] + character + cid[at + 1 :]
    read = _cid._decode(changed)
    common = (
        read is not None
        and read[0] == 1
        and read[1] in {0x55, 0x71}
        and read[2] == 0x12
        and len(read[3]) == 32
    )
    assert (_cid._COMMON.fullmatch(changed) is not None) is common
    assert is_valid_cid(changed) is (read is not None)


@given(st.one_of(HANDLES, DIDS, NSIDS, RECORD_KEYS, TIDS, LANGUAGES, COMMON_CIDS), PLACES, STRANGERS)
def test_a_strange_character_anywhere_is_invalid(text: str, place: float, stranger: str) -> None:
    changed = _insert(text, place, stranger)
    for name in FORMATS:
        if name != "uri":
            assert not is_valid_format(name, changed), name
            assert not is_valid_format(name, changed, lenient=True), name


@given(HANDLES | DIDS, PATHS, PLACES, STRANGERS)
def test_a_strange_character_in_an_at_uri_is_invalid(
    authority: str, path: tuple[str | None, str | None], place: float, stranger: str
) -> None:
    changed = _insert(str(AtUri(authority, *path)), place, stranger)
    assert not is_valid_at_uri(changed)
    assert not is_valid_at_uri(changed, lenient=True)


@given(ANY)
def test_parsing_succeeds_exactly_where_the_check_does(text: str) -> None:
    for parse, check in (
        (AtUri.parse, is_valid_at_uri),
        (Cid.parse, is_valid_cid),
        (Nsid.parse, is_valid_nsid),
        (Tid.parse, is_valid_tid),
    ):
        try:
            value = parse(text)
        except InputError:
            assert not check(text)
        else:
            assert check(text)
            assert str(value) == text


@given(ANY, st.sampled_from(sorted(FORMATS)))
def test_what_is_valid_is_valid_when_lenient(text: str, name: str) -> None:
    assert is_valid_format(name, text, lenient=True) or not is_valid_format(name, text)


@given(st.from_type(object))
def test_the_checks_never_raise(value: object) -> None:
    for name in FORMATS:
        assert is_valid_format(name, value) in {True, False}
