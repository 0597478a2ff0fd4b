from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from paperlark.renderers.html import HtmlRenderer
from standins.browsing import OPEN_ALL, Watch, browser, in_a_browser
from standins.digests import hostile, narrowed, ordinary

__all__ = ["browser"]

SMALL_TARGETS = """[...document.querySelectorAll('nav a, summary, h3 ~ p:has(br) a, .missing a')]
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
    assert phone.evaluate("document.scripts.length") == 0


def test_what_can_be_touched_is_large_enough(phone: Page, address: str) -> None:
    phone.goto(address)
    assert phone.evaluate(SMALL_TARGETS) == 0


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
