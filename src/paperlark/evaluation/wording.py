"""What a report says in words and numbers, the same in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paperlark.evaluation.cases import FIRST_MORNING
from paperlark.evaluation.method_metrics import MEASURES, Comparison, Metric
from paperlark.evaluation.report import Report, ReportRow, find
from paperlark.evaluation.resampling import Interval

__all__ = ["MEASURES"]

UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Column:
    """A measure: the head of its column, and what that means."""

    measure: str
    short: str
    long: str


COLUMNS = (
    Column("average_precision", "AP", "average precision"),
    Column("recall_at_k", "R@k", "share of the wanted among the first k, as many as were wanted"),
    Column("recall_at_2k", "R@2k", "share of the wanted among the first 2k"),
    Column("ndcg_at_20", "nDCG", "of the first 20; a wanted paper is worth its relevance"),
    Column("share_to_judge 0.90", "j90", "share to judge so that 90 % of the wanted are kept"),
    Column("share_to_judge 0.95", "j95", "share to judge so that 95 % of the wanted are kept"),
    Column("share_to_judge 0.98", "j98", "share to judge so that 98 % of the wanted are kept"),
    Column("brier", "Brier", "mean squared error of the probabilities"),
)

SPREAD = frozenset({"average_precision", "share_to_judge 0.95"})
"""Measures whose intervals a terminal has room for."""


def headline(report: Report) -> str:
    """Say whose days these are, and which."""
    days = counted(report.days, "test day")
    return f"{report.reader}: {days}, {report.test_from} to {report.test_to}"


def per_day(report: Report) -> str:
    """Say how much there was to choose from, and how much was wanted."""
    return (
        f"{report.candidates_per_day:.1f} candidates and {report.wanted_per_day:.1f} wanted a day"
    )


def summary(report: Report) -> str:
    """Say what was measured."""
    days = counted(report.days, "test day")
    return (
        f"{days} from {report.test_from} to {report.test_to}, {per_day(report)}. Each was ranked"
        " with what was known before it, and nothing later."
    )


def cells(row: ReportRow) -> tuple[str, ...]:
    """Give a row's figures in the order of COLUMNS."""
    return tuple(
        cell(row.figures[column.measure], ranged=column.measure in SPREAD) for column in COLUMNS
    )


def cell(figure: Metric, *, ranged: bool) -> str:
    """`.512`, with its interval `.512 .48-.55`; a figure that cannot be had is a dash."""
    if figure.value is None:
        return UNKNOWN
    if not ranged or figure.interval is None:
        return short(figure.value)
    return f"{short(figure.value)} {spread(figure.interval)}"


def spread(interval: Interval) -> str:
    """`.48-.55`."""
    return f"{short(interval.low, 2)}-{short(interval.high, 2)}"


def short(value: float, digits: int = 3) -> str:
    """Leave out the zero before the point, as tables of figures below 1 do."""
    return f"{value:.{digits}f}".removeprefix("0")


def counted(number: int, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def has_first_morning(report: Report) -> bool:
    """Whether there is a first morning to be explained."""
    return bool(find(report.rows, FIRST_MORNING))


@dataclass(frozen=True, slots=True)
class Comparing:
    """A comparison in words: what was known, the measure, how far ahead, of whom, how surely."""

    known: str
    measure: str
    figure: str
    spread: str
    against: str
    ahead: str


def comparisons(report: Report) -> tuple[Comparing, ...]:
    """Say of every history whether paperlark is ahead of the best other method."""
    return tuple(_comparing(one) for one in report.comparisons)


def _comparing(one: Comparison) -> Comparing:
    known = counted(one.history, "day") if one.votes is None else counted(one.votes, "like")
    if one.ratio is not None and one.ratio_interval and one.measure.startswith("share"):
        measure, figure = "share to judge", f"x {one.ratio:.2f}"
        spread = f"{one.ratio_interval.low:.2f} to {one.ratio_interval.high:.2f}"
    else:
        measure, figure = "AP", f"{one.difference:+.3f}"
        spread = f"{one.difference_interval.low:+.3f} to {one.difference_interval.high:+.3f}"
    return Comparing(known, measure, figure, spread, one.against, f"{one.ahead:.1%}")


def agreed(report: Report) -> str:
    """Say how well the judge agrees with itself."""
    one = report.agreement
    if one is None:
        return "The judge against itself: unknown, nothing it selected was judged twice."
    return (
        f"The judge against itself: F1 {one.f1:.2f}, AP {one.average_precision:.2f}, on"
        f" {counted(one.papers, 'paper')} judged twice, {one.wanted} of them wanted the second"
        f" time, on {counted(one.pairs, 'pair')} of days."
    )


def how(report: Report) -> Iterator[str]:
    """Say what has to be known to measure the same again."""
    setting = report.setting
    if setting.relevant_from is not None:
        yield f"A paper is wanted from a relevance of {setting.relevant_from} on."
    yield (
        f"Before each test day a method knows the criteria, what was announced on the"
        f" {setting.stream_days} days before, and what was judged on the days of its history."
        " Of a paper that is announced again on the test day it knows nothing."
    )
    yield (
        f"Intervals hold 95 % of {setting.replicates} draws of the test days with replacement"
        f" (seed {setting.seed}). All methods meet the same draws; paperlark is ahead in so many of"
        f" them. Made by paperlark {setting.version}."
    )
    yield from report.notes
