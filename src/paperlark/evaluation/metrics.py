"""Figures of a ranking: pure functions on one day, or on all test days together.

A day is given best first. Where an order has ties, its ranks have broken them; a figure depends
on nothing but that order.
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
"""How far down nDCG looks: about a page."""

BINS = 10
"""Of equal width, in a reliability plot."""

# A threshold is a quotient of whole numbers; what floating point adds to it is far below this.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RankedDay:
    """One test day as a method ordered it, best first; arrays of shape (papers,).

    `gain` is what finding a paper is worth. `probability` of being wanted is what the method
    said, None where it gave none.
    """

    wanted: Bools
    gain: Floats
    probability: Floats | None = None


def recall(wanted: Bools, depth: int) -> float:
    """Give the share of the wanted papers among the first `depth`; some must be wanted."""
    return float(wanted[:depth].sum() / wanted.sum())


def average_precision(wanted: Bools) -> float:
    """Give the mean, over the wanted papers, of the precision at their places."""
    places = np.flatnonzero(wanted) + 1
    return float((np.arange(1, len(places) + 1) / places).mean())


def expected_average_precision(scores: Floats, wanted: Bools) -> float:
    """Give the mean average precision over all orders that agree with the scores, ties at random.

    In a tie of g papers, r of them wanted, each place holds a wanted one with probability r / g,
    and then each earlier place of the tie with probability (r - 1) / (g - 1).
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
    """Give the discounted gain of the first `depth` over the best possible; some gain is > 0."""
    best = np.sort(gain)[::-1]
    discount = 1 / np.log2(np.arange(2, depth + 2))
    return float(gain[:depth] @ discount[: len(gain)] / (best[:depth] @ discount[: len(gain)]))


def gains(wanted: Bools, relevance: Sequence[int | None]) -> Floats:
    """Say what each paper is worth: its relevance if it is wanted, and nothing otherwise.

    Where the relevance of a wanted paper is unknown, all of that day are worth the same.
    """
    known = [score for score, one in zip(relevance, wanted, strict=True) if one]
    if None in known:
        return wanted.astype(np.float64)
    worth = np.zeros(len(wanted))
    worth[wanted] = known
    return worth


@dataclass(frozen=True, slots=True, eq=False)
class Depths:
    """How deep wanted papers lie, over all test days.

    `threshold` has one number for each wanted paper, in order: the share p of a day above which
    the first ceil(p * papers) of its day hold it; `day` is the day's index. `sizes` has the
    number of papers of each day.
    """

    threshold: Floats
    day: Counts
    sizes: Counts


def depths(days: Sequence[RankedDay]) -> Depths:
    """Find how deep the wanted papers lie."""
    threshold = np.concatenate([np.flatnonzero(day.wanted) / len(day.wanted) for day in days])
    index = np.repeat(np.arange(len(days)), [int(day.wanted.sum()) for day in days])
    order = np.argsort(threshold, kind="stable")
    return Depths(threshold[order], index[order], np.array([len(day.wanted) for day in days]))


def share_to_judge(found: Depths, kept: float, times: Counts | None = None) -> Floats:
    """Give the share of all papers that must be judged to keep that share of the wanted ones.

    Every day is cut at the same share p, the smallest one with which the first ceil(p * papers)
    of each day together hold `kept` of all wanted papers; what is given is how many papers that
    is, of all. `times`, of shape (resamples, days), says how often each day counts; the shares
    have shape (resamples,), and (1,) without it. NaN where no paper is wanted.
    """
    if times is None:
        times = np.ones((1, len(found.sizes)), dtype=np.int64)
    if not len(found.threshold):
        return np.full(len(times), math.nan)
    held = np.cumsum(times[:, found.day], axis=1)
    needed = np.ceil(kept * held[:, -1:] - _ROUNDING)
    cut = found.threshold[np.argmax(held >= needed, axis=1)]
    judged = np.floor(np.outer(cut, found.sizes) + _ROUNDING) + 1
    judged = np.minimum(judged, found.sizes)
    share: Floats = (times * judged).sum(axis=1) / (times @ found.sizes)
    share[held[:, -1] == 0] = math.nan
    return share


def squared_error(day: RankedDay) -> float:
    """Add up the squared errors of the probabilities; NaN without any."""
    if day.probability is None:
        return math.nan
    return float(((day.probability - day.wanted) ** 2).sum())


@dataclass(frozen=True, slots=True)
class Bin:
    """Papers that were given about the same probability: how many, and how many were wanted."""

    papers: int
    said: float
    """Their mean probability."""
    seen: float
    """The share of them that was wanted."""


def reliability(days: Sequence[RankedDay]) -> tuple[Bin, ...]:
    """Hold probabilities against what happened, in bins of equal width; empty ones are left out."""
    if any(day.probability is None for day in days):
        return ()
    said = np.concatenate([day.probability for day in days if day.probability is not None])
    wanted = np.concatenate([day.wanted for day in days])
    index = np.minimum((said * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(int(inside.sum()), float(said[inside].mean()), float(wanted[inside].mean()))
        for number in range(BINS)
        if (inside := index == number).any()
    )
