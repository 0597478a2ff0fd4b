"""The threshold of a probability: one cut for many days, from predictions and their outcomes. Pure.

A ranker learns and is calibrated on what was judged, which is mostly likely papers; of unlikely
ones it expects too many to be wanted. So its log-odds x are corrected to

    x + bias + steepness * min(0, x - knee)

with bias and steepness fitted to the outcomes (MAP). What is still uncertain about them draws
probabilities towards one half, so that less is left unread where little is known.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from paperlark.day.unread import LEAST_PROBABILITY
from paperlark.domain.exploration import Outcome

FIT_DAYS, CUT_DAYS = 40, 20
"""Latest days that the correction is fitted to, and that the cut is chosen over: what a ranker gets
wrong changes slowly, how well it ranks improves from week to week. The first days, read whole by a
ranker that knows little, have most of the unlikely papers that were judged: not for longer."""

_KNEE = math.log(0.04 / 0.96)
"""Log-odds below which papers are corrected more the less likely they are."""

_PRIOR = (0.0, 1.0)
"""Bias and steepness where nothing is known. Of two readers' earlier days, all of them labelled,
the steepness was 1.1 and 1.3."""

_PRECISION = 1 / 0.5**2
"""Of both: a ranker without any such error is two standard deviations from the prior."""

_GRID = 20
"""Steps per unit of log-odds in which outcomes are counted: far finer than they are known."""

_MAX_STEPS, _TOLERANCE, _LONGEST_STEP = 50, 1e-9, 1.0
"""Of Newton's method."""


@dataclass(frozen=True, slots=True)
class TailCorrection:
    """A corrected probability for each that a ranker gives.

    The variances and the covariance are those of the posterior of bias and steepness.
    """

    bias: float
    steepness: float
    bias_variance: float
    steepness_variance: float
    covariance: float

    @classmethod
    def fit(cls, outcomes: Iterable[Outcome]) -> TailCorrection:
        """Fit to the judged papers among the outcomes.

        Which papers were judged depends on their probability alone, so they need no weights.
        """
        judged = Counter(
            (round(_log_odds(one.probability) * _GRID) / _GRID, one.wanted)
            for one in outcomes
            if one.wanted is not None
        )
        bias, steepness = _PRIOR
        for _ in range(_MAX_STEPS):
            curve_b, curve_s, curve_both = _PRECISION, _PRECISION, 0.0
            slope_b = curve_b * (bias - _PRIOR[0])
            slope_s = curve_s * (steepness - _PRIOR[1])
            for (odds, wanted), count in sorted(judged.items()):
                depth = min(0.0, odds - _KNEE)
                chance = _sigmoid(odds + bias + steepness * depth)
                slope, curve = count * (chance - bool(wanted)), count * chance * (1 - chance)
                slope_b, slope_s = slope_b + slope, slope_s + slope * depth
                curve_b, curve_both = curve_b + curve, curve_both + curve * depth
                curve_s += curve * depth * depth
            det = curve_b * curve_s - curve_both**2
            step_b = (curve_s * slope_b - curve_both * slope_s) / det
            step_s = (curve_b * slope_s - curve_both * slope_b) / det
            longest = max(abs(step_b), abs(step_s))
            shorter = min(1.0, _LONGEST_STEP / longest) if longest else 1.0
            bias, steepness = bias - shorter * step_b, steepness - shorter * step_s
            if longest < _TOLERANCE:
                break
        return cls(bias, steepness, curve_s / det, curve_b / det, -curve_both / det)

    def correct(self, probability: float) -> float:
        """Return the mean probability over the posterior (MacKay's approximation)."""
        odds = _log_odds(probability)
        depth = min(0.0, odds - _KNEE)
        mean = odds + self.bias + self.steepness * depth
        variance = (
            self.bias_variance
            + 2 * depth * self.covariance
            + depth * depth * self.steepness_variance
        )
        return _sigmoid(mean / math.sqrt(1 + math.pi / 8 * variance))


def choose_cut(
    probabilities: Iterable[float],
    outcomes: Sequence[Sequence[Outcome]],
    recall: float,
    correct: Callable[[float], float],
) -> float:
    """Return the highest probability to judge from that keeps `recall` of the wanted papers.

    They are counted over the day's own papers, whose ranker's `probabilities` are given, and those
    of the days of `outcomes`, a sequence for each: as many as were found where papers were judged,
    and as many as are expected by `correct` where not. 0 where every paper is needed.
    """
    expected = cache(correct)
    pooled = [(one, expected(one)) for one in probabilities]
    pooled += [
        (one.probability, expected(one.probability) if one.wanted is None else float(one.wanted))
        for day in outcomes
        for one in day
    ]
    pooled.sort()
    may_miss = (1 - recall) * math.fsum(wanted for _, wanted in pooled)
    missed = accumulate(wanted for _, wanted in pooled)
    first_needed = next((at for at, sum_ in enumerate(missed) if sum_ > may_miss), 0)
    return pooled[first_needed][0] if first_needed else 0.0


def _log_odds(probability: float) -> float:
    inside = min(max(probability, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY)
    return math.log(inside / (1 - inside))


def _sigmoid(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
