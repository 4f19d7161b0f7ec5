"""What an installed package says of itself is what it was made from."""

from __future__ import annotations

from tests.describe._folder import LEXICONS

from atlex_codegen._bases import load_bases
from atlex_codegen._describe._describer import Describer
from atlex_codegen._describe._installed import describers_of, installed_source
from atlex_codegen._load import load_source
from atlex_codegen._naming import Naming
from atlex_codegen._planner import plan_context


def test_the_descriptions_are_those_of_the_documents(lexicons):
    source = load_source(LEXICONS, None)
    made = Describer(plan_context(lexicons, source, Naming(lexicons)), "atlex_sdk")
    installed = describers_of("atlex_sdk")
    assert tuple(installed) == made.nsids
    for nsid, describer in installed.items():
        assert describer.document(nsid) == made.document(nsid)


def test_the_docstrings_give_the_overlay_back():
    (naming,) = load_bases(["atlex_sdk"])
    source, overlay = installed_source(naming), load_source(LEXICONS, None).descriptions
    lost = {key for key in overlay if source.descriptions.get(key) != overlay[key]}
    assert not lost
