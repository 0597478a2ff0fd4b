"""`paperlark init`: six questions, two files, and the first page."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from paperlark.cli._answers import Wishes, summary, wishes_of
from paperlark.cli._first_page import import_into, left_to_do, make_first_page
from paperlark.cli._given import Given, given_options
from paperlark.cli._options import feeds_option, world_of
from paperlark.compose import World
from paperlark.settings import load_settings
from paperlark.settings.starter import criteria_text, profile_text
from paperlark.settings.starting_files import CRITERIA, PROFILE, check_folder, write_files


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
    given: Given,
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
    world = world_of(context)
    asks = sys.stdin.isatty() if unasked is None else not unasked
    check_folder(folder)
    try:
        wishes = _asked(given, world, asks=asks)
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
    exit_code = _begin(profile, wishes, world, feeds, wants_page=wants_page)
    if not wishes.answers.interests:
        click.echo(f"\nThe interests in {criteria} are an example: make them your own.")
    _tell_rest(left_to_do(wishes.answers, profile, world))
    context.exit(exit_code)


def _asked(given: Given, world: World, *, asks: bool) -> Wishes:
    if asks:
        click.echo("Enter takes what is proposed; Ctrl-C leaves, and leaves nothing behind.")
    return wishes_of(given, world.now(), asks=asks)


def _confirm(folder: Path, wishes: Wishes, texts: tuple[str, str]) -> None:
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
    profile: Path, wishes: Wishes, world: World, feeds: Path | None, *, wants_page: bool
) -> int:
    """Import what was named and make a page where one is wanted; gives the worse exit code."""
    settings = load_settings(profile)
    imported = import_into(settings, world, wishes.imports)
    made = make_first_page(settings, world, feeds) if wants_page else 0
    return made or (not imported)


def _tell_rest(rest: Iterable[tuple[str, str]]) -> None:
    commands = list(rest)
    width = max(len(command) for command, _ in commands)
    click.echo("\nNext:")
    for command, what in commands:
        click.echo(f"   {command:{width}}  {what}")
