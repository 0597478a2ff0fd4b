"""Keys and votes on a page that is a file, with its own policy of content in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from paperlark.domain.paper import PaperId
from paperlark.domain.reading_keys import KEYS
from paperlark.domain.site_addresses import vote_issue, vote_issue_title
from paperlark.domain.vote_lines import BadLine, parse_vote_lines
from paperlark.renderers.html import HtmlRenderer, Navigation
from standins.browsing import OF_COLOUR, Watch, browser, in_a_browser, serious, served
from standins.digests import digest, entry, hostile, ordinary

__all__ = ["browser"]

pytestmark = in_a_browser

NOW = datetime(2025, 2, 27, tzinfo=UTC)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    ) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext, tmp_path: Path) -> Page:
    return _opened(context, tmp_path)


def _opened(context: BrowserContext, folder: Path) -> Page:
    file = folder / "day.html"
    file.write_bytes(HtmlRenderer().render(ordinary()).content)
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def _press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _votes(page: Page) -> list[str]:
    """Return the pad's lines without their times."""
    lines = page.locator(".pad textarea").input_value().splitlines()
    return [" ".join(line.split()[:-1]) for line in lines]


def test_keys_walk_the_papers_and_vote(page: Page) -> None:
    watch = Watch()
    watch.over(page)
    page.reload()
    _press(page, "jyjxsk")
    assert _votes(page) == [
        "2502.00001 want 2025-02-26 1",
        "2502.00002 not 2025-02-26 2",
        "2502.00002 save 2025-02-26 2",
    ]
    assert page.evaluate("document.activeElement.textContent") == "Title 1"
    assert page.locator(".current").get_attribute("id") == "paper-2502.00001"
    expect(page.locator(".pad [data-count]")).to_have_text("3 votes")
    assert watch.said == []
    assert len(watch.requests) == 1


def test_the_lines_are_what_the_command_reads(page: Page) -> None:
    _press(page, "jyjxs")
    lines = list(parse_vote_lines(page.locator(".pad textarea").input_value(), NOW))
    assert not [one for one in lines if isinstance(one, BadLine)]
    assert len({one.event.id for one in lines if not isinstance(one, BadLine)} - {""}) == 3


def test_a_vote_is_released_and_replaced_and_kept_over_a_reload(page: Page) -> None:
    _press(page, "jyxjss")
    page.reload()
    assert _votes(page) == ["2502.00001 not 2025-02-26 1"]
    pressed = page.locator("[aria-pressed=true]")
    expect(pressed).to_have_count(1)
    pressed.click()
    page.reload()
    assert _votes(page) == []
    expect(page.locator(".pad [data-count]")).to_have_text("No votes on this page yet")
    assert not page.get_by_role("button", name="Copy").is_visible()


def test_the_abstract_and_arxiv_open_by_keys(page: Page, context: BrowserContext) -> None:
    context.route("https://arxiv.org/**", lambda route: route.fulfill(body="arXiv"))
    _press(page, "jo")
    assert page.get_by_text("First paragraph of 1.").is_visible()
    with context.expect_page() as opened:
        _press(page, "v")
    assert opened.value.url == "https://arxiv.org/abs/2502.00001"
    assert opened.value.evaluate("window.opener") is None


def test_the_keys_are_those_of_the_reading_app(page: Page) -> None:
    _press(page, "?")
    shown = page.locator("dialog kbd").all()
    assert shown[0].is_visible()
    assert {one.get_attribute("data-key"): one.inner_text() for one in shown}.items() <= (
        KEYS.items()
    )
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_single_keys_can_be_switched_off_for_good(page: Page) -> None:
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("single keys work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    _press(page, "jyv?")
    assert page.locator(".current").count() == 0
    assert not page.locator("dialog").is_visible()
    page.get_by_role("button", name="save").first.click()
    assert _votes(page) == ["2502.00001 save 2025-02-26 1"]


def test_keys_mean_nothing_in_a_text_field_or_with_a_modifier(page: Page) -> None:
    _press(page, "jy")
    page.get_by_text("Lines", exact=True).click()
    page.locator("textarea").focus()
    _press(page, "xs")
    page.locator("h3 a").first.focus()
    for chord in ("Control+s", "Alt+x", "Meta+y"):
        page.keyboard.press(chord)
    assert _votes(page) == ["2502.00001 want 2025-02-26 1"]


def test_where_the_browser_keeps_nothing_the_lines_are_there_still(
    context: BrowserContext, tmp_path: Path
) -> None:
    refused = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    context.add_init_script(refused)
    page = _opened(context, tmp_path)
    _press(page, "jy")
    assert _votes(page) == ["2502.00001 want 2025-02-26 1"]
    expect(page.locator(".pad [role=status]")).to_contain_text("copy the lines before you leave")


def test_what_others_left_in_the_storage_is_passed_over(page: Page) -> None:
    _press(page, "jy")
    page.evaluate(
        """() => {
            const [name] = Object.keys(localStorage);
            const kept = JSON.parse(localStorage.getItem(name));
            localStorage.setItem(name, JSON.stringify({
                ...kept, "x\\n2502.00009 want": "2025-02-26 1 2025", "2502.00003 want": "<b>", a: 1,
            }));
        }"""
    )
    page.reload()
    assert _votes(page) == ["2502.00001 want 2025-02-26 1"]
    page.evaluate("localStorage.setItem(Object.keys(localStorage)[0], '[1')")
    page.reload()
    assert _votes(page) == []


def test_two_tabs_keep_the_votes_of_both(
    page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    other = _opened(context, tmp_path)
    _press(page, "jy")
    _press(other, "jjx")
    assert _votes(other) == ["2502.00001 want 2025-02-26 1", "2502.00002 not 2025-02-26 2"]


def test_a_page_has_its_own_votes_by_whichever_address_it_is_reached(
    context: BrowserContext, tmp_path: Path
) -> None:
    for name in ("25", "26"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_bytes(HtmlRenderer().render(ordinary()).content)
    page = context.new_page()
    with served(tmp_path) as address:
        page.goto(f"{address}/26/")
        _press(page, "jy")
        page.goto(f"{address}/26/index.html#paper-2502.00002")
        assert _votes(page) == ["2502.00001 want 2025-02-26 1"]
        page.goto(f"{address}/25/")
        assert _votes(page) == []
        page.goto("about:blank")


def test_the_lines_are_copied_and_deleted(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    _press(page, "jy")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".pad [role=status]")).to_contain_text("paperlark vote -")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"2502\.00001 want 2025-02-26 1 \S+Z\n", copied)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Clear").click()
    assert len(_votes(page)) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Clear").click()
    page.reload()
    assert _votes(page) == []


def _site_page(context: BrowserContext, folder: Path, pages: int = 2) -> Page:
    """Open a page of a site whose repository takes votes as issues."""
    entries = [entry(id=PaperId(f"2502.{number:05}")) for number in range(1, pages + 1)]
    walk = Navigation(
        None, (), None, vote_issue=vote_issue("https://github.com/ada/papers", "Bats")
    )
    file = folder / "day.html"
    file.write_bytes(HtmlRenderer(walk).render(digest(entries)).content)
    context.route("https://github.com/**", lambda route: route.fulfill(body="GitHub"))
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def _sent(page: Page, context: BrowserContext) -> dict[str, list[str]]:
    """Press Send and return the query of the address that opens."""
    with context.expect_page() as opened:
        page.get_by_role("button", name="Send").click()
    assert len(opened.value.url) < 8_000
    parts = urlsplit(opened.value.url)
    assert parts.path == "/ada/papers/issues/new"
    return parse_qs(parts.query)


def test_votes_are_sent_as_an_issue(context: BrowserContext, tmp_path: Path) -> None:
    page = _site_page(context, tmp_path)
    assert not page.get_by_role("button", name="Send").is_visible()
    _press(page, "jyjx")
    sent = _sent(page, context)
    assert sent["title"] == [vote_issue_title("Bats")]
    assert sent["body"][0].rstrip() == page.locator(".pad textarea").input_value()
    expect(page.locator(".pad [role=status]")).to_have_text(
        "Votes 1 to 2 of 2: submit the issue there."
    )


def test_more_votes_than_an_address_holds_are_sent_in_parts(
    context: BrowserContext, tmp_path: Path
) -> None:
    page = _site_page(context, tmp_path, 130)
    _press(page, "jy" * 130)
    parts = [_sent(page, context)["body"][0] for _ in range(2)]
    assert "".join(parts).rstrip() == page.locator(".pad textarea").input_value()
    again = _sent(page, context)["body"][0]
    assert again == parts[0]


def test_a_page_that_nobody_reads_issues_for_sends_none(page: Page) -> None:
    _press(page, "jy")
    expect(page.get_by_role("button", name="Send")).to_have_count(0)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_pad_and_its_keys(page: Page, colours: str) -> None:
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    _press(page, "jy")
    page.get_by_text("Lines", exact=True).click()
    assert serious(page) == []
    page.get_by_role("button", name="Keys").click()
    assert serious(page, *OF_COLOUR) == []


def test_what_a_paper_wrote_does_nothing(context: BrowserContext, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_bytes(HtmlRenderer().render(hostile()).content)
    page = context.new_page()
    page.goto(file.as_uri())
    count = page.locator("article").count()
    _press(page, "jy" * count)
    assert len(_votes(page)) == count > 3
    assert page.evaluate("window.hacked") is None


def test_an_old_identifier_is_kept_whole(context: BrowserContext, tmp_path: Path) -> None:
    file = tmp_path / "old.html"
    file.write_bytes(HtmlRenderer().render(digest([entry(id=PaperId("math/0309136"))])).content)
    page = context.new_page()
    page.goto(file.as_uri())
    _press(page, "jy")
    assert _votes(page) == ["math/0309136 want 2025-02-26 1"]
