"""`paperlark restore`: a lost database, made again from the pages."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.cli._errors import tell_error
from paperlark.cli._options import profile_option
from paperlark.compose import restore_store
from paperlark.domain.errors import StoreError
from paperlark.settings import load_settings


@click.command("restore", short_help="Make a lost database again from the pages.")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder with the pages, if it is not the profile's.",
)
@profile_option
def command(*, folder: Path | None, profile_file: Path) -> None:
    """Make the profile's database again from its pages and their manifests.

    What comes back: every day's page, the judgements that it was made with, which papers were
    announced to you, and your votes. What you imported does not: import it again. A database
    that is there is never touched.
    """
    settings = load_settings(profile_file)
    restored = 0
    for day, error in restore_store(settings, folder or settings.output):
        if error is not None:
            tell_error(str(error))
        else:
            restored += 1
            click.echo(f"{day}  restored")
    if not restored:
        raise StoreError(
            f"{folder or settings.output} has no page with a manifest",
            hint="name the folder of the pages with --from",
        )
