"""Replay of labelled days as paperlark would have run: what is judged and learned on each.

Threshold, random sample and the estimate of missed papers are the product's own.
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
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.feedback import STREAM_DAYS, Evidence, Example, one_example_per_paper
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import RECALL, Exploration
from paperlark.evaluation.cases import Label, LabelledDay
from paperlark.evaluation.splits import judged_example, unlabelled
from paperlark.ports import Ranker


@dataclass(frozen=True, slots=True)
class ReplayedDay:
    """A day's shortlist, the random sample from below it, and the report on the rest."""

    day: LabelledDay
    shortlist: Shortlist
    sampled: tuple[SampledCandidate, ...]
    below: BelowThreshold

    @property
    def judged(self) -> tuple[Paper, ...]:
        """The papers that the judge was given, in its order."""
        judged = (*self.shortlist.above, *(one.candidate for one in self.sampled))
        return tuple(candidate.paper for candidate in judged)


@dataclass
class Replay:
    """Replays days in order; the labels of judged papers become known, or all if `all_known`.

    `memory` is how many days examples are used for; `recall`, in (0, 1], is the target of the
    threshold.
    """

    name: str
    ranker: Ranker
    memory: int
    all_known: bool = False
    recall: float = RECALL
    _examples: list[tuple[Example, ...]] = field(default_factory=list, init=False)
    _announced: list[tuple[Paper, ...]] = field(default_factory=list, init=False)
    _explored: list[tuple[Explored, ...]] = field(default_factory=list, init=False)
    _outcomes: list[tuple[Outcome, ...]] = field(default_factory=list, init=False)

    def replay_day(self, day: LabelledDay) -> ReplayedDay:
        """Decide which papers of a day are judged, and learn from their labels."""
        labels = {paper.id: label for paper, label in zip(day.papers, day.labels, strict=True)}
        evidence = self._evidence(day.papers)
        matches = self.ranker.rank(day.papers, day.criteria, evidence)
        candidates = [
            Candidate(Announced(paper, (AnnounceType.NEW,)), (), match)
            for paper, match in zip(day.papers, matches, strict=True)
        ]
        earlier = tuple(one for found in self._explored[-POOLED_DAYS:] for one in found)
        outcomes = self._outcomes[-POOLED_DAYS:]
        selected = shortlist(candidates, self.recall, evidence, outcomes)
        size = sample_size(len(selected.below), Exploration().share)
        sampled = random_sample(selected.below, size, self.name, day.day)
        wanted = {paper: label.wanted for paper, label in labels.items()}
        below = report_unread(selected.below, sampled, wanted, earlier, outcomes)
        replayed = ReplayedDay(day, selected, sampled, below)
        self._remember(replayed, labels)
        return replayed

    def _evidence(self, today: Sequence[Paper]) -> Evidence:
        """Return what is known; of a paper that is announced again nothing is."""
        again = {paper.id for paper in today}
        recent = self._examples[max(0, len(self._examples) - self.memory) :]
        examples = one_example_per_paper(one for day in recent for one in day)
        return Evidence(
            tuple(one for one in examples if one.paper.id not in again),
            unlabelled(self._announced[-STREAM_DAYS:], again),
        )

    def _remember(self, replayed: ReplayedDay, labels: dict[PaperId, Label]) -> None:
        day = replayed.day
        inclusion = {one.candidate.paper.id: one.inclusion for one in replayed.sampled}
        # Where all labels are known, no sampled paper stands for others.
        known, inclusion = (day.papers, {}) if self.all_known else (replayed.judged, inclusion)
        self._examples.append(
            tuple(
                judged_example(paper, labels[paper.id], day, inclusion.get(paper.id, 1.0))
                for paper in known
                if not labels[paper.id].assumed
            )
        )
        self._announced.append(day.papers)
        if replayed.below.explored:
            self._explored.append(replayed.below.explored)
        read = {paper.id for paper in replayed.judged}
        self._outcomes.append(
            tuple(
                Outcome(probability, labels[one.paper.id].wanted if one.paper.id in read else None)
                for one in (*replayed.shortlist.above, *replayed.shortlist.below)
                if (probability := one.match.probability) is not None
            )
        )
