"""Lexicons change, `atlex build` runs again: what the user's code, checkers and editor see of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from types import SimpleNamespace

import pytest
from benchmarks._language_server import LanguageServer
from tests.generated._documents import LEXICONS, PACKAGE, ROOT
from tests.generated._fresh import environment, run_fresh
from tests.typing._checkers import mypy, pyright, pyright_settings, script

_NAME = "regenerated_sdk"

_USER = """\
from regenerated_sdk import AsyncClient, Client


def use(client: Client) -> str | None:
    client.app.bsky.graph.mute_thread(root="at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3jzfcijpj2z2a")
    return client.app.bsky.actor.get_profile(actor="alice.example").display_name


async def use_twin(client: AsyncClient) -> str | None:
    await client.app.bsky.graph.mute_thread(root="at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3jzfcijpj2z2a")
    return (await client.app.bsky.actor.get_profile(actor="alice.example")).display_name
"""

_NEW_USER = """\
from typing import assert_type

from regenerated_sdk import Client, app


def use(client: Client) -> None:
    thing = client.app.bsky.test.get_thing(name="tea", size=2)
    assert_type(thing, app.bsky.test.get_thing.GetThingOutput)
    assert_type(thing.owner, app.bsky.actor.defs.ProfileViewBasic | None)
    client.app.bsky.actor.get_profile(actor="alice.example", locale="en")
"""

_GET_THING = {
    "lexicon": 1,
    "id": "app.bsky.test.getThing",
    "defs": {
        "main": {
            "type": "query",
            "description": "Get a thing.",
            "parameters": {
                "type": "params",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 1}},
            },
            "output": {
                "encoding": "application/json",
                "schema": {
                    "type": "object",
                    "required": ["label"],
                    "properties": {
                        "label": {"type": "string"},
                        "owner": {"type": "ref", "ref": "app.bsky.actor.defs#profileViewBasic"},
                    },
                },
            },
            "errors": [{"name": "NoSuchThing"}],
        }
    },
}

_CALLS = """
import asyncio, importlib, json
from urllib.parse import parse_qsl
import regenerated_sdk
from atlex import PasswordSession
from regenerated_sdk import AsyncClient, Client, app, errors
from atlex.testing import FakePds, PdsError

with FakePds(lexicons=regenerated_sdk) as pds:
    pds.create_account("alice.test", "password")

    @pds.method("app.bsky.test.getThing")
    def get_thing(call):
        if call.params["name"] == "coffee":
            raise PdsError(400, "NoSuchThing", "There is no coffee")
        return {"label": call.params["name"] * call.params.get("size", 1)}

    with pds.client() as http_client:
        client = Client(pds.url, http_client=http_client)
        labels = [client.app.bsky.test.get_thing(name="tea", size=2).label]
        try:
            client.app.bsky.test.get_thing(name="coffee")
        except app.bsky.test.get_thing.NoSuchThingError as error:
            assert isinstance(error, errors.NoSuchThingError)
        else:
            raise AssertionError("no error")
        with PasswordSession.login(
            pds.url, identifier="alice.test", password="password", http_client=http_client
        ) as session:
            Client(session).app.bsky.actor.get_profile(actor="alice.test", locale="en")
            asked = dict(parse_qsl(next(entry.query for entry in pds.requests if entry.query.startswith("actor"))))

    async def twin():
        async with pds.async_client() as http_client:
            client = AsyncClient(pds.url, http_client=http_client)
            return (await client.app.bsky.test.get_thing(name="tea", size=3)).label

    labels.append(asyncio.run(twin()))

gone = not hasattr(client.app.bsky.graph, "mute_thread") and not hasattr(app.bsky.graph, "mute_thread")
try:
    importlib.import_module("regenerated_sdk.app.bsky.graph.mute_thread")
except ModuleNotFoundError as error:
    missing = error.name
print(json.dumps({"labels": labels, "asked": asked, "gone": gone, "missing": missing}))
"""

pytestmark = pytest.mark.slow


def _build(lexicons, out, *options):
    return subprocess.run(
        [script("atlex"), "build", str(lexicons), "--out", str(out), *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=out.parent,
        env=environment(),
    )


def _state(folder):
    """Every file with what shows whether it was written again."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _change(lexicons):
    """A query is added, a parameter is added, a procedure is removed."""
    thing = lexicons / "app/bsky/test/getThing.json"
    thing.parent.mkdir()
    thing.write_text(json.dumps(_GET_THING))

    profile = lexicons / "app/bsky/actor/getProfile.json"
    document = json.loads(profile.read_bytes())
    document["defs"]["main"]["parameters"]["properties"]["locale"] = {"type": "string", "format": "language"}
    profile.write_text(json.dumps(document))

    (lexicons / "app/bsky/graph/muteThread.json").unlink()


@pytest.fixture(scope="module")
def built(tmp_path_factory, request):
    """The package of the official lexicons, and then that of the changed ones, with what was seen in between."""
    folder = tmp_path_factory.mktemp("regeneration")
    lexicons = folder / "lexicons"
    shutil.copytree(LEXICONS, lexicons)
    packages = folder / "packages"
    packages.mkdir()
    out = packages / _NAME
    user = folder / "user.py"
    user.write_text(_USER)
    cache = request.config.cache.mkdir("mypy-regeneration")

    def check(*files):
        return {
            "mypy": mypy(files, cache=cache, path=[packages]),
            "pyright": pyright(files, folder=folder, path=[packages]),
        }

    first = _build(lexicons, out)
    assert first.returncode == 0, first.stderr
    before, clean = _state(out), check(user)
    _change(lexicons)
    second = _build(lexicons, out)
    assert second.returncode == 0, second.stderr
    return SimpleNamespace(
        folder=folder,
        lexicons=lexicons,
        packages=packages,
        out=out,
        before=before,
        after=_state(out),
        said=second.stdout,
        clean=clean,
        check=check,
        user=user,
    )


def test_only_the_touched_files_change(built):
    written = {
        name for name, state in built.after.items() if name in built.before and state != built.before[name]
    }
    assert written == {
        "MANIFEST.json",
        "_client/app/bsky/__init__.py",
        "_client/app/bsky/actor.py",
        "_client/app/bsky/graph.py",
        "app/bsky/__init__.py",
        "app/bsky/actor/get_profile.py",
        "app/bsky/graph/__init__.py",
        "errors.py",
        "lexicons.bin",
    }
    assert set(built.after) - set(built.before) == {
        "_client/app/bsky/test.py",
        "app/bsky/test/__init__.py",
        "app/bsky/test/get_thing.py",
    }
    assert set(built.before) - set(built.after) == {"app/bsky/graph/mute_thread.py"}
    unchanged = len(set(built.before) & set(built.after)) - len(written)
    assert f"12 written, 1 removed, {unchanged} unchanged" in built.said


def test_a_package_of_another_name_differs_in_nothing(built):
    official = _state(ROOT / "generated" / PACKAGE)
    same = {
        name for name, (data, *_) in built.before.items() if name in official and official[name][0] == data
    }
    assert same == set(built.before)


def test_the_next_build_writes_nothing(built):
    again = _build(built.lexicons, built.out)
    assert again.returncode == 0, again.stderr
    assert f"0 written, 0 removed, {len(built.after)} unchanged" in again.stdout
    assert _state(built.out) == built.after
    assert _build(built.lexicons, built.out, "--check").returncode == 0


def test_the_new_method_is_callable_and_the_removed_one_is_gone(built):
    found = run_fresh(_CALLS, PYTHONPATH=str(built.packages))
    assert found == {
        "labels": ["teatea", "teateatea"],
        "asked": {"actor": "alice.test", "locale": "en"},
        "gone": True,
        "missing": "regenerated_sdk.app.bsky.graph.mute_thread",
    }


def test_both_checkers_flag_the_removed_call(built):
    assert built.clean == {"mypy": [], "pyright": []}
    new_user = built.folder / "new_user.py"
    new_user.write_text(_NEW_USER)
    found = built.check(built.user, new_user)
    lines = [number for number, line in enumerate(_USER.splitlines(), 1) if "mute_thread" in line]
    for checker, code in (("mypy", "attr-defined"), ("pyright", "reportAttributeAccessIssue")):
        flagged = [finding for finding in found[checker] if not finding.code.startswith("reportUnknown")]
        assert [(finding.file, finding.line, finding.code) for finding in flagged] == [
            ("user.py", line, code) for line in lines
        ]
        assert all("mute_thread" in finding.message for finding in flagged)


def test_the_editor_completes_the_new_method_and_no_longer_the_removed_one(built, tmp_path):
    start = f"from {_NAME} import Client\n\ndef use(client: Client) -> None:\n    "
    pyright_settings(tmp_path, path=[built.packages])
    with LanguageServer(tmp_path) as server:
        assert "get_thing" in server.complete(start + "client.app.bsky.test.|")
        assert {"name=", "size="} <= set(server.complete(start + "client.app.bsky.test.get_thing(|)"))
        assert {"label", "owner"} <= set(server.complete(start + 'client.app.bsky.test.get_thing(name="").|'))
        assert "locale=" in server.complete(start + "client.app.bsky.actor.get_profile(|)")
        offered = server.complete(start + "client.app.bsky.graph.|")
        assert "mute_actor" in offered
        assert "mute_thread" not in offered
