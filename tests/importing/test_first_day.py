"""The first day of a reader without a profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest

from paperlark.domain.announcement import AnnounceType, Feed, Via
from paperlark.domain.errors import FeedNotFound, NoConnection, NoNetwork, SourceError
from paperlark.domain.paper import Paper
from paperlark.importing.first_day import FirstDay, fetch_first_day
from paperlark.ports import Source
from paperlark.runs.progress import NO_PROGRESS
from paperlark.testing import FakeSource, a_feed, a_paper

WEDNESDAY, TUESDAY = date(2025, 2, 26), date(2025, 2, 25)
SUBJECTS = ("sonar of bats in caves", "owls that hear by night", "proofs about prime numbers")


def _papers() -> list[Paper]:
    return [
        a_paper(f"2502.0{n:04}", title=f"{subject} {n}", abstract=f"We study {subject}.")
        for n in range(12)
        for subject in [SUBJECTS[n % 3]]
    ]


def _day(*papers: Paper) -> FirstDay:
    source = FakeSource([a_feed(*(papers or _papers()))])
    return fetch_first_day([WEDNESDAY], ["cs.LG"], [source], NO_PROGRESS)


def test_an_announcement_is_fetched_with_its_topics() -> None:
    day = _day()
    assert day.day == WEDNESDAY
    assert len(day.papers) == 12
    assert day.topics.keys() == {one.id for one in day.papers}
    assert len(set(day.topics.values())) > 1
    assert [len(feed.listings) for feed in day.feeds] == [12]


def test_answers_move_the_papers_that_resemble_them() -> None:
    day = _day()
    before = day.rank("prime numbers", (), {})
    owls = [one.id for one in day.papers if "owls" in one.title]
    after = day.rank("prime numbers", (), {owls[0]: True})
    others = owls[1:]
    moved = {one.paper.id: one for one in after.changes(before)}
    assert sum(moved[one].after for one in others) < sum(moved[one].before for one in others)
    assert [one.after for one in after.changes(before)] == list(range(1, 13))
    assert all(one.before == one.after for one in before.changes(before))


def test_a_skipped_paper_teaches_nothing_and_is_not_asked_about_again() -> None:
    day = _day()
    before = day.rank("bats", (), {})
    card = before.card
    assert card is not None
    after = day.rank("bats", (), {card.id: None})
    assert {one: match.rank for one, match in after.matches.items()} == {
        one: match.rank for one, match in before.matches.items()
    }
    assert after.card not in {None, card}


def test_liked_papers_count_as_wanted() -> None:
    day = _day()
    liked = a_paper("2401.00001", title="Owls", abstract="Owls that hear by night.")
    first = min(day.rank("", [liked], {}).matches.items(), key=lambda one: one[1].rank)[0]
    assert "owls" in next(one.title for one in day.papers if one.id == first)


def test_replaced_papers_are_not_asked_about() -> None:
    new, old = a_paper("2502.00001"), a_paper("2401.00001", version=2)
    feeds = [a_feed(new), a_feed(old, category="cs.AI", type=AnnounceType.REPLACE)]
    day = fetch_first_day([WEDNESDAY], ["cs.LG", "cs.AI"], [FakeSource(feeds)], NO_PROGRESS)
    assert day.papers == (new,)


@dataclass
class _Late:
    """A source that has Tuesday's announcement, and not yet Wednesday's."""

    error: SourceError
    via: Via = Via.RSS
    asked: list[date] = field(default_factory=list)

    def feed(self, category: str, day: date) -> Feed:
        self.asked.append(day)
        if day == WEDNESDAY:
            raise self.error
        return a_feed(*_papers(), category=category)


def test_without_an_announcement_yet_the_day_before_is_taken() -> None:
    source = _Late(FeedNotFound("it is not there yet"))
    found = fetch_first_day([WEDNESDAY, TUESDAY], ["cs.LG"], [source], NO_PROGRESS)
    assert found.day == TUESDAY


def test_without_a_network_no_other_day_is_tried() -> None:
    source = _Late(NoConnection("no route to arxiv.org"))
    with pytest.raises(NoNetwork):
        fetch_first_day([WEDNESDAY, TUESDAY], ["cs.LG"], [source], NO_PROGRESS)
    assert source.asked == [WEDNESDAY]


@pytest.mark.parametrize("sources", [[FakeSource()], [FakeSource([a_feed()])]])
def test_a_day_without_papers_is_an_error(sources: list[Source]) -> None:
    with pytest.raises(SourceError):
        fetch_first_day([WEDNESDAY], ["cs.LG"], sources, NO_PROGRESS)
