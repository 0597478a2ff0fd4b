"""Show imports in a terminal: papers as understood, what was left out, sources, removals."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from paperlark.domain import plain_text
from paperlark.domain.calendar import today
from paperlark.domain.feedback import LabelSource
from paperlark.domain.paper import LIBRARY, Paper
from paperlark.renderers import english, typeset

if TYPE_CHECKING:
    from paperlark import Imported, ImportedPaper, ImportedSource

_MOST_PAPERS, _MOST_REASONS = 40, 20
_AUTHORS = 3
_NARROWEST = 60
_ID = 17
"""The width of the longest identifier, such as cond-mat/9901001v1."""
_NOT_ON_ARXIV = "not on arXiv"


def show_papers(imported: Imported) -> None:
    """Print titles and authors as understood, and what is left out and why."""
    papers = [one.paper for one in imported.examples]
    if papers:
        click.echo()
        _show(_table(papers[:_MOST_PAPERS]), len(papers) - _MOST_PAPERS, "paper")
    for heading, reasons in (
        ("left out", imported.unusable),
        ("not found", imported.not_found),
    ):
        if reasons:
            click.echo(f"\n{heading}:")
            lines = (f"  {reason}" for reason in reasons[:_MOST_REASONS])
            _show(lines, len(reasons) - _MOST_REASONS)


def show_sources(sources: Sequence[ImportedSource], *, titles: bool) -> None:
    """Print each source, when it was imported, and what came from it."""
    for source in sources:
        when = str(today(source.last)) if source.last else "unknown day"
        name = source.name or "imported before sources were kept"
        _show([f"{when:<12}{name}: {english.listed(_counts(source.papers))}"])
        if titles:
            _show(f"  {line}" for line in _table([one.example.paper for one in source.papers]))
    if not sources:
        click.echo("nothing imported yet; begin with: paperlark import library.bib", err=True)


def show_removed(name: str, removed: Sequence[ImportedPaper]) -> None:
    """Print what was taken out; nothing to take out is no mistake."""
    if not removed:
        _show([f"{name}: nothing of that name is imported; see paperlark import --list"], err=True)
        return
    papers = [one.example.paper for one in removed]
    count = english.counted(len(papers), "paper")
    _show([f"{name}: {count} taken out, and no longer learned from"])
    _show(_table(papers[:_MOST_PAPERS]), len(papers) - _MOST_PAPERS, "paper")


def _counts(papers: Sequence[ImportedPaper]) -> Iterator[str]:
    judged = sum(one.example.label_source is LabelSource.JUDGE for one in papers)
    liked = sum(
        one.example.wanted and one.example.label_source is LabelSource.LIBRARY for one in papers
    )
    for count, thing in (
        (liked, "liked paper"),
        (len(papers) - liked - judged, "disliked paper"),
        (judged, "judged paper"),
    ):
        if count:
            yield english.counted(count, thing)


def _table(papers: Sequence[Paper]) -> Iterator[str]:
    """Yield a line for each paper: identifier, title, first authors."""
    width = max(shutil.get_terminal_size().columns, _NARROWEST)
    names = [paper.id if not paper.id.startswith(LIBRARY) else _NOT_ON_ARXIV for paper in papers]
    first = min(max(map(len, names), default=0), _ID)
    titles = [_one_line(paper.title) for paper in papers]
    second = min(max(map(len, titles), default=0), (width - first) * 3 // 5)
    for name, title, paper in zip(names, titles, papers, strict=True):
        left = f"{name:<{first}}  {_cut(title, second):<{second}}  "
        yield f"{left}{_cut(_authors(paper), max(width - len(left), 15))}".rstrip()


def _authors(paper: Paper) -> str:
    names = [_one_line(author.name) for author in paper.authors]
    more = len(names) - _AUTHORS
    # Not commas: they stand within names, as in Martin King, Jr.
    return "; ".join(names[:_AUTHORS]) + (f"; and {more} more" if more > 0 else "")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def _one_line(text: str) -> str:
    return plain_text.one_line(typeset.plain(text))


def _show(lines: Iterable[str], more: int = 0, thing: str = "", *, err: bool = False) -> None:
    for line in lines:
        # Names of files are the reader's, and everything else is from outside.
        click.echo(plain_text.clean(line).replace("\n", " "), err=err)
    if more > 0:
        left = english.counted(more, thing) if thing else english.number(more)
        click.echo(f"  … and {left} more")
