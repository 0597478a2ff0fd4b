"""Make pages from the command line, and print what came of each day."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from paperlark.cli._terminal import tell_error
from paperlark.domain import plain_text
from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.feedback import vote_notes
from paperlark.domain.run_states import MEANINGS, State, worst
from paperlark.renderers import english, not_judged, terminal, wording

if TYPE_CHECKING:
    from paperlark import DayOutcome, MadePage
    from paperlark.api import OpenedProfile


def make_one(profile: OpenedProfile, day: date, *, as_json: bool) -> int:
    """Make one day's page and show its top; return the exit code.

    Raises PaperlarkError where there is no page.
    """
    try:
        made = profile.make_page(day)
    except PaperlarkError as error:
        if as_json:
            _print_json([_failure(day, error)])
        raise
    if as_json:
        _print_json([_record(made)])
    else:
        _show_top(made)
    return MEANINGS[made.state].exit_code


def make_range(
    profile: OpenedProfile, first: date, last: date, *, as_json: bool, show_last: bool = False
) -> int:
    """Make every page from first to last, a line each; return the exit code of the worst.

    One day that fails does not stop the next. Raises SourceError where there is no day at all.
    """
    outcomes = []
    for outcome in profile.make_pages(first, last):
        print_outcome(outcome, as_json=as_json)
        outcomes.append(outcome)
    days = [one.day for one in outcomes]
    answered = [day for one in outcomes if one.made for day in one.made.answered]
    if as_json:
        _print_json([_outcome_record(one) for one in outcomes])
    elif show_last and outcomes[-1].made:
        _show_top(outcomes[-1].made)
    elif not show_last:
        print_notes(_notes(outcomes))
        _print_later_votes(outcomes)
        _print_answered(day for day in answered if day not in days)
    return MEANINGS[worst([one.state for one in outcomes])].exit_code


def print_outcome(outcome: DayOutcome, *, as_json: bool = False) -> None:
    """Print at once how a day ended; an error is printed even where the rest is JSON."""
    if outcome.error is not None:
        tell_error(f"{outcome.day}: {outcome.error}")
    elif outcome.made and not as_json:
        summary = " · ".join(wording.summary(outcome.made.digest))
        click.echo(f"{outcome.day}  {summary}  {outcome.made.pages[0]}")
        note = not_judged.unjudged_note(outcome.made.digest)
        if note:
            click.echo(f"{outcome.day}: {note}", err=True)
        _print_kept(outcome.made)


def _notes(outcomes: Sequence[DayOutcome]) -> Iterator[str]:
    """Yield the notes of all pages; those on later votes are told once for all days."""
    for one in outcomes:
        if one.made:
            told = vote_notes(one.made.later_votes)
            yield from (note for note in one.made.digest.notes if note not in told)


def print_notes(notes: Iterable[str]) -> None:
    """Print what pages say that the reader must know, each note once."""
    for note in dict.fromkeys(notes):
        click.echo(f"note: {plain_text.clean(note)}", err=True)


def _show_top(made: MadePage) -> None:
    width = shutil.get_terminal_size().columns
    shown = made.kept or made.digest
    click.echo(f"\n{terminal.top(shown, width=width)}\n")
    click.echo("\n".join(str(page) for page in made.pages))
    _print_kept(made)
    _print_waiting(shown)
    _print_answered(made.answered)


def _print_kept(made: MadePage) -> None:
    if made.kept:
        click.echo(f"the {made.kept.status} page made before is better and stays", err=True)


def _print_waiting(digest: Digest) -> None:
    waiting = digest.funnel.waiting
    if waiting:
        papers = english.counted(waiting, "paper")
        wait = "waits" if waiting == 1 else "wait"
        click.echo(f"{papers} {wait} in a batch: run the same command again to collect", err=True)


def _print_later_votes(outcomes: Sequence[DayOutcome]) -> None:
    """Print once for all days what the note on each of their pages says."""
    later = [one.made.later_votes for one in outcomes if one.made and one.made.later_votes.papers]
    if not later:
        return
    pages = english.counted(len(later), "page")
    if later[0].taken_in:
        click.echo(f"{pages} learned from later votes, as noted there", err=True)
        return
    click.echo(
        f"later votes are left out of {pages}, so that each shows what was known on its day; take"
        " them in with --with-all-votes",
        err=True,
    )


def _print_answered(days: Iterable[date]) -> None:
    for day in days:
        click.echo(f"a batch of {day} was answered: paperlark run --date {day}", err=True)


def _print_json(records: Sequence[dict[str, object]]) -> None:
    click.echo(json.dumps(records, indent=2, default=str))


def _outcome_record(outcome: DayOutcome) -> dict[str, object]:
    if outcome.made is None:
        return _failure(outcome.day, outcome.error)
    return _record(outcome.made)


def _failure(day: date, error: PaperlarkError | None) -> dict[str, object]:
    return {"day": day, "status": State.FAILED, "error": str(error), "pages": []}


def _record(made: MadePage) -> dict[str, object]:
    digest = made.digest
    return {
        "day": digest.day,
        "status": made.state,
        "error": None,
        "pages": made.pages,
        "kept": made.kept.status if made.kept else None,
        "model": digest.model,
        "spend": asdict(digest.spend) if digest.spend else None,
        "funnel": asdict(digest.funnel),
        "notes": digest.notes,
        "later_votes": asdict(made.later_votes),
    }
