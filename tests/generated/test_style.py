"""Generated code in somebody's own project: its tools leave it alone, and its names serve for annotations."""

from __future__ import annotations

import subprocess
import sys
import typing
from importlib import import_module

import pydantic
import pytest
from tests.generated._documents import LEXICONS, documents, module_name
from tests.typing._checkers import script

from atlex.data import UnknownObject
from atlex.errors import InputError
from atlex_codegen import build
from atlex_sdk import Client
from atlex_sdk.app.bsky.embed.images import View as ImagesView
from atlex_sdk.app.bsky.feed.defs import PostView, PostViewEmbed
from atlex_sdk.app.bsky.richtext.facet import FacetFeature, Tag

_IMAGES = {"$type": "app.bsky.embed.images#view", "images": []}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    lexicons = folder / "lexicons"
    for part in ("app/bsky", "com/atproto"):
        for file in (LEXICONS / part).rglob("*.json"):
            copy = lexicons / file.relative_to(LEXICONS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    build(lexicons, folder / "own_sdk")
    return folder


def _run(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


# Nothing can turn this one off for a file: it is about what turns the others off.
_RULES = ("--select", "ALL", "--ignore", "PGH004")


@pytest.mark.parametrize("rules", [(), _RULES], ids=["by default", "with every rule"])
def test_a_linter_finds_nothing(project, rules):
    done = _run(project, script("ruff"), "check", "--isolated", *rules, "own_sdk")
    assert (done.returncode, done.stdout.strip()) == (0, "All checks passed!")


def test_formatters_and_fixers_change_nothing_and_the_build_is_still_what_it_was(project):
    assert _run(project, script("ruff"), "format", "--isolated", "own_sdk").returncode == 0
    fixed = _run(
        project, script("ruff"), "check", "--isolated", "--fix", "--unsafe-fixes", *_RULES, "own_sdk"
    )
    assert fixed.returncode == 0
    report = build(project / "lexicons", project / "own_sdk", check=True)
    assert report.is_clean


def test_builtins_keep_their_names_unless_a_field_takes_one(project):
    renaming = {}
    for file in (project / "own_sdk").rglob("*.py"):
        lines = [
            line for line in file.read_text("utf-8").splitlines() if line.startswith("from builtins import")
        ]
        if lines:
            renaming[file.stem] = lines
    # Its output has an attribute of that name.
    assert renaming["get_list"] == ["from builtins import list as _list"]
    assert len(renaming) < 20
    assert {part for lines in renaming.values() for line in lines for part in line.split()} <= {
        *("from", "builtins", "import", "as"),
        *("list", "_list", "type", "_type"),
    }


def test_every_union_has_a_name_that_its_module_exports():
    unnamed = []
    unions = 0
    for nsid, document in documents().items():
        public = set(import_module(module_name(nsid)).__all__)
        pending = list(document["defs"].values())
        while pending:
            node = pending.pop()
            for prop, schema in node.get("properties", {}).items():
                inner = schema
                while inner.get("type") == "array":
                    inner = inner["items"]
                if inner.get("type") == "union":
                    unions += 1
                    # That of a list is in the singular.
                    ending = prop[:1].upper() + prop[1 : len(prop) - 3]
                    if not any(ending in name for name in public):
                        unnamed.append((nsid, prop))
                pending.append(inner)
            pending += [
                node[part]
                for part in ("record", "input", "output", "schema")
                if isinstance(node.get(part), dict)
            ]
    assert unnamed == []
    assert unions > 80


@pytest.mark.skipif(
    sys.version_info >= (3, 14),
    reason="3.14 looks up what a string's reference refers to in the string's module",
)
def test_the_name_of_a_union_serves_as_an_annotation_at_run_time():
    def show(
        embed: PostViewEmbed, features: list[FacetFeature], other: PostViewEmbed | None = None
    ) -> None: ...

    hints = typing.get_type_hints(show, localns=globals())
    assert ImagesView in typing.get_args(hints["embed"])
    assert UnknownObject in typing.get_args(hints["embed"])
    assert Tag in typing.get_args(typing.get_args(hints["features"])[0])


def test_the_name_of_a_union_serves_in_a_model_of_ones_own():
    adapter = pydantic.TypeAdapter(PostViewEmbed)
    read = adapter.validate_python(_IMAGES)
    assert type(read) is ImagesView
    assert adapter.dump_python(read, mode="json") == _IMAGES

    own = pydantic.create_model("Own", embed=(PostViewEmbed | None, None), all=(list[PostViewEmbed], []))
    made: typing.Any = own.model_validate(
        {"embed": _IMAGES, "all": [_IMAGES, {"$type": "com.example.other"}]}
    )
    assert [type(item) for item in made.all] == [ImagesView, UnknownObject]
    with pytest.raises(pydantic.ValidationError):
        own.model_validate({"embed": {"images": []}})


def test_the_annotation_of_a_field_names_the_union():
    assert PostView.__annotations__["embed"] == "PostViewEmbed | None"
    hint = typing.get_type_hints(PostView)["embed"]
    assert {ImagesView, type(None)} <= set(typing.get_args(hint))


def test_a_deprecated_method_warns_whoever_calls_it():
    client = Client("https://pds.example.com")
    with (
        pytest.warns(DeprecationWarning, match="Superseded by com.atproto.sync.getLatestCommit") as caught,
        pytest.raises(InputError),
    ):
        client.com.atproto.sync.get_head(did="no DID")
    assert caught[0].filename == __file__
