from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from paperlark.domain.digest import Digest
from paperlark.renderers import wording
from paperlark.renderers.html import HtmlRenderer, Navigation, NavigationLink
from standins.browsing import OF_COLOUR, OPEN_ALL, Watch, browser, in_a_browser, serious
from standins.digests import (
    hostile,
    narrowed,
    ordinary,
    partial,
    read_thrice,
    without_judge,
)

__all__ = ["browser"]

SMALL_TARGETS = """[...document.querySelectorAll(
    'nav a, summary, button, h3 ~ p:has(br) a, .missing a')]
    .map(target => target.getBoundingClientRect())
    .filter(box => box.width > 0 && (box.height < 43.9 || box.width < 43.9)).length"""

pytestmark = in_a_browser


@pytest.fixture(params=["light", "dark"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = browser.new_page(
        viewport={"width": 360, "height": 800}, color_scheme=request.param, reduced_motion="reduce"
    )
    yield page
    page.close()


@pytest.fixture(params=[narrowed, hostile])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    page = HtmlRenderer().render(request.param())
    file = tmp_path / page.path
    file.write_bytes(page.content)
    return file.as_uri()


def test_a_phone_needs_no_sideways_scrolling_and_the_page_requests_nothing(
    phone: Page, address: str
) -> None:
    rate_limit_clock = Watch()
    rate_limit_clock.over(phone)
    phone.goto(address)
    phone.evaluate(OPEN_ALL)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert rate_limit_clock.requests == [address]
    assert rate_limit_clock.said == []
    assert phone.title().startswith("Wednesday, 26 February 2025 · ")
    assert phone.evaluate("document.scripts.length") == 1  # the vote pad


def test_what_can_be_touched_is_large_enough(phone: Page, address: str) -> None:
    phone.goto(address)
    phone.get_by_role("button", name="want").first.click()
    assert phone.evaluate(SMALL_TARGETS) == 0


def _walk() -> Navigation:
    links = [NavigationLink(text, "x.html") for text in ("Tue 25 Feb", "February 2025", "Thu 27")]
    return Navigation(links[0], (links[1], NavigationLink("A reader", "y.html")), links[2])


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("make", [ordinary, narrowed, partial, without_judge, read_thrice])
@pytest.mark.parametrize("navigation", [None, _walk()])
def test_the_first_screen_of_a_phone_shows_the_first_title(
    browser: Browser,
    tmp_path: Path,
    make: Callable[[], Digest],
    navigation: Navigation | None,
    colours: Literal["light", "dark"],
) -> None:
    digest = make()
    file = tmp_path / "day.html"
    file.write_bytes(HtmlRenderer(navigation).render(digest).content)
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=colours)
    page.goto(file.as_uri())
    box = page.locator(".contents li a > span").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844
    account = page.locator("header .account > summary")
    for part in wording.account(digest):
        expect(account).to_contain_text(part)
    assert not page.get_by_text("listings").first.is_visible()
    account.click()
    assert page.get_by_text("listings").first.is_visible()
    assert serious(page, *OF_COLOUR) == []
    page.close()


def test_abstracts_are_printed_though_they_are_folded(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "day.html"
    file.write_bytes(HtmlRenderer().render(ordinary()).content)
    page = browser.new_page()
    page.goto(file.as_uri())
    abstract = page.get_by_text("First paragraph of 2.")
    assert not abstract.is_visible()
    page.emulate_media(media="print")
    assert abstract.is_visible()
    page.close()
