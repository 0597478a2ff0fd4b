"""`paperlark doctor`: check everything that a page needs, and say what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from paperlark.api import examine
from paperlark.cli._options import environment_of, profile_option
from paperlark.doctor.findings import Finding, Severity, exit_code
from paperlark.domain import plain_text

_COLOURS = {Severity.OK: "green", Severity.NOTE: "cyan", Severity.WARNING: "yellow",
            Severity.ERROR: "red"}  # fmt: skip
_INDENT = 10


@click.command("doctor")
@profile_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--offline", is_flag=True, help="Contact no server outside this machine.")
@click.option(
    "--yes", is_flag=True, help="Ask the model its one question without asking you first."
)
@click.option("--no-model-call", is_flag=True, help="Do not ask the model anything.")
@click.pass_context
def command(
    context: click.Context,
    *,
    profile_file: Path,
    as_json: bool,
    offline: bool,
    yes: bool,
    no_model_call: bool,
) -> None:
    """Check everything that a page needs, and say what was found and what to do.

    Checks the profile, criteria, secrets, database, disk, arXiv, clock, model, deliveries, Zotero
    and schedule. It makes four requests to arXiv, within the usual rate limit, and asks the model
    one short question, after showing what that costs. Nothing is sent to any channel, nothing is
    changed, and no secret is shown.

    Exit codes: 0 all is well, 3 there are warnings, 1 there are errors.
    """
    if yes and no_model_call:
        raise click.UsageError("choose one of --yes and --no-model-call")

    def may_ask_model(cost: str) -> bool:
        if yes or no_model_call:
            return yes
        # Where nobody can answer, no question is paid for.
        return not as_json and sys.stdin.isatty() and click.confirm(f"\nSend {cost}?", default=True)

    every: list[Finding] = []
    groups = examine(
        profile_file,
        environment=environment_of(context),
        offline=offline,
        may_ask_model=may_ask_model,
    )
    for group in groups:
        every += group.findings
        if not as_json:
            click.echo("\n".join(_lines(group.name, group.findings)))
    click.echo(_document(every) if as_json else _verdict(every))
    context.exit(exit_code(every))


def _lines(group: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    yield f"\n{click.style(group, bold=True)}"
    for finding in findings:
        mark = click.style(f"{finding.severity:<8}", fg=_COLOURS[finding.severity])
        about = "" if finding.check == group else f"{finding.check}: "
        yield f"  {mark}{plain_text.one_line(about + finding.found)}"
        if finding.hint:
            yield f"{'':{_INDENT}}-> {plain_text.one_line(finding.hint)}"


def _verdict(every: list[Finding]) -> str:
    counts = {
        severity: sum(one.severity is severity for one in every)
        for severity in (Severity.ERROR, Severity.WARNING)
    }
    said = [f"{count} {severity}{'s' * (count > 1)}" for severity, count in counts.items() if count]
    return f"\n{' and '.join(said) if said else 'All is well.'}"


def _document(every: list[Finding]) -> str:
    rows = [
        {"check": one.check, "state": one.severity, "found": one.found, "mend": one.hint}
        for one in every
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)
