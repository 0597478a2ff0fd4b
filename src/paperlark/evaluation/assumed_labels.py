"""What was recorded of a paper as the judgement that a model would write.

Where only the selected papers were recorded, nobody knows what was said of the others. They count
as what costs paperlark most: near the cut-offs, where it asks for a comment as the plain way does
of all. That comment is as long as a short one of those recorded, for long ones are what the plain
way pays for.
"""

from __future__ import annotations

from collections.abc import Sequence

from paperlark.domain.judgement import LOWEST, Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader

ASSUMED = "The paper's topic is close to the criteria, but it adds little to what they ask for."
"""Said of a paper where not one comment was recorded."""


def short_comment(reader: LabelledReader) -> str:
    """Give the recorded comment that a quarter of them are shorter than."""
    comments = sorted(
        (label.comment for day in reader.days for label in day.labels if label.comment), key=len
    )
    return comments[len(comments) // 4] if comments else ASSUMED


def judgements(day: LabelledDay, assumed: str) -> tuple[Judgement, ...]:
    """Give one for each paper of the day, in their order; `assumed` stands for unknown comments."""
    return tuple(
        _judgement(paper, label, day.cutoffs, assumed)
        for paper, label in zip(day.papers, day.labels, strict=True)
    )


def unknown(days: Sequence[LabelledDay]) -> int:
    """Count the papers of which nobody knows what was said."""
    return sum(label.comment is None for day in days for label in day.labels)


def _judgement(paper: Paper, label: Label, cutoffs: Cutoffs, assumed: str) -> Judgement:
    near = Cutoffs(max(LOWEST, cutoffs.relevance - 1), max(LOWEST, cutoffs.novelty - 1))
    return Judgement(
        paper.id,
        paper.version,
        label.relevance or near.relevance,
        label.novelty or near.novelty,
        assumed if label.comment is None else label.comment,
    )
