"""`paperlark demo`: pages of bundled real days and their site, without key or network."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import click

from paperlark.cli._make import make_range
from paperlark.cli._options import environment_of, json_option
from paperlark.cli._progress import progress
from paperlark.compose import RunOptions, build_site
from paperlark.domain.site_addresses import FRONT
from paperlark.settings import load_settings

NOTE = "A bundled sample: some papers of that day, not the whole announcement."


@click.command("demo", short_help="Make the pages of bundled real days.")
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

    The reader is interested in the efficient inference of language models, and in little
    else: most papers stay off the page.
    """
    with as_file(files("paperlark").joinpath("sample")) as sample:
        settings = replace(
            load_settings(sample / "paperlark.toml"), database=output.absolute() / "paperlark.db"
        )
        options = RunOptions(output=output, feeds=sample / "feeds", notes=(NOTE,))
        exit_code = make_range(
            settings,
            options,
            date.min,
            date.max,
            environment=environment_of(context),
            as_json=as_json,
            show_last=True,
        )
    site = build_site([settings], output.absolute() / "site", None, progress())
    if not as_json:
        click.echo(f"\nAll of it as a site: {site.folder / FRONT}\nNow your own: paperlark init")
    context.exit(exit_code)
