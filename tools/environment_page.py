"""Write docs/reference/environment.md: exit codes, and the variables that paperlark looks at.

Exit codes and the variables of options come from the code. The others are listed here; a test looks
for those in the source that the page lacks.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping

import click

from paperlark.cli import cli
from paperlark.cli.deliver import NOT_DELIVERED
from paperlark.domain.run_states import MEANINGS

_OTHERS = {
    "NAME, NAME_FILE": (
        "a secret that a profile calls `NAME` (such as `OPENAI_API_KEY`), or the path of a file"
        " that holds it; not both. `paperlark secret list` shows the names that a profile uses"
    ),
    "CREDENTIALS_DIRECTORY": "systemd's folder of credentials, in which such a file may be",
    "PGPASSWORD, PGPASSWORD_FILE": (
        "the password of the PostgreSQL server; libpq's other variables are heeded as well"
    ),
    "XDG_CONFIG_HOME": (
        "the folder of settings, `~/.config` by default: the default profile, `secrets.toml`,"
        " the completion of fish and PowerShell, systemd's units"
    ),
    "XDG_DATA_HOME": (
        "the folder of data, `~/.local/share` by default: pages and database of the default"
        " profile, the completion of bash and zsh"
    ),
    "XDG_CACHE_HOME": (
        "the folder of caches, `~/.cache` by default: arXiv's answers, and the lock by which"
        " all runs of a user ask it one request at a time"
    ),
    "HOME": "the home folder, where those are not set",
    "LOCALAPPDATA": "on Windows, where the files of scheduled tasks are kept",
    "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY": (
        "the proxy for requests, and the hosts that are reached without; in small letters too."
        " Servers on this machine are never asked through a proxy"
    ),
    "SSL_CERT_FILE, SSL_CERT_DIR, REQUESTS_CA_BUNDLE": (
        "certificates to trust in place of those that certifi has"
    ),
    "SHELL, PSModulePath": "which shell `paperlark completion` means, where none is named",
    "PATH": "where `systemctl`, `crontab`, `launchctl`, `schtasks` and `git` are found",
    "EDITOR, VISUAL": "the editor of `paperlark init`",
    "BROWSER": "the browser of `paperlark open` and `paperlark read`",
    "NO_COLOR": "no colours in a terminal",
    "_PAPERLARK_COMPLETE": (
        "set by the scripts of `paperlark completion`, with `COMP_WORDS` and `COMP_CWORD`"
    ),
    "PYDANTIC_DISABLE_PLUGINS, OPENBLAS_NUM_THREADS": (
        "set by paperlark for itself, unless you set them"
    ),
}
_ALSO = {
    1: "an error, which is printed; for `doctor`, at least one error was found",
    2: "a mistake in the command: an option, an argument, or a file that is not there",
    3: (
        "for `doctor`, at least one warning; for `readers` and `vote`, not all of it could be"
        " done; for `database status`, tables of another version"
    ),
}


def environment_page() -> Iterator[str]:
    """Yield the parts of the page."""
    yield "# Exit codes and environment variables\n"
    yield "## Exit codes\n"
    yield "| code | what it means |"
    yield "| ---: | --- |"
    for code, meanings in _exit_codes().items():
        yield f"| {code} | {'; '.join(meanings)} |"
    yield "\nWhat the states of a page mean, and what to do: [states](states.md).\n"
    yield "## Environment variables\n"
    yield "None of them is needed.\n"
    yield "| variable | what it does |"
    yield "| --- | --- |"
    for name, commands in _of_options().items():
        yield f"| `{name}` | {commands} |"
    for names, said in _OTHERS.items():
        yield f"| {', '.join(f'`{one}`' for one in names.split(', '))} | {said} |"


def _exit_codes() -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for state, meaning in MEANINGS.items():
        found.setdefault(meaning.exit_code, []).append(f"the page's state is `{state}`")
    for code, said in _ALSO.items():
        found.setdefault(code, []).append(said)
    found.setdefault(NOT_DELIVERED, []).append(
        "a page or an agenda did not reach somebody (`morning`, `deliver`, `agenda`, `fleet`)"
    )
    for name in ("SIGHUP", "SIGINT", "SIGTERM"):
        code = 128 + getattr(signal, name)
        found[code] = [f"{name} ended it, after the answers that are being paid for"]
    return dict(sorted(found.items()))


def _of_options() -> Mapping[str, str]:
    """Return the variables that stand for an option, with the options and the commands."""
    options: dict[str, dict[str, list[str]]] = {}
    for command, parameter in _parameters(cli, click.Context(cli, info_name="paperlark")):
        for name in [parameter.envvar] if isinstance(parameter.envvar, str) else []:
            options.setdefault(name, {}).setdefault(parameter.opts[-1], []).append(command)
    return {
        name: "; ".join(f"`{option}` of {_and(commands)}" for option, commands in found.items())
        for name, found in sorted(options.items())
    }


def _and(commands: list[str]) -> str:
    most = 3
    first = dict.fromkeys(one.split(" ")[1] if " " in one else "every command" for one in commands)
    named = [one if one == "every command" else f"`{one}`" for one in first]
    return ", ".join(named) if len(named) <= most else f"{len(named)} commands, such as {named[0]}"


def _parameters(
    group: click.Group, context: click.Context
) -> Iterator[tuple[str, click.Parameter]]:
    yield from ((context.command_path, one) for one in group.params)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inside = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from _parameters(command, inside)
        else:
            yield from ((inside.command_path, one) for one in command.params)
