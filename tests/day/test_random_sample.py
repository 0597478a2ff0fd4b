from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.unread import SampledCandidate, random_sample, sample_size
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.digest import Candidate
from paperlark.domain.judgement import Match
from paperlark.testing import a_paper

DAY = date(2025, 2, 26)
BELOW = st.lists(st.floats(0, 1), max_size=60) | st.lists(st.none(), max_size=60)


def _below(probabilities: Sequence[float | None]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            Announced(a_paper(f"2502.{place:05}"), (AnnounceType.NEW,)),
            (),
            Match(0.1, place + 1, len(probabilities), probability=probability),
        )
        for place, probability in enumerate(probabilities)
    )


@pytest.mark.parametrize(
    ("below", "share", "count"),
    [
        (214, 0.05, 5),
        (100, 0.05, 5),
        (3, 0.05, 1),
        (5000, 0.05, 5),
        (0, 0.05, 0),
        (214, 0.0, 0),
        (4, 1.0, 4),
    ],
)
def test_a_share_is_at_least_one_paper_and_at_most_five(
    below: int, share: float, count: int
) -> None:
    assert sample_size(below, share) == count


@given(BELOW, st.integers(0, 12), st.dates())
def test_the_sample_has_the_wanted_size_and_is_reproducible(
    probabilities: list[float | None], count: int, day: date
) -> None:
    below = _below(probabilities)
    drawn = random_sample(below, count, "Mine", day)
    assert len(drawn) == len({one.candidate.paper.id for one in drawn}) == min(count, len(below))
    assert all(0 < one.inclusion <= 1 for one in drawn)
    assert [one.candidate.match.rank for one in drawn] == sorted(
        one.candidate.match.rank for one in drawn
    )
    assert random_sample(below[::-1], count, "Mine", day) == drawn


def test_another_reader_or_day_has_another_sample() -> None:
    below = _below([0.01] * 200)
    mine = random_sample(below, 10, "Mine", DAY)
    assert random_sample(below, 10, "Yours", DAY) != mine
    assert random_sample(below, 10, "Mine", DAY + timedelta(1)) != mine


def test_without_probabilities_all_papers_are_equally_likely() -> None:
    assert {one.inclusion for one in random_sample(_below([None] * 40), 2, "Mine", DAY)} == {0.05}


def test_inclusion_is_proportional_to_the_root_of_the_probability_and_never_zero() -> None:
    below = _below([0.04] * 10 + [0.01] * 10 + [0.0] * 10)
    inclusion = {
        one.candidate.paper.id: one.inclusion for n in range(500) for one in _draw(below, n)
    }
    chances = sorted(set(inclusion.values()))
    assert len(inclusion) == 30
    assert isclose(chances[2], 2 * chances[1])
    assert 10 * sum(chances) == pytest.approx(3)


def test_papers_are_drawn_with_their_inclusion_probability() -> None:
    below = _below([0.5, 0.2, 0.05, 0.01, 0.01, 0.001, 0.0])
    days = 4000
    times = Counter(one.candidate.paper.id for n in range(days) for one in _draw(below, n))
    expected = {one.candidate.paper.id: one.inclusion for n in range(99) for one in _draw(below, n)}
    assert {paper: count / days for paper, count in times.items()} == pytest.approx(
        expected, abs=0.03
    )


def test_a_paper_that_outweighs_all_others_is_always_drawn() -> None:
    first, *_ = _draw(_below([1.0] + [0.0] * 20), 1)
    assert first.inclusion == 1
    assert first.candidate.match.rank == 1


def _draw(below: tuple[Candidate, ...], n: int) -> tuple[SampledCandidate, ...]:
    return random_sample(below, 3, "Mine", DAY + timedelta(n))
