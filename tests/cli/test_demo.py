"""The demo goes the whole way, says so step by step, and leaves nothing behind."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests._children import environment
from typer.testing import CliRunner

from atlex.lexicon import Lexicons, references
from atlex.testing import FakePds
from atlex_cli._app import app
from atlex_codegen.cli._demo_show import Show
from atlex_codegen.cli._demo_steps import NEXT_PROGRAM, Step

LEXICONS = Path(__file__).parents[2] / "lexicons"
STEPS = [
    "Build the SDK",
    "Import it",
    "Start a server to try it on",
    "Log in",
    "Call a method",
    "See a mistake before it is sent",
    "Write a post",
    "Read it back, typed",
    "List the newest posts",
    "Let the access token expire",
    "Delete the post",
    "Log out",
    "Every step worked",
]


def titles(output: str) -> list[str]:
    return re.findall(r"^\S+ (.*?) +\d+ ms$", output, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def few_lexicons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents that the demo calls, and those that they refer to."""
    lexicons = Lexicons.load(LEXICONS)
    waiting = ["app.bsky.actor.getProfile", "app.bsky.feed.getAuthorFeed"]
    waiting += ["app.bsky.feed.post", "app.bsky.actor.profile"]
    waiting += [nsid for nsid in lexicons if re.match(r"com\.atproto\.(server|repo|identity)\.", nsid)]
    reached: set[str] = set()
    while waiting:
        if (nsid := waiting.pop()) not in reached:
            reached.add(nsid)
            waiting += [
                found.target.nsid for part in lexicons[nsid].defs.values() for found in references(part)
            ]
    folder = tmp_path_factory.mktemp("lexicons")
    for nsid in reached:
        path = Path(*nsid.split(".")).with_suffix(".json")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes((LEXICONS / path).read_bytes())
    return folder


def test_every_step_is_shown_with_its_time(few_lexicons: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--lexicons", str(few_lexicons)])

    assert result.exit_code == 0, result.output
    assert titles(result.output) == STEPS
    assert "  → alice.test did:plc:" in result.output
    assert "  → Post 'Hello from the atlex demo!'\n" in result.output
    assert "  → 1 refresh\n" in result.output
    assert "  → The input was refused: limit: must be at most 100 (got 1000)\n" in result.output


def shown(width: int, encoding: str = "utf-8", **options: Any) -> str:
    """What is shown of a step whose code and result are long and not ASCII."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    show = Show(Console(file=file, width=width, highlight=False, **options))
    show.begin("this machine")
    show.do(Step("Call something", f"text = '\\xe9{'x' * 90}'\nprint(text)\nprint('\\x1b[2J', 1)"), {})
    show.end("atlex login", NEXT_PROGRAM)
    file.seek(0)
    return file.read()


def test_the_code_of_a_step_stands_above_what_it_printed() -> None:
    assert re.search(r"^    text =\n    '\\xe9x+\n    x+'\n    print\(text\)$", shown(80), flags=re.MULTILINE)
    assert f"  → é{'x' * 75}\n    {'x' * 15}\n  → \\x1b[2J 1\n" in shown(80)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal_or_hard_to_follow(width: int) -> None:
    lines = shown(width).splitlines()
    assert max(map(len, lines)) <= min(width, 80)
    assert all(line == line.rstrip() for line in lines)


def test_a_terminal_that_knows_ascii_alone_is_sent_nothing_else() -> None:
    text = shown(80, encoding="ascii")
    assert text.isascii()
    assert "ok Call something" in text
    assert "  -> \\xe9xxx" in text


def test_a_file_and_a_terminal_without_colours_get_none() -> None:
    assert "\x1b" not in shown(80)
    assert not re.search(r"\x1b\[[\d;]*3\dm", shown(80, force_terminal=True, no_color=True))
    assert re.search(
        r"\x1b\[[\d;]*3\dm", shown(80, force_terminal=True, no_color=False, color_system="standard")
    )


def test_the_program_to_go_on_with_works(monkeypatch: pytest.MonkeyPatch) -> None:
    pds = FakePds()
    pds.create_account("alice.bsky.social", "an app password")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "an app password")
    with pds.serve() as url:
        exec(NEXT_PROGRAM.replace("https://bsky.social", url), {"print": (printed := []).append})
    assert [profile.handle for profile in printed] == ["alice.bsky.social"]


def test_the_first_line_waits_for_no_model_and_no_generator() -> None:
    program = """
import sys
from atlex_cli._entry import main
from atlex_codegen.cli import _demo_show

def begin(*_):
    print(*sorted({"anyio", "httpx", "jinja2", "pydantic"} & sys.modules.keys()), "and no more")
    sys.exit()

_demo_show.Show.begin = begin
sys.argv = ["atlex", "demo"]
main()
"""
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert ran.stdout == "and no more\n"


def test_without_a_folder_the_documents_of_the_official_package_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 0, result.output
    assert titles(result.output) == STEPS
    assert list(tmp_path.iterdir()) == []


def test_a_real_server_is_left_as_it_was(few_lexicons: Path) -> None:
    pds = FakePds()
    pds.create_account("carla.test", "her password")
    with pds.serve() as url:
        result = CliRunner().invoke(
            app,
            ["demo", "--lexicons", str(few_lexicons), "--service", url, "--identifier", "carla.test"],
            env={"ATLEX_PASSWORD": "her password"},
        )

    assert result.exit_code == 0, result.output
    assert "her password" not in result.output
    assert pds.count("com.atproto.repo.createRecord") == pds.count("com.atproto.repo.deleteRecord") == 1
    assert pds.count("com.atproto.server.deleteSession", status=200) == 1


def test_the_post_is_deleted_even_when_a_later_step_fails(few_lexicons: Path) -> None:
    pds = FakePds()
    pds.create_account("carla.test", "her password")
    pds.fail_next("com.atproto.repo.getRecord", status=400, error="RecordNotFound", message="It is gone")
    with pds.serve() as url:
        result = CliRunner().invoke(
            app,
            ["demo", "--lexicons", str(few_lexicons), "--service", url, "--identifier", "carla.test"],
            env={"ATLEX_PASSWORD": "her password"},
        )

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "Read it back, typed: com.atproto.repo.getRecord: RecordNotFound: It is gone"
    )
    assert pds.count("com.atproto.repo.deleteRecord", status=200) == 1
    assert pds.count("com.atproto.server.deleteSession", status=200) == 1


def test_a_server_may_be_named_without_its_scheme(few_lexicons: Path) -> None:
    result = CliRunner().invoke(
        app,
        ["demo", "--lexicons", str(few_lexicons), "--service", "pds.invalid", "--identifier", "carla.test"],
        env={"ATLEX_PASSWORD": "her password"},
    )

    assert result.exit_code == 1
    assert "No connection to pds.invalid" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "line", "code"),
    [
        (["--lexicons", "nowhere"], "nowhere", 1),
        (["--service", "https://pds.test"], "--service and --identifier go together.", 2),
    ],
)
def test_a_failure_is_one_clear_line(
    arguments: list[str], line: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo", *arguments])

    assert result.exit_code == code
    assert line in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_documents_that_the_demo_does_not_call_are_one_clear_line_too(tmp_path: Path) -> None:
    (tmp_path / "thing.json").write_text(
        '{"lexicon":1,"id":"com.example.thing","defs":{"main":{"type":"object"}}}'
    )
    result = CliRunner().invoke(app, ["demo", "--lexicons", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == (
        "Build the SDK: The demo calls app.bsky.actor.getProfile, which isn't among the documents\n"
    )


def test_what_a_server_says_is_printed_escaped(few_lexicons: Path) -> None:
    with FakePds(few_lexicons) as pds, pds.serve() as url:
        pds.create_account("alice.test", "password")
        result = CliRunner().invoke(
            app,
            ["demo", "--lexicons", str(few_lexicons), "--service", url, "--identifier", "\x1b[2Jalice.test"],
            env={"ATLEX_PASSWORD": "wrong"},
        )
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "wrong" not in result.output


@pytest.mark.parametrize("stdin", ["", "\n", "an app password\n"])
def test_without_a_terminal_no_password_is_asked_for(stdin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATLEX_PASSWORD", raising=False)
    command = ["demo", "--service", "bsky.social", "--identifier", "alice.test"]
    result = CliRunner().invoke(app, command, input=stdin)
    assert result.exit_code == 2
    assert result.stderr == (
        "Password: give it in ATLEX_PASSWORD, for there is no terminal to ask at. See atlex demo --help\n"
    )
