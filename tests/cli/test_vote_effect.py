"""What a vote is said to change is what the next page shows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from paperlark.archive import vote_effect
from paperlark.domain.vote_effect import moves
from paperlark.testing import a_paper
from standins.commands import Paperlark
from standins.feeds import item, rss

SUBJECTS = (
    "Sonar of bats in caves", "Sonar of dolphins at sea", "Moths that hear bats",
    "Noise and sonar", "Sleep of bats in winter", "Maps of caves by sonar",
    "Whales and their songs", "Wings of bats", "Insects at night", "Radar and weather",
)  # fmt: skip
LIKED = "2502.00008"
TODAY = ("run", "--date", "2025-02-26", "--feeds", "feeds")
ON_PAGE = 5


def _feed(day: int, *papers: str) -> bytes:
    return rss(*papers, stamp=f"{day} Feb 2025")


@pytest.fixture
def yesterday(paperlark: Paperlark, home: Path) -> Paperlark:
    """Make yesterday's page, with a paper to vote on, and the feed of today's."""
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f"page_size = {ON_PAGE}\n[exploration]\nshown = 1\n")
    liked = item(f"oai:arXiv.org:{LIKED}v1", title="Hibernation", abstract="Sleep in winter.")
    other = item("oai:arXiv.org:2502.00009v1", title="Tides", abstract="Tides of the ocean.")
    papers = [
        item(f"oai:arXiv.org:2502.1000{number}v1", title=subject, abstract=f"{subject}: a study.")
        for number, subject in enumerate(SUBJECTS)
    ]
    (home / "feeds" / "2025-02-25.cs.LG.rss.xml").write_bytes(_feed(25, liked, other))
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").write_bytes(_feed(26, *papers))
    assert paperlark("run", "--date", "2025-02-25", "--feeds", "feeds").exit_code == 0
    return paperlark


def _page(home: Path) -> list[str]:
    """Return today's page without its random sample, whose papers have no place by match."""
    page = json.loads((home / "pages" / "2025-02-26.json").read_text())
    return [one["id"] for one in page["entries"] if not one["outside"]]


@pytest.mark.parametrize("vote", ["up", "down"])
def test_the_moves_that_are_said_are_those_of_the_page_that_is_made_next(
    yesterday: Paperlark, home: Path, vote: str
) -> None:
    shutil.copy(home / "paperlark.db", home / "before.db")
    assert yesterday(*TODAY).exit_code == 0
    without = _page(home)
    effect = json.loads(yesterday("vote", LIKED, vote, "--json").stdout)["effect"]

    # The same vote, cast before today's page is made.
    shutil.copy(home / "before.db", home / "paperlark.db")
    assert yesterday("vote", LIKED, vote, "--no-effect").exit_code == 0
    assert yesterday(*TODAY).exit_code == 0
    real = moves([a_paper(one) for one in without], [a_paper(one) for one in _page(home)])
    assert (effect["day"], effect["shown"], effect["moved"]) == ("2025-02-26", ON_PAGE, len(real))
    assert [(one["id"], one["before"], one["after"]) for one in effect["largest"]] == [
        (one.paper.id, one.before, one.after) for one in real[:3]
    ]
    assert real or vote == "down"


def test_it_is_said_in_words_with_the_largest_moves(yesterday: Paperlark) -> None:
    yesterday(*TODAY)
    lines = yesterday("vote", LIKED, "up").stdout.splitlines()
    effect = json.loads(yesterday("vote", LIKED, "none", "--json", "--effect").stdout)[
        "effect"
    ]  # taking it back moves the same papers the other way
    assert lines[0] == f"up    {LIKED}  Hibernation"
    assert lines[1].startswith(
        f"counts from the next page; of today's papers {effect['moved']} would move"
    )
    assert [line.split("  ")[-1] for line in lines[2:]] == [
        one["title"] for one in effect["largest"]
    ]
    assert len(lines[2:]) == min(3, effect["moved"]) > 0


def test_the_page_itself_stays_as_it_is(yesterday: Paperlark, home: Path) -> None:
    yesterday(*TODAY)
    before = _page(home)
    yesterday("vote", LIKED, "up")
    yesterday(*TODAY)
    assert _page(home) != before  # it is of yesterday: it counts from today's page on
    yesterday("vote", LIKED, "none")
    yesterday("vote", "2502.10004", "up")
    yesterday(*TODAY)
    assert _page(home) == before


def test_a_paper_that_was_voted_on_is_not_among_those_that_move(yesterday: Paperlark) -> None:
    yesterday(*TODAY)
    yesterday("vote", "2502.10000", "up", "--no-effect")
    effect = json.loads(yesterday("vote", "2502.10004", "up", "--json").stdout)["effect"]
    assert {"2502.10000", "2502.10004"}.isdisjoint(one["id"] for one in effect["largest"])


def test_a_vote_that_changes_nothing_says_so(yesterday: Paperlark) -> None:
    yesterday(*TODAY)
    assert (
        "there was no vote to take back: nothing changes" in yesterday("vote", LIKED, "none").stdout
    )
    found = json.loads(yesterday("vote", LIKED, "none", "--json").stdout)
    assert (found["counts_from"], found["effect"]["moved"]) == (None, 0)
    yesterday("vote", LIKED, "up")
    again = yesterday("vote", LIKED, "up").stdout
    assert "this vote was there already; of today's papers none would move" in again
    others = yesterday("vote", LIKED, "2502.00009", "up", "--json").stdout
    assert [one["repeated"] for one in json.loads(others)["papers"]] == [True, False]


def test_of_an_older_page_the_day_is_said(yesterday: Paperlark) -> None:
    said = yesterday("vote", LIKED, "up").stdout
    assert "counts from the next page; of the papers of Tuesday, 25 February 2025 none" in said


def test_what_would_take_long_is_compared_on_request_only(
    yesterday: Paperlark, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday(*TODAY)
    monkeypatch.setattr(vote_effect, "QUICK", 3)
    said = yesterday("vote", LIKED, "up").stdout
    assert "12 papers are too many to compare quickly; --effect takes the time" in said
    assert "would move" in yesterday("vote", LIKED, "down", "--effect").stdout
    found = json.loads(yesterday("vote", LIKED, "none", "--json").stdout)["effect"]
    assert found["moved"] is None
    assert "too many" in found["not_compared"]


def test_without_the_effect_the_vote_counts_all_the_same(yesterday: Paperlark) -> None:
    result = yesterday("vote", LIKED, "up", "--no-effect")
    assert result.stdout == f"up    {LIKED}  Hibernation\ncounts from the next page\n"
    assert (
        json.loads(yesterday("vote", LIKED, "up", "--no-effect", "--json").stdout)["effect"] is None
    )
    assert LIKED in yesterday("vote", "--list").stdout
    [listed] = json.loads(yesterday("vote", "--list", "--json").stdout)
    assert (listed["id"], listed["vote"], listed["title"]) == (LIKED, "up", "Hibernation")


def test_with_a_model_it_is_the_ranking_for_the_model_that_moves(
    yesterday: Paperlark, home: Path
) -> None:
    yesterday(*TODAY)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[judge]\nmodel = "gpt-4o-mini"\n')
    said = yesterday("vote", LIKED, "up").stdout
    assert "would move in the ranking that decides what the model reads" in said


def test_a_page_whose_papers_are_lost_is_not_compared_and_the_vote_counts(
    yesterday: Paperlark, home: Path
) -> None:
    yesterday(*TODAY)
    (home / "paperlark.db").unlink()
    assert yesterday("restore").exit_code == 0
    result = yesterday("vote", "2502.10000", "up")
    assert result.exit_code == 0
    assert "what changes is not known: " in result.stdout
