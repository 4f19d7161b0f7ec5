"""`atlex call`: arguments typed by the lexicons, and answers that lose nothing and give a terminal no orders."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests._children import environment
from tests.cli._running import PROGRAM, at_terminal
from typer.testing import CliRunner, Result

from atlex import PasswordSession, now
from atlex.testing import FakePds
from atlex_cli._accounts import Accounts, folder
from atlex_cli._app import app
from atlex_cli._complete import candidates
from atlex_codegen import build
from atlex_sdk import Client
from atlex_sdk import app as lexicons

PROFILE = "app.bsky.actor.getProfile"
LIST = ("com.atproto.repo.listRecords", "repo=alice.test", "collection=app.bsky.feed.post")
HOSTILE = "a\x1b[31mred\x07 \x9b2J \u202eback \x00 é 🎉"


@pytest.fixture(scope="module")
def pds() -> Iterator[FakePds]:
    with FakePds() as pds, pds.serve() as url:
        pds.create_account("alice.test", "password")
        with PasswordSession.login(url, identifier="alice.test", password="password") as session:
            client = Client(session)
            for number in range(5):
                post = lexicons.bsky.feed.post.Post(text=f"{number} {HOSTILE}", created_at=now())
                client.app.bsky.feed.post.create(post)
        yield pds


@pytest.fixture(autouse=True)
def account(pds: FakePds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATLEX_ACCOUNT", raising=False)
    monkeypatch.setenv("ATLEX_HOME", str(tmp_path / "home"))
    session = PasswordSession.login(pds.url, identifier="alice.test", password="password")
    session.close()
    Accounts(folder()).add(session.data)
    monkeypatch.chdir(tmp_path)


def call(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["call", *arguments], input=stdin)


def answer(*arguments: str, stdin: bytes = b"") -> dict:
    done = call(*arguments, stdin=stdin)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def refused(*arguments: str) -> str:
    done = call(*arguments)
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    return line


class TestArguments:
    @pytest.mark.parametrize("method", [PROFILE, "app.bsky.actor.get_profile"])
    def test_a_method_has_its_name_of_the_wire_and_of_python(self, method: str) -> None:
        assert answer(method, "actor=alice.test")["handle"] == "alice.test"

    def test_an_argument_has_its_name_of_the_wire_and_of_python(self) -> None:
        given = answer("app.bsky.feed.getAuthorFeed", "actor=alice.test", "include_pins=true", "limit=1")
        assert given["feed"]
        assert given == answer(
            "app.bsky.feed.getAuthorFeed", "actor=alice.test", "includePins=true", "limit=1"
        )

    @pytest.mark.parametrize(
        "actors", [["actors=alice.test", "actors=alice.test"], ['actors=["alice.test", "alice.test"]']]
    )
    def test_a_list_is_repeated_or_json(self, actors: list[str]) -> None:
        assert len(answer("app.bsky.actor.getProfiles", *actors)["profiles"]) == 2

    @pytest.mark.parametrize(
        "record",
        [
            ['record={"$type": "app.bsky.feed.post", "text": "12", "createdAt": "2026-01-01T00:00:00Z"}'],
            ["record=@post.json"],
            ["record=@-"],
            [
                "record.$type=app.bsky.feed.post",
                'record.text="12"',
                "record.createdAt=2026-01-01T00:00:00Z",
            ],
        ],
    )
    def test_an_object_is_json_or_a_file_or_its_members(self, record: list[str], tmp_path: Path) -> None:
        post = b'{"$type": "app.bsky.feed.post", "text": "12", "createdAt": "2026-01-01T00:00:00Z"}'
        (tmp_path / "post.json").write_bytes(post)
        collection = "collection=app.bsky.feed.post"
        made = answer("com.atproto.repo.createRecord", "repo=alice.test", collection, *record, stdin=post)
        rkey = made["uri"].rpartition("/")[2]
        found = answer("com.atproto.repo.getRecord", "repo=alice.test", collection, f"rkey={rkey}")
        assert found["value"] == json.loads(post)
        call("com.atproto.repo.deleteRecord", "repo=alice.test", collection, f"rkey={rkey}")

    @pytest.mark.parametrize("way", [["--input", "all.json"], ["--input", "-"], ["@all.json"], ["@-"]])
    def test_the_whole_input_is_a_file_or_standard_input(self, way: list[str], tmp_path: Path) -> None:
        whole = b'{"writes": [], "repo": "alice.test"}'
        (tmp_path / "all.json").write_bytes(whole)
        assert call("com.atproto.repo.applyWrites", *way, stdin=whole).exit_code == 0

    def test_two_at_signs_are_one(self) -> None:
        assert "'@alice.test'" in refused(PROFILE, "actor=@@alice.test")

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("app.bsky.actor.getProfil", "actor=x"), "There is no 'app.bsky.actor.getProfil'. Did you mean"),
            (("app.bsky.actor.get_profil",), "Did you mean app.bsky.actor.get_profile?"),
            (("nothing.of.the.sort",), "There is no 'nothing.of.the.sort'"),
            ((PROFILE, "acto=x"), "There is no argument 'acto'. Did you mean actor?"),
            ((PROFILE, "zzz=x"), "There is no argument 'zzz'. There are: actor"),
            ((PROFILE, "alice.test"), "'alice.test' isn't NAME=VALUE"),
            ((PROFILE,), "actor: is required"),
            ((PROFILE, "actor=not a handle"), "actor: not a valid at-identifier (got 'not a handle')"),
            ((PROFILE, "actor=a.test", "actor=b.test"), "actor is given twice, and isn't a list"),
            ((PROFILE, "actor=@gone"), "'gone' can't be read: No such file or directory"),
            (("app.bsky.feed.getTimeline", "limit=1.5"), "limit is an integer, not '1.5'"),
            (("app.bsky.feed.getTimeline", "limit=101"), "limit: "),
            (("app.bsky.feed.getTimeline", "limit=٣"), "limit is an integer, not"),
            (("app.bsky.feed.getAuthorFeed", "actor=a.test", "includePins=yes"), "true or false, not 'yes'"),
            (("app.bsky.feed.post",), "is a record, not a method"),
            (("app.bsky.feed.defs",), "is no method"),
            (("com.atproto.sync.subscribeRepos",), "atlex doesn't open WebSockets"),
            (("com.atproto.repo.uploadBlob",), "sends a file: --input FILE"),
            (("com.atproto.server.describeServer", "a=b"), "takes no arguments"),
            ((PROFILE, "actor=a.test", "--input", "-"), "has no input"),
            (
                (PROFILE, "actor=a.test", "--limit-items", "3"),
                "--limit-items goes with --all-pages or --stream",
            ),
            ((PROFILE, "actor=a.test", "--all-pages"), "doesn't answer in pages"),
            ((PROFILE, "actor=a.test", "--package", "gone"), "There is no installed package 'gone'"),
            ((PROFILE, "actor=a.test", "--package", "json"), "There is no installed package 'json'"),
            ((PROFILE, "actor=a.test", "--service", "x", "--account", "y"), "don't go together"),
            ((PROFILE, "actor=a.test", "--timeout", "soon"), "See atlex call --help"),
            ((PROFILE, "actor=a.test", "--nope"), "No such option: --nope"),
            ((PROFILE, "\x1b[31m=x"), "There is no argument '"),
            (("com.atproto.repo.createRecord", "record={"), "record isn't JSON"),
            (("com.atproto.repo.createRecord", "record=" + "[" * 100_000), "record isn't JSON"),
            (("com.atproto.repo.createRecord", "record=NaN", "repo=a.test"), "is required"),
        ],
    )
    def test_what_isnt_understood_is_said_in_one_line(
        self, arguments: tuple[str, ...], sentence: str
    ) -> None:
        assert sentence in refused(*arguments)


class TestAnswers:
    def test_an_answer_is_as_it_came_and_gives_no_orders(self) -> None:
        done = call(*LIST, "limit=1")
        assert json.loads(done.stdout)["records"][0]["value"]["text"].endswith(HOSTILE)
        assert not {"\x1b", "\x07", "\x9b", "\x00", "\u202e"} & set(done.stdout)
        assert "é 🎉" in done.stdout

    def test_an_answer_of_nothing_prints_nothing(self) -> None:
        done = call("app.bsky.actor.putPreferences", "preferences=[]")
        assert (done.exit_code, done.output) == (0, "")

    def test_all_pages_are_one_answer(self) -> None:
        found = answer(*LIST, "limit=2", "--all-pages")
        assert [record["value"]["text"][0] for record in found["records"]] == ["4", "3", "2", "1", "0"]
        assert "cursor" not in found

    @pytest.mark.parametrize("limit", [0, 1, 3, 9])
    def test_a_stream_is_an_item_a_line_and_no_more_than_wanted(self, limit: int) -> None:
        done = call(*LIST, "limit=2", "--stream", "--limit-items", str(limit))
        assert len([json.loads(line) for line in done.stdout.splitlines()]) == min(limit, 5)

    def test_no_page_is_fetched_for_items_that_arent_wanted(self, pds: FakePds) -> None:
        before = pds.count("com.atproto.repo.listRecords")
        call(*LIST, "limit=2", "--all-pages", "--limit-items", "2")
        assert pds.count("com.atproto.repo.listRecords") == before + 1

    def test_what_breaks_the_lexicon_is_printed_and_said(self, pds: FakePds) -> None:
        odd = b'{"did": "did:plc:x", "handle": "a.test", "displayName": 7, "more": [1E400, 123456789012345678901234]}'
        pds.answer_next(PROFILE, body=odd)
        done = call(PROFILE, "actor=alice.test")
        assert done.exit_code == 0
        assert json.loads(done.stdout)["displayName"] == 7
        assert '"more":[1E400,123456789012345678901234]' in done.stdout
        assert done.stderr.startswith("The answer breaks its lexicon: displayName")

    def test_an_error_of_the_server_is_one_line_and_1(self, pds: FakePds) -> None:
        pds.fail_next(PROFILE, status=400, error="Odd", message="two\nlines \x1b[2J")
        done = call(PROFILE, "actor=alice.test")
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == "app.bsky.actor.getProfile: Odd: two lines \\x1b[2J\n"

    def test_a_service_is_called_without_an_account(self, pds: FakePds) -> None:
        found = answer("com.atproto.server.describeServer", "--service", pds.url)
        assert found["did"] == pds.did

    def test_a_service_that_isnt_there_is_one_line_and_1(self) -> None:
        done = call("com.atproto.server.describeServer", "--service", "http://127.0.0.1:1", "--timeout", "5")
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)

    def test_files_go_up_and_down(self, tmp_path: Path) -> None:
        picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1000
        (tmp_path / "a b.png").write_bytes(picture)
        for way, stdin in ((["@a b.png"], b""), (["--input", "-"], picture)):
            blob = answer("com.atproto.repo.uploadBlob", *way, stdin=stdin)["blob"]
            assert (blob["mimeType"], blob["size"]) == ("image/png", len(picture))
        picture_of_post = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]}
        post = {"$type": "app.bsky.feed.post", "text": "", "createdAt": "2026-01-01T00:00:00Z"}
        record = json.dumps({**post, "embed": picture_of_post})
        made = answer(
            "com.atproto.repo.createRecord",
            "repo=alice.test",
            f"collection={post['$type']}",
            f"record={record}",
        )
        arguments = (f"did={made['uri'].split('/')[2]}", f"cid={blob['ref']['$link']}")
        assert call("com.atproto.sync.getBlob", *arguments, "-o", "down.png").output == ""
        assert (tmp_path / "down.png").read_bytes() == picture
        assert call("com.atproto.sync.getBlob", *arguments).stdout_bytes == picture
        rkey = made["uri"].split("/")[-1]
        call(
            "com.atproto.repo.deleteRecord", "repo=alice.test", f"collection={post['$type']}", f"rkey={rkey}"
        )

    def test_an_answer_of_json_goes_to_a_file_as_it_came(self, tmp_path: Path) -> None:
        assert call(PROFILE, "actor=alice.test", "--output", "profile.json").output == ""
        assert json.loads((tmp_path / "profile.json").read_bytes())["handle"] == "alice.test"


class TestTerminals:
    def on_terminal(self, *arguments: str, **variables: str) -> str:
        return at_terminal("call", *arguments, answers={}, **variables)[1]

    def test_a_terminal_gets_indented_colours(self) -> None:
        shown = self.on_terminal(PROFILE, "actor=alice.test")
        assert '\r\n  \x1b[34m"handle"\x1b[0m: \x1b[32m"alice.test"\x1b[0m,\r\n' in shown

    @pytest.mark.parametrize(
        ("variables", "option"), [({"NO_COLOR": "1"}, ""), ({"TERM": "dumb"}, ""), ({}, "--json")]
    )
    def test_a_terminal_without_colours_gets_none(self, variables: dict[str, str], option: str) -> None:
        shown = self.on_terminal(PROFILE, "actor=alice.test", *filter(None, [option]), **variables)
        assert "\x1b" not in shown
        assert json.loads(shown)["handle"] == "alice.test"
        assert (shown.count("\n") == 1) == bool(option)

    def test_an_upload_shows_how_far_it_is(self, tmp_path: Path) -> None:
        (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300_000))
        shown = self.on_terminal("com.atproto.repo.uploadBlob", "@picture.png")
        assert "Uploading" in shown
        assert '"image/png"' in shown

    def test_bytes_are_refused(self) -> None:
        did = Accounts(folder()).find().did
        shown = self.on_terminal("com.atproto.sync.getRepo", f"did={did}")
        assert shown == (
            "com.atproto.sync.getRepo answers with bytes, which a terminal can't show: --output FILE\r\n"
        )


def test_a_thread_of_a_thousand_replies_is_printed(pds: FakePds) -> None:
    uri = f"at://{Accounts(folder()).find().did}/app.bsky.feed.post/3k"
    thread = '{"$type":"app.bsky.feed.defs#notFoundPost","uri":"%s","notFound":true}' % uri  # noqa: UP031
    post = json.dumps(answer("app.bsky.feed.getAuthorFeed", "actor=alice.test", "limit=1")["feed"][0]["post"])
    for _ in range(1000):
        thread = f'{{"$type":"app.bsky.feed.defs#threadViewPost","post":{post},"replies":[{thread}]}}'
    pds.answer_next("app.bsky.feed.getPostThread", body=f'{{"thread":{thread}}}'.encode())
    done = call("app.bsky.feed.getPostThread", f"uri={uri}")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.count("threadViewPost") == 1000


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"\xff"', b"[" * 100_000, b"<html>", b'{"did": 1}', b"1" * 10_000]
)
def test_an_answer_that_is_no_answer_is_one_line_and_1(body: bytes, pds: FakePds) -> None:
    pds.answer_next(PROFILE, body=body)
    done = call(PROFILE, "actor=alice.test")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_output_gets_the_same_value(encoding: str) -> None:
    arguments = [*PROGRAM, "call", *LIST, "limit=1"]
    out = subprocess.run(
        arguments, env=environment(PYTHONIOENCODING=encoding), stdout=subprocess.PIPE, check=True
    ).stdout
    assert json.loads(out.decode(encoding))["records"][0]["value"]["text"].endswith(HOSTILE)


@pytest.mark.parametrize("arguments", ["--stream", "--all-pages", ""])
def test_a_reader_that_goes_away_is_no_failure_to_speak_of(arguments: str) -> None:
    # The reader is gone before anything is written.
    reading = f'{{ sleep 0.2; "$@" call {" ".join(LIST)} limit=1 {arguments}; echo "code $?" >&2; }} | true'
    done = subprocess.run(
        ["sh", "-c", reading, "sh", *PROGRAM], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stderr == "code 1\n"


def test_an_error_that_nobody_is_to_hear_is_no_output() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" 2>&-', "sh", *PROGRAM, "call", "nothing"],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")


def test_an_interrupt_ends_it_with_130_and_no_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        service = f"http://127.0.0.1:{silent.getsockname()[1]}"
        child = subprocess.Popen(
            [*PROGRAM, "call", "com.atproto.server.describeServer", "--service", service],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        connection, _ = silent.accept()
        with connection:
            connection.settimeout(60)
            assert connection.recv(65536)
            child.send_signal(signal.SIGINT)
            assert child.communicate() == (b"", b"")
        assert child.returncode == 130


def test_a_package_of_one_s_own_has_its_methods(
    pds: FakePds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lexicons = Path(__file__).parents[2] / "lexicons/com/atproto/server/describeServer.json"
    build(lexicons, tmp_path / "own_sdk")
    monkeypatch.syspath_prepend(tmp_path)
    own = ("--package", "own_sdk", "--service", pds.url)
    assert answer("com.atproto.server.describe_server", *own)["did"] == pds.did
    assert "There is no 'app.bsky.actor.getProfile'" in refused(PROFILE, *own)
    assert candidates(["call", "--package", "own_sdk", "com.atproto.server."]) == [
        "com.atproto.server.describeServer"
    ]


def test_no_input_at_all_is_an_empty_one() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *PROGRAM, "call", "com.atproto.repo.applyWrites", "@-"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("standard input isn't JSON")


def test_a_closed_output_is_no_failure() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PROGRAM, "call", *LIST],
        env=environment(),
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
