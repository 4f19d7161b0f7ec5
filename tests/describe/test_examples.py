"""Every definition of the official lexicons has an example, and each example works."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import warnings

import pytest
from tests.describe._answering import Answering

from atlex.lexicon import Procedure, Query, Record
from atlex_sdk import Client


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that examples send."""
    for name in ("picture.jpg", "repo.car", "video.mp4", "data.bin"):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff" if name == "picture.jpg" else b"0")
    monkeypatch.chdir(tmp_path)


def test_every_definition_has_an_example(lexicons, descriptions):
    with_example = {each.id for each in descriptions if each.example}
    assert with_example == {def_id for def_id, _ in lexicons.definitions()}


@pytest.mark.usefixtures("folder")
def test_every_example_runs_and_calls_what_it_is_about(lexicons, descriptions):
    faults = []
    for each in descriptions:
        agent = Answering(lexicons)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                exec(compile(each.example, str(each.id), "exec"), {"client": Client(agent)})
        except Exception as error:  # noqa: BLE001
            faults.append(f"{each.id}: {type(error).__name__}: {error}\n{each.example}")
            continue
        match lexicons.definition(each.id):
            case Query() | Procedure():
                expected = each.id.nsid
            case Record() as record:
                expected = f"com.atproto.repo.{'put' if record.literal_key else 'create'}Record"
            case _:
                continue
        if expected not in agent.called:
            faults.append(f"{each.id}: {expected} wasn't called")
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults[:20])


@pytest.mark.slow
def test_every_example_is_typed(descriptions, tmp_path):
    lines = ["from atlex_sdk import Client", ""]
    for number, each in enumerate(descriptions):
        if each.example:
            lines += [f"def example_{number}(client: Client) -> None:", f"    # {each.id}"]
            lines += [textwrap.indent(each.example, "    "), ""]
    file = tmp_path / "examples.py"
    file.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
