"""Interests drafted from papers: shown by topic, and the categories that the papers are in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from paperlark import PaperCluster
from paperlark.api import draft_criteria
from paperlark.cli.init.dialogue import Dialogue
from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import clean, one_line
from paperlark.renderers import english, typeset

_WORDS, _TITLES = 8, 3
"""Words and titles of a topic that are shown."""


@dataclass(frozen=True, slots=True)
class DraftedInterests:
    """Drafted interests: the text of each topic, and the papers that it is from."""

    topics: tuple[str, ...]
    clusters: tuple[PaperCluster, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(self.topics)

    def without(self, numbers: Collection[int]) -> DraftedInterests:
        """Return the draft without the topics of these numbers, counted from 1."""
        kept = [at for at in range(len(self.topics)) if at + 1 not in numbers]
        return DraftedInterests(
            tuple(self.topics[at] for at in kept), tuple(self.clusters[at] for at in kept)
        )


def draft_of(papers: Sequence[Paper]) -> DraftedInterests | None:
    """Return interests drafted from papers; None where there is nothing to draft from."""
    drafted = draft_criteria(papers)
    if not drafted.clusters:
        return None
    parts = clean(drafted.text).split("\n## ")
    topics = tuple(part if part.startswith("## ") else f"## {part}" for part in parts)
    return DraftedInterests(topics, drafted.clusters)


def show_draft(dialogue: Dialogue, draft: DraftedInterests) -> None:
    """Show each topic with its words and a few titles."""
    dialogue.show(f"\ndrafted: {english.counted(len(draft.clusters), 'topic')}")
    for number, cluster in enumerate(draft.clusters, start=1):
        words = ", ".join(cluster.words[:_WORDS])
        count = english.counted(len(cluster.papers), "paper")
        dialogue.show(one_line(f"{number}  {cluster.name} ({count}): {words} …"))
        for paper in cluster.papers[:_TITLES]:
            dialogue.show(one_line(typeset.plain(paper.title)), indent="        ")
