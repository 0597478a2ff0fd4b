"""`paperlark init`: set up a profile from options, questions and defaults."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from paperlark.api import OpenedProfile, find_profile, language_note
from paperlark.cli._make import make_one
from paperlark.cli._options import environment_of, feeds_option, open_for, run_options
from paperlark.cli._terminal import tell_error
from paperlark.cli.import_ import import_all
from paperlark.cli.init.dialogue import HELP, Dialogue
from paperlark.cli.init.interests import ask_interests, draft_unasked
from paperlark.cli.init.named_sources import PATIENCE_WITH_ARXIV, NamedSource, SourceKind
from paperlark.cli.init.options import GivenOptions, given_options
from paperlark.cli.init.plan import SetupPlan, language_in_words, within_budget
from paperlark.cli.init.questions import ask_categories, ask_followed, ask_timer
from paperlark.cli.init.servers import ask_delivery, ask_model
from paperlark.cli.init.writing import Writing
from paperlark.domain.errors import PaperlarkError
from paperlark.renderers import english
from paperlark.settings.answers import CATEGORIES, PASSWORD, Chat, Mail, SetupAnswers
from paperlark.settings.environment import Environment
from paperlark.settings.starter import check_folder

Question = Callable[[Dialogue, SetupPlan], SetupPlan]


def given_plan(given: GivenOptions, now: datetime) -> SetupPlan:
    """Return the plan that options give, with defaults for the rest."""
    answers = SetupAnswers(
        name=given.name,
        categories=given.categories or CATEGORIES,
        interests=given.interests or "",
        field=given.field,
        followed=given.followed,
        model=within_budget(given.model, given.budget, now) if given.model else None,
        delivery=given.delivery,
        timer=given.timer,
    )
    language = language_note(given.interests) if given.interests else None
    return SetupPlan(answers, given.imports, given.libraries, language=language)


def open_questions(given: GivenOptions, environment: Environment) -> Iterator[Question]:
    """Yield the questions that no option answers."""

    def ask_model_within_budget(dialogue: Dialogue, plan: SetupPlan) -> SetupPlan:
        plan = ask_model(dialogue, plan)
        model = plan.answers.model
        if model is None or model.budget is None:
            return plan
        model = within_budget(model, given.budget, environment.now())
        return replace(plan, answers=replace(plan.answers, model=model))

    if not given.categories:
        yield ask_categories
    if not (given.interests or given.field):
        yield partial(ask_interests, environment=environment, given=_sources(given))
    if not given.followed:
        yield ask_followed
    if not (given.model or given.without_model):
        yield ask_model_within_budget
    if not (given.delivery or given.without_delivery):
        yield ask_delivery
    if not (given.timer or given.without_timer):
        yield ask_timer


def _sources(given: GivenOptions) -> tuple[NamedSource, ...]:
    return (
        *(NamedSource(SourceKind.PAPERS, one) for one in given.imports),
        *(NamedSource(SourceKind.ZOTERO, one) for one in given.libraries),
        *(NamedSource(SourceKind.AUTHOR, one) for one in given.authors),
    )


def unasked_plan(given: GivenOptions, environment: Environment) -> SetupPlan:
    """Return the plan of options alone: interests are drafted where only papers are named."""
    plan = given_plan(given, environment.now())
    sources = _sources(given)
    if sources and not (given.interests or given.field):
        plan = draft_unasked(plan, sources, environment, chooses_categories=not given.categories)
    return plan


def import_into(
    profile: OpenedProfile, sources: Sequence[str], libraries: Sequence[str] = ()
) -> bool:
    """Import what the reader named; print what went wrong, and return whether all went well."""
    try:
        import_all(profile, sources, profile.interests.import_source)
        import_all(profile, libraries, profile.interests.import_zotero)
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
        arxiv = replace(arxiv, patience=min(arxiv.patience, PATIENCE_WITH_ARXIV))
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
    found = find_profile(environment.variables.get("PAPERLARK_PROFILE"), environment=environment)
    known = found.absolute() == profile.absolute()
    option = "" if known else f" --profile {shlex.quote(str(profile))}"
    for name, what in _secrets(answers):
        if environment.secret(name) is None:
            yield f"paperlark secret set {name}", f"keep {what} outside of the profile"
    if answers.timer:
        yield f"paperlark schedule {answers.timer}{option}", "schedule the daily page"
    yield f"paperlark today{option}", "make today's page"
    yield f"paperlark open{option}", "open the page in the browser"
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
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
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
    folder: Path | None,
    given: GivenOptions,
    unasked: bool | None,
    shows: bool,
    wants_page: bool | None,
    feeds: Path | None,
) -> None:
    r"""Write a profile: paperlark.toml and criteria.md in FOLDER, ~/.config/paperlark by default.

    In a terminal it asks six questions; press Enter for the default, ? for an explanation, and <
    to go back. Questions answered by an option are skipped. What was understood of your interests
    is shown before it is written. Both files are commented and work as they are. Existing files are
    never overwritten, and nothing is written if you quit before the end. Keys and passwords are
    never asked for: a profile only has the names under which they are kept.

    A profile in the default folder is found from everywhere, and its pages, database and site are
    in ~/.local/share/paperlark (XDG_CONFIG_HOME and XDG_DATA_HOME are respected). In any other
    FOLDER they are beside the profile, which `--profile FOLDER` names.

    \b
    Examples:
      paperlark init
      paperlark init mine --category galaxies --follow "Ada Lovelace"
      paperlark init --yes --import library.bib
      paperlark init mine --yes --model gpt-4o-mini --schedule cron --first-page
    """
    environment = environment_of(context)
    asks = sys.stdin.isatty() if unasked is None else not unasked
    writing = Writing.into(folder, environment)
    check_folder(writing.folder)
    try:
        plan = _planned(given, environment, writing, asks=asks, shows=shows)
    except click.Abort:
        click.echo("\nnothing was written")
        raise
    if shows:
        click.echo(writing.shown(plan))
        return
    profile, criteria = writing.write(plan)
    click.echo(f"wrote {profile} and {criteria}")
    if wants_page is None:
        wants_page = asks and _wants_page()
    opened = open_for(context, profile, run_options(feeds=feeds))
    exit_code = _begin(opened, plan, wants_page=wants_page)
    _print_about_interests(plan, criteria)
    if plan.language and not asks:  # whoever was asked has been told
        click.echo(f"\n{language_in_words(plan)}")
    _print_next(left_to_do(plan.answers, profile, environment))
    context.exit(exit_code)


def _planned(
    given: GivenOptions, environment: Environment, writing: Writing, *, asks: bool, shows: bool
) -> SetupPlan:
    if not asks:
        return unasked_plan(given, environment)
    click.echo(f"Press Enter for the default. {HELP}")
    questions = [*open_questions(given, environment)]
    if not shows:
        questions.append(writing.confirm)
    return Dialogue().run(questions, given_plan(given, environment.now()))


def _wants_page() -> bool:
    dialogue = Dialogue(no_way_back="both files are written; you can change them at any time")
    click.echo()
    return dialogue.confirm(
        "Make the first page now?",
        explained="The page of the latest announcement is made and its beginning is shown here;"
        " n leaves that to `paperlark today`.",
    )


def _begin(profile: OpenedProfile, plan: SetupPlan, *, wants_page: bool) -> int:
    """Import what was named and make a page if one is wanted; return the worse exit code."""
    imported = import_into(profile, plan.imports, plan.libraries)
    made = make_first_page(profile) if wants_page else 0
    return made or (not imported)


def _print_about_interests(plan: SetupPlan, criteria: Path) -> None:
    """Print what is still to be done about the interests."""
    if plan.drafted_from:
        click.echo(f"\nThe interests in {criteria} were drafted from {plan.drafted_from}:"
                   " change them as you like.")  # fmt: skip
    elif not plan.answers.interests:
        click.echo(f"\nThe interests in {criteria} are an example: replace them with your own.")


def _print_next(rest: Iterable[tuple[str, str]]) -> None:
    commands = list(rest)
    width = max(len(command) for command, _ in commands)
    click.echo("\nNext:")
    for command, what in commands:
        click.echo(f"   {command:{width}}  {what}")
