"""Followed authors as text for the terminal: whom each name matches, and what may be meant."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.domain.followed import AuthorPaper, AuthorReport, FollowingReport
from paperlark.domain.plain_text import one_line
from paperlark.renderers import typeset
from paperlark.renderers.english import counted, listed, number, short_date

_INDENT = "  "
_COAUTHORS = 2
_WIDE_NAME = 32
_LEAST_WIDTH = 40


def author_lines(report: FollowingReport, author: AuthorReport, *, width: int) -> Iterator[str]:
    """Yield the last papers of whom a name matches, so that a namesake is noticed."""
    if not author.papers:
        yield silence(report, author)
    else:
        count = f"{number(author.in_month)} in the last month"
        yield f"Last papers of this name ({count}):"
    for one in author.papers:
        yield from _paper_lines(one, max(width, _LEAST_WIDTH))
    if author.papers and not author.in_month:
        yield silence(report, author)
    if author.near:
        yield meant(author)


def _paper_lines(one: AuthorPaper, width: int) -> Iterator[str]:
    start = f"{_INDENT}{one.day}  {one.paper.id:<10}  "
    yield _cut(f"{start}{one_line(typeset.plain(one.paper.title))}", width)
    printed = f"{one.printed} (perhaps: name order reversed)" if one.order_reversed else one.printed
    others = [author.name for author in one.paper.authors if author.name != one.printed]
    shown = others[:_COAUTHORS]
    more = f" and {number(len(others) - len(shown))} more" if len(others) > len(shown) else ""
    along = f" with {listed(shown)}{more}" if shown else ""
    field = f"{one.paper.categories[0]} · " if one.paper.categories else ""
    yield _cut(f"{' ' * len(start)}{field}{one_line(f'{printed}{along}')}", width)


def silence(report: FollowingReport, author: AuthorReport) -> str:
    """Return that a name matched no paper, of how many and since when."""
    if report.last is None or report.first is None:
        return "No page was made yet, so there is nothing to look in."
    if author.papers:
        return f"None of the last month's {counted(report.in_month, 'paper')} has this name."
    since = f"{short_date(report.first)} to {short_date(report.last)}"
    return f"No paper has this name, of {number(report.looked)} looked through ({since})."


def meant(author: AuthorReport) -> str:
    """Return the names that may be meant."""
    return f"Did you mean {' or '.join(map(one_line, author.near))}?"


def list_lines(report: FollowingReport) -> Iterator[str]:
    """Yield a line for each followed author: when the name last matched, and what is wrong."""
    names = [one_line(one.author.name) for one in report.authors]
    wide = min(max(map(len, names), default=0), _WIDE_NAME)
    for name, one in zip(names, report.authors, strict=True):
        yield f"{name:<{wide}}  {last_match(report, one)}"
        if one.advice:
            yield f"{' ' * wide}  {one_line(one.advice)}"
        elif one.near:
            yield f"{' ' * wide}  {meant(one)}"


def last_match(report: FollowingReport, author: AuthorReport) -> str:
    """Return when a name last matched, and how often in the last month."""
    if author.papers:
        last = author.papers[0]
        turned = ", perhaps: name order reversed" if last.order_reversed else ""
        month = f"{number(author.in_month)} in the last month"
        return f"last on {last.day} ({last.paper.id}{turned}), {month}"
    return silence(report, author).rstrip(".").lower() if report.last is None else (
        f"no paper of {number(report.looked)} since {report.first}"
    )  # fmt: skip


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"
