"""`paperlark search`: find papers in the archive."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day, open_for, profile_option
from paperlark.domain.paper import Identifier, Paper
from paperlark.domain.taxonomy import CATEGORIES, nearest_category
from paperlark.renderers import search_results
from paperlark.renderers.english import counted

WIDEST = 100
"""Columns; longer lines are hard to read."""
_BIBTEX, _RIS, _CSL, _JSON = "bibtex", "ris", "csl", "json"


def _known(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and value not in CATEGORIES:
        near = nearest_category(value)
        hint = f"; did you mean {near}?" if near else ""
        raise click.BadParameter(f"arXiv has no category {value!r}{hint}")
    return value


@click.command("search")
@click.argument("words", nargs=-1)
@click.option("--author", metavar="NAME", help="By this author: a name or part of one.")
@click.option("--category", callback=_known, help="In this category, such as cs.LG, or archive.")
@click.option("--from", "first", type=Day(), help="Announced to you on this day or later.")
@click.option("--to", "last", type=Day(), help="Announced to you on this day or earlier.")
@click.option("--selected", is_flag=True, help="On one of your pages.")
@click.option(
    "--score", type=click.IntRange(1, 10), help="With this relevance score or a higher one."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Show at most so many papers.",
)
@click.option("--json", "form", flag_value=_JSON, help="Print the result as JSON.")
@click.option("--bibtex", "form", flag_value=_BIBTEX, help="Print BibTeX entries.")
@click.option("--ris", "form", flag_value=_RIS, help="Print RIS records.")
@click.option("--csl", "form", flag_value=_CSL, help="Print CSL-JSON.")
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    words: tuple[str, ...],
    author: str | None,
    category: str | None,
    first: date | None,
    last: date | None,
    selected: bool,
    score: int | None,
    limit: int,
    form: str | None,
    profile_file: Path,
) -> None:
    r"""Search by WORDS all papers that were announced to you or imported, selected or not.

    All words must occur (except small ones such as "of") in the title, abstract or author names.
    A star after a word matches any ending; "words in quotes" must follow each other. Papers with
    the words in the title, or with a similar meaning, come first. If no paper has all the words,
    those with the rarest of them are found; if none has any, those with the nearest meaning.

    \b
    Examples:
      paperlark search diffusion transform* --from 2025-02-01 --score 7
      paperlark search '"graph neural networks"' --author Leskovec
      paperlark search --author "G Hinton" --bibtex > hinton.bib
    """
    text = " ".join(words)
    filters = (author, category, first, last, score)
    if not text.strip() and not selected and all(one is None for one in filters):
        raise click.UsageError("nothing to search for: give words, or one of the options")
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    results = open_for(context, profile_file).search(
        text,
        author=author,
        category=category,
        first=first,
        last=last,
        selected=selected,
        score=score,
        limit=limit,
    )
    if form is None:
        columns = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
        click.echo(search_results.results_text(results, width=columns))
    elif form == _JSON:
        click.echo(search_results.results_document(results))
    else:
        _cite(form, [one.paper for one in results.found])


def _cite(form: str, papers: Sequence[Paper]) -> None:
    from paperlark.renderers.citations.formats import bibtex, csl, ris  # noqa: PLC0415  # one of 3

    citable = [paper for paper in papers if Identifier.parse(paper.id)]
    if len(citable) < len(papers):
        left = counted(len(papers) - len(citable), "paper")
        click.echo(f"left out, because not on arXiv: {left}", err=True)
    write = {_BIBTEX: bibtex, _RIS: ris, _CSL: csl}[form]
    click.echo(write(citable).encode(), nl=False)
