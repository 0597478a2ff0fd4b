"""What `paperlark init` offers to start mornings with, on each system."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from paperlark.cli.init.dialogue import Dialogue
from paperlark.cli.init.plan import SetupPlan
from paperlark.cli.init.questions import ask_timer
from paperlark.settings.answers import SetupAnswers


@pytest.mark.parametrize(
    ("system", "offered"),
    [
        ("linux", ["None", "systemd", "cron", "github", "docker"]),
        ("darwin", ["None", "launchd", "cron", "github", "docker"]),
        ("win32", ["None", "windows", "github", "docker"]),
    ],
)
def test_only_what_the_system_has_is_offered(system: str, offered: list[str]) -> None:
    @click.command()
    def command() -> None:
        plan = SetupPlan(SetupAnswers())
        found = Dialogue().run([lambda asked, at: ask_timer(asked, at, system=system)], plan)
        click.echo(f"= {found.answers.timer}")

    for number, timer in enumerate(offered, start=1):
        result = CliRunner().invoke(command, input=f"{number}\n")
        assert result.output.endswith(f"= {timer}\n")
    more = CliRunner().invoke(command, input=f"{len(offered) + 1}\n1\n")
    assert f"type a number from 1 to {len(offered)}" in more.output
