"""Ranking metrics: pure functions of one day, or of all test days together.

Arrays of a day have shape (papers,), best first; the ranks have broken all ties.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

DEPTH = 20
"""Cut-off of nDCG: about a page."""

BINS = 10
"""Bins of equal width on [0, 1] in a reliability diagram."""

# A threshold is a ratio of whole numbers; its rounding error is far below this.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RankedDay:
    """One test day as a method ranked it, best first; arrays of shape (papers,).

    `gain`, at least 0, is that of nDCG. `probability`, in [0, 1], is the method's estimate that a
    paper is wanted, None where it has none.
    """

    wanted: Bools
    gain: Floats
    probability: Floats | None = None


def recall(wanted: Bools, depth: int) -> float:
    """Return the share, in [0, 1], of the wanted papers among the first `depth`; one is wanted."""
    return float(wanted[:depth].sum() / wanted.sum())


def average_precision(wanted: Bools) -> float:
    """Return the mean, over the wanted papers, of the precision at their ranks: in (0, 1]."""
    places = np.flatnonzero(wanted) + 1
    return float((np.arange(1, len(places) + 1) / places).mean())


def expected_average_precision(scores: Floats, wanted: Bools) -> float:
    """Return the expected average precision, in (0, 1], where ties are ordered at random.

    scores, wanted: (papers,), any order
    In a tie of g papers, r of them wanted, each rank has a wanted one with probability r / g, and
    then each earlier rank of the tie with probability (r - 1) / (g - 1) (McSherry and Najork,
    2008).
    """
    total = 0.0
    above = found = 0
    for score in np.unique(scores)[::-1]:
        tied = wanted[scores == score]
        size, hits = len(tied), int(tied.sum())
        place = np.arange(size)
        hits_before = found + place * ((hits - 1) / (size - 1) if size > 1 else 0.0)
        total += hits / size * float(((hits_before + 1) / (above + place + 1)).sum())
        above, found = above + size, found + hits
    return total / found


def ndcg(gain: Floats, depth: int = DEPTH) -> float:
    """Return nDCG at `depth`, in [0, 1], with linear gain (Järvelin and Kekäläinen, 2002).

    Some gain must be above 0.
    """
    best = np.sort(gain)[::-1]
    discount = 1 / np.log2(np.arange(2, depth + 2))
    return float(gain[:depth] @ discount[: len(gain)] / (best[:depth] @ discount[: len(gain)]))


def gains(wanted: Bools, relevance: Sequence[int | None]) -> Floats:
    """Return the gain of each paper: its relevance, 1 to 10, if it is wanted, and 0 otherwise.

    Where the relevance of a wanted paper is unknown, all wanted papers of the day have gain 1.
    """
    known = [score for score, one in zip(relevance, wanted, strict=True) if one]
    if None in known:
        return wanted.astype(np.float64)
    gain = np.zeros(len(wanted))
    gain[wanted] = known
    return gain


@dataclass(frozen=True, slots=True, eq=False)
class Depths:
    """Relative ranks of the wanted papers of all test days.

    threshold: (wanted,) in [0, 1), ascending: for every share p above it, the first
        ceil(p * papers) of the day include the paper
    day: (wanted,) index of the paper's day
    sizes: (days,) papers of each day
    """

    threshold: Floats
    day: Counts
    sizes: Counts


def depths(days: Sequence[RankedDay]) -> Depths:
    """Return the relative ranks of the wanted papers."""
    threshold = np.concatenate([np.flatnonzero(day.wanted) / len(day.wanted) for day in days])
    index = np.repeat(np.arange(len(days)), [int(day.wanted.sum()) for day in days])
    order = np.argsort(threshold, kind="stable")
    return Depths(threshold[order], index[order], np.array([len(day.wanted) for day in days]))


def share_to_judge(found: Depths, kept: float, day_counts: Counts | None = None) -> Floats:
    """Return the share of all papers that must be judged to keep a share of the wanted ones.

    Every day is cut at the same share p, the smallest with which the first ceil(p * papers) of
    each day together include the share `kept`, in (0, 1], of all wanted papers.

    day_counts: (replicates, days) how often each day counts; once each by default
    returns: (replicates,) in (0, 1], or (1,) by default; NaN where no paper is wanted
    """
    if day_counts is None:
        day_counts = np.ones((1, len(found.sizes)), dtype=np.int64)
    if not len(found.threshold):
        return np.full(len(day_counts), math.nan)
    held = np.cumsum(day_counts[:, found.day], axis=1)
    needed = np.ceil(kept * held[:, -1:] - _ROUNDING)
    cut = found.threshold[np.argmax(held >= needed, axis=1)]
    judged = np.floor(np.outer(cut, found.sizes) + _ROUNDING) + 1
    judged = np.minimum(judged, found.sizes)
    share: Floats = (day_counts * judged).sum(axis=1) / (day_counts @ found.sizes)
    share[held[:, -1] == 0] = math.nan
    return share


def work_saved(share: Floats, kept: float) -> Floats:
    """Return the work saved over sampling, WSS@95 with `kept` .95 (Cohen and others, 2006).

    WSS@R = (TN + FN) / N - (1 - R): the share of all N papers that need not be judged to keep the
    share R of the wanted ones, less what reading only a random share R would save.

    share: any shape, in (0, 1], what `share_to_judge` returns for `kept`
    returns: the same shape, in [kept - 1, kept); 0 is no better than chance, below 0 worse
    """
    saved: Floats = kept - share
    return saved


def squared_error(day: RankedDay) -> float:
    """Return the sum of the squared errors of the probabilities (Brier); NaN without any."""
    if day.probability is None:
        return math.nan
    return float(((day.probability - day.wanted) ** 2).sum())


@dataclass(frozen=True, slots=True)
class Bin:
    """Papers with about the same predicted probability; both means are in [0, 1]."""

    papers: int
    mean_probability: float
    share_wanted: float


def reliability(days: Sequence[RankedDay]) -> tuple[Bin, ...]:
    """Return the reliability diagram in bins of equal width; empty bins are left out."""
    if any(day.probability is None for day in days):
        return ()
    probability = np.concatenate([day.probability for day in days if day.probability is not None])
    wanted = np.concatenate([day.wanted for day in days])
    index = np.minimum((probability * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(int(inside.sum()), float(probability[inside].mean()), float(wanted[inside].mean()))
        for number in range(BINS)
        if (inside := index == number).any()
    )
