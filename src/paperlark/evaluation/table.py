"""A report as tables for the terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from paperlark.evaluation import wording
from paperlark.evaluation.report import Report, Row

WIDTH = 100


def show(report: Report) -> None:
    """Print the report."""
    console = Console(highlight=False, markup=False)
    # A file is as wide as the table likes.
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    for part in _parts(report):
        console.print(part)


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text(wording.headline(report), style="bold")
    yield f"{wording.per_day(report)}; each was ranked with what was known before it"
    yield ""
    yield _table("days", report.rows)
    if report.votes:
        yield ""
        yield _table("likes", report.votes)
    yield ""
    if report.comparisons:
        yield _comparisons(report)
        yield ""
    yield wording.agreed(report)
    yield from (Text(f"note: {note}", style="dim") for note in report.notes)


def _table(known: str, rows: Iterable[Row]) -> Table:
    table = _columns("method", known, *(column.short for column in wording.COLUMNS))
    before = None
    for row in rows:
        amount = row.history_days if row.votes is None else row.votes
        name = "" if row.method == before else row.method
        before = row.method
        table.add_row(name, str(amount), *wording.cells(row))
    return table


def _columns(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _comparisons(report: Report) -> Table:
    table = _columns("paperlark", "", "", "95 %", "against the best", "ahead in")
    before = None
    for one in wording.comparisons(report):
        known = "" if one.known == before else one.known
        before = one.known
        table.add_row(known, one.measure, one.figure, one.spread, one.against, one.ahead)
    return table
