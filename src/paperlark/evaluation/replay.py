"""A reader's labelled days as paperlark would live them: what it reads, and learns, of each.

The line between read and unread, the lots and what becomes of both are the product's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from paperlark.day.select import Shortlist, shortlist
from paperlark.day.unread import (
    POOLED_DAYS,
    BelowThreshold,
    SampledCandidate,
    random_sample,
    report_unread,
    sample_size,
)
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import Explored
from paperlark.domain.feedback import (
    STREAM_DAYS,
    Evidence,
    Example,
    LabelSource,
    one_example_per_paper,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import RECALL, Exploration
from paperlark.evaluation.cases import Label, LabelledDay
from paperlark.ports import Ranker


@dataclass(frozen=True, slots=True)
class ReplayedDay:
    """One day: where the line was, what was drawn from below it, what became of the rest."""

    day: LabelledDay
    line: Shortlist
    drawn: tuple[SampledCandidate, ...]
    below: BelowThreshold

    @property
    def read(self) -> tuple[Paper, ...]:
        """What the judge was given, in its order."""
        asked = (*self.line.above, *(one.candidate for one in self.drawn))
        return tuple(candidate.paper for candidate in asked)


@dataclass
class Replay:
    """A reader who knows of each day only what was read of it, or all if `told_all`.

    `memory` is how many days back lessons count. Days are to be lived in order.
    """

    name: str
    ranker: Ranker
    memory: int
    told_all: bool = False
    recall: float = RECALL
    _lessons: list[tuple[Example, ...]] = field(default_factory=list, init=False)
    _announced: list[tuple[Paper, ...]] = field(default_factory=list, init=False)
    _explored: list[tuple[Explored, ...]] = field(default_factory=list, init=False)

    def live(self, day: LabelledDay) -> ReplayedDay:
        """Decide what is read of a day, and learn from that."""
        labels = {paper.id: label for paper, label in zip(day.papers, day.labels, strict=True)}
        evidence = self._evidence(day.papers)
        matches = self.ranker.rank(day.papers, day.criteria, evidence)
        candidates = [
            Candidate(Announced(paper, (AnnounceType.NEW,)), (), match)
            for paper, match in zip(day.papers, matches, strict=True)
        ]
        earlier = tuple(one for found in self._explored[-POOLED_DAYS:] for one in found)
        line = shortlist(candidates, self.recall, evidence, earlier)
        drawn = random_sample(
            line.below, sample_size(len(line.below), Exploration().share), self.name, day.day
        )
        wanted = {paper: label.wanted for paper, label in labels.items()}
        lived = ReplayedDay(day, line, drawn, report_unread(line.below, drawn, wanted, earlier))
        self._remember(lived, labels)
        return lived

    def _evidence(self, today: Sequence[Paper]) -> Evidence:
        """Give what is known; of a paper that is announced again that is nothing."""
        again = {paper.id for paper in today}
        examples = (one for day in _last(self._lessons, self.memory) for one in day)
        stream = {
            paper.id: paper for day in reversed(self._announced[-STREAM_DAYS:]) for paper in day
        }
        return Evidence(
            tuple(one for one in one_example_per_paper(examples) if one.paper.id not in again),
            tuple(paper for paper in stream.values() if paper.id not in again),
        )

    def _remember(self, lived: ReplayedDay, labels: dict[PaperId, Label]) -> None:
        day = lived.day
        drawn = {one.candidate.paper.id: one.inclusion for one in lived.drawn}
        # Who knows all needs no paper to stand for others.
        told, chances = (day.papers, {}) if self.told_all else (lived.read, drawn)
        self._lessons.append(
            tuple(
                _lesson(paper, labels[paper.id], day, chances.get(paper.id, 1.0))
                for paper in told
                if not labels[paper.id].guessed
            )
        )
        self._announced.append(day.papers)
        if lived.below.explored:
            self._explored.append(lived.below.explored)


def _last(days: Sequence[tuple[Example, ...]], count: int) -> Sequence[tuple[Example, ...]]:
    return days[max(0, len(days) - count) :]


def _lesson(paper: Paper, label: Label, day: LabelledDay, chance: float) -> Example:
    return Example(
        paper=paper,
        day=day.day,
        wanted=label.wanted,
        label_source=LabelSource.JUDGE,
        relevance=label.relevance,
        novelty=label.novelty,
        stands_for=1 / chance,
    )
