from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.threshold import CUT_DAYS, FIT_DAYS, TailCorrection, choose_cut
from paperlark.domain.exploration import Outcome

LIKELY = st.floats(0, 1)
OUTCOMES = st.lists(st.builds(Outcome, LIKELY, st.none() | st.booleans()), max_size=60)


def _judged(probability: float, found: int, of: int) -> list[Outcome]:
    return [Outcome(probability, n < found) for n in range(of)]


def test_where_much_is_known_a_probability_is_corrected_to_what_was_found() -> None:
    outcomes = [*_judged(0.3, 3_000, 10_000), *_judged(0.01, 50, 20_000)]
    fitted = TailCorrection.fit(outcomes)
    assert fitted.correct(0.3) == pytest.approx(0.3, rel=0.02)
    assert fitted.correct(0.01) == pytest.approx(0.0025, rel=0.1)


def test_an_exact_ranker_is_left_as_it_is() -> None:
    fitted = TailCorrection.fit([*_judged(0.3, 3_000, 10_000), *_judged(0.01, 200, 20_000)])
    assert fitted.correct(0.01) == pytest.approx(0.01, rel=0.05)


def test_unjudged_papers_say_nothing() -> None:
    outcomes = _judged(0.02, 3, 100)
    unread = [Outcome(0.02, None)] * 500
    assert TailCorrection.fit([*outcomes, *unread]) == TailCorrection.fit(outcomes)


def test_the_order_of_outcomes_changes_nothing() -> None:
    outcomes = [Outcome(n / 1000, n % 7 == 0) for n in range(300)]
    shuffled = Random(7).sample(outcomes, len(outcomes))  # noqa: S311  # the same each time
    assert TailCorrection.fit(shuffled) == TailCorrection.fit(outcomes)


def test_the_less_is_known_the_more_is_expected_of_unlikely_papers() -> None:
    few, many = (
        TailCorrection.fit([*_judged(0.3, 3 * n, 10 * n), *_judged(0.01, n, 400 * n)])
        for n in (1, 100)
    )
    assert few.correct(0.005) > many.correct(0.005)
    assert few.steepness_variance > many.steepness_variance


@given(OUTCOMES, LIKELY)
def test_corrected_probabilities_are_probabilities(
    outcomes: list[Outcome], probability: float
) -> None:
    fitted = TailCorrection.fit(outcomes)
    assert 0 < fitted.correct(probability) < 1
    assert math.isfinite(fitted.bias)
    assert math.isfinite(fitted.steepness)


@given(st.lists(LIKELY, max_size=40), st.lists(OUTCOMES, max_size=4), st.floats(0.01, 0.99))
def test_what_is_below_the_cut_is_what_may_be_missed(
    day: list[float], outcomes: list[list[Outcome]], recall: float
) -> None:
    cut = choose_cut(day, outcomes, recall, lambda probability: probability)
    pooled = [(one, one) for one in day] + [
        (one.probability, one.probability if one.wanted is None else float(one.wanted))
        for earlier in outcomes
        for one in earlier
    ]
    may_miss = (1 - recall) * sum(wanted for _, wanted in pooled)
    assert sum(wanted for one, wanted in pooled if one < cut) <= may_miss * (1 + 1e-9)
    if cut:
        assert sum(wanted for one, wanted in pooled if one <= cut) >= may_miss * (1 - 1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steepness", "least"),
    [(2.0, 0.95), (1.0, 0.945), pytest.param(0.0, 0.915, id="an exact ranker, unlike any seen")],
)
def test_the_recall_is_kept_where_the_ranker_errs_as_usual(steepness: float, least: float) -> None:
    """Synthetic readers of 40 days, whose unlikely papers are wanted less often than predicted."""
    read = wanted = 0
    for reader in range(12):
        found, of = _live(Random(f"{reader}"), steepness)  # noqa: S311  # the same each time
        read, wanted = read + found, wanted + of
    assert wanted > 1_000
    assert read / wanted >= least


def _live(chance: Random, steepness: float) -> tuple[int, int]:
    """Read 40 days by the threshold, all of the first five; return wanted papers read, and all."""
    outcomes: list[list[Outcome]] = []
    read = wanted = 0
    for number in range(40):
        papers = [1 / (1 + math.exp(-chance.gauss(-3.5, 1.8))) for _ in range(80)]
        truth = [chance.random() < _true(one, steepness) for one in papers]
        correct = TailCorrection.fit(one for day in outcomes[-FIT_DAYS:] for one in day).correct
        cut = choose_cut(papers, outcomes[-CUT_DAYS:], 0.95, correct) if number >= 5 else 0.0
        sampled = set(chance.sample(range(80), 3))
        judged = [at in sampled or one >= cut for at, one in enumerate(papers)]
        outcomes.append(
            [
                Outcome(one, is_wanted if known else None)
                for one, is_wanted, known in zip(papers, truth, judged, strict=True)
            ]
        )
        if number >= 5:
            wanted += sum(truth)
            read += sum(map(min, truth, judged))
    return read, wanted


def _true(probability: float, steepness: float) -> float:
    odds, knee = math.log(probability / (1 - probability)), math.log(0.04 / 0.96)
    return 1 / (1 + math.exp(-(odds + steepness * min(0.0, odds - knee))))
