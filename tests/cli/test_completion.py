"""Completion: what can follow what was typed, and that bash, zsh and fish are given it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests._children import environment
from tests.cli._running import PROGRAM, atlex, program

from atlex_cli._complete import candidates, split_line

AUTHOR_FEED = "app.bsky.feed.getAuthorFeed"


def after(line: str) -> list[str]:
    return candidates(split_line(line)[1:])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = tmp_path / "home"
    sessions.mkdir()
    handles = {"did%3Aplc%3Aone": "alice.test", "did%3Aplc%3Atwo": "$(reboot)", "did%3Aplc%3Athree": None}
    for name, handle in handles.items():
        (sessions / f"{name}.json").write_text(json.dumps({"handle": handle}))
    (sessions / "broken.json").write_text("{")
    monkeypatch.setenv("ATLEX_HOME", str(sessions))
    (tmp_path / "work" / "folder").mkdir(parents=True)
    (tmp_path / "work" / "two words; $(reboot).json").write_text("{}")
    monkeypatch.chdir(tmp_path / "work")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("atlex ca", ["call"]),
        ("atlex --v", ["--version"]),
        ("atlex call ", ["app.", "chat.", "com.", "tools."]),
        ("atlex call app.", ["app.bsky."]),
        (
            "atlex call app.bsky.actor.getP",
            ["app.bsky.actor.getPreferences", "app.bsky.actor.getProfile", "app.bsky.actor.getProfiles"],
        ),
        ("atlex call app.bsky.actor.get_pref", ["app.bsky.actor.get_preferences"]),
        ("atlex call app.bsky.feed.pos", []),
        ("atlex call app.bsky.actor.getProfile ", ["actor="]),
        ("atlex call app.bsky.actor.get_profile a", ["actor="]),
        (f"atlex call {AUTHOR_FEED} actor=x ", ["cursor=", "filter=", "includePins=", "limit="]),
        ("atlex call app.bsky.actor.getProfiles actors=x ", ["actors="]),
        (f"atlex call {AUTHOR_FEED} filter=posts_n", ["filter=posts_no_replies"]),
        (f"atlex call {AUTHOR_FEED} include_pins=", ["include_pins=false", "include_pins=true"]),
        (f"atlex call {AUTHOR_FEED} --account alice.test limit=", ["limit=50"]),
        (f"atlex call --account alice.test {AUTHOR_FEED} lim", ["limit="]),
        (
            "atlex call com.atproto.moderation.createReport reasonType=com.atproto.moderation.defs#reasonSp",
            ["reasonType=com.atproto.moderation.defs#reasonSpam"],
        ),
        (
            "atlex call com.atproto.repo.listRecords collection=app.bsky.feed.pos",
            ["collection=app.bsky.feed.post", "collection=app.bsky.feed.postgate"],
        ),
        ("atlex call com.atproto.repo.createRecord record=@f", ["record=@folder/"]),
        ("atlex call com.atproto.repo.uploadBlob @t", ["@two words; $(reboot).json"]),
        ("atlex call com.atproto.repo.uploadBlob --input f", ["folder/"]),
        ("atlex call --lab", ["--labeler"]),
        ("atlex call --account ", ["alice.test", "did:plc:three", "did:plc:two"]),
        ("atlex call --package gone ", []),
        ("atlex logout ", ["alice.test", "did:plc:three", "did:plc:two"]),
        ("atlex completion ", ["bash", "fish", "zsh"]),
        ("atlex build fol", ["folder/"]),
        ("atlex lexicon ", ["build", "check", "diff", "init", "install", "migrate"]),
        ("atlex lexicon -", ["--help"]),
        ("atlex lexicon build fol", ["folder/"]),
        ("atlex lexicon build --ba", ["--base"]),
        ("atlex lexicon login ", []),
        ("atlex nothing ", []),
        ("atlex call gone/", []),
        ('atlex call "app.', ["app.bsky."]),
        ("atlex call 'app.b", ["app.bsky."]),
        ("", None),
    ],
)
def test_what_can_follow(line: str, expected: list[str] | None) -> None:
    found = after(line)
    assert found == expected or (expected is None and "call" in found)


def test_every_method_can_be_reached_by_what_is_offered() -> None:
    reached, pending = set(), [""]
    while pending:
        for found in candidates(["call", pending.pop()]):
            (pending.append if found.endswith(".") else reached.add)(found)
    assert len(reached) > 250


def test_nothing_heavy_loads_for_it() -> None:
    heavy = "{'pydantic', 'typer', 'atlex.model', 'atlex.session', 'httpx'} & sys.modules.keys()"
    code = f"import sys; from atlex_cli._complete import candidates\nprint(candidates(['call', 'app.']), {heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['app.bsky.'] set()\n"


@pytest.fixture
def shell(tmp_path: Path):
    """Runs a shell that has the command on its path and the script in a file."""

    def run(name: str, text: str) -> list[str]:
        if shutil.which(name) is None:
            pytest.skip(f"{name} isn't installed")
        (tmp_path / "bin").mkdir()
        command = tmp_path / "bin" / "atlex"
        command.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
        command.chmod(0o755)
        (tmp_path / "script").write_text(atlex("completion", name).out)
        options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[name]
        done = subprocess.run(
            [name, *options, "-c", text.replace("SCRIPT", str(tmp_path / "script"))],
            env=environment(
                PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", TERM="xterm", HOME=str(tmp_path)
            ),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert not done.stderr
        return done.stdout.splitlines()

    return run


# How readline would split the line, in place of readline; what is chosen stands behind the last = or :.
_BASH = """
source SCRIPT
COMP_LINE='TYPED' COMP_POINT=${#COMP_LINE}
_atlex
printf '<%s>\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("atlex com", ["<completion >"]),
        ("atlex call app.", ["<app.bsky.>"]),
        (f"atlex call {AUTHOR_FEED} act", ["<actor=>"]),
        (f"atlex call {AUTHOR_FEED} filter=posts_n", ["<posts_no_replies >"]),
        ("atlex call --account did:plc:tw", ["<two >"]),
        ("atlex call com.atproto.repo.uploadBlob @t", ["<@two\\ words\\;\\ \\$\\(reboot\\).json >"]),
        ("atlex call com.atproto.repo.createRecord record=@f", ["<@folder/>"]),
        ("atlex call nothing", ["<>"]),
    ],
)
def test_bash_is_given_it(shell, line: str, expected: list[str]) -> None:
    assert shell("bash", _BASH.replace("TYPED", line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("atlex com", "completion"),
        ("atlex call app.", "app.bsky."),
        (f"atlex call {AUTHOR_FEED} act", "actor="),
        (f"atlex call {AUTHOR_FEED} filter=posts_n", "filter=posts_no_replies"),
        ("atlex call --account did:plc:tw", "did:plc:two"),
    ],
)
def test_fish_is_given_it(shell, line: str, expected: str) -> None:
    assert shell("fish", f"source SCRIPT; complete -C '{line}'") == [expected]


# A terminal of zsh's own: a line is typed with a tab behind it, and what then stands there is printed.
_ZSH = r"""
zmodload zsh/zpty
zpty shell "zsh -f -i"
zpty -w shell "PS1= PS2= RPS1=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -D; source SCRIPT; bindkey '^I' complete-word; show() { print -r -- \"<<\$BUFFER>>\" > OUT; }; zle -N show; bindkey '^X' show; print READY"
while zpty -r shell seen "*READY*"; do [[ $seen == *$'\n'READY* ]] && break; done
zpty -n -w shell $'TYPED\t\x18'
repeat 300; do [[ -s OUT ]] && break; sleep 0.1; done
cat OUT
zpty -d shell
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("atlex com", "atlex completion "),
        ("atlex call app.", "atlex call app.bsky."),
        (f"atlex call {AUTHOR_FEED} act", f"atlex call {AUTHOR_FEED} actor="),
        (f"atlex call {AUTHOR_FEED} filter=posts_n", f"atlex call {AUTHOR_FEED} filter=posts_no_replies "),
        ("atlex call --account did:plc:tw", "atlex call --account did:plc:two "),
    ],
)
def test_zsh_is_given_it(shell, tmp_path: Path, line: str, expected: str) -> None:
    text = _ZSH.replace("TYPED", line).replace("OUT", str(tmp_path / "out"))
    assert shell("zsh", text) == [f"<<{expected}>>"]


def test_an_unknown_shell_is_said_in_one_line() -> None:
    done = program("completion", "tcsh")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
