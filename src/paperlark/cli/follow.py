"""`paperlark follow`: follow authors, and see whom a name matches."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.cli._options import open_for, profile_option
from paperlark.domain.plain_text import one_line
from paperlark.renderers import following

if TYPE_CHECKING:
    from paperlark.api import OpenedProfile

_WIDEST = 100


@click.command("follow")
@click.argument("words", nargs=-1, metavar="[NAME]")
@click.option("--list", "list_them", is_flag=True, help="List whom you follow, and their papers.")
@click.option("--remove", is_flag=True, help="Follow NAME no longer.")
@click.option(
    "--also", "aliases", multiple=True, metavar="NAME",
    help="Another name that this person's papers print, such as a short form; may be repeated.",
)  # fmt: skip
@click.option(
    "--id", "person", metavar="NUMBER",
    help="Semantic Scholar's id of the person, which excludes namesakes: the number at the end of"
    " the address of their page there.",
)  # fmt: skip
@click.option(
    "--as-printed", is_flag=True,
    help="Follow a single name or initials all the same: only papers that print just that match.",
)  # fmt: skip
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    words: tuple[str, ...],
    list_them: bool,
    remove: bool,
    aliases: tuple[str, ...],
    person: str | None,
    as_printed: bool,
    profile_file: Path,
) -> None:
    r"""Follow an author: whatever they write is on your page, first and with a star.

    Shows the last papers of whom the name matches, so that you notice a namesake at once. The
    author is added to your profile; the rest of the file stays as it is.

    Write a full name as you like: "LeCun, Yann", "Prof. Yann Le Cun" and "Yann LeCun" are one,
    and so are Jürgen, Jurgen and Juergen where papers print the umlaut. A middle initial may be
    left out. A family name alone or initials match nobody in full, and are refused with the names
    that may be meant. Short forms (Geoff for Geoffrey) are other names: give them with --also. A
    paper that prints the family name first is found, and marked as perhaps.

    \b
    Examples:
      paperlark follow Yann LeCun
      paperlark follow "Geoffrey Hinton" --also "Geoff Hinton"
      paperlark follow "Wei Wang" --id 1741101
      paperlark follow "ATLAS Collaboration"
      paperlark follow --list
      paperlark follow --remove Yann LeCun
    """
    name = " ".join(words)
    _check(name, list_them=list_them, remove=remove, more=bool(aliases or person or as_printed))
    profile = open_for(context, profile_file)
    if list_them:
        _list(profile)
    elif remove:
        gone = profile.interests.unfollow(name)
        click.echo(f"{one_line(gone.name)} is no longer followed: removed from {profile_file}")
    else:
        _follow(profile, name, aliases, person, as_printed=as_printed)


def _check(name: str, *, list_them: bool, remove: bool, more: bool) -> None:
    if list_them and (name or remove or more):
        raise click.UsageError("give --list alone")
    if not list_them and not name.strip():
        raise click.UsageError("whom? Give a full name, or --list")
    if remove and more:
        raise click.UsageError("with --remove give only the name")


def _follow(
    profile: OpenedProfile,
    name: str,
    aliases: tuple[str, ...],
    person: str | None,
    *,
    as_printed: bool,
) -> None:
    followed = profile.interests.follow(name, aliases=aliases, person=person, as_printed=as_printed)
    [author] = followed.report.authors
    if followed.already is None:
        click.echo(f"{author.author.name} is followed from the next page on: see {profile.path}")
    else:
        click.echo(f"followed already, as {one_line(followed.already)}: nothing was changed")
        if aliases or person:
            click.echo(f"to add a name or an id, edit the table of that author in {profile.path}")
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    for line in following.author_lines(followed.report, author, width=width):
        click.echo(line)


def _list(profile: OpenedProfile) -> None:
    report = profile.interests.following()
    for line in following.list_lines(report):
        click.echo(line)
    if not report.authors:
        click.echo('you follow nobody yet; begin with: paperlark follow "NAME"', err=True)
