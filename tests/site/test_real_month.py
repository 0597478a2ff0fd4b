"""The site of a real month, as arXiv announced it: links, weight and every type of page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from standins.browsing import OF_COLOUR, OPEN_ALL, Watch, browser, in_a_browser, serious, served
from standins.links import broken

__all__ = ["browser"]

pytestmark = [*in_a_browser, pytest.mark.timeout(600)]

_PAGES = {
    "front": "index.html",
    "home": "a-real-month/index.html",
    "day": "a-real-month/2025/02/26/index.html",
    "quiet day": "a-real-month/2025/03/01/index.html",
    "others": "a-real-month/2025/02/26/others/index.html",
    "citations": "a-real-month/2025/02/26/citations/index.html",
    "month": "a-real-month/2025/03/index.html",
    "year": "a-real-month/2025/index.html",
    "topic": "a-real-month/topics/attention-and-kv-cache/index.html",
    "search": "a-real-month/search/index.html",
}


def test_every_link_leads_somewhere(real_month: Path) -> None:
    assert len(list(real_month.resolve().glob("a-real-month/2025/*/*/index.html"))) == 41
    assert broken(real_month) == []


@pytest.mark.parametrize("name", _PAGES)
def test_every_type_of_page_requests_nothing_and_is_accessible(
    browser: Browser, real_month: Path, name: str
) -> None:
    rate_limit_clock = Watch()
    with browser.new_context(viewport={"width": 360, "height": 800}, reduced_motion="reduce") as to:
        page = to.new_page()
        rate_limit_clock.over(page)
        page.goto((real_month / _PAGES[name]).as_uri())
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert all(one.startswith("file://") for one in rate_limit_clock.requests)
        assert rate_limit_clock.said == []
        assert serious(page) == []
        page.emulate_media(color_scheme="dark")
        assert serious(page, *OF_COLOUR) == []


def test_every_day_fits_a_phone(browser: Browser, real_month: Path) -> None:
    wide = []
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        for path in sorted(real_month.resolve().glob("a-real-month/2025/*/*/index.html")):
            page.goto(path.as_uri())
            page.evaluate(OPEN_ALL)
            if page.evaluate("document.documentElement.scrollWidth") != 360:
                wide.append(str(path))
    assert wide == []


def test_a_title_is_found_and_leads_to_its_paper(browser: Browser, real_month: Path) -> None:
    with served(real_month.resolve()) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/{_PAGES['search']}")
        page.get_by_role("searchbox").fill("xkv cross-layer svd kv-cache compression")
        page.keyboard.press("Enter")
        page.locator("#found a").first.click()
        expect(page.locator(":target").first).to_contain_text("xKV: Cross-Layer SVD")
        page.goto("about:blank")
