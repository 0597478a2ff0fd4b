"""What a report says in words and numbers, the same in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paperlark.evaluation.compare import Comparison
from paperlark.evaluation.figures import Figure
from paperlark.evaluation.report import Report, Row

UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Column:
    """A measure, as a table's head and in full."""

    measure: str
    short: str
    long: str
    ranged: bool = False
    """Whether the table gives its interval too."""


COLUMNS = (
    Column("average_precision", "AP", "average precision", ranged=True),
    Column("recall_at_k", "R@k", "recall among the first k, k wanted that day"),
    Column("recall_at_2k", "R@2k", "recall among the first 2k"),
    Column("ndcg_at_20", "nDCG", "nDCG of the first 20"),
    Column("share_to_judge 0.90", "j90", "share to judge for 90 % of the wanted"),
    Column("share_to_judge 0.95", "j95", "share to judge for 95 % of the wanted", ranged=True),
    Column("share_to_judge 0.98", "j98", "share to judge for 98 % of the wanted"),
    Column("brier", "Brier", "mean squared error of the probabilities"),
)

LEGEND = (
    "AP average precision · R@k recall among the first k, as many as were wanted that day · nDCG of"
    " the first 20 · j90 share of the papers that must be judged to keep 90 % of the wanted ones ·"
    " intervals hold 95 % of the draws of days"
)


def headline(report: Report) -> str:
    """Say whose days these are, and which."""
    return f"{report.reader}: {report.days} test days, {report.test_from} to {report.test_to}"


def measured(report: Report) -> str:
    """Say how much there was to choose from."""
    return (
        f"{report.candidates_per_day:.1f} candidates and {report.wanted_per_day:.1f} wanted a day;"
        " before each day, only days before it are known"
    )


def cells(row: Row) -> tuple[str, ...]:
    """Give a row's figures in the order of COLUMNS."""
    return tuple(cell(row.figures[column.measure], ranged=column.ranged) for column in COLUMNS)


def cell(figure: Figure, *, ranged: bool) -> str:
    """`.512`, with its interval `.512 .48-.55`; a figure that cannot be had is a dash."""
    if figure.value is None:
        return UNKNOWN
    if not ranged or figure.interval is None:
        return short(figure.value)
    return f"{short(figure.value)} {short(figure.interval.low, 2)}-{short(figure.interval.high, 2)}"


def short(value: float, digits: int = 3) -> str:
    """Leave out the zero before the point, as tables of figures below 1 do."""
    return f"{value:.{digits}f}".removeprefix("0")


def comparisons(report: Report) -> Iterator[str]:
    """Say of every history whether paperlark is ahead of the best other method."""
    yield from (_comparison(one) for one in report.comparisons)


def _comparison(one: Comparison) -> str:
    known = f"{one.history} days" if one.votes is None else f"{one.votes} votes"
    if one.ratio is not None and one.measure.startswith("share"):
        said = f"share to judge x {one.ratio:.2f} of that of {one.against}"
    else:
        said = f"AP {one.difference:+.3f} against {one.against}"
    return f"{known:>9}: {said}, ahead with {one.ahead:.0%}"


def agreed(report: Report) -> str:
    """Say how well the judge agrees with itself."""
    one = report.agreement
    if one is None:
        return "The judge's agreement with itself: no paper was judged twice."
    return (
        f"The judge's agreement with itself: F1 {one.f1:.2f}, AP {one.average_precision:.2f}"
        f" ({one.papers} papers judged twice, on {one.pairs} pairs of days)"
    )
