"""Triage a day of 499 papers in Chromium: by keyboard, by touch on a phone, without scripts.

    python benchmarks/triage_day.py [--papers 499] [--way keyboard|touch|forms]

Papers of the day, on its page or below it, are wanted, rejected, put off or saved in turn; a part
is undone, the page is reloaded, and the rest is undone until nothing is left to undo. What the page
shows and what the store holds must be the same, and right, after each step; the server's memory may
grow to 250 MB. Exit code 1 where any of it is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from read import DAY, MOST_MEMORY, make_largest_page, memory_of

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from paperlark.domain.feedback import Vote
from standins.browsing import CHROMIUM
from standins.reading import App, app

ACTIONS = {"y": "want", "x": "not", "l": "later", "s": "save"}
VOTES = {Vote.UP: "want", Vote.DOWN: "not", Vote.NONE: ""}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LONGEST_WAIT = 120.0
"""Seconds until the server must have what was done."""
Expected = Mapping[str, str]
"""The one action that is in force for each paper."""


def action(place: int) -> str:
    """Return what is done with the paper at a place, from 0."""
    return tuple(ACTIONS.values())[place % len(ACTIONS)]


def by_keyboard(page: Page, ids: Sequence[str]) -> None:
    """Press a key for each paper and one for the next."""
    keys = tuple(ACTIONS)
    for place in range(len(ids)):
        page.keyboard.press(keys[place % len(keys)])
        page.keyboard.press("j")


def by_touch(page: Page, ids: Sequence[str]) -> None:
    """Tap a button of each paper."""
    for place, one in enumerate(ids):
        page.locator(f'[data-paper="{one}"] .acts [data-action="{action(place)}"]').tap()


def by_form(page: Page, ids: Sequence[str]) -> None:
    """Press a button of each paper, which is a form; a part that ends leads to the next."""
    for place, one in enumerate(ids):
        paper = page.locator(f'[data-paper="{one}"]')
        if not paper.count():
            with page.expect_navigation():
                page.locator(".parts").first.get_by_role("link", name="next").click()
        with page.expect_navigation():
            paper.locator(f'.acts [data-action="{action(place)}"]').press("Enter")


def undo_by_keyboard(page: Page) -> None:
    """Undo the last decision."""
    page.keyboard.press("u")


def undo_by_button(page: Page) -> None:
    """Undo the last decision."""
    page.get_by_role("button", name="Undo", exact=True).click()


def undo_by_form(page: Page) -> None:
    """Undo the last decision; the answer is a page."""
    with page.expect_navigation():
        page.get_by_role("button", name="Undo", exact=True).press("Enter")


Way = tuple[dict[str, object], Callable[[Page, Sequence[str]], None], Callable[[Page], None]]
WAYS: Mapping[str, Way] = {
    "keyboard": ({}, by_keyboard, undo_by_keyboard),
    "touch": (PHONE, by_touch, undo_by_button),
    "forms": ({"java_script_enabled": False}, by_form, undo_by_form),
}


def held(running: App, ids: list[str]) -> Expected:
    """Return what the store holds for each paper that a decision is in force for."""
    found = {}
    for one in running.profile.reading.papers_with_states(ids):
        words = [VOTES[one.state.vote]]
        words += ["later"] * one.state.later + ["save"] * one.state.saved
        if named := " ".join(filter(None, words)):
            found[str(one.entry.paper.id)] = named
    return found


def shown(page: Page) -> Expected:
    """Return which buttons are pressed on the page."""
    pressed = page.evaluate(
        "[...document.querySelectorAll('.acts [aria-pressed=true]')]"
        ".map(one => [one.closest('[data-paper]').dataset.paper, one.dataset.action])"
    )
    return {str(paper): str(done) for paper, done in pressed}


def differences(running: App, page: Page, ids: list[str], expected: Expected) -> Counter[str]:
    """Wait until server and page have everything, and count papers that are not as expected."""
    end = time.monotonic() + LONGEST_WAIT
    while (kept := held(running, ids)) != expected and time.monotonic() < end:
        page.wait_for_timeout(200)
    if page.locator(".parts").count():  # as it is read without scripts
        with page.expect_navigation():
            page.locator(".parts").first.get_by_role("link", name="all on one page").click()
    # The answer to the last event may still be on its way to the page.
    while (seen := shown(page)) != expected and time.monotonic() < end:
        page.wait_for_timeout(200)
    return Counter(
        stored=sum(kept.get(one) != expected.get(one) for one in ids),
        shown=sum(seen.get(one) != expected.get(one) for one in ids),
    )


def triage(browser: Browser, running: App, way: str, papers: int) -> Counter[str]:
    """Triage the page, undo a fifth, reload, undo the rest; return the differences of all steps."""
    options, act, undo = WAYS[way]
    wrong = Counter[str]()
    with browser.new_context(**options) as context:  # type: ignore[arg-type]  # by name
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(running.address)
        page.goto(f"{running.origin}/day/{DAY}?all")
        rows = islice(page.locator("[data-paper]").all(), papers)
        ids = [one.get_attribute("data-paper") or "" for one in rows]
        if len(ids) < papers:
            sys.exit(f"the day has {len(ids)} papers only")
        started = time.monotonic()
        act(page, ids)
        done = {one: action(place) for place, one in enumerate(ids)}
        wrong += differences(running, page, ids, done)
        acted = time.monotonic() - started
        kept = papers - papers // 5
        for _ in range(papers - kept):
            undo(page)
        wrong += differences(running, page, ids, dict(islice(done.items(), kept)))
        page.reload()
        wrong += differences(running, page, ids, dict(islice(done.items(), kept)))
        for _ in range(kept):
            undo(page)
        wrong += differences(running, page, ids, {})
    seconds, memory = time.monotonic() - started, memory_of(running)
    wrong["MB too much"] = max(0, round(memory - MOST_MEMORY))
    print(
        f"{way}: {papers} papers in {acted:.0f} s, undone after {seconds:.0f} s,"
        f" server {memory:.0f} MB, {+wrong or 'same'}"
    )
    return +wrong


def main() -> int:
    """Triage in all ways, or in one, and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=499)
    parser.add_argument("--way", choices=WAYS, action="append", help="only this one")
    options = parser.parse_args()
    wrong = Counter[str]()
    with tempfile.TemporaryDirectory() as folder, app(Path(folder), made=False) as running:
        running.end()
        make_largest_page(running)
        running.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for way in options.way or WAYS:
                wrong += triage(browser, running, way, options.papers)
            browser.close()
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
