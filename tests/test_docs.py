"""The pages of the site: Python runs against the embedded server, and every other block has its test too."""

from __future__ import annotations

import ast
import asyncio
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib

import pytest
import typer
from tests._children import environment
from tests._pages import BLOCKS, PAGES, ROOT, blocks
from tests.test_docs_code import LAYERS, LOG_LINES, PYODIDE
from tests.test_docs_shell import AT_A_SHELL, MEASURING, OF_CONTRIBUTORS, TYPESCRIPT

from atlex import FileSessionStore, PasswordSession, now
from atlex.identity._flows import Options
from atlex.testing import FakePds
from atlex_cli._app import app as atlex_command
from atlex_sdk import Client, app

_SERVICE = re.compile(r'https://([^\s/"]*@)?(?:pds\.example\.com|bsky\.social)')
_UNTIMED = """from hypothesis import settings

# How long an example takes says more about the machine's load than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


PYTHON = [block for block in BLOCKS if block.language == "python"]
_ELSEWHERE = {
    "docs/mistakes.md": "tools/mistakes.py makes them",
    "docs/tutorial.md": "tests/test_tutorial.py types them",
}
_DRAWINGS = {"docs/architecture.md": "what a session goes through"}


def _commands():
    """The shell examples that call ``atlex``, each once."""
    lines = [line for block in BLOCKS if block.language == "sh" for line in re.split(r"\n|&&", block.text)]
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
    """Directories that know the server's accounts, in place of the public ones."""
    if "identity.md" not in request.node.name:
        yield
        return
    # They take an extra, which the other pages don't.
    from tests._loopback import directory

    pds, given = request.getfixturevalue("pds"), Options.of
    with directory(pds.url, pds.account("alice.example.com")) as places:
        monkeypatch.setattr(Options, "of", lambda **options: given(**{**options, **places}))
        yield


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory with some Lexicon documents in it, as a user's project has."""
    shutil.copytree(ROOT / "lexicons" / "com" / "atproto" / "server", tmp_path / "my" / "lexicons")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def reader(request, monkeypatch):
    """Somebody who answers what programs ask, and has logged in before where the page says so."""
    answers = {"Handle: ": "alice.example.com", "The code from the e-mail: ": "123456"}
    monkeypatch.setattr("builtins.input", answers.__getitem__)
    monkeypatch.setattr("getpass.getpass", {"App password: ": "app-password"}.__getitem__)
    monkeypatch.setenv("ATLEX_PASSWORD", "app-password")
    monkeypatch.setenv("REDIS_URL", "redis://localhost")
    if request.node.name.partition("[docs/")[2].startswith(("tutorial.md", "how-to-jupyter.md")):
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


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_the_python_examples_run(block, pds, session, folder):
    source = _SERVICE.sub(lambda url: f"http://{url[1] or ''}{pds.url.removeprefix('http://')}", block.text)
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
    code = compile(
        "\n" * (block.line - 1) + source,
        block.page,
        "exec",
        dont_inherit=True,
        # Notebooks await in their cells.
        flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
    )
    awaited = eval(code, {"__name__": "example", "client": client, "session": session})
    if awaited is not None:
        asyncio.run(awaited)


def test_the_python_examples_are_typed(tmp_path):
    given = "from atlex import PasswordSession\nfrom atlex_sdk import Client\n\nclient: Client\nsession: PasswordSession\n"
    for number, block in enumerate(PYTHON):
        source = block.text
        if re.search("^[^ ].* await ", source, re.MULTILINE):
            source = f"async def cell() -> None:\n{textwrap.indent(source, '    ')}"
        # A test's arguments are its framework's business.
        text = source if "def test_" in source else given + source
        (tmp_path / f"example_{number}.py").write_text(f"# {block}\n{text}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_block_goes_without_a_test(page):
    tested = {*PYTHON, *AT_A_SHELL, *OF_CONTRIBUTORS, *MEASURING, *TYPESCRIPT, *LAYERS, *LOG_LINES, *PYODIDE}
    fences = re.findall(r"^[ >]*(?:```|~~~)", page.read_text(encoding="utf-8"), re.MULTILINE)
    found = blocks(page)
    assert len(fences) == 2 * len(found), "a block that isn't found"
    left = [block for block in found if block not in tested and block.page not in _ELSEWHERE]
    # Sphinx, which builds the site, reads its directives itself.
    left = [block for block in left if not block.language.startswith("{")]
    assert len(left) == (1 if f"docs/{page.name}" in _DRAWINGS else 0), left


@pytest.mark.parametrize("command", _commands())
def test_the_commands_are_understood(command):
    _, name, *arguments = shlex.split(command)
    vars(typer.main.get_command(atlex_command))["commands"][name].make_context(name, arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page):
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_leads_to_every_page():
    linked = set(_LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} - linked == {"docs/index.md"}


def test_every_example_is_listed():
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    programs = [path.relative_to(ROOT / "examples").as_posix() for path in (ROOT / "examples").rglob("*.py")]
    assert [name for name in programs if f"](../examples/{name})" not in page] == []
    assert page.startswith("# Examples\n\nSixteen programs")
    assert len([name for name in programs if "test_" not in name]) == 16


def test_the_readme_has_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "```sh\npip install uv && uv run atlex demo\nuv run pytest\n```" in readme


def test_every_dependency_has_its_reason():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        declared["project"]["dependencies"],
        *declared["project"]["optional-dependencies"].values(),
        *declared["dependency-groups"].values(),
    ]
    wanted = [name for group in groups for name in group if isinstance(name, str)]
    names = {re.split(r"[\[<>=]", name)[0] for name in wanted} - {"atlex"}
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = {
        cell.strip() for row in re.findall(r"^\|.*\|$", page, re.MULTILINE) for cell in re.split(r"[|,]", row)
    }
    assert names <= rows
