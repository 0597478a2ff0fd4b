"""A report as tables for the terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from paperlark.domain.spending import Tokens
from paperlark.evaluation import wording
from paperlark.evaluation.full_prompt_baseline import USUAL_SIZE
from paperlark.evaluation.method_metrics import Metric
from paperlark.evaluation.report import Report, ReportRow
from paperlark.evaluation.token_report import TokenReport, TokensTaken
from paperlark.evaluation.wording import UNKNOWN, counted

WIDTH = 100


def show_report(report: Report) -> None:
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


def _table(known: str, rows: Iterable[ReportRow]) -> Table:
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


_HEADS = ("papers", "judged", "wanted", "kept", "plain way", "paperlark", "share")


def show_tokens(report: TokenReport) -> None:
    """Print the report."""
    console = Console(highlight=False, markup=False)
    # A file is as wide as the table likes.
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    for part in _token_parts(report):
        console.print(part)


def _token_parts(report: TokenReport) -> Iterator[RenderableType]:
    first, last = min(report.days), max(report.days)
    days = counted(len(report.days), "test day")
    yield Text(f"{report.reader}: {days}, {first} to {last}", style="bold")
    known = "all papers of which are known" if report.told_all else "known by what was read of them"
    yield f"tokens in o200k, after {counted(report.history, 'day')} of history, {known}"
    yield ""
    yield _token_table(report)
    yield ""
    yield f"tokens  {_percent(report.share)} of the plain way's"
    yield f"wanted  {_percent(report.recall_kept)} kept; the line aims at {report.recall:.0%}"
    yield from _each(report.sum)
    for size, share in _other_ways(report.sum):
        yield f"plain way with {size} papers in a prompt: {share:.1%}"
    yield from (Text(f"note: {note}", style="dim") for note in report.notes)


def _token_table(report: TokenReport) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("day", no_wrap=True)
    for head in _HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    for day, taken in report.days.items():
        table.add_row(day.isoformat(), *_cells(taken))
    table.add_row("sum", *_cells(report.sum), style="bold")
    return table


def _cells(taken: TokensTaken) -> Iterator[str]:
    yield from map(str, (taken.candidates, taken.judged, taken.wanted, taken.kept))
    yield from map(_thousands, (taken.plain, taken.paperlark))
    share = taken.share()
    yield UNKNOWN if share is None else f"{share:.1%}"


def _each(taken: TokensTaken) -> Iterator[str]:
    total = taken.paperlark.total
    if taken.judged and taken.kept:
        yield (
            f"each    {total / taken.judged:,.0f} tokens a judged paper,"
            f" {total / taken.kept:,.0f} a wanted one that was kept"
        )


def _other_ways(taken: TokensTaken) -> Iterator[tuple[int, float]]:
    for size in taken.plain_by_size:
        share = taken.share(size)
        if size != USUAL_SIZE and share is not None:
            yield size, share


def _thousands(tokens: Tokens) -> str:
    return f"{tokens.total:,}"


def _percent(figure: Metric) -> str:
    """`32.1% (30.2% to 34.0%)`."""
    if figure.value is None or figure.interval is None:
        return UNKNOWN
    return f"{figure.value:.1%} ({figure.interval.low:.1%} to {figure.interval.high:.1%})"
