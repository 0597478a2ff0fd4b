"""`paperlark secret`: keep keys, passwords and addresses outside of profiles."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from paperlark.cli._options import environment_of, profile_option
from paperlark.settings import load_settings
from paperlark.settings.secrets import needed_secrets

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _named(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r} is not a valid name; write it like OPENAI_API_KEY")
    return name


@click.group("secret")
def command() -> None:
    r"""Keep keys, passwords and channels' addresses where only you can read them.

    A profile holds the names of secrets, never the secrets themselves. A secret is looked up in
    the environment (NAME, or the file that NAME_FILE names), then in a private file that only you
    can read, then in the system's keyring.

    \b
    Examples:
      paperlark secret set OPENAI_API_KEY
      paperlark secret set PAPERLARK_SLACK --file < address.txt
      paperlark secret list
    """


@command.command("set")
@click.argument("name", callback=_named)
@click.option("--file", "in_file", is_flag=True, help="Use the private file, not the keyring.")
@click.pass_context
def set_(context: click.Context, *, name: str, in_file: bool) -> None:
    """Keep a secret under NAME; it is read without echo, or from a pipe."""
    asked = sys.stdin.isatty()
    secret = click.prompt(name, hide_input=True) if asked else sys.stdin.read().strip()
    if not secret or not secret.isprintable():
        raise click.UsageError("a secret is one line of text")
    secrets = environment_of(context).secrets
    if in_file or not secrets.has_keyring:
        secrets.keep_in_file(name, secret)
        click.echo(f"kept {name} in {secrets.file}")
    else:
        secrets.keep_in_keyring(name, secret)
        click.echo(f"kept {name} in the keyring")


@command.command("list")
@profile_option
@click.pass_context
def list_(context: click.Context, *, profile_file: Path) -> None:
    """Show where each secret that the profile names is kept, never the secret itself."""
    secrets = environment_of(context).secrets
    for one in needed_secrets(load_settings(profile_file)):
        found = secrets.find(one.name)
        click.echo(f"{one.name}  {one.use}: {f'in {found.where}' if found else 'missing'}")


@command.command("remove")
@click.argument("name", callback=_named)
@click.pass_context
def remove(context: click.Context, *, name: str) -> None:
    """Remove the secret NAME from the private file and the keyring."""
    out = environment_of(context).secrets.forget(name)
    click.echo(f"removed {name} from {' and '.join(out)}" if out else f"{name} was not kept")
