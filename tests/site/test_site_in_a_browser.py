"""Every type of page as people meet it: by thumb, keyboard or ear, with scripts or without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from standins import sites
from standins.browsing import OF_COLOUR, OPEN_ALL, Watch, browser, in_a_browser, serious
from standins.links import broken
from standins.sites import PAGES

__all__ = ["browser"]

pytestmark = in_a_browser

# Everything that a finger is meant to hit; what is not shown has no height.
_SMALL_TARGETS = """[...document.querySelectorAll(
    'nav a, summary, button, input[type=search], h3 ~ p:has(br) a, .missing a, .beside a,'
    + ' .names a, .ranks a, .readers a, .listing .title a, .wall a, .wide a, section > p a')]
    .filter(one => one.checkVisibility())
    .filter(one => one.getBoundingClientRect().height < 43.9)
    .map(one => one.outerHTML.slice(0, 200))"""
_FOCUS = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const look = getComputedStyle(one);
    return {
        name: one.tagName.toLowerCase(),
        text: one.textContent.trim(),
        group: ['.skip', '.walk', '.contents', 'h3', 'h3 ~ p:has(br)', 'summary']
            .find(part => one.closest(part)) || '',
        seen: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2
            && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 1100, "height": 900}, reduced_motion="reduce"
    ) as context:
        yield context.new_page()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Return a page of a browser without JavaScript."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True
    ) as context:
        yield context.new_page()


def _of(site: Path, name: str) -> str:
    return (site / PAGES[name]).as_uri()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_leads_to_the_search(plain: Page, two_readers: Path, name: str) -> None:
    plain.goto(_of(two_readers, name))
    way = "[href$='search/index.html'], form[action$='search/index.html'], form#ask"
    assert plain.locator(way).count() > 0


def test_the_site_of_one_reader_begins_with_the_latest_day(plain: Page, tmp_path: Path) -> None:
    judged, _ = sites.ordinary()
    sites.publish([judged], tmp_path)
    plain.goto((tmp_path / "index.html").as_uri())
    assert plain.locator("h3").first.inner_text() == "Wednesday, 26 February 2025"
    assert plain.get_by_role("searchbox").is_visible()
    assert plain.get_by_role("link", name="All readers").count() == 0
    plain.locator(".listing a").first.click()
    assert plain.title().startswith("Wednesday, 26 February 2025")
    assert broken(tmp_path) == []


def test_every_link_leads_somewhere(two_readers: Path) -> None:
    assert broken(two_readers) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_another_machine_for_anything(
    page: Page, two_readers: Path, name: str
) -> None:
    rate_limit_clock = Watch()
    rate_limit_clock.over(page)
    page.goto(_of(two_readers, name))
    own = {_of(two_readers, name)} | (
        {(two_readers / PAGES["search"]).with_name("search.js").as_uri()}
        if name == "search"
        else set()
    )
    assert set(rate_limit_clock.requests) == own
    assert rate_limit_clock.said == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_in_light_or_dark_colours(
    page: Page, two_readers: Path, name: str
) -> None:
    page.goto(_of(two_readers, name))
    page.evaluate(OPEN_ALL)
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    assert serious(page, *OF_COLOUR) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_needs_no_sideways_scrolling(phone: Page, two_readers: Path, name: str) -> None:
    phone.goto(_of(two_readers, name))
    phone.evaluate(OPEN_ALL)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert phone.evaluate(_SMALL_TARGETS) == []


def test_without_scripts_a_reader_navigates_from_day_to_year(
    plain: Page, two_readers: Path
) -> None:
    plain.goto(_of(two_readers, "front"))
    plain.get_by_role("link", name="Foundations of machine learning").first.click()
    plain.get_by_role("cell", name="21 6 selected of 24").get_by_role("link").click()
    assert plain.title().startswith("Friday, 21 February 2025")
    # The Saturday after it has a page, for nothing was announced, and is not on the way.
    plain.locator("[rel=next]").click()
    assert plain.title().startswith("Tuesday, 25 February 2025")
    assert "partial" in plain.locator(".summary").inner_text()
    plain.locator("[rel=prev]").click()
    assert plain.title().startswith("Friday, 21 February 2025")
    plain.get_by_role("link", name="February 2025").click()
    assert plain.locator(".summary").inner_text().startswith("3 days")
    assert plain.locator("h1").inner_text() == "February 2025"
    plain.get_by_role("link", name="2025", exact=True).click()
    assert plain.locator("h1").inner_text() == "2025"
    plain.locator("[rel=prev]").click()
    assert plain.locator("h1").inner_text() == "2024"


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"search"}))
def test_without_scripts_all_of_a_page_is_there(
    plain: Page, page: Page, two_readers: Path, name: str
) -> None:
    texts = []
    for one in (plain, page):
        one.goto(_of(two_readers, name))
        texts.append(one.locator("body").inner_text())
    # With scripts there is a vote pad as well; all else is the same, in the same order.
    rest = iter(texts[1].splitlines())
    assert [line for line in texts[0].splitlines() if line not in rest] == []
    assert len(texts[0]) > 100


def test_without_scripts_the_search_names_the_command(plain: Page, two_readers: Path) -> None:
    plain.goto(_of(two_readers, "search"))
    instead = plain.locator("noscript p")
    assert instead.is_visible()
    assert "paperlark search WORDS" in (instead.text_content() or "")
    assert not plain.locator("form").is_visible()


def test_an_abstract_opens_without_scripts(plain: Page, two_readers: Path) -> None:
    plain.goto(_of(two_readers, "day"))
    abstract = plain.get_by_text("We study matter number 2 of 2025-02-26").first
    assert not abstract.is_visible()
    plain.get_by_text("Abstract", exact=True).nth(1).click()
    assert abstract.is_visible()


def test_a_citation_is_copied_without_scripts(plain: Page, two_readers: Path) -> None:
    plain.goto(_of(two_readers, "day"))
    plain.get_by_role("link", name="cite").nth(1).click()
    assert plain.url.endswith("citations/index.html#paper-2502.26002")
    entry = plain.locator("#paper-2502\\.26002 pre")
    assert entry.inner_text().startswith("@misc{")
    assert entry.evaluate("one => getComputedStyle(one).userSelect") == "all"


def test_the_keyboard_alone_reaches_and_opens_everything(page: Page, two_readers: Path) -> None:
    page.goto(_of(two_readers, "day"))
    stops = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUS)
        if stop["name"] == "body":
            break
        stops.append(stop)
    assert [stop["text"] for stop in stops if not stop["seen"]] == []
    groups = [stop["group"] for stop in stops]
    assert list(dict.fromkeys(groups))[:4] == [".skip", ".walk", "summary", ".contents"]
    assert groups.count(".contents") == groups.count("h3") == 6
    assert groups.count("h3 ~ p:has(br)") == 12
    # The accounting, abstracts, evidence, more authors, the prompt.
    assert groups.count("summary") == 15


def test_the_skip_link_goes_past_the_contents_and_enter_opens_a_fold(
    page: Page, two_readers: Path
) -> None:
    page.goto(_of(two_readers, "day"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUS)["group"] == "h3"
    fold = page.locator("article details").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.get_attribute("open") is not None


@pytest.mark.parametrize("name", PAGES)
def test_focus_can_be_seen_on_every_page(page: Page, two_readers: Path, name: str) -> None:
    page.goto(_of(two_readers, name))
    for _ in range(12):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUS)
        if stop["name"] == "body":
            break
        assert stop["seen"], stop


def test_abstracts_are_printed_and_navigation_is_not(page: Page, two_readers: Path) -> None:
    page.emulate_media(media="print")
    page.goto(_of(two_readers, "day"))
    assert page.get_by_text("We study matter number 2 of 2025-02-26").first.is_visible()
    assert not page.locator(".walk").is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
