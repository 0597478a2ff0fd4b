"""What judging took as tables for the terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from paperlark.domain.spending import Tokens
from paperlark.evaluation.figures import Figure
from paperlark.evaluation.plain import USUAL_SIZE
from paperlark.evaluation.table import WIDTH
from paperlark.evaluation.token_report import Taken, TokenReport
from paperlark.evaluation.wording import UNKNOWN, counted

_HEADS = ("papers", "judged", "wanted", "kept", "plain way", "paperlark", "share")


def show(report: TokenReport) -> None:
    """Print the report."""
    console = Console(highlight=False, markup=False)
    # A file is as wide as the table likes.
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    for part in _parts(report):
        console.print(part)


def _parts(report: TokenReport) -> Iterator[RenderableType]:
    first, last = min(report.days), max(report.days)
    days = counted(len(report.days), "test day")
    yield Text(f"{report.reader}: {days}, {first} to {last}", style="bold")
    known = "all papers of which are known" if report.told_all else "known by what was read of them"
    yield f"tokens in o200k, after {counted(report.history, 'day')} of history, {known}"
    yield ""
    yield _table(report)
    yield ""
    yield f"tokens  {_percent(report.share)} of the plain way's"
    yield f"wanted  {_percent(report.recall_kept)} kept; the line aims at {report.recall:.0%}"
    yield from _each(report.sum)
    for size, share in _other_ways(report.sum):
        yield f"plain way with {size} papers in a prompt: {share:.1%}"
    yield from (Text(f"note: {note}", style="dim") for note in report.notes)


def _table(report: TokenReport) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("day", no_wrap=True)
    for head in _HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    for day, taken in report.days.items():
        table.add_row(day.isoformat(), *_cells(taken))
    table.add_row("sum", *_cells(report.sum), style="bold")
    return table


def _cells(taken: Taken) -> Iterator[str]:
    yield from map(str, (taken.candidates, taken.judged, taken.wanted, taken.kept))
    yield from map(_thousands, (taken.plain, taken.paperlark))
    share = taken.share()
    yield UNKNOWN if share is None else f"{share:.1%}"


def _each(taken: Taken) -> Iterator[str]:
    total = taken.paperlark.total
    if taken.judged and taken.kept:
        yield (
            f"each    {total / taken.judged:,.0f} tokens a judged paper,"
            f" {total / taken.kept:,.0f} a wanted one that was kept"
        )


def _other_ways(taken: Taken) -> Iterator[tuple[int, float]]:
    for size in taken.plain_by_size:
        share = taken.share(size)
        if size != USUAL_SIZE and share is not None:
            yield size, share


def _thousands(tokens: Tokens) -> str:
    return f"{tokens.total:,}"


def _percent(figure: Figure) -> str:
    """`32.1% (30.2% to 34.0%)`."""
    if figure.value is None or figure.interval is None:
        return UNKNOWN
    return f"{figure.value:.1%} ({figure.interval.low:.1%} to {figure.interval.high:.1%})"
