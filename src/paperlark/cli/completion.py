"""`paperlark completion`: complete commands and options in the shell."""

from __future__ import annotations

import click

from paperlark.api import find_completion
from paperlark.cli._completion import completion_script
from paperlark.cli._options import environment_of

_SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
@click.option("--install", is_flag=True, help="Write it where the shell looks for it.")
@click.option("--remove", is_flag=True, help="Delete what --install wrote.")
@click.pass_context
def command(context: click.Context, *, shell: str | None, install: bool, remove: bool) -> None:
    r"""Complete commands and options when you press Tab in SHELL, by default the one you use.

    Without an option the script is printed. --install writes it into a file of your own, and prints
    the line that your shell's start-up file may need; that file is not changed.

    \b
    Examples:
      paperlark completion --install
      source <(paperlark completion bash)
      paperlark completion zsh --remove
    """
    if install and remove:
        raise click.UsageError("choose one of --install and --remove")
    environment = environment_of(context)
    there = find_completion(shell, environment=environment)
    if remove:
        gone = there.delete()
        click.echo(f"deleted {there.path}" if gone else f"{there.path} is not there")
        return
    script = completion_script(there.shell)
    if not install:
        click.echo(script.strip("\n"))
        return
    changed = there.write(script)
    click.echo(f"wrote {there.path}" if changed else f"{there.path} is up to date")
    if there.needs:
        click.echo(f"add this line, if it is not there yet:\n  {there.needs}")
    click.echo("it works in shells that are started from now on")
