"""What every Experience promises, run against each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import NO_EVIDENCE, Example, Feedback, LabelSource, Vote
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.ports import ExampleSource
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.library import LibraryStore
from paperlark.store.votes import FeedbackStore
from paperlark.testing import FakeExampleSource, a_feed, a_paper
from standins.digests import digest

MONDAY, TUESDAY, WEDNESDAY = date(2025, 2, 24), date(2025, 2, 25), date(2025, 2, 26)
MINE = Profile("Mine", ("cs.LG",), parse_criteria("bats"), cutoffs=Cutoffs(7, 6))
BATS, CATS, DOGS = (a_paper(f"2502.0000{n}", title=f"About {n}") for n in (1, 2, 3))
OLD = a_paper("hep-th/9901001", version=2, categories=("hep-th",))
BOOK = a_paper("library:00ff", abstract="", authors=(), categories=())

Scores = Mapping[Paper, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a reader: papers announced day by day, some judged; votes and imports."""

    announced: Mapping[date, Sequence[Paper]]
    judged: Mapping[date, Scores]
    votes: Sequence[tuple[Paper, Vote, date]] = ()
    brought: Sequence[Example] = ()


Told = Callable[[Story], ExampleSource]


@pytest.fixture(params=["fake", "sqlite"])
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Told]:
    if request.param == "fake":
        yield _fake
        return
    path = tmp_path / "store.db"
    with open_database(path) as connection:

        def tell(story: Story) -> ExampleSource:
            batches, archive = AnnouncementStore(connection, path), DigestStore(connection, path)
            for day, papers in story.announced.items():
                batches.keep(a_feed(*papers), day)
                archive.save(
                    digest(
                        day=day,
                        profile="Mine",
                        judgements=tuple(
                            Judgement(paper.id, paper.version, *scores, "why")
                            for paper, scores in story.judged.get(day, {}).items()
                        ),
                        scanned=tuple(paper.id for paper in papers),
                    )
                )
            FeedbackStore(connection, path, "Mine").keep(
                Feedback(paper.id, vote, datetime(day.year, day.month, day.day, 15, tzinfo=UTC))
                for paper, vote, day in story.votes
            )
            LibraryStore(connection, path, "Mine").keep(story.brought)
            return ExampleStore(connection, path)

        yield tell


def _fake(story: Story) -> ExampleSource:
    """Work out by hand what the story taught."""
    judged = [
        Example(paper, day, one >= 7 and other >= 6, LabelSource.JUDGE, one, other)
        for day, scores in story.judged.items()
        for paper, (one, other) in scores.items()
    ]
    voted = [
        Example(paper, day, vote is Vote.UP, LabelSource.READER) for paper, vote, day in story.votes
    ]
    return FakeExampleSource([*story.brought, *judged, *voted], story.announced)


def test_on_the_first_day_nothing_is_known(told: Told) -> None:
    assert told(Story({}, {})).evidence(MINE, MONDAY) == NO_EVIDENCE


def test_judged_days_are_lessons_and_all_announced_papers_are_the_stream(told: Told) -> None:
    experience = told(
        Story(
            {MONDAY: [BATS, OLD], TUESDAY: [CATS], WEDNESDAY: [DOGS]},
            {MONDAY: {BATS: (9, 6), OLD: (9, 5)}, WEDNESDAY: {DOGS: (9, 9)}},
        )
    )
    evidence = experience.evidence(MINE, WEDNESDAY)
    assert evidence.examples == (
        Example(BATS, MONDAY, True, LabelSource.JUDGE, 9, 6),  # noqa: FBT003
        Example(OLD, MONDAY, False, LabelSource.JUDGE, 9, 5),  # noqa: FBT003
    )
    assert evidence.stream[0] == CATS
    assert set(evidence.stream[1:]) == {BATS, OLD}


def test_a_day_made_again_knows_what_it_knew(told: Told) -> None:
    days = {MONDAY: [BATS], TUESDAY: [CATS]}
    scores: Mapping[date, Scores] = {MONDAY: {BATS: (9, 9)}, TUESDAY: {CATS: (9, 9)}}
    first = told(Story({MONDAY: days[MONDAY]}, scores)).evidence(MINE, TUESDAY)
    again = told(Story(days, scores)).evidence(MINE, TUESDAY)
    assert again == first


def test_a_vote_goes_before_a_judgement_and_counts_from_its_day_on(told: Told) -> None:
    experience = told(
        Story({MONDAY: [BATS]}, {MONDAY: {BATS: (9, 9)}}, [(BATS, Vote.DOWN, TUESDAY)])
    )
    (voted,) = experience.evidence(MINE, TUESDAY).examples
    assert voted == Example(BATS, TUESDAY, False, LabelSource.READER)  # noqa: FBT003


def test_a_vote_of_a_later_day_is_not_known_yet(told: Told) -> None:
    experience = told(Story({MONDAY: [BATS]}, {}, [(BATS, Vote.UP, WEDNESDAY)]))
    assert experience.evidence(MINE, TUESDAY).examples == ()


def test_what_concerns_a_paper_that_comes_that_day_or_later_is_left_out(told: Told) -> None:
    experience = told(
        Story(
            {MONDAY: [DOGS], TUESDAY: [BATS], WEDNESDAY: [CATS]},
            {},
            [(BATS, Vote.UP, TUESDAY), (CATS, Vote.UP, TUESDAY), (DOGS, Vote.UP, TUESDAY)],
        )
    )
    assert [one.paper for one in experience.evidence(MINE, TUESDAY).examples] == [DOGS]


def test_a_paper_that_comes_again_is_still_known_from_its_first_day(told: Told) -> None:
    newer = replace(BATS, version=2)
    days = {MONDAY: [BATS], TUESDAY: [CATS], WEDNESDAY: [newer]}
    experience = told(Story(days, {MONDAY: {BATS: (9, 9)}, WEDNESDAY: {newer: (2, 2)}}))
    assert [one.paper for one in experience.evidence(MINE, WEDNESDAY).examples] == [BATS]
    later = experience.evidence(MINE, date(2025, 2, 27))
    assert [(one.paper, one.wanted) for one in later.examples] == [(newer, False)]
    assert later.stream == (newer, CATS)


def test_a_library_is_known_from_the_day_it_was_imported_on(told: Told) -> None:
    liked = Example(BOOK, TUESDAY, True, LabelSource.LIBRARY)  # noqa: FBT003
    experience = told(Story({}, {}, brought=[liked]))
    assert experience.evidence(MINE, MONDAY).examples == ()
    assert experience.evidence(MINE, TUESDAY).examples == (liked,)


def test_days_judged_elsewhere_are_history_like_those_judged_here(told: Told) -> None:
    judged = Example(OLD, MONDAY, True, LabelSource.JUDGE, 8, 7)  # noqa: FBT003
    experience = told(Story({}, {}, brought=[judged]))
    assert experience.evidence(MINE, MONDAY).examples == ()
    assert experience.evidence(MINE, TUESDAY).examples == (judged,)


def test_of_one_paper_there_is_one_lesson(told: Told) -> None:
    experience = told(
        Story(
            {MONDAY: [BATS, CATS]},
            {MONDAY: {BATS: (9, 9), CATS: (2, 2)}},
            [(BATS, Vote.DOWN, TUESDAY)],
            [
                Example(BATS, MONDAY, True, LabelSource.LIBRARY),  # noqa: FBT003
                Example(CATS, TUESDAY, True, LabelSource.LIBRARY),  # noqa: FBT003
            ],
        )
    )
    examples = experience.evidence(MINE, WEDNESDAY).examples
    assert [(one.paper, one.label_source) for one in examples] == [
        (CATS, LabelSource.JUDGE),
        (BATS, LabelSource.READER),
    ]
