"""Days made again with votes that were cast later: left out and said, or taken in and said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paperlark.api import open_profile
from paperlark.settings.environment import Environment, RunOptions
from standins.commands import Paperlark
from standins.feeds import item, rss

DAYS = ("2025-02-24", "2025-02-25", "2025-02-26")
SUBJECTS = (
    "Sonar of bats in caves", "Sonar of dolphins at sea", "Moths that hear bats",
    "Noise and sonar", "Sleep of bats in winter", "Maps of caves by sonar",
)  # fmt: skip
LEFT_OUT = (
    "2 later votes are left out, so that this page shows what was known on that day; take them in"
    " with --with-all-votes"
)
TAKEN_IN = "2 later votes are taken in, so this page shows more than what was known on that day"
FIRST = ("run", "--date", "2025-02-24", "--feeds", "feeds")
ALL = ("run", "--from", DAYS[0], "--to", DAYS[-1], "--feeds", "feeds")


def _id(day: int, number: int) -> str:
    return f"2502.0{day}{number:03}"


@pytest.fixture
def voted(paperlark: Paperlark, home: Path) -> Paperlark:
    """Write three days of six papers each, and on the third day two votes."""
    for day, name in enumerate(DAYS):
        papers = [
            item(f"oai:arXiv.org:{_id(day, number)}v1", title=f"{subject}, part {day}",
                 abstract=f"{subject}: a study.")
            for number, subject in enumerate(SUBJECTS)
        ]  # fmt: skip
        (home / "feeds" / f"{name}.cs.LG.rss.xml").write_bytes(
            rss(*papers, stamp=f"{24 + day} Feb 2025")
        )
    assert paperlark(*ALL).exit_code == 0
    assert paperlark("vote", _id(1, 4), "up").exit_code == 0
    assert paperlark("vote", _id(2, 0), "down").exit_code == 0
    return paperlark


def _pages(home: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in sorted((home / "pages").iterdir())
        if path.suffix in {".html", ".md"}
    }


def _of(pages: dict[str, bytes], day: str) -> list[bytes]:
    return [content for name, content in pages.items() if name.startswith(day)]


def _order(home: Path, day: str) -> list[str]:
    page = json.loads((home / "pages" / f"{day}.json").read_text())
    return [one["id"] for one in page["entries"]]


def test_a_day_made_again_leaves_later_votes_out_and_says_so_in_the_terminal_and_on_the_page(
    voted: Paperlark, home: Path
) -> None:
    before = _order(home, DAYS[0])
    result = voted(*FIRST)
    assert result.exit_code == 0
    assert LEFT_OUT in " ".join(result.stdout.split())
    assert _order(home, DAYS[0]) == before
    for path in ("2025-02-24.md", "2025-02-24.html", "2025-02-24.json"):
        assert LEFT_OUT in (home / "pages" / path).read_text()


def test_with_all_votes_they_change_the_order_and_the_page_says_so(
    voted: Paperlark, home: Path
) -> None:
    before = _order(home, DAYS[0])
    result = voted(*FIRST, "--with-all-votes")
    assert result.exit_code == 0
    assert TAKEN_IN in " ".join(result.stdout.split())
    assert LEFT_OUT not in (home / "pages" / "2025-02-24.md").read_text()
    after = _order(home, DAYS[0])
    assert after != before
    assert after.index(_id(0, 4)) < before.index(_id(0, 4))


def test_either_page_is_the_same_each_time_it_is_made(voted: Paperlark, home: Path) -> None:
    for arguments in (FIRST, (*FIRST, "--with-all-votes"), FIRST):
        voted(*arguments)
        once = _pages(home)
        voted(*arguments)
        assert _pages(home) == once


def test_all_votes_on_one_day_leave_no_trace_on_other_days(voted: Paperlark, home: Path) -> None:
    voted(*ALL)
    before = _pages(home)
    voted(*FIRST, "--with-all-votes")
    assert _of(_pages(home), DAYS[0]) != _of(before, DAYS[0])
    for day in DAYS[1:]:
        voted("run", "--date", day, "--feeds", "feeds")
        assert _of(_pages(home), day) == _of(before, day)
    voted(*FIRST)
    assert _pages(home) == before


def test_a_voted_paper_of_the_day_itself_is_taken_in_too(voted: Paperlark, home: Path) -> None:
    third = ("run", "--date", DAYS[2], "--feeds", "feeds")
    voted(*third)
    before = _order(home, DAYS[2])
    assert "1 later vote is left out" in (home / "pages" / "2025-02-26.md").read_text()
    voted(*third, "--with-all-votes")
    assert _order(home, DAYS[2]).index(_id(2, 0)) > before.index(_id(2, 0))


def test_a_range_of_days_says_once_how_many_pages_leave_votes_out(voted: Paperlark) -> None:
    result = voted(*ALL)
    assert result.stderr.count("later votes") == 1
    assert (
        "later votes are left out of 3 pages, so that each shows what was known on its day; take"
        " them in with --with-all-votes" in result.stderr
    )
    result = voted(*ALL, "--with-all-votes")
    assert "3 pages learned from later votes, as noted there" in result.stderr


def test_json_has_the_counts(voted: Paperlark) -> None:
    [record] = json.loads(voted(*FIRST, "--json").stdout)
    assert record["later_votes"] == {"papers": 2, "taken_in": False}
    assert record["notes"] == [LEFT_OUT]
    [record] = json.loads(voted(*FIRST, "--json", "--with-all-votes").stdout)
    assert record["later_votes"] == {"papers": 2, "taken_in": True}


@pytest.mark.usefixtures("voted")
def test_a_program_can_take_them_in(environment: Environment) -> None:
    options = RunOptions(feeds=Path("feeds"), all_votes=True)
    profile = open_profile("paperlark.toml", options=options, environment=environment)
    made = profile.make_page(profile.days()[0])
    assert (made.later_votes.papers, made.later_votes.taken_in) == (2, True)
    assert made.digest.notes == (TAKEN_IN,)


def test_without_later_votes_nothing_is_said(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("run", "--date", "2025-02-26", "--feeds", "feeds", "--with-all-votes")
    assert "later vote" not in result.output
    assert "later vote" not in (home / "pages" / "2025-02-26.md").read_text()
