"""Judge papers by a command on this machine: JSON in, JSON out, a line for each paper."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperlark.domain.errors import PluginError
from paperlark.domain.judgement import (
    FIRST_READING,
    HIGHEST,
    LOWEST,
    NO_PRECEDENTS,
    Judgement,
    ModelCall,
    Precedents,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper
from paperlark.domain.spending import Cost, Spend
from paperlark.plugins import PluginContext

_FREE = Spend(tokens=None, cost=Cost(Decimal(0), Decimal(0)))


@dataclass(frozen=True, slots=True)
class CommandJudge:
    """Implements Judge by a command, which costs nothing.

    It is given {"criteria": ..., "id": ..., "title": ..., "abstract": ...} a line, and prints
    {"relevance": 1-10, "novelty": 1-10, "comment": ...} for each, in the same order.
    """

    command: tuple[str, ...]
    criteria: str
    seconds: float

    def model(self, day: date) -> str:  # noqa: ARG002  # the same every day
        """Return the command's name."""
        return self.command[0]

    @property
    def signature(self) -> str:
        """The command: change its text where its judgements change."""
        return " ".join(self.command)

    @property
    def prompt(self) -> str:
        """The criteria, as the command is given them."""
        return self.criteria

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,  # noqa: ARG002  # what it is asked does not depend on it
        precedents: Precedents = NO_PRECEDENTS,  # noqa: ARG002  # likewise
        reading: int = FIRST_READING,  # noqa: ARG002  # likewise
    ) -> Iterator[ModelCall | Unjudged]:
        """Yield one call with all judgements, and each paper that has none."""
        asked = "".join(f"{json.dumps(self._question(one))}\n" for one in papers)
        done = subprocess.run(  # noqa: S603  # the reader's own command, without a shell
            self.command, input=asked, capture_output=True, text=True, timeout=self.seconds,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise PluginError(f"{self.command[0]} ended with exit code {done.returncode}")
        lines = [*done.stdout.splitlines(), *("" for _ in papers)]
        read = [(one, _judgement(one, line)) for one, line in zip(papers, lines, strict=False)]
        yield ModelCall(tuple(found for _, found in read if found), _FREE, done.stdout)
        for paper, found in read:
            if found is None:
                yield Unjudged(paper, UnjudgedReason.FAILED, "the command printed no judgement")

    def _question(self, paper: Paper) -> dict[str, str]:
        return {
            "criteria": self.criteria,
            "id": paper.id,
            "title": paper.title,
            "abstract": paper.abstract,
        }


def _judgement(paper: Paper, line: str) -> Judgement | None:
    try:
        row = json.loads(line)
        scores = (row["relevance"], row["novelty"])
        comment = str(row["comment"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(type(one) is int and LOWEST <= one <= HIGHEST for one in scores):
        return None
    return Judgement(paper.id, paper.version, *scores, comment)


def make(context: PluginContext) -> CommandJudge:
    """Return the judge; its setting `command` is a list: the program and its arguments."""
    command = context.settings.get("command")
    if not isinstance(command, list) or not command:
        raise PluginError('local-command needs a setting such as command = ["my-judge"]')
    return CommandJudge(tuple(command), context.criteria.text, context.at_most)
