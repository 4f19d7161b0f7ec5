"""One bot, wherever people run it: with Python's switches, from a zip file, frozen, and as on Windows."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests._children import environment

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BOT = HERE / "bot.py"
SAID = "alice.test 1\nalice.test 2\n1 login\n3 parts of a version\n"
PACKAGES = {
    "atlex": "src",
    "atlex_bsky": "src",
    "atlex_cli": "src",
    "atlex_codegen": "codegen",
    "atlex_sdk": "generated",
}


def output(*command: str | Path, **variables: str) -> str:
    """What a program printed that ended well and said nothing else."""
    ran = subprocess.run(
        command, env=environment(**variables), capture_output=True, text=True, check=False, timeout=1200
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages in a zip file, with the bot as what it does when it is run."""
    path = tmp_path_factory.mktemp("archive") / "bot.pyz"
    with zipfile.ZipFile(path, "w") as file:
        file.write(BOT, "__main__.py")
        for package, folder in PACKAGES.items():
            for member in (ROOT / folder / package).rglob("*"):
                if member.is_file() and member.suffix != ".pyc":
                    file.write(member, member.relative_to(ROOT / folder).as_posix())
    return path


@pytest.mark.parametrize(
    "switches",
    [["-OO"], ["-W", "error", "-X", "dev"], ["-I"], ["-P", "-s", "-E", "-B"], ["-X", "utf8=0"], ["-b", "-b"]],
    ids=" ".join,
)
def test_python_may_have_any_switches(switches: list[str], tmp_path: Path) -> None:
    assert output(sys.executable, *switches, BOT, tmp_path) == SAID


def test_a_zip_file_is_enough(archive: Path, tmp_path: Path) -> None:
    assert output(sys.executable, "-W", "error", archive, tmp_path) == SAID


def test_the_packages_of_a_zip_file_are_the_ones_that_were_used(archive: Path) -> None:
    program = (
        f"import {', '.join(PACKAGES)}; print(*(package.__file__ for package in ({', '.join(PACKAGES)})))"
    )
    places = output(sys.executable, "-c", program, PYTHONPATH=str(archive)).split()
    assert len(places) == len(PACKAGES)
    assert all(place.startswith(str(archive)) for place in places)


def test_a_package_can_be_built_from_a_zip_file(archive: Path, tmp_path: Path) -> None:
    program = f"""
import atlex_codegen, sys
report = atlex_codegen.build({str(ROOT / "lexicons")!r}, {str(tmp_path / "small_sdk")!r}, include=["app.bsky.actor"])
assert atlex_codegen.__file__.startswith({str(archive)!r})
sys.path.insert(0, {str(tmp_path)!r})
import small_sdk
print(small_sdk.Client("https://pds.test").app.bsky.actor.get_profile.__name__)
"""
    assert output(sys.executable, "-c", program, PYTHONPATH=str(archive)) == "get_profile\n"


def test_nothing_is_asked_of_the_system_that_windows_lacks(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    program = HERE / "_as_on_windows.py"
    assert output(sys.executable, "-W", "error", program, BOT, first, second) == SAID * 2


@pytest.mark.skipif(find_spec("PyInstaller") is None, reason="needs PyInstaller")
def test_a_frozen_bot_needs_no_python(tmp_path: Path) -> None:
    """The hooks of the wheel bring what no import leads to."""
    command = ["-m", "PyInstaller", "--noconfirm", "--log-level=ERROR", "--distpath=dist", "--workpath=work"]
    # They are only optional, and take long to look through.
    command += [f"--exclude-module={name}" for name in ("PIL", "aiohttp", "hypothesis", "pytest", "trio")]
    subprocess.run(
        [sys.executable, *command, BOT],
        cwd=tmp_path,
        env=environment(PYINSTALLER_CONFIG_DIR=str(tmp_path / "cache")),
        check=True,
        timeout=1200,
    )
    frozen = tmp_path / "dist" / "bot" / "bot"
    assert output(frozen, tmp_path, PATH="", PYTHONPATH="") == SAID
