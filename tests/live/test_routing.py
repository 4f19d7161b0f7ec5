"""Where calls go from the PDS, by headers: the app view, labelers, Ozone and chat; each test runs with both twins."""

from __future__ import annotations

import secrets

import pytest

from atlex import XrpcResponseError
from atlex_sdk import app, com

from ._twins import opened_twin

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sync", "async"])
async def elsewhere(request, network):
    """A new account at the PDS that passes calls on only to services that they name."""
    async with opened_twin(request.param, network.other_pds) as twin:
        yield twin


@pytest.fixture
async def stranger(elsewhere):
    return elsewhere.Client(await elsewhere.new_account())


@pytest.fixture
async def alice_session(twin):
    return await twin.login("alice.test", "hunter2")


@pytest.fixture
def alice(twin, alice_session):
    return twin.Client(alice_session)


@pytest.fixture
async def labeler_did(twin, alice):
    return (await twin.do(alice.com.atproto.identity.resolve_handle(handle="labeler.test"))).did


# The app view


async def test_a_call_that_names_the_app_view_reaches_it(elsewhere, network, stranger):
    through = stranger.with_options(proxy=f"{network.appview_did}#bsky_appview")
    profile = await elsewhere.do(through.app.bsky.actor.get_profile(actor="alice.test"))
    assert (profile.handle, profile.display_name) == ("alice.test", "Alice")


async def test_the_same_call_without_the_name_does_not_reach_it(elsewhere, stranger):
    with pytest.raises(XrpcResponseError) as caught:
        await elsewhere.do(stranger.with_options(retries=0).app.bsky.actor.get_profile(actor="alice.test"))
    assert (caught.value.status, caught.value.error) == (502, "UpstreamFailure")


async def test_a_client_made_with_the_app_views_name_writes_records_to_its_own_server(
    elsewhere, network, stranger
):
    through = stranger.with_options(proxy=f"{network.appview_did}#bsky_appview")
    profiles = through.app.bsky.actor.profile
    written = await elsewhere.do(profiles.put(app.bsky.actor.profile.Profile(display_name="Stranger")))
    assert written.uri == f"at://{stranger.did}/app.bsky.actor.profile/self"
    assert (await elsewhere.do(profiles.get())).value.display_name == "Stranger"


@pytest.mark.parametrize("service", ["#no_such_service", "#atproto_labeler"])
async def test_a_service_that_the_did_does_not_have_is_refused_by_the_pds(twin, network, client, service):
    through = client.with_options(proxy=network.appview_did + service)
    with pytest.raises(XrpcResponseError, match="could not resolve proxy did service url") as caught:
        await twin.do(through.app.bsky.feed.get_timeline())
    assert caught.value.status == 400


# Labelers


async def labels_of_alice(twin, client):
    answer = await twin.do(client.xrpc(app.bsky.actor.get_profile.METHOD, params={"actor": "alice.test"}))
    applied = answer.headers.get("atproto-content-labelers")
    return applied, {(label.src, label.val) for label in answer.body.labels or []}


async def test_a_labeler_that_is_asked_for_gives_its_labels_and_is_named_in_the_answer(
    twin, alice, labeler_did
):
    applied, labels = await labels_of_alice(twin, alice.with_options(labelers=[labeler_did]))
    assert applied == labeler_did
    assert labels == {(labeler_did, "rude")}


async def test_a_labeler_of_the_app_is_named_with_redact(twin, network, alice_session, labeler_did):
    client = twin.Client(alice_session, app_labelers=[network.ozone_did], labelers=[labeler_did])
    applied, labels = await labels_of_alice(twin, client)
    assert applied == f"{network.ozone_did};redact,{labeler_did}"
    assert labels == {(labeler_did, "rude")}


@pytest.mark.parametrize("labelers", [{}, {"labelers": None}, {"labelers": []}], ids=str)
async def test_without_labelers_the_app_view_uses_its_own(twin, network, alice, labeler_did, labelers):
    applied, labels = await labels_of_alice(twin, alice.with_options(**labelers))
    assert f"{network.ozone_did};redact" in applied.split(",")
    assert labeler_did not in applied
    assert labels == set()


async def test_labelers_of_a_header_are_kept_behind_the_others(twin, network, alice, labeler_did):
    client = alice.with_options(
        headers={"atproto-accept-labelers": network.ozone_did}, labelers=[labeler_did]
    )
    applied, _ = await labels_of_alice(twin, client)
    assert applied == f"{labeler_did},{network.ozone_did}"


# The moderation service


@pytest.fixture
async def moderator(twin, network):
    session = await twin.login("admin-mod.test", "admin-mod-pass")
    return twin.Client(session, proxy=f"{network.ozone_did}#atproto_labeler")


async def test_a_report_reaches_the_moderation_service_that_the_call_names(
    twin, network, session, client, moderator
):
    reason = f"the same thing over and over, {secrets.token_hex(5)}"
    through = client.with_options(proxy=f"{network.ozone_did}#atproto_labeler")
    report = await twin.do(
        through.com.atproto.moderation.create_report(
            reason_type=com.atproto.moderation.defs.REASON_SPAM,
            reason=reason,
            subject=com.atproto.admin.defs.RepoRef(did=session.did),
        )
    )
    assert report.reported_by == session.did

    moderation = moderator.tools.ozone.moderation
    events = (await twin.do(moderation.query_events(subject=session.did, created_by=session.did))).events
    assert [event.event.to_wire()["comment"] for event in events] == [reason]
    event = await twin.do(moderation.get_event(id=events[0].id))
    assert (event.created_by, event.event.to_wire()["reportType"]) == (session.did, report.reason_type)
    statuses = await twin.do(moderation.query_statuses(subject=session.did))
    assert [status.review_state for status in statuses.subject_statuses] == [
        "tools.ozone.moderation.defs#reviewOpen"
    ]


async def test_a_report_from_a_server_without_a_moderation_service_reaches_the_one_it_names(
    elsewhere, network, stranger
):
    def report(client):
        return client.com.atproto.moderation.create_report(
            reason_type=com.atproto.moderation.defs.REASON_OTHER,
            subject=com.atproto.admin.defs.RepoRef(did=stranger.did),
        )

    with pytest.raises(XrpcResponseError) as caught:
        await elsewhere.do(report(stranger))
    assert (caught.value.status, caught.value.error) == (502, "InternalServerError")
    through = stranger.with_options(proxy=f"{network.ozone_did}#atproto_labeler")
    assert (await elsewhere.do(report(through))).reported_by == stranger.did


async def test_who_is_no_moderator_is_told_so_by_the_moderation_service(twin, network, client):
    through = client.with_options(proxy=f"{network.ozone_did}#atproto_labeler")
    with pytest.raises(XrpcResponseError) as caught:
        await twin.do(through.tools.ozone.moderation.query_statuses())
    assert (caught.value.status, caught.value.error) == (401, "AuthenticationRequired")


# Chat


async def test_chat_goes_to_the_chat_service_by_itself(twin, client):
    assert (await twin.do(client.chat.bsky.convo.list_convos())).convos == []


async def test_without_the_name_of_the_chat_service_a_call_doesnt_reach_it(twin, client):
    with pytest.raises(XrpcResponseError) as caught:
        await twin.do(client.with_options(proxy=None).chat.bsky.convo.list_convos())
    assert (caught.value.status, caught.value.error) == (501, "MethodNotImplemented")


async def test_chat_goes_to_another_service_that_is_named(twin, network, client):
    # That Ozone has no such method shows that it was asked.
    through = client.with_options(proxy=f"{network.ozone_did}#atproto_labeler")
    with pytest.raises(XrpcResponseError) as caught:
        await twin.do(through.chat.bsky.convo.list_convos())
    assert (caught.value.status, caught.value.error) == (501, "MethodNotImplemented")
