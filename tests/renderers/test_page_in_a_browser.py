from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from paperlark.renderers.html import HtmlRenderer
from standins.digests import hostile, narrowed, ordinary

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true })"
SMALL_TARGETS = """[...document.querySelectorAll('nav a, summary, .links a, .missing a')]
    .map(target => target.getBoundingClientRect())
    .filter(box => box.width > 0 && (box.height < 43.9 || box.width < 43.9)).length"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,  # the browser is spoken to over a pipe made of local sockets
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        yield launched
        launched.close()


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


def test_a_phone_needs_no_sideways_scrolling_and_nothing_happens_behind_its_back(
    phone: Page, address: str
) -> None:
    requests: list[str] = []
    said: list[str] = []
    phone.on("request", lambda request: requests.append(request.url))
    phone.on("console", lambda message: said.append(message.text))
    phone.on("pageerror", lambda error: said.append(str(error)))
    phone.on("dialog", lambda dialog: said.append(dialog.message))
    phone.goto(address)
    phone.evaluate(OPEN_ALL)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert requests == [address]
    assert said == []
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
