"""`paperlark init`: set up a profile from options, questions and defaults."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click

from paperlark.api import OpenedProfile
from paperlark.cli._make import make_one
from paperlark.cli._options import environment_of, feeds_option, open_for, run_options
from paperlark.cli._terminal import tell_error
from paperlark.cli.import_ import import_all
from paperlark.cli.init.options import GivenOptions, given_options
from paperlark.cli.init.questions import (
    InterestAnswers,
    ask_categories,
    ask_delivery,
    ask_followed,
    ask_interests,
    ask_model,
    ask_timer,
)
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.taxonomy import named
from paperlark.renderers import english
from paperlark.settings.answers import CATEGORIES, PASSWORD, Chat, Mail, Model, SetupAnswers
from paperlark.settings.environment import Environment
from paperlark.settings.starter import (
    CRITERIA,
    PROFILE,
    check_folder,
    criteria_text,
    profile_text,
    write_files,
)


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What goes into the profile, and what is imported as well."""

    answers: SetupAnswers
    imports: tuple[str, ...] = ()


def plan_setup(given: GivenOptions, now: datetime, *, asks: bool) -> SetupPlan:
    """Take the answers from options, ask for the rest if `asks`, and use defaults otherwise."""
    categories = given.categories or (ask_categories() if asks else CATEGORIES)
    interests = _interests(given, categories, asks=asks)
    followed = given.followed or (ask_followed() if asks else ())
    model = given.model or (ask_model() if asks and not given.without_model else None)
    delivery = given.delivery or (ask_delivery() if asks and not given.without_delivery else None)
    timer = given.timer or (ask_timer() if asks and not given.without_timer else None)
    answers = SetupAnswers(
        name=given.name,
        categories=categories,
        interests=interests.words,
        field=interests.field,
        followed=followed,
        model=_within_budget(model, given, now) if model else None,
        delivery=delivery,
        timer=timer,
    )
    return SetupPlan(answers, interests.imports)


def _interests(given: GivenOptions, categories: tuple[str, ...], *, asks: bool) -> InterestAnswers:
    known = given.interests or given.field or given.imports
    if known or not asks:
        return InterestAnswers(given.interests or "", given.field, given.imports)
    return ask_interests(categories)


def _within_budget(model: Model, given: GivenOptions, now: datetime) -> Model:
    """Set the monthly budget; without a known price there is none, for it would stop every page."""
    if given.budget is not None:
        return replace(model, budget=given.budget)
    from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices, only for a model

    priced = prices.source(model.name, model.base_url, now) is not None
    return model if priced else replace(model, budget=None)


def summary(plan: SetupPlan) -> Iterator[tuple[str, str]]:
    """Return what the files will contain, as names and values."""
    answers = plan.answers
    yield "fields", ", ".join(map(named, answers.categories))
    yield "interests", _interests_in_words(answers)
    if plan.imports:
        yield "import", ", ".join(plan.imports)
    yield "people", ", ".join(answers.followed) or "no followed authors"
    yield "model", _model_in_words(answers.model)
    yield "delivery", _delivery_in_words(answers)
    yield "when", f"every morning ({answers.timer})" if answers.timer else "by hand"


def _interests_in_words(answers: SetupAnswers) -> str:
    if answers.interests:
        return f"your own words, {english.counted(len(answers.interests.split()), 'word')}"
    return (
        f"the example for {answers.template}" if answers.template else "the names of the categories"
    )


def _model_in_words(model: Model | None) -> str:
    if model is None:
        return "none"
    key = f"with the key kept as {model.key_variable}" if model.key_variable else "without a key"
    bound = (
        f"for at most ${model.budget:f} a month"
        if model.budget is not None
        else "without a budget, because no price is known"
    )
    return f"{model.name} at {model.base_url}, {key}, {bound}"


def _delivery_in_words(answers: SetupAnswers) -> str:
    delivery = answers.delivery
    if delivery is None:
        return "none"
    if isinstance(delivery, Mail):
        return f"mail to {delivery.address} by {delivery.server}"
    return f"a chat, with its address kept as {delivery.url_variable}"


_PATIENCE_WITH_ARXIV = 120.0
"""Seconds: a person is waiting, where a scheduled run may take longer."""


def import_into(profile: OpenedProfile, sources: Sequence[str]) -> bool:
    """Import what the reader named; print what went wrong, and return whether all went well."""
    try:
        import_all(profile, sources, profile.import_source)
    except PaperlarkError as error:
        tell_error(str(error))
        return False
    return True


def make_first_page(profile: OpenedProfile) -> int:
    """Make a page of the latest announcement; print what went wrong, and return the exit code."""
    try:
        lacking = profile.model_problem()
        if lacking:
            click.echo(f"{lacking}: this page is made without the model")
        arxiv = profile.settings.arxiv
        arxiv = replace(arxiv, patience=min(arxiv.patience, _PATIENCE_WITH_ARXIV))
        profile = replace(
            profile,
            settings=replace(profile.settings, arxiv=arxiv),
            options=replace(profile.options, use_model=not lacking),
        )
        day = profile.latest_day()
        if profile.options.feeds is None and day != profile.today:
            date = english.long_date(day)
            click.echo(f"arXiv announces nothing today; this is the page of {date}")
        return make_one(profile, day, as_json=False)
    except PaperlarkError as error:
        tell_error(str(error))
        click.echo("the profile was written all the same; fix this and make the page then")
        return 1


def left_to_do(
    answers: SetupAnswers, profile: Path, environment: Environment
) -> Iterator[tuple[str, str]]:
    """Return the commands to run next, and what each does."""
    option = "" if profile == Path("paperlark.toml") else f" --profile {shlex.quote(str(profile))}"
    for name, what in _secrets(answers):
        if environment.secret(name) is None:
            yield f"paperlark secret set {name}", f"keep {what} outside of the profile"
    if answers.timer:
        yield f"paperlark schedule {answers.timer}{option}", "schedule the daily page"
    yield f"paperlark today{option}", "make today's page"
    yield f"paperlark doctor{option}", "check that everything works"


def _secrets(answers: SetupAnswers) -> Iterator[tuple[str, str]]:
    """Return the secrets that the profile names, and what they are."""
    if answers.model and answers.model.key_variable:
        yield answers.model.key_variable, "the model's key"
    if isinstance(answers.delivery, Chat):
        yield answers.delivery.url_variable, "the chat's address"
    if isinstance(answers.delivery, Mail) and answers.delivery.user is not None:
        yield PASSWORD, "the mail server's password"


@click.command("init")
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), required=False
)
@given_options
@click.option(
    "--yes/--ask",
    "unasked",
    default=None,
    help="Use the defaults without asking, or ask.  [default: ask if run in a terminal]",
)
@click.option("--show", "shows", is_flag=True, help="Show both files without writing them.")
@click.option(
    "--first-page/--no-first-page",
    "wants_page",
    default=None,
    help="Make the first page at once, or do not.  [default: ask, or do not]",
)
@feeds_option
@click.pass_context
def command(
    context: click.Context,
    *,
    folder: Path,
    given: GivenOptions,
    unasked: bool | None,
    shows: bool,
    wants_page: bool | None,
    feeds: Path | None,
) -> None:
    r"""Write paperlark.toml and criteria.md into FOLDER (the current folder by default).

    In a terminal it asks six questions; press Enter for the default. Questions answered by an
    option are skipped. Both files are commented and work as they are. Existing files are never
    overwritten, and nothing is written if you quit before the end. Keys and passwords are never
    asked for: a profile only has the names under which they are kept.

    \b
    Examples:
      paperlark init
      paperlark init mine --category galaxies --follow "Ada Lovelace"
      paperlark init mine --yes --model gpt-4o-mini --schedule cron --first-page
    """
    environment = environment_of(context)
    asks = sys.stdin.isatty() if unasked is None else not unasked
    check_folder(folder)
    try:
        plan = _asked(given, environment, asks=asks)
        texts = profile_text(plan.answers), criteria_text(plan.answers)
        if shows:
            click.echo(_shown(folder, *texts))
            return
        if asks:
            _confirm(folder, plan, texts)
    except click.Abort:
        click.echo("\nnothing was written")
        raise
    profile, criteria = write_files(folder, *texts)
    click.echo(f"wrote {profile} and {criteria}")
    if wants_page is None:
        wants_page = asks and click.confirm("\nMake the first page now?", default=True)
    opened = open_for(context, profile, run_options(feeds=feeds))
    exit_code = _begin(opened, plan.imports, wants_page=wants_page)
    if not plan.answers.interests:
        click.echo(f"\nThe interests in {criteria} are an example: replace them with your own.")
    _print_next(left_to_do(plan.answers, profile, environment))
    context.exit(exit_code)


def _asked(given: GivenOptions, environment: Environment, *, asks: bool) -> SetupPlan:
    if asks:
        click.echo("Press Enter for the default; Ctrl-C quits without writing anything.")
    return plan_setup(given, environment.now(), asks=asks)


def _confirm(folder: Path, plan: SetupPlan, texts: tuple[str, str]) -> None:
    """Show what will be written; raises Abort where it is declined."""
    click.echo(f"\nThis will be written to {folder / PROFILE} and {folder / CRITERIA}:\n")
    for name, value in summary(plan):
        click.echo(f"   {name:10} {value}")
    while True:
        answer = click.prompt(
            "\nWrite them? (y, n, or s to show both first)",
            type=click.Choice(["y", "n", "s"], case_sensitive=False),
            default="y",
            show_choices=False,
        )
        if answer == "y":
            return
        if answer == "n":
            raise click.Abort
        click.echo_via_pager(_shown(folder, *texts))


def _shown(folder: Path, profile: str, criteria: str) -> str:
    return f"--- {folder / PROFILE}\n{profile}\n--- {folder / CRITERIA}\n{criteria}"


def _begin(profile: OpenedProfile, imports: Sequence[str], *, wants_page: bool) -> int:
    """Import what was named and make a page if one is wanted; return the worse exit code."""
    imported = import_into(profile, imports)
    made = make_first_page(profile) if wants_page else 0
    return made or (not imported)


def _print_next(rest: Iterable[tuple[str, str]]) -> None:
    commands = list(rest)
    width = max(len(command) for command, _ in commands)
    click.echo("\nNext:")
    for command, what in commands:
        click.echo(f"   {command:{width}}  {what}")
