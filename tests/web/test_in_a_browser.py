"""The app as it is read: by keyboard, by touch, without scripts, without a server for a moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from paperlark.domain.feedback import Vote
from paperlark.domain.triage import TriageState
from standins.browsing import OF_COLOUR, Watch, in_a_browser, served, violations
from standins.reading import App

pytestmark = in_a_browser
VIEWS = (
    "/",
    "/day/2025-02-26?all",
    "/days/2025-02-19/2025-02-26",
    "/list/unread",
    "/list/followed",
    "/list/saved",
    "/list/seen",
    "/list/seen?part=1",
    "/list/unwanted",
    "/votes",
    "/note/2502.18137",
    "/topics?topic=Pruning+and+sparsity",
    "/search?q=model",
    "/tune",
)


@pytest.fixture
def plain(browser: Browser, reading: App) -> Iterator[Page]:
    """Return a page of a browser that keeps nothing for later, in a session."""
    with browser.new_context(service_workers="block") as found:
        page = found.new_page()
        page.goto(reading.address)
        yield page


@pytest.fixture
def context(browser: Browser, reading: App) -> Iterator[BrowserContext]:
    """Return a browser with a session."""
    with browser.new_context(viewport={"width": 1000, "height": 900}) as found:
        page = found.new_page()
        page.goto(reading.address)
        page.close()
        yield found


def _opened(context: BrowserContext, reading: App, path: str = "/day/2025-02-26?all") -> Page:
    page = context.new_page()
    page.goto(f"{reading.origin}{path}")
    return page


_WAITING = "localStorage.getItem(`paperlark-waiting ${document.body.dataset.reader}`) ?? '[]'"


def _sent(page: Page) -> None:
    """Wait until the server has all events."""
    for _ in range(600):
        if page.evaluate(_WAITING) == "[]":
            return
        page.wait_for_timeout(50)
    pytest.fail("events are still waiting")


def _states(reading: App, papers: list[str]) -> dict[str, TriageState]:
    found = reading.profile.reading.papers_with_states(papers)
    return {str(one.entry.paper.id): one.state for one in found}


def test_a_day_is_read_undone_and_finished_by_keyboard_alone(
    context: BrowserContext, reading: App
) -> None:
    page = _opened(context, reading, "/day/2025-02-19?all")
    watch = Watch()
    watch.over(page)
    papers = page.locator("[data-paper]")
    many = papers.count()
    for number in range(many):
        page.keyboard.press("yxls"[number % 4])
        page.keyboard.press("j")
    _sent(page)
    ids = [papers.nth(n).get_attribute("data-paper") or "" for n in range(many)]
    states = _states(reading, ids)
    expected = [Vote.UP, Vote.DOWN, Vote.NONE, Vote.NONE]
    assert [states[one].vote for one in ids] == [expected[n % 4] for n in range(many)]
    assert all(one.seen for one in states.values())
    assert [one for one in ids if states[one].later] == ids[2::4]
    assert [one for one in ids if states[one].saved] == ids[3::4]
    for _ in range(5):
        page.keyboard.press("u")
    page.wait_for_timeout(50)
    _sent(page)
    page.reload()
    for _ in range(many - 5):
        page.keyboard.press("u")
    _sent(page)
    expect(page.locator(".acts [aria-pressed=true]")).to_have_count(0)
    states = _states(reading, ids)
    assert {one.vote for one in states.values()} == {Vote.NONE}
    assert not any(one.saved or one.later for one in states.values())
    page.reload()
    expect(page.locator(".acts [aria-pressed=true]")).to_have_count(0)
    assert watch.said == []
    asked = [re.split(r"/static/|/day/|/moved/", one)[0] for one in watch.requests]
    assert set(asked) <= {
        reading.origin,
        f"{reading.origin}/act",
        f"{reading.origin}/undo",
    }


def test_the_position_is_kept_and_the_keys_are_listed_and_switched_off(
    context: BrowserContext, reading: App
) -> None:
    page = _opened(context, reading)
    page.keyboard.press("j")
    page.keyboard.press("j")
    here = page.locator(".current").get_attribute("data-paper")
    page.reload()
    assert page.locator(".current").get_attribute("data-paper") == here
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("single keys work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    assert page.locator(".current").get_attribute("data-paper") == here
    page.keyboard.press("?")
    page.get_by_label("single keys work").check()


def test_the_paper_has_the_focus_again_after_its_note(
    context: BrowserContext, reading: App
) -> None:
    page = _opened(context, reading)
    page.keyboard.press("j")
    for button in ("Keep note", "Cancel"):
        page.keyboard.press("n")
        page.get_by_role("button", name=button).click()
        expect(page.locator(".current h3 a")).to_be_focused()


def test_without_scripts_a_press_leads_back_to_its_paper(browser: Browser, reading: App) -> None:
    with browser.new_context(
        java_script_enabled=False,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    ) as context:
        page = context.new_page()
        page.goto(reading.address)
        page.goto(f"{reading.origin}/day/2025-02-26?all")
        page.get_by_role("button", name="want", exact=True).nth(12).click()
        page.wait_for_timeout(1500)  # the way there is smooth, and past others
        found = page.locator(":target h3").bounding_box()
        assert found is not None
        assert 0 <= found["y"] <= 400


def test_words_stay_beside_each_other_on_a_phone(browser: Browser, reading: App) -> None:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(reading.address)
        page.keyboard.press("?")
        apart = "all => all.map(one => [one, one.nextElementSibling].map(cell =>"
        apart += " { const at = cell.getBoundingClientRect(); return at.top + at.height / 2; }))"
        for path, names in (("", "dialog dt"), ("/votes", ".counts dt")):
            if path:
                page.goto(f"{reading.origin}{path}")
            middles = page.locator(names).evaluate_all(apart)
            assert middles
            assert all(abs(name - value) < 8 for name, value in middles)
        page.goto(f"{reading.origin}/tune")
        title = page.locator(".tuned a").first
        title.evaluate(
            "one => { one.textContent = 'The mass of dwarf galaxies in an F(R) cosmos'; }"
        )
        plain = title.bounding_box()
        title.evaluate("one => { one.innerHTML = one.innerHTML.replace('F(R)', '<i>F(R)</i>'); }")
        formula = title.bounding_box()
        assert plain is not None
        assert formula is not None
        assert abs(plain["width"] - formula["width"]) < 8
        assert plain["height"] == formula["height"]


def test_whoever_reads_is_not_taken_away_when_the_new_page_is_there(
    browser: Browser, reading: App
) -> None:
    being_made = "<div data-making><p>It is being made<span data-step></span>.</p></div>"

    def as_while_made(route: Route) -> None:
        answer = route.fetch()
        text = answer.text().replace("<header>", f"{being_made}<header>")
        route.fulfill(response=answer, body=text)

    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.goto(reading.address)
        page.route("**/day/*", as_while_made)
        page.goto(f"{reading.origin}/day/2025-02-26")
        page.keyboard.press("n")
        page.keyboard.type("half a")
        expect(page.get_by_text("The new page is there. Read it")).to_be_visible()
        page.keyboard.type(" thought")
        # Another test may have left a note on this paper: what is typed comes after it.
        written = re.compile(r"half a thought$")
        expect(page.get_by_label("Note on this paper")).to_have_value(written)


def test_a_key_in_a_note_is_a_letter(context: BrowserContext, reading: App) -> None:
    page = _opened(context, reading)
    page.keyboard.press("n")
    page.keyboard.type("yes, just so")
    page.get_by_role("button", name="Keep note").click()
    _sent(page)
    page.reload()
    assert page.locator(".current .kept-note").inner_text() == "yes, just so"
    expect(page.locator(".current .acts [aria-pressed=true]")).to_have_count(0)


def test_what_is_pressed_before_the_page_is_whole_is_done(plain: Page, reading: App) -> None:
    page = plain
    held: list[Route] = []
    page.route("**/static/read.js?*", lambda route: held.append(route))  # noqa: PLW0108  # it marks what it is given
    page.goto(f"{reading.origin}/day/2025-02-26", wait_until="commit")
    page.wait_for_function("() => typeof early !== 'undefined'")
    papers = page.locator("[data-paper]")
    for key in ("j", "j", "s", "u"):
        page.keyboard.press(key)
    papers.nth(1).get_by_role("button", name="later").click()
    expect(papers.nth(1).get_by_role("button", name="later")).to_have_attribute(
        "aria-pressed", "false"
    )
    held[0].continue_()
    expect(papers.nth(1).get_by_role("button", name="later")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(papers.nth(2).get_by_role("button", name="save")).to_have_attribute(
        "aria-pressed", "false"
    )
    assert page.url.endswith("/day/2025-02-26")
    _sent(page)
    ids = [papers.nth(n).get_attribute("data-paper") or "" for n in range(3)]
    states = _states(reading, ids)
    assert [states[one].later for one in ids] == [False, True, False]
    page.keyboard.press("u")
    _sent(page)


def test_what_holds_early_keys_may_come_late(plain: Page, reading: App) -> None:
    page = plain
    held: list[Route] = []
    page.route("**/static/early.js?*", lambda route: held.append(route))  # noqa: PLW0108  # likewise
    page.goto(f"{reading.origin}/day/2025-02-26", wait_until="commit")
    expect(page.locator(".current")).to_have_count(1)
    held[0].continue_()
    page.wait_for_load_state("load")
    paper = page.locator(".current").get_attribute("data-paper") or ""
    page.keyboard.press("l")
    expect(page.locator('.current [data-action="later"]')).to_have_attribute("aria-pressed", "true")
    _sent(page)
    assert _states(reading, [paper])[paper].later
    page.keyboard.press("u")
    _sent(page)


def test_buttons_are_forms_where_the_script_cannot_be_had(plain: Page, reading: App) -> None:
    page = plain
    page.route("**/static/read.js?*", lambda route: route.abort())
    page.goto(f"{reading.origin}/day/2025-02-26")
    button = page.locator("[data-paper]").first.get_by_role("button", name="later")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert "near=" in page.url
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_what_was_seen_can_be_hidden(context: BrowserContext, reading: App) -> None:
    page = _opened(context, reading)
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.get_by_role("button", name="Hide seen").click()
    expect(page.locator(".paper.seen:not(.current):visible")).to_have_count(0)
    page.get_by_role("button", name="Hide seen").click()
    expect(page.locator(".paper.seen").first).to_be_visible()


def test_the_day_is_ranked_anew_while_criteria_are_typed(
    context: BrowserContext, reading: App
) -> None:
    page = _opened(context, reading, "/tune")
    before = reading.profile.interests.criteria_text()
    page.get_by_label("Your interests").fill("Neuromorphic hardware")
    expect(page.locator("ol.tuned li").nth(1)).to_contain_text("Neuromorphic")
    expect(page.get_by_role("status")).to_contain_text("not saved")
    page.get_by_label("Papers on a page").fill("1")
    expect(page.locator("ol.tuned li")).to_have_count(1)
    page.get_by_label("Authors whose").fill("")
    expect(page.locator("ol.tuned")).not_to_contain_text("followed")
    page.get_by_label("Papers on a page").fill("0")
    expect(page.get_by_role("status")).to_contain_text("a whole number from 1 to 1000")
    assert reading.profile.interests.criteria_text() == before


def test_what_a_vote_moved_is_said_beside_it(context: BrowserContext, reading: App) -> None:
    page = _opened(context, reading, "/day/2025-02-26")
    paper = page.locator("[data-paper]").nth(4)
    paper.get_by_role("button", name="not", exact=True).click()
    expect(paper.locator(".moves")).to_contain_text("Learned from the next page on. Tried here:")
    paper.get_by_role("link", name="See the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What this vote changes")
    expect(page.locator("ol.tuned li").first).to_be_visible()
    assert violations(page) == []
    page.go_back()
    page.get_by_role("button", name="Undo").click()
    _sent(page)
    expect(page.locator(".moves")).to_have_count(0)


def test_each_list_can_be_undone(context: BrowserContext, reading: App) -> None:
    page = _opened(context, reading, "/day/2025-02-19")
    page.keyboard.press("s")
    _sent(page)
    for path in ("/list/saved", "/list/seen", "/search?q=model", "/list/unread", "/topics"):
        page.goto(f"{reading.origin}{path}")
        expect(page.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    page.goto(f"{reading.origin}/list/saved")
    button = page.locator("[data-paper]").first.get_by_role("button", name="save")
    page.keyboard.press("u")
    expect(button).to_have_attribute("aria-pressed", "false")
    _sent(page)
    page.reload()
    expect(page.locator("[data-paper]")).to_have_count(0)


def test_votes_wait_while_the_server_is_gone_and_count_once(
    context: BrowserContext, reading: App
) -> None:
    page = _opened(context, reading, "/day/2025-03-25")
    paper = page.locator(".current").get_attribute("data-paper")
    assert paper
    before = len(reading.profile.reading.triage_history())
    context.set_offline(True)
    page.keyboard.press("s")
    expect(page.locator('.current [data-action="save"]')).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("status").last).to_contain_text("not sent yet")
    reading.kill_and_restart()
    context.set_offline(False)
    _sent(page)
    assert reading.profile.reading.papers_with_states([paper])[0].state.saved
    assert len(reading.profile.reading.triage_history()) == before + 1
    page.keyboard.press("u")
    _sent(page)


def test_the_days_that_were_read_last_are_there_without_a_connection(
    context: BrowserContext, reading: App
) -> None:
    page = _opened(context, reading, "/day/2025-02-19")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()  # the first page was there before what keeps it
    title = page.locator("h3").first.inner_text()
    context.set_offline(True)
    page.goto(f"{reading.origin}/day/2025-02-19")
    assert page.locator("h3").first.inner_text() == title
    context.set_offline(False)


def test_a_swipe_votes(browser: Browser, reading: App) -> None:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(reading.address)
        page.goto(f"{reading.origin}/day/2025-02-26")
        paper = page.locator("[data-paper]").nth(2)
        session = context.new_cdp_session(page)
        for across, action in ((200, "want"), (-200, "not")):
            paper.scroll_into_view_if_needed()
            box = paper.locator("h3").bounding_box()
            assert box
            at = [box["x"] + 175 + across * step / 10 for step in range(-5, 6)]
            moves = [("touchStart", at[:1]), *(("touchMove", [x]) for x in at), ("touchEnd", [])]
            for kind, points in moves:
                touched = [{"x": x, "y": box["y"] + 10} for x in points]
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})
            expect(paper.locator(f'[data-action="{action}"]')).to_have_attribute(
                "aria-pressed", "true"
            )
        _sent(page)
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Undo").click()
        _sent(page)


def test_it_is_read_by_touch(browser: Browser, reading: App) -> None:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(reading.address)
        page.goto(f"{reading.origin}/day/2025-02-26")
        button = page.locator('[data-paper] [data-action="later"]').nth(1)
        button.tap()
        expect(button).to_have_attribute("aria-pressed", "true")
        small = page.evaluate(
            "[...document.querySelectorAll('button, .ways a, .ways input')].filter(one =>"
            " one.offsetParent && (one.offsetHeight < 44 || one.offsetWidth < 44))"
            ".map(one => one.outerHTML)"
        )
        assert small == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        button.tap()
        _sent(page)


def test_it_is_read_without_scripts(browser: Browser, reading: App) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(reading.address)
        page.goto(f"{reading.origin}/day/2025-02-26")
        first = page.locator("[data-paper]").first
        first.get_by_role("button", name="save").click()
        expect(first.get_by_role("button", name="save")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="Undo").click()
        expect(first.get_by_role("button", name="save")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("path", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(browser: Browser, reading: App, path: str, scheme: str) -> None:
    with browser.new_context(color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(reading.address)
        page.goto(f"{reading.origin}{path}")
        assert violations(page, *(OF_COLOUR if scheme == "dark" else ())) == []


def test_no_other_site_shows_the_app_in_a_frame(
    browser: Browser, reading: App, tmp_path: Path
) -> None:
    """Whoever is signed in could be made to press buttons that they do not see."""
    with served(tmp_path) as trap, browser.new_context(service_workers="block") as context:
        (tmp_path / "index.html").write_text(
            f'<title>A prize</title><iframe src="{reading.origin}/day/2025-02-26"></iframe>'
        )
        page = context.new_page()
        page.goto(reading.address)
        refused = []
        page.on("console", lambda message: refused.append(message.text))
        page.goto(f"{trap}/")
        framed = page.frames[1]
        assert framed.get_by_role("button").count() == 0
        assert "paper" not in framed.content()
        assert any("frame-ancestors" in one for one in refused)
