"""Sessions of the command line: where they are, whose is meant, and what happens to those that end or break."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests._children import environment

from atlex.errors import SessionStoreError, XrpcError, XrpcFetchError
from atlex.session import FileSessionStore, PasswordSession, SessionData
from atlex.testing import FakePds
from atlex_cli import _accounts
from atlex_cli._accounts import AccountError, Accounts, folder, open_client

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its folders and modes are others")


@pytest.fixture
def pds() -> Iterator[FakePds]:
    with FakePds() as pds, pds.serve():
        for name in ("alice", "alicia", "bob"):
            pds.create_account(f"{name}.test", "password")
        yield pds


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    monkeypatch.setenv("ATLEX_HOME", str(tmp_path / "with spaces" / "atlex"))
    monkeypatch.delenv("ATLEX_ACCOUNT", raising=False)
    return Accounts(folder())


def begun(pds: FakePds, handle: str) -> SessionData:
    session = PasswordSession.login(pds.url, identifier=handle, password="password")
    session.close()
    return session.data


def add(accounts: Accounts, pds: FakePds, *handles: str) -> None:
    for handle in handles:
        accounts.add(begun(pds, handle))


def refused(accounts: Accounts, name: str | None = None) -> str:
    with pytest.raises(AccountError) as caught:
        accounts.find(name)
    return str(caught.value)


class TestPlace:
    @pytest.fixture(autouse=True)
    def nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("ATLEX_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", "/home/alice")

    @pytest.mark.parametrize(
        ("platform", "variables", "place"),
        [
            ("linux", {}, "/home/alice/.local/state/atlex"),
            ("freebsd14", {"XDG_STATE_HOME": "/state"}, "/state/atlex"),
            ("linux", {"XDG_STATE_HOME": "relative"}, "/home/alice/.local/state/atlex"),
            ("linux", {"XDG_STATE_HOME": ""}, "/home/alice/.local/state/atlex"),
            ("darwin", {"XDG_STATE_HOME": "/state"}, "/home/alice/Library/Application Support/atlex"),
            ("win32", {"LOCALAPPDATA": "/appdata"}, "/appdata/atlex"),
            ("win32", {}, "/home/alice/AppData/Local/atlex"),
            ("linux", {"ATLEX_HOME": "/a b/c", "XDG_STATE_HOME": "/state"}, "/a b/c"),
            ("linux", {"ATLEX_HOME": ""}, "/home/alice/.local/state/atlex"),
        ],
    )
    def test_each_platform_has_its_place(
        self, platform: str, variables: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", platform)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert str(folder()) == place

    def test_a_relative_folder_is_of_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ATLEX_HOME", "here")
        assert folder() == tmp_path / "here"

    def test_without_a_home_directory_a_sentence_says_what_to_set(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nobody(_: str) -> str:
            return "~"

        monkeypatch.setattr(os.path, "expanduser", nobody)
        with pytest.raises(AccountError, match=r"^There is no home directory: .* in ATLEX_HOME$"):
            folder()


class TestWhoIsMeant:
    def test_the_session_that_was_begun_last_is_the_current_one(
        self, accounts: Accounts, pds: FakePds
    ) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        assert accounts.find().title == "bob.test"
        assert [account.title for account in accounts.all()] == ["alice.test", "bob.test"]

    def test_another_one_can_be_chosen(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        accounts.choose(accounts.named("alice.test").did)
        assert accounts.find().title == "alice.test"

    def test_the_environment_chooses_for_a_shell(
        self, accounts: Accounts, pds: FakePds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        monkeypatch.setenv("ATLEX_ACCOUNT", "alice.test")
        assert accounts.find().title == "alice.test"
        assert accounts.find("bob").title == "bob.test"
        monkeypatch.setenv("ATLEX_ACCOUNT", "")
        assert accounts.find().title == "bob.test"

    def test_a_handle_a_did_and_the_beginning_of_either_will_do(
        self, accounts: Accounts, pds: FakePds
    ) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        did = accounts.named("alice.test").did
        for name in ("alice.test", "@alice.test", "ALICE.test", "al", did, did[:16]):
            assert accounts.find(name).title == "alice.test", name

    def test_a_whole_handle_counts_before_a_beginning(self, accounts: Accounts, pds: FakePds) -> None:
        pds.create_account("alice.test.test", "password")
        add(accounts, pds, "alice.test", "alice.test.test")
        assert accounts.find("alice.test").title == "alice.test"

    def test_a_beginning_of_two_names_both(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test", "alicia.test")
        sentence = refused(accounts, "ali")
        assert sentence.startswith("'ali' is the beginning of more than one account: alice.test (did:plc:")
        assert "alicia.test (did:plc:" in sentence

    @pytest.mark.parametrize("name", ["carla.test", "@", "did:plc:nobody", "\x1b[31mred"])
    def test_a_name_of_nobody_is_refused(self, name: str, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        sentence = refused(accounts, name)
        assert sentence.endswith("isn't logged in here: atlex accounts lists who is")
        assert sentence.isprintable()

    def test_without_a_session_a_sentence_says_how_to_begin(self, accounts: Accounts) -> None:
        assert refused(accounts) == "Nobody is logged in. Log in first: atlex login HANDLE"
        assert accounts.all() == []

    def test_after_a_logout_the_only_one_left_is_the_current_one(
        self, accounts: Accounts, pds: FakePds
    ) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        accounts.remove(accounts.find("bob"))
        assert accounts.find().title == "alice.test"

    def test_after_a_logout_two_that_are_left_are_a_choice(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test", "alicia.test", "bob.test")
        accounts.remove(accounts.find("bob"))
        assert refused(accounts) == "Choose an account first: atlex accounts use alice.test"

    @pytest.mark.parametrize("handle", ["handle.invalid", "a; rm -rf ~", "\x1b]0;pwned\x07", ""])
    def test_a_handle_that_is_none_is_never_shown(
        self, handle: str, accounts: Accounts, pds: FakePds
    ) -> None:
        data = begun(pds, "alice.test").model_copy(update={"handle": handle})
        accounts.add(data)
        assert accounts.find().title == data.did


class TestFiles:
    def test_folder_and_files_are_their_owner_s_alone(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o700
        for path in accounts.path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
            assert ":" not in path.name

    @pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
    def test_a_folder_that_others_can_write_to_is_refused(
        self, mode: int, accounts: Accounts, pds: FakePds
    ) -> None:
        accounts.path.mkdir(parents=True)
        accounts.path.chmod(mode)
        with pytest.raises(AccountError, match=r"^Others can write to .* \(mode 0.*chmod 700\. ATLEX_HOME"):
            add(accounts, pds, "alice.test")

    def test_a_folder_may_be_a_link(self, accounts: Accounts, pds: FakePds, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        accounts.path.parent.mkdir()
        accounts.path.symlink_to(tmp_path / "elsewhere")
        (tmp_path / "elsewhere").chmod(0o700)
        add(accounts, pds, "alice.test")
        assert accounts.find().title == "alice.test"

    def test_a_session_s_file_may_not_be_a_link(
        self, accounts: Accounts, pds: FakePds, tmp_path: Path
    ) -> None:
        add(accounts, pds, "alice.test")
        path = accounts.find().store.path
        path.rename(tmp_path / "moved.json")
        path.symlink_to(tmp_path / "moved.json")
        assert "is a symbolic link, which isn't followed. Log in again: atlex login did:plc:" in refused(
            accounts
        )

    def test_a_file_in_the_folder_s_place_is_told(self, accounts: Accounts, pds: FakePds) -> None:
        accounts.path.parent.mkdir()
        accounts.path.write_text("")
        with pytest.raises(AccountError, match=r"can't be made: File exists$"):
            add(accounts, pds, "alice.test")
        with pytest.raises(AccountError, match=r"can't be read: Not a directory$"):
            accounts.all()

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_a_home_that_is_read_only_is_told(self, accounts: Accounts, pds: FakePds) -> None:
        accounts.path.parent.mkdir(mode=0o500)
        with pytest.raises(AccountError, match=r"can't be made: Permission denied$"):
            add(accounts, pds, "alice.test")

    @pytest.mark.parametrize(
        "text", ["", "{", "null", '{"did": "did:plc:x"}', "\ufffe", "\x00" * 100, "[" * 100_000]
    )
    def test_a_broken_file_costs_its_own_session_only(
        self, text: str, accounts: Accounts, pds: FakePds
    ) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        broken = accounts.find("alice")
        broken.store.path.write_text(text)

        assert [(account.title, bool(account.fault)) for account in accounts.all()] == [
            ("bob.test", False),
            (broken.did, True),
        ]
        assert accounts.find().title == "bob.test"
        assert refused(accounts, broken.did).endswith(f". Log in again: atlex login {broken.did}")
        add(accounts, pds, "alice.test")
        assert accounts.find().title == "alice.test"

    def test_a_broken_file_can_be_logged_out(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        did = accounts.find().did
        accounts.find().store.path.write_text("{")
        assert accounts.remove(accounts.named(did)) is None
        assert accounts.all() == []

    def test_a_file_under_another_account_s_name_is_no_session(
        self, accounts: Accounts, pds: FakePds
    ) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        alice, bob = accounts.find("alice"), accounts.find("bob")
        alice.store.path.write_bytes(bob.store.path.read_bytes())
        assert "holds the session of another account" in refused(accounts, alice.did)

    def test_other_files_in_the_folder_are_no_accounts(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        for name in (
            "notes.json",
            ".json",
            ".did%3Aplc%3Ax.json.abc.tmp",
            "did%3Aplc%3A.json",
            "\udcff.json",
        ):
            (accounts.path / name).write_text("{}")
        assert [account.title for account in accounts.all()] == ["alice.test"]

    @pytest.mark.parametrize("text", ["", "\n", "did:plc:nobody", "\x1b[2J", "\xff"])
    def test_a_broken_name_of_the_current_account_is_no_trap(
        self, text: str, accounts: Accounts, pds: FakePds
    ) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        (accounts.path / "current").write_text(text, encoding="latin-1")
        assert refused(accounts).isprintable()
        accounts.choose(accounts.named("alice").did)
        assert accounts.find().title == "alice.test"


class TestEnds:
    def test_a_logout_ends_the_session_at_the_server(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        data = accounts.find().data
        assert data is not None
        assert accounts.remove(accounts.find()) is None
        assert accounts.all() == []
        with pytest.raises(XrpcError, match=r"ExpiredToken|InvalidToken"):
            PasswordSession.resume(data)

    def test_a_logout_forgets_a_session_whose_server_is_gone(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        pds.drop_next("com.atproto.server.deleteSession")
        assert isinstance(accounts.remove(accounts.find()), XrpcFetchError)
        assert accounts.all() == []

    def test_a_login_ends_the_session_before(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        before = accounts.find().data
        assert before is not None
        add(accounts, pds, "alice.test")
        with pytest.raises(XrpcError, match=r"ExpiredToken|InvalidToken"):
            PasswordSession.resume(before)
        with accounts.open() as session:
            session.refresh()

    def test_a_session_that_has_ended_says_so_and_what_to_do(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        pds.expire_access_tokens()
        pds.revoke_refresh_tokens()
        with (
            pytest.raises(
                AccountError, match=r"^The session of alice\.test has ended\. Log in again: atlex login al"
            ),
            open_client() as client,
        ):
            client.app.bsky.feed.get_timeline()
        assert accounts.all() == []

    def test_the_next_command_says_so_too(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "bob.test", "alice.test")
        did = accounts.find().did
        accounts.find().store.clear()
        assert refused(accounts) == (
            f"The session of {did} has ended. Log in again: atlex login {did}; "
            "or choose another account: atlex accounts use bob.test"
        )

    def test_an_error_that_isn_t_the_end_is_left_as_it_is(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        pds.fail_next("app.bsky.feed.getTimeline", status=502)
        with pytest.raises(XrpcError, match=r"502|UpstreamFailure"), open_client() as client:
            client.with_options(retries=0).app.bsky.feed.get_timeline()
        assert accounts.find().title == "alice.test"

    def test_a_session_that_another_process_uses_is_told(
        self, accounts: Accounts, pds: FakePds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(accounts, pds, "alice.test")
        monkeypatch.setattr(_accounts, "_LOCK_TIMEOUT", 0.05)
        account = accounts.find()
        with (
            FileSessionStore(account.store.path).lock(),
            pytest.raises(SessionStoreError, match=r"has been locked by another process for 0\.05 s$"),
        ):
            accounts.remove(account)


class TestClients:
    def test_a_client_speaks_for_the_account(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test", "bob.test")
        with open_client("alice") as client:
            assert client.com.atproto.server.get_session().handle == "alice.test"
        with open_client() as client:
            assert client.com.atproto.server.get_session().handle == "bob.test"

    def test_a_service_takes_no_account(self, accounts: Accounts, pds: FakePds) -> None:
        with open_client(service=pds.url) as client:
            assert client.did is None
            assert client.com.atproto.server.describe_server().did == pds.did
        assert not accounts.path.exists()

    def test_new_tokens_are_kept(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        before = accounts.find().data
        pds.expire_access_tokens()
        with open_client() as client:
            client.com.atproto.server.get_session()
        after = accounts.find().data
        assert before is not None
        assert after is not None
        assert after.access_jwt != before.access_jwt

    def test_processes_refresh_once(self, accounts: Accounts, pds: FakePds) -> None:
        add(accounts, pds, "alice.test")
        pds.expire_access_tokens()
        program = (
            "from atlex_cli._accounts import open_client\n"
            "with open_client() as client: print(client.com.atproto.server.get_session().handle)"
        )
        children = [
            subprocess.Popen(
                [sys.executable, "-c", program],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(ATLEX_HOME=str(accounts.path)),
            )
            for _ in range(3)
        ]
        assert [child.communicate() for child in children] == [("alice.test\n", "")] * 3
        assert pds.count("com.atproto.server.refreshSession") == 1

    def test_logins_at_the_same_time_leave_one_session_that_works(
        self, accounts: Accounts, pds: FakePds
    ) -> None:
        sessions = [begun(pds, "alice.test") for _ in range(4)]
        threads = [threading.Thread(target=accounts.add, args=(data,)) for data in sessions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        kept = accounts.find().data
        assert kept in sessions
        with accounts.open() as session:
            session.refresh()
        assert pds.count("com.atproto.server.deleteSession", status=200) == 3
        assert json.loads(accounts.find().store.path.read_bytes())["did"] == session.did
