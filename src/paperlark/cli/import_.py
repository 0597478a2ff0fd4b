"""`paperlark import`: papers you like, and days that were judged for you elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import click

from paperlark.cli._options import PATIENCE, environment_of, profile_option
from paperlark.cli._progress import progress
from paperlark.compose import (
    Environment,
    Imported,
    ImportedDays,
    ImportOptions,
    LockWait,
    ZoteroLibrary,
    import_source,
    import_zotero,
    open_arxiv_client,
)
from paperlark.domain import plain_text
from paperlark.importing.kinds import FileKind
from paperlark.renderers import english
from paperlark.settings import Settings, load_settings

_FEW = 5
"""So many days are named one by one."""
ZOTERO = "https://api.zotero.org"


@click.command("import", short_help="Bring along papers you like, or judged days.")
@click.argument("sources", nargs=-1, metavar="[FILE|ADDRESS|ID]...")
@click.option(
    "--as",
    "kind",
    type=click.Choice([str(kind) for kind in FileKind]),
    help="What kind of file it is, where its content does not tell.",
)
@click.option("--disliked", is_flag=True, help="You want no more like these.")
@click.option("--offline", is_flag=True, help="Do not ask arXiv about papers without a text.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and keep nothing.")
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
    help="The name of the secret that is the key of a library that is not public.",
)
@click.option("--zotero-url", default=ZOTERO, show_default=True, help="Where Zotero's web API is.")
@click.option(
    "--no-days", is_flag=True, help="Learn from digests, and add none to the archive as a day."
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
    zotero: str | None,
    key_variable: str,
    zotero_url: str,
    no_days: bool,
    profile_file: Path,
) -> None:
    r"""Import papers that you like, so that the ranker knows you from the first day.

    Read are BibTeX, RIS and CSL-JSON (all of which Zotero exports), plain lists of arXiv
    numbers or addresses, and digests: pages as JSON, Markdown or text and recordings (.jsonl).
    The scores of a digest teach the ranker, and it becomes a day of your archive, with pages of
    its own, where there is none of that day yet. Papers that arXiv does not have count by their
    title and abstract. Importing the same again changes nothing.

    \b
    Examples:
      paperlark import library.bib
      paperlark import 2025-02-26.md 2025-03-25.md --dry-run
      paperlark import https://arxiv.org/abs/1706.03762 2502.12206
      paperlark import --zotero-library users/12345
    """
    if (zotero is None) == (not sources):
        raise click.UsageError("name what to import: files, addresses or --zotero-library")
    settings, environment = load_settings(profile_file), environment_of(context)
    how = ImportOptions(
        progress=progress(),
        open_arxiv=partial(open_arxiv_client, settings, environment),
        kind=FileKind(kind) if kind else None,
        wanted=not disliked,
        ask_arxiv=not offline,
        dry_run=dry_run,
        days=not no_days,
        wait=LockWait(PATIENCE, partial(click.echo, err=True)),
    )
    if zotero is not None:
        library = ZoteroLibrary(zotero, key_variable, zotero_url)
        _tell("", import_zotero(settings, environment, library, how), how)
    import_all(settings, environment, sources, how)


def import_all(
    settings: Settings, environment: Environment, sources: Sequence[str], how: ImportOptions
) -> None:
    """Import one after the other, and say what became of each; raises at the first mistake."""
    days = []
    try:
        for source in sources:
            name = f"{source}: " if len(sources) > 1 else ""
            imported = import_source(settings, environment, source, how)
            _tell(name, imported, how)
            days.append(imported.days)
    finally:
        # What came before a mistake is in the archive all the same.
        _tell_days(days, settings.output, dry_run=how.dry_run)


def _tell(name: str, imported: Imported, how: ImportOptions) -> None:
    would = "would import, of " if how.dry_run else ""
    entries = "1 entry" if imported.entries == 1 else f"{english.number(imported.entries)} entries"
    parts = ", ".join(_parts(imported))
    click.echo(plain_text.one_line(f"{name}{would}{entries}: {parts}"))
    if imported.unasked:
        click.echo(plain_text.one_line(f"of those not found: {imported.unasked}"), err=True)


def _tell_days(every: Sequence[ImportedDays], folder: Path, *, dry_run: bool) -> None:
    added = sorted({day for days in every for day in days.added})
    there = sorted({day for days in every for day in days.there} - {*added})
    if added:
        count = english.counted(len(added), "day")
        what = f"would add {count}" if dry_run else f"{count} added"
        click.echo(f"{what} to the archive, with pages in {folder}: {_dates(added)}")
    if there:
        click.echo(f"{english.counted(len(there), 'day')} imported before: {_dates(there)}")
    left_out = [why for days in every for why in days.left_out]
    for why in left_out[:_FEW]:
        click.echo(plain_text.one_line(f"not added to the archive: {why}"), err=True)
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
        (imported.repeated, "named more than once"),
    ):
        if count:
            yield f"{english.number(count)} {words}"
    for named, words in ((imported.not_found, "not found"), (imported.unusable, "left out")):
        if named:
            yield f"{english.number(len(named))} {words} (first: {named[0]})"
