from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.select import READ_ALL, Shortlist, fill_page, shortlist
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.digest import AuthorMatch, Candidate
from paperlark.domain.exploration import Explored
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, Example, LabelSource
from paperlark.domain.judgement import Match, Strength
from paperlark.domain.paper import PaperId
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


def test_the_fewest_papers_that_keep_the_recall_are_above_the_threshold() -> None:
    day = _day([0.9, 0.6, 0.3, 0.1, 0.1])
    assert _probabilities(shortlist(day, 0.75, WELL_KNOWN)) == ([0.9, 0.6], [0.3, 0.1, 0.1])
    assert _probabilities(shortlist(day, 0.9, WELL_KNOWN)) == ([0.9, 0.6, 0.3], [0.1, 0.1])


@given(PROBABILITIES, st.floats(0.01, 0.999))
def test_one_paper_fewer_would_not_keep_the_recall(
    probabilities: list[float], recall: float
) -> None:
    day = _day(probabilities)
    split = shortlist(day, recall, WELL_KNOWN)
    assert (*split.above, *split.below) == day
    needed = recall * sum(probabilities)
    assert sum(probabilities[: len(split.above)]) >= needed * (1 - 1e-12)
    if split.below:
        assert sum(probabilities[: len(split.above) - 1]) <= needed * (1 + 1e-12)


TAIL = [0.9, 0.6, *[0.02] * 20]


def _explored(found: int, of: int, probability: float = 0.02) -> list[Explored]:
    return [Explored(PaperId(str(n)), 0.05, probability, n < found) for n in range(of)]


def _read(explored: Sequence[Explored]) -> int:
    return len(shortlist(_day(TAIL), 0.9, WELL_KNOWN, explored).above)


def test_where_samples_found_less_than_predicted_fewer_are_read() -> None:
    # Of 1.9 expected 0.19 may be missed: nine papers. At a fifth of that rate, all twenty.
    assert _read([]) == 13
    assert _read(_explored(20, 1000)) == 13
    assert _read(_explored(0, 800)) == 2


def test_where_samples_found_more_than_predicted_more_are_read() -> None:
    assert _read(_explored(60, 1000)) > _read(_explored(20, 1000))


def test_a_single_find_among_few_hardly_moves_the_threshold() -> None:
    assert abs(_read(_explored(1, 10)) - _read([])) <= 2


@pytest.mark.slow
def test_probabilities_above_any_sampled_one_are_not_corrected() -> None:
    day, explored = _day([0.9, 0.6, *[0.02] * 20]), _explored(0, 80_000)
    assert len(shortlist(day, 0.5, WELL_KNOWN, explored).above) == 1
    assert len(shortlist(day, 0.61, WELL_KNOWN, explored).above) == 2


def test_outcomes_of_likelier_papers_do_not_correct_those_below() -> None:
    day, explored = _day([0.9, *[0.02] * 40]), _explored(0, 800, probability=0.04)
    assert shortlist(day, 0.9, WELL_KNOWN, explored) == shortlist(day, 0.9, WELL_KNOWN)


@given(PROBABILITIES, st.floats(0.01, 0.999), st.integers(0, 50), st.floats(0.001, 1))
def test_whatever_was_sampled_every_paper_is_above_or_below(
    probabilities: list[float], recall: float, found: int, probability: float
) -> None:
    day = _day(probabilities)
    split = shortlist(day, recall, WELL_KNOWN, _explored(found, 50, probability))
    assert (*split.above, *split.below) == day
    assert split.above


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
