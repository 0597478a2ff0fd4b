"""A report as tables for the terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from paperlark.evaluation import wording
from paperlark.evaluation.full_prompt_baseline import USUAL_SIZE
from paperlark.evaluation.method_metrics import Metric
from paperlark.evaluation.plain_summary import sentences
from paperlark.evaluation.report import Report, ReportRow
from paperlark.evaluation.token_report import TokenCounts, TokenReport
from paperlark.evaluation.wording import UNKNOWN, counted

WIDTH = 100


def show_report(report: Report) -> None:
    """Print the report on a ranking."""
    _print(_ranking_parts(report), report.notes)


def show_tokens(report: TokenReport) -> None:
    """Print the report on the tokens of judging."""
    _print(_token_parts(report), report.notes)


def _print(parts: Iterable[RenderableType], notes: Iterable[str]) -> None:
    console = Console(highlight=False, markup=False)
    # A file has no width of its own.
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    for part in (*parts, *(Text(f"note: {note}", style="dim") for note in notes)):
        console.print(part)


def _ranking_parts(report: Report) -> Iterator[RenderableType]:
    if report.plain:
        answer, *others = sentences(report.plain)
        yield Text(answer, style="bold")
        yield from others
        yield ""
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


def _table(known: str, rows: Iterable[ReportRow]) -> Table:
    table = _columns("method", known, *(column.short for column in wording.TERMINAL_COLUMNS))
    before = None
    for row in rows:
        name = "" if row.method == before else row.method
        before = row.method
        table.add_row(name, str(row.known), *wording.cells(row, wording.TERMINAL_COLUMNS))
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


def _token_parts(report: TokenReport) -> Iterator[RenderableType]:
    first, last = min(report.days), max(report.days)
    days = counted(len(report.days), "test day")
    yield Text(f"{report.reader}: {days}, {first} to {last}", style="bold")
    known = "all labels known" if report.all_known else "labels known for judged papers only"
    yield f"tokens in o200k, after {counted(report.history, 'day')} of history, {known}"
    yield ""
    yield _token_table(report)
    yield ""
    yield f"tokens  {_percent(report.share)} of the plain prompt's"
    yield f"wanted  {_percent(report.recall_kept)} kept; target {report.recall:.0%}"
    whole = report.sum
    if whole.judged and whole.kept:
        yield (
            f"each    {whole.paperlark.total / whole.judged:,.0f} tokens per judged paper,"
            f" {whole.paperlark.total / whole.kept:,.0f} per wanted paper kept"
        )
    for size in whole.plain_by_size:
        share = whole.share(size)
        if size != USUAL_SIZE and share is not None:
            yield f"plain prompt with {size} papers: {share:.1%}"


def _token_table(report: TokenReport) -> Table:
    heads = ("papers", "judged", "wanted", "kept", "plain prompt", "paperlark", "share")
    table = _columns("day", *heads)
    for day, counts in report.days.items():
        table.add_row(day.isoformat(), *_cells(counts))
    table.add_row("sum", *_cells(report.sum), style="bold")
    return table


def _cells(counts: TokenCounts) -> Iterator[str]:
    yield from map(str, (counts.candidates, counts.judged, counts.wanted, counts.kept))
    yield from (f"{tokens.total:,}" for tokens in (counts.plain, counts.paperlark))
    share = counts.share()
    yield UNKNOWN if share is None else f"{share:.1%}"


def _percent(figure: Metric) -> str:
    """Format like `32.1% (30.2% to 34.0%)`."""
    if figure.value is None or figure.interval is None:
        return UNKNOWN
    return f"{figure.value:.1%} ({figure.interval.low:.1%} to {figure.interval.high:.1%})"
