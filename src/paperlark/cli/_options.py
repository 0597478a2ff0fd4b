"""Options that several commands share, with the help that they all show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import click

from paperlark.api import OpenedProfile, find_profile, open_profile
from paperlark.cli._terminal import give_up, progress, tell_error, wait_for_paid_answers
from paperlark.domain.calendar import FIRST_DAY
from paperlark.settings.environment import Environment, RunOptions

_Command = TypeVar("_Command", bound=Callable[..., Any])


PATIENCE = 1800.0
"""Seconds that a run waits for another one on the same database."""


def environment_of(context: click.Context) -> Environment:
    """Return the environment that a command runs in: the real one, unless a test brought one."""
    return context.find_object(Environment) or Environment()


def run_options(**chosen: Any) -> RunOptions:  # noqa: ANN401  # RunOptions' own arguments
    """Return options for a run that waits for others, and says so on standard error."""
    return replace(RunOptions(patience=PATIENCE, tell=partial(click.echo, err=True)), **chosen)


def open_for(
    context: click.Context, profile_file: Path, options: RunOptions | None = None
) -> OpenedProfile:
    """Open the profile for a command, with progress and Ctrl-C as a terminal has them."""
    opened = open_profile(
        profile_file,
        options=options or run_options(),
        environment=environment_of(context),
        progress=progress(),
    )
    return replace(opened, interruptible=wait_for_paid_answers, give_up=give_up)


_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


class DayMistake(click.BadParameter):
    """A day that cannot be, told in one line."""

    def show(self, file: IO[str] | None = None) -> None:
        """Print it, without how the command is used: that is not what went wrong."""
        tell_error(self.format_message(), file)


def check_not_future(day: date, latest: date, option: str) -> None:
    """Raise DayMistake for a day that arXiv has not announced yet, before anything is asked."""
    if day > latest:
        raise DayMistake(
            f"{day} is in the future; arXiv's latest day is {latest}", param_hint=f"'{option}'"
        )


_LAST_DAY = date(2999, 12, 31)
"""A later day is a typo, and near the end of the calendar there is no next one."""


class Day(click.ParamType[date]):
    """A day written YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Parse the day, or say how one is written."""
        if isinstance(value, date):
            return value
        try:
            day = datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            shown = str(value)[:80]
            raise DayMistake(
                f"{shown!r} is not a valid date; write it like 2025-02-26", ctx, param
            ) from None
        if FIRST_DAY <= day <= _LAST_DAY:
            return day
        raise DayMistake(f"{day} is no day of arXiv's, which began on {FIRST_DAY}", ctx, param)


def check_paper(name: str) -> str:
    """Return a paper's identifier as it is, or say how one is written."""
    from paperlark.domain.paper import identify  # noqa: PLC0415  # only where a paper is named

    if identify(name) is None:
        raise click.UsageError(
            f"{name[:80]!r} is no arXiv identifier; write it like 2502.12206 or hep-th/9901001"
        )
    return name


PROFILE_PATH = click.Path(path_type=Path)


def _found_profile(
    context: click.Context, _option: click.Parameter, named: Path | None
) -> Path | None:
    return find_profile(named, environment=environment_of(context))


def is_given(context: click.Context, option: str) -> bool:
    """Return whether an option was written, and comes from no variable and no default."""
    return context.get_parameter_source(option) is click.core.ParameterSource.COMMANDLINE


profile_option = click.option(
    "--profile",
    "profile_file",
    type=PROFILE_PATH,
    metavar="FILE|FOLDER",
    callback=_found_profile,
    envvar="PAPERLARK_PROFILE",
    help="Your profile, or the folder that has it.  [default: the environment variable"
    " PAPERLARK_PROFILE, then paperlark.toml in the current folder, then"
    " ~/.config/paperlark/paperlark.toml]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
estimate_option = click.option(
    "--estimate",
    "estimates",
    is_flag=True,
    help="Show what the model would cost, by which price list, and what is left of the budget;"
    " nothing is sent to it, and no page is written.",
)
feeds_option = click.option(
    "--feeds",
    type=_FOLDER,
    help="Read recorded feeds (DATE.CATEGORY.rss.xml[.gz]) from this folder instead of the"
    " network.",
)
_PAGE_OPTIONS = (
    profile_option,
    click.option(
        "--out", "output", type=_FOLDER, help="Folder for the pages, instead of the profile's."
    ),
    feeds_option,
    click.option(
        "--judgements",
        type=_FILE,
        help="Use recorded judgements (.jsonl[.gz], one line per day) instead of a model.",
    ),
    click.option(
        "--no-llm", is_flag=True, help="Do not use the model: the embedded ranker selects alone."
    ),
    click.option(
        "--batch/--no-batch",
        default=None,
        help="Submit the questions as a batch, at half the price, and collect the answers with a"
        " later run of the same day; or ask now.  [default: as in the profile]",
    ),
    click.option(
        "--with-all-votes",
        is_flag=True,
        help="Learn from all your votes, also those cast after the day of the page; the page then"
        " says so.",
    ),
    click.option(
        "--no-wait", is_flag=True, help="Quit at once if another run is working on this profile."
    ),
    json_option,
)


def page_options(command: _Command) -> _Command:
    """Add the options of making pages to a command, as `profile_file`, `options` and `as_json`."""

    @wraps(command)
    def chosen(
        *arguments: object,
        output: Path | None,
        feeds: Path | None,
        judgements: Path | None,
        no_llm: bool,
        batch: bool | None,
        with_all_votes: bool,
        no_wait: bool,
        **others: object,
    ) -> object:
        options = run_options(
            output=output,
            feeds=feeds,
            judgements=judgements,
            use_model=not no_llm,
            batch=batch,
            all_votes=with_all_votes,
            patience=0.0 if no_wait else PATIENCE,
        )
        return command(*arguments, options=options, **others)

    for option in reversed(_PAGE_OPTIONS):
        chosen = option(chosen)
    return cast("_Command", chosen)
