"""The contract of ExampleSource, run against each implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import (
    NO_EVIDENCE,
    Example,
    Feedback,
    LabelSource,
    LaterVotes,
    Vote,
)
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.ports import ExampleSource
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.votes import FeedbackStore
from paperlark.testing import FakeExampleSource, a_feed, a_paper
from standins.digests import digest
from standins.postgresql import OpenEngine

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
    imported: Sequence[Example] = ()
    all_votes: bool = False


AfterStory = Callable[[Story], ExampleSource]


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def after_story(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[AfterStory]:
    if request.param == "fake":
        yield _fake
        return
    path = tmp_path / "store.db"
    with open_engine(request.param) as connection:

        def open_after(story: Story) -> ExampleSource:
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
            LibraryStore(connection, path, "Mine").keep(story.imported)
            return ExampleStore(connection, path, all_votes=story.all_votes)

        yield open_after


def _fake(story: Story) -> ExampleSource:
    """Work out the examples of the story by hand."""
    judged = [
        Example(paper, day, one >= 7 and other >= 6, LabelSource.JUDGE, one, other)
        for day, scores in story.judged.items()
        for paper, (one, other) in scores.items()
    ]
    voted = [
        Example(paper, day, vote is Vote.UP, LabelSource.READER) for paper, vote, day in story.votes
    ]
    examples = [*story.imported, *judged, *voted]
    return FakeExampleSource(examples, story.announced, story.all_votes)


def test_the_first_day_has_no_evidence(after_story: AfterStory) -> None:
    assert after_story(Story({}, {})).evidence(MINE, MONDAY) == NO_EVIDENCE


def test_judged_papers_are_examples_and_all_announced_papers_are_the_stream(
    after_story: AfterStory,
) -> None:
    source = after_story(
        Story(
            {MONDAY: [BATS, OLD], TUESDAY: [CATS], WEDNESDAY: [DOGS]},
            {MONDAY: {BATS: (9, 6), OLD: (9, 5)}, WEDNESDAY: {DOGS: (9, 9)}},
        )
    )
    evidence = source.evidence(MINE, WEDNESDAY)
    assert evidence.examples == (
        Example(BATS, MONDAY, True, LabelSource.JUDGE, 9, 6),  # noqa: FBT003
        Example(OLD, MONDAY, False, LabelSource.JUDGE, 9, 5),  # noqa: FBT003
    )
    assert evidence.stream[0] == CATS
    assert set(evidence.stream[1:]) == {BATS, OLD}


def test_a_day_made_again_has_the_same_evidence(after_story: AfterStory) -> None:
    days = {MONDAY: [BATS], TUESDAY: [CATS]}
    scores: Mapping[date, Scores] = {MONDAY: {BATS: (9, 9)}, TUESDAY: {CATS: (9, 9)}}
    first = after_story(Story({MONDAY: days[MONDAY]}, scores)).evidence(MINE, TUESDAY)
    again = after_story(Story(days, scores)).evidence(MINE, TUESDAY)
    assert again == first


def test_a_vote_overrides_a_judgement_from_its_day_on(after_story: AfterStory) -> None:
    source = after_story(
        Story({MONDAY: [BATS]}, {MONDAY: {BATS: (9, 9)}}, [(BATS, Vote.DOWN, TUESDAY)])
    )
    (voted,) = source.evidence(MINE, TUESDAY).examples
    assert voted == Example(BATS, TUESDAY, False, LabelSource.READER)  # noqa: FBT003


def test_a_vote_of_a_later_day_is_not_known_yet(after_story: AfterStory) -> None:
    source = after_story(Story({MONDAY: [BATS]}, {}, [(BATS, Vote.UP, WEDNESDAY)]))
    assert source.evidence(MINE, TUESDAY).examples == ()


def test_examples_of_papers_announced_later_are_left_out(
    after_story: AfterStory,
) -> None:
    source = after_story(
        Story(
            {MONDAY: [DOGS], TUESDAY: [BATS], WEDNESDAY: [CATS]},
            {},
            [(BATS, Vote.UP, TUESDAY), (CATS, Vote.UP, TUESDAY), (DOGS, Vote.UP, TUESDAY)],
        )
    )
    assert [one.paper for one in source.evidence(MINE, TUESDAY).examples] == [DOGS]


def test_a_paper_announced_again_is_still_known_from_its_first_day(after_story: AfterStory) -> None:
    newer = replace(BATS, version=2)
    days = {MONDAY: [BATS], TUESDAY: [CATS], WEDNESDAY: [newer]}
    source = after_story(Story(days, {MONDAY: {BATS: (9, 9)}, WEDNESDAY: {newer: (2, 2)}}))
    assert [one.paper for one in source.evidence(MINE, WEDNESDAY).examples] == [BATS]
    later = source.evidence(MINE, date(2025, 2, 27))
    assert [(one.paper, one.wanted) for one in later.examples] == [(newer, False)]
    assert later.stream == (newer, CATS)


def test_a_library_is_known_from_the_day_it_was_imported_on(after_story: AfterStory) -> None:
    liked = Example(BOOK, TUESDAY, True, LabelSource.LIBRARY)  # noqa: FBT003
    source = after_story(Story({}, {}, imported=[liked]))
    assert source.evidence(MINE, MONDAY).examples == ()
    assert source.evidence(MINE, TUESDAY).examples == (liked,)


def test_imported_judgements_are_examples_like_those_made_here(after_story: AfterStory) -> None:
    judged = Example(OLD, MONDAY, True, LabelSource.JUDGE, 8, 7)  # noqa: FBT003
    source = after_story(Story({}, {}, imported=[judged]))
    assert source.evidence(MINE, MONDAY).examples == ()
    assert source.evidence(MINE, TUESDAY).examples == (judged,)


def test_each_paper_has_one_example(after_story: AfterStory) -> None:
    source = after_story(
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
    examples = source.evidence(MINE, WEDNESDAY).examples
    assert [(one.paper, one.label_source) for one in examples] == [
        (CATS, LabelSource.JUDGE),
        (BATS, LabelSource.READER),
    ]


LATE = Story(
    {MONDAY: [BATS], TUESDAY: [CATS], WEDNESDAY: [DOGS]},
    {MONDAY: {BATS: (9, 9)}},
    [(BATS, Vote.DOWN, WEDNESDAY), (CATS, Vote.UP, TUESDAY), (DOGS, Vote.UP, WEDNESDAY)],
)
"""Of Tuesday's page all three votes are too late: one by its day, two by their papers'."""


def test_votes_that_come_too_late_for_a_day_are_counted_and_left_out(
    after_story: AfterStory,
) -> None:
    source = after_story(LATE)
    assert source.later_votes(MINE, TUESDAY) == LaterVotes(3)
    assert [(one.paper, one.wanted) for one in source.evidence(MINE, TUESDAY).examples] == [
        (BATS, True)
    ]
    assert source.later_votes(MINE, date(2025, 2, 27)) == LaterVotes(0)


def test_where_all_votes_count_the_late_ones_are_examples_and_the_rest_stays(
    after_story: AfterStory,
) -> None:
    source = after_story(replace(LATE, all_votes=True))
    assert source.later_votes(MINE, TUESDAY) == LaterVotes(3, taken_in=True)
    evidence = source.evidence(MINE, TUESDAY)
    assert {(one.paper, one.wanted, one.label_source) for one in evidence.examples} == {
        (BATS, False, LabelSource.READER),
        (CATS, True, LabelSource.READER),
        (DOGS, True, LabelSource.READER),
    }
    assert evidence.stream == (BATS,)
