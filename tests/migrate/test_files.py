"""Files that users have, and that nobody should: each is written whole or not at all, and said in one sentence."""

from __future__ import annotations

import os
import stat

import pytest
from typer.testing import CliRunner

from atlex_cli._app import app
from atlex_codegen._migrate import _files
from atlex_codegen._migrate._run import migrate_from_atproto

SOURCE = "from atproto import Client\n\nclient = Client()  # é\n"
AFTER = 'from atlex_sdk import Client\n\nclient = Client("https://bsky.social")  # é\n'


def only(path):
    (file,) = migrate_from_atproto([path]).files
    return file


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"from atproto import (\n", "isn't Python that can be parsed (line 1)"),
        (b"from atproto import Client\nprint 'x'\n", "isn't Python that can be parsed (line 2)"),
        (b"from atproto import Client  # \xff\xfe\n", "isn't Python that can be parsed"),
        (b"# coding: no-such\nfrom atproto import Client\n", "isn't Python that can be parsed"),
        (b"from atproto import Client\n\0\n", "isn't Python that can be parsed"),
        (b"# atproto\nx = " + b"(" * 3000 + b")" * 3000, "isn't Python that can be parsed"),
        (b"# atproto\nx = " + b"-" * 20000 + b"1\n", "is nested too deeply"),
        (b"import atproto\nx = a" + b".a" * 3000, "is nested too deeply"),
        (b"import atproto\rx = 1\r", "has line ends that can't be kept"),
        (b"import atproto\nx = a" + b"()" * 3000, "is nested too deeply"),
    ],
)
def test_a_file_that_is_no_program_is_said_in_a_sentence(tmp_path, data, error):
    path = tmp_path / "program.py"
    path.write_bytes(data)
    assert only(path).error.startswith(error)
    assert path.read_bytes() == data


def test_what_is_not_a_regular_file_is_not_read(tmp_path):
    real = tmp_path / "real.py"
    real.write_text(SOURCE)
    link = tmp_path / "link.py"
    link.symlink_to(real)
    os.mkfifo(tmp_path / "pipe.py")
    found = {file.path.name: file.error for file in migrate_from_atproto([link, tmp_path / "pipe.py"]).files}
    assert found == {
        "link.py": "is a symbolic link: give the file that it leads to",
        "pipe.py": "is no file",
    }
    assert only(tmp_path / "missing.py").error == "can't be read: No such file or directory"
    assert real.read_text() == SOURCE


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "MAX_SIZE", 10)
    (tmp_path / "program.py").write_text(SOURCE)
    assert only(tmp_path / "program.py").error.startswith("is larger than")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_newlines_encoding_and_permissions_stay(tmp_path, newline, encoding):
    path = tmp_path / "program.py"
    head = "# coding: latin-1\n" if encoding == "latin-1" else ""
    path.write_bytes((head + SOURCE).replace("\n", newline).encode(encoding))
    path.chmod(0o750)
    assert only(path).is_changed
    assert path.read_bytes() == (head + AFTER).replace("\n", newline).encode(encoding)
    assert stat.S_IMODE(path.stat().st_mode) == 0o750


def test_a_file_that_can_not_be_replaced_stays(tmp_path, monkeypatch):
    path = tmp_path / "program.py"
    path.write_text(SOURCE)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    assert only(path).error == "can't be written: No space left on device"
    assert path.read_text() == SOURCE
    assert [file.name for file in tmp_path.iterdir()] == ["program.py"]


def test_folders_that_are_not_the_program_are_left_out(tmp_path):
    for name in (".git", "venv", "node_modules", "env"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "program.py").write_text(SOURCE)
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "program.py").write_text(SOURCE)
    (tmp_path / "sub" / "notes.txt").write_text(SOURCE)
    assert [file.path.parent.name for file in migrate_from_atproto([tmp_path]).files] == ["sub"]


def test_a_dry_run_shows_a_diff_in_colour_and_writes_nothing(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(SOURCE)
    done = CliRunner().invoke(
        app, ["migrate", str(path), "--from-package", "atproto", "--dry-run"], color=True
    )
    assert done.exit_code == 0
    assert "\x1b[31m-from atproto import Client\x1b[0m" in done.output
    assert "\x1b[32m+from atlex_sdk import Client\x1b[0m" in done.output
    assert path.read_text() == SOURCE


def test_the_command_says_what_is_left_and_fails_for_what_it_can_not_read(tmp_path):
    (tmp_path / "left.py").write_text("from atproto import CAR\n\nprint(CAR)\n")
    (tmp_path / "broken.py").write_text("import atproto(\n")
    done = CliRunner().invoke(app, ["migrate", str(tmp_path), "--from-package", "atproto"])
    assert done.exit_code == 1
    assert f"{tmp_path}/left.py:3: CAR has no counterpart: repositories aren't decoded" in done.output
    assert f"{tmp_path}/broken.py isn't Python that can be parsed (line 1)." in done.output
    assert "0 of 2 files changed, 1 line is left to you." in done.output


def test_only_atproto_can_be_moved_from(tmp_path):
    done = CliRunner().invoke(app, ["migrate", str(tmp_path), "--from-package", "requests"])
    assert done.exit_code == 2


def test_a_package_without_documents_is_said_in_a_sentence(tmp_path):
    for package, said in (("json", "carries no Lexicon documents"), ("no_such", "There is no package")):
        done = CliRunner().invoke(
            app, ["migrate", str(tmp_path), "--from-package", "atproto", "--package", package]
        )
        assert done.exit_code == 2
        assert said in done.output


def test_either_documents_or_a_package_are_migrated_from(tmp_path):
    for arguments in ([], ["--from", "a", "--from-package", "atproto"]):
        assert CliRunner().invoke(app, ["migrate", str(tmp_path), *arguments]).exit_code == 2


def test_a_diff_has_no_escapes_of_the_program_s_own(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(SOURCE.replace("é", "\x1b[2J\u202e\tx"))
    done = CliRunner().invoke(app, ["migrate", str(path), "--from-package", "atproto", "--dry-run"])
    assert "\x1b" not in done.output
    assert "\u202e" not in done.output
