"""`paperlark move-database`: move the archive to a PostgreSQL server, or back into a file."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.cli._options import open_for, profile_option
from paperlark.renderers.english import counted


@click.command("move-database")
@click.option(
    "--to",
    metavar="DATABASE",
    required=True,
    help="Where to: a file, relative to the profile's folder, or postgresql://user@host/name,"
    " without its password (PGPASSWORD, ~/.pgpass).",
)
@click.option("--switch", is_flag=True, help="Then let the profile name the new database.")
@profile_option
@click.pass_context
def command(context: click.Context, *, to: str, switch: bool, profile_file: Path) -> None:
    r"""Copy the archive into another database, and compare all of it.

    Everything is copied: papers, pages, votes, judgements and what they cost, of every reader of
    the database; the search index is made anew. Nobody can write to the database meanwhile. The
    new one has to be empty, or a file that does not exist yet. Where the command was ended, run it
    again: it goes on where it was. The old database stays as it is.

    \b
    Examples:
      paperlark move-database --to postgresql://paperlark@db.example.org/papers
      paperlark move-database --to paperlark.db --switch
    """
    profile = open_for(context, profile_file)
    moved = profile.move_database(to, switch=switch)
    tables = counted(moved.tables, "table")
    click.echo(f"{tables} with {counted(moved.rows, 'row')}: the same in both")
    if moved.switched:
        click.echo(f"{profile_file} now says: {moved.line}")
    else:
        click.echo(f"To use it from now on, write into {profile_file}:\n{moved.line}")
