"""The last question of `paperlark init`, and the two files that it writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from paperlark.cli.init.dialogue import Dialogue
from paperlark.cli.init.plan import SetupPlan, summary
from paperlark.domain.redaction import redacted
from paperlark.settings.environment import Environment
from paperlark.settings.places import PROFILE
from paperlark.settings.starter import CRITERIA, NewProfile


@dataclass(frozen=True, slots=True)
class Writing:
    """Shows what is going to be written where, and writes it."""

    place: NewProfile

    @classmethod
    def into(cls, folder: Path | None, environment: Environment) -> Writing:
        """Return where files for this folder go; None is the default place."""
        return cls(NewProfile.into(folder, environment.variables))

    @property
    def folder(self) -> Path:
        """The folder of both files."""
        return self.place.folder

    def shown(self, plan: SetupPlan) -> str:
        """Return both files as they would be written."""
        profile, criteria = plan.texts or self.place.texts(plan.answers)
        return f"--- {self.folder / PROFILE}\n{profile}\n--- {self.folder / CRITERIA}\n{criteria}"

    def write(self, plan: SetupPlan) -> tuple[Path, Path]:
        """Write both files, and return their paths; raises ProfileError."""
        return self.place.write(*(plan.texts or self.place.texts(plan.answers)))

    def confirm(self, dialogue: Dialogue, plan: SetupPlan) -> SetupPlan:
        """Show what will be written; raises Abort where it is declined."""
        plan = replace(plan, texts=self.place.texts(plan.answers))
        dialogue.title(
            f"This will be written to {self.folder / PROFILE} and {self.folder / CRITERIA}:", ""
        )
        for name, value in summary(plan):
            dialogue.show_as_it_is(f"{name:10} {value}")
        if self.place.data:
            dialogue.show_as_it_is(f"{'pages':10} {self.place.data / 'pages'}")
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
