"""The last question of `paperlark init`, and the two files that it writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from paperlark.cli.init.dialogue import Dialogue
from paperlark.cli.init.plan import SetupPlan, summary
from paperlark.domain.redaction import redacted
from paperlark.settings.answers import SetupAnswers, Timer
from paperlark.settings.environment import Environment
from paperlark.settings.places import PROFILE, DataPlaces, config_folder, data_folder
from paperlark.settings.starter import CRITERIA, criteria_text, profile_text, write_files

_ELSEWHERE = frozenset((Timer.GITHUB, Timer.DOCKER))
"""Timers that run where only the profile's folder is seen."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Where the files go; `data` is the folder for pages, None where they are beside them."""

    folder: Path
    data: Path | None = None

    @classmethod
    def into(cls, folder: Path | None, environment: Environment) -> Writing:
        """Return where files for this folder go; None is the default place."""
        default = config_folder(environment.variables)
        if folder is None or folder.absolute() == default:
            return cls(default, data_folder(environment.variables))
        return cls(folder)

    def texts(self, answers: SetupAnswers) -> tuple[str, str]:
        """Return the profile and the criteria."""
        apart = self.data is not None and answers.timer not in _ELSEWHERE
        places = DataPlaces.inside(self.data) if self.data and apart else DataPlaces()
        return profile_text(answers, places), criteria_text(answers)

    def shown(self, plan: SetupPlan) -> str:
        """Return both files as they would be written."""
        profile, criteria = plan.texts or self.texts(plan.answers)
        return f"--- {self.folder / PROFILE}\n{profile}\n--- {self.folder / CRITERIA}\n{criteria}"

    def write(self, plan: SetupPlan) -> tuple[Path, Path]:
        """Write both files, and return their paths; raises ProfileError."""
        private = self.data is not None  # as the XDG specification wants it
        return write_files(self.folder, *(plan.texts or self.texts(plan.answers)), private=private)

    def confirm(self, dialogue: Dialogue, plan: SetupPlan) -> SetupPlan:
        """Show what will be written; raises Abort where it is declined."""
        plan = replace(plan, texts=self.texts(plan.answers))
        dialogue.title(
            f"This will be written to {self.folder / PROFILE} and {self.folder / CRITERIA}:", ""
        )
        for name, value in summary(plan):
            dialogue.show_as_it_is(f"{name:10} {value}")
        if self.data:
            dialogue.show_as_it_is(f"{'pages':10} {self.data / 'pages'}")
        while True:
            answer = dialogue.ask(
                "Write them? (y, n, or s to show both first)",
                _read_answer,
                default="y",
                remembers=False,
                explained="y writes both files; n quits, and nothing is written; s shows them, q"
                " leaves that view.",
            )
            if answer == "y":
                return plan
            if answer == "n":
                raise click.Abort
            click.echo_via_pager(redacted(self.shown(plan)))


def _read_answer(answer: str) -> str:
    first = answer[:1].lower()
    if answer.lower() not in {"y", "yes", "n", "no", "s", "show"}:
        raise ValueError("type y, n or s")
    return first
