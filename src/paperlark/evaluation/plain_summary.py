"""An evaluation in plain words: how many of 10 wanted papers the page holds, and what is read.

The page's recall is that of all test days together: wanted papers among the first 20 of their day,
over all wanted papers. Its interval is the 95 % percentile bootstrap interval over days (Efron and
Tibshirani, 1993), with the resamples of all other figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paperlark.evaluation.cases import FIRST_MORNING, OWN, RANDOM
from paperlark.evaluation.method_metrics import LEVEL, Metric, interval, ratios
from paperlark.evaluation.metrics import Counts, RankedDay

PAGE = 20
"""Papers at the top of a page that count."""

FEWEST_DAYS, FEWEST_WANTED = 5, 10
"""Test days with wanted papers, and wanted papers in all, below which no number is stated.

Resamples of fewer days say nothing of other days.
"""


@dataclass(frozen=True, slots=True)
class PlainSummary:
    """What is said in plain words of one reader's test days.

    `history` is the longest, in days; `wanted_days` are the test days with wanted papers. `recall`
    has for each method the share, in [0, 1], of the wanted papers among the first 20 of a day;
    `to_read` is the share of all papers that paperlark's model must read to find 95 % of the
    wanted ones. `shown` and `papers` are means over days.
    """

    history: int
    wanted_days: int
    wanted: int
    shown: float
    papers: float
    recall: Mapping[str, Metric]
    to_read: Metric

    @property
    def enough(self) -> bool:
        """Whether the days are enough for a number."""
        return self.wanted_days >= FEWEST_DAYS and self.wanted >= FEWEST_WANTED


def page_recall(days: Sequence[RankedDay], day_counts: Counts) -> Metric:
    """Return the share of the wanted papers among the first 20 of their day, with its interval.

    day_counts: (replicates, days), the bootstrap resamples of the days
    """
    found = np.array([day.wanted[:PAGE].sum() for day in days], dtype=np.float64)
    wanted = np.array([day.wanted.sum() for day in days], dtype=np.float64)
    once = np.ones((1, len(days)), dtype=np.int64)
    shares = ratios(found, wanted, np.vstack([once, day_counts]))
    if not np.isfinite(shares[0]):
        return Metric(None, None)
    return Metric(float(shares[0]), interval(shares[1:]))


def plain_summary(
    ranked: Mapping[str, Sequence[RankedDay]], to_read: Metric, history: int, day_counts: Counts
) -> PlainSummary:
    """Summarize the days as each method ranked them, after the longest history; at least one."""
    days = next(iter(ranked.values()))
    sizes = [len(day.wanted) for day in days]
    return PlainSummary(
        history=history,
        wanted_days=sum(bool(day.wanted.any()) for day in days),
        wanted=sum(int(day.wanted.sum()) for day in days),
        shown=sum(min(size, PAGE) for size in sizes) / len(sizes),
        papers=sum(sizes) / len(sizes),
        recall={method: page_recall(found, day_counts) for method, found in ranked.items()},
        to_read=to_read,
    )


def sentences(summary: PlainSummary) -> tuple[str, ...]:
    """Return the summary in sentences, the answer first; too few days are said instead."""
    if not summary.enough:
        return (_too_few(summary),)
    return tuple(_sentences(summary))


def _too_few(summary: PlainSummary) -> str:
    days = "1 test day has" if summary.wanted_days == 1 else f"{summary.wanted_days} test days have"
    papers = "1 paper" if summary.wanted == 1 else f"{summary.wanted} papers"
    return (
        f"How much of what you want the page holds cannot be said yet: only {days} papers you want,"
        f" {papers} in all; it takes {FEWEST_DAYS} days and {FEWEST_WANTED} papers."
    )


def _sentences(summary: PlainSummary) -> Iterator[str]:
    own = summary.recall.get(OWN)
    if own is not None:
        yield f"Of 10 papers you want, the page's first {PAGE} hold {_of(10, own)}."
        yield f"You read {summary.shown:.0f} of {summary.papers:.0f} papers a day."
        if summary.to_read.value is not None:
            yield (
                "A model has to read"
                f" {_of(100, summary.to_read)} of 100 papers to find 95 of 100 that you want."
            )
    for method, share in summary.recall.items():
        if method != OWN:
            yield f"{_how(method)}, the first {PAGE} would hold {_of(10, share)}."
    known = "1 judged day" if summary.history == 1 else f"{summary.history} judged days"
    level = f"{100 * LEVEL:.0f} %"
    yield f"In brackets: {level} confidence intervals. Known before each day: up to {known}."


def _how(method: str) -> str:
    if method == FIRST_MORNING:
        return "On a first morning, when only the criteria are known"
    if method == RANDOM:
        return "In random order"
    return f"In the order of {method}"


def _of(whole: int, share: Metric) -> str:
    """Format a share of 10 or 100, like `8 (7-9)`."""
    if share.value is None:
        return "an unknown number"
    number = _rounded(share.value, whole)
    if share.interval is None:
        return number
    low, high = (f"{end * whole:.0f}" for end in (share.interval.low, share.interval.high))
    return f"{number} ({low}-{high})"


def _rounded(share: float, whole: int) -> str:
    """Round, but never to nothing or to everything."""
    number = f"{share * whole:.0f}"
    if share > 0 and number == "0":
        return "fewer than 1"
    if share < 1 and number == f"{whole}":
        return f"more than {whole - 1}"
    return number
