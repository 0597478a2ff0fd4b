"""All answers of a new reader: from options, from questions, and as usual for the rest."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from paperlark.cli._errors import tell_error
from paperlark.cli._make import make_one
from paperlark.cli._options import PATIENCE, environment_of, feeds_option
from paperlark.cli._progress import progress
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
from paperlark.compose import (
    Environment,
    ImportOptions,
    LockWait,
    RunOptions,
    open_arxiv_client,
    open_page_maker,
)
from paperlark.domain.calendar import expects_announcement, previous_announcement_day, today
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.taxonomy import named
from paperlark.http.loopback import is_on_this_machine
from paperlark.llm.local_models import local_models
from paperlark.renderers import english
from paperlark.settings import Settings, load_settings
from paperlark.settings.answers import CATEGORIES, PASSWORD, Chat, Mail, Model, SetupAnswers
from paperlark.settings.starter import (
    CRITERIA,
    PROFILE,
    check_folder,
    criteria_text,
    profile_text,
    write_files,
)


@dataclass(frozen=True, slots=True)
class SetupWishes:
    """What stands in the profile, and what is imported beside it."""

    answers: SetupAnswers
    imports: tuple[str, ...] = ()


def wishes_of(given: GivenOptions, now: datetime, *, asks: bool) -> SetupWishes:
    """Take what options say, ask for the rest where somebody is there, and take what is usual."""
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
    return SetupWishes(answers, interests.imports)


def _interests(given: GivenOptions, categories: tuple[str, ...], *, asks: bool) -> InterestAnswers:
    known = given.interests or given.field or given.imports
    if known or not asks:
        return InterestAnswers(given.interests or "", given.field, given.imports)
    return ask_interests(categories)


def _within_budget(model: Model, given: GivenOptions, now: datetime) -> Model:
    """Bound what a model may cost; a bound that nobody can keep to would only stop every page."""
    if given.budget is not None:
        return replace(model, budget=given.budget)
    from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices, only for a model

    priced = prices.source(model.name, model.base_url, now) is not None
    return model if priced else replace(model, budget=None)


def summary(wishes: SetupWishes) -> Iterator[tuple[str, str]]:
    """Say what the files will say, each with its name."""
    answers = wishes.answers
    yield "fields", ", ".join(map(named, answers.categories))
    yield "interests", _interests_in_words(answers)
    if wishes.imports:
        yield "import", ", ".join(wishes.imports)
    yield "people", ", ".join(answers.followed) or "nobody followed"
    yield "model", _model_in_words(answers.model)
    yield "delivery", _delivery_in_words(answers)
    yield "when", f"every morning ({answers.timer})" if answers.timer else "by hand"


def _interests_in_words(answers: SetupAnswers) -> str:
    if answers.interests:
        return f"your own words, {english.counted(len(answers.interests.split()), 'word')}"
    return f"the example for {answers.template}" if answers.template else "the categories' names"


def _model_in_words(model: Model | None) -> str:
    if model is None:
        return "none"
    key = f"with the key kept as {model.key_variable}" if model.key_variable else "without a key"
    bound = (
        f"for at most ${model.budget:f} a month"
        if model.budget is not None
        else "without a budget, for its price is not known"
    )
    return f"{model.name} at {model.base_url}, {key}, {bound}"


def _delivery_in_words(answers: SetupAnswers) -> str:
    delivery = answers.delivery
    if delivery is None:
        return "none"
    if isinstance(delivery, Mail):
        return f"mail to {delivery.address} by {delivery.server}"
    return f"the chat whose address is kept as {delivery.url_variable}"


_PATIENCE_WITH_ARXIV = 120.0
"""Seconds: somebody sits there and waits, where a run in the night may take longer."""


def import_into(settings: Settings, environment: Environment, sources: Sequence[str]) -> bool:
    """Import what the reader named; tells what went wrong, and whether all went well."""
    how = ImportOptions(
        progress(),
        partial(open_arxiv_client, settings, environment),
        wait=LockWait(PATIENCE, partial(click.echo, err=True)),
    )
    try:
        import_all(settings, environment, sources, how)
    except PaperlarkError as error:
        tell_error(str(error))
        return False
    return True


def make_first_page(settings: Settings, environment: Environment, feeds: Path | None) -> int:
    """Make a page of the last announcement, and give the exit code; tells what went wrong."""
    lacking = _lacking(settings, environment)
    if lacking:
        click.echo(f"{lacking}: this page is made without the model")
    options = RunOptions(
        feeds=feeds,
        use_model=not lacking,
        patience=PATIENCE,
        tell=partial(click.echo, err=True),
    )
    arxiv = replace(settings.arxiv, patience=min(settings.arxiv.patience, _PATIENCE_WITH_ARXIV))
    settings = replace(settings, arxiv=arxiv)
    try:
        day = _last_day(settings, options, environment)
        return make_one(settings, options, day, environment=environment, as_json=False)
    except PaperlarkError as error:
        tell_error(str(error))
        click.echo("the profile is there all the same; make its page when that is mended")
        return 1


def _lacking(settings: Settings, environment: Environment) -> str | None:
    """Say what the model lacks to be asked; None where it can be tried, or there is none."""
    model = settings.model
    if model is None:
        return None
    if model.key_variable and environment.secret(model.key_variable) is None:
        return f"there is no secret {model.key_variable} yet"
    if is_on_this_machine(model.base_url) and local_models(model.base_url) is None:
        return f"no model server answers at {model.base_url} now"
    return None


def _last_day(settings: Settings, options: RunOptions, environment: Environment) -> date:
    """Give today, or the last day with an announcement; of recorded feeds the last."""
    now = today(environment.now())
    if options.feeds is not None:
        with open_page_maker(settings, options, environment) as maker:
            days = maker.days(date.min, date.max)
        return max(days, default=now)
    if expects_announcement(now):
        return now
    day = previous_announcement_day(now)
    click.echo(f"arXiv announces nothing today; this is the page of {english.long_date(day)}")
    return day


def left_to_do(
    answers: SetupAnswers, profile: Path, environment: Environment
) -> Iterator[tuple[str, str]]:
    """Give the commands that do what is left, and what each does."""
    option = "" if profile == Path("paperlark.toml") else f" --profile {shlex.quote(str(profile))}"
    for name, what in _secrets(answers):
        if environment.secret(name) is None:
            yield f"paperlark secret set {name}", f"keep {what}, never in the profile"
    if answers.timer:
        yield f"paperlark schedule {answers.timer}{option}", "have it made every morning"
    yield f"paperlark today{option}", "make the page of the day"
    yield f"paperlark doctor{option}", "see whether all is well"


def _secrets(answers: SetupAnswers) -> Iterator[tuple[str, str]]:
    """Name the secrets that the profile speaks of."""
    if answers.model and answers.model.key_variable:
        yield answers.model.key_variable, "the model's key"
    if isinstance(answers.delivery, Chat):
        yield answers.delivery.url_variable, "the chat's address"
    if isinstance(answers.delivery, Mail) and answers.delivery.user is not None:
        yield PASSWORD, "the mail server's password"


@click.command("init", short_help="Write a profile: six questions, two files.")
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), required=False
)
@given_options
@click.option(
    "--yes/--ask",
    "unasked",
    default=None,
    help="Ask nothing and take the defaults, or ask. Unless given, ask where somebody sits at a"
    " terminal.",
)
@click.option("--show", "shows", is_flag=True, help="Show both files, and write none.")
@click.option(
    "--first-page/--no-first-page",
    "wants_page",
    default=None,
    help="Make the first page at once, or not. Unless given, this is asked; unasked, none is made.",
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
    r"""Write paperlark.toml and criteria.md into FOLDER (this one, if none is named).

    At a terminal it asks six questions, and Enter takes what it proposes; what an option answers
    is not asked. Both files are commented and work as they are; nothing that is already there is
    overwritten, and whoever leaves before the end leaves nothing behind. Keys and passwords are
    never asked for: a profile only has the names that they are kept under.

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
        wishes = _asked(given, environment, asks=asks)
        texts = profile_text(wishes.answers), criteria_text(wishes.answers)
        if shows:
            click.echo(_shown(folder, *texts))
            return
        if asks:
            _confirm(folder, wishes, texts)
    except click.Abort:
        click.echo("\nnothing was written")
        raise
    profile, criteria = write_files(folder, *texts)
    click.echo(f"wrote {profile} and {criteria}")
    if wants_page is None:
        wants_page = asks and click.confirm("\nMake the first page now?", default=True)
    exit_code = _begin(profile, wishes, environment, feeds, wants_page=wants_page)
    if not wishes.answers.interests:
        click.echo(f"\nThe interests in {criteria} are an example: make them your own.")
    _tell_rest(left_to_do(wishes.answers, profile, environment))
    context.exit(exit_code)


def _asked(given: GivenOptions, environment: Environment, *, asks: bool) -> SetupWishes:
    if asks:
        click.echo("Enter takes what is proposed; Ctrl-C leaves, and leaves nothing behind.")
    return wishes_of(given, environment.now(), asks=asks)


def _confirm(folder: Path, wishes: SetupWishes, texts: tuple[str, str]) -> None:
    """Show what will be written; raises Abort where that is not wanted."""
    click.echo(f"\nThis will be written into {folder / PROFILE} and {folder / CRITERIA}:\n")
    for name, value in summary(wishes):
        click.echo(f"   {name:10} {value}")
    while True:
        answer = click.prompt(
            "\nWrite them? (y, n, or s to see both first)",
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


def _begin(
    profile: Path,
    wishes: SetupWishes,
    environment: Environment,
    feeds: Path | None,
    *,
    wants_page: bool,
) -> int:
    """Import what was named and make a page where one is wanted; gives the worse exit code."""
    settings = load_settings(profile)
    imported = import_into(settings, environment, wishes.imports)
    made = make_first_page(settings, environment, feeds) if wants_page else 0
    return made or (not imported)


def _tell_rest(rest: Iterable[tuple[str, str]]) -> None:
    commands = list(rest)
    width = max(len(command) for command, _ in commands)
    click.echo("\nNext:")
    for command, what in commands:
        click.echo(f"   {command:{width}}  {what}")
