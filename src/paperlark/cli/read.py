"""`paperlark read`: read and vote in the browser."""

from __future__ import annotations

import importlib.util
import webbrowser
from pathlib import Path

import click

from paperlark.cli._options import feeds_option, open_for, profile_option, run_options
from paperlark.domain.errors import PaperlarkError

_PORT = 8642


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

    The app runs on this machine alone, until Ctrl-C. It shows the latest page, and makes today's
    where there is none. Want, not, later, save, notes and undo are buttons and keys; press ? for
    a list of the keys. What you want and what you do not teaches the ranker from the next page on.

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


def _show(address: str, *, opens: bool) -> None:
    click.echo(address)
    if opens:
        try:
            webbrowser.open(address)
        except (webbrowser.Error, OSError):  # a BROWSER that cannot be run
            return
