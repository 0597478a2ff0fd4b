"""`paperlark import`: import papers you like, and days that were judged elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import click

from paperlark import FileKind, Imported, draft_criteria
from paperlark.api import ZOTERO, OpenedProfile
from paperlark.cli._imports import show_papers, show_removed, show_sources
from paperlark.cli._options import open_for, profile_option
from paperlark.domain import plain_text
from paperlark.renderers import english

_FEW = 5
"""Up to so many days are named one by one."""


@click.command("import")
@click.argument("sources", nargs=-1, metavar="[FILE|ADDRESS|ID]...")
@click.option(
    "--as",
    "kind",
    type=click.Choice([str(kind) for kind in FileKind]),
    help="The kind of file, if its content does not show it.",
)
@click.option("--disliked", is_flag=True, help="Import them as papers you do not want.")
@click.option("--offline", is_flag=True, help="Do not look up missing abstracts at arXiv.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show titles and authors as understood, and what is left out; store nothing.",
)
@click.option("--list", "listing", is_flag=True, help="List what was imported, by source.")
@click.option("--titles", is_flag=True, help="With --list: every title too.")
@click.option(
    "--remove",
    "removed",
    multiple=True,
    metavar="SOURCE|ID",
    help="Take out a source, by its name in --list, or one paper: it no longer teaches.",
)
@click.option(
    "--draft-criteria",
    "drafting",
    is_flag=True,
    help="Print criteria drafted from these papers, for you to edit; store nothing.",
)
@click.option(
    "--zotero-library",
    "zotero",
    metavar="NUMBER",
    help="A Zotero library instead of a file: users/12345 (or only the number) or groups/678.",
)
@click.option(
    "--zotero-key-variable",
    "key_variable",
    default="ZOTERO_API_KEY",
    show_default=True,
    help="The name of the secret that holds the key of a private library.",
)
@click.option(
    "--zotero-url", default=ZOTERO, show_default=True, help="Address of Zotero's web API."
)
@click.option(
    "--no-days",
    is_flag=True,
    help="Learn from digests, but add no days to the archive.",
)
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    sources: tuple[str, ...],
    kind: str | None,
    disliked: bool,
    offline: bool,
    dry_run: bool,
    listing: bool,
    titles: bool,
    removed: tuple[str, ...],
    drafting: bool,
    zotero: str | None,
    key_variable: str,
    zotero_url: str,
    no_days: bool,
    profile_file: Path,
) -> None:
    r"""Import papers that you like, so that the ranker knows your interests from the first day.

    Reads BibTeX, RIS and CSL-JSON (Zotero exports all three), plain lists of arXiv identifiers or
    addresses, and digests: pages as JSON, Markdown or text, and recordings (.jsonl). The ranker
    learns from the scores of a digest, and the digest becomes a day of your archive, with pages
    of its own, unless there is a page of that day. Papers that are not on arXiv are used by their
    title and abstract; books, manuals, software and web pages are left out. Importing the same file
    again changes nothing.

    \b
    Examples:
      paperlark import library.bib
      paperlark import 2025-02-26.md 2025-03-25.md --dry-run
      paperlark import https://arxiv.org/abs/1706.03762 2502.12206
      paperlark import --zotero-library users/12345
      paperlark import library.bib --draft-criteria > criteria.md
      paperlark import --list --titles
      paperlark import --remove library.bib
    """
    if (zotero is not None) + bool(sources) + listing + bool(removed) != 1:
        raise click.UsageError(
            "name what to import: files, addresses or --zotero-library; or give --list or --remove"
        )
    if titles and not listing:
        raise click.UsageError("--titles goes with --list")
    profile = open_for(context, profile_file)
    if listing:
        show_sources(profile.interests.imports(), titles=titles)
        return
    if removed:
        for name in removed:
            show_removed(name, profile.interests.remove_imports(name))
        return
    dry_run = dry_run or drafting
    import_zotero = partial(
        profile.interests.import_zotero,
        key_variable=key_variable,
        url=zotero_url,
        liked=not disliked,
        ask_arxiv=not offline,
        dry_run=dry_run,
    )
    import_source = partial(
        profile.interests.import_source,
        kind=FileKind(kind) if kind else None,
        liked=not disliked,
        ask_arxiv=not offline,
        days=not no_days and not drafting,
        dry_run=dry_run,
    )
    if drafting:
        _print_draft(
            profile, [import_source(one) for one in sources] or [import_zotero(zotero or "")]
        )
    elif zotero is not None:
        _print_counts("", import_zotero(zotero), dry_run=dry_run)
    else:
        import_all(profile, sources, import_source, dry_run=dry_run)


def import_all(
    profile: OpenedProfile,
    sources: Sequence[str],
    import_source: Callable[[str], Imported],
    *,
    dry_run: bool = False,
) -> None:
    """Import one after the other, and print what came of each; raises at the first mistake."""
    every: list[Imported] = []
    try:
        for source in sources:
            imported = import_source(source)
            _print_counts(f"{source}: " if len(sources) > 1 else "", imported, dry_run=dry_run)
            every.append(imported)
    finally:
        # What came before a mistake is in the archive all the same.
        _print_days(every, profile.settings.output, dry_run=dry_run)


def _print_counts(name: str, imported: Imported, *, dry_run: bool) -> None:
    would = "would import, of " if dry_run else ""
    click.echo(f"{plain_text.one_line(name)}{' ' if name else ''}{would}{_counts(imported)}")
    for note in imported.notes:
        click.echo(f"{name}{note}", err=True)
    if dry_run:
        show_papers(imported)
    if imported.unasked:
        click.echo(plain_text.one_line(f"of those not found: {imported.unasked}"), err=True)


def _counts(imported: Imported) -> str:
    entries = "1 entry" if imported.entries == 1 else f"{english.number(imported.entries)} entries"
    return plain_text.one_line(f"{entries}: {', '.join(_parts(imported))}")


def _print_draft(profile: OpenedProfile, every: Sequence[Imported]) -> None:
    """Print criteria drafted from what is wanted; the counts do not belong into that file."""
    cutoffs = profile.settings.profile.cutoffs
    for imported in every:
        click.echo(f"drafted from {_counts(imported)}", err=True)
    papers = [
        one.paper
        for imported in every
        for one in imported.examples
        if one.relevance is None or one.novelty is None or cutoffs.meets(one.relevance, one.novelty)
    ]
    click.echo(plain_text.clean(draft_criteria(papers).text), nl=False)


def _print_days(every: Sequence[Imported], folder: Path, *, dry_run: bool) -> None:
    added = sorted({day for one in every for day in one.days.added})
    earlier = sorted({day for one in every for day in one.days.there} - {*added})
    if added:
        count = english.counted(len(added), "day")
        what = f"would add {count}" if dry_run else f"{count} added"
        click.echo(f"{what} to the archive, with pages in {folder}: {_dates(added)}")
    if earlier:
        click.echo(f"{english.counted(len(earlier), 'day')} imported before: {_dates(earlier)}")
    left_out = [reason for one in every for reason in one.days.left_out]
    for reason in left_out[:_FEW]:
        click.echo(plain_text.one_line(f"not added to the archive: {reason}"), err=True)
    if len(left_out) > _FEW:
        more = english.counted(len(left_out) - _FEW, "more day")
        click.echo(f"not added to the archive: {more}", err=True)


def _dates(days: Sequence[date]) -> str:
    """Name a few days, and of many the first and the last."""
    named = english.listed(map(str, days))
    return named if len(days) <= _FEW else f"{days[0]} to {days[-1]}"


def _parts(imported: Imported) -> Iterator[str]:
    for count, thing in (
        (imported.liked, "liked paper"),
        (imported.disliked, "disliked paper"),
        (imported.judged, "judged paper"),
        (imported.votes, "vote"),
    ):
        if count:
            yield english.counted(count, thing)
    for count, words in (
        (imported.followed, "by followed authors, without scores"),
        (imported.known_before, "known before"),
    ):
        if count:
            yield f"{english.number(count)} {words}"
    if imported.repeated:
        yield english.counted(imported.repeated, "duplicate")
    for named, words in ((imported.not_found, "not found"), (imported.unusable, "left out")):
        if named:
            yield f"{english.number(len(named))} {words} (first: {named[0]})"
