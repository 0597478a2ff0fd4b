"""`paperlark database`: the tables of a database, and their versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from paperlark import DatabaseStatus
from paperlark.api import database_of, migrate_database, read_database_status
from paperlark.cli._options import PROFILE_PATH, environment_of
from paperlark.renderers.english import counted

_EXIT_OTHER_VERSION = 3
_LARGEST = 10


def _place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name a database: by a profile, or by the file of a group."""
    for option in (
        click.option("--profile", "profile_file", type=PROFILE_PATH, help="A reader's profile."),
        click.option(
            "--group",
            "group_file",
            type=click.Path(path_type=Path, dir_okay=False),
            envvar="PAPERLARK_GROUP",
            help="The file of a group: the database of its accounts and sessions.",
        ),
    ):
        command = option(command)
    return command


@click.group("database")
def command() -> None:
    r"""Look at a database, and bring its tables to this version of paperlark.

    Every command does the latter when it first opens a database. Where several processes use one,
    do it once before they start: then none of them waits for another.

    \b
    Examples:
      paperlark database status
      paperlark database status --group group.toml --json
      paperlark database migrate --group group.toml
    """


@command.command("status")
@_place_options
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def _status(
    context: click.Context, *, profile_file: Path | None, group_file: Path | None, as_json: bool
) -> None:
    """Print versions, size and tables; change nothing.

    Exit code 0 where the tables are of this paperlark's version, 3 where they are not.
    """
    place = database_of(profile_file, group_file, environment=environment_of(context))
    found = read_database_status(place)
    click.echo(_json(found) if as_json else _text(found), nl=False)
    if found.version != found.supported:
        context.exit(_EXIT_OTHER_VERSION)


@command.command("migrate")
@_place_options
@click.pass_context
def _migrate(context: click.Context, *, profile_file: Path | None, group_file: Path | None) -> None:
    """Create the tables, or bring them to this version; done already, it does nothing.

    It is one transaction: killed at any moment, the tables are as before.
    """
    place = database_of(profile_file, group_file, environment=environment_of(context))
    before, after = migrate_database(place)
    if before == after:
        click.echo(f"{place}: version {after} already")
    else:
        click.echo(f"{place}: version {before} → {after}")


def _text(found: DatabaseStatus) -> str:
    version = f"version {found.version}"
    if found.version < found.supported:
        version += f", this paperlark's is {found.supported}: paperlark database migrate"
    elif found.version > found.supported:
        version += f", this paperlark's is {found.supported}: update paperlark"
    lines = [f"{found.database}", f"{version}; {_size(found.size)}"]
    shown = sorted(found.tables, key=lambda one: (-(one.size or 0), -one.rows, one.name))
    width = max((len(one.name) for one in shown[:_LARGEST]), default=0)
    lines += [
        f"  {one.name:<{width}}  {one.rows:>12,} rows"
        + (f"  {_size(one.size):>10}" if one.size is not None else "")
        for one in shown[:_LARGEST]
    ]
    if len(shown) > _LARGEST:
        lines.append(f"  and {counted(len(shown) - _LARGEST, 'smaller table')}")
    return "\n".join(lines) + "\n"


def _size(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"  # noqa: PLR2004  # units


def _json(found: DatabaseStatus) -> str:
    document = {
        "database": str(found.database),
        "version": found.version,
        "supported": found.supported,
        "bytes": found.size,
        "tables": [{"name": one.name, "rows": one.rows, "bytes": one.size} for one in found.tables],
    }
    return json.dumps(document, indent=2) + "\n"
