"""The command line: one file per command, each imported only when it is called."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from paperlark import __version__
from paperlark.cli._os_errors import drop_output, explained
from paperlark.cli._terminal import redact_streams, redacting_streams, tell_error
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.redaction import remember_addresses

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS = {
    "init": "Write a profile: six questions, two files.",
    "criteria": "Show what was understood of your interests.",
    "today": "Make the page of today's announcement.",
    "morning": "Do everything that a scheduled job has to do.",
    "run": "Make the pages of given days.",
    "deliver": "Deliver pages to your channels.",
    "save": "Save papers, and bring them to Zotero and other places.",
    "schedule": "Schedule the daily page.",
    "read": "Read and vote in the browser.",
    "mcp": "Let an assistant search your archive.",
    "fleet": "Make the pages of thousands of readers.",
    "agenda": "Print or mail what a group wants to talk about.",
    "readers": "Add, list and delete the readers of a database.",
    "open": "Open a page in the browser.",
    "show": "Show a page in the terminal.",
    "site": "Build a site of all days.",
    "search": "Find papers in your archive.",
    "why": "Show why a paper is, or is not, on your page.",
    "vote": "Vote for papers, or against them.",
    "follow": "Follow authors, and see whom a name matches.",
    "import": "Import papers you like, or judged days.",
    "cost": "Show what judging has cost.",
    "eval": "Measure ranking and judging on labelled days.",
    "doctor": "Check everything, and say what to do.",
    "secret": "Keep keys and passwords.",
    "database": "Show a database's version, and update its tables.",
    "demo": "Make the pages of bundled real days.",
    "restore": "Rebuild a lost database from the pages.",
    "move-database": "Move the archive to a server, or back.",
    "completion": "Complete commands in your shell.",
    "uninstall": "List what is left on this machine, and delete it.",
}
"""Every command with its line in the list of commands, which imports none of them."""

_GC_THRESHOLD = 500_000
"""Allocations between two runs of the cyclic garbage collector."""

_EPILOG = """\
\b
Start here:
  paperlark demo               the pages of bundled real days: no key, no network
  paperlark init               your own profile: six questions, and the first page
  paperlark today              the page of today's announcement
  paperlark open               the page in the browser
  paperlark morning            for a timer: waits, catches up, delivers

A profile is looked for in this order: --profile (a file or its folder), PAPERLARK_PROFILE,
paperlark.toml in the current folder, ~/.config/paperlark/paperlark.toml.

Exit codes: 0 a complete page was made (or arXiv announced nothing), 1 no page, 2 a mistake in the
command, 3 a page that says what is missing, 4 a page that did not reach somebody. SIGHUP,
Ctrl-C and SIGTERM end a run with 129, 130 and 143, after the answers that are being paid for.
"""


class _Failure(click.ClickException):
    """One of our errors, printed on standard error: a line for each problem."""

    def __init__(self, error: PaperlarkError) -> None:
        super().__init__(str(error))

    def show(self, file: IO[str] | None = None) -> None:
        """Print it."""
        tell_error(self.message, file)


class _Commands(click.Group):
    """Finds a command `x` in the module `paperlark.cli.x`, and prints expected errors."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **named: Any) -> Any:  # noqa: ANN401  # click's signature
        """Run a command line; no secret of its arguments or its environment is printed."""
        for argument in sys.argv[1:] if args is None else args:
            remember_addresses(argument)
        with redacting_streams():
            return super().main(args, *more, **named)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an expected error ends it with exit code 1."""
        try:
            with explained():
                return super().invoke(ctx)
        except PaperlarkError as error:
            raise _Failure(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin like this without importing them, or the options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  # only where asked

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [
            CompletionItem(name, help=line)
            for name, line in _COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        # No module may be called `import`, nor have a hyphen in its name.
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = import_module(f"paperlark.cli.{module}").command
        _finish(command)
        return command


def _finish(command: click.Command) -> None:
    """Keep the lines of a command's examples, and let logging options stand behind its name."""
    from paperlark.cli._logging import logging_options  # noqa: PLC0415  # not for --help

    if isinstance(command, click.Group):
        for inside in command.commands.values():
            _finish(inside)
    # A backslash and a b in a docstring stand for the backspace that keeps lines as they are.
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    if not any("--verbose" in parameter.opts for parameter in command.params):
        command.params += logging_options()


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="paperlark", message="%(prog)s %(version)s")
@click.option(
    "-v",
    "--verbose",
    count=True,
    help="Log decisions to standard error; twice: details as well.",
)
@click.option(
    "--log-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the log to this file.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    envvar="PAPERLARK_LOG",
    help="Write the log as text, or as one JSON object a line (also PAPERLARK_LOG=json).",
)
@click.pass_context
def cli(
    context: click.Context, *, verbose: int, log_file: Path | None, log_format: str | None
) -> None:
    """Read all of a day's arXiv papers against your interests and make one page of them.

    The page has the papers worth your time, best first, each with its reason, and says how
    many there were and what it cost. It works at once without a key, and selects better with
    any OpenAI-compatible model.
    """
    from paperlark.cli._logging import set_up_logging  # noqa: PLC0415  # not for --help
    from paperlark.cli._options import environment_of  # noqa: PLC0415  # likewise

    environment_of(context).provide_database_password()
    # `morning` is started by timers: its journal is where people look for what it decided.
    scheduled = context.invoked_subcommand == "morning" and not sys.stderr.isatty()
    set_up_logging(context, max(verbose, int(scheduled)), log_file, form=log_format)


def _open_missing_streams() -> None:
    """Replace streams that were closed before we began: what is printed goes nowhere then."""
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")


def _check_folder() -> None:
    """End the process with one line where the current folder was deleted."""
    try:
        Path.cwd()
    except OSError as error:
        tell_error(f"the current folder cannot be used ({error.strerror}): cd into another one")
        sys.exit(1)


def main() -> None:
    """Run the command line."""
    # A run makes many values and hardly a cycle of them: to look for cycles as often as Python does
    # would take a tenth of the time that a page takes.
    gc.set_threshold(_GC_THRESHOLD)
    # No plugin of pydantic's is wanted, and to look for one reads every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # The ranker multiplies with one thread; to start and end more takes longer than a product.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _open_missing_streams()
    # A terminal that lacks a character gets a question mark, not the end of the run.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    redact_streams()
    if "_PAPERLARK_COMPLETE" in os.environ:
        from paperlark.cli._completion import know_powershell  # noqa: PLC0415  # only where asked

        know_powershell()
    try:
        with explained():
            _check_folder()
            cli.main(prog_name="paperlark")
    except PaperlarkError as error:  # before or after a command: --help, or the last line printed
        tell_error(str(error))
        sys.exit(1)
    finally:
        drop_output()
        # At exit Python looks for cycles again, among all that is left: as long as for a tenth of
        # a page. What is frozen it leaves alone.
        gc.freeze()
