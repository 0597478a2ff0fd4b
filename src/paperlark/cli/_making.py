"""Making pages from the command line: days in, pages and what is said of them out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import click

from paperlark.cli._interrupt import answers_are_waited_for
from paperlark.cli._progress import progress
from paperlark.cli._telling import tell_error
from paperlark.compose import Choices, Press, World, open_press
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import PaperlarkError, SourceError
from paperlark.renderers import terminal, wording
from paperlark.settings import Settings

FAILED, PARTIAL = 1, 3
"""Exit codes; 0 is a whole page."""


@dataclass(frozen=True, slots=True)
class Made:
    """How one day ended: its digest and pages, or the error instead."""

    day: date
    digest: Digest | None = None
    pages: tuple[Path, ...] = ()
    error: PaperlarkError | None = None

    @property
    def exit_code(self) -> int:
        """0, 1 or 3."""
        if self.digest is None:
            return FAILED
        return PARTIAL if self.digest.status is Status.PARTIAL else 0


def make_one(
    settings: Settings, choices: Choices, day: date, *, world: World, as_json: bool
) -> int:
    """Make one day's page and show its top; gives the exit code.

    Raises PaperlarkError when there is no page.
    """
    with open_press(settings, choices, world) as press:
        made = _make(press, day)
    if as_json:
        _print_json([made])
    if made.error is not None:
        raise made.error
    if not as_json:
        _show_top(made)
    return made.exit_code


def make_range(
    settings: Settings,
    choices: Choices,
    first: date,
    last: date,
    *,
    world: World,
    as_json: bool,
    show_last: bool = False,
) -> int:
    """Make every page from first to last, a line each; gives the exit code of the worst.

    One day that fails does not stop the next. Raises SourceError when there is none at all.
    """
    with open_press(settings, choices, world) as press:
        days = press.days(first, last)
        if not days:
            raise SourceError(
                f"there is no feed of any day from {first} to {last}",
                mend="name other days, or a folder that has feeds of them",
            )
        everything = [_tell(_make(press, day), as_json=as_json) for day in days]
    if as_json:
        _print_json(everything)
    elif show_last:
        _show_top(everything[-1])
    codes = {made.exit_code for made in everything}
    return FAILED if FAILED in codes else max(codes)


def _make(press: Press, day: date) -> Made:
    try:
        with answers_are_waited_for(press.stop):
            return Made(day, *press.make(day, progress()))
    except PaperlarkError as error:
        return Made(day, error=error)


def _tell(made: Made, *, as_json: bool) -> Made:
    """Say at once how a day ended; an error is told even where the rest is JSON."""
    if made.error is not None:
        tell_error(f"{made.day}: {made.error}")
    elif not as_json:
        click.echo(_line(made))
    return made


def _show_top(made: Made) -> None:
    if made.digest is not None:
        width = shutil.get_terminal_size().columns
        click.echo(f"\n{terminal.top(made.digest, width=width)}\n")
        click.echo("\n".join(str(page) for page in made.pages))


def _line(made: Made) -> str:
    """`2025-02-26  37 of 299 papers · complete  pages/2025-02-26.html`."""
    digest = made.digest
    summary = " · ".join(wording.summary(digest)) if digest else ""
    return f"{made.day}  {summary}  {made.pages[0] if made.pages else ''}"


def _print_json(everything: Sequence[Made]) -> None:
    click.echo(json.dumps([_record(made) for made in everything], indent=2, default=str))


def _record(made: Made) -> dict[str, object]:
    digest = made.digest
    if digest is None:
        return {"day": made.day, "status": "failed", "error": str(made.error), "pages": []}
    return {
        "day": made.day,
        "status": digest.status,
        "error": None,
        "pages": made.pages,
        "model": digest.model,
        "spend": asdict(digest.spend) if digest.spend else None,
        "funnel": asdict(digest.funnel),
        "notes": digest.notes,
    }
