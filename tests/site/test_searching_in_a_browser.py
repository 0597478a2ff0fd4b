"""The search page over real HTTP, as a web server gives it to a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from standins import sites
from standins.browsing import Watch, browser, in_a_browser, served
from standins.sites import PAGES

__all__ = ["browser"]

pytestmark = in_a_browser

_NOTHING = "No paper "


@pytest.fixture(scope="module")
def address(two_readers: Path) -> Iterator[str]:
    """Serve the site from a folder of a server, as GitHub Pages does."""
    with served(two_readers.parent) as server:
        yield f"{server}/{two_readers.name}"


@pytest.fixture
def rate_limit_clock() -> Watch:
    return Watch()


@pytest.fixture
def page(browser: Browser, address: str, rate_limit_clock: Watch) -> Iterator[Page]:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        rate_limit_clock.over(page)
        page.goto(f"{address}/{PAGES['search']}")
        yield page
    assert all(request.startswith(address) for request in rate_limit_clock.requests)
    assert rate_limit_clock.said == []


def _ask(page: Page, question: str) -> list[str]:
    told = page.get_by_role("status")
    # What the question before was told must not be taken for the answer to this one.
    told.evaluate("one => { one.textContent = ''; }")
    page.get_by_role("searchbox").fill(question)
    page.keyboard.press("Enter")
    expect(told).not_to_have_text("")
    expect(told).not_to_have_text("Searching …")
    return page.locator("#found .title a").all_inner_texts()


def test_the_words_of_a_title_find_the_paper_and_lead_to_its_place(page: Page) -> None:
    titles = _ask(page, "echoes of bats over shallow water 2502.26002")
    assert titles == ["Echoes of bats over shallow water"]
    assert page.get_by_role("status").inner_text() == "1 paper"
    page.locator("#found a").click()
    assert page.url.endswith("/2025/02/26/index.html#paper-2502.26002")
    expect(page.locator(":target h3")).to_contain_text("Echoes of bats over shallow water")


def test_an_unselected_paper_is_found(page: Page) -> None:
    _ask(page, "2502.26009")
    page.locator("#found a").click()
    assert page.url.endswith("/2025/02/26/others/index.html#paper-2502.26009")
    expect(page.locator("li:target")).to_contain_text("2502.26009")


def test_an_accent_may_be_left_out_or_put_in(page: Page) -> None:
    plain = _ask(page, "poincare")
    assert "On the geometry of Poincaré maps" in plain
    assert _ask(page, "POINCARÉ") == plain
    assert _ask(page, "schrodinger") == _ask(page, "Schrödinger") != []


def test_a_category_finds_its_papers_and_narrows_words(page: Page) -> None:
    titles = _ask(page, "stat.ML clocks")
    assert titles == []
    assert "Transformers as slow clocks" in _ask(page, "math.OC clocks")


def test_only_selected_papers_may_be_asked_for(page: Page) -> None:
    both = len(_ask(page, "geometry"))
    page.get_by_role("checkbox").check()
    assert 0 < len(_ask(page, "geometry")) < both


def test_an_empty_result_is_explained(page: Page) -> None:
    assert _ask(page, "perpetuum mobile") == []
    assert page.get_by_role("status").inner_text().startswith(_NOTHING)


@pytest.mark.parametrize(
    "question",
    [
        "<img src=x onerror=alert(1)>",
        "\"'); alert(1); //",
        "__proto__ constructor toString",
        "hasOwnProperty",
        "../../index.js?x=",
        "%00 %2e%2e %",
        "in: in:cs.lg .*+?^${}()|[]\\",
        "w" * 5_000,
        "\u202e\u2066\ud83e\udd87 ℵ 数学",
        "a " * 300,
    ],
)
def test_a_hostile_question_is_only_a_question(page: Page, question: str) -> None:
    page.get_by_role("searchbox").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).not_to_have_text("Searching …")
    assert page.locator("#found img, #found script").count() == 0
    assert "Could not read" not in page.get_by_role("status").inner_text()


def test_a_question_is_an_address_to_come_back_to(page: Page) -> None:
    titles = _ask(page, "bats echoes")
    page.reload()
    expect(page.locator("#found .title a").first).to_be_visible()
    assert page.locator("#found .title a").all_inner_texts() == titles
    assert page.get_by_role("searchbox").input_value() == "bats echoes"


def test_opened_from_a_folder_it_finds_the_same_papers(
    browser: Browser, page: Page, two_readers: Path
) -> None:
    questions = ("bats echoes", "2502.26002", "ehcoes shallow", "math.OC clocks", "perpetuum")
    with browser.new_context() as context:
        watch, opened = Watch(), context.new_page()
        watch.over(opened)
        opened.goto((two_readers / PAGES["search"]).as_uri())
        for question in questions:
            assert _ask(opened, question) == _ask(page, question)
        assert _ask(opened, "bats echoes") != []
        assert all(one.startswith("file://") for one in watch.requests)
        assert watch.said == []


@pytest.mark.parametrize("served_by", ["folder", "server"])
def test_the_home_page_asks_the_search(
    browser: Browser, address: str, two_readers: Path, served_by: str
) -> None:
    root = two_readers.as_uri() if served_by == "folder" else address
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(f"{root}/{PAGES['home']}")
        opened.get_by_role("searchbox").fill("shallow 2502.26002")
        opened.get_by_role("button", name="Search").click()
        found = opened.locator("#found .title a")
        expect(found).to_have_text(["Echoes of bats over shallow water"])


def test_a_word_that_scripts_know_is_a_word_like_any_other(page: Page) -> None:
    assert _ask(page, "constructor") == []
    assert page.get_by_role("status").inner_text().startswith(_NOTHING)


@pytest.mark.parametrize(
    "asked",
    [
        "2502.26002v3",
        "arXiv:2502.26002",
        "https://arxiv.org/abs/2502.26002",
        "https://www.alphaxiv.org/abs/2502.26002v1",
        "arxiv.org/pdf/2502.26002.pdf",
    ],
)
def test_an_identifier_or_a_link_finds_its_paper(page: Page, asked: str) -> None:
    assert _ask(page, asked) == ["Echoes of bats over shallow water"]


@pytest.mark.parametrize("typed", ["ehcoes", "echoess", "echos", "exhoes"])
def test_a_word_with_one_wrong_letter_is_corrected_and_that_is_told(page: Page, typed: str) -> None:
    right = _ask(page, "echoes shallow")
    assert right != []
    assert _ask(page, f"{typed} shallow") == right
    told = page.get_by_role("status").inner_text()
    assert told.startswith(f"No paper has «{typed}»; showing «echoes»: ")


def test_a_page_that_is_open_while_the_site_is_built_again_searches_the_new_index(
    browser: Browser, tmp_path: Path
) -> None:
    judged, unjudged = sites.ordinary()
    days = judged.digests[3:]  # of one segment
    sites.publish((replace(judged, digests=days[:-1]), unjudged), tmp_path / "site")
    with served(tmp_path / "site") as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/{PAGES['search']}")
        assert _ask(page, "2502.26002") == []
        index = (tmp_path / "site" / PAGES["search"]).with_name("index.js")
        built = index.stat()
        sites.publish((replace(judged, digests=days), unjudged), tmp_path / "site")
        # As within the same second, by which the server tells what has changed.
        os.utime(index, ns=(built.st_atime_ns, built.st_mtime_ns))
        # A word that was not asked for before, so that its shard is read now.
        assert "Echoes of bats over shallow water" in _ask(page, "shallow echoes")
        assert _ask(page, "2502.26002") == ["Echoes of bats over shallow water"]
        page.goto("about:blank")
