"""`paperlark search`: a paper of the archive, found again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day, profile_option
from paperlark.cli._progress import progress
from paperlark.compose import open_search
from paperlark.domain.paper import Identifier, Paper
from paperlark.domain.search import SearchQuery, read_name, read_terms
from paperlark.domain.taxonomy import CATEGORIES, nearest_category
from paperlark.renderers import search_results as answers
from paperlark.renderers.english import counted
from paperlark.settings import load_settings

WIDEST = 100
"""Columns; longer lines are hard to read."""
_BIBTEX, _RIS, _CSL, _JSON = "bibtex", "ris", "csl", "json"


def _known(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and value not in CATEGORIES:
        near = nearest_category(value)
        hint = f"; did you mean {near}?" if near else ""
        raise click.BadParameter(f"arXiv has no category {value!r}{hint}")
    return value


@click.command("search", short_help="Find papers in your archive.")
@click.argument("words", nargs=-1)
@click.option("--author", metavar="NAME", help="By this author: a name or a part of it.")
@click.option("--category", callback=_known, help="In this category, such as cs.LG, or archive.")
@click.option("--from", "first", type=Day(), help="Announced to you on this day or later.")
@click.option("--to", "last", type=Day(), help="Announced to you on this day or earlier.")
@click.option("--selected", is_flag=True, help="On one of your pages.")
@click.option(
    "--score", type=click.IntRange(1, 10), help="Of this relevance or more, as it was judged."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Show so many papers.",
)
@click.option("--json", "form", flag_value=_JSON, help="Print it as JSON, for other programs.")
@click.option("--bibtex", "form", flag_value=_BIBTEX, help="Print BibTeX entries.")
@click.option("--ris", "form", flag_value=_RIS, help="Print RIS records.")
@click.option("--csl", "form", flag_value=_CSL, help="Print CSL-JSON.")
@profile_option
def command(
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
    r"""Find papers by WORDS among all that were announced to you or imported, selected or not.

    All words must be there (small ones such as "of" need not), in title, abstract or names; a
    word with a star behind it may go on, and "words in quotes" must follow each other. What has
    them in its title or means the same comes first. Where no paper has all words, the rarest of
    them count, and where none has any, the meaning alone.

    \b
    Examples:
      paperlark search diffusion transform* --from 2025-02-01 --score 7
      paperlark search '"graph neural networks"' --author Leskovec
      paperlark search --author "G Hinton" --bibtex > hinton.bib
    """
    text = " ".join(words)
    question = SearchQuery(
        text=text,
        terms=read_terms(text),
        author=None if author is None else read_name(author),
        category=category,
        first=first,
        last=last,
        selected=selected,
        score=score,
    )
    if question.empty:
        raise click.UsageError("what for? Give words, or one of the options")
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    with open_search(load_settings(profile_file), progress()) as archive:
        answer = archive.answer(question, limit)
    if form is None:
        columns = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
        click.echo(answers.results_text(answer, width=columns))
    elif form == _JSON:
        click.echo(answers.results_document(answer))
    else:
        _cite(form, [one.paper for one in answer.found])


def _cite(form: str, papers: Sequence[Paper]) -> None:
    from paperlark.renderers.citations.formats import bibtex, csl, ris  # noqa: PLC0415  # one of 3

    citable = [paper for paper in papers if Identifier.parse(paper.id)]
    if len(citable) < len(papers):
        left = counted(len(papers) - len(citable), "paper")
        click.echo(f"left out, because arXiv does not have it: {left}", err=True)
    write = {_BIBTEX: bibtex, _RIS: ris, _CSL: csl}[form]
    click.echo(write(citable).encode(), nl=False)
