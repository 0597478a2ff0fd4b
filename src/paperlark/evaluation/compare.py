"""Whether paperlark is ahead: against the best of the others, on the same draws of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from paperlark.evaluation.figures import Figures
from paperlark.evaluation.metrics import Floats
from paperlark.evaluation.resampling import Interval, interval


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
    measure: str, own: Figures, others: Mapping[str, Figures], *, history: int, votes: int | None
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
