from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.select import READ_ALL, Shortlist, fill_page, shortlist
from paperlark.day.threshold import FIT_DAYS
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.digest import AuthorMatch, Candidate
from paperlark.domain.exploration import Outcome
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, Example, LabelSource
from paperlark.domain.judgement import Match, Strength
from paperlark.testing import a_paper

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=40)
ADA = AuthorMatch("Ada Lovelace", by_name_only=True)


def _evidence(judged: int, wanted: int, label_source: LabelSource = LabelSource.JUDGE) -> Evidence:
    day = date(2025, 2, 26)
    return Evidence(
        tuple(
            Example(
                a_paper(f"2501.{n:05}"), day, n < wanted, label_source, 9 if n < wanted else 1, 5
            )
            for n in range(judged)
        )
    )


WELL_KNOWN = _evidence(300, 20)


def _day(
    probabilities: Sequence[float | None], followed: Sequence[int] = ()
) -> tuple[Candidate, ...]:
    """Return a candidate per probability, best match first."""
    of = len(probabilities)
    return tuple(
        Candidate(
            Announced(a_paper(f"2502.{place:05}"), (AnnounceType.NEW,)),
            (ADA,) if place in followed else (),
            Match(1 / (1 + place), place + 1, of, probability=probability),
        )
        for place, probability in enumerate(probabilities)
    )


def _probabilities(split: Shortlist) -> tuple[list[float | None], list[float | None]]:
    above, below = split.above, split.below
    return [c.match.probability for c in above], [c.match.probability for c in below]


SHORT = [0.9, 0.6, 0.3, *[0.02] * 20]
AS_PREDICTED = [(0.9, 9, 1), (0.6, 6, 4), (0.3, 3, 7), (0.02, 4, 196)]


def _days(counts: Sequence[tuple[float, int, int]], days: int = 30) -> list[list[Outcome]]:
    """Return days of judged papers: of each probability so many wanted, so many unwanted."""
    return [
        [
            Outcome(probability, wanted)
            for probability, found, others in counts
            for wanted in (True,) * found + (False,) * others
        ]
        for _ in range(days)
    ]


def _read(outcomes: Sequence[Sequence[Outcome]], day: Sequence[float] = SHORT) -> int:
    return len(shortlist(_day(day), 0.9, WELL_KNOWN, outcomes).above)


def test_the_threshold_keeps_the_recall_of_the_days_together() -> None:
    # Of 22 wanted papers a day 2.2 may be missed: four of them are likelier than the cut.
    assert _read(_days(AS_PREDICTED)) == len(SHORT)
    assert _read(_days([(0.9, 9, 1), (0.6, 6, 4), (0.3, 3, 7), (0.02, 0, 200)])) == 3


def test_days_long_ago_do_not_move_the_threshold() -> None:
    recent = _days([(0.9, 9, 1), (0.6, 6, 4), (0.02, 0, 200)], FIT_DAYS)
    assert shortlist(_day(SHORT), 0.9, WELL_KNOWN, [*_days(AS_PREDICTED), *recent]) == shortlist(
        _day(SHORT), 0.9, WELL_KNOWN, recent
    )


def test_a_day_without_a_likely_paper_takes_one() -> None:
    outcomes = _days([(0.9, 9, 1), (0.6, 6, 4), (0.02, 0, 200)])
    assert _read(outcomes, [0.02] * 20) == 1
    assert _read(outcomes, [0.9] * 20) == 20


@given(PROBABILITIES, st.floats(0.01, 0.999), st.integers(0, 50), st.floats(0.001, 1))
def test_whatever_was_found_every_paper_is_above_or_below(
    probabilities: list[float], recall: float, found: int, probability: float
) -> None:
    day = _day(probabilities)
    split = shortlist(day, recall, WELL_KNOWN, _days([(probability, found, 50 - found)], 1))
    assert (*split.above, *split.below) == day
    assert split.above


@given(PROBABILITIES, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_more_recall_takes_no_fewer_papers(
    probabilities: list[float], one: float, other: float
) -> None:
    day, (less, more) = _day(probabilities), sorted((one, other))
    kept = [
        len(shortlist(day, recall, WELL_KNOWN, _days(AS_PREDICTED, 3)).above)
        for recall in (less, more)
    ]
    assert kept == sorted(kept)


@pytest.mark.parametrize(
    ("probabilities", "recall", "evidence"),
    [
        ([0.9, 0.1, 0.0], READ_ALL, WELL_KNOWN),
        ([0.9, None, 0.1], 0.5, WELL_KNOWN),
        ([0.0, 0.0, 0.0], 0.5, WELL_KNOWN),
        ([0.9, 0.1, 0.1], 0.5, NO_EVIDENCE),
        ([0.9, 0.1, 0.1], 0.5, _evidence(299, 40)),
        ([0.9, 0.1, 0.1], 0.5, _evidence(600, 19)),
        ([0.9, 0.1, 0.1], 0.5, _evidence(600, 100, LabelSource.READER)),
    ],
)
def test_every_paper_is_read_where_too_little_is_known(
    probabilities: list[float | None], recall: float, evidence: Evidence
) -> None:
    day = _day(probabilities)
    assert shortlist(day, recall, evidence) == Shortlist(day, ())


def test_a_day_without_papers_has_an_empty_shortlist() -> None:
    assert shortlist((), 0.95, WELL_KNOWN) == Shortlist((), ())


@given(PROBABILITIES, st.sets(st.integers(0, 40)), st.floats(0.01, 1))
def test_followed_authors_are_neither_above_nor_below(
    probabilities: list[float], followed: set[int], recall: float
) -> None:
    day = _day(probabilities, sorted(followed))
    for split in (shortlist(day, recall, WELL_KNOWN), fill_page(day, 10)):
        kept = (*split.above, *split.below)
        assert kept == tuple(one for one in day if not one.followed)


def test_a_page_is_filled_after_the_followed_and_with_matches_only() -> None:
    day = _day([0.5, 0.4, 0.3, 0.2], followed=[3])
    assert len(fill_page(day, 3).above) == 2
    assert len(fill_page(day, 30).above) == 3
    unlike = Candidate(day[1].announced, (), Match(0.0, 2, 2))
    assert fill_page((day[0], unlike), 3) == Shortlist((day[0],), (unlike,))


def test_a_page_ends_where_the_matches_end() -> None:
    words = (Strength.STRONG, Strength.WEAK, Strength.FAIR, Strength.WEAK, Strength.GOOD)
    day = tuple(
        replace(one, match=replace(one.match, strength=word))
        for one, word in zip(_day([0.9, 0.8, 0.7, 0.6, 0.5]), words, strict=True)
    )
    split = fill_page(day, 4)
    # A match beyond the size of the page does not fill what weaker ones left free.
    assert split == Shortlist((day[0], day[2]), (day[1], day[3], day[4]))
    assert fill_page(day[1:2], 4).above == ()
