"""A report as a table for the terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from paperlark.evaluation import wording
from paperlark.evaluation.report import Report, Row

WIDTH = 100


def show(report: Report) -> None:
    """Print the report."""
    console = Console(highlight=False)
    # A file is as wide as it likes.
    width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    Console(width=width, highlight=False).print(Group(*_parts(report)))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text(wording.headline(report), style="bold")
    yield Text(wording.measured(report))
    yield ""
    yield _table("days", report.rows)
    if report.votes:
        yield ""
        yield _table("votes", report.votes)
    yield ""
    for line in (*wording.comparisons(report), wording.agreed(report), *report.notes):
        yield Text(line)
    yield Text(wording.LEGEND, style="dim")


def _table(known: str, rows: Iterable[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("method")
    table.add_column(known, justify="right")
    for column in wording.COLUMNS:
        table.add_column(column.short, justify="right", no_wrap=True)
    before = None
    for row in rows:
        amount = row.history_days if row.votes is None else row.votes
        name = row.method if row.method != before else ""
        before = row.method
        table.add_row(name, str(amount), *wording.cells(row))
    return table
