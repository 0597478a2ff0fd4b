"""What follows a new profile: imports, the first page, and what is left to be done."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import click

from paperlark.cli._making import make_one
from paperlark.cli._options import PATIENCE
from paperlark.cli._progress import progress
from paperlark.cli._telling import tell_error
from paperlark.cli.import_ import import_all
from paperlark.compose import Choices, How, Waiting, World, open_press
from paperlark.compose.local_models import local_models
from paperlark.domain.calendar import expects_announcement, previous_announcement_day, today
from paperlark.domain.errors import PaperlarkError
from paperlark.renderers import english
from paperlark.settings import Settings
from paperlark.settings.answers import PASSWORD, Answers, Chat, Mail
from paperlark.settings.nearby import is_on_this_machine

_PATIENCE_WITH_ARXIV = 120.0
"""Seconds: somebody sits there and waits, where a run in the night may take longer."""


def import_into(settings: Settings, world: World, sources: Sequence[str]) -> bool:
    """Import what the reader named; tells what went wrong, and whether all went well."""
    how = How(progress(), wait=Waiting(PATIENCE, partial(click.echo, err=True)))
    try:
        import_all(settings, world, sources, how)
    except PaperlarkError as error:
        tell_error(str(error))
        return False
    return True


def make_first_page(settings: Settings, world: World, feeds: Path | None) -> int:
    """Make a page of the last announcement, and give the exit code; tells what went wrong."""
    lacking = _lacking(settings, world)
    if lacking:
        click.echo(f"{lacking}: this page is made without the model")
    choices = Choices(
        feeds=feeds,
        use_model=not lacking,
        patience=PATIENCE,
        tell=partial(click.echo, err=True),
    )
    arxiv = replace(settings.arxiv, patience=min(settings.arxiv.patience, _PATIENCE_WITH_ARXIV))
    settings = replace(settings, arxiv=arxiv)
    try:
        day = _last_day(settings, choices, world)
        return make_one(settings, choices, day, world=world, as_json=False)
    except PaperlarkError as error:
        tell_error(str(error))
        click.echo("the profile is there all the same; make its page when that is mended")
        return 1


def _lacking(settings: Settings, world: World) -> str | None:
    """Say what the model lacks to be asked; None where it can be tried, or there is none."""
    model = settings.model
    if model is None:
        return None
    if model.key_variable and world.secret(model.key_variable) is None:
        return f"there is no secret {model.key_variable} yet"
    if is_on_this_machine(model.base_url) and local_models(model.base_url) is None:
        return f"no model server answers at {model.base_url} now"
    return None


def _last_day(settings: Settings, choices: Choices, world: World) -> date:
    """Give today, or the last day with an announcement; of recorded feeds the last."""
    now = today(world.now())
    if choices.feeds is not None:
        with open_press(settings, choices, world) as press:
            days = press.days(date.min, date.max)
        return max(days, default=now)
    if expects_announcement(now):
        return now
    day = previous_announcement_day(now)
    click.echo(f"arXiv announces nothing today; this is the page of {english.long_date(day)}")
    return day


def left_to_do(answers: Answers, profile: Path, world: World) -> Iterator[tuple[str, str]]:
    """Give the commands that do what is left, and what each does."""
    option = "" if profile == Path("paperlark.toml") else f" --profile {shlex.quote(str(profile))}"
    for name, what in _secrets(answers):
        if world.secret(name) is None:
            yield f"paperlark secret set {name}", f"keep {what}, never in the profile"
    if answers.timer:
        yield f"paperlark schedule {answers.timer}{option}", "have it made every morning"
    yield f"paperlark today{option}", "make the page of the day"
    yield f"paperlark doctor{option}", "see whether all is well"


def _secrets(answers: Answers) -> Iterator[tuple[str, str]]:
    """Name the secrets that the profile speaks of."""
    if answers.model and answers.model.key_variable:
        yield answers.model.key_variable, "the model's key"
    if isinstance(answers.delivery, Chat):
        yield answers.delivery.url_variable, "the chat's address"
    if isinstance(answers.delivery, Mail) and answers.delivery.user is not None:
        yield PASSWORD, "the mail server's password"
