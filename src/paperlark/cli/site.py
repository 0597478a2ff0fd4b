"""`paperlark site`: build a site of all days."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.api import build_site
from paperlark.cli._options import PROFILE_PATH, open_for, profile_option
from paperlark.domain.site_addresses import FRONT
from paperlark.renderers.english import counted, number

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("site")
@click.argument("profiles", type=PROFILE_PATH, nargs=-1, metavar="[PROFILE]...")
@click.option(
    "--out", "folder", type=_FOLDER, help="Folder for the site, instead of the profile's."
)
@click.option(
    "--address",
    metavar="URL",
    help="Address at which the site will be published; feed readers need it.",
)
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    profiles: tuple[Path, ...],
    folder: Path | None,
    address: str | None,
    profile_file: Path,
) -> None:
    r"""Build a static site of all days that were made: days, months, years, topics, authors, feeds.

    It opens from a folder, a web server or GitHub Pages. Only what is new is built, into the same
    folder, and every link works at every moment; files of your own in it stay. Name several
    profiles to have them side by side.

    \b
    Examples:
      paperlark site
      paperlark site ada.toml emmy.toml --out /var/www/papers --address https://example.org/papers
    """
    opened = [open_for(context, one) for one in profiles or (profile_file,)]
    site = build_site(opened, folder, address=address)
    files = f"{counted(site.built.made, 'file')} made, {number(site.built.kept)} as they were"
    click.echo(f"{counted(site.days, 'day')}, {files}\n{site.folder / FRONT}")
