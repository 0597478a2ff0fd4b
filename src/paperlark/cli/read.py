"""`paperlark read`: read and vote in the browser."""

from __future__ import annotations

import importlib.util
import webbrowser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.api import OpenedProfile, find_profiles, open_group
from paperlark.cli._logging import set_up_logging
from paperlark.cli._options import (
    PROFILE_PATH,
    environment_of,
    feeds_option,
    is_given,
    open_for,
    profile_option,
    run_options,
)
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.extras import install_command
from paperlark.renderers.english import counted
from paperlark.settings.load import usual_arxiv
from paperlark.settings.places import folder_to_begin
from paperlark.settings.starter import NewProfile, check_folder

if TYPE_CHECKING:
    from paperlark.web.first_session import FirstContext

_PORT = 8642
_HERE = "127.0.0.1"
_DRAIN = 5.0
"""Seconds in which a proxy that asks for /readyz every other second notices."""
_PATIENCE = 45.0
"""Seconds that somebody who looks at a browser waits for arXiv."""


@click.command("read")
@click.argument("profiles", type=PROFILE_PATH, nargs=-1, metavar="[PROFILE]...")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="Listen on this port of this machine, or on the next one that is free.",
)
@click.option(
    "--group",
    "group_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="PAPERLARK_GROUP",
    help="Serve a group whose members sign in; this file names them.  [default, where no profile is"
    " named: the environment variable PAPERLARK_GROUP]",
)
@click.option(
    "--host",
    default=_HERE,
    show_default=True,
    help="Listen on this address of this machine; any other than its own needs --group.",
)
@click.option(
    "--drain",
    type=click.FloatRange(0, 300),
    default=_DRAIN,
    show_default=True,
    metavar="SECONDS",
    help="With --group: after SIGTERM, how long /readyz says so before the app stops listening.",
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@feeds_option
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    profiles: tuple[Path, ...],
    port: int,
    group_file: Path | None,
    host: str,
    drain: float,
    no_open: bool,
    feeds: Path | None,
    profile_file: Path,
) -> None:
    r"""Read your pages in the browser, and say of each paper whether you want it.

    The app runs on this machine alone, until Ctrl-C. Where there is no profile yet, it begins one
    with you: from your own words, from papers that you name, and from a few questions. Then it
    shows the latest page, and makes today's where there is none. Want, not, later, save, notes and
    undo are buttons and keys; press ? for a list of the keys. What you want and what you do not
    teaches the ranker from the next page on.

    The address that is printed lets in whoever has it: do not pass it on. Name several profiles,
    or a folder of them, to have them side by side. With --group several people read, each their
    own pages, and each signs in as the file of the group says.

    \b
    Examples:
      paperlark read
      paperlark read --no-open --port 9000
      paperlark read ada.toml emmy.toml
      paperlark read --group group.toml --host 0.0.0.0
    """
    if missing := [name for name in ("starlette", "uvicorn") if not importlib.util.find_spec(name)]:
        raise PaperlarkError(
            f"paperlark read needs {' and '.join(missing)}",
            hint=f"install it: {install_command('read')}",
        )
    names_profiles = bool(profiles) or is_given(context, "profile_file")
    if names_profiles and is_given(context, "group_file"):
        raise click.UsageError("--group names the profiles: name no others")
    if group_file is not None and not names_profiles:
        _serve_group(context, group_file, (host, port), drain, feeds)
        return
    if host != _HERE:
        raise click.UsageError(
            f"--host {host} would let in everybody who can reach this machine: nothing but"
            f" {_HERE} is served without sign-in; see --group"
        )
    if profiles:
        _read_several(context, profiles, port, feeds, opens=not no_open)
        return
    if not profile_file.exists() and (first := _first_context(context, profile_file, feeds)):
        _begin(first, port, opens=not no_open)
        return
    profile = open_for(context, profile_file, options=run_options(feeds=feeds))
    _read({"": profile}, port, opens=not no_open)


def _read_several(
    context: click.Context, named: tuple[Path, ...], port: int, feeds: Path | None, *, opens: bool
) -> None:
    from paperlark.web.readers import named_readers  # noqa: PLC0415  # of the extra `read`

    files = dict.fromkeys(file for one in named for file in find_profiles(one))
    if not files:
        raise click.UsageError(f"no profile (.toml) in {', '.join(map(str, named))}")
    opened = [open_for(context, one, options=run_options(feeds=feeds)) for one in files]
    readers = named_readers(opened) if len(opened) > 1 else {"": opened[0]}
    _read(readers, port, opens=opens)


def _serve_group(
    context: click.Context,
    file: Path,
    place: tuple[str, int],
    drain: float,
    feeds: Path | None,
) -> None:
    """Serve a group at just this port, for a proxy has to know it."""
    from paperlark.web.server import listening, serve_group  # noqa: PLC0415  # likewise

    # Who was refused, and which mail was not sent, is told nowhere else.
    set_up_logging(context, 0, None, told=("paperlark.web", "paperlark.channels"))
    environment = environment_of(context)
    group = open_group(file, options=run_options(feeds=feeds), environment=environment)
    host, port = place
    with listening(port, host, tries=1) as listener:
        listener.listen()
        click.echo(group.settings.address)
        method = group.settings.sign_in.method
        accounts = group.accounts
        count = accounts.count() if accounts else len(group.settings.members)
        click.echo(f"{counted(count, 'member')}; sign-in by {method}; Ctrl-C ends it", err=True)
        serve_group(group, listener, drain)


def _read(readers: Mapping[str, OpenedProfile], port: int, *, opens: bool) -> None:
    """Serve one profile, or several by their names in addresses, unless they are served already."""
    from paperlark.web.server import (  # noqa: PLC0415  # of the extra `read`
        announced,
        find_running,
        listening,
        serve,
        serve_several,
    )

    profiles = tuple(readers.values())
    if running := find_running(*profiles):
        _show(running.address, opens=opens)
        click.echo("it is running already")
        return
    with listening(port) as listener, announced(listener, *profiles) as running:
        listener.listen()
        _show(running.address, opens=opens)
        click.echo("Ctrl-C ends it", err=True)
        if len(profiles) == 1:
            serve(profiles[0], listener, running)
        else:
            serve_several(readers, listener, running)


def _first_context(
    context: click.Context, missing: Path, feeds: Path | None
) -> FirstContext | None:
    """Return where a first session would write the profile; None where it may not."""
    from paperlark.web.first_session import FirstContext  # noqa: PLC0415  # of the extra `read`

    environment = environment_of(context)
    try:
        folder = folder_to_begin(missing)
    except ValueError:
        return None
    check_folder(NewProfile.into(folder, environment.variables).folder)
    arxiv = replace(usual_arxiv(), patience=_PATIENCE)
    return FirstContext(folder, run_options(feeds=feeds), environment, arxiv)


def _begin(first: FirstContext, port: int, *, opens: bool) -> None:
    from paperlark.web.server import listening, running_at, serve_first  # noqa: PLC0415  # likewise
    from paperlark.web.sessions import Sessions  # noqa: PLC0415  # likewise

    with listening(port) as listener:
        running = running_at(listener, Sessions())
        listener.listen()
        _show(running.address, opens=opens)
        click.echo("there is no profile yet: begin one in the browser; Ctrl-C ends it", err=True)
        serve_first(first, listener, running)


def _show(address: str, *, opens: bool) -> None:
    click.echo(address)
    if opens:
        try:
            webbrowser.open(address)
        except (webbrowser.Error, OSError):  # a BROWSER that cannot be run
            return
