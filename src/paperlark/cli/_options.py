"""Options that several commands share, with the help that they all show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from paperlark.compose import Environment, RunOptions
from paperlark.domain.paper import PaperId, identify

_Command = TypeVar("_Command", bound=Callable[..., Any])


def environment_of(context: click.Context) -> Environment:
    """Give the world that a command runs in: the real one, unless a test brought its own."""
    return context.find_object(Environment) or Environment()


PATIENCE = 1800.0
"""Seconds that a run waits for another one on the same database."""

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


class Day(click.ParamType[date]):
    """A day written YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the day, or say how one is written."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            self.fail(f"{value!r} is no day; write it like 2025-02-26", param, ctx)


def paper_named(name: str) -> PaperId:
    """Read a paper's name as people paste it, or say how one is written."""
    identifier = identify(name)
    if identifier is None:
        raise click.UsageError(
            f"{name[:80]!r} is no arXiv paper; name it like 2502.12206 or hep-th/9901001"
        )
    return identifier.id


profile_option = click.option(
    "--profile",
    "profile_file",
    type=_FILE,
    default=Path("paperlark.toml"),
    show_default=True,
    envvar="PAPERLARK_PROFILE",
    help="Your profile; the environment variable PAPERLARK_PROFILE names it too.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print what was made as JSON, for other programs."
)
estimate_option = click.option(
    "--estimate",
    "estimates",
    is_flag=True,
    help="Say what the model would cost, at which price of when, and what the budget leaves; send"
    " it nothing, and write no page.",
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
        help="Take judgements from a recording (.jsonl[.gz], one line a day), not a model.",
    ),
    click.option(
        "--no-llm", is_flag=True, help="Leave the model out: the embedded ranker makes the page."
    ),
    click.option(
        "--batch/--no-batch",
        default=None,
        help="Leave the questions with the server's batch service, at half the price, and collect"
        " the answers with a later run of the day; or ask now. Unless given, as the profile says.",
    ),
    click.option(
        "--no-wait", is_flag=True, help="Leave at once if another run is at work on this profile."
    ),
    json_option,
)


def page_options(command: _Command) -> _Command:
    """Give a command the options of making pages, as `profile_file`, `choices` and `as_json`."""

    @wraps(command)
    def chosen(
        *arguments: object,
        output: Path | None,
        feeds: Path | None,
        judgements: Path | None,
        no_llm: bool,
        batch: bool | None,
        no_wait: bool,
        **others: object,
    ) -> object:
        options = RunOptions(
            output=output,
            feeds=feeds,
            judgements=judgements,
            use_model=not no_llm,
            batch=batch,
            patience=0.0 if no_wait else PATIENCE,
            tell=partial(click.echo, err=True),
        )
        return command(*arguments, options=options, **others)

    for option in reversed(_PAGE_OPTIONS):
        chosen = option(chosen)
    return cast("_Command", chosen)
