"""Tools that make references of their own read the packages: griffe from the source, pdoc from the interpreter."""

from __future__ import annotations

import logging
from importlib import import_module

import griffe
import pdoc.doc
import pdoc.render
import pytest

pytestmark = pytest.mark.slow
_PACKAGES = ["atlex", "atlex_bsky", "atlex_codegen", "atlex_sdk"]


def _written(holder):
    """Everything that is written in a package, and not handed on."""
    for member in holder.members.values():
        if not member.is_alias:
            yield member
            yield from _written(member)


@pytest.mark.parametrize("name", _PACKAGES)
def test_griffe_reads_every_docstring_without_a_warning(name, caplog):
    with caplog.at_level(logging.WARNING):
        package = griffe.load(name, docstring_parser="google", resolve_aliases=True)
        parsed = [each.docstring.parsed for each in _written(package) if each.docstring]
    assert len(parsed) > 50
    assert caplog.messages == []


def test_griffe_finds_a_generated_method_with_its_argument():
    method = griffe.load("atlex_sdk", docstring_parser="google")[
        "_client.app.bsky.actor.ActorNamespace.get_profile"
    ]
    (arguments,) = (part for part in method.docstring.parsed if part.kind.value == "parameters")
    assert [argument.name for argument in arguments.value] == ["actor"]
    assert arguments.value[0].description


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("atlex", "A call that meets an expired token refreshes the session"),
        ("atlex_bsky", "Preferences.find"),
        ("atlex_codegen", "plan_json"),
        ("atlex_sdk", "Client.app"),
        # Where the generated methods are written.
        ("atlex_sdk._client.app.bsky.actor", "ActorNamespace.get_profile"),
    ],
)
def test_pdoc_renders_a_package_whose_names_are_loaded(name, found):
    module = import_module(name)
    for public in getattr(module, "__all__", ()):
        # pdoc looks into the module's dictionary, where a name is from its first use on.
        getattr(module, public)
    page = pdoc.doc.Module(module)
    assert found in pdoc.render.html_module(page, all_modules={name: page})
