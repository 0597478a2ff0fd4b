"""How sure a figure is: the same figure on days drawn anew, with replacement.

Days are drawn, not papers, because the papers of one day share its luck. Every method meets the
same draws, so that two of them can be compared draw by draw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paperlark.evaluation.metrics import Counts, Floats

REPLICATES = 2000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a figure lies with a probability of 95 %."""

    low: float
    high: float


def draws(days: int, seed: int, replicates: int = REPLICATES) -> Counts:
    """Say how often each day counts in each replicate: shape (replicates, days)."""
    random = np.random.default_rng(seed)
    return random.multinomial(days, np.full(days, 1 / days), size=replicates)


def means(values: Floats, times: Counts) -> Floats:
    """Give the mean of one value a day in each replicate; days that have none (NaN) are left out.

    NaN where a replicate has none at all.
    """
    known = np.isfinite(values)
    return ratios(np.where(known, values, 0.0), known.astype(np.float64), times)


def ratios(above: Floats, below: Floats, times: Counts) -> Floats:
    """Give the quotient of two sums over days in each replicate; NaN where it is 0 / 0."""
    whole = times @ below
    found = np.full(len(times), math.nan)
    np.divide(times @ above, whole, out=found, where=whole > 0)
    return found


def interval(replicates: Floats) -> Interval | None:
    """Give the middle 95 % of the replicates; None where there is nothing to go by."""
    known = replicates[np.isfinite(replicates)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
