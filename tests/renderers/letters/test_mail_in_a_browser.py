"""Mail as a browser shows it: how clients with a modern engine do, and what others leave of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from paperlark.domain.delivery import Bulletin, Failure
from paperlark.renderers.letters import write
from standins.browsing import _QUIETLY, CHROMIUM, OF_COLOUR, Watch, in_a_browser, serious
from standins.bulletins import MAIL, PAGE, long_day, of_a_day, of_a_failure, of_a_week, page_of
from standins.digests import DAY, hostile, ordinary, partial

pytestmark = in_a_browser

STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
WIDTHS = (320, 600, 1100)
WIDEST = """Math.max(...[...document.querySelectorAll('p, h1, h2')]
    .map(one => one.getBoundingClientRect().width))"""
SMALLEST = """Math.min(...[...document.querySelectorAll('p')]
    .map(one => parseFloat(getComputedStyle(one).fontSize)))"""
BULLETINS = {
    "long": of_a_day(long_day(4)),
    "hostile": of_a_day(hostile(), notices=("The channel lab cannot be reached.",)),
    "partial": of_a_day(partial()),
    "failure": of_a_failure("no key: set OPENAI_API_KEY"),
    "week": of_a_week(
        (ordinary(),), failures=(Failure(DAY, "no answer"),), pages={DAY: page_of(DAY)}
    ),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open one that shows no images."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*_QUIETLY, "--blink-settings=imagesEnabled=false"]
        )
        yield launched
        launched.close()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def window(browser: Browser, scheme: str) -> Iterator[Page]:
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    yield page
    page.close()


@pytest.fixture(params=[True, False], ids=["styled", "without its style elements"])
def styled(request: pytest.FixtureRequest) -> bool:
    kept: bool = request.param
    return kept


def shown(window: Page, folder: Path, bulletin: Bulletin, *, styled: bool) -> str:
    """Open the mail and give its address."""
    [message] = write(bulletin, MAIL)
    file = folder / "mail.html"
    markup = message.html or ""
    file.write_text(markup if styled else STYLE.sub("", markup), "utf-8")
    window.goto(file.as_uri())
    return file.as_uri()


@pytest.mark.parametrize("name", BULLETINS)
def test_nothing_overflows_and_everything_can_be_read(
    window: Page, tmp_path: Path, name: str, *, styled: bool
) -> None:
    rate_limit_clock = Watch()
    rate_limit_clock.over(window)
    address = shown(window, tmp_path, BULLETINS[name], styled=styled)
    for width in WIDTHS:
        window.set_viewport_size({"width": width, "height": 800})
        assert window.evaluate("document.documentElement.scrollWidth") == width
        assert window.evaluate(WIDEST) <= 640
    assert serious(window, *OF_COLOUR) == []
    assert rate_limit_clock.requests == [address]
    assert rate_limit_clock.said == []


def test_no_text_is_smaller_than_can_be_read(window: Page, tmp_path: Path, *, styled: bool) -> None:
    shown(window, tmp_path, BULLETINS["long"], styled=styled)
    assert window.evaluate(SMALLEST) >= 13


def test_it_is_dark_by_night_where_its_style_is_kept(
    window: Page, tmp_path: Path, scheme: str
) -> None:
    shown(window, tmp_path, BULLETINS["partial"], styled=True)
    ground = window.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(23, 22, 20)" if scheme == "dark" else "rgb(252, 251, 248)")


def test_the_links_are_there_with_images_off(window: Page, tmp_path: Path, *, styled: bool) -> None:
    shown(window, tmp_path, of_a_day(), styled=styled)
    links = window.get_by_role("link").all()
    assert [link.inner_text() for link in links] == [
        *("View in browser", *("Title 1", "Title 2", "Title 3") * 2, "The whole page")
    ]
    assert all(link.is_visible() for link in links)
    assert links[0].get_attribute("href") == PAGE


def test_what_a_list_of_mails_previews_is_not_shown_in_the_mail(
    window: Page, tmp_path: Path, *, styled: bool
) -> None:
    shown(window, tmp_path, of_a_day(), styled=styled)
    assert window.get_by_text("Title 1 · Title 2 · Title 3").is_hidden()


def test_a_client_that_marks_what_it_made_dark_gets_dark_colours_too(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page(color_scheme="light")
    shown(page, tmp_path, BULLETINS["partial"], styled=True)
    page.evaluate(
        "document.documentElement.setAttribute('data-ogsc', '');"
        "document.documentElement.setAttribute('data-ogsb', '');"
    )
    assert serious(page, *OF_COLOUR) == []
    ground = page.evaluate("getComputedStyle(document.querySelector('table')).backgroundColor")
    assert ground == "rgb(23, 22, 20)"
    page.close()
