"""The documentation in a browser: accessible, readable on a phone, searchable, and nothing loaded from elsewhere."""

from __future__ import annotations

import pytest

PAGES = [
    "index.html",
    "tutorial.html",
    "sessions.html",
    "architecture.html",
    "reference/atlex.session.html",
    "lexicons/app.bsky.actor.getProfile.html",
]
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=SIZES)
def shown(request, scheme, browser):
    """An empty page of a screen's size, in light or dark."""
    with browser.new_context(viewport=SIZES[request.param], color_scheme=scheme) as context:
        yield context.new_page()


@pytest.mark.parametrize("path", PAGES)
def test_no_accessibility_rule_is_broken(path, shown, site):
    from axe_playwright_python.sync_playwright import Axe

    shown.goto(f"{site}/{path}")
    results = Axe().run(shown)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_as_wide_as_the_phone_and_loads_from_its_site_alone(path, browser, site):
    requests, errors = [], []
    with browser.new_context(viewport=SIZES["phone"]) as context:
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{site}/{path}", wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES["phone"]["width"]
    assert not errors
    assert [url for url in requests if not url.startswith((site, "data:"))] == []


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("getProfile", "lexicons/app.bsky.actor.getProfile.html"),
        ("get_profile", "lexicons/app.bsky.actor.getProfile.html"),
        ("PasswordSession", "reference/atlex.session.html"),
        ("app password", "tutorial.html"),
    ],
)
def test_a_search_finds_its_page(words, path, browser, site):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site}/index.html")
        page.get_by_role("textbox", name="Search").first.fill(words)
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results li a")
        found = page.eval_on_selector_all("#search-results li a", "links => links.map(link => link.href)")
    assert any(address.startswith(f"{site}/{path}") for address in found[:10]), found[:10]
