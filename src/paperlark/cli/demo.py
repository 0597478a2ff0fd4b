"""`paperlark demo`: make the pages of bundled real days and their site."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from shutil import which

import click

from paperlark.api import open_sample
from paperlark.cli._make import make_range
from paperlark.cli._options import environment_of, json_option
from paperlark.cli._terminal import progress
from paperlark.domain.site_addresses import FRONT


@click.command("demo")
@click.option(
    "--out",
    "output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("paperlark-demo"),
    show_default=True,
    help="Folder for the pages.",
)
@json_option
@click.pass_context
def command(context: click.Context, *, output: Path, as_json: bool) -> None:
    """Make the pages of bundled real days for a bundled reader: no key, no network.

    The reader is interested in efficient inference of language models, and in little else: most
    papers are not selected.
    """
    environment = environment_of(context)
    with open_sample(output, environment=environment, progress=progress()) as sample:
        exit_code = make_range(sample, date.min, date.max, as_json=as_json, show_last=True)
        site = sample.build_site()
    if not as_json:
        click.echo(f"\nAll of it as a site: {site.folder / FRONT}\nNow your own: {_called()} init")
    context.exit(exit_code)


def _called() -> str:
    """Return the command's name, or its path where the shell does not find it by its name."""
    called = Path(sys.argv[0])
    return "paperlark" if which("paperlark") or called.stem != "paperlark" else str(called)
