"""All figures of one method with one history, with percentile bootstrap intervals over days.

Days are resampled, not papers, because the papers of one day are not independent. All methods
share the same resamples, so that their differences are paired (Efron and Tibshirani, 1993).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paperlark.evaluation import metrics
from paperlark.evaluation.metrics import Bin, Counts, Floats, RankedDay

REPLICATES = 2000
LEVEL = 0.95
"""Confidence level of every interval."""

KEPT = (0.90, 0.95, 0.98)
"""Shares of the wanted papers that are to be kept."""

MEASURES = (
    "recall_at_k",
    "recall_at_2k",
    "average_precision",
    "ndcg_at_20",
    *(f"share_to_judge {kept:.2f}" for kept in KEPT),
    "wss_at_95",
    "brier",
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure and its interval, both None where undefined."""

    value: float | None
    interval: Interval | None


def bootstrap_counts(days: int, seed: int, replicates: int = REPLICATES) -> Counts:
    """Return how often each day occurs in each resample: shape (replicates, days)."""
    random = np.random.default_rng(seed)
    return random.multinomial(days, np.full(days, 1 / days), size=replicates)


def means(values: Floats, day_counts: Counts) -> Floats:
    """Return the mean over days in each resample: shape (replicates,).

    values: (days,), NaN where a day has none and is left out
    day_counts: (replicates, days)
    A resample without any value is NaN.
    """
    known = np.isfinite(values)
    return ratios(np.where(known, values, 0.0), known.astype(np.float64), day_counts)


def ratios(numerators: Floats, denominators: Floats, day_counts: Counts) -> Floats:
    """Return the ratio of two sums over days in each resample: shape (replicates,).

    numerators, denominators: (days,), at least 0
    day_counts: (replicates, days)
    The ratio is NaN where it is 0 / 0.
    """
    return _divide(day_counts @ numerators, day_counts @ denominators)


def interval(replicates: Floats) -> Interval | None:
    """Return the middle 95 % of the finite replicates, None where there are none."""
    known = replicates[np.isfinite(replicates)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


@dataclass(frozen=True)
class MethodMetrics:
    """The figures of one method with one history on all test days.

    `day_counts` are the bootstrap resamples that all methods share: shape (replicates, days).
    Recall, precision and nDCG are means over the days with wanted papers; the other measures are
    of all days together.
    """

    days: Sequence[RankedDay]
    day_counts: Counts

    @cached_property
    def replicates(self) -> Mapping[str, Floats]:
        """For each measure the figure itself, then one per resample: shape (1 + replicates,)."""
        once = np.ones((1, len(self.days)), dtype=np.int64)
        day_counts = np.vstack([once, self.day_counts])

        def mean(figure: Callable[[RankedDay, int], float]) -> Floats:
            wanted = [(day, int(day.wanted.sum())) for day in self.days]
            values = [figure(day, k) if k else math.nan for day, k in wanted]
            return means(np.array(values), day_counts)

        depths = metrics.depths(self.days)
        to_judge = {kept: metrics.share_to_judge(depths, kept, day_counts) for kept in KEPT}
        errors = np.array([metrics.squared_error(day) for day in self.days])
        return {
            "recall_at_k": mean(lambda day, k: metrics.recall(day.wanted, k)),
            "recall_at_2k": mean(lambda day, k: metrics.recall(day.wanted, 2 * k)),
            "average_precision": mean(lambda day, _: metrics.average_precision(day.wanted)),
            "ndcg_at_20": mean(lambda day, _: metrics.ndcg(day.gain)),
            **{f"share_to_judge {kept:.2f}": share for kept, share in to_judge.items()},
            "wss_at_95": metrics.work_saved(to_judge[0.95], 0.95),
            "brier": ratios(errors, depths.sizes.astype(np.float64), day_counts),
        }

    def __getitem__(self, measure: str) -> Metric:
        replicates = self.replicates[measure]
        value = float(replicates[0])
        return (
            Metric(value, interval(replicates[1:])) if math.isfinite(value) else Metric(None, None)
        )

    @cached_property
    def reliability(self) -> tuple[Bin, ...]:
        """The bins of the calibration plot; empty where the method has no probabilities."""
        return metrics.reliability(self.days)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Paperlark against the best other method in one measure, with one history or votes.

    `difference` is paperlark's figure minus the other's; `ratio` is paperlark's over the
    other's. `ahead`, in [0, 1], is the share of the resamples in which paperlark is better, ties
    counting half.
    """

    measure: str
    history: int
    votes: int | None
    against: str
    difference: float
    difference_interval: Interval
    ratio: float | None
    ratio_interval: Interval | None
    ahead: float


LESS_IS_BETTER = ("share_to_judge", "brier")


def compare(
    measure: str,
    own: MethodMetrics,
    others: Mapping[str, MethodMetrics],
    *,
    history: int,
    votes: int | None,
) -> Comparison | None:
    """Compare a measure with that of the best other method; None where it is undefined."""
    sign = -1 if measure.startswith(LESS_IS_BETTER) else 1
    known = {
        name: value
        for name, figures in others.items()
        if (value := figures[measure].value) is not None
    }
    if not known or own[measure].value is None:
        return None
    best = max(known, key=lambda name: sign * known[name])
    mine, theirs = own.replicates[measure], others[best].replicates[measure]
    difference = mine - theirs
    resampled = difference[1:][np.isfinite(difference[1:])]
    spread = interval(resampled)
    if spread is None:
        return None
    ratio = _divide(mine, theirs)
    return Comparison(
        measure=measure,
        history=history,
        votes=votes,
        against=best,
        difference=float(difference[0]),
        difference_interval=spread,
        ratio=float(ratio[0]) if np.isfinite(ratio[0]) else None,
        ratio_interval=interval(ratio[1:]),
        ahead=float(((sign * resampled > 0) + 0.5 * (resampled == 0)).mean()),
    )


def _divide(numerators: Floats, denominators: Floats) -> Floats:
    """Divide element by element; NaN where the denominator is not positive."""
    found = np.full(len(numerators), np.nan)
    np.divide(numerators, denominators, out=found, where=denominators > 0)
    return found
