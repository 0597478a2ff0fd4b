"""The words and numbers of a report, the same in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paperlark.evaluation.method_metrics import MEASURES, Comparison, Interval, Metric
from paperlark.evaluation.report import Report, ReportRow

__all__ = ["MEASURES"]

UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Column:
    """A measure: the head of its column, and its definition."""

    measure: str
    short: str
    long: str


COLUMNS = (
    Column("average_precision", "AP", "average precision"),
    Column("recall_at_k", "R@k", "recall at k, where k papers were wanted that day"),
    Column("recall_at_2k", "R@2k", "recall at 2k"),
    Column("ndcg_at_20", "nDCG", "nDCG at 20; the gain of a wanted paper is its relevance"),
    Column("share_to_judge 0.90", "j90", "share of papers to judge to keep 90 % of the wanted"),
    Column("share_to_judge 0.95", "j95", "share of papers to judge to keep 95 % of the wanted"),
    Column("share_to_judge 0.98", "j98", "share of papers to judge to keep 98 % of the wanted"),
    Column("wss_at_95", "WSS", "work saved over sampling at 95 % recall: .95 less j95"),
    Column("brier", "Brier", "mean squared error of the probabilities"),
)

TERMINAL_COLUMNS = tuple(one for one in COLUMNS if one.measure != "wss_at_95")
"""Those that 100 characters have room for; the one left out follows from j95."""

SPREAD = frozenset({"average_precision", "share_to_judge 0.95"})
"""Measures whose intervals a terminal has room for."""


def headline(report: Report) -> str:
    """Return the reader and the test days."""
    days = counted(report.days, "test day")
    return f"{report.reader}: {days}, {report.test_from} to {report.test_to}"


def per_day(report: Report) -> str:
    """Return the number of candidates and of wanted papers per day."""
    return (
        f"{report.candidates_per_day:.1f} candidates and {report.wanted_per_day:.1f} wanted a day"
    )


def summary(report: Report) -> str:
    """Return what was measured, in two sentences."""
    days = counted(report.days, "test day")
    return (
        f"{days} from {report.test_from} to {report.test_to}, {per_day(report)}. Each was ranked"
        " with what was known before it, and nothing later."
    )


def cells(row: ReportRow, columns: Sequence[Column] = COLUMNS) -> tuple[str, ...]:
    """Return a row's figures in the order of the columns."""
    return tuple(
        cell(row.figures[column.measure], ranged=column.measure in SPREAD) for column in columns
    )


def cell(figure: Metric, *, ranged: bool) -> str:
    """Format like `.512`, or `.512 .48-.55` with its interval; an undefined figure is a dash."""
    if figure.value is None:
        return UNKNOWN
    if not ranged or figure.interval is None:
        return short(figure.value)
    return f"{short(figure.value)} {spread(figure.interval)}"


def spread(interval: Interval) -> str:
    """Format like `.48-.55`."""
    return f"{short(interval.low, 2)}-{short(interval.high, 2)}"


def short(value: float, digits: int = 3) -> str:
    """Format without the zero before the point, as usual for figures below 1."""
    return f"{value:.{digits}f}".removeprefix("0")


def counted(number: int, noun: str) -> str:
    """Format like `1 day` or `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True)
class ComparisonText:
    """A comparison as text: what was known, measure, difference, interval, rival, confidence."""

    known: str
    measure: str
    figure: str
    spread: str
    against: str
    ahead: str


def comparisons(report: Report) -> tuple[ComparisonText, ...]:
    """Return the comparison with the best other method for every history."""
    return tuple(map(_comparison_text, report.comparisons))


def _comparison_text(one: Comparison) -> ComparisonText:
    known = counted(one.history, "day") if one.votes is None else counted(one.votes, "like")
    if one.ratio is not None and one.ratio_interval and one.measure.startswith("share"):
        measure, figure = "share to judge", f"x {one.ratio:.2f}"
        spread = f"{one.ratio_interval.low:.2f} to {one.ratio_interval.high:.2f}"
    else:
        measure, figure = "AP", f"{one.difference:+.3f}"
        spread = f"{one.difference_interval.low:+.3f} to {one.difference_interval.high:+.3f}"
    return ComparisonText(known, measure, figure, spread, one.against, f"{one.ahead:.1%}")


def agreed(report: Report) -> str:
    """Return how well the judge agrees with itself."""
    one = report.agreement
    if one is None:
        return "The judge's agreement with itself: unknown, no selected paper was judged twice."
    return (
        f"The judge's agreement with itself: F1 {one.f1:.2f}, AP {one.average_precision:.2f}, on"
        f" {counted(one.papers, 'paper')} judged twice ({one.wanted} wanted the second time), from"
        f" {counted(one.pairs, 'pair')} of days."
    )


def how(report: Report) -> Iterator[str]:
    """Yield what is needed to repeat the measurement."""
    setting = report.setting
    if setting.relevant_from is not None:
        yield f"A paper is wanted if its relevance is at least {setting.relevant_from}."
    yield (
        f"Before each test day a method knows the criteria, the papers announced on the"
        f" {setting.stream_days} days before, and the judgements of the days of its history. It"
        " knows nothing of a paper that is announced again on the test day."
    )
    yield (
        f"Intervals are 95 % bootstrap intervals: {setting.replicates} resamples of the test days"
        f" (seed {setting.seed}), the same for all methods; paperlark is ahead in the given share"
        f" of them. Made by paperlark {setting.version}."
    )
    yield from report.notes
