"""A first session as it is seen: by keyboard alone, without scripts, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from paperlark.domain.feedback import Vote
from standins.browsing import OF_COLOUR, Watch, in_a_browser, violations
from standins.reading import App, first_app

pytestmark = in_a_browser
SLOWLY = 60_000
"""Milliseconds: the first card takes seconds on a busy machine."""
INTERESTS = "Pruning and quantization of language models."
_SMALL = (
    "[...document.querySelectorAll("
    "'button, input:not([type=hidden]), textarea, .ways a, .tuned a')]"
    ".filter(one => one.offsetParent && one.offsetHeight < 44).map(one => one.outerHTML)"
)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[App]:
    with first_app(tmp_path) as running:
        yield running


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the element with this label or text has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent"
        )
        if name in found:
            return
    pytest.fail(f"{name} is not reached by keyboard")


def _votes(first: App) -> list[Vote]:
    return [vote.vote for vote, _ in first.profile.reading.votes()]


def test_a_profile_is_begun_by_keyboard_alone(browser: Browser, first: App) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        watch = Watch()
        watch.over(page)
        page.goto(first.address)
        _tab_to(page, "Your field")
        page.keyboard.press("Control+A")
        page.keyboard.type("cs.LG")
        _tab_to(page, "Your interests")
        page.keyboard.type(INTERESTS)
        _tab_to(page, "Go on")
        page.keyboard.press("Enter")
        for number, key in enumerate("yxjy", start=1):
            expect(page.get_by_text(f"Card {number} of at most 12")).to_be_visible(timeout=SLOWLY)
            page.keyboard.press(key)
        expect(page.get_by_text("Card 5 of at most 12")).to_be_visible(timeout=SLOWLY)
        page.keyboard.press("u")
        expect(page.get_by_text("Card 4 of at most 12")).to_be_visible(timeout=SLOWLY)
        page.keyboard.press("y")
        expect(page.locator(".tuned .moved").first).to_be_visible()
        _tab_to(page, "write the profile")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("25 March 2025", timeout=SLOWLY)
        assert _votes(first) == [Vote.UP, Vote.DOWN, Vote.UP]
        assert watch.said == []
        assert all(one.startswith(first.origin) for one in watch.requests)


def test_a_profile_is_begun_without_scripts(browser: Browser, first: App, tmp_path: Path) -> None:
    library = tmp_path / "library.bib"
    library.write_text(
        "@article{a, title={Pruning of networks}, abstract={We prune language models.}}"
    )
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(first.address)
        page.get_by_label("Your field").fill("cs.LG")
        page.get_by_label("A file of papers").set_input_files(library)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("1 paper of library.bib")).to_be_visible(timeout=SLOWLY)
        expect(page.get_by_label("Your interests, in your own words")).to_contain_text("Pruning")
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="want", exact=True).click()
        page.get_by_role("button", name="not", exact=True).click()
        page.get_by_role("button", name="write the profile").click()
        page.goto(first.origin)
        assert _votes(first) == [Vote.UP, Vote.DOWN]
        [source] = first.profile.interests.imports()
        assert source.name == "library.bib"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out_of_a_first_session(
    browser: Browser, first: App, scheme: str
) -> None:
    rules = OF_COLOUR if scheme == "dark" else ()
    with browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    ) as context:
        page = context.new_page()

        def check() -> None:
            assert violations(page, *rules) == []
            assert page.evaluate(_SMALL) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390

        page.goto(first.address)
        check()
        page.get_by_label("Your field").fill("knitting")
        page.get_by_role("button", name="Go on").tap()
        expect(page.get_by_role("alert")).to_contain_text("knitting")
        check()
        page.get_by_label("Your field").fill("cs.LG")
        page.get_by_label("Your interests").first.fill(INTERESTS)
        page.get_by_role("button", name="Go on").tap()
        page.get_by_role("button", name="want", exact=True).tap()
        expect(page.get_by_text("Card 2 of")).to_be_visible(timeout=SLOWLY)
        check()
        for number in range(2, 13):
            page.get_by_role("button", name="skip").tap()
            expect(page.get_by_text(f"Card {number} of")).to_have_count(0, timeout=SLOWLY)
        expect(page.get_by_text("answered all cards")).to_be_visible()
        check()
