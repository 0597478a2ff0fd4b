"""All figures of one method with one history, each with its replicates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paperlark.evaluation import metrics
from paperlark.evaluation.metrics import Bin, Counts, Floats, RankedDay
from paperlark.evaluation.resampling import Interval, interval, means, ratios

KEPT = (0.90, 0.95, 0.98)
"""Shares of the wanted papers that are to be kept."""

MEASURES = (
    "recall_at_k",
    "recall_at_2k",
    "average_precision",
    "ndcg_at_20",
    *(f"share_to_judge {kept:.2f}" for kept in KEPT),
    "brier",
)


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure and its interval, both None where it cannot be had."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class MethodMetrics:
    """What the test days of one method with one history amount to.

    `times` are the draws of days that all methods share. Recall, precision and nDCG are means
    over the days on which anything was wanted; the others are of all days together.
    """

    days: Sequence[RankedDay]
    times: Counts

    @cached_property
    def replicates(self) -> Mapping[str, Floats]:
        """Each measure: the figure itself first, then one in each replicate."""
        times = np.vstack([np.ones((1, len(self.days)), dtype=np.int64), self.times])
        found = metrics.depths(self.days)
        errors = np.array([metrics.squared_error(day) for day in self.days])
        sizes = found.sizes.astype(np.float64)
        return {
            "recall_at_k": self._mean(lambda day: metrics.recall(day.wanted, _k(day)), times),
            "recall_at_2k": self._mean(lambda day: metrics.recall(day.wanted, 2 * _k(day)), times),
            "average_precision": self._mean(
                lambda day: metrics.average_precision(day.wanted), times
            ),
            "ndcg_at_20": self._mean(lambda day: metrics.ndcg(day.gain), times),
            **{
                f"share_to_judge {kept:.2f}": metrics.share_to_judge(found, kept, times)
                for kept in KEPT
            },
            "brier": ratios(errors, sizes, times),
        }

    def __getitem__(self, measure: str) -> Metric:
        replicates = self.replicates[measure]
        value = float(replicates[0])
        known = math.isfinite(value)
        return Metric(value if known else None, interval(replicates[1:]) if known else None)

    @cached_property
    def reliability(self) -> tuple[Bin, ...]:
        """The probabilities against what happened; empty where the method gave none."""
        return metrics.reliability(self.days)

    def _mean(self, figure: Callable[[RankedDay], float], times: Counts) -> Floats:
        values = [figure(day) if day.wanted.any() else math.nan for day in self.days]
        return means(np.array(values), times)


def _k(day: RankedDay) -> int:
    return int(day.wanted.sum())


@dataclass(frozen=True, slots=True)
class Comparison:
    """Paperlark against the best other method in one measure, with one history or votes.

    `difference` is paperlark's figure less the other's; `ratio` is paperlark's over the
    other's. `ahead` is the share of the draws of days in which paperlark is better, a draw
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
    """Hold a measure against that of the best of the others; None where it cannot be had."""
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
    drawn = difference[1:][np.isfinite(difference[1:])]
    spread = interval(drawn)
    if spread is None:
        return None
    ratio = _ratio(mine, theirs)
    return Comparison(
        measure=measure,
        history=history,
        votes=votes,
        against=best,
        difference=float(difference[0]),
        difference_interval=spread,
        ratio=float(ratio[0]) if np.isfinite(ratio[0]) else None,
        ratio_interval=interval(ratio[1:]),
        ahead=float(((sign * drawn > 0) + 0.5 * (drawn == 0)).mean()),
    )


def _ratio(mine: Floats, theirs: Floats) -> Floats:
    found = np.full(len(mine), np.nan)
    np.divide(mine, theirs, out=found, where=theirs > 0)
    return found
