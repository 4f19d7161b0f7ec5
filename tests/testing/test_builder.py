"""Instances with everything filled in that a test doesn't care about."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import atlex_sdk
from atlex import lexicon
from atlex.errors import InputError
from atlex.testing import fake
from atlex.testing._builder import _Builder
from atlex.testing._documents import find_lexicons
from atlex_sdk import app, com

_LEXICONS = find_lexicons(atlex_sdk)
_DEFINITIONS = [
    lexicon.DefId(nsid, name)
    for nsid, document in _LEXICONS.items()
    for name, definition in document.defs.items()
    if isinstance(definition, lexicon.Record | lexicon.Object)
]


def test_the_value_of_every_definition_is_valid():
    assert len(_DEFINITIONS) > 300
    for target in _DEFINITIONS:
        name = target.nsid if target.name == "main" else f"{target.nsid}#{target.name}"
        assert not _LEXICONS.validate(name, _Builder(_LEXICONS).named(target)), name


@pytest.mark.parametrize(
    "model",
    [
        app.bsky.feed.post.Post,
        app.bsky.feed.defs.ThreadViewPost,
        app.bsky.feed.get_timeline.GetTimelineParams,
        app.bsky.feed.get_timeline.GetTimelineOutput,
        app.bsky.graph.mute_actor.MuteActorInput,
        app.bsky.embed.images.Image,
        com.atproto.label.defs.Label,
    ],
)
def test_an_instance_of_any_kind_of_class_can_be_made(model):
    assert type(fake(model)) is model


def test_what_is_given_is_there_and_the_rest_is_valid():
    author = fake(app.bsky.actor.defs.ProfileViewBasic, handle="bob.test")
    post = fake(app.bsky.feed.defs.PostView, author=author, like_count=3)
    assert (post.author.handle, post.like_count) == ("bob.test", 3)
    assert app.bsky.feed.defs.PostView.from_wire(post.to_wire(), validation="strict") == post


def test_two_instances_have_identifiers_of_their_own():
    first, second = fake(app.bsky.feed.defs.PostView), fake(app.bsky.feed.defs.PostView)
    assert first.uri != second.uri
    assert first.author.did != second.author.did


def test_a_field_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError, match="like_count"):
        fake(app.bsky.feed.defs.PostView, likes_count=3)


def test_a_value_that_a_field_cannot_have_is_refused():
    with pytest.raises(ValidationError):
        fake(app.bsky.feed.post.Post, text="x" * 3001)


@pytest.mark.parametrize("model", [int, dict, "app.bsky.feed.post", None])
def test_what_is_no_generated_class_is_refused(model):
    with pytest.raises(InputError, match="no generated class"):
        fake(model)
