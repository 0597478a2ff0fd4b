"""`paperlark uninstall`: list what paperlark has written on this machine, and delete it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import click

from paperlark import RemainKind, Remnant
from paperlark.api import delete_remains, find_remains
from paperlark.cli._options import PROFILE_PATH, environment_of
from paperlark.renderers.english import size_in_words

_WIDTH = 28


@click.command("uninstall")
@click.option(
    "--profile",
    "profiles",
    type=PROFILE_PATH,
    metavar="FILE|FOLDER",
    multiple=True,
    envvar="PAPERLARK_PROFILE",
    help="A profile that is not the default one; may be repeated.  [default: as for the other"
    " commands; those that are scheduled here are always found]",
)
@click.option("--list", "only_lists", is_flag=True, help="Only list it; nothing is deleted.")
@click.option("--data", is_flag=True, help="Delete what is yours too, which nobody can bring back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(
    context: click.Context, *, profiles: Sequence[Path], only_lists: bool, data: bool, yes: bool
) -> None:
    r"""List what paperlark has written on this machine, and delete it.

    What can be made again is deleted after a question: schedules, completion, caches, logs, the
    site. What is yours (profile, criteria, pages, database, votes, secrets) stays, unless you say
    --data. Files that paperlark did not write are never touched. The program itself is removed by
    what installed it; the last line says how.

    \b
    Examples:
      paperlark uninstall --list
      paperlark uninstall --profile ~/mine
      paperlark uninstall --profile ~/mine --data
    """
    environment = environment_of(context)
    remains = find_remains(profiles, environment=environment)
    if not remains:
        click.echo("nothing that paperlark wrote was found here")
    for kind in RemainKind:
        _show(kind, [one for one in remains if one.kind is kind])
    kinds = (RemainKind.MADE_AGAIN, *((RemainKind.YOURS,) if data else ()))
    wanted = [one for one in remains if one.kind in kinds]
    if wanted and not only_lists and (yes or click.confirm(_question(data=data))):
        for note in delete_remains(wanted, environment=environment):
            click.echo(note)
        click.echo(f"deleted {_size(wanted)}")
    click.echo(f"the program itself: {_removing_program()}")


def _show(kind: RemainKind, found: Sequence[Remnant]) -> None:
    if not found:
        return
    click.secho(f"{kind} ({_size(found)})", bold=True)
    for one in found:
        size = size_in_words(one.size) if one.size else ""
        click.echo(f"  {size:>9}  {one.what:<{_WIDTH}}  {one.place}")
        if one.note:
            click.echo(f"{'':13}{one.note}")


def _size(found: Iterable[Remnant]) -> str:
    return size_in_words(sum(one.size for one in found))


def _question(*, data: bool) -> str:
    if data:
        return "Delete all of this, also what is yours? Nobody can bring it back"
    return "Delete what can be made again? What is yours stays"


def _removing_program() -> str:
    """Return the command that removes the program: that of the installer it came from."""
    parts = Path(sys.prefix).parts
    if "pipx" in parts:
        return "pipx uninstall paperlark"
    if "uv" in parts and "tools" in parts:
        return "uv tool uninstall paperlark"
    try:
        by_uv = (distribution("paperlark").read_text("INSTALLER") or "").strip() == "uv"
    except PackageNotFoundError:
        by_uv = False
    if by_uv:
        return f"uv pip uninstall --python {sys.executable} paperlark"
    return f"{sys.executable} -m pip uninstall paperlark"
