"""The three seeds' pages in German and Chinese: as files, and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from paperlark.cli import cli
from standins.browsing import OPEN_ALL, Watch, browser, in_a_browser
from standins.english_left import english_left, texts_in
from standins.seeds import SEEDS, seed_profile

__all__ = ["browser"]

pytestmark = in_a_browser

LANGUAGES = {"de": ("de", "Inhalt"), "zh": ("zh-Hans", "目录")}
CLIPPED = """[...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (!box.width || one.closest('.unseen, .skip, .wide, svg, math')) return false;
    const hidden = one.scrollWidth > one.clientWidth + 1 && style.overflowX !== 'visible'
        && style.display !== 'inline';
    return box.right > innerWidth + 0.5 || box.left < -0.5 || hidden;
}).map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 800}, reduced_motion="reduce")
    yield page
    page.close()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_seeds_fit_a_phone_and_have_no_english_but_the_papers_own(
    phone: Page, shared: Path, tmp_path: Path, tag: str
) -> None:
    stated, contents = LANGUAGES[tag]
    watch = Watch()
    watch.over(phone)
    for day in SEEDS:
        profile, options, topics = seed_profile(shared, tmp_path, day, f'language = "{tag}"\n')
        result = CliRunner().invoke(cli, ["run", "--date", day, *options])
        assert result.exit_code == 0, result.output
        file = profile.parent / "pages" / f"{day}.html"
        text = file.read_text("utf-8")
        assert contents in texts_in(stated, text)
        assert list(english_left(stated, text, topics)) == []
        phone.goto(file.as_uri())
        phone.evaluate(OPEN_ALL)
        assert phone.evaluate("document.documentElement.scrollWidth") == 360
        assert phone.evaluate(CLIPPED) == []
    assert watch.said == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_site_has_no_english_but_the_papers_own(
    phone: Page, shared: Path, tmp_path: Path, tag: str
) -> None:
    stated, contents = LANGUAGES[tag]
    profile, options, topics = seed_profile(shared, tmp_path, SEEDS[0], f'language = "{tag}"\n')
    for command in (["run", "--date", SEEDS[0], *options], ["site", "--profile", str(profile)]):
        result = CliRunner().invoke(cli, command)
        assert result.exit_code == 0, result.output
    pages = sorted((tmp_path / "site").rglob("*.html"))
    for file in pages:
        text = file.read_text("utf-8")
        assert list(english_left(stated, text, topics)) == [], file
        phone.goto(file.as_uri())
        phone.evaluate(OPEN_ALL)
        assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert any(contents in file.read_text("utf-8") for file in pages)


@pytest.mark.usefixtures("on_engine")
def test_pages_of_two_readers_are_each_in_their_language(shared: Path, tmp_path: Path) -> None:
    profiles = []
    for tag in ("de", "en"):
        home = tmp_path / tag
        home.mkdir()
        profile, options, _ = seed_profile(
            shared, home, SEEDS[0], f'language = "{tag}"\nid = "{tag}"\n'
        )
        assert CliRunner().invoke(cli, ["run", "--date", SEEDS[0], *options]).exit_code == 0
        profiles.append(str(profile))
    result = CliRunner().invoke(cli, ["site", *profiles, "--out", str(tmp_path / "both")])
    assert result.exit_code == 0, result.output
    page = "2025/02/19/index.html"
    german, english = ((tmp_path / "both" / tag / page).read_text("utf-8") for tag in ("de", "en"))
    assert '<html lang="de">' in german
    assert '<html lang="en">' in english
    assert "Mittwoch" in german
    assert "Wednesday" in english
