"""``atlex login``, ``logout``, ``whoami`` and ``accounts``: passwords stay hidden, and each end is a sentence."""

from __future__ import annotations

import base64
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests._children import environment
from tests.cli._running import PROGRAM, at_terminal, atlex, program

from atlex.testing import FakePds

PASSWORD = "SECRET pass wörd"  # a space and a letter beyond ASCII
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has other terminals")


@pytest.fixture
def pds() -> Iterator[FakePds]:
    with FakePds() as pds, pds.serve():
        pds.create_account("alice.test", PASSWORD, email="alice@example.com")
        pds.create_account("bob.test", PASSWORD)
        pds.create_account("carla.test", PASSWORD, auth_factor="123456")
        yield pds


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ATLEX_ACCOUNT", "ATLEX_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ATLEX_HOME", str(tmp_path / "my sessions"))
    return tmp_path / "my sessions"


def log_in(pds: FakePds, *handles: str) -> None:
    for handle in handles:
        done = atlex("login", handle, "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        assert done.code == 0, done.err


class TestLogin:
    def test_says_who_where_and_with_what(self, pds: FakePds) -> None:
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        did = pds.account("alice.test").did
        assert done == (
            0,
            f"Logged in as alice.test ({did}) at {pds.url}, with the account's own password\n",
            "",
        )

    @pytest.mark.parametrize(
        ("claims", "shown"),
        [
            ({"scope": "com.atproto.appPass"}, ", with an app password"),
            ({"scope": "com.atproto.appPassPrivileged"}, ", with an app password that may use chats"),
            ({"scope": "something new"}, ""),
            ({"scope": ["com.atproto.appPass"]}, ""),
            ({}, ""),
            ([], ""),
        ],
    )
    def test_an_app_password_is_told_from_the_account_s_own(
        self, claims: object, shown: str, pds: FakePds
    ) -> None:
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        session = {**pds.create_session("alice.test"), "accessJwt": f"e30.{payload}.e30"}
        pds.answer_next("com.atproto.server.createSession", body=json.dumps(session).encode())
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        assert (done.code, done.err) == (0, "")
        assert done.out.endswith(f"at {pds.url}{shown}\n")

    def test_what_a_server_calls_the_account_is_made_visible(self, pds: FakePds) -> None:
        session = {**pds.create_session("alice.test"), "handle": "\x1b]0;pwned\x07\n\u202e"}
        pds.answer_next("com.atproto.server.createSession", body=json.dumps(session).encode())
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        assert done.code == 0
        assert done.out.removesuffix("\n").isprintable()
        assert atlex("accounts").out.removesuffix("\n").isprintable()

    @pytest.mark.parametrize(
        "stdin",
        [
            PASSWORD.encode(),
            f"{PASSWORD}\n".encode(),
            f"{PASSWORD}\r\n".encode(),
            b"\xef\xbb\xbf" + PASSWORD.encode(),
        ],
        ids=["alone", "line", "windows", "mark"],
    )
    def test_the_password_is_one_line_of_standard_input(self, stdin: bytes, pds: FakePds) -> None:
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin=stdin)
        assert done.code == 0, done.err

    @pytest.mark.parametrize(
        "stdin", [b"", b"\n", b"\r\n", b"\xff\xfe", b"x" * 5000, b"SECRET\nSECRET", b"SECRET\x16"]
    )
    def test_what_is_no_password_is_refused_unsent_and_unshown(self, stdin: bytes, pds: FakePds) -> None:
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin=stdin)
        assert done.code == 1
        assert "SECRET" not in done.err
        assert done.err.count("\n") == 1
        assert pds.count() == 0

    def test_the_password_may_be_in_the_environment(
        self, pds: FakePds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ATLEX_PASSWORD", PASSWORD)
        assert atlex("login", "alice.test", "--service", pds.url).code == 0

    @pytest.mark.parametrize("arguments", [["alice.test"], []])
    def test_without_a_terminal_nothing_is_asked(self, arguments: list[str], pds: FakePds) -> None:
        done = atlex("login", *arguments, "--service", pds.url, stdin="\n")
        assert done.code == 2
        assert "there is no terminal to ask at" in done.err
        assert pds.count() == 0

    def test_the_password_is_no_argument(self, pds: FakePds) -> None:
        assert atlex("login", "alice.test", PASSWORD, "--service", pds.url).code == 2
        assert atlex("login", "alice.test", "--password", PASSWORD, "--service", pds.url).code == 2

    @pytest.mark.parametrize("identifier", ["@alice.test", "ALICE.test", "alice@example.com", " alice.test "])
    def test_the_account_may_be_named_in_other_ways(self, identifier: str, pds: FakePds) -> None:
        done = atlex("login", identifier, "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        assert done.code == 0, done.err

    def test_an_e_mail_address_needs_a_server(self) -> None:
        done = atlex("login", "alice@example.com", "--password-stdin", stdin=PASSWORD)
        assert done.code == 1
        assert "add --service" in done.err

    @pytest.mark.parametrize("identifier", ["nobody", "\x1b[31mred", "a b", ""])
    def test_what_can_be_no_handle_is_told_before_the_password_is_read(self, identifier: str) -> None:
        done = atlex("login", identifier or " ", "--password-stdin", stdin=PASSWORD)
        assert done.code == 1
        assert "is neither a handle" in done.err
        assert done.err.removesuffix("\n").isprintable()

    def test_a_wrong_password_is_one_line(self, pds: FakePds, home: Path) -> None:
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin="SECRET")
        assert done.code == 1
        assert done.err.endswith("Invalid identifier or password\n")
        assert done.err.count("\n") == 1
        assert "SECRET" not in done.err
        assert not list(home.glob("*.json"))

    @pytest.mark.parametrize(
        "service", ["http://127.0.0.1:1", "https://user@example.com", "ftp://example.com", "a b"]
    )
    def test_a_server_that_can_t_be_used_is_one_line(self, service: str) -> None:
        done = atlex("login", "alice.test", "--service", service, "--password-stdin", stdin=PASSWORD)
        assert done.code == 1
        assert done.err.count("\n") == 1
        assert "SECRET" not in done.err

    def test_a_folder_that_can_t_be_made_is_told_before_anything_is_sent(
        self, pds: FakePds, home: Path
    ) -> None:
        home.write_text("")
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        assert (done.code, done.err) == (1, f"{home} can't be made: File exists\n")
        assert pds.count() == 0

    def test_a_session_that_can_t_be_kept_is_ended(self, pds: FakePds, home: Path) -> None:
        did = pds.account("alice.test").did
        (home / f"{did.replace(':', '%3A')}.json.lock").mkdir(parents=True)
        home.chmod(0o700)
        done = atlex("login", "alice.test", "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        assert done.code == 1
        assert "can't be locked" in done.err
        assert pds.count("com.atproto.server.deleteSession", status=200) == 1

    def test_a_code_isn_t_asked_for_without_a_terminal(self, pds: FakePds) -> None:
        done = atlex("login", "carla.test", "--service", pds.url, "--password-stdin", stdin=PASSWORD)
        assert done.code == 1
        assert "log in at a terminal, or with an app password" in done.err

    def test_another_server_can_t_take_an_account_over(self, pds: FakePds, home: Path) -> None:
        log_in(pds, "alice.test")
        kept = next(home.glob("*.json")).read_bytes()
        did = pds.account("alice.test").did
        with FakePds() as other, other.serve() as url:
            other.create_account("mallory.test", PASSWORD)
            session = {**other.create_session("mallory.test"), "did": did}
            other.answer_next("com.atproto.server.createSession", body=json.dumps(session).encode())
            done = atlex("login", "mallory.test", "--service", url, "--password-stdin", stdin=PASSWORD)
            assert done.code == 1
            assert done.err.startswith(f"{did} is logged in at {pds.url}, and {url} says that it is its own.")
            assert other.count("com.atproto.server.deleteSession", status=200) == 1
        assert next(home.glob("*.json")).read_bytes() == kept
        assert atlex("whoami").out.startswith("alice.test ")

    def test_no_token_is_ever_shown(self, pds: FakePds, home: Path) -> None:
        log_in(pds, "alice.test")
        tokens = json.loads(next(home.glob("*.json")).read_bytes())
        shown = "".join(
            text
            for arguments in (
                ["accounts"],
                ["accounts", "--json"],
                ["whoami"],
                ["whoami", "--json"],
                ["logout"],
            )
            for text in atlex(*arguments)[1:]
        )
        assert tokens["accessJwt"] not in shown
        assert tokens["refreshJwt"] not in shown


class TestTerminal:
    def test_the_password_is_asked_for_and_not_shown(self, pds: FakePds) -> None:
        code, shown = at_terminal(
            "login",
            "alice.test",
            "--service",
            pds.url,
            answers={f"Password of alice.test at {pds.url}": f"{PASSWORD}\n"},
        )
        assert code == 0, shown
        assert "SECRET" not in shown
        assert "Logged in as alice.test" in shown

    def test_the_handle_is_asked_for_where_it_isn_t_given(self, pds: FakePds) -> None:
        code, shown = at_terminal(
            "login", "--service", pds.url, answers={"Handle": "alice.test\n", "Password": f"{PASSWORD}\n"}
        )
        assert code == 0, shown

    def test_a_code_is_asked_for_where_the_server_wants_one(self, pds: FakePds) -> None:
        code, shown = at_terminal(
            "login",
            "carla.test",
            "--service",
            pds.url,
            answers={"Password": f"{PASSWORD}\n", "Code": "123456\n"},
        )
        assert code == 0, shown
        assert "Logged in as carla.test" in shown

    def test_a_wrong_code_is_told(self, pds: FakePds) -> None:
        code, shown = at_terminal(
            "login", "carla.test", "--service", pds.url, answers={"Password": f"{PASSWORD}\n", "Code": "1\n"}
        )
        assert code == 1
        assert "Token is invalid" in shown

    @pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
    def test_it_can_be_given_up(self, key: str, pds: FakePds) -> None:
        code, shown = at_terminal("login", "alice.test", "--service", pds.url, answers={"Password": key})
        assert code in {1, 130}
        assert "Traceback" not in shown
        assert pds.count() == 0

    def test_at_a_terminal_the_password_of_standard_input_is_asked_for_too(self, pds: FakePds) -> None:
        code, shown = at_terminal(
            "login",
            "alice.test",
            "--service",
            pds.url,
            "--password-stdin",
            answers={"Password": f"{PASSWORD}\n"},
        )
        assert code == 0, shown
        assert "SECRET" not in shown


class TestAccounts:
    def test_the_current_one_has_a_star(self, pds: FakePds) -> None:
        log_in(pds, "alice.test", "bob.test")
        alice, bob = (pds.account(handle).did for handle in ("alice.test", "bob.test"))
        assert atlex("accounts").out == f"  alice.test  {alice}  {pds.url}\n* bob.test    {bob}  {pds.url}\n"
        assert atlex("accounts", "use", "alice") == (0, "Commands use alice.test now\n", "")
        assert atlex("accounts").out == f"* alice.test  {alice}  {pds.url}\n  bob.test    {bob}  {pds.url}\n"

    def test_json_has_the_same(self, pds: FakePds) -> None:
        log_in(pds, "alice.test", "bob.test")
        shown = json.loads(atlex("accounts", "--json").out)
        assert [(each["handle"], each["current"]) for each in shown] == [
            ("alice.test", False),
            ("bob.test", True),
        ]
        assert set(shown[0]) == {"did", "handle", "service", "scope", "current"}

    def test_without_any_it_says_how_to_begin_and_has_no_output(self) -> None:
        assert atlex("accounts") == (0, "", "Nobody is logged in: atlex login HANDLE\n")
        assert json.loads(atlex("accounts", "--json").out) == []

    def test_a_broken_session_is_shown_with_its_fault(self, pds: FakePds, home: Path) -> None:
        log_in(pds, "alice.test")
        next(home.glob("*.json")).write_text("{")
        assert "doesn't hold a session" in atlex("accounts").out
        assert "doesn't hold a session" in json.loads(atlex("accounts", "--json").out)[0]["fault"]
        assert "Log in again: atlex login did:plc:" in atlex("whoami").err

    def test_an_account_of_the_environment_is_told_of(
        self, pds: FakePds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log_in(pds, "alice.test", "bob.test")
        monkeypatch.setenv("ATLEX_ACCOUNT", "bob.test")
        done = atlex("accounts", "use", "alice")
        assert done.code == 0
        assert done.err == "ATLEX_ACCOUNT is set: in this shell, commands use bob.test all the same\n"
        assert atlex("whoami").out.startswith("bob.test ")

    def test_two_processes_that_log_in_at_once_both_succeed(self, pds: FakePds, home: Path) -> None:
        children = [
            subprocess.Popen(
                [*PROGRAM, "login", handle, "--service", pds.url],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(ATLEX_PASSWORD=PASSWORD),
            )
            for handle in ("alice.test", "bob.test", "alice.test")
        ]
        for child in children:
            _, err = child.communicate()
            assert (child.returncode, err) == (0, b"")
        assert [atlex("whoami", "--account", handle).code for handle in ("alice", "bob")] == [0, 0]
        assert atlex("whoami").code == 0
        assert not list(home.glob("*.tmp"))


class TestWhoami:
    def test_without_a_session_it_fails_with_a_sentence(self) -> None:
        assert atlex("whoami") == (1, "", "Nobody is logged in. Log in first: atlex login HANDLE\n")

    def test_json_has_what_the_server_says(self, pds: FakePds) -> None:
        log_in(pds, "alice.test")
        assert json.loads(atlex("whoami", "--json").out) == {
            "did": pds.account("alice.test").did,
            "handle": "alice.test",
            "service": pds.url,
            "scope": "com.atproto.access",
            "email": "alice@example.com",
            "active": True,
        }

    def test_a_session_that_has_ended_is_found_out(self, pds: FakePds) -> None:
        log_in(pds, "alice.test")
        pds.expire_access_tokens()
        pds.revoke_refresh_tokens()
        assert atlex("whoami") == (
            1,
            "",
            "The session of alice.test has ended. Log in again: atlex login alice.test\n",
        )

    def test_a_server_that_is_gone_is_told(self, pds: FakePds) -> None:
        log_in(pds, "alice.test")
        pds.drop_next("com.atproto.server.getSession", times=3)
        done = atlex("whoami")
        assert done.code == 1
        assert done.err.count("\n") == 1

    def test_words_of_the_server_are_made_visible(self, pds: FakePds) -> None:
        log_in(pds, "alice.test")
        pds.fail_next(
            "com.atproto.server.getSession", status=400, error="Odd", message="\x1b]0;pwned\x07\nsecond"
        )
        done = atlex("whoami")
        assert done.code == 1
        assert done.err.removesuffix("\n").isprintable()


class TestLogout:
    def test_the_session_is_gone_here_and_there(self, pds: FakePds, home: Path) -> None:
        log_in(pds, "alice.test", "bob.test")
        assert atlex("logout") == (0, "Logged out: bob.test\n", "")
        assert pds.count("com.atproto.server.deleteSession", status=200) == 1
        assert atlex("whoami").out.startswith("alice.test ")
        assert len(list(home.glob("*.json"))) == 1

    def test_all_are_logged_out_at_once(self, pds: FakePds, home: Path) -> None:
        log_in(pds, "alice.test", "bob.test")
        assert atlex("logout", "--all") == (0, "Logged out: alice.test\nLogged out: bob.test\n", "")
        assert not list(home.glob("*.json"))
        assert atlex("logout", "--all") == (0, "", "")
        assert atlex("logout").code == 1

    def test_all_and_one_contradict_each_other(self) -> None:
        assert atlex("logout", "--all", "alice").code == 2

    def test_a_server_that_is_gone_is_no_hindrance(self, pds: FakePds, home: Path) -> None:
        log_in(pds, "alice.test")
        pds.drop_next("com.atproto.server.deleteSession")
        done = atlex("logout")
        assert (done.code, done.out) == (0, "Logged out: alice.test\n")
        assert done.err.startswith("The server couldn't be told")
        assert done.err.count("\n") == 1
        assert not list(home.glob("*.json"))

    def test_one_that_can_t_be_logged_out_hinders_no_other(self, pds: FakePds, home: Path) -> None:
        log_in(pds, "alice.test", "bob.test")
        did = pds.account("alice.test").did.replace(":", "%3A")
        (home / f"{did}.json.lock").unlink()
        (home / f"{did}.json.lock").mkdir()
        done = atlex("logout", "--all")
        assert (done.code, done.out) == (1, "Logged out: bob.test\n")
        assert "can't be locked" in done.err


class TestSurroundings:
    def test_a_locale_of_ascii_alone_is_enough(self, pds: FakePds) -> None:
        done = program(
            "login",
            "alice.test",
            "--service",
            pds.url,
            "--password-stdin",
            stdin=PASSWORD.encode(),
            LC_ALL="C",
            PYTHONCOERCECLOCALE="0",
            PYTHONUTF8="0",
        )
        assert done.code == 0, done.err

    def test_without_standard_input_nothing_is_asked(self, pds: FakePds) -> None:
        for option in ([], ["--password-stdin"]):
            command = shlex.join([*PROGRAM, "login", "alice.test", "--service", pds.url, *option])
            done = subprocess.run(
                ["/bin/sh", "-c", f"{command} <&-"], capture_output=True, env=environment(), check=False
            )
            assert done.returncode in {1, 2}
            assert done.stderr.count(b"\n") == 1
        assert pds.count() == 0

    def test_a_password_of_the_environment_that_isn_t_text_is_told(self, pds: FakePds) -> None:
        done = program("login", "alice.test", "--service", pds.url, ATLEX_PASSWORD=os.fsdecode(b"SECRET\xff"))
        assert done.code == 1
        assert done.err.count("\n") == 1
        assert "SECRET" not in done.err

    def test_an_output_that_is_closed_is_no_trouble(self, pds: FakePds) -> None:
        log_in(pds, "alice.test")
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as output:
            done = subprocess.run(
                [*PROGRAM, "accounts"], stdout=output, stderr=subprocess.PIPE, env=environment(), check=False
            )
        assert done.stderr == b""

    def test_without_a_home_directory_the_folder_can_be_named(self, pds: FakePds, tmp_path: Path) -> None:
        done = program(
            "login",
            "alice.test",
            "--service",
            pds.url,
            stdin=b"",
            HOME="",
            ATLEX_HOME=str(tmp_path / "other"),
            ATLEX_PASSWORD=PASSWORD,
        )
        assert done.code == 0, done.err
        assert len(list((tmp_path / "other").glob("*.json"))) == 1
