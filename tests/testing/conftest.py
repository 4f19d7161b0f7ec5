from __future__ import annotations

from pathlib import Path

import pytest

from atlex.lexicon import Lexicons
from atlex.testing import FakePds

_FOLDER = Path(__file__).parents[2] / "lexicons"


class Time:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds

    async def async_sleep(self, seconds):
        self.now += seconds


@pytest.fixture(scope="session")
def lexicons():
    """The official documents."""
    return Lexicons.load(_FOLDER)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def make_pds(lexicons, time):
    """Starts servers whose time stands still unless the test moves it; they must not be at fault in the end."""
    started = []

    def make(documents=lexicons, **options):
        timing = {"clock": time, "sleep": time.sleep, "async_sleep": time.async_sleep}
        started.append(FakePds(documents, **(timing | options)))
        return started[-1]

    yield make
    for pds in started:
        pds.check()


@pytest.fixture
def pds(make_pds):
    return make_pds()


class Caller:
    """A client of one server, and what its answers come down to."""

    def __init__(self, pds):
        self.pds = pds
        self.http = pds.client()

    def get(self, nsid, token=None, headers=None, **params):
        return self.http.get(f"/xrpc/{nsid}", params=params, headers=_headers(token, headers))

    def post(self, nsid, token=None, headers=None, **body):
        return self.http.post(f"/xrpc/{nsid}", json=body or None, headers=_headers(token, headers))

    def send(self, nsid, content, content_type=None, token=None):
        headers = _headers(token, {"content-type": content_type} if content_type else None)
        return self.http.post(f"/xrpc/{nsid}", content=content, headers=headers)


def _headers(token, headers):
    return {**(headers or {}), **({"authorization": f"Bearer {token}"} if token else {})}


@pytest.fixture
def call(pds):
    caller = Caller(pds)
    with caller.http:
        yield caller


class User:
    """An account with a session, and the calls it makes."""

    def __init__(self, pds, http, handle):
        self.account = pds.create_account(handle, "password", email=f"{handle.partition('.')[0]}@example.com")
        self.did = self.account.did
        session = pds.create_session(handle)
        self.access, self.refresh = session["accessJwt"], session["refreshJwt"]
        self._http = http

    def get(self, nsid, **params):
        return self._http.get(nsid, self.access, **params)

    def post(self, nsid, **body):
        return self._http.post(nsid, self.access, **body)

    def repo(self, name, **body):
        return self.post(f"com.atproto.repo.{name}", repo=self.did, **body)

    def write_post(self, text="hello", **extra):
        record = {"text": text, "createdAt": "2024-01-01T00:00:00.000Z", **extra}
        return self.repo("createRecord", collection="app.bsky.feed.post", record=record).json()

    def write(self, collection, /, **record):
        """Write a record, and give its ``uri`` and ``cid``."""
        record = {"createdAt": "2024-01-01T00:00:00.000Z", **record}
        answer = self.repo("createRecord", collection=collection, record=record)
        assert answer.is_success, answer.text
        return {name: answer.json()[name] for name in ("uri", "cid")}

    def delete(self, record):
        collection, rkey = record["uri"].split("/")[3:]
        assert self.repo("deleteRecord", collection=collection, rkey=rkey).is_success

    def say(self, text, *, reply_to=None, root=None, **extra):
        """Write a post, perhaps as a reply, and give its ``uri`` and ``cid``."""
        if reply_to is not None:
            extra["reply"] = {"parent": reply_to, "root": root or reply_to}
        return self.write("app.bsky.feed.post", text=text, **extra)

    def see(self, nsid, /, **params):
        """The body of a successful answer."""
        answer = self.get(nsid, **params)
        assert answer.is_success, answer.text
        return answer.json()

    def do(self, nsid, /, **body):
        answer = self.post(nsid, **body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def upload(self, data=b"abc", content_type="text/plain"):
        return self._http.send("com.atproto.repo.uploadBlob", data, content_type, self.access)


@pytest.fixture
def alice(pds, call):
    return User(pds, call, "alice.test")


@pytest.fixture
def bob(pds, call):
    return User(pds, call, "bob.test")


@pytest.fixture
def carol(pds, call):
    return User(pds, call, "carol.test")
