"""A chat model without a server: it follows a script, then judges correctly."""

from __future__ import annotations

import json

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.spending import Spend
from standins.openai import Rows, papers_of, row

UNKNOWN = Spend(None, None)


class Scripted:
    """Raises or returns each step in turn; None judges correctly. `prompts` are those received."""

    name = "scripted"

    def __init__(self, *steps: Exception | str | ChatReply | None) -> None:
        self.steps = list(steps)
        self.prompts: list[Prompt] = []

    @property
    def asked(self) -> list[list[str]]:
        """The ids of the papers in every question so far."""
        return [[paper["id"] for paper in _papers(prompt)] for prompt in self.prompts]

    def ask(self, prompt: Prompt) -> ChatReply:
        assert prompt.system
        assert prompt.schema
        self.prompts.append(prompt)
        step = self.steps.pop(0) if self.steps else None
        if isinstance(step, Exception):
            raise step
        if isinstance(step, ChatReply):
            return step
        good = json.dumps({"rows": [row(paper) for paper in _papers(prompt)]})
        return ChatReply(good if step is None else step, UNKNOWN)


def _papers(prompt: Prompt) -> Rows:
    return papers_of({"messages": [{"content": prompt.user}]})
