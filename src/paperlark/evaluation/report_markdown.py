"""Render a report as Markdown: the plain sentences, then the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paperlark.domain import plain_text
from paperlark.evaluation import wording
from paperlark.evaluation.plain_summary import sentences
from paperlark.evaluation.report import Report, ReportRow
from paperlark.renderers.markdown import escape, escape_line


def render_markdown(report: Report) -> str:
    """Return the page; it is deterministic."""
    return "\n\n".join(_blocks(report)) + "\n"


def _blocks(report: Report) -> Iterator[str]:
    yield f"# How good is the ranking? {escape(plain_text.one_line(report.reader))}"
    if report.plain:
        yield "  \n".join(escape_line(sentence) for sentence in sentences(report.plain))
    yield escape_line(wording.summary(report))
    yield _figures("days", report.rows)
    if report.votes:
        yield _figures("likes", report.votes)
    if report.comparisons:
        yield _table(
            ("known", "measure", "paperlark", "95 %", "against the best", "ahead in"),
            (
                (one.known, one.measure, one.figure, one.spread, one.against, one.ahead)
                for one in wording.comparisons(report)
            ),
        )
    yield escape_line(wording.agreed(report))
    yield "\n".join(f"- {column.short}: {escape_line(column.long)}" for column in wording.COLUMNS)
    yield "\n".join(f"- {escape_line(line)}" for line in wording.how(report))


def _figures(known: str, rows: Iterable[ReportRow]) -> str:
    heads = ("method", known, *(column.short for column in wording.COLUMNS))
    return _table(heads, ((row.method, str(row.known), *wording.cells(row)) for row in rows))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (heads, ["---"] * len(heads), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
