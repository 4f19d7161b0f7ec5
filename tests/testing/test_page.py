from __future__ import annotations

from tools.fake_pds_page import PAGE, main, page

from atlex.testing import FakePds


def test_the_page_says_what_the_server_answers():
    assert PAGE.read_text(encoding="utf-8") == page(FakePds().methods)
    assert main(["--check"]) == 0


def test_every_method_has_a_sentence():
    sentences = FakePds().methods
    assert len(sentences) > 100
    assert [nsid for nsid, sentence in sentences.items() if not sentence.endswith(".")] == []


def test_added_methods_are_listed_with_their_first_line(pds):
    @pds.method("app.bsky.feed.getFeed")
    def get_feed(_):
        """Give a feed.

        More.
        """

    pds.add("app.bsky.feed.getSuggestedFeeds", lambda _: None)
    assert pds.methods["app.bsky.feed.getFeed"] == "Give a feed."
    assert pds.methods["app.bsky.feed.getSuggestedFeeds"] == ""
