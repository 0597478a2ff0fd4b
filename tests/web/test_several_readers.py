"""Several profiles side by side: nothing of one reader is with another, in app and browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, expect
from selectolax.lexbor import LexborHTMLParser

import paperlark
from paperlark.domain.feedback import Vote
from standins.browsing import browser, in_a_browser, serious
from standins.groups import Served, side_by_side

__all__ = ["browser"]
pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run the app of two profiles."""
    with side_by_side(tmp_path_factory.mktemp("both")) as served:
        yield served


@contextmanager
def _client(both: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=both.origin, follow_redirects=True, timeout=60) as client:
        assert client.get(both.address).status_code == 200
        yield client


def test_the_first_page_leads_to_each_reader(both: Served) -> None:
    with _client(both) as client:
        links = LexborHTMLParser(client.get("/").text).css(".readers a")
        assert [one.attributes["href"] for one in links] == ["/r/ada/", "/r/emmy/"]
        assert client.get("/r/ada").url.path == "/r/ada/"
        page = LexborHTMLParser(client.get("/r/emmy/").text)
        here = page.css_first('.around [aria-current="true"]')
        assert here is not None
        assert here.text() == "The page of emmy"


def test_no_address_of_a_readers_page_leads_out_of_it(both: Served) -> None:
    with _client(both) as client:
        for path in ("/r/ada/", "/r/ada/tune", "/r/ada/topics", "/r/ada/list/saved"):
            page = LexborHTMLParser(client.get(path).text)
            for one in page.css(".around"):
                one.decompose()
            found = re.findall(r'(?:href|src|action|value)="(/[^"]*)"', page.html or "")
            assert found
            assert [one for one in found if not one.startswith("/r/ada/")] == []


def test_a_vote_is_one_readers(both: Served) -> None:
    with _client(both) as client:
        page = LexborHTMLParser(client.get("/r/ada/").text)
        form, button = page.css_first("#acts"), page.css_first('[data-action="want"]')
        assert form is not None
        assert button is not None
        inputs = [one.attributes for one in form.css("input")]
        fields = {one["name"] or "": one["value"] or "" for one in inputs}
        data = {**fields, "do": button.attributes["value"] or ""}
        assert client.post("/r/ada/act", data=data).url.path == "/r/ada/"
        paper = (button.attributes["value"] or "").split()[1]
        for back in ("/r/emmy/", "https://evil.example", "//evil.example"):
            sent = client.post("/r/ada/act", data={**data, "back": back}, follow_redirects=False)
            assert sent.headers["location"].startswith("/r/ada/?near=")
    assert [one.vote for one, _ in both.profile("ada").reading.votes()] == [Vote.UP]
    assert both.profile("ada").reading.votes()[0][0].paper_id == paper
    assert both.profile("emmy").reading.votes() == ()


@pytest.mark.parametrize("path", ["/r/", "/r/sophie/", "/r/ADA/", "/r/ada/r/emmy/", "/r/../x"])
def test_nobody_else_is_there(both: Served, path: str) -> None:
    with _client(both) as client:
        assert client.get(path).status_code == 404


def test_another_local_user_without_the_token_sees_nobody(both: Served) -> None:
    for path in ("/", "/r/ada/", "/r/emmy/tune", "/r/nobody/", "/r/ada/static/read.js"):
        answer = httpx.get(both.origin + path)
        assert answer.status_code == 403
        assert "ada" not in answer.text


class TestInABrowser:
    pytestmark = in_a_browser

    def test_what_a_browser_keeps_is_named_by_the_reader(
        self, browser: Browser, both: Served
    ) -> None:
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(both.address)
            assert serious(page) == []
            page.get_by_role("link", name="The page of ada").click()
            page.evaluate("navigator.serviceWorker.ready.then(() => null)")
            page.reload()
            context.set_offline(True)
            page.keyboard.press("s")
            expect(page.get_by_role("status").last).to_contain_text("not sent yet")
            context.set_offline(False)
            # Still waiting with ada, and nothing that emmy's page would send.
            page.evaluate("window.stop()")
            page.goto(f"{both.origin}/r/emmy/")
            page.evaluate("navigator.serviceWorker.ready.then(() => null)")
            page.reload()
            page.wait_for_timeout(300)
            assert serious(page) == []
            names = page.evaluate("Object.keys(localStorage)")
            assert len({one.split()[1] for one in names}) == 2
            assert not any(one.state.saved for one in _touched(both, "emmy"))
            kept = page.evaluate(
                "caches.keys().then(names => Promise.all(names.map(async name => [name, (await"
                " (await caches.open(name)).keys()).map(one => new URL(one.url).pathname)])))"
            )
            assert len(kept) == 2
            for name, paths in kept:
                base = name.split()[1]
                assert paths
                assert [one for one in paths if not one.startswith(f"{base}/")] == []
            page.goto(f"{both.origin}/r/ada/")
            expect(page.locator('.current [data-action="save"]')).to_have_attribute(
                "aria-pressed", "true"
            )
            page.wait_for_timeout(500)
            assert [one.state.saved for one in _touched(both, "ada") if one.state.saved] == [True]


def _touched(both: Served, name: str) -> tuple[paperlark.TouchedPaper, ...]:
    return both.profile(name).reading.touched_papers(lambda _: True)
