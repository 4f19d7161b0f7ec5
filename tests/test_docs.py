"""The examples of the README and of docs/ work: Python runs against the embedded server, commands are understood."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from tests._children import environment

from atlex import FileSessionStore, PasswordSession, now
from atlex.identity._flows import Options
from atlex.testing import FakePds
from atlex_cli._app import app as atlex_command
from atlex_sdk import Client, app

_ROOT = Path(__file__).parent.parent
_PAGES = [_ROOT / "README.md", _ROOT / "CONTRIBUTING.md", *sorted((_ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SERVICE = re.compile(r'https://([^\s/"]*@)?(?:pds\.example\.com|bsky\.social)')
_UNTIMED = """from hypothesis import settings

# How long an example takes says more about the machine's load than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def _blocks(language):
    found = []
    for page in _PAGES:
        text = page.read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            if block[1] == language:
                line = text.count("\n", 0, block.start()) + 2
                found.append(pytest.param(block[2], line, page, id=f"{page.name}:{line}"))
    return found


def _commands():
    """The shell examples that call ``atlex``, each once."""
    lines = [line for block in _blocks("sh") for line in re.split(r"\n|&&", block.values[0])]
    calls = [line.removeprefix("uv run").strip() for line in map(str.strip, lines)]
    return sorted({call for call in calls if call.startswith("atlex ")})


@pytest.fixture(scope="module")
def pds():
    server = FakePds(user_domains=[".example.com", ".bsky.social"])
    with server.serve():
        server.create_account("alice.example.com", "app-password", email="alice@example.com")
        server.create_account("bob.example.com", "app-password", auth_factor="123456")
        server.create_account("alice.bsky.social", "app-password")
        yield server


@pytest.fixture
def session(pds):
    with PasswordSession.login(pds.url, identifier="alice.example.com", password="app-password") as session:
        yield session


@pytest.fixture(autouse=True)
def accounts(request, monkeypatch):
    """A DNS server and a PLC directory that know the server's accounts, in place of the public ones."""
    if "identity.md" not in request.node.name:
        yield
        return
    # They take an extra, which the other pages don't.
    from tests.fetch.conftest import Server
    from tests.fetch.conftest import page as page_of
    from tests.identity._world import Zone, document

    alice = request.getfixturevalue("session")
    zone, directory = Zone(), Server()
    zone.texts[f"_atproto.{alice.handle}"] = [[f"did={alice.did}"]]
    pds = {"id": "#atproto_pds", "serviceEndpoint": alice.data.service}
    described = document(alice.did, alice.handle, service=[pds])
    directory.answer = lambda _: page_of(json.dumps(described).encode())
    places = {
        "plc_url": directory.url,
        "nameservers": ["127.0.0.1"],
        "dns_port": zone.port,
        "allow_private": True,
    }
    given = Options.of
    monkeypatch.setattr(Options, "of", lambda **options: given(**{**options, **places}))
    yield
    zone.close()
    directory.close()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory with some Lexicon documents in it, as a user's project has."""
    shutil.copytree(_ROOT / "lexicons" / "com" / "atproto" / "server", tmp_path / "my" / "lexicons")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def reader(request, monkeypatch):
    """Somebody who answers what programs ask, and for the tutorial has logged in as it says."""
    answers = {"Handle: ": "alice.example.com", "The code from the e-mail: ": "123456"}
    monkeypatch.setattr("builtins.input", answers.__getitem__)
    monkeypatch.setattr("getpass.getpass", {"App password: ": "app-password"}.__getitem__)
    monkeypatch.setenv("ATLEX_PASSWORD", "app-password")
    if "tutorial.md" in request.node.name:
        pds, folder = map(request.getfixturevalue, ("pds", "folder"))
        with PasswordSession.open(
            FileSessionStore(folder / "session.json"),
            service=pds.url,
            identifier="alice.example.com",
            password="app-password",
        ) as session:
            post = app.bsky.feed.post.Post(text="hello", created_at=now())
            rkey = Client(session).app.bsky.feed.post.create(post).rkey
        answers["Link of the post: "] = f"https://bsky.app/profile/alice.example.com/post/{rkey}"


@pytest.mark.parametrize(("source", "line", "page"), _blocks("python"))
def test_the_python_examples_run(source, line, page, pds, session, folder):
    source = _SERVICE.sub(lambda url: f"http://{url[1] or ''}{pds.url.removeprefix('http://')}", source)
    if "def test_" in source:
        (folder / "test_example.py").write_text(source, encoding="utf-8")
        (folder / "conftest.py").write_text(_UNTIMED, encoding="utf-8")
        options = ["--record-answers"] if "record_answers" in source else []
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_example.py"],
            env=environment(APP_PASSWORD="app-password"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return
    client = Client(session)
    client.app.bsky.feed.post.create(app.bsky.feed.post.Post(text="hello", created_at=now()))
    # Blank lines, so that a traceback names the line of the page.
    code = compile("\n" * (line - 1) + source, page, "exec", dont_inherit=True)
    exec(code, {"__name__": "example", "client": client, "session": session})


def test_the_python_examples_are_typed(tmp_path):
    given = "from atlex import PasswordSession\nfrom atlex_sdk import Client\n\nclient: Client\nsession: PasswordSession\n"
    for number, (source, line, page) in enumerate(block.values for block in _blocks("python")):
        # A test's arguments are its framework's business.
        text = source if "def test_" in source else given + source
        (tmp_path / f"example_{number}.py").write_text(f"# {page.name}:{line}\n{text}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", _ROOT / "pyproject.toml", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("command", _commands())
def test_the_commands_are_understood(command):
    _, name, *arguments = shlex.split(command)
    vars(typer.main.get_command(atlex_command))["commands"][name].make_context(name, arguments)


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page):
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_leads_to_every_page():
    linked = set(_LINK.findall((_ROOT / "README.md").read_text(encoding="utf-8")))
    assert {f"docs/{page.name}" for page in (_ROOT / "docs").glob("*.md")} - linked == {"docs/index.md"}


def test_every_example_is_listed():
    page = (_ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    programs = [
        path.relative_to(_ROOT / "examples").as_posix() for path in (_ROOT / "examples").rglob("*.py")
    ]
    assert [name for name in programs if f"](../examples/{name})" not in page] == []
    assert page.startswith("# Examples\n\nSixteen programs")
    assert len([name for name in programs if "test_" not in name]) == 16


def test_the_readme_has_the_two_commands():
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    assert "```sh\npip install uv && uv run atlex demo\nuv run pytest\n```" in readme


def test_every_dependency_has_its_reason():
    declared = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        declared["project"]["dependencies"],
        *declared["project"]["optional-dependencies"].values(),
        *declared["dependency-groups"].values(),
    ]
    wanted = [name for group in groups for name in group if isinstance(name, str)]
    names = {re.split(r"[\[<>=]", name)[0] for name in wanted} - {"atlex"}
    page = (_ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = {
        cell.strip() for row in re.findall(r"^\|.*\|$", page, re.MULTILINE) for cell in re.split(r"[|,]", row)
    }
    assert names <= rows
