"""The demo goes the whole way, says so step by step, and leaves nothing behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atlex.lexicon import Lexicons, references
from atlex.testing import FakePds
from atlex_codegen.cli import app

LEXICONS = Path(__file__).parents[2] / "lexicons"
STEPS = [
    "Build the SDK from its documents",
    "Import it",
    "Start the embedded server",
    "Create an account",
    "Log in",
    "Call client.app.bsky.actor.get_profile(actor=session.did)",
    "Write a post",
    "Read it back, typed",
    "List the account's posts",
    "Let the access token expire, and call again",
    "Count the refreshes",
    "Delete the post",
    "Log out",
    "Done",
]


def titles(output: str) -> list[str]:
    return re.findall(r"^ *\d+ ms  (.*?)(?:: |$)", output, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def few_lexicons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents that the demo calls, and those that they refer to."""
    lexicons = Lexicons.load(LEXICONS)
    waiting = ["app.bsky.actor.getProfile", "app.bsky.feed.post", "app.bsky.actor.profile"]
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
    assert "Count the refreshes: 1\n" in result.output
    assert "Post(text='Hello from the atlex demo!')" in result.output


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
            input="her password\n",
        )

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].endswith("RecordNotFound: It is gone")
    assert pds.count("com.atproto.repo.deleteRecord", status=200) == 1
    assert pds.count("com.atproto.server.deleteSession", status=200) == 1


def test_a_server_may_be_named_without_its_scheme(few_lexicons: Path) -> None:
    result = CliRunner().invoke(
        app,
        ["demo", "--lexicons", str(few_lexicons), "--service", "pds.invalid", "--identifier", "carla.test"],
        input="her password\n",
    )

    assert result.exit_code == 1
    assert "No connection to pds.invalid" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--lexicons", "nowhere"], "nowhere"),
        (["--service", "https://pds.test"], "--service and --identifier go together."),
    ],
)
def test_a_failure_is_one_clear_line(
    arguments: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo", *arguments])

    assert result.exit_code == 1
    assert line in result.output
    assert len(result.output.splitlines()) == 1


def test_documents_that_the_demo_does_not_call_are_one_clear_line_too(tmp_path: Path) -> None:
    (tmp_path / "thing.json").write_text(
        '{"lexicon":1,"id":"com.example.thing","defs":{"main":{"type":"object"}}}'
    )
    result = CliRunner().invoke(app, ["demo", "--lexicons", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.startswith(
        "Build the SDK from its documents: The demo calls app.bsky.actor.getProfile"
    )
    assert len(result.output.splitlines()) == 1


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
