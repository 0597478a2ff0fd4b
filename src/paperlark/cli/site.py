"""`paperlark site`: all days so far as a site to read."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.cli._options import profile_option
from paperlark.cli._progress import progress
from paperlark.compose import build_site
from paperlark.domain.site_addresses import FRONT
from paperlark.renderers.english import counted, number
from paperlark.settings import load_settings

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("site", short_help="Build a site of all days.")
@click.argument("profiles", type=_FILE, nargs=-1, metavar="[PROFILE]...")
@click.option("--out", "folder", type=_FOLDER, help="Folder of the site, instead of the profile's.")
@click.option(
    "--address",
    metavar="URL",
    help="Where the site will be in the web, for feed readers that want whole addresses.",
)
@profile_option
def command(
    *, profiles: tuple[Path, ...], folder: Path | None, address: str | None, profile_file: Path
) -> None:
    r"""Build a static site of all days that were made: days, months, years, topics, authors, feeds.

    It opens from a folder, a web server or GitHub Pages. Only what is new is made; whoever reads
    it meanwhile sees the site of before until the new one is whole. Name several profiles to have
    them side by side.

    \b
    Examples:
      paperlark site
      paperlark site ada.toml emmy.toml --out /var/www/papers --address https://example.org/papers
    """
    everybody = [load_settings(one) for one in profiles or (profile_file,)]
    wanted = everybody[0].site
    target = (folder or wanted.folder).absolute()
    site = build_site(everybody, target, address or wanted.address, progress())
    files = f"{counted(site.built.made, 'file')} made, {number(site.built.kept)} as they were"
    click.echo(f"{counted(site.days, 'day')}, {files}\n{target / FRONT}")
