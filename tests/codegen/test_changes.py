"""However documents change from build to build, the package is the one that a first build of them would make."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.codegen.conftest import document, obj, procedure, query, ref, write_documents

from atlex.errors import LexiconError
from atlex_codegen import _incremental, build

Json = dict[str, Any]

LEXICONS = Path(__file__).parents[2] / "lexicons"

NSIDS = [
    "com.atproto.repo.createRecord",
    "com.atproto.repo.strongRef",
    "com.example.a.alpha",
    "com.example.a.beta",
    "com.example.a.defs",
    "com.example.b.gamma",
    "com.example.b.gamma.below",
    "com.sample.delta",
]
TABLES = {
    "descriptions.toml": [
        '"com.example.a.alpha#thing" = "Words."',
        '"com.example.b.gamma" = "Deprecated."',
    ],
    "pages.toml": ['"com.example.a.alpha" = "items"', '"com.example.a.alpha" = "others"'],
    "proxies.toml": ['"com.example" = "did:web:example.com#view"'],
}


@pytest.fixture(scope="module", autouse=True)
def few_are_many():
    """With so few documents, most changes touch more than half of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_incremental, "_MOST", 1)
        yield


pieces = st.sampled_from(NSIDS).map("{}#piece".format)
others = st.sampled_from([f"{nsid}#{name}" for nsid in NSIDS for name in ("piece", "piece", "thing")])
plain: list[Json] = [
    {"type": "string", "format": "at-uri"},
    {"type": "string", "format": "cid"},
    {"type": "string", "knownValues": ["com.example.a.defs#thing", "other"]},
    {"type": "string", "description": "Deprecated: no longer in use.", "maxLength": 10},
    {"type": "array", "items": {"type": "integer"}},
]
schemas = st.one_of(
    st.sampled_from(plain),
    st.just({"type": "unknown"}),
    st.builds(ref, others),
    others.map(lambda target: {"type": "array", "items": ref(target)}),
    st.lists(pieces, min_size=1, unique=True).map(lambda refs: {"type": "union", "refs": refs}),
)
objects = st.dictionaries(
    st.sampled_from(["cursor", "items", "others", "text", "uri", "cid"]), schemas, max_size=4
).map(lambda fields: obj(tuple(name for name in fields if name in {"uri", "cid"}), **fields))
things = st.one_of(
    objects,
    st.sampled_from(plain),
    pieces.map(lambda target: {"type": "array", "items": ref(target)}),
)
cursors: st.SearchStrategy[Json] = st.sampled_from([{}, {"cursor": {"type": "string"}}])
queries = st.builds(
    lambda output, errors, cursor: query(output, errors, **cursor),
    objects | st.builds(ref, pieces),
    st.sampled_from([(), ("Broken",), ("Broken", "Gone")]),
    cursors,
)
strong_refs = st.just(obj(("uri", "cid"), uri=plain[0], cid=plain[1])) | st.none()
mains = st.one_of(
    st.none(),
    objects,
    st.builds(lambda record: {"type": "record", "key": "tid", "record": record}, objects),
    queries,
    st.builds(procedure, objects, objects | st.builds(ref, pieces)),
)


@st.composite
def documents(draw: st.DrawFn, nsid: str) -> Json:
    said = draw(st.sampled_from([None, "Said of it."]))
    main = draw(
        queries
        if nsid == "com.example.a.alpha"
        else strong_refs
        if nsid == "com.atproto.repo.strongRef"
        else mains
    )
    defs = {"thing": draw(things), "piece": draw(objects), "token": {"type": "token"}}
    return document(nsid, main, description=said, **defs)


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, Json | None]:
    """A document as it is from then on; None where it is taken away."""
    nsid = draw(st.sampled_from(NSIDS))
    return nsid, draw(documents(nsid)) if draw(st.integers(0, 20)) else None


def outcome(folder: Path, out: Path) -> object:
    """What a build says and makes."""
    try:
        report = build(folder, out)
    except LexiconError as error:
        return str(error), [str(each) for each in error.diagnostics]
    made = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return made, [str(each) for each in report.diagnostics]


def first_outcome(folder: Path) -> object:
    with tempfile.TemporaryDirectory() as elsewhere:
        return outcome(folder, Path(elsewhere) / "made_sdk")


def write_table(folder: Path, name: str, lines: list[str]) -> None:
    (folder / name).write_text("\n".join(lines))


def test_a_document_that_is_a_namespace_too_keeps_its_module(tmp_path: Path) -> None:
    folder, out = tmp_path / "lexicons", tmp_path / "made_sdk"
    below = document("com.example.gamma.below", query(obj()))
    call = query(ref("com.example.defs#piece"))
    write_documents(
        folder, document("com.example.gamma", call), document("com.example.defs", piece=obj()), below
    )
    build(folder, out)
    write_documents(folder, document("com.example.gamma.below", query(obj(), more={"type": "string"})))
    assert outcome(folder, out) == first_outcome(folder)


@settings(max_examples=settings.default.max_examples // 4 if settings.default else 25)
@given(
    st.tuples(*map(documents, NSIDS)),
    st.lists(
        steps() | st.sampled_from([(name, line) for name in TABLES for line in TABLES[name]]),
        min_size=2,
        max_size=6,
    ),
)
def test_a_package_after_any_changes_is_the_one_that_a_first_build_makes(
    first: tuple[Json, ...], changes: list[tuple[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "lexicons", Path(place) / "made_sdk"
        write_documents(folder, *first)
        outcome(folder, out)
        for name, change in changes:
            if name in TABLES:
                write_table(folder, name, [change])
            elif change is None:
                folder.joinpath(*name.split(".")).with_suffix(".json").unlink(missing_ok=True)
            else:
                write_documents(folder, change)
            assert outcome(folder, out) == first_outcome(folder)
