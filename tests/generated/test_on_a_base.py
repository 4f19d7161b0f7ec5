"""A package that is built on another: its classes, its clients, and what it refuses."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.generated import _acme
from tests.generated._agreement import disagreements
from tests.generated._documents import ROOT
from tests.generated._examples import FEW, written
from tests.generated._fresh import environment, run_fresh
from tests.generated._mutations import mutated
from tests.typing._checkers import mypy

import atlex_sdk
from atlex import AsyncPasswordSession, PasswordSession, now
from atlex.errors import BasePackageError, InputError, LexiconError
from atlex.interface import require_bases
from atlex.lexicon import Document, Lexicons, parse_document
from atlex.model._packages import class_for
from atlex.testing import Call, FakePds, PdsError, values
from atlex_codegen import build
from atlex_sdk import app, com

OFFICIAL = atlex_sdk.__name__


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of packages on the official one: the application's, another one, and one on both."""
    folder = tmp_path_factory.mktemp("on_a_base")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        importlib.invalidate_caches()
        build(_acme.write(folder / "acme", _acme.ACME), folder / _acme.PACKAGE, bases=[OFFICIAL])
        build(_acme.write(folder / "others", _acme.OTHERS), folder / _acme.OTHER, bases=[OFFICIAL])
        both = {"lexicon": 1, "id": "com.acme.both", "defs": {"main": {"type": "object", "properties": {}}}}
        build(
            _acme.write(folder / "both", [both]),
            folder / "both_sdk",
            bases=[OFFICIAL, _acme.PACKAGE, _acme.OTHER],
        )
        importlib.invalidate_caches()
        yield folder


@pytest.fixture(scope="module")
def acme(folder: Path) -> ModuleType:
    assert folder.is_dir()
    return importlib.import_module(_acme.PACKAGE)


@pytest.fixture(scope="module")
def other(folder: Path) -> ModuleType:
    assert folder.is_dir()
    return importlib.import_module(_acme.OTHER)


@pytest.fixture
def pds(acme: ModuleType) -> Iterator[FakePds]:
    with FakePds(acme) as pds:
        pds.create_account("alice.test", "password")
        yield pds


@pytest.fixture
def session(pds: FakePds) -> Iterator[PasswordSession]:
    with (
        pds.client() as http,
        PasswordSession.login(
            pds.url, identifier="alice.test", password="password", http_client=http
        ) as session,
    ):
        yield session


@pytest.fixture
def make(acme: ModuleType) -> Callable[..., Any]:
    """Makes a recipe."""

    def make(**fields: Any) -> Any:
        return acme.com.acme.kitchen.recipe.Recipe(title="Soup", created_at=now(), **fields)

    return make


class TestClasses:
    def test_a_package_generates_nothing_that_its_base_has(self, folder):
        files = {path.relative_to(folder / "acme_sdk").as_posix() for path in folder.glob("acme_sdk/**/*.py")}
        assert "com/acme/kitchen/recipe.py" in files
        assert not [file for file in files if "strong_ref" in file or "actor" in file]

    def test_refs_lead_to_the_classes_of_the_base(self, acme):
        recipe = acme.com.acme.kitchen.recipe.Recipe
        assert "StrongRef" in recipe.__annotations__["source"]
        value = recipe.from_wire(
            {
                "$type": "com.acme.kitchen.recipe",
                "title": "Soup",
                "createdAt": now(),
                "source": {"uri": "at://did:plc:a/com.acme.kitchen.recipe/b", "cid": "bafyreib"},
                "embed": {"$type": "app.bsky.embed.images", "images": []},
            }
        )
        assert type(value.source) is com.atproto.repo.strong_ref.StrongRef
        assert type(value.embed) is app.bsky.embed.images.Images

    def test_the_modules_of_the_base_are_seen_from_the_package(self, acme):
        assert acme.com.atproto.repo.strong_ref is com.atproto.repo.strong_ref
        assert acme.chat is atlex_sdk.chat
        assert acme.app.bsky.feed.post.Post is app.bsky.feed.post.Post
        assert acme.app.bsky.feed.post.pin.Pin.lex_type == "app.bsky.feed.post.pin"
        assert set(atlex_sdk.__all__) == set(acme.__all__)

    def test_errors_of_one_name_share_the_class_of_the_base(self, acme):
        assert issubclass(acme.com.acme.kitchen.get_recipes.NotFoundError, atlex_sdk.errors.NotFoundError)
        assert acme.errors.NotFoundError is atlex_sdk.errors.NotFoundError
        assert acme.errors.NoSuchCookError.__module__ == "acme_sdk.errors"
        assert set(atlex_sdk.errors.__all__) < set(acme.errors.__all__)


class TestOpenUnions:
    def test_a_union_takes_the_members_of_the_base_that_it_lists(self, make):
        for member in (
            app.bsky.embed.images.Images(images=[]),
            {"$type": "app.bsky.embed.images", "images": []},
        ):
            assert make(embed=member).to_wire()["embed"] == {"$type": "app.bsky.embed.images", "images": []}

    def test_a_class_of_the_package_that_is_no_member_is_refused(self, acme, make):
        recipe = acme.com.acme.kitchen.recipe
        for field in ("embed", "topping", "labels"):
            with pytest.raises(ValidationError, match="Spice is no member of this union"):
                make(**{field: recipe.Spice(name="salt")})
            with pytest.raises(ValidationError, match="Spice is no member of this union"):
                make(**{field: {"$type": "com.acme.kitchen.recipe#spice", "name": "salt"}})

    def test_a_class_of_a_members_package_that_is_no_member_is_refused(self, make):
        with pytest.raises(ValidationError, match="AspectRatio is no member of this union"):
            make(embed=app.bsky.embed.defs.AspectRatio(width=1, height=1))
        with pytest.raises(ValidationError, match="Post is no member of this union"):
            make(embed={"$type": "app.bsky.feed.post", "text": "", "createdAt": now()})

    def test_a_union_of_the_packages_own_classes_is_open_for_the_base(self, make):
        images = app.bsky.embed.images.Images(images=[])
        assert make(topping=images).to_wire()["topping"]["$type"] == "app.bsky.embed.images"

    def test_a_union_of_the_base_is_open_for_the_package(self, acme):
        note = acme.com.acme.kitchen.recipe.Note(text="mind the salt")
        post = app.bsky.feed.post.Post(text="Soup", created_at=now(), embed=note)
        assert post.to_wire()["embed"] == {"$type": "com.acme.kitchen.recipe#note", "text": "mind the salt"}


@pytest.mark.parametrize(
    "lex_type",
    [
        "com.acme.kitchen.recipe",
        "com.acme.kitchen.defs#recipeView",
        "com.acme.garden.plant",
        "com.other.thing",
        "app.stranger.note",
    ],
)
@pytest.mark.usefixtures("folder")
def test_values_come_back_and_are_judged_as_the_documents_say(lex_type):
    documents = [*json.loads(json.dumps(_acme.ACME)), *_acme.OTHERS]
    everything = Lexicons([*Lexicons.load(ROOT / "lexicons").values(), *map(parsed, documents)])
    cls = class_for("both_sdk", lex_type)
    assert cls is not None
    compared = partial(disagreements, cls, partial(everything.validate, lex_type))

    @FEW
    @given(values(lex_type, lexicons=everything, undeclared=True), st.integers(0, 2**64))
    def check(value: Any, seed: int) -> None:
        assert written(cls.from_wire(json.dumps(value)).to_wire()) == written(value)
        for each in (value, mutated(value, Random(seed))):
            assert compared(each) == [], each

    check()


def parsed(raw: Any) -> Document:
    document, diagnostics = parse_document(raw)
    assert document is not None, diagnostics
    return document


class TestClients:
    def test_an_application_works_on_a_server(self, acme, pds, session, make):
        client = acme.Client(session)
        recipes = client.com.acme.kitchen.recipe
        blob = client.com.atproto.repo.upload_blob(data=b"\x89PNG\r\n\x1a\n", content_type="image/png").blob
        post = client.app.bsky.feed.post.create(app.bsky.feed.post.Post(text="Soup!", created_at=now()))
        written = recipes.create(make(photos=[blob], source=post.ref))
        stored = recipes.get(written.rkey).value
        assert (stored.source.uri, stored.source.cid) == (post.uri, post.cid)
        assert client.get_blob(session.did, stored.photos[0].cid) == b"\x89PNG\r\n\x1a\n"
        assert [listed.value.title for listed in recipes.iterate()] == ["Soup"]
        assert client.app.bsky.actor.get_profile(actor=session.did).handle == "alice.test"

        @pds.method("com.acme.kitchen.getRecipes")
        def get_recipes(call: Call) -> Any:
            if call.params["actor"] != session.did:
                raise PdsError(400, "NoSuchCook", "Nobody cooks there")
            author = {"did": session.did, "handle": "alice.test"}
            view = {"uri": written.uri, "cid": written.cid, "author": author, "record": stored.to_wire()}
            return {"recipes": [view]}

        (view,) = client.paginate(client.com.acme.kitchen.get_recipes, actor=session.did)
        assert type(view.author) is app.bsky.actor.defs.ProfileViewBasic
        assert type(view.ref) is com.atproto.repo.strong_ref.StrongRef
        assert view.record_as(acme.com.acme.kitchen.recipe.Recipe) == stored
        with pytest.raises(acme.errors.NoSuchCookError):
            client.com.acme.kitchen.get_recipes(actor="bob.test")
        recipes.delete(written.rkey)
        assert not recipes.list().records

    def test_the_arguments_of_an_input_of_the_base_are_spread_out(self, acme, pds, session):
        @pds.method("com.acme.kitchen.cite")
        def cite(call: Call) -> Any:
            return {"did": session.did, "handle": "alice.test", "displayName": call.input["uri"]}

        uri = f"at://{session.did}/com.acme.kitchen.recipe/a"
        cid = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
        found = acme.Client(session).com.acme.kitchen.cite(uri=uri, cid=cid)
        assert type(found) is app.bsky.actor.defs.ProfileView
        assert found.display_name == uri

    @pytest.mark.anyio
    async def test_the_asynchronous_client_does_the_same(self, acme, pds, make):
        async with (
            pds.async_client() as http,
            AsyncPasswordSession.login(
                pds.url, identifier="alice.test", password="password", http_client=http
            ) as session,
        ):
            client = acme.AsyncClient(session)
            assert issubclass(acme.AsyncClient, atlex_sdk.AsyncClient)
            written = await client.com.acme.kitchen.recipe.create(make())
            assert (await client.com.acme.kitchen.recipe.get(written.rkey)).value.title == "Soup"
            assert (await client.app.bsky.actor.get_profile(actor=session.did)).handle == "alice.test"

    def test_namespaces_below_one_name_are_on_one_client(self, acme, session):
        client = acme.Client(session)
        assert issubclass(acme.Client, atlex_sdk.Client)
        assert client.com.atproto.repo.tidy.nsid == "com.atproto.repo.tidy"
        assert client.com.atproto.repo.describe_repo(repo=session.did).did == session.did
        assert client.app.stranger.note.nsid == "app.stranger.note"
        assert client.app.bsky.feed.post.nsid == "app.bsky.feed.post"
        assert client.app.bsky.feed.post.pin.nsid == "app.bsky.feed.post.pin"
        assert client.app.bsky.feed.get_likes_.note.nsid == "app.bsky.feed.getLikes.note"
        assert repr(client.com.acme).startswith("<namespace com.acme of Client(")

    def test_proxies_and_declared_errors_of_the_base_are_inherited(self, acme):
        assert acme.Client.lex_proxies == atlex_sdk.Client.lex_proxies
        assert acme.Client.lex_methods == atlex_sdk.Client.lex_methods

    def test_a_client_of_the_base_lends_its_session_and_options(self, acme, session, make):
        official = atlex_sdk.Client(session, headers={"x-app": "one"})
        client = acme.Client(official, headers={"x-more": "two"})
        assert client.did == session.did
        written = client.com.acme.kitchen.recipe.create(make())
        assert client.com.acme.kitchen.recipe.get(written.uri).value.title == "Soup"
        client.close()
        assert official.com.atproto.server.get_session().did == session.did

    def test_a_client_of_the_base_calls_the_packages_methods(self, acme, pds, session):
        pds.add("com.acme.kitchen.getRecipes", lambda _: {"recipes": []})
        method = acme.com.acme.kitchen.get_recipes.METHOD
        found = atlex_sdk.Client(session).xrpc(method, params={"actor": session.did}).body
        assert type(found) is acme.com.acme.kitchen.get_recipes.GetRecipesOutput


class TestSeveralPackages:
    def test_clients_of_two_packages_combine(self, acme, other, session, make):
        for cls in (
            acme.Client.combine(other.Client),
            type("Both", (acme.Client, other.Client), {}),
            importlib.import_module("both_sdk").Client,
        ):
            client = cls(session)
            assert isinstance(client, acme.Client)
            assert isinstance(client, other.Client)
            assert client.com.other.thing.nsid == "com.other.thing"
            assert client.com.acme.garden.plant.nsid == "com.acme.garden.plant"
            assert client.com.acme.kitchen.recipe.nsid == "com.acme.kitchen.recipe"
            assert client.com.atproto.server.get_session().did == session.did
            written = client.com.acme.kitchen.recipe.create(make())
            assert client.com.acme.kitchen.recipe.get(written.rkey).value.title == "Soup"
            assert client.app.stranger.note.nsid == "app.stranger.note"
            assert client.with_options(timeout=1).com.acme.garden.plant.nsid == "com.acme.garden.plant"

    def test_a_class_that_has_another_already_is_that_class(self, acme):
        assert acme.Client.combine(atlex_sdk.Client) is acme.Client
        assert atlex_sdk.Client.combine(acme.Client) is acme.Client

    def test_a_package_on_two_others_has_the_modules_of_both(self, acme, other):
        both = importlib.import_module("both_sdk")
        assert both.com.acme.kitchen is acme.com.acme.kitchen
        assert both.com.acme.garden is other.com.acme.garden
        assert both.com.other is other.com.other
        assert both.com.acme.both.Both.lex_type == "com.acme.both"


USES = """
from atlex import PasswordSession, now
from atlex_sdk import Client as Official
from typing_extensions import assert_type
from acme_sdk import AsyncClient, Client, app, com, errors
from both_sdk import Client as Both

def use(session: PasswordSession, official: Official) -> None:
    client = Client(session)
    recipe = com.acme.kitchen.recipe.Recipe(
        title="Soup", created_at=now(), embed=app.bsky.embed.images.Images(images=[])
    )
    written = client.com.acme.kitchen.recipe.create(recipe)
    com.acme.kitchen.recipe.Recipe(title="Soup", created_at=now(), source=written.ref)
    stored = client.com.acme.kitchen.recipe.get(written.rkey).value
    assert_type(stored, com.acme.kitchen.recipe.Recipe)
    assert_type(stored.source, com.atproto.repo.strong_ref.StrongRef | None)
    assert_type(client.app.bsky.actor.get_profile(actor="a.test"), app.bsky.actor.defs.ProfileViewDetailed)
    for view in client.paginate(client.com.acme.kitchen.get_recipes, actor="a.test"):
        assert_type(view.author, app.bsky.actor.defs.ProfileViewBasic)
    as_official(client)
    assert_type(Client(official).com.acme.kitchen.recipe.nsid, str)
    both = Both(session)
    assert_type(both.com.other.thing.nsid, str)
    assert_type(both.com.acme.garden.plant.nsid, str)
    assert_type(both.com.acme.kitchen.recipe.nsid, str)

def as_official(client: Official) -> None:
    try:
        client.com.atproto.server.get_session()
    except errors.NotFoundError:
        pass

async def use_async(client: AsyncClient) -> None:
    assert_type(await client.com.acme.kitchen.cite(uri="a", cid="b"), app.bsky.actor.defs.ProfileView)
"""


def test_it_is_typed(folder, tmp_path):
    uses = tmp_path / "uses.py"
    uses.write_text(USES)
    packages = [folder / "acme_sdk", folder / "other_sdk", folder / "both_sdk"]
    assert mypy([uses, *packages], cache=tmp_path, path=[folder]) == []


def test_importing_it_loads_neither_models_nor_the_base(folder):
    code = """
import json, sys
import acme_sdk
at_import = sorted(name for name in sys.modules if name.startswith(("atlex_sdk", "acme_sdk", "pydantic")))
acme_sdk.Client("https://example.com").com.acme
print(json.dumps([at_import, sorted(name for name in sys.modules if name.startswith("atlex_sdk"))]))
"""
    at_import, later = run_fresh(code, PYTHONPATH=str(folder))
    assert at_import == ["acme_sdk"]
    assert later == ["atlex_sdk", "atlex_sdk._client", "atlex_sdk._client.com"]


RECIPE = "com.acme.kitchen.recipe"
BASE = [
    {
        "lexicon": 1,
        "id": "com.base.defs",
        "defs": {
            "view": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "knownValues": ["a"]},
                    "count": {"type": "integer"},
                    "any": {"type": "union", "refs": ["#other"]},
                },
            },
            "other": {"type": "object", "properties": {}},
            "name": {"type": "ref", "ref": "#text"},
            "text": {"type": "string", "maxLength": 10},
        },
    },
    {
        "lexicon": 1,
        "id": "com.base.spare",
        "defs": {"main": {"type": "record", "key": "tid", "record": {"type": "object", "properties": {}}}},
    },
]
ON_BASE = [
    {
        "lexicon": 1,
        "id": "com.top.thing",
        "defs": {
            "main": {
                "type": "record",
                "key": "tid",
                "record": {
                    "type": "object",
                    "properties": {
                        "view": {"type": "ref", "ref": "com.base.defs#view"},
                        "name": {"type": "ref", "ref": "com.base.defs#name"},
                    },
                },
            }
        },
    }
]


def changed(change: Callable[[dict[str, Any]], object]) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = json.loads(json.dumps(BASE))
    change(documents[0]["defs"])
    return documents


COMPATIBLE = {
    "the same": BASE,
    "an optional property": changed(lambda defs: defs["view"]["properties"].update(more={"type": "string"})),
    "a known value": changed(lambda defs: defs["view"]["properties"]["name"].update(knownValues=["b"])),
    "a description": changed(lambda defs: defs["view"].update(description="A view.")),
    "a member of an open union": changed(
        lambda defs: defs["view"]["properties"]["any"].update(refs=["#text"])
    ),
    "a definition that isn't used": changed(
        lambda defs: defs["other"].update(required=["a"], properties={"a": {"type": "string"}})
    ),
    "another document": [*BASE, {"lexicon": 1, "id": "com.base.more", "defs": {"a": {"type": "token"}}}],
}
INCOMPATIBLE = [
    ("com.base.defs is missing (and 2 more)", BASE[1:]),
    ("com.base.defs#name is missing", changed(lambda defs: defs.pop("name"))),
    ("com.base.defs#view has changed", changed(lambda defs: defs["view"]["properties"].pop("count"))),
    ("com.base.defs#view has changed", changed(lambda defs: defs["view"].update(required=["name", "count"]))),
    (
        "com.base.defs#view has changed",
        changed(lambda defs: defs["view"]["properties"]["count"].update(type="string")),
    ),
    ("com.base.defs#view has changed", changed(lambda defs: defs.update(view={"type": "token"}))),
    ("com.base.defs#text has changed", changed(lambda defs: defs["text"].update(maxLength=5))),
]


class TestChangedBases:
    @pytest.fixture
    def build_base(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
        monkeypatch.syspath_prepend(tmp_path)

        def build_base(documents: Any) -> None:
            lexicons = tmp_path / "base"
            for file in lexicons.glob("*"):
                file.unlink()
            if lexicons.exists():
                lexicons.rmdir()
            build(_acme.write(lexicons, documents), tmp_path / "below_sdk")
            importlib.invalidate_caches()

        build_base(BASE)
        build(_acme.write(tmp_path / "top", ON_BASE), tmp_path / "top_sdk", bases=["below_sdk"])
        return build_base

    def error_of_import(self, folder: Path) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "import top_sdk; top_sdk.com.top.thing.Thing()"],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment(PYTHONPATH=str(folder)),
        )
        return done.stderr.splitlines()[-1] if done.returncode else ""

    @pytest.mark.parametrize("documents", COMPATIBLE.values(), ids=list(COMPATIBLE))
    def test_what_may_change_may_change(self, build_base, tmp_path, documents):
        build_base(documents)
        assert self.error_of_import(tmp_path) == ""

    @pytest.mark.parametrize(("reason", "documents"), INCOMPATIBLE)
    def test_what_may_not_is_one_sentence_on_import(self, build_base, tmp_path, reason, documents):
        build_base(documents)
        assert self.error_of_import(tmp_path) == (
            "atlex.errors.BasePackageError: The package 'top_sdk' was built on another version of 'below_sdk': "
            f"{reason}. Run `atlex build` again, or install the version that it was built on."
        )

    def test_a_base_that_is_not_installed_is_one_sentence(self, build_base, tmp_path):
        build_base(BASE)
        (tmp_path / "below_sdk" / "lexicons.bin").unlink()
        assert self.error_of_import(tmp_path) == (
            "atlex.errors.BasePackageError: The package 'top_sdk' is built on 'below_sdk', which isn't installed: "
            "install it."
        )

    def test_a_namespace_that_is_missing_is_named(self, tmp_path, build_base):
        document = json.loads(json.dumps(BASE[1]))
        document["id"] = "com.below.spare"
        build_base([*BASE, document])
        build(
            _acme.write(tmp_path / "t", [*ON_BASE, BASE[1] | {"id": "com.below.more"}]),
            tmp_path / "top_sdk",
            bases=["below_sdk"],
        )
        build_base(BASE)
        assert "com.below is missing" in self.error_of_import(tmp_path)


class TestBuilding:
    def test_a_document_that_the_base_has_too_is_left_out(self, tmp_path):
        lexicons = _acme.write(tmp_path / "lexicons", _acme.ACME)
        (lexicons / "copy.json").write_text((ROOT / "lexicons/com/atproto/repo/strongRef.json").read_text())
        report = build(lexicons, tmp_path / "some_sdk", bases=[OFFICIAL])
        assert not report.diagnostics
        assert not [name for name in report.written if "strong_ref" in name]

    def test_one_that_differs_is_a_warning(self, tmp_path):
        lexicons = _acme.write(tmp_path / "lexicons", _acme.ACME)
        document = {"lexicon": 1, "id": "com.atproto.repo.strongRef", "defs": {"main": {"type": "token"}}}
        (lexicons / "copy.json").write_text(json.dumps(document))
        (found,) = build(lexicons, tmp_path / "some_sdk", bases=[OFFICIAL]).diagnostics
        assert found.nsid == "com.atproto.repo.strongRef"
        assert "isn't the one of the package 'atlex_sdk'" in found.message

    def test_a_ref_that_the_base_does_not_have_is_an_error(self, tmp_path):
        document = {
            "lexicon": 1,
            "id": "com.acme.a",
            "defs": {"main": {"type": "ref", "ref": "app.bsky.actor.defs#nobody"}},
        }
        with pytest.raises(LexiconError) as caught:
            build(_acme.write(tmp_path / "lexicons", [document]), tmp_path / "some_sdk", bases=[OFFICIAL])
        assert 'there is no definition "nobody" in app.bsky.actor.defs' in str(caught.value)

    @pytest.mark.parametrize("base", ["nobody_sdk", "json", "no.body", "a b", ".sdk", "", "sys"])
    def test_a_base_that_is_none_is_an_error(self, tmp_path, base):
        with pytest.raises(LexiconError, match="There is no generated package"):
            build(_acme.write(tmp_path / "lexicons", _acme.ACME), tmp_path / "some_sdk", bases=[base])
        assert not (tmp_path / "some_sdk").exists()

    def test_a_package_is_not_built_on_itself(self, folder):
        with pytest.raises(LexiconError, match="'acme_sdk' can't be built on itself"):
            build(folder / "acme", folder / _acme.PACKAGE, bases=[_acme.PACKAGE])

    def test_a_document_of_two_bases_is_a_warning(self, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(tmp_path)
        for name in ("one", "two"):
            own = {"lexicon": 1, "id": f"com.{name}.thing", "defs": {"main": {"type": "token"}}}
            build(_acme.write(tmp_path / name, [*BASE, own]), tmp_path / f"{name}_sdk")
        importlib.invalidate_caches()
        top = _acme.write(tmp_path / "top", ON_BASE)
        report = build(top, tmp_path / "on_two_sdk", bases=["one_sdk", "two_sdk"])
        assert [found.nsid for found in report.diagnostics] == ["com.base.defs", "com.base.spare"]
        assert "'one_sdk' and 'two_sdk' both have the document" in report.diagnostics[0].message

    @pytest.mark.parametrize(
        "text", ["", "[]", "{", '{"bases": 1, "used": {}}', '{"bases": [], "used": {"a": 1}}', "[" * 10**5]
    )
    def test_a_damaged_file_of_bases_is_one_sentence(self, tmp_path, monkeypatch, text):
        monkeypatch.syspath_prepend(tmp_path)
        build(_acme.write(tmp_path / "top", _acme.OTHERS), tmp_path / "top_sdk", bases=[OFFICIAL])
        (tmp_path / "top_sdk" / "bases.json").write_text(text)
        importlib.invalidate_caches()
        with pytest.raises(LexiconError, match=r"The file bases\.json of the package 'top_sdk' is damaged"):
            build(_acme.write(tmp_path / "more", ON_BASE), tmp_path / "more_sdk", bases=["top_sdk"])
        with pytest.raises(
            BasePackageError, match=r"The file bases\.json of the package 'top_sdk' is damaged"
        ):
            require_bases("top_sdk")

    def test_a_broken_reference_into_the_base_can_be_skipped(self, tmp_path):
        document = json.loads(json.dumps(_acme.OTHERS[0]))
        document["defs"]["main"]["record"]["properties"]["ref"]["ref"] = "com.atproto.repo.strongRef#nothing"
        lexicons = _acme.write(tmp_path / "lexicons", [document, _acme.OTHERS[1]])
        report = build(lexicons, tmp_path / "some_sdk", bases=[OFFICIAL], skip_invalid=True)
        assert [found.nsid for found in report.diagnostics] == ["com.other.thing"]

    def test_a_second_build_changes_nothing(self, folder):
        report = build(folder / "acme", folder / _acme.PACKAGE, bases=[OFFICIAL], check=True)
        assert report.is_clean


def test_a_client_for_one_kind_refuses_a_client_of_the_other(acme):
    with pytest.raises(InputError):
        acme.AsyncClient(atlex_sdk.Client("https://example.com"))
