"""`paperlark mcp`: let an assistant search the archive and read its pages."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.api import OpenedProfile
from paperlark.cli._options import is_given, open_for, profile_option
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.extras import install_command
from paperlark.mcp.clients import (
    CLIENTS,
    PORT,
    STARTS_ONLY,
    Reached,
    Started,
    address_of,
    configuration,
)

if TYPE_CHECKING:
    from paperlark.mcp.server import ServedArchive

_NEEDED = ("mcp", "starlette", "uvicorn")


@click.command("mcp")
@click.option("--http", "over_http", is_flag=True, help="Serve over HTTP on this machine alone.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="With --http: listen on this port of 127.0.0.1; 0 for any that is free.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --http: the file of the token that clients send, made where there is none."
    "  [default: beside the database]",
)
@click.option(
    "--allow-votes",
    is_flag=True,
    help="Let the assistant vote and save for you, as votes = true in the table [mcp] of the"
    " profile does.",
)
@click.option(
    "--config",
    "client",
    is_flag=False,
    flag_value="generic",
    type=click.Choice(list(CLIENTS)),
    help="Print what this client needs to find the server, and end.  [default: generic]",
)
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    over_http: bool,
    port: int,
    token_file: Path | None,
    allow_votes: bool,
    client: str | None,
    profile_file: Path,
) -> None:
    r"""Let an assistant search your archive and read your pages (Model Context Protocol).

    The client starts this command and talks with it over standard input and output; --config
    prints what it needs for that. The assistant gets six tools: digest, search, paper, similar,
    vote and save. They read your database alone: never arXiv, and never a model.

    What papers say is put into a fence and named as data, so that an abstract cannot pass for an
    instruction. vote and save refuse, unless you allow them; such votes are marked as the
    assistant's, and are taken back like your own: paperlark vote ID none.

    \b
    Examples:
      paperlark mcp --config claude-desktop
      paperlark mcp --config vscode --allow-votes
      paperlark mcp --http
      paperlark mcp --http --config cursor
    """
    if missing := [name for name in _NEEDED if not importlib.util.find_spec(name)]:
        raise PaperlarkError(
            f"paperlark mcp needs {' and '.join(missing)}",
            hint=f"install it: {install_command('mcp')}",
        )
    if (token_file or is_given(context, "port")) and not over_http:
        raise click.UsageError("--port and --token-file go with --http")
    profile = open_for(context, profile_file)
    if client is not None:
        _print_configuration(profile, client, port if over_http else None, token_file, allow_votes)
        return
    from paperlark.mcp.server import ServedArchive  # noqa: PLC0415  # of the extra `mcp`, as what follows
    from paperlark.mcp.stdio import serve  # noqa: PLC0415
    from paperlark.verbs.catalogue import Asker  # noqa: PLC0415

    archive = ServedArchive(profile, Asker(allow_votes or profile.settings.assistant_votes))
    if over_http:
        _serve_http(archive, port, token_file)
    else:
        serve(archive)


def _serve_http(archive: ServedArchive, port: int, token_file: Path | None) -> None:
    from paperlark.mcp.http import listening, serve  # noqa: PLC0415  # of the extra `mcp`

    token = archive.profile.assistant_token(token_file)
    with listening(port) as listener:
        click.echo(address_of(listener.getsockname()[1]))
        kept = token_file or archive.profile.assistant_token_path()
        click.echo(f"clients send the token in {kept}; Ctrl-C ends it", err=True)
        serve(archive, listener, token)


def _print_configuration(
    profile: OpenedProfile,
    client: str,
    port: int | None,
    token_file: Path | None,
    allow_votes: bool,  # noqa: FBT001  # an option, as the others
) -> None:
    """Print what a client needs: on standard output nothing else, for a file."""
    if port is None:
        command = [sys.executable, "-m", "paperlark", "mcp", "--profile", str(_path(profile))]
        server: Started | Reached = Started([*command, *(["--allow-votes"] * allow_votes)])
    elif client in STARTS_ONLY:
        raise click.UsageError(f"{client} starts its servers itself: leave out --http")
    elif port == 0:
        raise click.UsageError("a client has to know the port: --port 0 is none")
    else:
        server = Reached(address_of(port), profile.assistant_token(token_file))
    click.echo(f"{client}: {CLIENTS[client]}", err=True)
    click.echo(configuration(client, server))


def _path(profile: OpenedProfile) -> Path:
    if profile.path is None:  # only the bundled sample has no file
        raise PaperlarkError("the bundled sample has no profile that a client could name")
    return profile.path.absolute()
