"""Messages of errors say what was given and what to give in its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError

from atlex import AsyncPasswordSession, PasswordSession, SessionData, now
from atlex.errors import InputError
from atlex.testing import FakePds
from atlex_bsky import Bluesky, Image
from atlex_bsky.media._video_files import inspect
from atlex_sdk import AsyncClient, Client, app, com

Post = app.bsky.feed.post.Post


@pytest.fixture
def session():
    with FakePds() as pds, pds.client() as http_client:
        pds.create_account("alice.test", "password")
        data = {**pds.create_session("alice.test"), "service": pds.url}
        yield PasswordSession(SessionData.model_validate(data), http_client=http_client)


@pytest.fixture
def client(session):
    return Client(session)


@pytest.mark.parametrize(
    ("actor", "hint"),
    [
        ("@alice.test", ": a handle is written without the @ before it"),
        ("@alice", ": a handle is written without the @ before it"),
        ("alice", ": a handle is a whole domain name, such as alice.bsky.social"),
        ("", ": a handle is a whole domain name, such as alice.bsky.social"),
        ("did:plc", ""),
        ("alice.test.", ""),
    ],
)
def test_a_handle_that_is_none(client, actor, hint):
    with pytest.raises(InputError) as caught:
        client.app.bsky.actor.get_profile(actor=actor)
    assert str(caught.value) == (
        f"The input was refused: actor: not a valid at-identifier (got {actor!r}){hint}"
    )


@pytest.mark.parametrize("uri", ["https://bsky.app/profile/a.test/post/3k", "http://a.test", "https://"])
def test_an_address_in_place_of_an_at_uri(client, uri):
    with pytest.raises(InputError, match=r"this is the address of a page, and an at-uri begins with at://$"):
        client.app.bsky.feed.get_post_thread(uri=uri)
    with pytest.raises(
        InputError, match=r"this is the address of a page; give the record's key or its at-uri$"
    ):
        client.app.bsky.feed.post.get(uri)


@pytest.mark.parametrize("created_at", ["2026-01-02", "yesterday", "2026-01-02 03:04:05", ""])
def test_a_datetime_that_is_none(created_at):
    with pytest.raises(ValidationError, match=r"\): a valid one is 2026-01-02T03:04:05Z \[type="):
        Post(text="", created_at=created_at)


@pytest.mark.parametrize("created_at", ["2026-01-02", "0001-01-01", "9999-12-31T23:59:59"])
def test_a_datetime_without_a_zone(created_at):
    with pytest.raises(ValidationError, match="has no time zone: give it one"):
        Post(text="", created_at=dt.datetime.fromisoformat(created_at))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": 1}, "text\n  expected a string (got 1) [type=string_type]"),
        ({"langs": "en"}, "langs\n  expected a list (got 'en') [type=list_type]"),
        ({"langs": ["en"] * 4}, "langs\n  has 4 items, at most 3 are allowed [type=array_rule]"),
        ({"reply": "at://"}, "reply\n  expected an object (got 'at://') [type=model_type]"),
        ({"lang": "en"}, "lang\n  no such field; did you mean 'langs'? [type=extra_forbidden]"),
        ({"embed": {"$type": "app.bsky.embed.images"}}, "embed.images\n  is required [type=missing]"),
        ({"facets": [{"features": []}]}, "facets.0.index\n  is required [type=missing]"),
    ],
)
@pytest.mark.parametrize("make", [lambda values: Post(**values), Post.model_validate])
def test_a_value_at_fault_is_told_in_one_voice(make, given, said):
    with pytest.raises(ValidationError) as caught:
        make({"text": "", "created_at": now(), **given})
    assert str(caught.value) == f"1 validation error for Post\n{said}"


@pytest.mark.parametrize("text", ["{", "[1", '{"accessJwt": "secret"'])
def test_a_text_that_isnt_json_stays_out_of_the_message(text):
    with pytest.raises(ValidationError, match="isn't JSON: EOF") as caught:
        Post.model_validate_json(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("password", [5, ["secret"], {"secret": 1}])
def test_a_password_of_another_type_stays_out_of_the_message(password):
    made_of = com.atproto.server.create_session.CreateSessionInput
    with pytest.raises(ValidationError, match=r"password\n  expected a string \[type=string_type\]$"):
        made_of(identifier="alice.test", password=password)


@pytest.mark.parametrize("record", [{"text": ""}, {}, {"$type": "app.bsky.feed.post"}])
def test_a_mapping_in_place_of_a_record(client, record):
    with pytest.raises(InputError, match=r"got dict: Post\.model_validate\(…\) makes one of it$"):
        client.app.bsky.feed.post.create(record)


@pytest.mark.parametrize("data", ["cat.png", "", "hello"])
def test_a_text_in_place_of_a_file(client, data):
    with pytest.raises(InputError, match=r"not str: a file is given as Path\(…\), a text as bytes$"):
        client.com.atproto.repo.upload_blob(data=data)


@pytest.mark.parametrize("name", ["cat.png", "nowhere/cat.png", "."])
def test_a_file_that_cant_be_opened_is_named_once(client, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        client.com.atproto.repo.upload_blob(data=Path(name))
    assert str(caught.value).count(name) == 1
    assert "Errno" not in str(caught.value)


@pytest.mark.parametrize("mode", ["r", "r+", "a+"])
def test_a_file_in_text_mode(client, tmp_path, mode):
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")
    with path.open(mode, encoding="utf-8") as file:
        file.seek(0)
        with pytest.raises(InputError, match="this one has str in it: open a file with 'rb'"):
            client.com.atproto.repo.upload_blob(data=file)


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"caf\xe9"])
def test_a_file_of_bytes_in_text_mode(client, tmp_path, content):
    path = tmp_path / "cat.jpg"
    path.write_bytes(content)
    with path.open(encoding="utf-8") as file:
        with pytest.raises(InputError, match=r"^The file to send .* as a text: open it with 'rb'$"):
            client.com.atproto.repo.upload_blob(data=file)
        file.seek(0)
        with pytest.raises(InputError, match=r"The picture can't be read: it was opened as a text, .* 'rb'$"):
            Bluesky(client).post(images=[Image(file, alt="")])
        with pytest.raises(InputError, match=r"^The video can't be read, .* as a text, and not with 'rb'$"):
            inspect(file)


@pytest.mark.parametrize("validation", ["loose", "Strict", ""])
def test_a_reading_level_that_doesnt_exist_is_shown(client, validation):
    expected = f"^validation must be 'lenient' or 'strict', not {validation!r}$"
    with pytest.raises(InputError, match=expected):
        client.with_options(validation=validation)
    with pytest.raises(InputError, match=expected):
        Post.from_wire({}, validation=validation)


def test_an_agent_that_doesnt_fit_is_told_what_does(session):
    data = session.data
    opening = AsyncPasswordSession.resume(data)
    for given, make, said in (
        (session, AsyncClient, "goes with a synchronous client, such as Client$"),
        (AsyncPasswordSession(data), Client, "goes with an asynchronous client, such as AsyncClient$"),
        (opening, AsyncClient, "not a value of type Opening: await it first, or enter it with `async with`$"),
        (None, Client, "not a value of type NoneType$"),
    ):
        with pytest.raises(InputError, match=said):
            make(given)
