"""The command line: one file per command, each imported only when it is called."""

from __future__ import annotations

import gc
import logging
import sys
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from typing import IO

import click

from paperlark import __version__
from paperlark.cli._errors import tell_error
from paperlark.domain.errors import PaperlarkError

_COMMANDS = (
    "init",
    "today",
    "morning",
    "run",
    "deliver",
    "schedule",
    "show",
    "site",
    "search",
    "why",
    "vote",
    "import",
    "cost",
    "eval",
    "doctor",
    "secret",
    "demo",
    "restore",
)

_VALUES = 100_000
"""New values after which cycles among them are looked for."""

_EPILOG = """\
\b
Start here:
  paperlark demo               the page of a bundled real day: no key, no network
  paperlark init               your own profile: six questions, and the first page
  paperlark today              the page of today's announcement
  paperlark morning            the same for a timer: waits, catches up, delivers

Exit codes: 0 a whole page was made (or arXiv announced nothing), 1 no page, 2 a mistake in
the command, 3 a page that says what is missing, 4 a page that did not reach somebody.
"""


class _Failure(click.ClickException):
    """One of our errors, told on standard error: a line for each problem."""

    def __init__(self, error: PaperlarkError) -> None:
        super().__init__(str(error))

    def show(self, file: IO[str] | None = None) -> None:
        """Print it."""
        tell_error(self.message, file)


class _Commands(click.Group):
    """Finds a command `x` in the module `paperlark.cli.x`, and tells of what went wrong."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error of ours ends it with exit code 1."""
        try:
            return super().invoke(ctx)
        except PaperlarkError as error:
            raise _Failure(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        # No module may be called `import`.
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"paperlark.cli.{module}").command
        # A backslash and a b in a docstring stand for the backspace that keeps lines as they are.
        command.help = (command.help or "").replace("\\b\n", "\b\n")
        return command


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="paperlark", message="%(prog)s %(version)s")
def cli() -> None:
    """Read all of a day's arXiv papers against your interests and make one page of them.

    The page has the papers worth your time, best first, each with its reason, and says how
    many there were and what it cost. It works at once without a key, and gets sharper with
    any OpenAI-compatible model.
    """


def main() -> None:
    """Run the command line."""
    # A run makes many values and hardly a cycle of them: to look for cycles as often as Python does
    # would take a tenth of the time that a page takes.
    gc.set_threshold(_VALUES)
    # Retries are no news to a reader: what comes of them is told.
    logging.getLogger("stamina").addHandler(logging.NullHandler())
    # A terminal that lacks a character gets a question mark, not the end of the run.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    cli.main(prog_name="paperlark")
