"""`paperlark read`: read and vote in the browser."""

from __future__ import annotations

import importlib.util
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.cli._options import (
    environment_of,
    feeds_option,
    open_for,
    profile_option,
    run_options,
)
from paperlark.domain.errors import PaperlarkError
from paperlark.settings.load import usual_arxiv
from paperlark.settings.places import folder_to_begin
from paperlark.settings.starter import NewProfile, check_folder

if TYPE_CHECKING:
    from paperlark.web.first_session import FirstContext

_PORT = 8642
_PATIENCE = 45.0
"""Seconds that somebody who looks at a browser waits for arXiv."""


@click.command("read")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="Listen on this port of this machine, or on the next one that is free.",
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@feeds_option
@profile_option
@click.pass_context
def command(
    context: click.Context, *, port: int, no_open: bool, feeds: Path | None, profile_file: Path
) -> None:
    r"""Read your pages in the browser, and say of each paper whether you want it.

    The app runs on this machine alone, until Ctrl-C. Where there is no profile yet, it begins one
    with you: from your own words, from papers that you name, and from a few questions. Then it
    shows the latest page, and makes today's where there is none. Want, not, later, save, notes and
    undo are buttons and keys; press ? for a list of the keys. What you want and what you do not
    teaches the ranker from the next page on.

    The address that is printed lets in whoever has it: do not pass it on.

    \b
    Examples:
      paperlark read
      paperlark read --no-open --port 9000
    """
    if missing := [name for name in ("starlette", "uvicorn") if not importlib.util.find_spec(name)]:
        raise PaperlarkError(
            f"paperlark read needs {' and '.join(missing)}",
            hint="install it with the extra: pip install 'paperlark[read]'",
        )
    from paperlark.web.server import announced, find_running, listening, serve  # noqa: PLC0415

    if not profile_file.exists() and (first := _first_context(context, profile_file, feeds)):
        _begin(first, port, opens=not no_open)
        return
    profile = open_for(context, profile_file, options=run_options(feeds=feeds))
    if running := find_running(profile):
        _show(running.address, opens=not no_open)
        click.echo("it is running already")
        return
    with listening(port) as listener, announced(profile, listener) as running:
        listener.listen()
        _show(running.address, opens=not no_open)
        click.echo("Ctrl-C ends it", err=True)
        serve(profile, listener, running)


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
