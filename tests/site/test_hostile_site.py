"""Papers that would rather write the site themselves, in every place that outside text can take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from defusedxml.ElementTree import fromstring
from playwright.sync_api import Browser, Page, expect
from selectolax.lexbor import LexborHTMLParser

from paperlark.importing.tagged import read_ris
from standins.browsing import OPEN_ALL, Watch, browser, in_a_browser, served
from standins.links import broken

__all__ = ["browser"]

_ATOM = "{http://www.w3.org/2005/Atom}"
_FORBIDDEN = (
    "script:not([src='search.js'], #pad + script), script ~ script, img, iframe, object,"
    " embed, base, style ~ style, link[rel=stylesheet]"
)


@pytest.fixture(scope="module")
def pages(troubled: Path) -> list[Path]:
    found = sorted(troubled.resolve().rglob("*.html"))
    assert len(found) > 20
    return found


@pytest.fixture
def rate_limit_clock() -> Watch:
    return Watch()


@pytest.fixture
def page(browser: Browser, rate_limit_clock: Watch) -> Iterator[Page]:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        rate_limit_clock.over(page)
        yield page


def test_no_page_holds_what_a_paper_wrote_as_markup(pages: list[Path]) -> None:
    for path in pages:
        tree = LexborHTMLParser(path.read_bytes())
        assert tree.css(_FORBIDDEN) == [], path
        for one in tree.css("*"):
            names = {name for name in one.attributes if name.startswith("on")}
            assert not names | ({"style", "srcdoc"} & set(one.attributes)), (path, one.html)
            for name in ("href", "src"):
                address = (one.attributes.get(name) or "").strip().lower()
                assert not address.startswith(("javascript:", "data:", "vbscript:")), (
                    path,
                    address,
                )


def test_every_link_leads_somewhere(troubled: Path) -> None:
    assert broken(troubled) == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.enable_socket
@in_a_browser[-1]
def test_nothing_runs_and_nothing_overflows(
    page: Page, rate_limit_clock: Watch, pages: list[Path]
) -> None:
    wide = []
    for path in pages:
        page.goto(path.as_uri())
        page.evaluate(OPEN_ALL)
        for width in (360, 1100):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") != width:
                wide.append((width, path.parts[-5:]))
        assert page.evaluate("window.hacked") is None, path
    assert wide == []
    assert rate_limit_clock.said == []
    assert all(one.startswith("file://") for one in rate_limit_clock.requests)
    scripts = {one for one in rate_limit_clock.requests if not one.endswith(".html")}
    assert {one.rsplit("/", 1)[1] for one in scripts} == {"search.js"}


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.enable_socket
@in_a_browser[-1]
def test_what_the_search_finds_is_text(page: Page, rate_limit_clock: Watch, troubled: Path) -> None:
    search = next(troubled.resolve().rglob("search/index.html")).relative_to(troubled.resolve())
    with served(troubled.resolve()) as address:
        page.goto(f"{address}/{search}")
        for question in ("2502.00001", "2502.00006", "img onerror", "2502.00010", "2502.00013"):
            page.get_by_role("searchbox").fill(question)
            page.keyboard.press("Enter")
            expect(page.locator("#found li").first).to_be_visible()
            for width in (360, 1100):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator("#found :is(script, img, svg, style)").count() == 0
        assert page.evaluate("window.hacked") is None
        assert rate_limit_clock.said == []
        assert all(one.startswith(address) for one in rate_limit_clock.requests)
        page.goto("about:blank")


def test_the_index_of_the_search_is_json_handed_over_by_scripts(troubled: Path) -> None:
    files = [one for one in troubled.resolve().rglob("search/**/*.js") if one.name != "search.js"]
    assert len(files) > 10
    for file in files:
        (line,) = file.read_bytes().splitlines()
        name, _, content = line.partition(b",")
        folder = b"" if file.name == "index.js" else file.parent.name.encode() + b"/"
        assert name == b'indexed("%s%s"' % (folder, file.name.encode())
        assert content.endswith(b");")
        json.loads(content.removesuffix(b");"))


def test_feeds_are_valid(troubled: Path) -> None:
    (path,) = troubled.resolve().rglob("feed.xml")
    feed = fromstring(path.read_bytes())
    assert len(feed.findall(f"{_ATOM}entry")) == 2
    for content in feed.iter(f"{_ATOM}content"):
        assert _alive(content.text or "") == []
    items = json.loads(path.with_suffix(".json").read_bytes())["items"]
    assert len(items) == 2
    for item in items:
        assert _alive(item["content_html"]) == []


def test_citations_are_read_again(troubled: Path) -> None:
    files = sorted(troubled.resolve().rglob("papers.bib"))
    assert len(files) == 3  # two days, one month
    for path in files:
        papers = json.loads(path.with_suffix(".json").read_bytes())
        library = parse_string(path.read_text("utf-8"))
        assert library.failed_blocks == []
        assert len({one.key for one in library.entries}) == len(papers) > 20
        records = list(read_ris(path.with_suffix(".ris").read_text("utf-8"), ""))
        numbers = {one["number"].removeprefix("arXiv:") for one in papers}
        assert {one.paper_id for one in records} == numbers


def _alive(html: str) -> list[str | None]:
    """Find what would do something in a feed reader."""
    tree = LexborHTMLParser(f"<div>{html}</div>")
    acting = "script, img, iframe, svg, style, [onerror], [onload], [onmouseover], [onfocus]"
    return [one.html for one in tree.css(acting)]
