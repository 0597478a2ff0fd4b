"""`paperlark agenda`: what a group wants to talk about."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Literal, cast

import click

from paperlark.api import open_group
from paperlark.cli._options import Day, environment_of
from paperlark.cli._terminal import tell_error
from paperlark.renderers.english import counted

_WEEK = timedelta(days=6)
_NOT_DELIVERED = 4


@click.command("agenda")
@click.argument("group_file", type=click.Path(path_type=Path, dir_okay=False), metavar="GROUP")
@click.option("--from", "first", type=Day(), help="The first day.  [default: six days before]")
@click.option("--to", "last", type=Day(), help="The last day, included.  [default: today]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "text", "bibtex"]),
    default="markdown",
    show_default=True,
    help="How it is printed.",
)
@click.option(
    "--in", "in_group", metavar="NAME", help="The group, where the readers are rows of a database."
)
@click.option("--mail", is_flag=True, help="Send it to all members as well.")
@click.pass_context
def command(
    context: click.Context,
    *,
    group_file: Path,
    first: date | None,
    last: date | None,
    form: str,
    in_group: str | None,
    mail: bool,
) -> None:
    r"""Print the agenda of a group's meeting: papers that members want, most wanted first.

    Only what members chose to show is in it: each does so in the app, under Sharing. GROUP is the
    file that `paperlark read --group` serves.

    \b
    Examples:
      paperlark agenda group.toml
      paperlark agenda group.toml --from 2025-02-17 --to 2025-02-21 --format bibtex
      paperlark agenda group.toml --in astro --mail
    """
    environment = environment_of(context)
    group = open_group(group_file, environment=environment)
    end = last or environment.now().date()
    begin = first or end - _WEEK
    if begin > end:
        raise click.UsageError(f"--from {begin} is after --to {end}")
    names = [one.name for one in group.accounts.groups() if one.name] if group.accounts else []
    if names and in_group not in names:
        raise click.UsageError(f"whose agenda? Give one of --in {', --in '.join(names)}")
    if in_group and not names:
        raise click.UsageError("--in is for readers who are rows of a database, in groups")
    agenda = group.agenda(begin, end, group=in_group or "")
    kind = cast('Literal["markdown", "text", "bibtex"]', form)
    click.echo(group.agenda_text(agenda, kind), nl=False)
    if not mail:
        return
    sent = group.mail_agenda(agenda, group=in_group or "")
    for name, problem in sent.items():
        if problem:
            tell_error(f"not sent to {name}: {problem}")
    arrived = sum(not problem for problem in sent.values())
    click.echo(f"sent to {counted(arrived, 'member')}", err=True)
    if arrived < len(sent):
        context.exit(_NOT_DELIVERED)
