"""SessionData: the JSON of the TypeScript type, and no secret in any text."""

from __future__ import annotations

import json
import pickle
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from atlex.errors import InputError
from atlex.session import AsyncPasswordSession, PasswordSession, SessionData

FULL = {
    "accessJwt": "SECRET-access",
    "refreshJwt": "SECRET-refresh",
    "handle": "alice.example",
    "did": "did:example:alice",
    "didDoc": {"id": "did:example:alice", "service": [], "n": [1, 2.5, None, True]},
    "email": "SECRET@mail.example",
    "emailConfirmed": True,
    "emailAuthFactor": False,
    "active": True,
    "status": "takendown",
    "service": "https://bsky.social",
}
REQUIRED = ("accessJwt", "refreshJwt", "handle", "did", "service")


def without(*names):
    return {name: value for name, value in FULL.items() if name not in names}


@pytest.mark.parametrize("kind", [str, str.encode, lambda text: bytearray(text.encode())])
def test_a_byte_order_mark_before_it_is_skipped(kind):
    data = SessionData.model_validate_json(kind("\ufeff" + json.dumps(FULL)))
    assert data == SessionData.model_validate_json(json.dumps(FULL))


def test_it_reads_and_writes_the_official_json():
    data = SessionData.model_validate_json(json.dumps(FULL))

    assert data.access_jwt == "SECRET-access"
    assert data.did_doc["id"] == "did:example:alice"
    assert (data.email_confirmed, data.email_auth_factor, data.active) == (True, False, True)
    assert json.loads(data.model_dump_json()) == FULL
    assert data.model_dump() == FULL
    assert SessionData.model_validate(data.model_dump()) == data
    assert data.model_dump(by_alias=False)["email_confirmed"] is True


def test_it_is_made_with_python_names_too():
    data = SessionData(
        service="https://bsky.social",
        did="did:example:alice",
        handle="alice.example",
        access_jwt="a",
        refresh_jwt="r",
        email=None,
    )
    assert data.model_dump() == {
        "accessJwt": "a",
        "refreshJwt": "r",
        "handle": "alice.example",
        "did": "did:example:alice",
        "service": "https://bsky.social",
    }


def test_unknown_fields_are_kept_and_written_back():
    stored = FULL | {"appPassword": {"name": "x", "nested": [1]}, "did_doc_v2": None}
    assert SessionData.model_validate(stored).model_dump() == stored


def test_absent_fields_are_left_out_and_null_is_absence():
    minimal = {name: FULL[name] for name in REQUIRED}
    data = SessionData.model_validate(minimal | {"email": None, "didDoc": None})
    assert data.model_dump() == minimal
    assert json.loads(data.model_dump_json()) == minimal

    class Store(BaseModel):
        session: SessionData

    assert Store(session=data).model_dump() == {"session": minimal}


texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=10,
)
known = set(FULL) | set(SessionData.model_fields)


@given(
    st.fixed_dictionaries(
        {
            "accessJwt": st.from_regex(r"[\x21-\x7e]+", fullmatch=True),
            "refreshJwt": st.from_regex(r"[\x21-\x7e]+", fullmatch=True),
            "handle": texts,
            "did": st.from_regex(r"did:[a-z]{1,9}:[a-zA-Z0-9._-]{1,40}", fullmatch=True),
            "service": st.sampled_from(
                ["https://bsky.social", "http://localhost:2583/", "https://host/prefix"]
            ),
        },
        optional={
            "didDoc": st.dictionaries(texts, values),
            "email": texts,
            "emailConfirmed": st.booleans(),
            "emailAuthFactor": st.booleans(),
            "active": st.booleans(),
            "status": texts,
        },
    ),
    st.dictionaries(texts.filter(lambda name: name not in known), values),
)
def test_any_session_survives_the_way_through_a_file(fields, unknown):
    stored = fields | unknown
    data = SessionData.model_validate_json(json.dumps(stored))
    assert json.loads(data.model_dump_json()) == stored
    assert SessionData.model_validate_json(data.model_dump_json()) == data


def test_no_text_of_it_shows_a_secret():
    data = SessionData.model_validate(FULL | {"future": "SECRET-future"})
    shown = f"{data!r}{data}{[data]}"
    assert "SECRET" not in shown
    assert repr(data) == (
        "SessionData(did='did:example:alice', handle='alice.example', service='https://bsky.social', "
        "active=True, status='takendown')"
    )


@pytest.mark.parametrize(
    ("stored", "where"),
    [
        (without("accessJwt"), "accessJwt"),
        (without("did"), "did"),
        (FULL | {"refreshJwt": ["SECRET"]}, "refreshJwt"),
        (FULL | {"accessJwt": "SECRET\r\nx: y"}, "accessJwt"),
        (FULL | {"accessJwt": ""}, "accessJwt"),
        (FULL | {"accessJwt": "SECRET\n"}, "accessJwt"),
        (FULL | {"did": "SECRET"}, "did"),
        (FULL | {"service": "SECRET"}, "service"),
        (FULL | {"service": "https://alice:SECRET@host"}, "service"),
        (FULL | {"emailConfirmed": "SECRET"}, "emailConfirmed"),
        (FULL | {"didDoc": ["SECRET"]}, "didDoc"),
        ("SECRET", ""),
        (["SECRET"], ""),
    ],
)
def test_its_validation_errors_name_the_place_and_show_no_secret(stored, where):
    with pytest.raises(ValidationError) as caught:
        SessionData.model_validate(stored)
    error = caught.value
    assert where in str(error)
    assert "SECRET" not in f"{error}{error!r}{error.errors()}{error.json()}"
    assert (error.__cause__, error.__context__) == (None, None)

    with pytest.raises(ValidationError) as caught:
        SessionData.model_validate_json(json.dumps(stored))
    assert "SECRET" not in f"{caught.value}{caught.value!r}"


def test_a_broken_file_shows_no_secret():
    with pytest.raises(ValidationError) as caught:
        SessionData.model_validate_json('{"accessJwt": "SECRET')
    assert "SECRET" not in f"{caught.value}{caught.value!r}{caught.value.errors()}{caught.value.json()}"


def test_it_cannot_be_changed():
    data = SessionData.model_validate(FULL)
    with pytest.raises(ValidationError, match="Instance is frozen") as caught:
        data.access_jwt = "SECRET-other"
    assert "SECRET" not in f"{caught.value}{caught.value!r}"
    assert data.access_jwt == "SECRET-access"
    assert data.model_copy(update={"handle": "new.example"}).handle == "new.example"


def test_it_can_be_pickled():
    data = SessionData.model_validate(FULL)
    assert pickle.loads(pickle.dumps(data)) == data


@pytest.mark.parametrize("session", [PasswordSession, AsyncPasswordSession])
def test_a_session_refuses_stored_json_that_was_not_read(session):
    for unread in (FULL, json.dumps(FULL), None):
        with pytest.raises(InputError, match=r"SessionData\.model_validate") as caught:
            session(cast("Any", unread))
        assert "SECRET" not in str(caught.value)
